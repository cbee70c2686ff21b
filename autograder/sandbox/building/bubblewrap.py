"""The command lines that put a process into the sandbox.

As an ordinary user one bubblewrap is enough.  As root there are two: the outer one shows the
bound folders under neutral names to an unprivileged user (who could not reach them where only
root may enter), and drops to that user; the inner one, started by that user, isolates.
Without that step the kernel would not count processes, and file permissions would hide nothing.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SandboxUnavailable
from autograder.sandbox.building.interpreter import Bind, Interpreter

UNPRIVILEGED = 65534  # "nobody": owns nothing
INSIDE_USER = 1000
WORK = "/home/student"
FOLDERS = (WORK, "/tmp", "/dev/shm")  # inside the sandbox
MODES = {WORK: "0755", "/tmp": "1777", "/dev/shm": "1777"}
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")  # no /dev/zero: mapped as shared it is uncounted memory
_NUMERICAL = ("OPENBLAS_", "MKL_", "OMP_", "NUMEXPR_", "BLIS_")
_SETTING = re.compile(r"[\w.,:+-]{1,40}")  # a number or the name of a processor, never a path or a secret
NO_NAMESPACES = (0, 8)  # the first version with --disable-userns
INSTALL = "install bubblewrap (Debian, Ubuntu: `apt install bubblewrap`; Fedora: `dnf install bubblewrap`)"


@dataclass(frozen=True)
class Tools:
    """The programs that build the sandbox."""

    bwrap: str
    version: tuple[int, ...]
    setpriv: str | None  # needed by root only


def find_tools() -> Tools:
    """Find the programs.

    Raises:
        SandboxUnavailable: one is missing, or this is not Linux.
    """
    if platform.system() != "Linux":
        system = platform.system()
        raise SandboxUnavailable(f"student code is isolated by Linux namespaces; this is {system}", system, "Linux")
    bwrap, setpriv = _program("bwrap"), _program("setpriv")
    if bwrap is None:
        raise SandboxUnavailable("bubblewrap is not installed:", bwrap, "bwrap", INSTALL)
    if os.geteuid() == 0 and setpriv is None:
        raise SandboxUnavailable("setpriv is not installed:", setpriv, "setpriv", "install util-linux")
    answer = subprocess.run([bwrap, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", answer))
    return Tools(bwrap, version, setpriv if os.geteuid() == 0 else None)


def _program(name: str) -> str | None:
    """Where a program lies; ``/usr/bin`` also where ``PATH`` begins with ``/bin``, which is a link to it."""
    found = shutil.which(name)
    return None if found is None else str(Path(found).parent.resolve() / name)


def weaknesses(tools: Tools, *, filtered: bool) -> Iterator[str]:
    """What cannot be withheld with these programs."""
    if not filtered:
        yield (
            "system calls are not filtered, because libseccomp is not installed: a session can hold memory that no "
            "limit counts (memfd_create); every session gets a sandbox of its own, which takes seconds"
        )
    if tools.version < NO_NAMESPACES and not filtered:
        yield "bubblewrap is older than 0.8 and cannot forbid user namespaces: more of the kernel can be reached"


@dataclass(frozen=True)
class Descriptors:
    """Open files that the command line names by number."""

    info: int  # bubblewrap writes the process id of the sandbox to it
    seccomp: int | None
    files: dict[str, int]  # content of small files inside


def small_files() -> dict[str, str]:
    """What stands in for the few files of ``/etc`` that programs ask for."""
    user = f"student:x:{INSIDE_USER}:{INSIDE_USER}:student:{WORK}:/bin/sh\n"
    return {
        "/etc/passwd": user,
        "/etc/group": f"student:x:{INSIDE_USER}:\n",
        "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def command(tools: Tools, python: Interpreter, fds: Descriptors, program: list[str], folder_mb: int) -> list[str]:
    """The whole command line: ``program`` as process 1 of a sandbox.

    Args:
        tools: that build it.
        python: what is shown of this installation, and what is covered.
        fds: descriptors that the command inherits.
        program: command line of process 1, with paths as they are inside.
        folder_mb: size of each of ``FOLDERS``, which lie in main memory.
    """
    if tools.setpriv is None:
        return [*_inner(tools, python, fds, folder_mb, neutral=False), "--", *program]
    user = str(UNPRIVILEGED)
    drop = [tools.setpriv, "--reuid", user, "--regid", user, "--clear-groups"]
    inner = _inner(tools, python, fds, folder_mb, neutral=True)
    return [*_outer(tools, python), "--", *drop, *inner, "--", *program]


def _outer(tools: Tools, python: Interpreter) -> list[str]:
    # without --die-with-parent, which would mean the thread that started it: process 1 ends when the grader is gone
    args = [tools.bwrap]
    for bind in python.binds:
        args += [*_parents(bind.target, "0755"), "--ro-bind", str(bind.source), str(bind.target)]
    for name in ("bwrap", "setpriv"):
        if (path := _program(name)) and not path.startswith("/usr/bin/"):
            args += [*_parents(Path(path), "0755"), "--ro-bind", path, path]
    args += ["--perms", "1777", "--dir", "/tmp"]  # the inner one builds its root there
    return [*args, *_library_links(), "--dev-bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev"]


def _inner(tools: Tools, python: Interpreter, fds: Descriptors, folder_mb: int, *, neutral: bool) -> list[str]:
    args = [tools.bwrap, "--die-with-parent", "--new-session", "--as-pid-1", "--unshare-all", "--unshare-user"]
    if tools.version >= NO_NAMESPACES:
        args += ["--disable-userns"]
    args += ["--cap-drop", "ALL", "--uid", str(INSIDE_USER), "--gid", str(INSIDE_USER), "--hostname", "sandbox"]
    args += ["--info-fd", str(fds.info), *(["--seccomp", str(fds.seccomp)] if fds.seccomp is not None else [])]
    for bind in python.binds:
        source = bind.target if neutral else bind.source
        args += [*_parents(bind.target, "0555"), "--ro-bind", str(source), str(bind.target)]
    for bind in python.masked:
        args += _mask(bind)
    for path, fd in fds.files.items():
        args += _parents(Path(path), "0555")
        args += ["--perms", "0444", "--ro-bind-data", str(fd), path]
    args += [*_library_links(), "--proc", "/proc", "--perms", "0755", "--tmpfs", "/dev"]
    for device in DEVICES:
        args += ["--dev-bind", device, device]
    for link, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        args += ["--symlink", f"/proc/self/{target}", f"/dev/{link}"]
    for folder in FOLDERS:
        args += [*_parents(Path(folder), "0555"), "--perms", MODES[folder]]
        args += ["--size", str(folder_mb << 20), "--tmpfs", folder]
    for folder in ("/proc", "/dev", "/"):
        args += ["--remount-ro", folder]
    return [*args, "--chdir", "/", "--clearenv", *_environment(python)]


def _mask(bind: Bind) -> list[str]:
    """Cover a file by the null device, which cannot be opened on such a mount, and a folder by an empty one."""
    target = str(bind.target)
    if bind.source.is_dir():
        return ["--perms", "0000", "--tmpfs", target, "--remount-ro", target]
    return ["--ro-bind", "/dev/null", target]


def _parents(path: Path, mode: str) -> list[str]:
    """Make the folders above a mount point, which bubblewrap would make unreachable for anyone else."""
    args = []
    for parent in reversed(path.parents[:-1]):
        args += ["--perms", mode, "--dir", str(parent)]
    return args


def _library_links() -> list[str]:
    """``/lib``, ``/bin`` and the like: links into ``/usr`` on any current system."""
    args = []
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            args += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            args += ["--ro-bind", str(path), str(path)]
    return args


def numerical_settings() -> dict[str, str]:
    """Variables of the environment that choose how numerical libraries compute, such as ``OPENBLAS_CORETYPE``.

    Students' code and the references compute under the same ones, or their last digits could differ. They have one
    thread each, because there is a worker on each processor.
    """
    chosen = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_NUMERICAL) and _SETTING.fullmatch(value) and not name.endswith("_NUM_THREADS")
    }
    return chosen | {f"{library}NUM_THREADS": "1" for library in _NUMERICAL}


def _environment(python: Interpreter) -> list[str]:
    variables = {
        "HOME": WORK,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PATH": f"{python.executable.parent}:/usr/bin:/bin",
        "SHELL": "/bin/sh",
        "TERM": "dumb",
        "NBGRADER_EXECUTION": "autograde",  # by which nbgrader tells notebooks who runs them
        "TMPDIR": "/tmp",  # inside the sandbox
        "PYTHONPATH": ":".join(map(str, python.path)),
        "PYTHONHASHSEED": "0",  # a submission graded twice shows the same
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "IPYTHONDIR": "/tmp/ipython",
        "VECLIB_MAXIMUM_THREADS": "1",
        **numerical_settings(),
    }
    if python.libraries is not None:
        variables["LD_LIBRARY_PATH"] = str(python.libraries)
    return [part for name, value in variables.items() for part in ("--setenv", name, value)]

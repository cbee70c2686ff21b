"""`autograder doctor`: what the sandbox on this machine withholds, found out by trying from inside."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.sandbox import Limits, Sandbox, SandboxUnavailable, Session, SessionEnded
from autograder.sandbox.building.bubblewrap import find_tools, numerical_settings

CANARY = "AUTOGRADER_DOCTOR_CANARY"  # set on the host while the sandbox starts
_LIBRARIES = ("nbgrader", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "ipython", "nh3")


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    what: str
    ok: bool
    found: str


# Each probe assigns `leak`: what it got hold of, or "" where it was refused. `course`, `home` and `hidden` are those
# of the host.
PROBES: Mapping[str, str] = {
    "runs as an unprivileged user": "import os\nleak = 'root' if os.getuid() == 0 else ''",
    "has no capabilities and can gain none": """
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
held = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16)]
leak = ", ".join(held) or ("" if status["NoNewPrivs"].strip() == "1" else "new privileges are allowed")
""",
    "system calls are filtered": """
mode = [line.split()[1] for line in open("/proc/self/status") if line.startswith("Seccomp:")][0]
leak = "" if mode == "2" else "there is no filter; is libseccomp installed?"
""",
    "sees only its own processes": """
import os
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
leak = ", ".join(others)
""",
    "cannot read the process that outlives it": """
leak = ""
for name in ("mem", "maps", "environ", "fd/0"):
    try:
        open(f"/proc/1/{name}", "rb").read(1)
        leak += f"/proc/1/{name} "
    except OSError:
        pass
""",
    "has no network": """
import socket
cards = [line.split(":")[0].strip() for line in open("/proc/net/dev").read().splitlines()[2:]]
leak = ", ".join(card for card in cards if card != "lo")
for address in (("127.0.0.1", 22), ("127.0.0.1", 8888), ("192.0.2.1", 80)):
    try:
        socket.create_connection(address, timeout=1).close()
        leak += f" reached {address}"
    except OSError:
        pass
""",
    "does not see the course folder": """
import os
leak = ", ".join(os.listdir(course)) if os.path.isdir(course) and os.access(course, os.R_OK) else ""
leak = "" if leak == ".venv" else leak
""",
    "does not see the home folder": """
import os
leak = ""
try:
    found = [name for name in os.listdir(home)]
    leak = ", ".join(name for name in found if name not in (".pyenv", ".local", ".venv"))
except OSError:
    pass
""",
    "does not see the users and secrets of the machine": """
import os
leak = ", ".join(path for path in ("/etc/shadow", "/etc/ssh", "/var", "/srv", "/mnt", "/run", "/boot", "/sys")
                 if os.path.exists(path))
""",
    "cannot import or read what tests import": """
import importlib, os, sys
leak = ""
for name in hidden:
    try:
        if importlib.import_module(name).__file__ is not None:  # of a covered folder Python makes an empty module
            leak += name + " "
    except ImportError:
        pass
everywhere = [folder for top in ("/usr", "/opt") for folder, _, _ in os.walk(top)]
for folder in dict.fromkeys([one for one in everywhere if one.endswith("-packages")] + sys.path):
    for name in hidden:
        start = os.path.join(folder, *name.split("."))
        parent = os.path.dirname(start)
        found = os.listdir(parent) if os.path.isdir(parent) else []
        for entry in [one for one in found if one.split(".")[0].lower() == os.path.basename(start).lower()]:
            path = os.path.join(parent, entry)
            try:
                readable = bool(os.listdir(path)) if os.path.isdir(path) else open(path, "rb").read(1) != b""
            except OSError:
                continue
            leak += path + " " if readable else ""
""",
    "gets no environment of the host": f"""
import os
leak = "{CANARY}" if "{CANARY}" in os.environ else ""
""",
    "can write only to its own folder, /tmp and /dev/shm": """
import os
leak = ""
for folder, inner, _ in os.walk("/"):
    if folder == "/proc" or folder in ("/tmp", "/dev/shm", os.getcwd()):
        inner.clear()
        continue
    if folder.count("/") >= 3:
        inner.clear()
    try:
        path = os.path.join(folder, "written-by-a-student")
        open(path, "w").close()
        os.remove(path)
        leak += folder + " "
    except OSError:
        pass
""",
    "cannot make new namespaces": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
leak = "" if libc.unshare(0x10000000) else "unshare(CLONE_NEWUSER) worked"
""",
    "cannot change the process that outlives it": """
import os, resource
leak = ""
attempts = {
    "limits": lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (64, 64)),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
    "processors": lambda: os.sched_setaffinity(1, {0}),
}
for name, attempt in attempts.items():
    try:
        attempt()
        leak += name + " "
    except OSError:
        pass
""",
}

_TIGHT = Limits(
    cell_seconds=2, notebook_seconds=6, cpu_seconds=20, memory_mb=400, processes=20, file_mb=4, folder_mb=8,
    cell_output_kb=64,
)  # fmt: skip
# A probe is our own code, and only has to end: one looks through all folders of the machine, which can be many.
_PROBE = replace(_TIGHT, cell_seconds=120, notebook_seconds=120, cpu_seconds=120, memory_mb=1000)
# Each passes one limit of _TIGHT; the reason is what the session must end with ("" where Python itself is told no).
LIMITS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "wall time of a cell": ("while True: pass", ("time",)),
    "memory": ("hoard = []\nwhile True: hoard.append(bytearray(10_000_000))", ("memory", "raised")),
    "processes": (
        "import os, time\nfor _ in range(200):\n    if os.fork() == 0:\n        time.sleep(60)",
        ("processes", "raised"),
    ),
    "size of a file": ("open('big', 'wb').write(bytes(5_000_000))", ("file", "raised", "killed")),
    "size of the folder": ("for n in range(4): open(f'f{n}', 'wb').write(bytes(3_000_000))", ("folder", "raised")),
    "output of a cell": ("while True: print('x' * 1000)", ("output",)),
}

LEFTOVER = """
import os, subprocess
open("left.txt", "w").close(); open("/tmp/left.txt", "w").close(); open("/dev/shm/left.txt", "w").close()
subprocess.Popen(["sh", "-c", "(sleep 1000 &)"], start_new_session=True).wait()
"""
LOOK_FOR_LEFTOVER = """
import os
leak = " ".join(path for path in ("left.txt", "/tmp/left.txt", "/dev/shm/left.txt") if os.path.exists(path))
leak += " ".join(pid for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid()))
"""


def examine(course: Path, hidden: tuple[str, ...]) -> Iterator[Finding]:
    """Try everything and yield what was found, one finding after the other.

    Args:
        course: the folder that holds solutions, submissions and the gradebook.
        hidden: packages that student code must not be able to read.
    """
    yield from _versions()
    os.environ[CANARY] = "sings"
    try:
        with Sandbox(_TIGHT, hidden=hidden) as sandbox:
            yield Finding("packages that student code must not read", True, ", ".join(hidden))
            yield from _probes(sandbox, course, hidden)
            yield Finding(
                "has no weakness that it knows of", not sandbox.weaknesses, " ".join(sandbox.weaknesses) or "yes"
            )
            yield from _limits(sandbox)
            yield _leftovers(sandbox)
    except SandboxUnavailable as problem:
        yield Finding("isolation", False, str(problem))
    finally:
        del os.environ[CANARY]


def _versions() -> Iterator[Finding]:
    yield Finding("Python", True, f"{platform.python_version()} on {platform.system()} {platform.release()}")
    try:
        yield Finding("bubblewrap", True, ".".join(map(str, find_tools().version)))
    except SandboxUnavailable as problem:
        yield Finding("bubblewrap", False, str(problem))
    settings = ", ".join(f"{name}={value}" for name, value in sorted(numerical_settings().items()))
    yield Finding("numerical settings, inside and outside", True, settings)
    for name in _LIBRARIES:
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, "not installed")


def _probes(sandbox: Sandbox, course: Path, hidden: tuple[str, ...]) -> Iterator[Finding]:
    for what, code in PROBES.items():
        with sandbox.session({}, _PROBE) as session:
            leak = _leak(session, f"course, home, hidden = {str(course)!r}, {str(Path.home())!r}, {hidden!r}\n{code}")
            yield Finding(what, not leak, leak or "yes")


def _leak(session: Session, code: str) -> str:
    try:
        run = session.run(code, "probe")
        found = session.value("leak")
    except SessionEnded as ended:
        return f"could not be tried: {ended.message}"
    if run.error is not None or not isinstance(found, str):
        return f"could not be tried: {run.error}"
    return found.strip()


def _limits(sandbox: Sandbox) -> Iterator[Finding]:
    for what, (code, reasons) in LIMITS.items():
        with sandbox.session({}) as session:
            try:
                run = session.run(code, "probe")
                found = "raised" if run.error else "nothing happened"
                told = run.error or found
            except SessionEnded as ended:
                found, told = ended.reason, ended.message
        yield Finding(f"limit: {what}", found in reasons, told)


def _leftovers(sandbox: Sandbox) -> Finding:
    with sandbox.session({}) as session:
        session.run(LEFTOVER, "probe")
    with sandbox.session({}) as session:
        leak = _leak(session, LOOK_FOR_LEFTOVER)
    return Finding("leaves nothing to the next submission", not leak, leak or "yes")

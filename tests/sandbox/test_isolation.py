"""What a session can see and reach: its own files, the Python packages, and nothing else."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import Sandbox, Session
from autograder.sandbox.building.bubblewrap import numerical_settings
from tests.sandbox.asking import PRELUDE, answer
from tests.sandbox.conftest import DATA

COURSE = Path(autograder.__file__).parents[1]


@pytest.fixture(scope="module")
def opened(light: Sandbox) -> Iterator[Session]:
    with light.session(DATA) as session:
        assert session.run(PRELUDE, "setup").error is None
        yield session


LISTINGS = {
    "/": ["bin", "dev", "etc", "home", "lib", "opt", "proc", "tmp", "usr"],
    "/home": ["student"],
    "/home/student": ["sleepstudy.csv"],
    "/tmp": [],
    "/dev/shm": [],
    "/dev": ["fd", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom"],
    "/opt/sandbox": ["inside"],
    "/opt/python/bin": [Path(os.path.realpath(sys.executable)).name],
}


@pytest.mark.parametrize("folder", LISTINGS)
def test_listings(opened: Session, folder: str) -> None:
    if folder.startswith("/opt/python") and sys.base_prefix.startswith("/usr"):
        return  # the system's Python keeps its place
    seen = answer(opened, f"sorted(os.listdir({folder!r}))")
    assert [name for name in seen if name not in ("lib32", "lib64", "sbin")] == LISTINGS[folder]


HIDDEN = [
    str(COURSE),
    str(Path.home()),
    "/var",
    "/run",
    "/mnt",
    "/sys",
    "/boot",
    "/srv",
]
HIDDEN += [
    "/etc/shadow",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/ssl",
    "/proc/kcore",
    "/dev/mem",
    "/dev/vda",
    "/dev/zero",
]
HIDDEN += ["/dev/ptmx", "/dev/tty", "/dev/fuse", "/dev/kmsg", "/usr/local", "/usr/share/doc", "/usr/src"]


@pytest.mark.parametrize("path", HIDDEN)
def test_hidden(opened: Session, path: str) -> None:
    assert answer(opened, f"os.path.lexists({path!r})") is False


ABOUT_PROCESS_ONE = [
    "mem",
    "environ",
    "maps",
    "smaps",
    "fd",
    "root",
    "cwd",
    "exe",
    "auxv",
    "stack",
    "syscall",
    "io",
    "map_files",
]


@pytest.mark.parametrize("name", ABOUT_PROCESS_ONE)
def test_process_one_is_closed(opened: Session, name: str) -> None:
    path = f"/proc/1/{name}"
    read = (
        f"attempt(lambda: os.listdir({path!r}) if os.path.isdir({path!r}) else open({path!r}, 'rb').read(1) or 'EMPTY')"
    )
    link = f"attempt(lambda: os.readlink({path!r}))"
    assert answer(opened, read) in ("EACCES", "EPERM", "ENOENT")
    assert answer(opened, link) in ("EACCES", "EPERM", "ENOENT", "EINVAL")


@pytest.mark.parametrize("module", ["autograder", "lmmsolutions", "autograder.checks", "lmm_autograder"])
def test_course_cannot_be_imported(opened: Session, module: str) -> None:
    assert (
        opened.run(f"import {module}", "c1").error == f"ModuleNotFoundError: No module named {module.split('.')[0]!r}"
    )


def test_no_file_of_the_packages_names_the_course_folder(opened: Session) -> None:
    """Compiled modules name the virtual environment, in which they were compiled; nothing points elsewhere."""
    cell = f"""
course, environment, found = {str(COURSE)!r}.encode(), {sys.prefix!r}.encode(), []
for folder in [f for f in sys.path if f]:
    for name in [folder, folder + '/__pycache__', *glob.glob(folder + '/*.dist-info')]:
        for entry in attempt(lambda: os.listdir(name)):
            path = pathlib.Path(name, entry)
            data = attempt(path.read_bytes) if attempt(path.is_file) is True else b''
            if isinstance(data, bytes) and course in data.replace(environment, b''):
                found.append(str(path))
"""
    assert opened.run(cell, "c1").error is None
    assert opened.value("found") == []


READ_ONLY = [
    "/x",
    "/opt/x",
    "/etc/passwd",
    "/usr/bin/x",
    "/opt/sandbox/inside/shell.py",
    "/dev/x",
    "/proc/sys/kernel/hostname",
]
READ_ONLY += ["/proc/self/oom_score_adj", "/proc/sys/net/ipv4/ip_forward", "/proc/sysrq-trigger", "/home/x"]


@pytest.mark.parametrize("path", READ_ONLY)
def test_read_only(opened: Session, path: str) -> None:
    assert answer(opened, f"attempt(lambda: open({path!r}, 'a').write('x'))") in ("EROFS", "EACCES", "EPERM", "ENOENT")


def test_no_import_path_can_be_written(opened: Session) -> None:
    assert answer(opened, "[f for f in sys.path if f and os.access(f, os.W_OK)]") == []


ALLOWED_VARIABLES = {
    *(
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "LC_ALL",
        "PATH",
        "PWD",
        "SHELL",
        "TERM",
        "NBGRADER_EXECUTION",
        "TMPDIR",
        "LD_LIBRARY_PATH",
        "MPLBACKEND",
    ),
    *("MPLCONFIGDIR", "IPYTHONDIR", "PYTHONPATH", "PYTHONHASHSEED", "PYTHONNOUSERSITE", "PYTHONDONTWRITEBYTECODE"),
    *(f"{name}_NUM_THREADS" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS")),
    "VECLIB_MAXIMUM_THREADS",
}


def test_environment(opened: Session) -> None:
    variables = answer(opened, "dict(os.environ)")
    assert set(variables) <= ALLOWED_VARIABLES | numerical_settings().keys()
    assert str(COURSE) not in str(variables)


def test_identity(opened: Session) -> None:
    assert answer(opened, "(os.getuid(), os.geteuid(), os.getgid(), os.getgroups())") in (
        (1000, 1000, 1000, []),
        (1000, 1000, 1000, [1000]),
    )
    status = answer(opened, "dict(line.split(':', 1) for line in open('/proc/self/status'))")
    assert {status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"


def test_own_processes_only(opened: Session) -> None:
    assert answer(opened, "len([p for p in os.listdir('/proc') if p.isdigit()])") == 2
    assert answer(opened, "os.getppid()") == 1


def test_own_descriptors_only(opened: Session) -> None:
    kinds = answer(opened, "sorted(os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in (0, 1, 2, 3))")
    assert kinds == ["/dev/null", "pipe", "pipe", "socket"]
    assert answer(opened, "max(map(int, os.listdir('/proc/self/fd')))") == 4  # the listing itself


def test_hostname(opened: Session) -> None:
    assert answer(opened, "socket.gethostname()") == "sandbox"


def test_only_a_loopback_interface(opened: Session) -> None:
    assert answer(opened, "[line.split(':')[0].strip() for line in open('/proc/net/dev')][2:]") == ["lo"]


def test_the_machines_ports_cannot_be_reached(opened: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert answer(opened, f"attempt(lambda: socket.create_connection(('127.0.0.1', {port}), 2))") == "ECONNREFUSED"
    assert answer(opened, "attempt(lambda: socket.create_connection(('93.184.216.34', 80), 2))") == "ENETUNREACH"


def test_abstract_sockets_cannot_be_reached(opened: Session) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0autograder-test")
        server.listen()
        connect = "attempt(lambda: socket.socket(socket.AF_UNIX).connect('\\0autograder-test'))"
        assert answer(opened, connect) == "ECONNREFUSED"


def test_honest_sockets(opened: Session) -> None:
    echo = "a, b = socket.socketpair(); a.send(b'x'); s = socket.create_server(('127.0.0.1', 0))"
    assert opened.run(echo, "c1").error is None


@pytest.mark.parametrize("number", range(1, 32))
def test_signals_to_process_one_do_nothing(opened: Session, number: int) -> None:
    assert answer(opened, f"attempt(lambda: os.kill(1, {number}))") is None
    assert answer(opened, "1") == 1


def test_limits_cannot_be_raised(opened: Session) -> None:
    for name in ("AS", "CPU", "NPROC", "FSIZE", "NOFILE", "CORE"):
        raised = f"resource.setrlimit(resource.RLIMIT_{name}, (resource.RLIM_INFINITY,) * 2)"
        assert "not allowed" in str(opened.run(raised, "c1").error)


def test_set_user_id_programs_gain_nothing(opened: Session) -> None:
    assert answer(opened, "subprocess.run(['su', '-c', 'id'], capture_output=True).returncode") != 0

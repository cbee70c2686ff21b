"""What a session can see and reach: its own files, the Python packages, and nothing else."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import Sandbox, Session, SessionEnded
from tests.sandbox.conftest import DATA

COURSE = Path(autograder.__file__).parents[1]

PRELUDE = """
import ctypes, errno, glob, os, pathlib, resource, socket, struct, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)

def refused(name, *args):
    libc[name].restype = ctypes.c_long
    value = libc[name](*args)
    return value == -1 and errno.errorcode[ctypes.get_errno()]

def attempt(action):
    try:
        return action()
    except OSError as problem:
        return errno.errorcode[problem.errno]
"""


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.session(DATA) as session:
        assert session.run(PRELUDE, "setup").error is None
        yield session


def answer(session: Session, expression: str) -> object:
    run = session.run(f"answer = {expression}", "c1")
    assert run.error is None, run.error
    return session.value("answer")


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
    "/root",
    "/home/student/..//../root",
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
    names = "[e for f in sys.path for e in attempt(lambda: os.listdir(f or '.')) if 'autograder' in e.lower()]"
    found = answer(opened, names)
    for name in found:
        reads = f"[attempt(lambda: open(os.path.join(f, {name!r})).read() or 'EMPTY') for f in sys.path if f]"
        listed = f"[attempt(lambda: os.listdir(os.path.join(f, {name!r}))) for f in sys.path if f]"
        assert set(map(str, [*answer(opened, reads), *answer(opened, listed)])) <= {"EACCES", "ENOENT", "ENOTDIR", "[]"}


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
    assert set(variables) <= ALLOWED_VARIABLES
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


# call: arguments; all must be refused by the filter
CALLS = {
    "ptrace": "16, 1, 0, 0",
    "process_vm_readv": "1, 0, 0, 0, 0, 0",
    "setpriority": "0, 1, 5",
    "sched_setscheduler": "1, 0, bytes(8)",
    "sched_setaffinity": "1, 8, bytes([1] * 8)",
    "unshare": "0x10000000",
    "setns": "0, 0",
    "mount": "b'x', b'/tmp', b'tmpfs', 0, 0",
    "umount2": "b'/tmp', 2",
    "chroot": "b'/tmp'",
    "shmget": "0, 4096, 0o1600",
    "msgget": "0, 0o1600",
    "semget": "0, 1, 0o1600",
    "mq_open": "b'/x', 0o102, 0o600, 0",
    "memfd_create": "b'x', 0",
    "personality": "0x0040000",
    "sethostname": "b'x', 1",
    "reboot": "0x01234567",
    "swapon": "b'/tmp/x', 0",
    "fanotify_init": "0, 0",
    "acct": "b'/tmp/x'",
    "prlimit": "1, 7, 0, ctypes.create_string_buffer(16)",
    "mmap": "0, 4096, 3, 0x21, -1, 0",
    "ioctl": "0, 0x5412, b'x'",
}
NUMBERS = {
    "x86_64": {
        "keyctl": 250,
        "add_key": 248,
        "bpf": 321,
        "userfaultfd": 323,
        "kcmp": 312,
        "ioprio_set": 251,
        "clone": 56,
    }
}
NUMBERS["aarch64"] = {
    "keyctl": 219,
    "add_key": 217,
    "bpf": 280,
    "userfaultfd": 282,
    "kcmp": 272,
    "ioprio_set": 30,
    "clone": 220,
}
EVERYWHERE = {
    "io_uring_setup": 425,
    "pidfd_getfd": 438,
    "perf_event_open": 298 if os.uname().machine == "x86_64" else 241,
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_are_refused(opened: Session, name: str) -> None:
    assert answer(opened, f"refused({name!r}, {CALLS[name]})") == "EPERM"


@pytest.mark.parametrize("name", [*NUMBERS["x86_64"], *EVERYWHERE])
def test_numbered_calls_are_refused(opened: Session, name: str) -> None:
    number = {**NUMBERS[os.uname().machine], **EVERYWHERE}[name]
    first = 0x10000011 if name == "clone" else 0  # a new user namespace
    assert answer(opened, f"refused('syscall', {number}, {first}, 0, 0, 0, 0)") == "EPERM"


def test_other_instruction_sets_end_the_process(light: Sandbox) -> None:
    if os.uname().machine == "x86_64":
        with light.session({}) as session, pytest.raises(SessionEnded, match="Bad system call"):
            session.run("import ctypes\nctypes.CDLL(None).syscall(0x40000000 | 39)", "c1")  # getpid of the x32 ABI


@pytest.mark.parametrize("family", [0, 4, 16, 17, 31, 38, 40, 44, 2**32 + 16])
def test_other_sockets_are_refused(opened: Session, family: int) -> None:
    assert (
        answer(
            opened,
            f"refused('syscall', {41 if os.uname().machine == 'x86_64' else 198}, ctypes.c_long({family}), 3, 0)",
        )
        == "EPERM"
    )


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

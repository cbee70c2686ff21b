"""System calls that the filter refuses."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from autograder.sandbox import Sandbox, Session
from tests.sandbox.asking import PRELUDE, answer
from tests.sandbox.conftest import DATA


@pytest.fixture(scope="module")
def opened(light: Sandbox) -> Iterator[Session]:
    with light.session(DATA) as session:
        assert session.run(PRELUDE, "setup").error is None
        yield session


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


@pytest.mark.parametrize("family", [0, 4, 16, 17, 31, 38, 40, 44, 2**32 + 16])
def test_other_sockets_are_refused(opened: Session, family: int) -> None:
    assert (
        answer(
            opened,
            f"refused('syscall', {41 if os.uname().machine == 'x86_64' else 198}, ctypes.c_long({family}), 3, 0)",
        )
        == "EPERM"
    )


def test_nobody_waits_for_a_file_that_a_session_has_locked(opened: Session) -> None:
    assert answer(opened, "attempt(lambda: __import__('fcntl').flock(open(os.__file__), 2))") == "ENOLCK"
    # what SQLite does in the session's own folder
    assert answer(opened, "attempt(lambda: __import__('fcntl').lockf(open('own', 'w'), 2))") is None

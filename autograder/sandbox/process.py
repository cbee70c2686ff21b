"""One started sandbox: its processes, and the control socket to its process 1."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

from autograder.errors import SandboxUnavailable
from autograder.sandbox.building import bubblewrap, interpreter, seccomp
from autograder.sandbox.channel import wait_readable
from autograder.sandbox.limits import Limits
from autograder.sandbox.session import Session

START_SECONDS = 60.0
BUILD_SECONDS = 30.0  # to build the sandbox, before anything is imported
CLEAN_SECONDS = 10.0
PACKET = 1 << 16
ENTRY = (
    "import sys; sys.path.insert(0, '/opt/sandbox'); from inside.start import main; del sys.path[0]; main(sys.argv[1])"
)
_ALLOW_NAMESPACES = (
    "Allow them (`sysctl kernel.unprivileged_userns_clone=1`, `sysctl user.max_user_namespaces=10000`, on Ubuntu "
    "`kernel.apparmor_restrict_unprivileged_userns=0`; in a container, start it with "
    "`--security-opt seccomp=unconfined`)."
)


class SandboxProcess:
    """Starts warming up when it is made.

    Args:
        preload: modules to import.
        hidden: packages to mask.
        folder_mb: size of each writable folder.

    Attributes:
        filtered: whether system calls are filtered.
        weaknesses: what this machine's sandbox cannot withhold, one line each.
        failed: modules that could not be imported, once it is ready.
        pid: process 1 of the sandbox, as this machine counts, once it is ready.

    Raises:
        SandboxUnavailable: this machine has no bubblewrap.
    """

    def __init__(self, preload: tuple[str, ...], hidden: tuple[str, ...], folder_mb: int) -> None:
        self.folder_mb = folder_mb
        self.failed: tuple[str, ...] = ()
        self._started = self._ready = self._has_read_ahead = False
        self.pid: int | None = None
        self._process_one: int | None = None  # a descriptor: unlike the number it is never another process
        tools = bubblewrap.find_tools()
        python = interpreter.describe(hidden)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        info_read, info_write = os.pipe()
        self._info = open(info_read, "rb")  # noqa: SIM115, PTH123  read once, when the sandbox is ready
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by kill
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, info_write)
            stack.enter_context(theirs)
            program_filter = seccomp.build()
            self.filtered = program_filter is not None
            self.weaknesses = tuple(bubblewrap.weaknesses(tools, filtered=self.filtered))
            files = {path: stack.enter_context(_file(text)) for path, text in bubblewrap.small_files().items()}
            numbers = {path: file.fileno() for path, file in files.items()}
            filter_fd = stack.enter_context(program_filter).fileno() if program_filter is not None else None
            config = {"control": theirs.fileno(), "preload": preload, "folders": bubblewrap.FOLDERS}
            fds = bubblewrap.Descriptors(info_write, filter_fd, numbers)
            program = [str(python.executable), "-S", "-P", "-c", ENTRY, json.dumps(config)]
            inherited = [theirs.fileno(), info_write, *numbers.values(), *([filter_fd] if filter_fd else [])]
            self._process = subprocess.Popen(
                bubblewrap.command(tools, python, fds, program, folder_mb),
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                pass_fds=inherited,
                env={"PATH": "/usr/bin:/bin"},
                cwd="/",
            )

    def alive(self) -> bool:
        """Whether the sandbox has not ended."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait until everything is imported.

        Raises:
            SandboxUnavailable: the sandbox could not be built, or Python did not start in it.
        """
        if self._ready:
            return
        self._wait_until_started(START_SECONDS)
        event = self._hear(START_SECONDS)
        if event.get("event") != "ready":
            raise did_not_start(self._said())
        self._ready = True
        self.failed = tuple(event["failed"])
        self._find_process_one()

    def open(self, limits: Limits, closed: Callable[[], None]) -> Session:
        """Fork the process of a session.

        Args:
            limits: of the session.
            closed: called when the session is closed.

        Raises:
            OSError: process 1 has ended.
        """
        known = {**asdict(limits), "limit_processes": counts_per_namespace()}
        message = json.dumps({"op": "open", "limits": known}).encode("ascii")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        try:
            socket.send_fds(self._control, [message], [theirs.fileno(), out_write, err_write])
        except OSError:
            ours.close()
            os.close(out_read)
            os.close(err_read)
            raise
        finally:
            theirs.close()
            os.close(out_write)
            os.close(err_write)
        return Session(limits, ours, self._control, (out_read, err_read), closed)

    def read_ahead(self) -> None:
        """Have process 1 read, once, what the traceback of the most usual mistake shows, for all later sessions.

        Raises:
            OSError: process 1 has ended, or does not answer.
        """
        if self._has_read_ahead:
            return
        self._has_read_ahead = True
        self._control.send(b'{"op": "read ahead"}')
        if self._hear(START_SECONDS).get("event") != "read":
            raise OSError("process 1 did not read ahead")

    def cleaned(self) -> bool:
        """End the session's processes and wait until nothing of it is left; False where that fails."""
        deadline = time.monotonic() + CLEAN_SECONDS
        try:
            self._control.send(b'{"op": "close"}')
        except OSError:
            return False
        while (left := deadline - time.monotonic()) > 0:
            event = self._hear(left).get("event")
            if event in ("clean", None):
                return event == "clean"
        return False

    def kill(self) -> None:
        """End the sandbox; with process 1 the kernel ends every other process in it."""
        self._wait_until_started(BUILD_SECONDS)
        self._control.close()
        self._find_process_one()
        if self._process_one is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process_one, signal.SIGKILL)
            os.close(self._process_one)
            self._process_one = None
        self._process.kill()
        self._process.wait()
        self._info.close()
        self._errors.close()

    def _wait_until_started(self, seconds: float) -> None:
        """Wait until bubblewrap has done its part; killed before, it would leave a process that waits forever."""
        if not self._started:
            self._started = self._hear(seconds).get("event") == "started"

    def _find_process_one(self) -> None:
        """Take hold of process 1 as soon as bubblewrap has said which it is."""
        if self.pid is None and select.select([self._info], [], [], 0)[0]:
            said = self._info.read1()
            if said:
                self.pid = int(json.loads(said)["child-pid"])
                with contextlib.suppress(ProcessLookupError):
                    self._process_one = os.pidfd_open(self.pid)

    def _hear(self, seconds: float) -> dict[str, Any]:
        """The next event, or an empty one when there is none in time or the sandbox is gone."""
        try:
            if not wait_readable(self._control, time.monotonic() + seconds):
                return {}
            return dict(json.loads(self._control.recv(PACKET) or b"{}"))
        except OSError:
            return {}

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read(8192).decode("utf-8", "replace").strip()


def _file(text: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller's stack closes it
    file.write(text.encode("utf-8"))
    file.seek(0)
    return file


def counts_per_namespace() -> bool:
    """Whether the kernel counts a user's processes per namespace (since Linux 5.14), so that a limit is ours alone."""
    release = os.uname().release.split(".")
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in release[:2]) >= (5, 14)


def did_not_start(said: str) -> SandboxUnavailable:
    """The error of a sandbox that did not start, from what bubblewrap or Python said."""
    lowered = said.lower()
    if "namespace" not in lowered and "uid map" not in lowered and "loopback" not in lowered:
        return SandboxUnavailable(f"the sandbox did not start. It said: {said or 'nothing'}", said)
    return SandboxUnavailable(
        f"user namespaces are switched off. The sandbox said: {said.rstrip('.')}.", said, remedy=_ALLOW_NAMESPACES
    )

"""Process 1 of the sandbox: loads the scientific stack once and forks a process per session.

Student code never runs here, and nothing that it can do reaches this process: signals from
inside its own namespace are ignored (their default action on process 1), its memory and
descriptors are closed to the others (undumpable), and the system-call filter withholds what
would change its limits or its priority.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import site
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from .channel import Channel
from .figures.recorder import Recorder
from .session import CHANNEL, Session, become
from .shell import Shell
from .warming import read_ahead, warm_up
from .watchdog import Unwatched, Watch, dirty, wipe

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
TICK_SECONDS = 0.05
LONGEST_REST = 0.5  # seconds, until somebody looks again
CLEAN_SECONDS = 8.0  # less than the host waits


def main(config: dict[str, Any], control: socket.socket) -> NoReturn:
    """Harden, warm up, then serve sessions until the host closes the control socket."""
    harden()
    site.sethelper()  # what Python's start without packages left out
    site.setcopyright()
    sys.argv = [""]
    shell, recorder, failed = warm_up(config)
    serving = Alone if config.get("alone") else Zygote
    serving(control, shell, recorder, config["folders"]).serve(failed)


def harden() -> None:
    """Close this process to the ones it will fork."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise SystemExit("prctl(PR_SET_DUMPABLE) failed")
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))  # the grader's own bound is not the sessions'
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


class Zygote:
    """Serves one session at a time.

    Args:
        control: to the host; one message is one packet.
        shell: copied into every session.
        recorder: likewise.
        folders: every folder that a session can write to; the first is the working folder.
    """

    def __init__(self, control: socket.socket, shell: Shell, recorder: Recorder, folders: list[str]) -> None:
        self._control = control
        self._shell = shell
        self._recorder = recorder
        self._folders = [Path(folder) for folder in folders]
        self._modes = [folder.stat().st_mode & 0o7777 for folder in self._folders]
        self._own = own_limits()

    def serve(self, failed: list[str]) -> NoReturn:
        """Open and close sessions until the host closes the control socket."""
        self._wipe(time.monotonic() + CLEAN_SECONDS)
        self._tell(event="ready", failed=failed)
        while True:
            message, fds = self._hear()
            if message["op"] == "open":
                self._session(message["limits"], fds)
            elif message["op"] == "read ahead":
                read_ahead(self._shell)
                self._tell(event="read")

    def _session(self, limits: dict[str, Any], fds: tuple[int, ...]) -> None:
        pid = os.fork()
        if pid == 0:
            self._child(limits, fds)
        for fd in fds:
            os.close(fd)
        self._attend(pid, Watch(limits, self._folders, pid))
        self._clean()

    def _child(self, limits: dict[str, Any], fds: tuple[int, ...]) -> NoReturn:
        try:
            become(limits, fds, str(self._folders[0]))
            channel = Channel(socket.socket(fileno=CHANNEL), limits["message_mb"] << 20)
            Session(channel, self._shell, self._recorder, limits).serve()
        finally:
            os._exit(70)

    def _attend(self, pid: int, watch: Unwatched) -> None:
        """Watch a session until the host closes it; say when it ended by itself or passed a limit."""
        child = os.pidfd_open(pid)
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        waiting.register(child, select.POLLIN)
        try:
            while True:
                ready = {fd for fd, _ in waiting.poll(TICK_SECONDS * 1000)}
                asked = self._control.fileno() in ready
                if asked and self._hear()[0]["op"] != "used":  # but "close"; a lost host does not come back from here
                    return
                passed = watch.look()
                if passed is not None:
                    kill_all()
                    self._tell(event="limit", limit=passed)
                    waiting.unregister(child)
                    self._hear()
                    return
                if child in ready:
                    self._tell(event="exit", status=exit_status(pid))
                    waiting.unregister(child)
                if asked:  # who hears the answer knows that the session had not ended by then
                    self._tell(event="used", spent=watch.spent, starved=watch.starved)
                reap(besides=pid)
                self._rest(watch)
        finally:
            os.close(child)

    def _rest(self, watch: Unwatched) -> None:
        """Stop all processes of a session that has had more than its share, for a while or until the host speaks."""
        seconds = watch.owes()
        if seconds <= 0:
            return
        signal_all(signal.SIGSTOP)
        select.select([self._control], [], [], min(seconds, LONGEST_REST))
        watch.rested()
        signal_all(signal.SIGCONT)

    def _clean(self) -> None:
        """Leave nothing of a session; end, and the whole sandbox with it, where that fails."""
        deadline = time.monotonic() + CLEAN_SECONDS
        kill_all()
        while not reaped_all():
            if time.monotonic() > deadline:
                raise SystemExit("a process of the session could not be ended")
            time.sleep(0.001)
            kill_all()
        self._wipe(deadline)
        if any(dirty(folder) for folder in self._folders) or own_limits() != self._own:
            raise SystemExit("the session left something behind")
        self._tell(event="clean")

    def _wipe(self, deadline: float) -> None:
        for folder, mode in zip(self._folders, self._modes, strict=True):
            wipe(folder, mode, deadline)

    def _tell(self, **event: Any) -> None:
        self._control.send(json.dumps(event).encode("ascii"))

    def _hear(self) -> tuple[dict[str, Any], tuple[int, ...]]:
        numbers = array.array("i")
        data, ancillary, _, _ = self._control.recvmsg(1 << 16, socket.CMSG_SPACE(3 * numbers.itemsize))
        if not data:
            os._exit(0)  # the host is gone; the kernel ends every process in here with this one
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers.frombytes(content)
        return json.loads(data), tuple(numbers)


class Alone(Zygote):
    """Where there is no sandbox around it: serves one session, watches and cleans nothing, and ends."""

    def _session(self, limits: dict[str, Any], fds: tuple[int, ...]) -> None:
        pid = os.fork()
        if pid == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            self._child(limits, fds)
        for fd in fds:
            os.close(fd)
        self._attend(pid, Unwatched(pid))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        raise SystemExit(0)


def kill_all() -> None:
    """Kill every process of the sandbox but this one; none can escape it by forking.

    Raises:
        SystemExit: this is no process 1, so that every process of the user would be meant.
    """
    signal_all(signal.SIGKILL)


def signal_all(number: signal.Signals) -> None:
    """Send a signal to every process of the sandbox but this one.

    Raises:
        SystemExit: as above.
    """
    if os.getpid() != 1:
        raise SystemExit("not in a sandbox")
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, number)


def exit_status(pid: int) -> int:
    """Exit code of a process that has ended, negative for a signal; without reaping it twice."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return 0


def reap(besides: int) -> None:
    """Collect orphans that have ended, but leave the session's own process to be seen."""
    while True:
        try:
            seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if seen is None or seen.si_pid == besides:
            return
        os.waitpid(seen.si_pid, os.WNOHANG)


def reaped_all() -> bool:
    """Collect processes that have ended; True once none is left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False


def own_limits() -> tuple[Any, ...]:
    """What another process of the same user might have changed about this one."""
    numbers = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    limits = tuple(resource.getrlimit(number) for number in numbers)
    return (*limits, os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0))

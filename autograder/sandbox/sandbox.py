"""The sandbox as the grader sees it: one warm process, one session after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.errors import SandboxUnavailable, SessionEnded
from autograder.sandbox.limits import Limits
from autograder.sandbox.preload import PRELOAD
from autograder.sandbox.process import SandboxProcess
from autograder.sandbox.session import Session
from autograder.sandbox.unisolated import UnisolatedProcess


class Sandbox:
    """Runs notebooks one after another, each in a fresh process without access to anything.

    The sandbox starts when it is first needed, or at :meth:`start`, and again whenever its
    process is gone.  It serves one session at a time; use one sandbox per worker.

    Args:
        limits: of the sessions; a session may be given others.
        preload: modules that are imported once; what is not installed is left out.  With ``matplotlib.pyplot`` among
            them, figures are drawn for practice.
        hidden: packages that student code must not be able to read, beside this one.
        isolated: False runs student code without any isolation (see :mod:`autograder.sandbox.unisolated`).

    Attributes:
        filtered: whether system calls are filtered.  Where libseccomp is missing they are not;
            then every session gets a sandbox of its own, because a session could change
            process 1 (its limits, its priority) or leave System V shared memory behind.
        weaknesses: what the sandbox cannot withhold on this machine, one line each; empty where all is in place.
        failed: modules of ``preload`` that could not be imported.
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008  frozen
        preload: tuple[str, ...] = PRELOAD,
        hidden: tuple[str, ...] = (),
        *,
        isolated: bool = True,
    ) -> None:
        self._isolated = isolated
        self.limits = limits
        self.failed: tuple[str, ...] = ()
        self.filtered = False
        self.weaknesses: tuple[str, ...] = ()
        self._preload = preload
        self._hidden = tuple(dict.fromkeys((__name__.split(".")[0], *hidden)))
        self._running: SandboxProcess | None = None
        self._session: Session | None = None
        self._reads_ahead = False  # once a student has made the mistake that it is for: who grades one need not wait

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of process 1 of the sandbox, as this machine counts; ``None`` before it is ready."""
        return self._running.pid if self._running is not None else None

    def start(self) -> None:
        """Start warming up, without waiting.

        Raises:
            SandboxUnavailable: student code cannot be isolated on this machine.
        """
        self._start(self.limits.folder_mb)

    def session(self, files: Mapping[str, bytes], limits: Limits | None = None) -> Session:
        """Open a session.

        Args:
            files: relative name (sub folders with "/") → content, written to the working folder.
            limits: of this session; the sandbox's where there are none.

        Raises:
            SandboxUnavailable: student code cannot be isolated on this machine.
            RuntimeError: the last session is still open.
            ValueError: a file name that leaves the working folder, or files that do not fit into it.
        """
        if self._session is not None:
            raise RuntimeError("a sandbox serves one session at a time; close the last one first")
        limits = limits or self.limits
        for name in files:
            check_name(name)
        warm = self._running is not None
        try:
            return self._open(files, limits)
        except SandboxUnavailable:
            if not warm:
                raise
        except (SessionEnded, OSError) as problem:
            if not warm:
                raise SandboxUnavailable(f"a session could not be opened: {problem}", str(problem)) from problem
        return self._open(files, limits)  # the warm process had ended meanwhile; now there is a new one

    def close(self) -> None:
        """End the sandbox and everything in it."""
        running, self._running = self._running, None
        if self._session is not None:
            self._session.close()
        if running is not None:
            running.kill()

    def _open(self, files: Mapping[str, bytes], limits: Limits) -> Session:
        running = self._start(limits.folder_mb)
        try:
            running.wait_until_ready()
            self.failed = running.failed
            if self._reads_ahead:
                running.read_ahead()
            session = self._session = running.open(limits, self._closed)
        except (SandboxUnavailable, OSError):
            self._running = None
            running.kill()
            raise
        try:
            session.write_files(files)
        except BaseException:
            session.close()
            raise
        return session

    def _start(self, folder_mb: int) -> SandboxProcess:
        running = self._running
        if running is not None and (running.folder_mb < folder_mb or not running.alive()):
            running.kill()
            running = None
        if running is None:
            running = self._new_process(max(folder_mb, self.limits.folder_mb))
            self.filtered, self.weaknesses = running.filtered, running.weaknesses
        self._running = running
        return running

    def _new_process(self, folder_mb: int) -> SandboxProcess:
        if self._isolated:
            return SandboxProcess(self._preload, self._hidden, folder_mb)
        return UnisolatedProcess(self._preload, folder_mb)

    def _closed(self) -> None:
        """A session was closed: keep the sandbox if it is clean, otherwise start a new one."""
        if self._session is not None and self._session.missed_a_key:
            self._reads_ahead = True
        self._session = None
        running = self._running
        if running is not None and not (running.filtered and running.cleaned()):
            running.kill()
            self._running = None
            with contextlib.suppress(SandboxUnavailable):  # whoever opens the next session hears of it
                self._start(running.folder_mb)


def check_name(name: str) -> None:
    """Make sure that a file name stays in the folder.

    Raises:
        ValueError: it does not.
    """
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts:
        raise ValueError(f"not a name of a file in the working folder: {name!r}")

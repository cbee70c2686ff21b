"""Where submissions are graded: in processes of this machine, or elsewhere (see :mod:`autograder.cluster`)."""

from __future__ import annotations

import functools
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor

from autograder import workers as processes
from autograder.sandbox import Limits, Sandbox
from autograder.submission import Packed, Task, grade_submission, pack

Grade = Callable[[Task], Packed]


class Engine:
    """A way to grade several submissions at the same time; its processes start when first asked for.

    Args:
        workers: how many are graded at the same time.
        new_executor: makes an executor for them.
        close: lets go of what all executors share.
        killed: what a future raises if its task took processes with it, while the executor goes on.
    """

    def __init__(
        self,
        workers: int,
        new_executor: Callable[[], Executor],
        close: Callable[[], None] = lambda: None,
        killed: tuple[type[Exception], ...] = (),
    ) -> None:
        self.workers = workers
        self.killed = killed
        self._new_executor = new_executor
        self._close = close
        self._executor: Executor | None = None

    @property
    def executor(self) -> Executor:
        """The executor, warm from one assignment to the next."""
        if self._executor is None:
            self._executor = self._new_executor()
        return self._executor

    def submit(self, grade: Grade, task: Task) -> Future[Packed]:
        """Have a task graded."""
        return self.executor.submit(grade, task)

    def check(self) -> None:
        """Make sure that what was submitted can still finish; raises EngineUnavailable where it cannot."""

    def renew(self) -> None:
        """Take another executor from now on: the processes of this one died, and a broken pool stays broken."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
        self._executor = None

    def close(self) -> None:
        """Let all processes go."""
        self.renew()
        self._close()


class EngineUnavailable(Exception):
    """The asked-for engine cannot be used; the message says what is missing."""


def local(workers: int, limits: Limits, *, isolated: bool = True) -> Engine:
    """Processes of this machine, each with a warm sandbox of its own that starts at once."""
    initialise = functools.partial(_warm, limits, isolated)
    return Engine(workers, functools.partial(ProcessPoolExecutor, workers, processes.context(), initialise))


def local_without_sandbox(workers: int) -> Engine:
    """Processes of this machine for work that runs no student code."""
    return Engine(workers, functools.partial(ProcessPoolExecutor, workers, processes.context(), _end_with_parent))


def grade_here(task: Task) -> Packed:
    """Grade a task in this process, with the sandbox that this thread keeps warm."""
    sandbox = _sandbox(task.limits.folder_mb, task.isolated, threading.get_ident())
    return pack(grade_submission(task, sandbox), task.template)


@functools.lru_cache(maxsize=16)
def _sandbox(folder_mb: int, isolated: bool, thread: int) -> Sandbox:
    """The size of its folder is a sandbox's own; all other limits are each submission's."""
    del thread  # a sandbox serves one session at a time, so threads do not share one
    return Sandbox(Limits(folder_mb=folder_mb), isolated=isolated)


def _end_with_parent() -> None:
    """Have this process end with the one that started it, also where that one is killed: a pool would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end, name="ends with its parent", daemon=True).start()


def _warm(limits: Limits, isolated: bool) -> None:
    _end_with_parent()
    _sandbox(limits.folder_mb, isolated, threading.get_ident()).start()

"""Where submissions are graded: in processes of this machine, or elsewhere (see :mod:`autograder.workers.cluster`)."""

from __future__ import annotations

import functools
import random
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import chdir, contextmanager
from importlib import import_module
from typing import TypeVar

import numpy

from autograder.grading.plain.confirmable import rehearse
from autograder.grading.submission import SubmissionResult, grade_submission, pack
from autograder.grading.task import Task
from autograder.sandbox import Limits, Sandbox
from autograder.sandbox.building.bubblewrap import find_tools
from autograder.sandbox.limits import check_shell
from autograder.sandbox.preload import PRELOAD
from autograder.workers.pool import Pool

Grade = Callable[[Task], SubmissionResult]
T = TypeVar("T")


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

    def submit(self, grade: Callable[[Task], T], task: Task) -> Future[T]:
        """Have a task graded in another process.

        Args:
            grade: a function of an installed module; it runs there.
            task: travels to that process.

        Returns:
            A future, which raises what ``grade`` raises, or one of ``killed``.
        """
        return self.executor.submit(grade, task)

    def check(self) -> None:
        """Make sure that what was submitted can still finish; raises EngineUnavailable where it cannot."""

    def renew(self) -> None:
        """Take another executor from now on; what this one has not done is withdrawn."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
        self._executor = None

    def close(self) -> None:
        """Let all processes go."""
        self.renew()
        self._close()


def local(
    workers: int,
    limits: Limits,
    hidden: tuple[str, ...],
    *,
    isolated: bool = True,
    preload: tuple[str, ...] | None = None,
) -> Engine:
    """Processes of this machine, each with a warm sandbox of its own that starts at once.

    Args:
        workers: how many.
        limits: of the sessions.
        hidden: packages that students must not be able to read.
        isolated: False runs student code without a sandbox.
        preload: modules that the sessions need, where that is known; see :func:`warm`.

    Raises:
        SandboxUnavailable: student code cannot be isolated here, because a program is missing, or cannot be given its
            limits, because the shell has smaller ones.
    """
    check_shell(limits)
    if isolated:
        find_tools()
    return Engine(
        workers, functools.partial(Pool, workers, functools.partial(warm, limits.folder_mb, hidden, isolated, preload))
    )


def local_without_sandbox(workers: int) -> Engine:
    """Processes of this machine for work that runs no student code."""
    return Engine(workers, functools.partial(Pool, workers))


def grade_here(task: Task) -> SubmissionResult:
    """Grade a task in this process, with the sandboxes that it keeps warm."""
    with _without_traces():
        return pack(grade_submission(task, sandbox_for(task)), task)


def rehearse_here(task: Task) -> dict[str, str]:
    """Find out in this process which test cells can be confirmed; see :mod:`autograder.grading.plain.confirmable`."""
    with _without_traces():
        return rehearse(task, sandbox_for(task))


def sandbox_for(task: Task) -> Sandbox:
    """The sandbox that this process keeps warm for tasks like this one."""
    return _sandbox(task.limits.folder_mb, task.hidden, task.isolated)


@contextmanager
def _without_traces() -> Iterator[None]:
    """Have tests run in a folder of their own, and leave the random generators as they were for the next submission."""
    own, numpys = random.getstate(), numpy.random.get_state()
    with tempfile.TemporaryDirectory(prefix="autograder-tests-", ignore_cleanup_errors=True) as folder, chdir(folder):
        try:
            yield
        finally:
            random.setstate(own)
            numpy.random.set_state(numpys)


@functools.lru_cache(maxsize=16)
def _sandbox(folder_mb: int, hidden: tuple[str, ...], isolated: bool) -> Sandbox:
    """The size of its folder is a sandbox's own; all other limits are each submission's."""
    preload = _WANTED.get((folder_mb, hidden, isolated), PRELOAD)
    return Sandbox(Limits(folder_mb=folder_mb), preload, hidden, isolated=isolated)


_WANTED: dict[tuple[int, tuple[str, ...], bool], tuple[str, ...]] = {}  # what a sandbox loads that needs not all


def warm(folder_mb: int, hidden: tuple[str, ...], isolated: bool, preload: tuple[str, ...] | None = None) -> None:
    """Start in this process the sandbox of tasks with these limits and settings, without waiting for it.

    Args:
        folder_mb: size of its folder.
        hidden: packages that students must not be able to read.
        isolated: whether it is one.
        preload: modules that its sessions need, where that is known; tests are likely to need them as well, so that
            they are loaded here meanwhile.
    """
    if preload is not None:
        _WANTED[folder_mb, hidden, isolated] = preload
    _sandbox(folder_mb, hidden, isolated).start()
    for name in preload or ():
        if name.partition(".")[0] != "matplotlib":
            import_module(name)

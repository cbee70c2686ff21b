"""Where submissions are graded: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import functools
import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor

from autograder.sandbox import Limits, Sandbox
from autograder.submission import Finished, Task, grade_submission


def local(workers: int, limits: Limits) -> Executor:
    """Processes of this machine, each with a warm sandbox of its own that starts at once."""
    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_warm, initargs=(limits,)
    )


def default_workers() -> int:
    """One per processor that this process may use."""
    return len(os.sched_getaffinity(0))


def grade_here(task: Task) -> Finished:
    """Grade a task in this process, with the sandbox that this process keeps warm."""
    return grade_submission(task, _sandbox(task.limits))


@functools.lru_cache(maxsize=2)
def _sandbox(limits: Limits) -> Sandbox:
    return Sandbox(limits)


def _warm(limits: Limits) -> None:
    # The sandbox warms up in its own process while this one imports what the referee needs.
    _sandbox(limits).start()
    import statsmodels.formula.api  # noqa: F401

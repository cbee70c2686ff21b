"""Where submissions are graded: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import functools
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from autograder.sandbox import Limits, Sandbox
from autograder.submission import Finished, Task, grade_submission


@dataclass(frozen=True)
class Engine:
    """A way to grade several submissions at the same time.

    Attributes:
        workers: how many are graded at the same time.
        new_executor: makes an executor for them; called again if its processes died.
        close: lets go of what all executors share.
    """

    workers: int
    new_executor: Callable[[], Executor]
    close: Callable[[], None] = lambda: None


class EngineUnavailable(Exception):
    """The asked-for engine cannot be used; the message says what is missing."""


def local(workers: int, limits: Limits, *, isolated: bool = True) -> Engine:
    """Processes of this machine, each with a warm sandbox of its own that starts at once."""

    def new_executor() -> Executor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, mp_context=context, initializer=_warm, initargs=(limits, isolated))

    return Engine(workers, new_executor)


def local_without_sandbox(workers: int) -> Engine:
    """Processes of this machine for work that runs no student code."""
    context = multiprocessing.get_context("spawn")
    executor = functools.partial(ProcessPoolExecutor, workers, mp_context=context, initializer=_end_with_parent)
    return Engine(workers, executor)


def dask(scheduler: str | None, workers: int) -> Engine:
    """The workers of a Dask cluster, one submission per worker thread at a time.

    Workers hold no state and read nothing of the course: all that a submission needs travels with it. They need
    this package and the course's reference solutions installed, and bubblewrap.

    Args:
        scheduler: address of the scheduler, such as "tcp://host:8786"; a cluster on this machine where there is none.
        workers: of the cluster on this machine.

    Raises:
        EngineUnavailable: Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise EngineUnavailable("Dask is not installed: pip install 'lmm-autograder[cluster]'") from None
    with ExitStack() as opened:
        own = None if scheduler else LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        if own is not None:
            opened.callback(own.close)
        try:
            client = Client(scheduler or own, timeout=10)
        except OSError as problem:
            raise EngineUnavailable(f"no Dask scheduler answers at {scheduler}: {problem}") from None
        opened.callback(client.close)
        return _on(client, scheduler, opened.pop_all().close)


def _on(client: Any, scheduler: str | None, close: Callable[[], None]) -> Engine:
    threads = sum(client.nthreads().values())
    if not threads:
        close()
        raise EngineUnavailable(
            f"the Dask scheduler at {scheduler} has no workers; start some with: dask worker {scheduler}"
        )
    return Engine(threads, functools.partial(client.get_executor, pure=False), close)


def default_workers() -> int:
    """One per processor that this process may use."""
    return len(os.sched_getaffinity(0))


def grade_here(task: Task) -> Finished:
    """Grade a task in this process, with the sandbox that this thread keeps warm."""
    return grade_submission(task, _sandbox(task.limits, task.isolated, threading.get_ident()))


@functools.lru_cache(maxsize=16)
def _sandbox(limits: Limits, isolated: bool, thread: int) -> Sandbox:
    del thread  # a sandbox serves one session at a time, so threads do not share one
    return Sandbox(limits, isolated=isolated)


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
    # The sandbox warms up in its own process while this one imports what the referee needs.
    _sandbox(limits, isolated, threading.get_ident()).start()
    import statsmodels.formula.api  # noqa: F401

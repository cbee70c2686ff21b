"""A Dask cluster as the place where submissions are graded.

Workers hold no state and read nothing of the course: all that a submission needs travels with it. They need this
package and the course's reference solutions installed, as they are here, and bubblewrap.
"""

from __future__ import annotations

import asyncio
import functools
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from autograder.errors import EngineUnavailable
from autograder.grading.task import Task
from autograder.sandbox import SandboxUnavailable
from autograder.workers import environment
from autograder.workers.engines import Engine, T
from autograder.workers.pool import Pool

ANSWER_SECONDS = 10  # in which a scheduler has to answer, also after a lost connection
PATIENCE_SECONDS = 60  # without any worker; what starts them again has to do so meanwhile
_POLL_SECONDS = 5  # between two looks at who is there

_GOES_ON = "Results so far are saved; run the same command again to continue."
_ONE_AT_A_TIME = threading.Lock()  # in a worker


class DaskEngine(Engine):
    """The workers of a Dask cluster, one submission per worker process at a time.

    Args:
        client: connected to the scheduler.
        address: of the scheduler.
        close: lets go of client and cluster.

    Raises:
        EngineUnavailable: there are no workers, or they run several threads.
    """

    def __init__(self, client: Any, address: str, close: Any) -> None:
        from distributed.scheduler import KilledWorker

        super().__init__(1, functools.partial(client.get_executor, pure=False), close, (KilledWorker,))
        self._client = client
        self._address = address
        self._looked = self._seen = time.monotonic()
        threads = self._threads()
        if not threads:
            raise EngineUnavailable(
                f"the Dask scheduler at {address} has no workers;",
                0,
                "one or more",
                f"start some with: dask worker {address} --nthreads 1",
            )
        many = [worker for worker, count in threads.items() if count > 1]
        if many:
            raise EngineUnavailable(
                f"a worker grades one submission at a time, so one with several threads wastes processors: {many[0]}.",
                threads,
                "one thread for each worker",
                "Start a process for each processor: dask worker ADDRESS --nworkers N --nthreads 1",
            )
        self.workers = len(threads)

    def submit(self, grade: Callable[[Task], T], task: Task) -> Future[T]:
        """Have a task graded by a worker that has the same installed as this process.

        Args:
            grade: a function of an installed module; it runs there.
            task: travels to the worker.
        """
        known = environment.installed(task.template)
        return self.executor.submit(_as_here, known, grade, task)

    def check(self) -> None:
        """Make sure that somebody is there to grade, and count who is.

        Raises:
            EngineUnavailable: the scheduler is gone, or for some time there has been no worker.
        """
        now = time.monotonic()
        if self._client.status == "running" and now < self._looked + _POLL_SECONDS:
            return
        self._looked = now
        workers = len(self._threads())
        if workers:
            self._seen = now
            self.workers = workers
        elif now > self._seen + PATIENCE_SECONDS:
            raise EngineUnavailable(
                f"all workers of the Dask cluster at {self._address} are gone, for {PATIENCE_SECONDS} s.",
                0,
                "one or more",
                _GOES_ON,
            )

    def close(self) -> None:
        """Withdraw what is not graded yet, and disconnect; also from a scheduler that is not there any more."""
        with suppress(Exception):
            self.renew()
        self._close()

    def _threads(self) -> dict[str, int]:
        """Worker → threads.

        Raises:
            EngineUnavailable: the scheduler does not answer.
        """
        deadline = time.monotonic() + ANSWER_SECONDS
        while self._client.status == "connecting" and time.monotonic() < deadline:
            time.sleep(0.1)  # it connects again by itself
        try:
            found = self._client.sync(self._client.scheduler.ncores, callback_timeout=ANSWER_SECONDS)
        except Exception as problem:  # of many kinds, by where the connection broke
            raise EngineUnavailable(
                f"the Dask scheduler at {self._address} does not answer any more "
                f"({type(problem).__name__}: {problem}).",
                str(problem),
                remedy=_GOES_ON,
            ) from None
        return dict(found)


def dask(scheduler: str | None, workers: int) -> DaskEngine:
    """An engine that grades on a Dask cluster.

    Args:
        scheduler: address of the scheduler, such as "tcp://host:8786"; a cluster on this machine where there is none.
        workers: of the cluster on this machine.

    Raises:
        EngineUnavailable: Dask is not installed, nobody answers at the address, or there are no workers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise EngineUnavailable(
            "Dask is not installed:", expected="distributed", remedy="pip install 'lmm-autograder[cluster]'"
        ) from None
    opened = ExitStack()
    try:
        if scheduler is None:
            with _sigint_ignored():
                own = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            opened.callback(own.close)
        address = scheduler or own.scheduler_address
        try:
            _ping(address)
            client = Client(address, timeout=ANSWER_SECONDS)
        except (OSError, TypeError, ValueError) as problem:
            why = str(problem) or f"nothing came within {ANSWER_SECONDS} s"
            raise EngineUnavailable(
                f"no Dask scheduler answers at {address}: {why.rstrip('.')}.",
                address,
                remedy="Start one there (dask scheduler), or name another address (--scheduler).",
            ) from None
        opened.callback(client.close)
        return DaskEngine(client, address, opened.close)
    except BaseException:
        opened.close()
        raise


def _ping(address: str) -> None:
    """Have a scheduler answer once: a client would wait forever for one that hangs while its port is open.

    Raises:
        OSError, ValueError: it does not.
    """
    from distributed import Security
    from distributed.core import rpc

    async def ask() -> None:
        async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
            await asyncio.wait_for(scheduler.identity(), ANSWER_SECONDS)

    with ThreadPoolExecutor(1) as apart:  # this thread may have an event loop that runs, as in Jupyter
        apart.submit(asyncio.run, ask()).result()


@contextmanager
def _sigint_ignored() -> Iterator[None]:
    """Processes that are started meanwhile do not hear Ctrl-C, which a terminal sends to all; they are ended later."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _as_here(known: Mapping[str, str], grade: Callable[[Task], T], task: Task) -> T:
    """In a worker: grade a task, if what decides points is installed as it is where the task comes from.

    Raises:
        EngineUnavailable: it is not, or student code cannot be isolated there.
    """
    from distributed import get_worker

    found = environment.installed(task.template)
    names = [name for name in sorted(known.keys() | found.keys()) if found.get(name) != known.get(name)]
    different = [f"{name} ({_short(found.get(name))} there, {_short(known.get(name))} here)" for name in names]
    if different:
        raise EngineUnavailable(
            f"the worker at {get_worker().address} has other versions or settings than this machine: "
            f"{', '.join(different)}. Points would depend on who grades;",
            {name: found.get(name) for name in names},
            {name: known.get(name) for name in names},
            f"install the same on both, and start the worker again. {_GOES_ON}",
        )
    try:
        with _ONE_AT_A_TIME:
            return _process().submit(grade, task).result()
    except SandboxUnavailable as problem:
        raise EngineUnavailable(
            f"the worker at {get_worker().address} cannot grade: {str(problem).rstrip('.')}.",
            str(problem),
            remedy=_GOES_ON,
        ) from None


@functools.cache
def _process() -> Pool:
    """In a worker: the process in which it grades. Time limits act in a main thread, and may end the process."""
    return Pool(1)


def _short(version: str | None) -> str:
    """A version, or the beginning of a digest."""
    return (version or "none")[:12]

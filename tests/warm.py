"""What each command makes anew, kept warm from one command of a test to the next: processes, compiled templates."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Hashable
from concurrent import futures
from concurrent.futures import Executor, Future
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from autograder.workers import beginning
from autograder.workers.engines import warm
from autograder.workers.pool import Pool

_LAST_SECONDS = 0.5  # for the last submission of a command that has ended, before its process is
_KEPT = 3  # pools of a process that runs tests; each process in them holds the libraries twice


class WarmPools:
    """Makes pools in the place of :class:`Pool`: one that was given back is lent to who asks with the same arguments.

    Who asks for processes without anything in them may get some that have a sandbox.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Hashable, ...], Pool] = {}  # that nobody uses

    def new(self, workers: int, initialize: Any = int) -> Executor:
        """Lend the pool with these arguments."""
        call = (initialize.func, *initialize.args) if hasattr(initialize, "func") else (initialize,)
        place = (workers, os.environ.get("PYTHONPATH"))
        if call[0] in (warm, beginning.warm):
            full = (warm, *call[1:4])  # a sandbox that has loaded everything serves those who need less
            is_there_at_once = call[4:] == ((),) and (*place, *full) not in self._kept
            call = (*full, ()) if is_there_at_once else full
            initialize = functools.partial(*call)
        if call[0] not in (warm, int):  # processes that are changed for one use
            return Pool(workers, initialize)
        key = (*place, *call)
        if call == (int,):
            key = next((one for one in reversed(self._kept) if one[:2] == place), key)
        pool = self._kept.pop(key, None) or Pool(workers, initialize)
        return WarmPool(pool, functools.partial(self._keep, key))

    def _keep(self, key: tuple[Hashable, ...], pool: Pool) -> None:
        """Take a pool back; those that were given back longest ago end if they become too many."""
        alike = self._kept.pop(key, None)
        if alike is not None:
            alike.shutdown()
        self._kept[key] = pool
        while len(self._kept) > _KEPT:
            self._kept.pop(next(iter(self._kept))).shutdown()

    def close(self) -> None:
        """End all processes."""
        while self._kept:
            self._kept.popitem()[1].shutdown()


class WarmPool(Executor):
    """A pool on loan: shutting it down leaves its processes alive, unless they go on being busy and nobody waits."""

    def __init__(self, pool: Pool, give_back: Callable[[Pool], None]) -> None:
        self._pool = pool
        self._give_back = give_back
        self._futures: list[Future[Any]] = []
        self._returned = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called in one of the processes."""
        if self._returned:
            raise RuntimeError("the pool has been shut down")
        self._futures = [one for one in self._futures if not one.done()]
        self._futures.append(self._pool.submit(fn, *args, **kwargs))
        return self._futures[-1]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give the processes back."""
        if self._returned:
            return
        self._returned = True
        if cancel_futures or not wait:
            self._futures = [one for one in self._futures if not one.cancel()]
        futures.wait(self._futures, None if wait else _LAST_SECONDS)
        if wait or all(one.done() for one in self._futures):
            self._give_back(self._pool)
        else:
            self._pool.shutdown(wait=False)


class WarmTemplates(BytecodeCache):
    """Templates of files, as they were compiled for one environment of Jinja, for others with the same settings."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what is known of a file with this text."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key, bucket.checksum] = bucket.code

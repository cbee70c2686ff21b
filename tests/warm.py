"""Processes that grade, kept warm from one command of a test to the next; commands themselves start them each time."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Hashable
from concurrent import futures
from concurrent.futures import Executor, Future
from typing import Any

from autograder.workers.engines import warm
from autograder.workers.pool import Pool

_KEPT = 3  # pools of a process that runs tests; each process in them holds the libraries twice


class WarmPools:
    """Makes pools in the place of :class:`Pool`: two with the same arguments are one.

    Who asks for processes without anything in them gets some that have a sandbox.
    """

    def __init__(self) -> None:
        self._pools: dict[tuple[Hashable, ...], Pool] = {}

    def new(self, workers: int, initialise: Any = int) -> Executor:
        """Lend the pool with these arguments; the one that was lent longest ago ends if they become too many."""
        call = (initialise.func, *initialise.args) if hasattr(initialise, "func") else (initialise,)
        if call[0] is warm:  # a sandbox that has loaded everything serves those who need less
            call = call[:4]
            initialise = functools.partial(*call)
        if call[0] not in (warm, int):  # processes that are changed for one use
            return Pool(workers, initialise)
        key = (workers, os.environ.get("PYTHONPATH"), *call)
        if call == (int,):
            key = next((one for one in reversed(self._pools) if one[:2] == key[:2]), key)
        pool = self._pools.pop(key, None) or Pool(workers, initialise)
        self._pools[key] = pool
        while len(self._pools) > _KEPT:
            self._pools.pop(next(iter(self._pools))).shutdown()
        return WarmPool(pool, lambda: self._pools.pop(key, None))

    def close(self) -> None:
        """End all processes."""
        while self._pools:
            self._pools.popitem()[1].shutdown()


class WarmPool(Executor):
    """A pool on loan: shutting it down leaves its processes alive, unless they are busy and nobody waits for them."""

    def __init__(self, pool: Pool, forget: Callable[[], object]) -> None:
        self._pool = pool
        self._forget = forget
        self._futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called in one of the processes."""
        self._futures = [one for one in self._futures if not one.done()]
        self._futures.append(self._pool.submit(fn, *args, **kwargs))
        return self._futures[-1]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Give the processes back."""
        if cancel_futures or not wait:
            self._futures = [one for one in self._futures if not one.cancel()]
        if wait:
            futures.wait(self._futures)
        elif not all(one.done() for one in self._futures):
            self._forget()
            self._pool.shutdown(wait=False)

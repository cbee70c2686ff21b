"""Bounds on the processor time of what a test does, in seconds of the machines on which the bounds were set."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_YARDSTICK_SECONDS = 0.15  # of such a machine
_MOST = 3.0  # times slower, and no more: else a machine that is slow enough would let anything pass


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail where a ``with`` block takes more processor time; a slower machine, or one that shares its cores, gets more.

    Example:
        >>> with at_most(1.0):
        ...     _ = sorted(range(1000))
    """
    started = time.process_time()
    yield
    spent = time.process_time() - started
    if spent > seconds:  # nobody needs to know how fast the machine is before
        allowed = seconds * min(max(1.0, _yardstick() / _YARDSTICK_SECONDS), _MOST)
        assert spent <= allowed, f"it took {spent:.2f} seconds of processor time, {allowed:.2f} are allowed here"


def _yardstick() -> float:
    """Processor time of a piece of work that is always the same: half in Python, half in the sorting of texts."""
    started = time.process_time()
    texts = [str(number * 7919 % 100_003) for number in range(100_000)]
    for _ in range(4):
        sorted(texts)
    return time.process_time() - started

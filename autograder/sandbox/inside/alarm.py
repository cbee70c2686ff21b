"""An interruption of student code that runs for too long, not of code that waits for the processor."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Any

MOST_GRANTED = 10  # times the limit; the host holds it as well
TICK_SECONDS = 0.1  # of waiting for the processor: less is chance


class Alarm:
    """Calls ``ring`` in the midst of a ``with`` block that runs for too long.

    Args:
        seconds: after which it rings; those in which others had the processor do not count.
        ring: raises what ends the block.
    """

    def __init__(self, seconds: float, ring: Callable[[], None]) -> None:
        self._seconds = seconds
        self._ring = ring

    def __enter__(self) -> Alarm:
        self._granted, self._before = 0.0, starved()
        self._theirs = signal.signal(signal.SIGALRM, self._due)
        signal.setitimer(signal.ITIMER_REAL, self._seconds)
        return self

    def __exit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.off()
        signal.signal(signal.SIGALRM, self._theirs)

    def off(self) -> None:
        """Do not ring any more."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _due(self, *_signal: Any) -> None:
        waited = min(starved() - self._before, MOST_GRANTED * self._seconds) - self._granted
        if waited <= TICK_SECONDS:
            self._ring()
        self._granted += waited
        signal.setitimer(signal.ITIMER_REAL, waited)


def starved() -> float:
    """Seconds in which this process could have run, and others did; 0 where the kernel does not tell."""
    try:
        file = os.open("/proc/self/schedstat", os.O_RDONLY)
        try:
            return int(os.read(file, 100).split()[1]) / 1e9
        finally:
            os.close(file)
    except Exception:  # also what student code has made of these functions
        return 0.0

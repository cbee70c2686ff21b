"""A clock for what others may take, which stands still where this process could not look."""

from __future__ import annotations

import time
from collections.abc import Callable


class OwnTime:
    """Counts the seconds in which this process computed, or waited as long as it meant to.

    A machine that is busy may not run this process for seconds. What it waits for may not have run either, or has come
    and could not be taken: such seconds are nobody's.

    Args:
        clock: of the wall.
        used: processor time of this process.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.process_time
    ) -> None:
        self._clock = clock
        self._used = used
        self._seconds = self._meant = 0.0
        self._seen = clock(), used()

    def mean_to_wait(self, seconds: float) -> None:
        """Say how long the wait that comes now may take."""
        self._meant += seconds

    def tick(self) -> float:
        """Seconds so far."""
        now = self._clock(), self._used()
        passed, computed = now[0] - self._seen[0], now[1] - self._seen[1]
        self._seconds += min(passed, computed + self._meant)
        self._seen, self._meant = now, 0.0
        return self._seconds

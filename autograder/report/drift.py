"""Whether points depend on when an answer was marked.

Answers are marked in a random order (``autograder.marking.order``), so that nothing but the marker's own change can
make points depend on it. In gradebooks of a learning management system the order is alphabetical, and points fall
along it (Wang, Pei & Li 2023, *30 Million Canvas Grading Records Reveal Widespread Sequential Bias*, SSRN 4603146).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from autograder.course.results.table import ClassTable
from autograder.report.markers import Origins, decisions

_LEAST = 20  # decisions
_BLOCKS = 10


@dataclass(frozen=True)
class Drift:
    """How points change while somebody marks.

    Marks are compared with the mean of the same marker for the same part, as shares of the points. What a student earns
    elsewhere is allowed for: it has nothing to do with a random order, and makes the interval narrower.
    """

    marks: int  # decisions: equal answers are marked together
    change: float  # from the first to the last answer of a sheet
    low: float  # of a 95 % interval
    high: float
    blocks: tuple[float, ...]  # mean deviation in each tenth of the order
    first: float | None  # mean deviation of the first ten, where sheets have fifty or more
    late: float | None  # of the fiftieth and later

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would hardly give it."""
        return self.low > 0 or self.high < 0


def drift_of(table: ClassTable, origins: Origins) -> Drift | None:
    """The drift in the marks whose order is known; ``None`` where there are too few of them.

    Points are shares of those of the part, less the mean of the same marker for the same part, and regressed on the
    place in the marker's order (0 … 1); the interval is that of Student's t.

    Args:
        table: of the class.
        origins: who gave which mark, and when.
    """
    series: dict[tuple[int, str], list[tuple[float, float, float]]] = defaultdict(list)
    elsewhere = _Elsewhere.of(table)
    for at, row, origin in decisions(table, origins):
        place = origin.time if origin.position is None else origin.position
        points = table.points[row, at] / table.items[at].max_points
        series[at, origin.marker].append((place, points, elsewhere.mean(row, at)))
    sheets = [np.array(sorted(marks)) for marks in series.values() if len(marks) > 1]
    ordered = _adjusted([marks[:, 1] for marks in sheets], [marks[:, 2] for marks in sheets])
    if sum(map(len, ordered)) < _LEAST:
        return None
    deviations = np.concatenate([points - points.mean() for points in ordered])
    places = np.concatenate([np.linspace(0.0, 1.0, len(points)) for points in ordered])
    change, error, freedom = _slope(places - 0.5, deviations, len(ordered))
    reach = float(stats.t.ppf(0.975, freedom)) * error
    first, late = _first_and_late(ordered)
    blocks = np.minimum((places * _BLOCKS).astype(int), _BLOCKS - 1)
    means = tuple(float(deviations[blocks == block].mean()) for block in range(_BLOCKS) if (blocks == block).any())
    return Drift(len(deviations), change, change - reach, change + reach, means, first, late)


@dataclass(frozen=True)
class _Elsewhere:
    """What students earn in other parts."""

    shares: NDArray[np.float64]
    sums: NDArray[np.float64]
    counts: NDArray[np.int_]

    @classmethod
    def of(cls, table: ClassTable) -> _Elsewhere:
        shares = table.shares()
        return cls(shares, np.nansum(shares, axis=1), (~np.isnan(shares)).sum(axis=1))

    def mean(self, row: int, at: int) -> float:
        """Mean share of a student in all parts but one; NaN where there is no other."""
        others = int(self.counts[row]) - 1
        return float(self.sums[row] - self.shares[row, at]) / others if others > 0 else float("nan")


def _adjusted(
    points: Sequence[NDArray[np.float64]], elsewhere: Sequence[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Points of each sheet without what goes with the points that their students earn elsewhere."""
    x = [np.nan_to_num(one - np.nanmean(one)) if not np.isnan(one).all() else np.zeros(len(one)) for one in elsewhere]
    squares = sum(float(one @ one) for one in x)
    together = sum(float(one @ (marks - marks.mean())) for one, marks in zip(x, points, strict=True))
    slope = together / squares if squares > 0 else 0.0
    return [marks - slope * one for one, marks in zip(x, points, strict=True)]


def _slope(x: NDArray[np.float64], y: NDArray[np.float64], means: int) -> tuple[float, float, int]:
    """Least squares slope with standard error; both are deviations from as many means."""
    freedom = max(len(x) - means - 1, 1)
    squares = float(x @ x)
    slope = float(x @ y) / squares
    rest = y - slope * x
    return slope, float(np.sqrt(rest @ rest / freedom / squares)), freedom


def _first_and_late(ordered: Sequence[NDArray[np.float64]]) -> tuple[float | None, float | None]:
    long = [points - points.mean() for points in ordered if len(points) >= 50]
    if not long:
        return None, None
    early, late = (np.concatenate([points[where] for points in long]) for where in (slice(10), slice(49, None)))
    return float(early.mean()), float(late.mean())

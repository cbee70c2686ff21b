"""Whether the questions of an assignment were good: classical test theory.

Difficulty and discrimination are what Moodle's quiz report calls facility index and discrimination index (Moodle,
*Quiz statistics calculations*); the tests hold these functions to Moodle's formulas. Cronbach's alpha is Moodle's
coefficient of internal consistency; its interval is Feldt's (1965, Psychometrika 30, 357-370).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from autograder.course.results.table import ClassTable, Item

FEW = 20  # students below which these numbers are noise
_GROUPS = 5  # of students, by the points that they earned elsewhere
_EASY, _HARD = 0.95, 0.2  # mean shares of the points
_WEAK = 0.2  # item-rest correlation
_LEVEL = 0.95  # of intervals


@dataclass(frozen=True)
class ItemStatistics:
    """One part as a question of a test."""

    part: str
    students: int
    difficulty: float  # mean share of the points: 1 is easiest
    spread: float  # standard deviation of the shares
    discrimination: float | None  # corrected item-rest correlation; None: everybody earned the same, here or elsewhere
    quintiles: tuple[float, ...]  # mean share of each fifth of the class, by points elsewhere; empty for a tiny class
    remarks: tuple[str, ...]  # in words


@dataclass(frozen=True)
class Reliability:
    """How well the points of an assignment tell students apart."""

    students: int  # whose parts all have points
    items: int
    alpha: float | None  # Cronbach's; None: fewer than two parts or three students, or no differences at all
    interval: tuple[float, float] | None  # of alpha, 95 %
    deviation: float  # standard deviation of the total, points
    error: float | None  # standard error of measurement, points


@dataclass(frozen=True)
class Questions:
    """The statistics of an assignment."""

    assignment: str
    items: tuple[ItemStatistics, ...]
    reliability: Reliability

    @property
    def is_noise(self) -> bool:
        """Whether there are too few students to conclude anything."""
        return self.reliability.students < FEW


def questions_of(table: ClassTable, assignment: str) -> Questions:
    """The statistics of an assignment, of the students who handed it in.

    How hard a part is, all tell who have points for it; how it goes with the others, those whose parts all have points.
    While written answers are being marked these are few, and not any: who left them blank is among them first.

    Args:
        table: of the class.
        assignment: its name.
    """
    columns, rows = table.columns(assignment), table.rows(assignment)
    points = table.points[np.ix_(rows, columns)]
    whole = points[~np.isnan(points).any(axis=1)]
    items = [table.items[at] for at in columns]
    found = (_statistics(item, points[:, at], whole, at) for at, item in enumerate(items))
    return Questions(assignment, tuple(filter(None, found)), reliability(whole))


def reliability(points: NDArray[np.float64]) -> Reliability:
    """Cronbach's alpha of a table of points, with Feldt's interval, and the standard error of measurement.

    alpha = k / (k - 1) · (1 - Σ Var(item) / Var(total)), and (1 - true alpha) / (1 - alpha) follows an F distribution
    with n - 1 and (n - 1)(k - 1) degrees of freedom where the items' errors are independent and of one variance.

    Args:
        points: shape (students, items), none missing.
    """
    n, k = points.shape
    deviation = float(points.sum(axis=1).std(ddof=1)) if n > 1 else 0.0
    if n < 3 or k < 2 or deviation < 1e-12:
        return Reliability(n, k, None, None, deviation, None)
    alpha = float(k / (k - 1) * (1 - points.var(axis=0, ddof=1).sum() / deviation**2))
    low, high = (float(stats.f.ppf(q, n - 1, (n - 1) * (k - 1))) for q in ((1 + _LEVEL) / 2, (1 - _LEVEL) / 2))
    interval = (1 - (1 - alpha) * low, 1 - (1 - alpha) * high)
    return Reliability(n, k, alpha, interval, deviation, float(deviation * np.sqrt(min(max(1 - alpha, 0.0), 1.0))))


def item_rest(item: NDArray[np.float64], rest: NDArray[np.float64]) -> float | None:
    """Pearson's correlation of an item with the sum of all others, the corrected item-total correlation of test theory.

    Args:
        item: points of each student, shape (n,), none missing.
        rest: points in all other parts, likewise.

    Returns:
        ``None`` for fewer than three students, or where one of the two does not vary.
    """
    if len(item) < 3 or item.std() < 1e-12 or rest.std() < 1e-12:
        return None
    return float(np.corrcoef(item, rest)[0, 1])


def _statistics(item: Item, points: NDArray[np.float64], whole: NDArray[np.float64], at: int) -> ItemStatistics | None:
    """The statistics of a part; ``None`` where nobody has points for it."""
    shares = points[~np.isnan(points)] / item.max_points
    if not len(shares):
        return None
    of_whole, rest = whole[:, at], np.delete(whole, at, axis=1).sum(axis=1)
    difficulty, discrimination, left = float(shares.mean()), item_rest(of_whole, rest), int(np.isnan(points).sum())
    said = [f"{left} of {len(points)} have no points for it yet."] if left else []
    return ItemStatistics(
        part=item.part,
        students=len(shares),
        difficulty=difficulty,
        spread=float(shares.std(ddof=1)) if len(shares) > 1 else 0.0,
        discrimination=discrimination,
        quintiles=_quintiles(of_whole / item.max_points, rest),
        remarks=tuple(said or _remarks(difficulty, discrimination, len(whole))),
    )


def _quintiles(shares: NDArray[np.float64], rest: NDArray[np.float64]) -> tuple[float, ...]:
    """Means by fifth of the class; students with equal points elsewhere count with the mean of all that have these."""
    if len(shares) < _GROUPS:
        return ()
    _, same = np.unique(rest, return_inverse=True)
    means = np.bincount(same, shares) / np.bincount(same)
    ordered = means[same][np.argsort(rest, kind="stable")]
    return tuple(float(group.mean()) for group in np.array_split(ordered, _GROUPS))


def _remarks(difficulty: float, discrimination: float | None, students: int) -> Iterator[str]:
    if difficulty >= _EASY:
        yield "Too easy to tell students apart: nearly everybody earns all points."
    elif difficulty <= _HARD:
        yield "Too hard: hardly anybody earns points. Was it taught, and is the question clear?"
    chance = 1.96 / np.sqrt(max(students - 3, 1))  # which a correlation of 0 hardly exceeds: Fisher's z
    if discrimination is not None and discrimination < -chance:
        yield (
            "Negative discrimination: who does well elsewhere does badly here. Look for a wrong reference solution, a "
            "misleading question, or a check that punishes a better way."
        )
    elif discrimination is not None and discrimination < _WEAK and _HARD < difficulty < _EASY:
        yield (
            "Weak discrimination: this part asks for something else than the others, was answered at random, or was "
            "marked in different ways."
        )

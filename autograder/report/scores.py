"""How the points of a class are distributed, by assignment and part, and what they were a year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograder.course.results.table import ClassTable

BINS = 10  # tenths of the points


@dataclass(frozen=True)
class Distribution:
    """Shares of the points, 0 … 1."""

    students: int
    mean: float
    quartiles: tuple[float, float, float]
    counts: tuple[int, ...]  # students in each tenth of the points; who has all of them is in the last

    @classmethod
    def of(cls, shares: NDArray[np.float64]) -> Distribution | None:
        """The distribution of some shares; ``None`` where there are none."""
        known = shares[~np.isnan(shares)]
        if not len(known):
            return None
        places = np.clip((known * BINS + 1e-9).astype(int), 0, BINS - 1)
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
        counts = tuple(int(count) for count in np.bincount(places, minlength=BINS))
        return cls(len(known), float(known.mean()), (float(low), float(middle), float(high)), counts)


@dataclass(frozen=True)
class PartScores:
    """The points of one part."""

    part: str
    max_points: float
    shares: Distribution | None
    before: Distribution | None  # in the other gradebook


@dataclass(frozen=True)
class Scores:
    """The points of an assignment, of those who handed it in and whose parts all have points."""

    assignment: str
    max_points: float
    shares: Distribution | None
    before: Distribution | None  # in the other gradebook
    unfinished: int  # submissions that are left out, because a part has no points yet
    late: int
    penalty: float  # points that were taken off for being late, of all students together
    missing: int
    parts: tuple[PartScores, ...]


def scores_of(table: ClassTable, assignment: str, before: ClassTable | None = None) -> Scores:
    """The points of an assignment and of its parts.

    Args:
        table: of the class.
        assignment: by name.
        before: another class, in which the assignment and its parts have the same names.
    """
    columns, rows = table.columns(assignment), table.rows(assignment)
    total = _totals(table, assignment)
    handed_in = table.handed_in[assignment].values()
    known = before if before is not None and assignment in before.due else None
    return Scores(
        assignment=assignment,
        max_points=sum(table.items[at].max_points for at in columns),
        shares=Distribution.of(total),
        before=Distribution.of(_totals(known, assignment)) if known else None,
        unfinished=int(np.isnan(total).sum()),
        late=sum(one.late_seconds > 0 for one in handed_in),
        penalty=sum(one.penalty for one in handed_in),
        missing=len(table.students) - len(rows),
        parts=tuple(
            PartScores(
                table.items[at].part,
                table.items[at].max_points,
                Distribution.of(table.shares()[rows, at]),
                _part_before(known, assignment, table.items[at].grade_id),
            )
            for at in columns
        ),
    )


def totals(table: ClassTable, columns: Sequence[int], rows: Sequence[int]) -> NDArray[np.float64]:
    """Shares of the points of several items together; NaN where one of them has none yet.

    Args:
        table: of the class.
        columns: places of the items in it.
        rows: places of the students in it.

    Returns:
        0 … 1 for each row; NaN where the items are worth nothing.
    """
    most = sum(table.items[at].max_points for at in columns)
    return table.points[np.ix_(rows, columns)].sum(axis=1) / most if most else np.full(len(rows), np.nan)


def _totals(table: ClassTable, assignment: str) -> NDArray[np.float64]:
    return totals(table, table.columns(assignment), table.rows(assignment))


def _part_before(before: ClassTable | None, assignment: str, grade_id: str) -> Distribution | None:
    if before is None:
        return None
    columns = [at for at in before.columns(assignment) if before.items[at].grade_id == grade_id]
    return Distribution.of(before.shares()[before.rows(assignment), columns[0]]) if columns else None

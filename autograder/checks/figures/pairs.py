"""Joined pairs: two values, or two points, for each subject with a line or an arrow between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.figures.panels import SWAPPED_KEEPS, content, joined_lines, marks, panels
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.values.containers import as_floats
from autograder.values.views import Axes, Figure, type_of_array

NOT_JOINED_KEEPS = 0.5
_NEAR = 2e-3  # of the range of the values; less than the width of a pen
_MOST_STROKES = 20_000  # of a panel that are looked at


@dataclass(frozen=True)
class Pairs:
    """What should be joined: values of shape (n, 1), on either axis, or points of shape (n, 2)."""

    start: type_of_array
    end: type_of_array

    @classmethod
    def of(cls, start: Any, end: Any) -> Pairs:
        """Two columns of values, or two pairs of columns x and y.

        Args:
            start: where each pair begins: n values, or a tuple (x, y) of as many.
            end: where it ends, in the same form and order.

        Raises:
            AuthorError: if they differ in length or shape, are empty, or not finite.

        Example:
            >>> Pairs.of([1.0, 2.0], [1.5, 1.8]).start.shape, Pairs.of(([0, 1], [2, 3]), ([0, 1], [4, 5])).start.shape
            ((2, 1), (2, 2))
        """
        first, second = _columns(start), _columns(end)
        if first.shape != second.shape or not len(first) or not np.isfinite([first, second]).all():
            raise AuthorError(
                "pairs need as many finite starts as ends, as one column each or as x and y", (start, end)
            )
        return cls(first, second)

    @property
    def slack(self) -> type_of_array:
        """The greatest difference that is none, by coordinate."""
        both = np.concatenate([self.start, self.end])
        return np.asarray(np.maximum(_NEAR * np.ptp(both, axis=0), 1e-9 * np.abs(both).max(axis=0) + 1e-300))

    def turned(self) -> Pairs:
        """The same points with the axes exchanged."""
        return Pairs(self.start[:, ::-1], self.end[:, ::-1])

    def equals(self, other: Pairs) -> bool:
        """Whether two sets of pairs are the same, pair by pair."""
        if self.start.shape != other.start.shape:
            return False
        return bool((np.abs([self.start - other.start, self.end - other.end]) <= self.slack).all())

    def joined(self, starts: type_of_array, ends: type_of_array) -> int:
        """How many of the pairs are the ends of a stroke, drawn in either direction.

        Args:
            starts: where the strokes begin, shape (m, 1) or (m, 2) as the pairs.
            ends: where they end, likewise.
        """
        if not len(starts):
            return 0
        found = 0
        for first, second in zip(self.start, self.end, strict=True):
            there = (np.abs(starts - first) <= self.slack) & (np.abs(ends - second) <= self.slack)
            back = (np.abs(starts - second) <= self.slack) & (np.abs(ends - first) <= self.slack)
            found += bool(there.all(axis=1).any() or back.all(axis=1).any())
        return found

    def marked(self, points: type_of_array) -> bool:
        """Whether all starts and ends are among the points."""
        if not len(points):
            return False
        wanted = np.concatenate([self.start, self.end])
        return all((np.abs(points - one) <= self.slack).all(axis=1).any() for one in wanted)


def _columns(values: Any) -> type_of_array:
    if isinstance(values, tuple) and len(values) == 2:
        x, y = as_floats(values[0]), as_floats(values[1])
        return np.column_stack([x, y]) if len(x) == len(y) else np.empty((0, 2))
    return as_floats(values).reshape(-1, 1)


def judge_pairs(figure: Figure, pairs: Pairs) -> Verdict:
    """Judge one figure by how many pairs are joined in its best panel.

    Args:
        figure: as it was recorded; arrows and lines through several points are strokes too.
        pairs: what should be joined. Values alone may run along either axis.
    """
    got, count = content(figure), len(pairs.start)
    best = most_joined(figure, pairs)
    if best == count:
        return right(got)
    if pairs.start.shape[1] == 2 and most_joined(figure, pairs.turned()) == count:
        return Verdict(SWAPPED_KEEPS, got, "The axes are exchanged.", "swapped")
    dimensions = pairs.start.shape[1]
    marked = any(pairs.marked(points) for axes in panels(figure) for points in _points(axes, dimensions))
    if marked and _joins_others(figure, pairs):
        hint = f"{best} of {plural(count, 'pair')} are joined as asked for. The others end at another one's point."
        return Verdict(max(NOT_JOINED_KEEPS, best / count), got, hint, "partners")
    if marked:
        hint = "All points are there, but not joined: draw a line or an arrow from each first point to its second."
        return Verdict(max(NOT_JOINED_KEEPS, best / count), got, hint, "not-joined")
    if best:
        hint = f"{best} of {plural(count, 'pair')} are joined as asked for."
        return Verdict(best / count, got, hint, "incomplete")
    if not any(joined_lines(axes) for axes in panels(figure)):
        return wrong(got, "There is no line that joins two points.", "no-pairs")
    return wrong(got, "None of the lines joins the two values that belong together.", "other-pairs")


def _joins_others(figure: Figure, pairs: Pairs) -> bool:
    """Whether strokes lead from a start to an end that is not its own."""
    dimensions = pairs.start.shape[1]
    for axes in panels(figure):
        for starts, ends in _strokes(axes, dimensions):
            for first in range(len(pairs.start)):
                others = replace(pairs, start=np.roll(pairs.start, first, axis=0))
                if first and others.joined(starts, ends):
                    return True
    return False


def most_joined(figure: Figure, pairs: Pairs) -> int:
    """How many pairs are joined in the panel that joins most of them."""
    dimensions = pairs.start.shape[1]
    return max(
        (pairs.joined(starts, ends) for axes in panels(figure) for starts, ends in _strokes(axes, dimensions)),
        default=0,
    )


def _strokes(axes: Axes, dimensions: int) -> Iterator[tuple[type_of_array, type_of_array]]:
    """The straight strokes of a panel as starts and ends; of values alone, those on each axis."""
    lines = [np.column_stack([line.x, line.y]) for line in joined_lines(axes)]
    starts = np.concatenate([line[:-1] for line in lines] or [np.empty((0, 2))])[:_MOST_STROKES]
    ends = np.concatenate([line[1:] for line in lines] or [np.empty((0, 2))])[:_MOST_STROKES]
    if dimensions == 2:
        yield starts, ends
        return
    for axis in (0, 1):
        yield starts[:, [axis]], ends[:, [axis]]


def _points(axes: Axes, dimensions: int) -> Iterator[type_of_array]:
    drawn = [np.column_stack(points) for points in marks(axes)]
    together = np.concatenate(drawn or [np.empty((0, 2))])
    if dimensions == 2:
        yield together
        return
    for axis in (0, 1):
        yield together[:, [axis]]

"""What all figure checks share: which figure to judge, and what lies in its panels.

Figures come as :func:`autograder.checks.visible.visible` leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.verdict import Verdict, wrong
from autograder.views import Axes, Figure, Line, type_of_array

SWAPPED_KEEPS = 0.5


@dataclass(frozen=True)
class Judged:
    """The verdict on the best of several figures, and all the figures that deserve it."""

    verdict: Verdict
    figures: tuple[Figure, ...] = ()


def best_of(figures: Sequence[Figure], judge: Callable[[Figure], Verdict]) -> Judged:
    """Judge each figure and keep the best verdict; drawing more than was asked for costs nothing."""
    drawn = [figure for figure in figures if any(has_content(axes) for axes in figure.axes)]
    if not drawn:
        return Judged(
            wrong(nothing(figures), "No figure was drawn in this part, or the cell stopped before.", "no-figure")
        )
    verdicts = [judge(figure) for figure in drawn]
    best = max(verdicts, key=lambda verdict: verdict.share)
    level = [figure for figure, verdict in zip(drawn, verdicts, strict=True) if verdict.share == best.share]
    return Judged(best, tuple(level) if best.share > 0 else ())


def nothing(figures: Sequence[Figure]) -> str:
    """What was found where nothing was drawn."""
    return "an empty figure" if figures else "no figure"


def has_content(axes: Axes) -> bool:
    """Whether anything is drawn in a panel."""
    return any((axes.lines, axes.segments, axes.points, axes.bars, axes.outlines))


def panels(figure: Figure) -> Iterator[Axes]:
    """The panels of a figure in which something is drawn."""
    return (axes for axes in figure.axes if has_content(axes))


def joined_lines(axes: Axes) -> list[Line]:
    """Everything in a panel that draws a line between at least two different points."""
    lines = (*axes.lines, *axes.segments)
    return [line for line in lines if line.joined and (np.ptp(line.x) > 0 or np.ptp(line.y) > 0)]


def marks(axes: Axes) -> list[tuple[type_of_array, type_of_array]]:
    """The points of each collection and of each line drawn with markers."""
    marked = [(line.x, line.y) for line in axes.lines if line.marked]
    return [(points.x, points.y) for points in axes.points] + marked


def content(figure: Figure) -> str:
    """What a figure shows, in words: ``180 points and 1 line``."""
    shown = list(panels(figure))
    counts = [
        (sum(len(x) for axes in shown for x, _ in marks(axes)), "point"),
        (sum(len(joined_lines(axes)) for axes in shown), "line"),
        (sum(len(bars.left) for axes in shown for bars in axes.bars), "bar"),
        (sum(len(axes.outlines) for axes in shown), "filled or stepped outline"),
    ]
    words = [plural(count, noun) for count, noun in counts if count]
    text = " and ".join(words) if words else "nothing"
    return f"a figure with {text}" + (f" in {len(shown)} panels" if len(shown) > 1 else "")


def transposed(line: Line) -> Line:
    """The line with its axes exchanged."""
    return Line(line.y, line.x, line.label, line.joined, line.marked)

"""What all figure checks share: which figure to judge, and what lies in its panels.

Figures come as :func:`autograder.checks.figures.panels.clean_figure` leaves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import Verdict, wrong
from autograder.checks.student import current, is_judging
from autograder.checks.tolerance import GREATEST, LEAST, Match
from autograder.checks.values.containers import as_floats
from autograder.values.views import Axes, Bars, Figure, Line, Outline, Points, type_of_array

SWAPPED_KEEPS = 0.5


@dataclass(frozen=True)
class Judged:
    """The verdict on the best of several figures, and all the figures that deserve it."""

    verdict: Verdict
    figures: tuple[Figure, ...] = ()


def best_of(figures: Sequence[Figure], judge: Callable[[Figure], Verdict]) -> Judged:
    """Judge each figure and keep the best verdict; drawing more than was asked for costs nothing.

    Args:
        figures: of the part.
        judge: one figure → its verdict.

    Returns:
        The best verdict, with the figures that deserve it where it earns anything.
    """
    drawn = [figure for figure in figures if any(has_content(axes) for axes in figure.axes)]
    stopped = current().stopped() if is_judging() else ""
    if not drawn:
        hint = f"No figure was drawn in this part. {stopped}" if stopped else "No figure was drawn in this part."
        return Judged(wrong(nothing(figures), hint, "no-figure"))
    verdicts = [judge(figure) for figure in drawn]
    best = max(verdicts, key=lambda verdict: verdict.share)
    level = [figure for figure, verdict in zip(drawn, verdicts, strict=True) if verdict.share == best.share]
    if stopped and best.share < 1:
        best = replace(best, hint=f"{best.hint} {stopped}".strip())
    return Judged(best, tuple(level) if best.share > 0 else ())


def known_figure(
    judged: Judged,
    figures: Sequence[Figure],
    shows: Callable[[Figure, Any], bool],
    is_right: Callable[[Any], bool],
    rows: Misconceptions,
) -> Verdict:
    """The verdict in the course's words where a row knows what was drawn instead.

    Args:
        judged: the check's own verdict.
        figures: of the part.
        shows: whether a figure shows the value of a row.
        is_right: whether the value of a row is the reference.
        rows: the misconceptions.
    """

    def agrees(value: Any) -> Match:
        return Match.FULL if any(shows(figure, value) for figure in figures) else Match.NONE

    found = rows.recognize(agrees, is_right)
    if found is None:
        return rows.named(judged.verdict).with_notes(rows.notes)
    return replace(found, got=judged.verdict.got, notes=rows.notes)


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
    return [line for line in lines if line.joined and (_varies(line.x) or _varies(line.y))]


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


_MOST_LINES = 400  # of all figures of one part that are looked at

_Drawn = TypeVar("_Drawn", Line, Points, Outline)


def clean_figure(figure: Figure) -> Figure:
    """The figure without coordinates that are missing, infinite or absurd, and without empty artists."""
    return replace(figure, axes=tuple(_axes(axes) for axes in figure.axes))


def last_figures(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """The last figures, as many as show a number of lines that can be looked through: many guesses are no answer."""
    lines = 0
    for place in range(len(figures) - 1, -1, -1):
        drawn = [line for axes in figures[place].axes for line in (*axes.lines, *axes.segments)]
        lines += sum(_varies(line.x) for line in drawn)
        if lines > _MOST_LINES and place < len(figures) - 1:
            return figures[place + 1 :]
    return figures


def _varies(column: type_of_array) -> bool:
    """Whether its numbers differ; np.ptp takes twice as long, which counts where there are thousands of lines."""
    return bool(column.max() > column.min())


def _axes(axes: Axes) -> Axes:
    return replace(
        axes,
        lines=_seen(axes.lines),
        points=_seen(axes.points),
        bars=tuple(bars for bars in map(_bars, axes.bars) if len(bars.left)),
        outlines=_seen(axes.outlines),
        segments=_seen(axes.segments),
    )


def _seen(artists: tuple[_Drawn, ...]) -> tuple[_Drawn, ...]:
    drawn = []
    for artist in artists:
        x, y = _together(artist.x, artist.y)
        if len(x):
            drawn.append(replace(artist, x=x, y=y))
    return tuple(drawn)


def _bars(bars: Bars) -> Bars:
    left, width, bottom, height = _together(bars.left, bars.width, bars.bottom, bars.height)
    return replace(bars, left=left, width=width, bottom=bottom, height=height)


def _together(*columns: type_of_array) -> list[type_of_array]:
    """Columns of one length, without the rows in which a number cannot be seen; nothing where lengths differ."""
    numbers = [as_floats(column) for column in columns]
    if len({len(column) for column in numbers}) != 1:
        return [np.empty(0) for _ in columns]
    table = np.stack(numbers)
    table = table[:, (np.abs(table) <= GREATEST).all(axis=0)]
    table[np.abs(table) < LEAST] = 0.0
    return list(table)

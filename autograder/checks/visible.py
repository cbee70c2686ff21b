"""What of a figure can be seen: numbers only, finite, of a size that can be computed with."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from autograder.checks.containers import as_floats
from autograder.views import Axes, Bars, Figure, Line, Outline, Points, type_of_array

_GREATEST = 1e100  # in any unit; what lies beyond is on no paper, and its square is still a number
_LEAST = 1e-100
_MOST_LINES = 400  # of all figures of one part that are looked at

_Drawn = TypeVar("_Drawn", Line, Points, Outline)


def visible(figure: Figure) -> Figure:
    """The figure without coordinates that are missing, infinite or absurd, and without empty artists."""
    return replace(figure, axes=tuple(_axes(axes) for axes in figure.axes))


def last_of_them(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """The last figures, as many as show a number of lines that can be looked through: many guesses are no answer."""
    lines = 0
    for place in range(len(figures) - 1, -1, -1):
        drawn = [line for axes in figures[place].axes for line in (*axes.lines, *axes.segments)]
        lines += sum(np.ptp(line.x) > 0 for line in drawn)
        if lines > _MOST_LINES and place < len(figures) - 1:
            return figures[place + 1 :]
    return figures


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
    table = table[:, (np.abs(table) <= _GREATEST).all(axis=0)]
    table[np.abs(table) < _LEAST] = 0.0
    return list(table)

"""What a figure shows, in a line: the text that stands for it where a page is read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.values.views import Axes, Figure, Line, Points

_LONGEST = 300  # characters
_PANELS = 4  # that are described one by one


def alt_text(figure: Figure) -> str:
    """A figure in words.

    Example:
        >>> import numpy as np
        >>> from autograder.values.views import Points
        >>> points = Points(np.zeros(180), np.zeros(180))
        >>> alt_text(Figure((Axes(xlabel="Days", ylabel="Reaction (ms)", points=(points,)),)))
        'scatter plot, 180 points; x: Days; y: Reaction (ms)'
    """
    shown = [axes for axes in figure.axes if any(_drawn(axes))]
    texts = ["; ".join(_panel(axes, figure)) for axes in shown[:_PANELS]]
    if not texts:
        return "an empty figure"
    if len(shown) > 1:
        texts = [f"{len(shown)} panels", *(f"panel {place}: {text}" for place, text in enumerate(texts, 1))]
    text = ". ".join([figure.title, *texts] if figure.title else texts)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _panel(axes: Axes, figure: Figure) -> Iterator[str]:
    yield ", ".join(_drawn(axes))
    for name, text in (
        ("title", axes.title),
        ("x", axes.xlabel or figure.xlabel),
        ("y", axes.ylabel or figure.ylabel),
        ("legend", ", ".join(axes.legend or ())),
    ):
        if text:
            yield f"{name}: {text}"


def _drawn(axes: Axes) -> Iterator[str]:
    clouds: list[Line | Points] = [*axes.points, *(line for line in axes.lines if line.marked and not line.joined)]
    lines = [line for line in axes.lines if line.joined]
    if clouds:
        yield f"scatter plot, {_count(sum(len(cloud.x) for cloud in clouds), 'point')}"
    if lines:
        yield _count(len(lines), "line")
    if axes.bars:
        yield _count(sum(len(bars.left) for bars in axes.bars), "bar")
    if axes.outlines:
        yield _count(len(axes.outlines), "filled area")
    if axes.segments:
        yield _count(len(axes.segments), "line segment")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def alt_texts(figures: Sequence[Figure], pictures: int) -> list[str]:
    """The texts of a cell's pictures; empty where figures and pictures cannot be told to belong together.

    Args:
        figures: that the cell drew, as they were recorded.
        pictures: number of pictures that it shows.
    """
    return [alt_text(figure) for figure in figures] if len(figures) == pictures else []

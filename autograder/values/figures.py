"""Recorded figures as views: decoded as strictly as values are."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.values import decode, views
from autograder.values.strict_json import MalformedValue, text, typed

MAX_FIGURES = 40
MAX_PARTS = 4_000  # artists of one kind in one panel
MAX_TEXT = 4_000


def decode_figures(node: Any) -> tuple[views.Figure, ...]:
    """The figures of one cell.

    Raises:
        MalformedValue: they do not follow the format.
    """
    return tuple(_figure(figure) for figure in _parts(node, MAX_FIGURES))


def _parts(node: Any, longest: int = MAX_PARTS) -> list[Any]:
    if type(node) is not list or len(node) > longest:
        raise MalformedValue("not a list, or one too long")
    return node


def _figure(node: Any) -> views.Figure:
    return views.Figure(tuple(_panel(axes) for axes in _parts(typed(node, "axes", list))), **_texts(node))


def _texts(node: Any) -> dict[str, str]:
    return {name: text(typed(node, name, str), MAX_TEXT) for name in ("title", "xlabel", "ylabel")}


def _panel(node: Any) -> views.Axes:
    legend = node.get("legend") if isinstance(node, dict) else None
    return views.Axes(
        **_texts(node),
        legend=None if legend is None else tuple(text(entry, MAX_TEXT) for entry in _parts(legend)),
        texts=tuple(text(entry, MAX_TEXT) for entry in _parts(node.get("texts"))),
        lines=tuple(_line(line) for line in _parts(node.get("lines"))),
        points=tuple(views.Points(**_numbers(one, "x", "y"), label=_label(one)) for one in _parts(node.get("points"))),
        bars=tuple(_bars(group) for group in _parts(node.get("bars"))),
        outlines=tuple(_outline(outline) for outline in _parts(node.get("outlines"))),
        segments=tuple(_line(segment) for segment in _parts(node.get("segments"))),
    )


def _label(node: Any) -> str:
    return text(typed(node, "label", str), MAX_TEXT)


def _line(node: Any) -> views.Line:
    joined, marked = typed(node, "joined", bool), typed(node, "marked", bool)
    return views.Line(**_numbers(node, "x", "y"), label=_label(node), joined=joined, marked=marked)


def _bars(node: Any) -> views.Bars:
    return views.Bars(**_numbers(node, "left", "width", "bottom", "height"), label=_label(node))


def _outline(node: Any) -> views.Outline:
    return views.Outline(**_numbers(node, "x", "y"), label=_label(node), band=typed(node, "band", bool))


def _numbers(node: Any, *names: str) -> dict[str, views.type_of_array]:
    """Arrays of floats, one-dimensional and of the same length."""
    arrays = {name: decode.decode(typed(node, name, dict)) for name in names}
    for array in arrays.values():
        if not isinstance(array, np.ndarray) or array.dtype != np.float64 or array.ndim != 1:
            raise MalformedValue("not a row of numbers")
    if len({len(array) for array in arrays.values()}) != 1:
        raise MalformedValue("coordinates that do not match")
    return arrays

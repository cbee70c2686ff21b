"""Figures as real libraries draw them, turned into views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.container import BarContainer

from autograder.values import views


def drawn(draw: Callable[[], Any]) -> tuple[views.Figure, ...]:
    """Everything that ``draw`` draws through pyplot, oldest figure first."""
    plt.close("all")
    try:
        draw()
        return tuple(_figure(plt.figure(number)) for number in plt.get_fignums())
    finally:
        plt.close("all")


def _figure(figure: Any) -> views.Figure:
    axes = tuple(_axes(one) for one in figure.axes)
    return views.Figure(axes, figure.get_suptitle(), figure.get_supxlabel(), figure.get_supylabel())


def _axes(axes: Any) -> views.Axes:
    legend = axes.get_legend()
    bars = [one for one in axes.containers if isinstance(one, BarContainer)]
    barred = {id(patch) for one in bars for patch in one.patches}
    shapes = [patch for patch in axes.patches if id(patch) not in barred]
    outlines = [_outline(axes, patch.get_path().vertices, patch.get_transform(), patch, False) for patch in shapes]
    for band in (one for one in axes.collections if isinstance(one, PolyCollection)):
        outlines += [_outline(axes, path.vertices, band.get_transform(), band, True) for path in band.get_paths()]
    return views.Axes(
        title=axes.get_title(),
        xlabel=axes.get_xlabel(),
        ylabel=axes.get_ylabel(),
        legend=None if legend is None else tuple(text.get_text() for text in legend.get_texts()),
        texts=tuple(text.get_text() for text in axes.texts),
        lines=tuple(_line(line) for line in axes.lines),
        points=tuple(
            views.Points(*_columns(np.ma.filled(one.get_offsets(), np.nan)), _label(one))
            for one in axes.collections
            if isinstance(one, PathCollection)
        ),
        bars=tuple(_bars(one) for one in bars),
        outlines=tuple(outlines),
        segments=tuple(
            views.Line(*_columns(segment), _label(one))
            for one in axes.collections
            if isinstance(one, LineCollection)
            for segment in one.get_segments()
        ),
    )


def _line(line: Any) -> views.Line:
    x, y = (np.asarray(values, dtype=float) for values in line.get_data(orig=False))
    joined = line.get_linestyle() not in ("None", "", " ")
    return views.Line(x, y, _label(line), joined, line.get_marker() not in (None, "None", "", " "))


def _bars(container: Any) -> views.Bars:
    boxes = [(bar.get_x(), bar.get_width(), bar.get_y(), bar.get_height()) for bar in container.patches]
    left, width, bottom, height = np.array(boxes, dtype=float).T
    return views.Bars(left, width, bottom, height, _label(container))


def _outline(axes: Any, vertices: Any, transform: Any, artist: Any, band: bool) -> views.Outline:
    points = axes.transData.inverted().transform(transform.transform(vertices))
    return views.Outline(*_columns(points), _label(artist), band)


def _columns(points: Any) -> tuple[Any, Any]:
    x, y = np.asarray(points, dtype=float).T
    return x, y


def _label(artist: Any) -> str:
    label = str(artist.get_label())
    return "" if label.startswith("_") else label

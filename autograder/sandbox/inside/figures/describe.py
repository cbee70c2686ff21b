"""Describe what a matplotlib figure shows, in data coordinates."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterable
from typing import Any, TypeVar

T = TypeVar("T")

MAX_PANELS = 64  # per figure
MAX_ARTISTS = 400  # of one kind per panel
MAX_POINTS = 100_000  # per artist
MAX_TEXT = 500  # characters


class Budget:
    """How much more of a cell's figures may be recorded."""

    def __init__(self, numbers: int, artists: int) -> None:
        self._numbers = numbers
        self._artists = artists

    def numbers(self, wanted: int) -> int:
        """As many of ``wanted`` coordinates as there are left."""
        taken = min(wanted, self._numbers)
        self._numbers -= taken
        return taken

    def artists(self, wanted: Iterable[T]) -> list[T]:
        """As many of the artists of one kind in one panel as may be recorded."""
        taken = list(itertools.islice(wanted, min(MAX_ARTISTS, self._artists)))
        self._artists -= len(taken)
        return taken


def describe(figure: Any, budget: Budget) -> dict[str, Any] | None:
    """A figure as the fields of the host's ``views.Figure``; ``None`` where it has no panel."""
    panels = [axes for axes in _panels(figure) if axes.get_visible()]
    if not panels:
        return None
    common = [text for legend in figure.legends for text in _legend(legend)]
    return {
        "title": _text(figure.get_suptitle()),
        "xlabel": _text(figure.get_supxlabel()),
        "ylabel": _text(figure.get_supylabel()),
        "axes": [Panel(axes, budget).describe(common) for axes in panels],
    }


def _panels(figure: Any) -> list[Any]:
    panels: list[Any] = []
    for axes in figure.axes:
        panels += [axes, *getattr(axes, "child_axes", [])]
    return [axes for axes in panels if hasattr(axes, "get_lines")][:MAX_PANELS]


def _text(text: Any) -> str:
    return str(text).encode("utf-8", "replace").decode("utf-8")[:MAX_TEXT]


def _label(artist: Any) -> str:
    label = _text(artist.get_label())
    return "" if label.startswith("_") else label


def _legend(legend: Any) -> list[str]:
    title = _text(legend.get_title().get_text())
    texts = [_text(text.get_text()) for text in legend.get_texts()]
    return (texts + [title] * (title not in ("", "None")))[:MAX_ARTISTS]


class Panel:
    """One axes."""

    def __init__(self, axes: Any, budget: Budget) -> None:
        self._axes = axes
        self._budget = budget

    def describe(self, common_legend: list[str]) -> dict[str, Any]:
        """The panel as the fields of ``views.Axes``."""
        axes = self._axes
        legend = axes.get_legend()
        titles = [_text(axes.get_title(loc)) for loc in ("left", "center", "right")]
        bars, used = self._bars()
        return {
            "title": " ".join(title for title in titles if title),
            "xlabel": _text(axes.get_xlabel()),
            "ylabel": _text(axes.get_ylabel()),
            "legend": (_legend(legend) if legend is not None else common_legend) or None,
            "texts": [_text(text.get_text()) for text in axes.texts if text.get_visible()][:MAX_ARTISTS],
            "lines": self._lines(),
            "bars": bars,
            "outlines": self._budget.artists(self._outlines(used)),
            "points": self._budget.artists(self._points()),
            "segments": self._budget.artists(self._segments()),
        }

    def _to_data(self, points: Any, transform: Any) -> Any:
        """Points (n, 2) in data coordinates; those in axes coordinates span the limits as they are now."""
        import numpy as np

        points = np.ma.filled(np.ma.asarray(points, dtype=float), np.nan).reshape(-1, 2)[:MAX_POINTS]
        points = points[: self._budget.numbers(2 * len(points)) // 2]
        if transform == self._axes.transData or len(points) == 0:
            return points
        return self._axes.transData.inverted().transform(transform.transform(points))

    def _lines(self) -> list[dict[str, Any]]:
        from matplotlib.container import ErrorbarContainer

        labels, caps = {}, set()
        for container in self._axes.containers:
            if isinstance(container, ErrorbarContainer):
                caps |= {id(cap) for cap in container.lines[1]}
                labels[id(container.lines[0])] = _label(container)
        lines = [line for line in self._axes.lines if line.get_visible() and id(line) not in caps]
        return [self._line(line, labels.get(id(line))) for line in self._budget.artists(lines)]

    def _line(self, line: Any, label: str | None) -> dict[str, Any]:
        import numpy as np

        points = self._to_data(np.ma.column_stack(line.get_data(orig=False)[:2]), line.get_transform())
        return {
            **_coordinates(points),
            "label": _label(line) if label is None else label,
            "joined": line.get_linestyle() not in ("None", "", " ") and line.get_linewidth() > 0 and len(points) > 1,
            "marked": line.get_marker() not in (None, "None", "none", "", " "),
        }

    def _bars(self) -> tuple[list[dict[str, Any]], set[int]]:
        from matplotlib.container import BarContainer

        groups: list[dict[str, Any]] = []
        used: set[int] = set()
        for container in self._axes.containers:
            if not isinstance(container, BarContainer):
                continue
            used |= {id(bar) for bar in container.patches}
            bars: list[Any] = [bar for bar in container.patches if bar.get_visible()]
            bars = bars[: self._budget.numbers(4 * len(bars)) // 4]
            if bars and self._budget.artists([container]):
                label = _label(container) or _label(bars[0])  # the second where one call draws several histograms
                groups.append({**_rectangles(bars), "label": label})
        return groups, used

    def _outlines(self, used: set[int]) -> Iterable[dict[str, Any]]:
        """Every other shape, a step histogram for example, and bands."""
        for patch in self._axes.patches:
            if patch.get_visible() and id(patch) not in used and self._ends_of(patch) is None:
                points = self._to_data(patch.get_path().vertices, patch.get_transform())
                yield {**_coordinates(points), "label": _label(patch), "band": False}
        yield from self._bands()

    def _collections(self, kind: type) -> Iterable[Any]:
        of_kind: list[Any] = [one for one in self._axes.collections if isinstance(one, kind)]
        return (one for one in of_kind if one.get_visible())

    def _bands(self) -> Iterable[dict[str, Any]]:
        from matplotlib.collections import PolyCollection

        for collection in self._collections(PolyCollection):
            if hasattr(collection, "scale_units"):
                continue  # arrows
            for path in collection.get_paths():
                points = self._to_data(path.vertices, collection.get_transform())
                if len(points):
                    yield {**_coordinates(points), "label": _label(collection), "band": True}

    def _points(self) -> Iterable[dict[str, Any]]:
        from matplotlib.collections import PathCollection

        for collection in self._collections(PathCollection):
            points = self._to_data(collection.get_offsets(), collection.get_offset_transform())
            if len(points):
                yield {**_coordinates(points), "label": _label(collection)}

    def _segments(self) -> Iterable[dict[str, Any]]:
        from matplotlib.collections import LineCollection

        for collection in self._collections(LineCollection):
            for segment in collection.get_segments():
                points = self._to_data(segment, collection.get_transform())
                if len(points):
                    yield {**_coordinates(points), "label": _label(collection), "joined": True, "marked": False}
        for start, end in self._arrows():
            points = self._to_data([start, end], self._axes.transData)
            if len(points) == 2:
                yield {**_coordinates(points), "label": "", "joined": True, "marked": False}

    def _arrows(self) -> Iterable[tuple[Any, Any]]:
        """Start and end of each arrow between two points of the data: annotations, quivers and arrow patches."""
        from matplotlib.quiver import Quiver
        from matplotlib.text import Annotation

        for text in self._axes.texts:
            between_data = isinstance(text, Annotation) and text.xycoords == "data" and text.anncoords == "data"
            if between_data and text.arrow_patch is not None and text.get_visible():
                yield text.xyann, text.xy
        for quiver in self._collections(Quiver):
            if quiver.angles == "xy" and quiver.scale_units == "xy" and quiver.scale:
                for (x, y), u, v in zip(quiver.XY, quiver.U, quiver.V, strict=True):
                    yield (x, y), (x + u / quiver.scale, y + v / quiver.scale)
        for patch in self._axes.patches:
            ends = self._ends_of(patch) if patch.get_visible() else None
            if ends is not None:
                yield ends

    def _ends_of(self, patch: Any) -> tuple[Any, Any] | None:
        """Start and end of a patch that is an arrow between two points of the data; ``None`` for any other.

        The path of a patch has the outline of its head; matplotlib keeps the ends in attributes without a public name.
        """
        from matplotlib.patches import ConnectionPatch, FancyArrow, FancyArrowPatch

        if isinstance(patch, ConnectionPatch):
            here = all(axes in (None, self._axes) for axes in (patch.axesA, patch.axesB))
            return (patch.xy1, patch.xy2) if here and patch.coords1 == patch.coords2 == "data" else None
        if isinstance(patch, FancyArrowPatch):
            ends = getattr(patch, "_posA_posB", None)
            return (ends[0], ends[1]) if ends and patch.get_transform() == self._axes.transData else None
        if isinstance(patch, FancyArrow) and hasattr(patch, "_dx"):
            of_arrow: Any = patch
            x, y = of_arrow._x, of_arrow._y
            return (x, y), (x + of_arrow._dx, y + of_arrow._dy)
        return None


def numbers(values: Any) -> dict[str, Any]:
    """An array of floats as a node of the wire format."""
    import numpy as np

    flat = np.ascontiguousarray(values, dtype="<f8").ravel()
    data = base64.b64encode(flat.tobytes()).decode("ascii")
    return {"t": "array", "dtype": "<f8", "shape": [len(flat)], "data": data}


def _coordinates(points: Any) -> dict[str, Any]:
    return {"x": numbers(points[:, 0]), "y": numbers(points[:, 1])}


def _rectangles(bars: list[Any]) -> dict[str, Any]:
    boxes = [bar.get_bbox() for bar in bars]  # a bar of negative width or height has its corners swapped
    return {
        "left": numbers([box.xmin for box in boxes]),
        "width": numbers([box.xmax - box.xmin for box in boxes]),
        "bottom": numbers([bar.get_y() for bar in bars]),
        "height": numbers([bar.get_height() for bar in bars]),
    }

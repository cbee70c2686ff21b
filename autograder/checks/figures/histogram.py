"""A histogram of given values: any bins, scaled in any usual way, as bars, stacked or as an outline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.figures.panels import Judged, content, known_figure, panels
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.values.containers import as_floats
from autograder.values.views import Axes, Bars, Figure, Line, Outline, type_of_array

ONE_BAR_KEEPS = 0.25
PART_KEEPS = 0.5
CUMULATIVE_KEEPS = 0.5
_MOST_LAYERS = 50  # of one panel that are looked at
_MOST_CORNERS = 5000  # of an outline that may be steps
_EDGE = 1e-6  # of the range of the values
_COUNT = 1e-6  # relative to the number of values


@dataclass(frozen=True)
class Bins:
    """Bars along the axis of the values: edges in their unit, heights on the other axis.

    Attributes:
        left: lower edges, shape (n,), ascending.
        right: upper edges, likewise.
        height: of each bar: a count, a density, a share or a percentage.
    """

    left: type_of_array
    right: type_of_array
    height: type_of_array

    @classmethod
    def of(cls, start: type_of_array, width: type_of_array, height: type_of_array) -> Bins:
        """Sorted bins; bars of negative width are turned round.

        Args:
            start: one edge of each bar, shape (n,), in the unit of the values.
            width: of each, in the same unit.
            height: of each: a count, a density, a share or a percentage.
        """
        begin, end = np.minimum(start, start + width), np.maximum(start, start + width)
        order = np.argsort(begin)
        return cls(begin[order], end[order], height[order])

    def widened(self) -> Bins:
        """The bins of bars that were drawn narrower than their bin (``rwidth``, ``shrink``, bar charts)."""
        width, centre = self.right - self.left, (self.left + self.right) / 2
        if len(width) < 2 or not (np.diff(centre) > 0).all() or not (width > 0).all():
            return self
        factor = float((2 * np.diff(centre) / (width[1:] + width[:-1])).min())
        return Bins(centre - factor * width / 2, centre + factor * width / 2, self.height) if factor > 1 else self


def reference_values(values: Any) -> type_of_array:
    """The finite values, sorted.

    Raises:
        AuthorError: if there is none.
    """
    numbers = as_floats(values)
    numbers = np.sort(numbers[np.isfinite(numbers)])
    if not len(numbers):
        raise AuthorError("a histogram needs at least one finite value to be compared with", values)
    return numbers


def judge_histogram(figure: Figure, values: type_of_array) -> Verdict:
    """Judge one figure as a histogram, upright or lying: does each bar count the values between its edges?

    Args:
        figure: as it was recorded.
        values: finite and sorted, as :func:`reference_values` gives them.
    """
    shown = [bins for axes in panels(figure) for bins in (*upright(axes), *lying(axes))]
    best = max((_judge_bins(bins, values) for bins in shown), key=lambda verdict: verdict.share, default=None)
    if best is not None and best.share > 0:
        return best
    if not any(_shapes(axes.bars, axes.outlines) for axes in panels(figure)):
        hint = "There is no histogram: no bars that count how many values fall into each interval."
        return wrong(content(figure), hint, "no-bars")
    return _failed(figure, values)


def known_mistake(judged: Judged, figures: tuple[Figure, ...], values: type_of_array, rows: Misconceptions) -> Verdict:
    """The verdict in the course's words where a row knows the mistake.

    Args:
        judged: the check's own verdict.
        figures: of the part.
        values: the reference, finite and sorted.
        rows: misconceptions; ``wrong`` gives the values that are shown instead.
    """
    return known_figure(
        judged,
        figures,
        lambda figure, other: judge_histogram(figure, reference_values(other)).passed,
        lambda other: np.array_equal(reference_values(other), values),
        rows,
    )


def is_lying(figure: Figure, values: type_of_array) -> bool:
    """Whether the values of a histogram run up the vertical axis: it is none along the horizontal one.

    Args:
        figure: that was judged as a histogram of the values.
        values: finite and sorted.
    """
    return not any(_judge_bins(bins, values).passed for axes in panels(figure) for bins in upright(axes))


def upright(axes: Axes) -> Iterator[Bins]:
    """Everything in a panel that may be the bars of a histogram, stacked layers also summed."""
    yield from _with_sums(_shapes(axes.bars, axes.outlines))
    yield from (bins for line in axes.lines[:_MOST_LAYERS] for bins in _stepped(line))


def lying(axes: Axes) -> Iterator[Bins]:
    """The same for bars that lie: the values on the vertical axis."""
    bars = [Bars(one.bottom, one.height, one.left, one.width, one.label) for one in axes.bars]
    yield from _with_sums(_shapes(bars, [Outline(one.y, one.x, one.label, one.band) for one in axes.outlines]))


def _shapes(bars: Iterable[Bars], outlines: Iterable[Outline]) -> list[Bins]:
    drawn = [Bins.of(one.left, one.width, one.height) for one in islice(bars, _MOST_LAYERS)]
    return drawn + [bins for one in islice(outlines, _MOST_LAYERS) if (bins := _steps(one)) is not None]


def _with_sums(drawn: list[Bins]) -> Iterator[Bins]:
    yield from drawn
    for first in drawn:
        layers = [other for other in drawn if _same_edges(first, other)]
        if len(layers) > 1:
            yield Bins(first.left, first.right, np.sum([layer.height for layer in layers], axis=0))


def _same_edges(one: Bins, other: Bins) -> bool:
    return (
        len(one.left) == len(other.left) and np.allclose(one.left, other.left) and np.allclose(one.right, other.right)
    )


def _steps(outline: Outline) -> Bins | None:
    """The bins of a step outline: between neighboring corners, the height of its highest horizontal stroke."""
    x, y = outline.x[:_MOST_CORNERS], outline.y[:_MOST_CORNERS]
    flat = [(min(a, b), max(a, b), up) for a, b, up in zip(x, x[1:], y, strict=False) if a != b]
    level = np.isclose(y[1:], y[:-1]) if len(y) > 1 else np.empty(0, dtype=bool)
    slanted = np.asarray(x[1:] != x[:-1]) & ~level if len(x) > 1 else np.empty(0, dtype=bool)
    if not flat or slanted.any():
        return None
    edges = np.unique(x)
    heights = []
    for left, end in pairwise(edges):
        ups = [up for start, stop, up in flat if start <= left and stop >= end]
        heights.append(max(ups) - min(ups) if len(ups) > 1 else max(ups, default=0.0))
    return Bins(edges[:-1], edges[1:], np.asarray(heights, dtype=float))


def _stepped(line: Line) -> Iterator[Bins]:
    """The bins of a line drawn in steps (``plt.step``, an outline of seaborn): each height lasts to the next x."""
    x, y = line.x, line.y
    if len(x) > 1 and (np.diff(x) > 0).all():
        yield Bins(x[:-1], x[1:], y[:-1])
        yield Bins(x[:-1], x[1:], y[1:])


def _judge_bins(bins: Bins, values: type_of_array) -> Verdict:
    candidates = (bins, bins.widened())
    if any(_counts(one, values) == len(values) for one in candidates):
        drawn = int((bins.height > 0).sum())
        if len(bins.left) > 1:
            return right(f"a histogram with {plural(len(bins.left), 'bar')}")
        hint = "A single bar shows nothing of the distribution: take more bins."
        return Verdict(ONE_BAR_KEEPS, f"a histogram with {plural(drawn, 'bar')}", hint, "one-bar")
    if any(_counts(_differences(one), values) == len(values) for one in candidates):
        hint = "The bars are cumulative: each also counts the values of the bars before it."
        return Verdict(CUMULATIVE_KEEPS, "a cumulative histogram", hint, "cumulative")
    counted = max(_counts(one, values) or 0 for one in candidates)
    if counted:
        hint = "Some values lie outside all bars: let the bins reach from the smallest to the largest value."
        return Verdict(PART_KEEPS, f"bars that count {plural(counted, 'value')}", hint, "part")
    return wrong()


def _counts(bins: Bins, values: type_of_array) -> int | None:
    """How many values the bars count, if each counts those between its edges; else ``None``.

    A value on an edge may belong to either side.  Heights may be counts, densities, shares or percentages.
    """
    edge = _EDGE * max(float(np.ptp(values)), abs(float(values[-1])) * 1e-6)
    least = np.searchsorted(values, bins.right - edge, "left") - np.searchsorted(values, bins.left + edge, "right")
    most = np.searchsorted(values, bins.right + edge, "right") - np.searchsorted(values, bins.left - edge, "left")
    inside = int(
        np.searchsorted(values, bins.right.max() + edge, "right")
        - np.searchsorted(values, bins.left.min() - edge, "left")
    )
    for counts_of in _SCALES:
        for base in {len(values), inside}:
            counts, slack = counts_of(bins, base), _COUNT * max(base, 1)
            fits = ((counts >= np.maximum(least, 0) - slack) & (counts <= most + slack)).all()
            if fits and abs(float(counts.sum()) - inside) <= slack:
                return inside
    return None


def _differences(bins: Bins) -> Bins:
    return Bins(bins.left, bins.right, np.diff(bins.height, prepend=0.0))


_SCALES: tuple[Callable[[Bins, int], type_of_array], ...] = (
    lambda bins, _: bins.height,  # counts
    lambda bins, n: bins.height * (bins.right - bins.left) * n,  # density
    lambda bins, n: bins.height * n,  # share
    lambda bins, n: bins.height * n / 100,  # percent
    lambda bins, _: bins.height * (bins.right - bins.left),  # counts per unit
)


def _failed(figure: Figure, values: type_of_array) -> Verdict:
    for bars in (bars for axes in panels(figure) for bars in axes.bars):
        if _is_raw(bars, values):
            hint = "Each bar is one observation. A histogram counts how many values fall into each interval."
            return wrong(content(figure), hint, "raw-bars")
    hint = "The heights of the bars are not the numbers of values between their edges: which column do they show?"
    return wrong(content(figure), hint, "other-values")


def _is_raw(bars: Bars, values: type_of_array) -> bool:
    height = np.sort(bars.height)
    return len(height) == len(values) and len(values) > 1 and bool(np.allclose(height, values))

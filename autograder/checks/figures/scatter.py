"""A scatter plot of given points: one collection or many, markers of any kind, in one panel or several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.figures.panels import (
    SWAPPED_KEEPS,
    Judged,
    best_of,
    content,
    joined_lines,
    known_figure,
    marks,
    panels,
)
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.values.containers import as_floats
from autograder.values.views import Figure, type_of_array

PART_KEEPS = 0.5  # more than half of the points
JOINED_KEEPS = 0.5
EXTRA_KEEPS = 0.5
SAME = 1e-6  # of the range of an axis
_JITTER = 0.4  # of the smallest distance between different x
_MOST_STANDING_OUT = 3  # collections in a panel; of more, such as one for each subject, none stands out
_FEW_EXTRA = 0.2  # of the number of points: means or other marks on top of the data

OWN_HINT = "These are not all points of the reference, but they are those of your own table, so they get the credit."

Points = tuple[type_of_array, type_of_array]


@dataclass(frozen=True)
class PointCloud:
    """The points that a scatter plot should show.

    Attributes:
        x: horizontal places, shape (n,), finite.
        y: vertical places, likewise.
    """

    x: type_of_array
    y: type_of_array
    slack: float = SAME  # of the range of an axis; nearer than this, two points are the same

    @classmethod
    def of(cls, x: Any, y: Any, slack: float = SAME) -> PointCloud:
        """The pairs in which both values are finite.

        Args:
            x: horizontal places, of which some may be missing.
            y: vertical places, as many, likewise.
            slack: share of the range of an axis within which two points are the same.

        Raises:
            AuthorError: if the columns differ in length or have no finite pair.
        """
        across, up = as_floats(x), as_floats(y)
        if len(across) != len(up):
            raise AuthorError("a scatter plot needs as many x as y to be compared with", (x, y))
        there = np.isfinite(across) & np.isfinite(up)
        across, up = across[there], up[there]
        if not len(across):
            raise AuthorError("a scatter plot needs at least one finite point to be compared with", (x, y))
        return cls(across, up, slack)

    def turned(self) -> PointCloud:
        """The same points with the axes exchanged."""
        return PointCloud(self.y, self.x, self.slack)

    def equals(self, other: PointCloud) -> bool:
        """Whether two clouds are the same points."""
        return _compare((other.x, other.y), self) == (0, 0) and len(self.x) == len(other.x)


def judge_scatter(figure: Figure, cloud: PointCloud) -> Verdict:
    """Judge one figure as a scatter plot of a cloud: every point there, however often and in how many collections.

    Args:
        figure: as it was recorded.
        cloud: the points. Shifts along x of less than half a step between its places (jitter) make no difference, and a
            fifth more points than that, such as means, are no mistake.
    """
    candidates = list(_candidates(figure))
    if not candidates:
        return _unmarked(figure, cloud)
    missing, extra = min(_compare(points, cloud) for points in candidates)
    got = content(figure)
    if missing == 0:
        if extra <= _FEW_EXTRA * len(cloud.x):
            return right(got)
        hint = f"All points of the data are there, but also {plural(extra, 'point')} that are not in the data."
        return Verdict(EXTRA_KEEPS, got, hint, "extra")
    turned = min(_compare(points, cloud.turned()) for points in candidates)
    if turned[0] == 0:
        hint = "The axes are exchanged: what is to be explained belongs on the vertical axis."
        return Verdict(SWAPPED_KEEPS, got, hint, "swapped")
    unmarked = _unmarked(figure, cloud)
    return unmarked if unmarked.share > 0 else _incomplete(got, missing, extra, len(cloud.x))


def own_points(figures: tuple[Figure, ...], own: Any) -> Judged | None:
    """The verdict on figures that show all points of the student's own earlier results; else ``None``.

    Args:
        figures: of the part.
        own: the pair x, y that follows from them; anything else shows nothing.
    """
    try:
        cloud = PointCloud.of(*own)
    except (AuthorError, TypeError, ValueError):
        return None  # the earlier results are the student's: they may be anything
    judged = best_of(figures, lambda figure: judge_scatter(figure, cloud))
    return replace(judged, verdict=replace(judged.verdict, hint=OWN_HINT)) if judged.verdict.passed else None


def known_mistake(judged: Judged, figures: tuple[Figure, ...], cloud: PointCloud, rows: Misconceptions) -> Verdict:
    """The verdict in the course's words where a row knows the mistake.

    Args:
        judged: the check's own verdict.
        figures: of the part.
        cloud: the reference.
        rows: misconceptions; ``wrong`` gives the pair x, y that is shown instead.
    """
    return known_figure(
        judged,
        figures,
        lambda figure, other: _shows(figure, PointCloud.of(other[0], other[1], cloud.slack)),
        lambda other: PointCloud.of(other[0], other[1], cloud.slack).equals(cloud),
        rows,
    )


def _shows(figure: Figure, cloud: PointCloud) -> bool:
    """Whether a figure shows exactly these points; a cloud that contains a row's wrong points does not."""
    return any(_compare(points, cloud) == (0, 0) for points in _candidates(figure))


def _candidates(figure: Figure) -> Iterator[Points]:
    """What may be the scatter plot: the marks of each panel, those that stand out in it, and all panels together."""
    by_panel = [collections for axes in panels(figure) if (collections := marks(axes))]
    for collections in by_panel:
        yield _joined(collections)
        if 1 < len(collections) <= _MOST_STANDING_OUT:
            yield from collections
    if len(by_panel) > 1:
        yield _joined([points for collections in by_panel for points in collections])


def _joined(collections: list[Points]) -> Points:
    return np.concatenate([x for x, _ in collections]), np.concatenate([y for _, y in collections])


def _compare(points: Points, cloud: PointCloud) -> tuple[int, int]:
    """How many points of the cloud are missing, and how many drawn ones are not in the cloud."""
    exact = _differences(points, cloud, cloud.slack * _range(cloud.x))
    if exact == (0, 0):
        return exact
    steps = np.diff(np.unique(cloud.x))
    jittered = _differences(points, cloud, _JITTER * float(steps.min())) if len(steps) else exact
    return min(exact, jittered)


def _differences(points: Points, cloud: PointCloud, x_slack: float) -> tuple[int, int]:
    from scipy.spatial import cKDTree  # loaded when it is first needed: an author who tries a test waits for it

    scale = np.array([x_slack, cloud.slack * _range(cloud.y)])
    want, asked = np.unique(np.column_stack([cloud.x, cloud.y]) / scale, axis=0, return_counts=True)
    distance, nearest = (np.asarray(one) for one in cKDTree(want).query(np.column_stack(points) / scale, p=np.inf))
    near = distance <= 1
    found = np.bincount(nearest[near], minlength=len(want))
    return int(np.maximum(asked - found, 0).sum()), int((~near).sum())


def _range(values: type_of_array) -> float:
    return max(float(np.ptp(values)), float(np.abs(values).max()) * 1e-3, 1e-300)


def _unmarked(figure: Figure, cloud: PointCloud) -> Verdict:
    lines = [[(line.x, line.y) for line in joined_lines(axes)] for axes in panels(figure)]
    drawn = [_joined(inside) for inside in lines if inside]
    if any(_compare(points, cloud)[0] == 0 for points in drawn):
        hint = (
            "The points are joined by a line in the order of the rows: draw them as separate points (a scatter plot)."
        )
        return Verdict(JOINED_KEEPS, content(figure), hint, "joined")
    return wrong(content(figure), "There is no scatter plot: each observation should be one point.", "no-points")


def _incomplete(got: str, missing: int, extra: int, count: int) -> Verdict:
    if missing >= count:
        hint = "None of the points drawn is a point of the data: which columns do the axes show?"
        return wrong(got, hint, "other-points")
    hint = f"{plural(missing, 'point')} of the data not shown"
    hint += f", and {plural(extra, 'point')} shown that are not in the data." if extra else "."
    return Verdict(PART_KEEPS if 2 * missing < count and not extra else 0.0, got, hint, "incomplete")

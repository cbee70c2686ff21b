"""The gradebook as the data set that it is: how much of the variance of points is students, parts and markers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from autograder.course.results.marks import MarkOrigin
from autograder.course.results.table import ClassTable
from autograder.report.components import Components, fit
from autograder.report.items import FEW

_Z = 1.959964  # of a 95 % interval
_MARKERS = 5  # below which a variance of markers is a guess

Origins = Mapping[tuple[str, str, str, str], MarkOrigin]  # (assignment, notebook, grade_id, student) → who gave it


@dataclass(frozen=True)
class Severity:
    """How a marker's points differ from those that the markers on average would give to the same answers."""

    marker: str
    marks: int
    effect: float  # share of the points; negative is severe
    low: float  # of a 95 % interval
    high: float


@dataclass(frozen=True)
class VarianceShares:
    """Where the differences between points come from."""

    students: int
    items: int
    observations: int
    shares: Mapping[str, float]  # "students", "parts", "markers", "rest" → of the variance of one part's points
    deviations: Mapping[str, float]  # the same → standard deviation, as share of the points
    severities: tuple[Severity, ...]  # the most severe first
    cautions: tuple[str, ...]


def variance_of(table: ClassTable) -> VarianceShares | None:
    """The variance of all points of a class; ``None`` where there is too little to be divided."""
    known = ~np.isnan(table.points) & (np.array([item.max_points for item in table.items]) > 0)
    rows, columns = np.nonzero(known)
    values = table.shares()[rows, columns]
    return _fitted(values, {"students": _codes(rows), "parts": _codes(columns)}, ())


def marking_of(table: ClassTable, origins: Origins) -> VarianceShares | None:
    """The variance of the marks that people gave, whose marker is known; ``None`` where there are too few.

    Equal answers that were marked together are one observation: the marker decided once.

    Args:
        table: of the class.
        origins: who gave which mark.
    """
    values: list[float] = []
    who: list[tuple[int, int, str]] = []
    for at, row, origin in decisions(table, origins):
        values.append(table.points[row, at] / table.items[at].max_points)
        who.append((row, at, origin.marker))
    if not who:
        return None
    names = sorted({marker for _, _, marker in who})
    markers = np.array([names.index(marker) for _, _, marker in who])
    students, parts = (_codes(np.array([one[place] for one in who])) for place in (0, 1))
    factors = {"students": students, "parts": parts}
    if len(names) > 1:
        factors["markers"] = markers
    return _fitted(np.array(values), factors, names)


def decisions(table: ClassTable, origins: Origins) -> list[tuple[int, int, MarkOrigin]]:
    """Column, row and origin of each decision of a marker; equal answers that were marked together are one.

    Args:
        table: of the class; parts that nobody marks by hand are left out.
        origins: who gave which mark.
    """
    found: list[tuple[int, int, MarkOrigin]] = []
    for at, item in enumerate(table.items):
        decided: set[tuple[str, float]] = set()
        if not item.by_hand or item.max_points <= 0:
            continue
        for row, student in enumerate(table.students):
            origin = origins.get((item.assignment, item.notebook, item.grade_id, student))
            if origin is None or np.isnan(table.points[row, at]):
                continue
            decision = (origin.marker, origin.time if origin.position is None else float(origin.position))
            if decision not in decided:
                decided.add(decision)
                found.append((at, row, origin))
    return found


def _fitted(
    values: NDArray[np.float64], factors: Mapping[str, NDArray[np.intp]], markers: Sequence[str]
) -> VarianceShares | None:
    sizes = {name: int(codes.max()) + 1 if len(codes) else 0 for name, codes in factors.items()}
    if len(values) < 10 or min(sizes["students"], sizes["parts"]) < 2 or np.ptp(values) == 0:
        return None
    found = fit(values, factors)
    deviations = {name: float(np.sqrt(effect.variance)) for name, effect in found.effects.items()}
    return VarianceShares(
        students=sizes["students"],
        items=sizes["parts"],
        observations=len(values),
        shares=found.shares(),
        deviations=deviations | {"rest": float(np.sqrt(found.residual))},
        severities=_severities(found, factors, markers),
        cautions=tuple(_cautions(found, factors, sizes, markers)),
    )


def _severities(
    found: Components, factors: Mapping[str, NDArray[np.intp]], markers: Sequence[str]
) -> tuple[Severity, ...]:
    if "markers" not in factors:
        return ()
    effects, errors = found.effects["markers"].contrasts()
    counts = np.bincount(factors["markers"], minlength=len(markers))
    rows = [
        Severity(name, int(count), float(mean), float(mean - _Z * error), float(mean + _Z * error))
        for name, count, mean, error in zip(markers, counts, effects, errors, strict=True)
    ]
    return tuple(sorted(rows, key=lambda row: row.effect))


def _cautions(
    found: Components, factors: Mapping[str, NDArray[np.intp]], sizes: Mapping[str, int], markers: Sequence[str]
) -> list[str]:
    said: list[str] = []
    if sizes["students"] < FEW:
        said.append(
            f"Fewer than {FEW} students with such results ({sizes['students']}): these numbers are mostly noise."
        )
    said += [
        f"No variance of {name} was found; with so little data that may be chance."
        for name, effect in found.effects.items()
        if effect.variance < 1e-8 * found.residual
    ]
    if not markers:
        return said
    if len(markers) == 1:
        return [*said, f"All of these marks are by {markers[0]}: nothing can be said of a marker without a second one."]
    if len(markers) < _MARKERS:
        said.append(
            f"With {len(markers)} markers their share of the variance is hardly more than a guess; the differences "
            "between these markers are estimated all the same."
        )
    if _pieces(factors["markers"], factors["parts"]) > 1:
        said.append(
            "Some markers have no part in common, directly or through others: whether they are severe or their parts "
            "are hard cannot be told apart. Let each part be marked by several people (autograder written --markers)."
        )
    return said


def _pieces(one: NDArray[np.intp], other: NDArray[np.intp]) -> int:
    """Into how many pieces without a connection the levels of two factors fall."""
    first = int(one.max()) + 1
    size = first + int(other.max()) + 1
    graph = coo_array((np.ones(len(one)), (one, first + other)), shape=(size, size))
    count, _ = connected_components(graph, directed=False)
    return int(count)


def _codes(levels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The levels that occur, counted from 0."""
    return np.unique(levels, return_inverse=True)[1].astype(np.intp)

"""Values aimed at the process that reads them: the decoder refuses them, or every hidden test survives them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest

from autograder.checks.student import Submitter
from autograder.grading.referee import Referee
from autograder.values.decode import MalformedValue, decode, parse
from autograder.values.views import Axes, Bars, Figure, Line, Model, Opaque, Outline, Points, Record
from tests.course_folder import REPOSITORY, in_time
from tests.processor_time import at_most

MEMORY = {"t": "dict", "v": [["data", {"t": "tuple", "v": [4096, False]}], ["shape", {"t": "tuple", "v": [3]}],
                             ["typestr", "<f8"], ["version", 3]]}  # fmt: skip
LABEL = {"t": "index", "name": None,
         "values": {"t": "array", "dtype": "object", "shape": [1], "items": ["__array_interface__"]}}  # fmt: skip
TEXT_LABEL = {**LABEL, "values": {"t": "strings", "dtype": "string", "items": ["__array_interface__"]}}
CELL = {"t": "array", "dtype": "object", "shape": [1], "items": [MEMORY]}
ONE_ROW = {"t": "range", "start": 0, "stop": 1, "step": 1, "name": None}
ROWS = {**ONE_ROW, "stop": 15_000_000}
NO_MOMENTS = {"t": "array", "dtype": "<M8[ns]", "shape": [0], "data": ""}

REFUSED: dict[str, Any] = {
    "a series whose label is an address": {"t": "series", "name": None, "index": LABEL, "values": CELL},
    "the same as text": {"t": "series", "name": None, "index": TEXT_LABEL, "values": CELL},
    "a table whose column is an address": {"t": "frame", "columns": LABEL, "index": ONE_ROW, "data": [CELL]},
    "a level of an index": {"t": "multiindex", "levels": [LABEL, ONE_ROW]},
    "an index of billions of rows": {"t": "multiindex", "levels": [ROWS, ROWS]},
    "many long indexes": {"t": "list", "v": [ROWS, ROWS]},
    "an empty array of billions": {"t": "array", "dtype": "<f8", "shape": [0, 10_000_000, 10_000_000], "data": ""},
    "short texts beside a long one": {
        "t": "array", "dtype": "str", "shape": [30_001], "items": ["x" * 1000] + ["x"] * 30_000,
    },
    "a time zone that is a path": {"t": "zoned", "values": NO_MOMENTS, "zone": "dateutil//etc/passwd"},
    "a time zone that is a path upwards": {"t": "zoned", "values": NO_MOMENTS, "zone": "Europe/../../../etc/passwd"},
}  # fmt: skip


@pytest.mark.parametrize("node", REFUSED.values(), ids=REFUSED)
def test_the_decoder_refuses(node: Any) -> None:
    with at_most(5), pytest.raises(MalformedValue):
        decode(parse(json.dumps(node).encode()))


def test_a_record_answers_no_protocol() -> None:
    record = decode({"t": "record", "type": "x", "fields": [["__array_interface__", MEMORY], ["slope", 1.5]]})
    assert record.slope == 1.5
    with pytest.raises(TypeError):
        np.asarray([record], dtype=float)


def test_a_record_has_no_methods() -> None:
    """A hidden test that asks a table whether it equals another is not answered by a function of the student's."""
    yes = {"t": "function", "name": "yes", "handle": 0}
    record = decode({"t": "record", "type": "x", "fields": [["equals", yes], ["slope", 1.5]]}, lambda *_: True)
    assert record.fields["equals"]("anything") is True
    assert not hasattr(record, "equals")
    assert record.slope == 1.5


def fitted(**changes: Any) -> Model:
    model = Model(
        kind="RegressionResults", model_kind="OLS", params=pd.Series([1.0, 2.0]), endog=np.arange(180.0),
        exog=np.ones((180, 2)), endog_name="y", exog_names=("a", "b"), scale=1.0, bse=pd.Series([1.0, 1.0]),
    )  # fmt: skip
    return replace(model, **changes)


MIXED = fitted(
    kind="MixedLMResults", model_kind="MixedLM", method="REML", converged=True, fe_params=pd.Series([1.0, 2.0]),
    cov_re=pd.DataFrame([[1.0]]), vcomp=np.empty(0), exog_re=np.ones((180, 1)), groups=np.repeat(np.arange(18), 10),
    random_effects={group: pd.Series([0.0]) for group in range(18)},
)  # fmt: skip
TWICE = pd.MultiIndex.from_tuples([("a", "a"), ("a", "a")])
ODD: dict[str, Any] = {
    "huge number": 10**1200,
    "complex NaN": complex("nan"),
    "long digits": "9" * 100_000,
    "nested": [[[[[[[[1]]]]]]]],
    "odd dict": {None: 1, True: 2, "308": 3, 308.0: 4, float("nan"): 5, (1, 2): 6},
    "arrays by subject": {308: np.array([[1.0, 2.0]]), 309: pd.Series([1, 2]), 310: "x", 330: None},
    "object array": np.array([None, "x", [1]], dtype=object),
    "moments": np.array(["NaT", "2020"], dtype="M8[D]"),
    "empty in three dimensions": np.zeros((2, 0, 3)),
    "multi-index": pd.Series([1, 2, 3, 4], index=pd.MultiIndex.from_product([["a", None], [1, 1.5]]), name=("a", "b")),
    "intervals": pd.Series(pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3, 4])),
    "labels twice": pd.Series([1.0, 2.0, 3.0], index=[308, 308, "308"]),
    "infinite effects": pd.Series([np.inf, -np.inf] * 9, index=range(300, 318)),
    "no columns": pd.DataFrame(index=range(1000)),
    "columns twice": pd.DataFrame([[1, "x"], [None, 2]], columns=TWICE, index=[np.nan, np.nan]),
    "column twice": pd.DataFrame([[1, 2, 3]] * 180, columns=["Reaction", "Reaction", "Days"]),
    "lists in cells": pd.DataFrame({"Reaction": [{}] * 180, "Days": [[]] * 180, "Subject": [(1, 2)] * 180}),
    "long index": pd.RangeIndex(20_000_000),
    "record": Record("LinregressResult", {"fields": 1, "type_name": [], "": None}),
    "opaque": Opaque("", "\x00"),
    "model of nothing": fitted(endog=np.empty(0), exog=np.empty((0, 2))),
    "model without columns": fitted(exog=np.empty((180, 0)), params=pd.Series(dtype=float)),
    "model of huge numbers": fitted(endog=np.full(180, 1e308), exog=np.full((180, 2), 1e308)),
    "wide model": fitted(exog=np.ones((180, 180))),
    "mixed model": MIXED,
    "mixed model of objects": replace(MIXED, groups=np.array([None] * 180, dtype=object)),
    "mixed model, wide covariance": replace(MIXED, cov_re=pd.DataFrame(np.full((50, 50), np.nan))),
    "mixed model, odd effects": replace(MIXED, random_effects={(1, 2): pd.Series(dtype=float), None: pd.Series([1.0])}),
    "mixed model, negative variance": replace(MIXED, scale=-1.0, llf=float("nan"), exog_re=np.empty((180, 0))),
}


def line(x: Any, y: Any) -> Line:
    return Line(np.array(x, dtype=float), np.array(y, dtype=float))


NOT_A_NUMBER, ENDLESS = float("nan"), float("inf")
DRAWN: dict[str, tuple[Axes, ...]] = {
    "infinities": (
        Axes(
            lines=(line([ENDLESS, -ENDLESS], [NOT_A_NUMBER, 1]), line([0, 9], [1e308, -1e308]), line([], [])),
            points=(Points(np.array([NOT_A_NUMBER, ENDLESS]), np.array([1e308, 0.0])),),
            bars=(Bars(np.array([NOT_A_NUMBER]), np.zeros(1), np.array([ENDLESS]), np.array([-1.0])),),
            outlines=(Outline(np.array([1e308]), np.array([NOT_A_NUMBER])),),
            texts=("\x00" * 1000, "9" * 4000),
        ),
    ),
    "many bars": (Axes(bars=(Bars(np.arange(1e5), np.ones(100_000), np.zeros(100_000), np.arange(1e5)),)),),
    "many panels": tuple(Axes(lines=(line([0, 9], [number, number]),)) for number in range(500)),
    "many points": (Axes(points=(Points(np.linspace(0, 9, 300_000), np.linspace(200, 400, 300_000)),)),),
    "many groups of points": (
        Axes(points=tuple(Points(np.array([one]), np.array([one])) for one in np.linspace(0, 9, 4000))),
    ),
}


@dataclass
class Everywhere:
    """Evidence in which every variable holds the same, or every figure is the same."""

    files: dict[str, bytes]
    held: Any = None
    drawn: tuple[Figure, ...] = ()

    def value(self, _name: str) -> Any:
        return self.held

    def data(self, filename: str) -> pd.DataFrame:
        return pd.read_csv(io.BytesIO(self.files[filename]))

    def figures(self) -> tuple[Figure, ...]:
        return self.drawn

    def printed(self) -> str:
        return "9" * 1000 + " 1.5e300" * 5000

    def stopped(self) -> str:
        return ""


def hidden_tests(assignment: str) -> Iterator[tuple[str, float]]:
    source = nbformat.read(REPOSITORY / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    for cell in source.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("grade") and not about.get("solution"):
            yield cell.source, float(about["points"])


@pytest.mark.parametrize("assignment", in_time("07"))
def test_no_value_stops_a_hidden_test(assignment: str) -> None:
    folder = REPOSITORY / "source" / assignment
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    evidence = [(name, Everywhere(files, held=value)) for name, value in ODD.items()]
    evidence += [(name, Everywhere(files, drawn=(Figure(axes),) * 3)) for name, axes in DRAWN.items()]
    for source, points in hidden_tests(assignment):
        for name, one in evidence:
            verdict = Referee(one, submitter=Submitter("ada")).judge(source, points)
            assert verdict.points is not None, (name, verdict.review)
            assert verdict.points <= points / 2, name

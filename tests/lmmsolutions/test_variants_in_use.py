"""The other data sets in the course: references and solutions run on them, and typed-in answers are wrong there."""

from __future__ import annotations

import ast
import io
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from autograder.checks.tolerance import Match, Tolerance
from lmmsolutions.__main__ import report
from lmmsolutions.core.results import FittedModel
from lmmsolutions.variants import WITH_FAULTS, Variant
from lmmsolutions.variants.answers import (
    EXACT,
    PREDICTED,
    RELATIVE,
    Scale,
    allowed,
    has_value,
    off,
    rounds_well,
    shares,
    tolerances_apart,
)
from lmmsolutions.variants.candidate import ASSIGNMENTS, SAME_ANSWERS, Candidate, published
from tests.course.table import COURSE as EVERYTHING
from tests.course.table import Code, hidden_part, notebook_of, visible_part
from tests.course_folder import REPOSITORY

pytestmark = pytest.mark.filterwarnings("error")

Namespace = dict[str, Any]
# The lessons on the sleep study; test_variants_of_lessons has the others.
COURSE = {assignment: parts for assignment, parts in EVERYTHING.items() if assignment in ASSIGNMENTS}
CODE_VARIABLES = {
    assignment: [name for part in parts if isinstance(part, Code) for name in part.variables]
    for assignment, parts in COURSE.items()
}


def file_of(assignment: str) -> Path:
    return REPOSITORY / "variants" / assignment / "sleepstudy.csv"


@pytest.fixture(scope="module")
def committed() -> Candidate:
    return Candidate(Variant(0, pd.read_csv(file_of("03-ols")), pd.read_csv(file_of(WITH_FAULTS))))


@pytest.fixture
def solved(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Namespace]:
    """What a notebook's own solutions define, run beside the other data; a warning is an error."""
    assignment = request.param
    monkeypatch.chdir(file_of(assignment).parent)
    namespace: Namespace = {}
    with matplotlib.rc_context(), warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("error")
        plt.switch_backend("agg")
        monkeypatch.setattr(plt, "show", lambda *_, **__: plt.close("all"))
        for cell in notebook_of(assignment).cells:
            if cell.cell_type == "code":
                exec(compile(visible_part(cell.source), "<cell>", "exec"), namespace)
        yield namespace
        plt.close("all")


def right(name: str, got: Any, solution: Any, scale: Scale) -> bool:
    """Whether an answer is within the tolerance of its hidden test."""
    want = getattr(solution, name)
    match want:
        case FittedModel():
            estimates = got.params if want.groups is None else got.fe_params
            return np.allclose(estimates, want.fe_params, rtol=RELATIVE["fixed_slope"])
        case pd.DataFrame():
            return bool(got.astype(float).reset_index(drop=True).equals(want.astype(float).reset_index(drop=True)))
        case pd.Series():
            return off(name, pd.Series({key: one.iloc[0] for key, one in got.items()}), want, scale) <= 1
        case tuple():
            return tuple(got) == want
    return off(name, float(got), float(want), scale) <= 1


@pytest.mark.parametrize(("solved", "assignment"), [(name, name) for name in COURSE], indirect=["solved"], ids=COURSE)
def test_the_solutions_run_beside_the_other_data_and_are_right(
    assignment: str, solved: Namespace, committed: Candidate
) -> None:
    solution = committed.solutions[assignment]
    wrong = [name for name in CODE_VARIABLES[assignment] if not right(name, solved[name], solution, committed.scale)]
    assert wrong == []


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_answers_can_be_printed(name: str) -> None:
    lines = report(name, pd.read_csv(file_of(name)))
    assert not any("cannot be fitted" in line or " nan " in line for line in lines)


NUMBERS = [
    (assignment, name)
    for assignment, item in ASSIGNMENTS.items()
    for name in dict.fromkeys(row.quantity for row in item.mistakes)
    if isinstance(getattr(published().solutions[assignment], name), int | float) and name not in SAME_ANSWERS
]


@pytest.mark.parametrize(("assignment", "name"), NUMBERS, ids=[f"{one}-{name}" for one, name in NUMBERS])
@pytest.mark.parametrize("digits", [3, 4, 5, 8])
def test_a_typed_in_answer_is_not_right_here(assignment: str, name: str, digits: int, committed: Candidate) -> None:
    there = float(f"{getattr(published().solutions[assignment], name):.{digits}g}")
    here = float(getattr(committed.solutions[assignment], name))
    assert Tolerance(0.0, allowed(name, here, committed.scale)).match(there, here) is not Match.FULL


@pytest.mark.parametrize(("assignment", "name"), NUMBERS, ids=[f"{one}-{name}" for one, name in NUMBERS])
def test_honest_rounding_is_right_on_both_or_on_none(assignment: str, name: str, committed: Candidate) -> None:
    there, here = (float(getattr(data.solutions[assignment], name)) for data in (published(), committed))
    for decimals in range(6):
        suffices = Tolerance(0.0, allowed(name, there, published().scale)).match(round(there, decimals), there)
        again = Tolerance(0.0, allowed(name, here, committed.scale)).match(round(here, decimals), here)
        assert again is Match.FULL or suffices is not Match.FULL, decimals


def test_tolerances_are_those_of_the_hidden_tests() -> None:
    found = {}
    for assignment in COURSE:
        for cell in notebook_of(assignment).cells:
            if cell.cell_type == "code" and "BEGIN HIDDEN" in cell.source:
                found |= dict(_relative_tolerances(hidden_part(cell.source)))
    kept = set(SAME_ANSWERS)
    assert {name: value for name, value in found.items() if name not in kept} == {
        name: {**RELATIVE, **PREDICTED}.get(name, EXACT) for name in found if name not in kept
    }
    assert set(RELATIVE) | set(PREDICTED) <= set(found)


def _relative_tolerances(source: str) -> Iterator[tuple[str, float]]:
    """The numbers that a hidden test checks, with their tolerances; 1e-4 where it names none."""
    nodes = list(ast.walk(ast.parse(source)))
    shared = {
        node.targets[0].id: dict(zip(map(ast.literal_eval, node.value.keys), node.value.values, strict=True))
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and isinstance(node.targets[0], ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "number":
            given = {item.arg: item.value for item in node.keywords if item.arg}
            for item in node.keywords:
                if item.arg is None and isinstance(item.value, ast.Name):  # **near
                    given |= shared[item.value.id]
            relative = given.get("relative")
            assert isinstance(node.args[0], ast.Constant)
            yield str(node.args[0].value), ast.literal_eval(relative) if relative else 1e-4


SCALE = Scale(effects=40.0, reaction=250.0)
ONE, OTHER = pd.Series([1.0, 2.0], index=[308, 309]), pd.Series([1.0, 6.0], index=[308, 309])
TABLE = pd.DataFrame({"Days": [0, 1], "Reaction": [250.0, 251.0]})
LINE, STEEPER = (250.0, 10.0), (250.0, 11.0)
FAR = float("inf")
APART: list[tuple[str, str, Any, Any, list[float]]] = [
    ("equal numbers", "slope", 10.0, 10.0, [0.0]),
    ("numbers", "slope", 10.0, 8.0, [0.2]),
    ("zeros", "n_zero", 0, 0, [0.0]),
    ("whole numbers", "n_zero", 3, 0, [1.0]),
    ("random intercepts", "random_effects", ONE, OTHER, [0.0, 0.1]),
    ("other subjects", "random_effects", ONE, ONE.rename({309: 310}), [FAR]),
    ("histograms of the same values", "histogram", ONE, ONE[::-1].reset_index(drop=True), [0.0]),
    ("histograms of others", "histogram", ONE, OTHER, [FAR]),
    ("one without a number", "random_effects", ONE, ONE.replace(2.0, float("nan")), [0.0, FAR]),
    ("a line without a slope", "line", LINE, (250.0, float("nan")), [FAR]),
    ("lines", "line", LINE, STEEPER, [9 / 250]),
    ("lines of subjects", "lines", {308: LINE, 309: LINE}, {308: LINE, 309: STEEPER}, [0.0, 9 / 250]),
    ("lines of other subjects", "lines", {308: LINE}, {309: LINE}, [FAR]),
    ("rows in another order", "first_rows", TABLE, TABLE[::-1], [0.0]),
    ("other rows", "first_rows", TABLE, TABLE.head(1), [FAR]),
    ("other columns", "first_rows", TABLE, TABLE[["Days"]], [FAR]),
    ("points", "scatter", (ONE, OTHER), (ONE, OTHER), [0.0]),
    ("other points", "scatter", (ONE, OTHER), (OTHER, ONE), [FAR]),
    ("sizes", "data_shape", (180, 3), (180, 3), [0.0]),
    ("other sizes", "data_shape", (180, 3), (180, 4), [FAR]),
    ("unlike things", "data_shape", (180, 3), 540, [FAR]),
    ("nothing", "mixed_results", None, 1.0, [FAR]),
]


@pytest.mark.parametrize(
    ("quantity", "left", "right", "want"), [row[1:] for row in APART], ids=[row[0] for row in APART]
)
def test_differences_are_shares_of_a_scale(quantity: str, left: Any, right: Any, want: list[float]) -> None:
    assert shares(quantity, left, right, SCALE) == pytest.approx(want)
    assert shares(quantity, right, left, SCALE) == pytest.approx(want)


def test_models_differ_by_design_or_by_estimates() -> None:
    model = published().solutions["05-mixed-model"].mixed_results
    pooled = published().solutions["03-ols"].model
    assert shares("mixed_results", model, model, SCALE) == [0.0]
    assert shares("mixed_results", model, pooled, SCALE) == [FAR]
    assert tolerances_apart("model", pooled, pooled, SCALE) == 0
    values = {field: getattr(pooled, field) for field in pooled.__dataclass_fields__}
    nearby = FittedModel(**{**values, "scale": pooled.scale * 1.02})
    assert tolerances_apart("model", nearby, pooled, SCALE) == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize(
    ("quantity", "left", "right", "want"),
    [
        ("slope", 10.002, 10.0, 2e4 / 10002),
        ("group_variance", 1002.0, 1000.0, 2000 / 1002),
        ("random_effects", OTHER, ONE, 200.0),
        ("line", STEEPER, LINE, 18.0),
        ("slope", float("nan"), 10.0, FAR),
    ],
)
def test_misconceptions_are_compared_in_tolerances(quantity: str, left: Any, right: Any, want: float) -> None:
    assert tolerances_apart(quantity, left, right, SCALE) == pytest.approx(want)


@pytest.mark.parametrize(
    ("quantity", "got", "want", "tolerances"),
    [
        ("intercept", 250.0005, 250.0, 2.0),
        ("days_min", 0.0, 0.0, 0.0),
        ("days_min", 1.0, 0.0, FAR),
        ("fixed_intercept", 250.005, 250.0, 2.0),
        ("residual_variance", 900.09, 900.0, 1.0),
        ("intercept_1", 250.0225, 250.0, 1.0),
        ("random_effects", ONE + 0.02, ONE, 1.0),
        ("random_effects", ONE.rename({308: 310}), ONE, FAR),
        ("fixed_slope", float("nan"), 10.0, FAR),
    ],
)
def test_students_answers_are_compared_in_tolerances(quantity: str, got: Any, want: Any, tolerances: float) -> None:
    assert off(quantity, got, want, SCALE) == pytest.approx(tolerances, rel=1e-6)


@pytest.mark.parametrize(
    ("value", "decimals", "well"),
    [(10.467, 2, True), (10.467, 1, False), (7.631, 2, False), (7.6304, 2, True), (251.4051, 0, False), (0.0, 0, True)],
)
def test_rounding(value: float, decimals: int, well: bool) -> None:
    assert rounds_well(value, decimals) is well


@pytest.mark.parametrize(
    ("value", "has"),
    [
        (None, False),
        (float("nan"), False),
        (1.0, True),
        (0, True),
        (pd.Series(dtype=float), False),
        (ONE, True),
        (TABLE.head(0), False),
        ((1.0, float("nan")), False),
        (LINE, True),
        ({}, False),
        ({308: LINE}, True),
    ],
)
def test_a_misconception_may_lead_to_nothing(value: Any, has: bool) -> None:
    assert has_value(value) is has

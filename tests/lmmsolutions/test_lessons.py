"""The lessons on mixed models: answers against R and lme4, and the value that each mistake leads to."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.results import FittedModel, Mistake, stated
from lmmsolutions.lessons.assignments import ASSIGNMENTS, Assignment
from lmmsolutions.lessons.checking_planning.power import Power
from lmmsolutions.variants.lesson_screening import ACCIDENTS
from tests.lmmsolutions.conftest import GOLDEN

pytestmark = pytest.mark.filterwarnings("error")

LESSONS = {name: item for name, item in ASSIGNMENTS.items() if name > "07"}
each_lesson = pytest.mark.parametrize("name", LESSONS)
CRITERION = 3e-3  # absolute; nearer than this, two log-likelihoods are the same
RELATIVE = 1e-4  # nearer than this, two numbers are the same once they are rounded to four digits


# lesson, quantity, one mistake, another that leads to the same
ALIKE = {
    ("11-random-slopes", "correlation", "variances of the own lines", "correlation of the estimates"),
    ("12-model-comparison", "best_log_likelihood", "stopped early, lbfgs", "stopped early, powell"),
    ("12-model-comparison", "best_log_likelihood", "random intercepts only", "uncorrelated"),
    ("14-checking-planning", "power", "one-sided", "ten percent level"),
}


def values() -> Iterator[tuple[str, str, str, float | tuple[str, float]]]:
    """Lesson, quantity and mistake; a number, or (term, number) of several, or the log-likelihood of a wrong model."""
    with Path(__file__).with_name("lesson_mistakes.csv").open() as file:
        for row in csv.DictReader(file):
            number = float(row["value"])
            yield row["lesson"], row["quantity"], row["mistake"], (row["term"], number) if row["term"] else number


VALUES = tuple(values())


@cache
def golden() -> dict[str, dict[str, dict[str, float]]]:
    """Lesson → quantity → term → value."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    with (GOLDEN / "lessons.csv").open() as file:
        for row in csv.DictReader(file):
            quantities = found.setdefault(row["lesson"], {})
            quantities.setdefault(row["quantity"], {})[row["term"]] = float(row["value"])
    return found


@cache
def solved(name: str) -> Any:
    return LESSONS[name].solve(*LESSONS[name].tables())


@cache
def wrong_values(name: str) -> list[tuple[Mistake, Any]]:
    """The value of each mistake, computed from one copy of the data, which must be untouched behind it."""
    tables = LESSONS[name].tables()
    values = [(row, row.wrong(*tables)) for row in LESSONS[name].mistakes]
    for before, after in zip(LESSONS[name].tables(), tables, strict=True):
        pd.testing.assert_frame_equal(before, after)
    return values


def answer(solution: Any, quantity: str) -> Any:
    """An answer, or a column of one that is a table."""
    table, _, column = quantity.partition(".")
    return getattr(solution, table)[column] if column else getattr(solution, quantity)


def as_terms(value: Any) -> dict[str, float]:
    match value:
        case pd.Series():
            return {str(label): float(number) for label, number in value.items()}
        case pd.DataFrame():
            return dict.fromkeys(map(str, value.index), 1.0)
        case Power():
            return {f"{n}/{slope}": value(n, slope) for n, slope in ((18, 3), (6, 6))}
        case np.ndarray() | list():
            return {str(place): float(number) for place, number in enumerate(value)}
    return {"": float(value)}


def cases() -> Iterator[Any]:
    for name in LESSONS:
        for quantity in golden()[name[3:].replace("-", "_")]:
            yield pytest.param(name, quantity, id=f"{name}: {quantity}")


@pytest.mark.parametrize(("name", "quantity"), list(cases()))
def test_answers_are_those_of_r(name: str, quantity: str) -> None:
    want = golden()[name[3:].replace("-", "_")][quantity]
    got = as_terms(answer(solved(name), quantity))
    assert got.keys() == want.keys()
    scale = max(abs(value) for value in want.values())
    relative = 1e-4 if quantity in ("p_value", "treatment_p", "p_intercept") else 1e-6  # small p magnify
    assert got == pytest.approx(want, rel=relative, abs=1e-6 * scale if len(want) > 1 else 0)


@each_lesson
def test_every_answer_has_a_golden_number(name: str) -> None:
    covered = {quantity.partition(".")[0] for quantity in golden()[name[3:].replace("-", "_")]}
    derived = {"false_positives", "days", "population_point", "effect_sds"}  # of what the others are made
    assert set(stated(type(solved(name)))) - covered - derived == set()


@each_lesson
def test_every_mistake_leads_to_its_value(name: str) -> None:
    listed = [row[1:] for row in VALUES if row[0] == name]
    assert listed
    for quantity, mistake, value in listed:
        found = [got for row, got in wrong_values(name) if (row.quantity, row.name) == (quantity, mistake)]
        assert len(found) == 1, (quantity, mistake)
        term, want = value if isinstance(value, tuple) else ("", value)
        match found[0]:
            case FittedModel() as model:
                assert model.llf == pytest.approx(want, abs=6e-4), (quantity, mistake)
            case other:
                close = pytest.approx(want, rel=6e-5 if want else 0, abs=0 if want else 1e-12)
                assert as_terms(other)[term] == close, (quantity, mistake, term)


@each_lesson
def test_every_mistake_of_a_number_has_a_value_in_the_table(name: str) -> None:
    listed = {(lesson, quantity, mistake) for lesson, quantity, mistake, _ in VALUES}
    missing = [
        (row.quantity, row.name)
        for row, value in wrong_values(name)
        if not isinstance(value, dict | tuple | bool | str | pd.DataFrame)
        and (name, row.quantity, row.name) not in listed
        if not row.name.startswith(ACCIDENTS)  # where an optimizer ends depends on the machine
    ]
    assert missing == []


def same(left: Any, right: Any, quantity: str = "") -> bool:
    """Whether a check could not tell two values of one quantity apart."""
    match left, right:
        case FittedModel(), FittedModel():
            alike = left.model_kind == right.model_kind and left.method == right.method
            return alike and bool(np.isclose(left.llf, right.llf, atol=5e-3))
        case (FittedModel(), _) | (_, FittedModel()):
            return False
        case (tuple(), dict()):
            return False
        case (dict(), dict()):
            return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        case ((pd.Series(), pd.Series()), (pd.Series(), pd.Series())):
            return all(same(one, other) for one, other in zip(left, right, strict=True))
        case ((dict(), dict()), (dict(), dict())):
            return all(same(one, other) for one, other in zip(left, right, strict=True))
        case (tuple(), tuple()):
            return all(abs(one - other) <= 1e-3 * abs(other) for one, other in zip(left, right, strict=True))
    one, other = as_terms(left), as_terms(right)
    if one.keys() != other.keys():
        return False
    last = quantity.split(".")[-1]
    if last.endswith("log_likelihood") or last.startswith("lrt") or last in ("aic", "bic"):
        return all(abs(one[key] - other[key]) <= CRITERION for key in other)
    scale = max(map(abs, other.values())) if len(other) > 1 else 0.0
    return all(abs(one[key] - other[key]) <= max(RELATIVE * abs(other[key]), 5e-4 * scale) for key in other)


@each_lesson
def test_mistakes_are_told_apart_from_the_right_answer(name: str) -> None:
    near = [
        (row.quantity, row.name)
        for row, value in wrong_values(name)
        if same(value, answer(solved(name), row.quantity), row.quantity)
    ]
    assert near == []


@each_lesson
def test_mistakes_are_told_apart_from_each_other(name: str) -> None:
    found = {
        (name, one.quantity, one.name, other.name)
        for (one, left), (other, right) in itertools.combinations(wrong_values(name), 2)
        if one.quantity == other.quantity and same(left, right, one.quantity)
    }
    assert found == {row for row in ALIKE if row[0] == name}


@each_lesson
def test_rows_are_well_formed(name: str) -> None:
    rows = [row for row, _ in wrong_values(name)]
    keys = [(row.quantity, row.name) for row in rows]
    assert len(keys) == len(set(keys))
    assert {row.keeps for row in rows} <= {0.0, 0.25, 0.5, 0.75}
    for row in rows:
        prose = re.sub("`[^`]*`", "", row.hint)
        assert not re.search("[0-9]", prose), row.hint
        assert prose.endswith((".", "?")), row.hint
        assert 30 < len(row.hint) <= 240, row.hint


@each_lesson
def test_values_are_finite_and_data_untouched(name: str) -> None:
    for row, value in wrong_values(name):
        assert value is not None, row.name
        if not isinstance(value, FittedModel | dict | tuple | str):
            numbers = list(as_terms(value).values())
            assert numbers, row.name
            assert np.isfinite(numbers).all(), row.name


def test_an_assignment_names_its_data() -> None:
    assert isinstance(ASSIGNMENTS["09-schools"], Assignment)
    assert [len(table) for table in ASSIGNMENTS["09-schools"].tables()] == [150, 125]

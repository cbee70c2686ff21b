"""The tables of mistakes: told apart from the right answer and from each other, and harmless on any data."""

from __future__ import annotations

import itertools
import re
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import load
from lmmsolutions.core.results import FittedModel, Mistake
from lmmsolutions.lessons import correlation, data_overview, mixed_model, ols, subject_comparisons, subject_fits

pytestmark = pytest.mark.filterwarnings("error")

MODULES = [data_overview, correlation, ols, subject_fits, mixed_model, subject_comparisons]
each_module = pytest.mark.parametrize("module", MODULES, ids=[module.__name__.split(".")[2] for module in MODULES])
RELATIVE = 1e-4  # tolerance of a number
BLUP = 5e-4  # tolerance of a random intercept, in standard deviations of the random intercepts

# (question, quantity, one mistake, another): pairs that give the same value on the published data.
COINCIDE = {
    ("data_overview", "reaction_max", "wrong column", "row of the extreme"),
}


def wrong_values(module: ModuleType, data: str, request: pytest.FixtureRequest) -> list[tuple[Mistake, Any]]:
    """The value of each mistake on a table of the fixtures, computed once; the table must be untouched behind it."""
    if (module, data) not in _WRONG:
        table = request.getfixturevalue(data)
        before = table.copy()
        _WRONG[module, data] = [(row, row.wrong(table)) for row in module.MISTAKES]
        pd.testing.assert_frame_equal(table, before)
    return _WRONG[module, data]


_WRONG: dict[tuple[ModuleType, str], list[tuple[Mistake, Any]]] = {}


def same(left: Any, right: Any, scale: float) -> bool:
    """Whether a check could not tell two values of one quantity apart."""
    match left, right:
        case FittedModel(), FittedModel():
            return same_model(left, right)
        case (FittedModel(), _) | (_, FittedModel()):
            return False
        case pd.DataFrame(), pd.DataFrame():
            return (
                left.shape == right.shape
                and set(left) == set(right)
                and left.reset_index(drop=True).equals(right[left.columns].reset_index(drop=True))
            )
        case pd.Series(), pd.Series():
            return set(left.index) == set(right.index) and bool(((left - right).abs() <= BLUP * scale).all())
        case (pd.Series(), pd.Series()), (pd.Series(), pd.Series()):
            return all(np.array_equal(mine, theirs) for mine, theirs in zip(left, right, strict=True))
        case (float(), float()), (float(), float()):  # lines over the ten days, to 2e-3 of the range of Reaction
            return max(abs(left[0] - right[0] + (left[1] - right[1]) * day) for day in (0, 9)) < 0.5
        case tuple(), tuple():
            return left == right
        case dict(), dict():
            return left.keys() == right.keys() and all(same(left[key], right[key], scale) for key in left)
        case ((int() | float()), (int() | float())):
            return abs(left - right) <= RELATIVE * abs(right)
    return False


def same_model(left: FittedModel, right: FittedModel) -> bool:
    if left.model_kind != right.model_kind or left.method != right.method or left.endog.shape != right.endog.shape:
        return False
    if not (np.allclose(left.endog, right.endog) and np.allclose(left.fitted, right.fitted, rtol=RELATIVE)):
        return False
    if left.cov_re is None or right.cov_re is None:
        return bool(np.isclose(left.scale, right.scale, rtol=1e-2))
    return left.cov_re.shape == right.cov_re.shape and bool(
        np.allclose(left.cov_re, right.cov_re, rtol=1e-2) and np.isclose(left.scale, right.scale, rtol=1e-2)
    )


def scale_of(solution: Any) -> float:
    return float(getattr(solution, "group_sd", 1.0))


@each_module
def test_every_question_knows_at_least_six_misconceptions(module: ModuleType) -> None:
    assert len({row.name for row in module.MISTAKES}) >= 6


@each_module
def test_every_quantity_is_an_answer_of_the_question(module: ModuleType, sleepstudy: pd.DataFrame) -> None:
    solution = module.solve(sleepstudy)
    assert all(hasattr(solution, row.quantity) for row in module.MISTAKES)


@each_module
def test_names_are_unique_per_quantity(module: ModuleType) -> None:
    rows = [*module.MISTAKES, *getattr(module, "MISTAKES_IN_CLEANING", ())]
    names = [(row.quantity, row.name) for row in rows]
    assert len(names) == len(set(names))


@each_module
@pytest.mark.parametrize("data", ["sleepstudy", "perturbed"])
def test_every_value_is_away_from_the_right_one(module: ModuleType, data: str, request: pytest.FixtureRequest) -> None:
    solution = module.solve(request.getfixturevalue(data))
    near = [
        (row.quantity, row.name)
        for row, value in wrong_values(module, data, request)
        if same(value, getattr(solution, row.quantity), scale_of(solution))
    ]
    assert near == []


def test_pairs_that_coincide_on_the_published_data_are_known(
    sleepstudy: pd.DataFrame, request: pytest.FixtureRequest
) -> None:
    found = set()
    for module in MODULES:
        solution = module.solve(sleepstudy)
        values = wrong_values(module, "sleepstudy", request)
        for (one, left), (other, right) in itertools.combinations(values, 2):
            if one.quantity == other.quantity and same(left, right, scale_of(solution)):
                found.add((module.__name__.split(".")[2], one.quantity, one.name, other.name))
    assert found == COINCIDE


@each_module
def test_hints_explain_and_give_no_number_away(module: ModuleType) -> None:
    for row in (*module.MISTAKES, *getattr(module, "MISTAKES_IN_CLEANING", ())):
        prose = re.sub("`[^`]*`", "", row.hint)
        assert not re.search("[0-9]", prose), row.hint
        assert prose.endswith((".", "?")), row.hint
        assert 30 < len(row.hint) <= 240, row.hint


@each_module
def test_shares_are_quarters(module: ModuleType) -> None:
    assert {row.keeps for row in module.MISTAKES} <= {0.0, 0.25, 0.5, 0.75}


@each_module
@pytest.mark.parametrize("data", ["sleepstudy", "perturbed"])
def test_every_value_is_finite_and_the_data_untouched(
    module: ModuleType, data: str, request: pytest.FixtureRequest
) -> None:
    for row, value in wrong_values(module, data, request):
        assert value is not None, row.name
        if isinstance(value, int | float):
            assert np.isfinite(value), row.name
        if isinstance(value, pd.Series | dict):
            assert len(value) > 0, row.name
            assert np.isfinite(list(value.values()) if isinstance(value, dict) else value).all(), row.name


@pytest.mark.parametrize("row", data_overview.MISTAKES, ids=lambda row: f"{row.quantity}-{row.name}")
def test_mistakes_of_the_first_question_take_messy_data(row: Mistake, messy: pd.DataFrame) -> None:
    value = row.wrong(messy)
    assert not isinstance(value, float) or np.isfinite(value)


@pytest.mark.parametrize(
    "row",
    [*correlation.MISTAKES, *correlation.MISTAKES_IN_CLEANING],
    ids=lambda row: f"{row.quantity}-{row.name}",
)
def test_cleaning_mistakes_show_on_messy_data(row: Mistake, messy: pd.DataFrame) -> None:
    value = row.wrong(messy)
    assert not isinstance(value, float) or np.isfinite(value)
    assert not same(value, getattr(correlation.solve(messy), row.quantity), 1.0)


@pytest.mark.parametrize("module", [mixed_model, subject_fits, subject_comparisons], ids=lambda m: m.__name__)
def test_mistakes_take_data_on_the_boundary(module: ModuleType, sleepstudy: pd.DataFrame) -> None:
    """Subjects without any difference: a mixed model has no regular fit, and still nothing raises."""
    rng = np.random.default_rng(3)
    flat = sleepstudy.assign(Reaction=250 + 10 * sleepstudy["Days"] + rng.normal(0, 30, len(sleepstudy)))
    flat["Reaction"] -= flat.groupby("Subject")["Reaction"].transform("mean") - flat["Reaction"].mean()
    for row in module.MISTAKES:
        row.wrong(flat)


@pytest.mark.parametrize("keeps", [-0.1, 0.8, 1.0, float("nan")])
def test_a_mistake_that_keeps_too_much_is_refused(keeps: float) -> None:
    with pytest.raises(ValueError, match="keeps must lie between"):
        Mistake("name", "quantity", lambda _: 0.0, keeps, "hint")


def test_solving_twice_gives_the_same_answers() -> None:
    for module in MODULES:
        one, other = module.solve(load("sleepstudy")), module.solve(load("sleepstudy"))
        for row in module.MISTAKES:
            assert same(getattr(one, row.quantity), getattr(other, row.quantity), 1e-6)

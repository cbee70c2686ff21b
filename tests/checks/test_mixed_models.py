"""Mixed models of any form: random slopes, correlated or not, several predictors, two nested levels, the boundary."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from autograder.checks import AuthorError, Status
from autograder.values.views import Model
from lmmsolutions.core.data import load
from lmmsolutions.lessons import exam
from tests.checks.fakes import Row, judge_value
from tests.checks.fits import view

RNG = np.random.default_rng(5)


def _slopes() -> pd.DataFrame:
    who, day = np.repeat(np.arange(30), 8), np.tile(np.arange(8.0), 30)
    effects = RNG.multivariate_normal([0, 0], [[600, 15], [15, 36]], 30)
    time = 250 + 10 * day + effects[who, 0] + effects[who, 1] * day + RNG.normal(0, 25, who.size)
    return pd.DataFrame({"time": time, "day": day, "who": who, "age": RNG.integers(20, 60, 30)[who].astype(float)})


def _nested() -> pd.DataFrame:
    rows = []
    for school in range(16):
        level = RNG.normal(0, 5)
        for room in range(3):
            own = level + RNG.normal(0, 3)
            for hours in RNG.uniform(0, 8, int(RNG.integers(6, 12))):
                rows.append((school, room, f"{school}-{room}", hours, 50 + 2 * hours + own + RNG.normal(0, 4)))
    return pd.DataFrame(rows, columns=["school", "room", "place", "hours", "points"])


SLOPES, NESTED = _slopes(), _nested()


@dataclass(frozen=True)
class Term:
    """A term of a reference."""

    design: Any
    groups: Any
    covariance: Any


@dataclass(frozen=True)
class Reference:
    """A reference with terms, and the normal log-likelihood with a full covariance matrix."""

    endog: Any
    exog: Any
    fe_params: Any
    scale: float
    method: str
    terms: tuple[Term, ...] = field(repr=False)
    model_kind: str = "MixedLM"
    groups: Any = None
    cov_re: Any = None

    @property
    def llf(self) -> float:
        parts = [(term.design, term.groups, term.covariance) for term in self.terms]
        return self.log_likelihood_at(self.fe_params, parts, self.scale)

    def log_likelihood_at(self, fixed: Any, random: Any, residual_variance: float) -> float:
        covariance = residual_variance * np.eye(len(self.endog))
        for design, groups, between in random:
            covariance += np.equal.outer(groups, groups) * (design @ between @ design.T)
        error = self.endog - self.exog @ np.asarray(fixed)
        n, p = self.exog.shape
        value = np.linalg.slogdet(covariance)[1] + error @ np.linalg.solve(covariance, error)
        if self.method == "REML":
            value += np.linalg.slogdet(self.exog.T @ np.linalg.solve(covariance, self.exog))[1]
            n -= p
        return float(-(value + n * np.log(2 * np.pi)) / 2)


def fitted(formula: str, data: pd.DataFrame, groups: Any, fit: dict[str, Any] | None = None, **how: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return smf.mixedlm(formula, data, groups=groups, **how).fit(**({"method": ["bfgs", "powell"]} | (fit or {})))


def reference(result: Any, *terms: Term) -> Reference:
    model = result.model
    exog, fixed = np.asarray(model.exog), np.asarray(result.fe_params)
    method = "REML" if model.reml else "ML"
    return Reference(np.asarray(model.endog), exog, fixed, float(result.scale), method, terms)


class Broken:
    """A reference with other parts than it was fitted with."""

    def __init__(self, whole: Reference, **parts: Any) -> None:
        self.llf = whole.llf
        self.log_likelihood_at = whole.log_likelihood_at
        for name in ("endog", "exog", "fe_params", "scale", "method", "terms", "groups", "cov_re"):
            setattr(self, name, parts.get(name, getattr(whole, name)))


@functools.cache
def fit_of_slopes(formula: str = "time ~ day", re: str | None = "~day") -> Any:
    """A fit of the library: an answer and a reference."""
    return fitted(formula, SLOPES, SLOPES["who"], re_formula=re)


@functools.cache
def of_slopes(formula: str = "time ~ day", re: str | None = "~day") -> Reference:
    result = fit_of_slopes(formula, re)
    design, groups = np.asarray(result.model.exog_re), SLOPES["who"].to_numpy()
    return reference(result, Term(design, groups, np.asarray(result.cov_re)))


@functools.cache
def fit_of_nested() -> Any:
    """A fit of the library: an answer and a reference."""
    return fitted("points ~ hours", NESTED, NESTED["school"], re_formula="1", vc_formula=ROOMS)


@functools.cache
def of_nested() -> Reference:
    result = fit_of_nested()
    ones = np.ones((len(NESTED), 1))
    outer = Term(ones, NESTED["school"].to_numpy(), np.asarray(result.cov_re))
    return reference(result, outer, Term(ones, NESTED["place"].to_numpy(), np.array([[result.vcomp[0]]])))


def right_slopes() -> Model:
    return view(fit_of_slopes())


def one_slope() -> Model:
    return view(fit_of_slopes(re=None))


def slopes(formula: str = "time ~ day", data: pd.DataFrame = SLOPES, groups: str = "who", **how: Any) -> Model:
    return view(fitted(formula, data, data[groups], how.pop("fit", None), **how))


def nested(formula: str = "points ~ hours", data: pd.DataFrame = NESTED, groups: Any = "school", **how: Any) -> Model:
    labels = data[groups] if isinstance(groups, str) else groups
    return view(fitted(formula, data, labels, how.pop("fit", None), **how))


SHUFFLED = SLOPES.sample(frac=1, random_state=3)
TIED = SLOPES.assign(time=SLOPES["time"].round(-1))  # equal responses, also in rows with one predictor
ONE = np.ones(len(NESTED))
ROOMS = {"room": "0 + C(room)"}

SLOPES_RIGHT: dict[str, Callable[[], Model]] = {
    "formula": right_slopes,
    "default optimizer": lambda: slopes(re_formula="1 + day", fit={"method": None}),
    "lbfgs": lambda: slopes(re_formula="~day", fit={"method": "lbfgs"}),
    "powell": lambda: slopes(re_formula="~day", fit={"method": "powell"}),
    "shuffled": lambda: slopes(data=SHUFFLED, re_formula="~day"),
    "centered in the random part": lambda: slopes(re_formula="~I(day - 3.5)"),
    "centered everywhere": lambda: slopes("time ~ I(day - 3.5)", re_formula="~I(day - 3.5)"),
    "another unit": lambda: slopes(data=SLOPES.assign(day=SLOPES["day"] / 7), re_formula="~day"),
}
SLOPES_WRONG: dict[str, tuple[Callable[[], Model], str]] = {
    "intercept only": (one_slope, "no-random-slope"),
    "slope only": (lambda: slopes(re_formula="0 + day"), "no-random-intercept"),
    "uncorrelated": (lambda: slopes(re_formula="1", vc_formula={"day": "0 + day"}), "uncorrelated"),
    "uncorrelated, the intercept dropped": (lambda: slopes(vc_formula={"day": "0 + day"}), "no-random-intercept"),
    "a curve as well": (lambda: slopes(re_formula="~day + I(day**2)"), "extra-random"),
    "ML": (lambda: slopes(re_formula="~day", fit={"reml": False}), "ML"),
    "days as groups": (lambda: slopes(groups="day", re_formula="~age"), "groups"),
    "a further predictor": (lambda: slopes("time ~ day + age", re_formula="~day"), "extra-predictors"),
    "least squares with dummies": (lambda: view(smf.ols("time ~ day * C(who)", SLOPES).fit()), "fixed-groups"),
    "stopped early": (lambda: _scaled(right_slopes(), 1.5), "not-optimal"),
    "infinite": (
        lambda: replace(right_slopes(), cov_re=pd.DataFrame(np.zeros((2, 2))), llf=np.inf, converged=True),
        "not-optimal",
    ),
    "no covariance": (lambda: replace(right_slopes(), cov_re=None, vcomp=None), "no-random-intercept"),
    "NaN covariance": (
        lambda: replace(right_slopes(), cov_re=pd.DataFrame(np.full((2, 2), np.nan))),
        "estimates",
    ),
}
NESTED_RIGHT: dict[str, Callable[[], Model]] = {
    "re and vc": lambda: view(fit_of_nested()),
    "unique labels": lambda: nested(re_formula="1", vc_formula={"p": "0 + C(place)"}),
    "two components in one group": lambda: nested(groups=ONE, vc_formula={"a": "0 + C(school)", "b": "0 + C(place)"}),
    "the intercept as a component": lambda: nested(vc_formula={"b": "0 + C(room)", "a": "1"}),
    "shuffled": lambda: nested(data=NESTED.sample(frac=1, random_state=2), re_formula="1", vc_formula=ROOMS),
    "centered": lambda: nested("points ~ I(hours - 4)", re_formula="1", vc_formula=ROOMS),
}
NESTED_WRONG: dict[str, tuple[Callable[[], Model], str]] = {
    "the schools dropped": (lambda: nested(vc_formula=ROOMS), "outer-level"),
    "rooms alone": (lambda: nested(groups="place"), "outer-level"),
    "schools alone": (lambda: nested(), "inner-level"),
    "rooms by their label": (lambda: nested(groups="room"), "groups"),
    "columns with a constant": (lambda: nested(re_formula="1", vc_formula={"c": "C(room)"}), "inner-groups"),
    "labels crossed with schools": (
        lambda: nested(groups=ONE, vc_formula={"a": "0 + C(school)", "b": "0 + C(room)"}),
        "inner-groups",
    ),
    "random slopes as well": (lambda: nested(re_formula="~hours", vc_formula=ROOMS), "extra-random"),
}


def _scaled(model: Model, factor: float) -> Model:
    return replace(model, cov_re=model.cov_re * factor)  # type: ignore[operator]


@pytest.mark.parametrize("answer", SLOPES_RIGHT.values(), ids=SLOPES_RIGHT.keys())
def test_every_way_to_write_random_slopes_is_right(answer: Callable[[], Model]) -> None:
    result = judge_value(answer(), "mixed_model", of_slopes())
    assert (result.status, result.mistake, result.hint) == (Status.PASSED, "", ""), result


@pytest.mark.parametrize(("answer", "mistake"), SLOPES_WRONG.values(), ids=SLOPES_WRONG.keys())
def test_wrong_random_slopes_are_explained(answer: Callable[[], Model], mistake: str) -> None:
    wrong = answer()
    result = judge_value(wrong, "mixed_model", of_slopes())
    assert result.mistake == mistake, result
    assert result.hint
    assert result.earned <= 0.5
    assert judge_value(wrong, "mixed_model", fit_of_slopes()).mistake == mistake  # a fit of the library says the same


def test_an_honest_optimizer_is_right_on_the_draw_where_it_strays_most() -> None:
    students = exam.draw(load("student_performance"), "b.1815")
    want = exam.solve(students).slopes_results
    how = {"groups": students["school_id"], "re_formula": "~hours"}
    powell = view(fitted("test_score ~ hours + prior_gpa", students, fit={"method": "powell"}, **how))
    strays = 1 - np.asarray(powell.cov_re)[1, 1] / want.terms[0].covariance[1, 1]
    assert strays == pytest.approx(0.0156, abs=5e-4)
    assert judge_value(powell, "mixed_model", want).status is Status.PASSED
    assert judge_value(_scaled(powell, 1 - strays), "mixed_model", want).mistake == "not-optimal"


@pytest.mark.parametrize("answer", NESTED_RIGHT.values(), ids=NESTED_RIGHT.keys())
def test_every_way_to_write_nested_levels_is_right(answer: Callable[[], Model]) -> None:
    result = judge_value(answer(), "mixed_model", of_nested())
    assert (result.status, result.mistake, result.hint) == (Status.PASSED, "", ""), result


@pytest.mark.parametrize(("answer", "mistake"), NESTED_WRONG.values(), ids=NESTED_WRONG.keys())
def test_wrong_levels_are_explained(answer: Callable[[], Model], mistake: str) -> None:
    wrong = answer()
    result = judge_value(wrong, "mixed_model", of_nested())
    assert result.mistake == mistake, result
    assert result.hint
    assert judge_value(wrong, "mixed_model", fit_of_nested()).mistake == mistake


def test_several_predictors_by_their_space() -> None:
    want = of_slopes("time ~ day + age", "1")
    for formula in ("time ~ age + day", "time ~ I(day - 3) + I(age / 10)", "time ~ day + I(age + day)"):
        assert judge_value(slopes(formula), "mixed_model", want).status is Status.PASSED
    assert judge_value(slopes("time ~ day"), "mixed_model", want).mistake == "missing-predictors"
    assert judge_value(slopes("time ~ day + I(age**2)"), "mixed_model", want).mistake == "wrong-predictor"


def test_tied_rows_in_another_order() -> None:
    result = fitted("time ~ day", TIED, TIED["who"], re_formula="~day")
    want = reference(result, Term(np.asarray(result.model.exog_re), TIED["who"].to_numpy(), np.asarray(result.cov_re)))
    for seed in range(3):
        answer = slopes(data=TIED.sample(frac=1, random_state=seed), re_formula="~day")
        assert judge_value(answer, "mixed_model", want).status is Status.PASSED


def test_a_singular_reference_judges_singular_fits() -> None:
    data = SLOPES.assign(time=SLOPES.groupby("day")["time"].transform("mean") + RNG.normal(0, 9, len(SLOPES)))
    result = fitted("time ~ day", data, data["who"], {"method": ["bfgs", "powell"]})
    exact = reference(result, Term(np.ones((len(data), 1)), data["who"].to_numpy(), np.zeros((1, 1))))
    line = smf.ols("time ~ day", data).fit()
    exact = replace(exact, fe_params=np.asarray(line.params), scale=float(line.scale))
    assert judge_value(view(result), "mixed_model", exact).status is Status.PASSED


def test_rows_name_a_wrong_model_by_its_own_fit() -> None:
    rows = [Row("one slope for all", "answer", of_slopes(re="1"), 0.3), Row("itself", "answer", of_slopes(), 0.1)]
    assert judge_value(one_slope(), "mixed_model", of_slopes(), mistakes=rows).mistake == "one slope for all"
    other = judge_value(slopes(re_formula="0 + day"), "mixed_model", of_slopes(), mistakes=rows)
    assert other.mistake == "no-random-intercept"


def test_a_reference_whose_parts_do_not_fit_is_the_authors_fault() -> None:
    want = of_slopes()
    for broken in (
        Broken(want, terms=(replace(want.terms[0], covariance=np.eye(3)),)),
        Broken(want, terms=(replace(want.terms[0], groups=np.arange(4)),)),
        Broken(want, terms=()),
        Broken(want, exog=np.column_stack([want.exog, want.exog[:, 1]]), fe_params=np.ones(3)),
    ):
        with pytest.raises(AuthorError):
            judge_value(one_slope(), "mixed_model", broken)

"""Fitted models: what was fitted to what is seen from the fit itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

from autograder.checks import AuthorError, Status
from autograder.values.views import Missing, Model, Opaque, Record
from tests.checks.fakes import FakeEvidence, Row, judge, judge_value
from tests.checks.fits import DATA, Reference, mixed, mixed_reference, ols_reference, view

Y, X = DATA["time"], DATA["day"]
OLS, MIXED = ols_reference(), mixed_reference()
SHUFFLED = DATA.sample(frac=1, random_state=1)
OTHER = DATA.assign(room=DATA["room"].astype(float))


def ols(formula: str, data: pd.DataFrame = DATA) -> Model:
    return view(smf.ols(formula, data).fit())


def linregress() -> Record:
    fit = stats.linregress(X, Y)
    return Record("scipy.stats.LinregressResult", {"slope": float(fit.slope), "intercept": float(fit.intercept)})


OLS_RIGHT: dict[str, Callable[[], Any]] = {
    "matrix": lambda: view(sm.OLS(Y, sm.add_constant(X)).fit()),
    "matrix of numpy": lambda: view(sm.OLS(Y.to_numpy(), sm.add_constant(X.to_numpy())).fit()),
    "constant last": lambda: view(sm.OLS(Y, np.column_stack([X, np.ones(len(X))])).fit()),
    "formula": lambda: ols("time ~ day"),
    "formula with other names": lambda: ols("a ~ b", DATA.rename(columns={"time": "a", "day": "b"})),
    "shuffled rows": lambda: ols("time ~ day", SHUFFLED),
    "centred": lambda: ols("time ~ I(day - 3.5)"),
    "robust errors": lambda: view(smf.ols("time ~ day", DATA).fit(cov_type="HC3")),
    "equal weights": lambda: view(sm.WLS(Y, sm.add_constant(X), weights=np.ones(len(X))).fit()),
    "GLM": lambda: view(smf.glm("time ~ day", DATA).fit()),
    "by QR": lambda: view(smf.ols("time ~ day", DATA).fit(method="qr")),
    "linregress": linregress,
}

OLS_WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "missing": (lambda: Missing("answer"), "missing"),
    "None": (lambda: None, "empty"),
    "unfitted": (lambda: Opaque("statsmodels.regression.linear_model.OLS"), "unfitted"),
    "fit without parentheses": (lambda: Opaque("builtins.method"), "unfitted"),
    "summary": (lambda: Opaque("statsmodels.iolib.summary.Summary"), "summary"),
    "a fit that could not be read": (lambda: Opaque("statsmodels.x.OLSResults", "too large"), "not-a-model"),
    "coefficients": (lambda: np.array([10.0, 250.0]), "not-a-model"),
    "text": (lambda: "OLS", "not-a-model"),
    "another record": (lambda: Record("LinregressResult", {"slope": 1.0, "intercept": 2.0}), "not-a-model"),
    "response and predictor exchanged": (lambda: ols("day ~ time"), "swapped"),
    "exchanged, some rows": (lambda: ols("day ~ time", DATA[:50]), "swapped"),
    "missing values": (lambda: view(sm.OLS(Y.where(X > 0), sm.add_constant(X)).fit()), "missing-values"),
    "no constant": (lambda: view(sm.OLS(Y, X).fit()), "no-constant"),
    "no constant in the formula": (lambda: ols("time ~ 0 + day"), "no-constant"),
    "some rows": (lambda: ols("time ~ day", DATA[:50]), "rows"),
    "another predictor": (lambda: ols("time ~ who"), "wrong-predictor"),
    "constant alone": (lambda: ols("time ~ 1"), "wrong-predictor"),
    "a further predictor": (lambda: ols("time ~ day + who"), "extra-predictors"),
    "a curve": (lambda: ols("time ~ day + I(day ** 2)"), "extra-predictors"),
    "subjects as predictors": (lambda: ols("time ~ day + C(who)"), "extra-predictors"),
    "a bar": (lambda: ols("time ~ day + (1|who)"), "bar-formula"),
    "another response": (lambda: ols("who ~ day"), "other-response"),
    "a changed response": (lambda: ols("np.log(time) ~ day"), "other-response"),
    "quantile regression": (lambda: view_of_quantiles(), "other-model"),
    "mixed model": (lambda: mixed(), "mixed"),
    "forged estimates": (lambda: replace(ols("time ~ day"), params=pd.Series([250.0, 10.0])), "estimates"),
    "NaN estimates": (lambda: replace(ols("time ~ day"), params=pd.Series([np.nan, 10.0])), "estimates"),
    "no estimates": (lambda: replace(ols("time ~ day"), params=pd.Series([], dtype=float)), "estimates"),
    "no design": (lambda: replace(ols("time ~ day"), exog=np.array(["a"])), "not-a-model"),
}


def view_of_quantiles() -> Model:
    return replace(ols("time ~ day"), kind="QuantRegResults", model_kind="QuantReg")


@pytest.mark.parametrize("answer", OLS_RIGHT.values(), ids=OLS_RIGHT.keys())
def test_every_honest_least_squares_line_is_right(answer: Callable[[], Any]) -> None:
    result = judge_value(answer(), "ols_model", OLS)
    assert (result.status, result.mistake, result.hint) == (Status.PASSED, "", ""), result


@pytest.mark.parametrize(("answer", "mistake"), OLS_WRONG.values(), ids=OLS_WRONG.keys())
def test_a_wrong_least_squares_line_is_explained(answer: Callable[[], Any], mistake: str) -> None:
    result = judge_value(answer(), "ols_model", OLS)
    assert result.mistake == mistake, result
    assert result.earned < 0.5
    assert result.hint


def test_the_reference_may_be_held_under_the_students_name() -> None:
    class Solution:
        answer = OLS

    assert judge_value(ols("time ~ day"), "ols_model", Solution()).status is Status.PASSED


def fitted_mixed(**how: Any) -> Callable[[], Model]:
    return lambda: mixed(**how)


def matrix_api() -> Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return view(sm.MixedLM(Y, sm.add_constant(X), groups=DATA["who"]).fit())


def variance_component() -> Model:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return view(
            smf.mixedlm(
                "time ~ day", DATA, groups=np.ones(len(DATA)), re_formula="0", vc_formula={"who": "0 + C(who)"}
            ).fit()
        )


MIXED_RIGHT: dict[str, Callable[[], Any]] = {
    "formula": fitted_mixed(),
    "matrix": matrix_api,
    "explicit random intercept": fitted_mixed(re_formula="1"),
    "powell": fitted_mixed(fit={"method": "powell"}),
    "lbfgs": fitted_mixed(fit={"method": "lbfgs"}),
    "cg": fitted_mixed(fit={"method": "cg"}),
    "nm": fitted_mixed(fit={"method": "nm"}),
    "shuffled rows": fitted_mixed(data=SHUFFLED),
    "groups as text": fitted_mixed(data=DATA.astype({"who": str})),
    "groups as category": fitted_mixed(data=DATA.astype({"who": "category"})),
    "centred": fitted_mixed(formula="time ~ I(day - 3.5)"),
    "variance component": variance_component,
    "not said to have converged": lambda: replace(mixed(), converged=False),
}

MIXED_WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "missing": (lambda: Missing("answer"), "missing"),
    "unfitted": (lambda: Opaque("statsmodels.regression.mixed_linear_model.MixedLM"), "unfitted"),
    "pooled": (lambda: ols("time ~ day"), "pooled-OLS"),
    "subjects as predictors": (lambda: ols("time ~ day + C(who)"), "fixed-groups"),
    "a bar, pooled": (lambda: ols("time ~ day + (1|who)"), "bar-formula"),
    "a bar": (fitted_mixed(formula="time ~ day + (1|who)"), "bar-formula"),
    "ML": (fitted_mixed(fit={"reml": False}), "ML"),
    "random slopes": (fitted_mixed(re_formula="~day"), "random-slopes"),
    "random slopes alone": (fitted_mixed(re_formula="0 + day"), "no-random-intercept"),
    "groups by day": (fitted_mixed(groups="day"), "groups"),
    "groups by room": (fitted_mixed(groups="room"), "groups"),
    "no constant": (fitted_mixed(formula="time ~ 0 + day"), "no-constant"),
    "no predictor": (fitted_mixed(formula="time ~ 1"), "wrong-predictor"),
    "exchanged": (fitted_mixed(formula="day ~ time"), "swapped"),
    "some rows": (fitted_mixed(data=DATA[DATA["day"] > 0]), "rows"),
    "a further predictor": (fitted_mixed(formula="time ~ day + room"), "extra-predictors"),
    "GEE": (lambda: replace(mixed(), model_kind="GEE"), "GEE"),
    "stopped early": (
        lambda: replace(mixed(), cov_re=pd.DataFrame([[1.3 * float(MIXED.cov_re[0, 0])]]), converged=True),
        "not-optimal",
    ),
    "on the boundary": (lambda: replace(mixed(), cov_re=pd.DataFrame([[0.0]]), converged=True), "not-optimal"),
    "intercept of zero, likelihood infinite": (
        lambda: replace(mixed(), fe_params=pd.Series([0.0, 0.0]), llf=float("inf"), converged=True),
        "not-optimal",
    ),
    "variance ratio for the variance": (
        lambda: replace(mixed(), cov_re=pd.DataFrame([[float(MIXED.cov_re[0, 0]) / MIXED.scale]])),
        "not-optimal",
    ),
    "no variance": (lambda: replace(mixed(), cov_re=None, vcomp=None), "no-random-intercept"),
    "NaN variance": (lambda: replace(mixed(), cov_re=pd.DataFrame([[np.nan]])), "estimates"),
    "no residual variance": (lambda: replace(mixed(), scale=None), "estimates"),
    "no groups": (lambda: replace(mixed(), groups=None), "groups"),
}


@pytest.mark.parametrize("answer", MIXED_RIGHT.values(), ids=MIXED_RIGHT.keys())
def test_every_honest_mixed_model_is_right(answer: Callable[[], Any]) -> None:
    result = judge_value(answer(), "mixed_model", MIXED)
    assert (result.status, result.mistake, result.hint) == (Status.PASSED, "", ""), result


@pytest.mark.parametrize(("answer", "mistake"), MIXED_WRONG.values(), ids=MIXED_WRONG.keys())
def test_a_wrong_mixed_model_is_explained(answer: Callable[[], Any], mistake: str) -> None:
    result = judge_value(answer(), "mixed_model", MIXED)
    assert result.mistake == mistake, result
    assert result.earned <= 0.5
    assert result.hint


def test_an_ml_reference_takes_reml_for_the_mistake() -> None:
    reference = mixed_reference(method="ML")
    assert judge_value(mixed(fit={"reml": False}), "mixed_model", reference).status is Status.PASSED
    assert judge_value(mixed(), "mixed_model", reference).mistake == "REML"


def test_the_closed_form_of_these_tests_agrees_with_statsmodels() -> None:
    fit = mixed()
    assert fit.llf == pytest.approx(MIXED.llf, rel=1e-8)
    assert MIXED.log_likelihood_at(fit.fe_params, float(fit.cov_re.iat[0, 0]), fit.scale or 0) <= MIXED.llf  # type: ignore[arg-type, union-attr]


def reference_of(formula_x: list[str], data: pd.DataFrame = DATA, **others: Any) -> Reference:
    exog = np.column_stack([np.ones(len(data)), *(data[name] for name in formula_x)])
    params = np.linalg.lstsq(exog, data["time"], rcond=None)[0]
    return Reference(data["time"].to_numpy(), exog, params, 1.0, **others)


def test_rows_name_a_wrong_least_squares_line_by_its_fit_or_its_kind() -> None:
    rows = [
        Row("itself", "answer", OLS, 0.1),
        Row("names for numbers", "answer", reference_of(["who"]), 0.3),
        Row("more predictors", "answer", reference_of(["day", "who"]), 0.35),
        Row("half", "answer", ols_reference(DATA[:50]), 0.4),
        Row("turned", "answer", "swapped", 0.45),
        Row("nonsense", "answer", 3.0, 0.1),
    ]
    for answer, name in [
        (ols("time ~ who"), "names for numbers"),
        (ols("time ~ day + who"), "more predictors"),
        (ols("time ~ day", DATA[:50]), "half"),
        (ols("day ~ time"), "turned"),
        (ols("time ~ room"), "wrong-predictor"),
    ]:
        assert judge_value(answer, "ols_model", OLS, mistakes=rows).mistake == name


def test_rows_name_a_wrong_mixed_model_by_its_fit_or_its_kind() -> None:
    by_room = mixed(groups="room")
    rows = [
        Row("itself", "answer", MIXED, 0.1),
        Row("biased", "answer", mixed_reference(method="ML"), 0.3),
        Row("not mixed", "answer", OLS, 0.2),
        Row("slopes", "answer", "random-slopes", 0.4),
        Row("rooms", "answer", by_room, 0.45),
    ]
    for answer, name in [
        (mixed(fit={"reml": False}), "biased"),
        (ols("time ~ day"), "not mixed"),
        (mixed(re_formula="~day"), "slopes"),
        (by_room, "rooms"),
        (mixed(groups="day"), "groups"),
    ]:
        assert judge_value(answer, "mixed_model", MIXED, mistakes=rows).mistake == name


@pytest.mark.parametrize(
    ("method", "reference"),
    [
        ("ols_model", object()),
        ("mixed_model", OLS),
        ("ols_model", replace(OLS, exog=np.ones((96, 1)))),
        ("ols_model", replace(OLS, exog=X.to_numpy()[:, None], fe_params=np.ones(1))),
        ("ols_model", replace(OLS, fe_params=np.array([np.nan, 1.0]))),
        ("mixed_model", replace(MIXED, cov_re=np.eye(2))),
        ("mixed_model", replace(MIXED, method=None)),
    ],
)
def test_a_reference_of_another_form_is_the_authors_fault(method: str, reference: Any) -> None:
    with pytest.raises(AuthorError):
        judge_value(mixed(), method, reference)


def test_what_was_fitted_is_shown() -> None:
    evidence = FakeEvidence({"answer": ols("time ~ day + who")})
    result = judge(lambda checks: checks.ols_model("answer", OLS, credit=1), evidence)
    assert result.got == "a fitted OLS model of time by day, who, 96 rows"

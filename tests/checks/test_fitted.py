"""A fit of statsmodels as the reference of a model check."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from autograder.checks import AuthorError, Status
from autograder.checks.models.fitted import as_reference
from tests.checks import test_mixed_models as forms
from tests.checks.fakes import Row, judge_value
from tests.checks.fits import DATA, view

SLOPES, NESTED = forms.SLOPES, forms.NESTED
FIT = {"method": ["powell", "bfgs"]}


def mixed(formula: str, data: Any, groups: Any, *, fit: Any = None, **how: Any) -> Any:
    return forms.fitted(formula, data, groups, fit, **how)


REFERENCES: dict[str, Callable[[], Any]] = {
    "slopes": forms.fit_of_slopes,
    "slopes by ML": lambda: mixed("time ~ day", SLOPES, SLOPES["who"], re_formula="~day", fit=FIT | {"reml": False}),
    "uncorrelated": lambda: mixed("time ~ day", SLOPES, SLOPES["who"], re_formula="1", vc_formula={"d": "0 + day"}),
    "nested": forms.fit_of_nested,
    "components alone": lambda: mixed(
        "points ~ hours", NESTED, forms.ONE, vc_formula={"a": "0 + C(school)", "b": "0 + C(place)"}
    ),
    "columns with a constant": lambda: mixed(
        "points ~ hours", NESTED, NESTED["school"], re_formula="1", vc_formula={"c": "C(room)"}
    ),
}


@cache
def fitted(name: str) -> Any:
    return REFERENCES[name]()


@pytest.mark.parametrize("name", REFERENCES)
def test_a_mixed_fit_is_taken_as_it_is(name: str) -> None:
    result = fitted(name)
    assert as_reference(result).llf == pytest.approx(result.llf, abs=1e-6)
    assert judge_value(view(result), "mixed_model", result).status is Status.PASSED


def test_a_line_by_formula_or_by_matrices() -> None:
    reference = smf.ols("time ~ day", DATA).fit()
    matrices = sm.OLS(DATA["time"], sm.add_constant(DATA["day"])).fit()
    wrong = smf.ols("day ~ time", DATA).fit()
    for one in (reference, matrices):
        assert judge_value(view(matrices), "ols_model", one).status is Status.PASSED
        assert judge_value(view(wrong), "ols_model", one).mistake == "swapped"


def test_a_row_may_give_a_fit_too() -> None:
    rows = [Row("one slope for all", "answer", forms.fit_of_slopes(re=None), 0.3)]
    found = judge_value(forms.one_slope(), "mixed_model", fitted("slopes"), mistakes=rows)
    assert (found.mistake, found.earned) == ("one slope for all", 0.3)
    rows = [Row("a curve", "answer", smf.ols("time ~ day + I(day**2)", DATA).fit(), 0.4)]
    curve = view(smf.ols("time ~ I(day**2) + day", DATA).fit())
    assert judge_value(curve, "ols_model", smf.ols("time ~ day", DATA).fit(), mistakes=rows).mistake == "a curve"


def _without_groups() -> Any:
    """Data without any difference between groups: the variance of these ends at zero."""
    noise = pd.Series(np.random.default_rng(5).normal(0, 9, len(SLOPES)))
    own = noise - noise.groupby(SLOPES["who"]).transform("mean")
    return SLOPES.assign(time=250 + 10 * SLOPES["day"] + own)


def _perfectly_correlated() -> Any:
    who = SLOPES["who"]
    shift = np.random.default_rng(3).normal(0, 20, 30)[who]
    noise = np.random.default_rng(4).normal(0, 9, len(SLOPES))
    return SLOPES.assign(time=250 + 10 * SLOPES["day"] + shift * (1 + SLOPES["day"] / 5) + noise)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "stopped after a step": (
        lambda: smf.mixedlm("time ~ day", SLOPES, groups=SLOPES["who"], re_formula="~day").fit(
            method="bfgs", maxiter=1, do_cg=True
        ),
        "did not converge",
    ),
    "no variance between groups": (
        lambda: mixed("time ~ day", _without_groups(), SLOPES["who"], fit=FIT),
        "lies on the boundary",
    ),
    "perfectly correlated": (
        lambda: mixed("time ~ day", _perfectly_correlated(), SLOPES["who"], re_formula="~day", fit=FIT),
        "lies on the boundary",
    ),
    "another kind of model": (
        lambda: smf.gee("time ~ day", "who", SLOPES).fit(),
        "a fit of GEE cannot be a reference; these can: OLS, WLS, MixedLM",
    ),
}


@pytest.mark.parametrize(("fit", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_fit_that_proves_nothing_is_refused_with_the_reason(fit: Callable[[], Any], reason: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = fit()
    with pytest.raises(AuthorError, match=reason):
        judge_value(forms.one_slope(), "mixed_model", result)

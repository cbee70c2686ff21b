"""The closed-form log-likelihood against the density that it abbreviates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from lmmsolutions.core.least_squares import with_constant
from lmmsolutions.core.likelihood import log_likelihood

pytestmark = pytest.mark.filterwarnings("error")

type_of_case = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float, float]


@st.composite
def cases(draw: st.DrawFn) -> type_of_case:
    """Response, design, groups, fixed effects and variances of an unbalanced random intercept model."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=6).filter(lambda sizes: sum(sizes) > 4))
    groups = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    exog = np.column_stack([np.ones(groups.size), rng.normal(size=(groups.size, draw(st.integers(1, 2))))])
    fixed = rng.normal(size=exog.shape[1])
    variances = draw(st.tuples(st.floats(0, 100), st.floats(0.01, 100)))
    return rng.normal(0, 3, groups.size), exog, groups, fixed, *variances


def covariance(groups: np.ndarray, group_variance: float, residual_variance: float) -> np.ndarray:
    return group_variance * (groups[:, None] == groups) + residual_variance * np.eye(groups.size)


@given(cases())
@settings(max_examples=25, deadline=None)
def test_ml_is_the_multivariate_normal_density(case: type_of_case) -> None:
    endog, exog, groups, fixed, group_variance, residual_variance = case
    want = multivariate_normal.logpdf(endog, exog @ fixed, covariance(groups, group_variance, residual_variance))
    got = log_likelihood(endog, exog, groups, fixed, group_variance, residual_variance, reml=False)
    assert got == pytest.approx(want, rel=1e-8, abs=1e-8)


@given(cases())
@settings(max_examples=25, deadline=None)
def test_reml_is_the_density_with_the_fixed_effects_integrated_out(case: type_of_case) -> None:
    endog, exog, groups, _, group_variance, residual_variance = case
    inverse = np.linalg.inv(covariance(groups, group_variance, residual_variance))
    information = exog.T @ inverse @ exog
    best = np.linalg.solve(information, exog.T @ inverse @ endog)
    at_best = log_likelihood(endog, exog, groups, best, group_variance, residual_variance, reml=False)
    # ∫ exp(−½ (b − best)ᵀ A (b − best)) db = (2π)^(p/2) |A|^(−½)
    want = at_best + 0.5 * (exog.shape[1] * np.log(2 * np.pi) - np.linalg.slogdet(information)[1])
    got = log_likelihood(endog, exog, groups, best, group_variance, residual_variance)
    assert got == pytest.approx(want, rel=1e-8, abs=1e-8)


@given(cases())
@settings(max_examples=25, deadline=None)
def test_neither_labels_nor_order_of_rows_matter(case: type_of_case) -> None:
    endog, exog, groups, fixed, group_variance, residual_variance = case
    order = np.random.default_rng(0).permutation(groups.size)
    labels = np.array([f"group {10 - group}" for group in groups])
    got = log_likelihood(endog[order], exog[order], labels[order], fixed, group_variance, residual_variance)
    want = log_likelihood(endog, exog, groups, fixed, group_variance, residual_variance)
    assert got == pytest.approx(want, rel=1e-10, abs=1e-10)


@pytest.mark.filterwarnings("ignore")  # statsmodels' warnings about its own search are not the subject
@pytest.mark.parametrize("reml", [True, False], ids=["REML", "ML"])
@pytest.mark.parametrize("method", ["bfgs", "powell", "cg"])
def test_a_students_fit_is_judged_by_its_own_estimates(sleepstudy: pd.DataFrame, method: str, reml: bool) -> None:
    fit = smf.mixedlm("Reaction ~ Days", sleepstudy, groups="Subject").fit(reml=reml, method=method)
    design = with_constant(sleepstudy[["Days"]])
    variances = float(fit.cov_re.iloc[0, 0]), float(fit.scale)
    got = log_likelihood(sleepstudy["Reaction"], design, sleepstudy["Subject"], fit.fe_params, *variances, reml=reml)
    assert got == pytest.approx(fit.llf, abs=1e-6)


@pytest.mark.parametrize(
    ("fixed", "variances"),
    [
        ([1.0, 2.0], (-1.0, 1.0)),
        ([1.0, 2.0], (1.0, 0.0)),
        ([1.0, 2.0], (1.0, -1.0)),
        ([1.0, 2.0], (float("nan"), 1.0)),
        ([1.0, 2.0], (1.0, float("inf"))),
        ([1.0, float("nan")], (1.0, 1.0)),
    ],
    ids=["negative variance", "zero residual", "negative residual", "NaN", "infinite", "NaN among the fixed effects"],
)
def test_outside_the_parameter_space_nothing_is_likely(fixed: list[float], variances: tuple[float, float]) -> None:
    exog = [[1, 0], [1, 1], [1, 2], [1, 3]]
    assert log_likelihood([1, 2, 4, 3], exog, ["a", "a", "b", "b"], fixed, *variances) == -np.inf


@pytest.mark.parametrize(
    ("groups", "fixed"), [(["a", "b"], [0.0, 0.0]), (["a", "a", "b"], [0.0])], ids=["too few groups", "too few effects"]
)
def test_shapes_that_do_not_fit_are_refused(groups: list[str], fixed: list[float]) -> None:
    with pytest.raises(ValueError, match="the shapes do not fit"):
        log_likelihood([1, 2, 3], [[1, 0], [1, 1], [1, 2]], groups, fixed, 1.0, 1.0)

"""What must hold on any data: how the answers follow a change of unit, origin or order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import MixedFitError
from lmmsolutions.lessons import correlation, mixed_model, ols, subject_comparisons, subject_fits
from lmmsolutions.lessons.mixed_model import MixedModel

pytestmark = pytest.mark.filterwarnings("error")
some = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """The published subjects and days with other reaction times, in which the mixed model has a regular fit."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    between, within = draw(st.floats(15, 80)), draw(st.floats(5, 60))
    data = load("sleepstudy")
    subjects = pd.Series(rng.normal(250, between, 18), index=data["Subject"].unique())
    slope = draw(st.floats(-5, 20))
    reaction = data["Subject"].map(subjects) + slope * data["Days"] + rng.normal(0, within, len(data))
    return data.assign(Reaction=reaction)


def solved(data: pd.DataFrame) -> MixedModel:
    try:
        return mixed_model.solve(data)
    except MixedFitError:
        assume(False)
        raise


@given(data=tables(), constant=st.floats(-200, 200))
@some
def test_a_constant_shifts_the_intercepts_and_nothing_else(data: pd.DataFrame, constant: float) -> None:
    before, after = solved(data), solved(data.assign(Reaction=data["Reaction"] + constant))
    assert after.fixed_intercept == pytest.approx(before.fixed_intercept + constant, abs=1e-6)
    assert after.fixed_slope == pytest.approx(before.fixed_slope, abs=1e-7)
    assert after.group_variance == pytest.approx(before.group_variance, rel=1e-6)
    assert after.residual_variance == pytest.approx(before.residual_variance, rel=1e-6)
    assert after.log_likelihood == pytest.approx(before.log_likelihood, rel=1e-8)
    difference = (after.random_effects - before.random_effects).abs().max()
    assert difference < 1e-6 * before.group_sd


@given(data=tables(), factor=st.sampled_from([0.001, 0.5, 3.0, 1000.0]))
@some
def test_the_unit_scales_the_answers_and_not_the_intraclass_correlation(data: pd.DataFrame, factor: float) -> None:
    before, after = solved(data), solved(data.assign(Reaction=data["Reaction"] * factor))
    assert after.fixed_slope == pytest.approx(before.fixed_slope * factor, rel=1e-7, abs=1e-9 * factor)
    assert after.group_variance == pytest.approx(before.group_variance * factor**2, rel=1e-6)
    assert after.residual_variance == pytest.approx(before.residual_variance * factor**2, rel=1e-6)
    assert after.icc == pytest.approx(before.icc, rel=1e-6)
    # The density of n observations scales by factor^−n, of which REML leaves n − p.
    assert after.log_likelihood == pytest.approx(before.log_likelihood - 178 * np.log(factor), rel=1e-8)


@given(data=tables(), seed=st.integers(0, 2**32 - 1))
@some
def test_the_order_of_rows_does_not_matter(data: pd.DataFrame, seed: int) -> None:
    shuffled = data.sample(frac=1, random_state=seed)
    before, after = solved(data), solved(shuffled)
    assert after.group_variance == pytest.approx(before.group_variance, rel=1e-6)
    assert (after.random_effects - before.random_effects).abs().max() < 1e-6 * before.group_sd
    assert ols.solve(shuffled).slope == pytest.approx(ols.solve(data).slope, rel=1e-9, abs=1e-9)
    assert subject_fits.solve(shuffled).slope_308 == pytest.approx(subject_fits.solve(data).slope_308, abs=1e-9)


@given(data=tables())
@some
def test_no_other_estimates_are_more_likely(data: pd.DataFrame) -> None:
    solution = solved(data)
    fixed = (solution.fixed_intercept, solution.fixed_slope)
    for change in (0.98, 1.02):
        others = [
            solution.log_likelihood_at(fixed, solution.group_variance * change, solution.residual_variance),
            solution.log_likelihood_at(fixed, solution.group_variance, solution.residual_variance * change),
            solution.log_likelihood_at(
                (fixed[0] * change, fixed[1]), solution.group_variance, solution.residual_variance
            ),
        ]
        assert max(others) < solution.log_likelihood


@given(data=tables())
@some
def test_balanced_data_share_their_fixed_effects_between_ols_and_the_mixed_model(data: pd.DataFrame) -> None:
    solution, pooled = solved(data), ols.solve(data)
    assert solution.fixed_intercept == pytest.approx(pooled.intercept, rel=1e-9)
    assert solution.fixed_slope == pytest.approx(pooled.slope, abs=1e-8)


@given(data=tables())
@some
def test_balanced_reml_variances_are_those_of_the_analysis_of_variance(data: pd.DataFrame) -> None:
    """Henderson's closed form for balanced data: residual mean square, and what subjects' means vary beyond it."""
    solution = solved(data)
    means = data.groupby("Subject")["Reaction"].mean()
    within = data["Reaction"] - data["Subject"].map(means) - solution.fixed_slope * (data["Days"] - 4.5)
    residual = float(np.square(within).sum()) / (180 - 18 - 1)
    assert solution.residual_variance == pytest.approx(residual, rel=1e-7)
    assert solution.group_variance == pytest.approx(float(means.var()) - residual / 10, rel=1e-6)


@given(data=tables())
@some
def test_random_intercepts_are_shrunken_deviations_that_add_up_to_zero(data: pd.DataFrame) -> None:
    solution = solved(data)
    means = data.groupby("Subject")["Reaction"].mean()
    shrinkage = 10 * solution.group_variance / (10 * solution.group_variance + solution.residual_variance)
    want = shrinkage * (means - means.mean())
    assert (solution.random_effects - want).abs().max() < 1e-6 * solution.group_sd
    assert abs(solution.random_effects.sum()) < 1e-6 * solution.group_sd


@given(data=tables())
@some
def test_lines_of_the_comparison_are_parallel_and_their_distance_is_that_of_the_effects(data: pd.DataFrame) -> None:
    effects = solved(data).random_effects
    lines = subject_comparisons.solve(data)
    assert lines.intercept_2 - lines.intercept_1 == pytest.approx(effects[337] - effects[371], abs=1e-9)


@given(data=tables(), factor=st.floats(0.01, 100), constant=st.floats(-1000, 1000))
@some
def test_correlation_knows_no_unit(data: pd.DataFrame, factor: float, constant: float) -> None:
    other = data.assign(Reaction=data["Reaction"] * factor + constant)
    assume(not (other["Reaction"] == 0).any())
    assert correlation.solve(other).correlation == pytest.approx(correlation.solve(data).correlation, abs=1e-9)


@given(data=tables(), rows=st.sets(st.integers(0, 179), max_size=30), zero=st.booleans())
@some
def test_faulty_rows_are_counted_and_left_out(data: pd.DataFrame, rows: set[int], zero: bool) -> None:
    faulty = data.copy()
    faulty.loc[sorted(rows), "Reaction"] = 0.0 if zero else np.nan
    solution = correlation.solve(faulty)
    assert (solution.n_zero, solution.n_missing) == ((len(rows), 0) if zero else (0, len(rows)))
    pd.testing.assert_frame_equal(solution.clean, data.drop(index=sorted(rows)))

"""Every number that the package serves, against exact solves, R and lme4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import MixedFit, fit_mixed
from lmmsolutions.core.least_squares import fit_line, with_constant
from lmmsolutions.core.likelihood import log_likelihood
from lmmsolutions.lessons import correlation, data_overview, mixed_model, ols, subject_comparisons, subject_fits

pytestmark = pytest.mark.filterwarnings("error")

type_of_golden = Callable[[str, str, str], dict[str, dict[str, float]]]
EXACT = 1e-9  # relative; the promise is 1e-6
LME4 = 2e-6  # how far lme4 itself is from exact


@dataclass(frozen=True)
class Model:
    dataset: str
    response: str
    fixed: tuple[str, ...]
    group: str
    slope: str = ""

    @property
    def formula(self) -> str:
        return f"{' + '.join(self.fixed) or '1'} + ({self.slope or '1'}|{self.group})"

    def fitted(self, method: str) -> MixedFit:
        data = load(self.dataset)
        random = with_constant(data[[self.slope]]) if self.slope else None
        design = with_constant(data[list(self.fixed)])
        return fit_mixed(data[self.response], design, data[self.group], random=random, reml=method == "REML")


INTERCEPTS = [
    Model("sleepstudy", "Reaction", ("Days",), "Subject"),
    Model("sleepstudy", "Reaction", (), "Subject"),
    Model("athletes", "correctness", ("session_high",), "athlete_id"),
    Model("athletes", "correctness", (), "athlete_id"),
    Model("schools", "score", ("hours",), "school"),
    Model("nested", "test_score", ("study_hours",), "school_id"),
    Model("nested", "test_score", ("study_hours",), "school_class"),
    Model("student_performance", "test_score", ("study_hours", "prior_gpa"), "school_id"),
    Model("health", "recovery_days", ("treatment", "age", "comorbidities"), "clinic_id"),
]
SLOPES = [
    Model("sleepstudy", "Reaction", ("Days",), "Subject", "Days"),
    Model("student_performance", "test_score", ("study_hours", "prior_gpa"), "school_id", "study_hours"),
]
METHODS = pytest.mark.parametrize("method", ["REML", "ML"])


def named(models: list[Model]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", models, ids=[f"{model.dataset}: {model.formula}" for model in models])


def assert_agrees(fit: MixedFit, want: dict[str, dict[str, float]], relative: float) -> None:
    assert fit.fixed.to_dict() == pytest.approx(want["fixed"], rel=relative)
    assert fit.standard_errors.to_dict() == pytest.approx(want["se"], rel=relative)
    assert fit.group_variance == pytest.approx(want["group_variance"][""], rel=relative)
    assert fit.residual_variance == pytest.approx(want["residual_variance"][""], rel=relative)
    assert fit.log_likelihood == pytest.approx(want["log_likelihood"][""], rel=relative)
    intercepts = {str(group): effect for group, effect in fit.random_effects.iloc[:, 0].items()}
    scale = np.sqrt(want["group_variance"][""])
    assert intercepts == pytest.approx(want["blup"], abs=relative * scale, rel=0)


@named(INTERCEPTS)
@METHODS
def test_random_intercept_fits_agree_with_the_exact_solve(model: Model, method: str, golden: type_of_golden) -> None:
    fit = model.fitted(method)
    want = golden("exact_random_intercept", model.dataset, f"{model.formula} {method}")
    assert_agrees(fit, want, EXACT)
    assert fit.converged
    assert fit.group_variance / (fit.group_variance + fit.residual_variance) == pytest.approx(
        want["icc"][""], rel=EXACT
    )


@named(SLOPES)
@METHODS
def test_random_slope_fits_agree_with_the_exact_solve(model: Model, method: str, golden: type_of_golden) -> None:
    fit = model.fitted(method)
    want = golden("exact_random_slopes", model.dataset, f"{model.formula} {method}")
    assert_agrees(fit, want, EXACT)
    covariance = fit.random_covariance.to_numpy()
    assert covariance[0, 1] == pytest.approx(want["covariance"][""], rel=EXACT)
    assert covariance[1, 1] == pytest.approx(want["slope_variance"][""], rel=EXACT)
    slopes = {str(group): effect for group, effect in fit.random_effects.iloc[:, 1].items()}
    assert slopes == pytest.approx(want["slope_blup"], abs=EXACT * np.sqrt(covariance[1, 1]), rel=0)


@named(INTERCEPTS)
@METHODS
def test_random_intercept_fits_agree_with_lme4(model: Model, method: str, golden: type_of_golden) -> None:
    assert_agrees(model.fitted(method), golden("lme4", model.dataset, f"{model.formula} {method}"), LME4)


@named(INTERCEPTS)
@METHODS
@pytest.mark.parametrize("theta", ["theta=0.1", "theta=0.5", "theta=2"])
def test_log_likelihood_at_given_estimates_agrees_with_lme4(
    model: Model, method: str, theta: str, golden: type_of_golden
) -> None:
    want = golden("lme4", model.dataset, f"{model.formula} {method}")
    data = load(model.dataset)
    design = with_constant(data[list(model.fixed)])
    fixed = [want[f"profile fixed_{number}"][theta] for number in range(1, design.shape[1] + 1)]
    variances = (want["profile group_variance"][theta], want["profile residual_variance"][theta])
    got = log_likelihood(data[model.response], design, data[model.group], fixed, *variances, reml=method == "REML")
    assert got == pytest.approx(want["profile log_likelihood"][theta], rel=1e-10)


def test_data_overview(sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    solution, want = data_overview.solve(sleepstudy), golden("lme4", "sleepstudy", "overview")
    assert solution.data_shape == (want["shape"]["rows"], want["shape"]["columns"])
    assert (solution.days_min, solution.days_max) == (want["min"]["Days"], want["max"]["Days"])
    assert (solution.reaction_min, solution.reaction_max) == (want["min"]["Reaction"], want["max"]["Reaction"])
    pd.testing.assert_frame_equal(solution.first_rows, sleepstudy.iloc[:5])
    pd.testing.assert_frame_equal(solution.sleep_study_data, sleepstudy)


def test_correlation(sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    solution, want = correlation.solve(sleepstudy), golden("lme4", "sleepstudy", "correlation")
    counts = golden("lme4", "sleepstudy", "overview")
    assert (solution.n_missing, solution.n_zero) == (counts["n_missing"][""], counts["n_zero"][""])
    assert solution.correlation == pytest.approx(want["pearson"][""], rel=1e-14)
    pd.testing.assert_frame_equal(solution.clean, sleepstudy)


def test_cleaning_removes_missing_values_and_zeros_but_not_day_zero(messy: pd.DataFrame) -> None:
    solution = correlation.solve(messy)
    assert (solution.n_missing, solution.n_zero) == (6, 4)
    assert len(solution.clean) == 170
    assert (solution.clean["Days"] == 0).sum() == 15  # 60, 120 and 130 were first days of their subjects
    assert solution.correlation == pytest.approx(solution.clean["Days"].corr(solution.clean["Reaction"]), rel=1e-12)
    pd.testing.assert_frame_equal(solution.sleep_study_data, solution.clean)


def test_ols(sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    solution, want = ols.solve(sleepstudy), golden("lme4", "sleepstudy", "ols")
    assert solution.intercept == pytest.approx(want["fixed"]["Intercept"], rel=1e-13)
    assert solution.slope == pytest.approx(want["fixed"]["Days"], rel=1e-13)
    assert solution.intercept_se == pytest.approx(want["se"]["Intercept"], rel=1e-12)
    assert solution.slope_se == pytest.approx(want["se"]["Days"], rel=1e-12)
    assert solution.r_squared == pytest.approx(want["r_squared"][""], rel=1e-12)
    assert solution.residual_variance == pytest.approx(want["residual_variance"][""], rel=1e-12)
    assert solution.log_likelihood == pytest.approx(want["log_likelihood"][""], rel=1e-13)
    assert solution.n_observations == 180


def test_the_ols_model_is_the_same_fit(sleepstudy: pd.DataFrame) -> None:
    solution = ols.solve(sleepstudy)
    model = solution.model
    assert (model.model_kind, model.exog_names, model.method) == ("OLS", ("Intercept", "Days"), None)
    assert model.fe_params.tolist() == pytest.approx([solution.intercept, solution.slope], rel=1e-12)
    assert model.scale == pytest.approx(solution.residual_variance, rel=1e-12)
    assert model.llf == pytest.approx(solution.log_likelihood, rel=1e-12)
    assert model.fitted == pytest.approx(solution.intercept + solution.slope * sleepstudy["Days"].to_numpy())


@pytest.mark.parametrize(
    ("x", "y", "fit"),
    [("Reaction", "Days", "ols swapped"), ("Subject", "Reaction", "ols on Subject")],
    ids=["response and predictor exchanged", "subject number as predictor"],
)
def test_wrong_lines(x: str, y: str, fit: str, sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    line, want = fit_line(sleepstudy[x], sleepstudy[y]), golden("lme4", "sleepstudy", fit)
    assert (line.intercept, line.slope) == pytest.approx((want["fixed"]["Intercept"], want["fixed"][x]), rel=1e-11)
    assert (line.intercept_se, line.slope_se) == pytest.approx((want["se"]["Intercept"], want["se"][x]), rel=1e-11)


def test_subject_fits(sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    solution = subject_fits.solve(sleepstudy)
    assert list(solution.fits) == sleepstudy["Subject"].unique().tolist()
    for subject, fit in solution.fits.items():
        want = golden("lme4", "sleepstudy", f"subject {subject}")["fixed"]
        assert (fit.intercept, fit.slope) == pytest.approx((want["Intercept"], want["Days"]), rel=1e-12), subject
        assert fit.n_observations == 10
    assert solution.lines[308] == (solution.intercept_308, solution.slope_308)
    assert solution.lines[309] == (solution.intercept_309, solution.slope_309)


def test_mixed_model(sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    solution = mixed_model.solve(sleepstudy)
    want = golden("exact_random_intercept", "sleepstudy", "Days + (1|Subject) REML")
    assert solution.fixed_intercept == pytest.approx(want["fixed"]["Intercept"], rel=EXACT)
    assert solution.fixed_slope == pytest.approx(want["fixed"]["Days"], rel=EXACT)
    assert solution.fixed_intercept_se == pytest.approx(want["se"]["Intercept"], rel=EXACT)
    assert solution.fixed_slope_se == pytest.approx(want["se"]["Days"], rel=EXACT)
    assert solution.group_variance == pytest.approx(want["group_variance"][""], rel=EXACT)
    assert solution.group_sd == pytest.approx(want["group_variance"][""] ** 0.5, rel=EXACT)
    assert solution.residual_variance == pytest.approx(want["residual_variance"][""], rel=EXACT)
    assert solution.icc == pytest.approx(want["icc"][""], rel=EXACT)
    assert solution.log_likelihood == pytest.approx(want["log_likelihood"][""], rel=EXACT)
    assert (solution.random_effects.name, solution.random_effects.index.name) == ("random intercept", "Subject")
    effects = {str(subject): effect for subject, effect in solution.random_effects.items()}
    assert effects == pytest.approx(want["blup"], abs=EXACT * solution.group_sd, rel=0)
    assert (solution.reml, solution.converged, solution.n_observations, solution.n_groups) == (True, True, 180, 18)


def test_the_mixed_model_is_the_same_fit(sleepstudy: pd.DataFrame) -> None:
    solution = mixed_model.solve(sleepstudy)
    model = solution.mixed_results
    assert (model.model_kind, model.method, model.exog_names) == ("MixedLM", "REML", ("Intercept", "Days"))
    assert model.fe_params.tolist() == [solution.fixed_intercept, solution.fixed_slope]
    assert model.cov_re is not None
    assert model.cov_re.tolist() == [[solution.group_variance]]
    assert model.scale == solution.residual_variance
    assert model.groups is not None
    assert model.groups.tolist() == sleepstudy["Subject"].tolist()
    at = solution.log_likelihood_at(model.fe_params, solution.group_variance, solution.residual_variance)
    assert at == pytest.approx(solution.log_likelihood, rel=1e-14)
    worse = solution.log_likelihood_at(model.fe_params, 1296.87, 954.53)
    assert worse < at - 1e-3


def test_an_ols_model_has_no_likelihood_with_groups(sleepstudy: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="OLS has no groups"):
        ols.solve(sleepstudy).model.log_likelihood_at([251.4, 10.5], 1000.0, 1000.0)


def test_subject_comparisons(sleepstudy: pd.DataFrame, golden: type_of_golden) -> None:
    solution = subject_comparisons.solve(sleepstudy)
    want = golden("exact_random_intercept", "sleepstudy", "Days + (1|Subject) REML")
    assert (solution.subject_1, solution.subject_2) == (371, 337)
    intercept = want["fixed"]["Intercept"]
    assert solution.intercept_1 == pytest.approx(intercept + want["blup"]["371"], rel=EXACT)
    assert solution.intercept_2 == pytest.approx(intercept + want["blup"]["337"], rel=EXACT)
    assert solution.fixed_slope == pytest.approx(want["fixed"]["Days"], rel=EXACT)
    assert solution.lines == {
        371: (solution.intercept_1, solution.fixed_slope),
        337: (solution.intercept_2, solution.fixed_slope),
    }

"""The wrong values, reached as students reach them: with pandas, NumPy, SciPy and statsmodels on the same data."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from lmmsolutions.lessons import correlation, data_overview, mixed_model, ols, subject_comparisons, subject_fits

pytestmark = pytest.mark.filterwarnings("ignore")  # what these libraries warn of is the students' business

CLOSE = 2e-3  # relative: the spread of students' own fits


def mixed(data: pd.DataFrame, formula: str = "Reaction ~ Days", group: str = "Subject", **fit: Any) -> Any:
    random = fit.pop("re_formula", None)
    return smf.mixedlm(formula, data, groups=data[group], re_formula=random).fit(**fit)


def line(data: pd.DataFrame, subject: int, degree: int = 1) -> Any:
    rows = data[data["Subject"] == subject]
    return np.polyfit(rows["Days"], rows["Reaction"], degree)


def intercept(data: pd.DataFrame, subject: int, times: int = 1, **fit: Any) -> float:
    results = mixed(data, **fit)
    return float(results.fe_params["Intercept"] + times * results.random_effects[subject].iloc[0])


def first(results: Any) -> float:
    """The first estimate of a fit, whatever statsmodels calls it."""
    return float(results.params.iloc[0])


def between(results: Any) -> float:
    return float(results.cov_re.iloc[0, 0])


def predicted(results: Any) -> pd.Series:
    return pd.Series({subject: effects.iloc[0] for subject, effects in results.random_effects.items()})


def printed_error(results: Any) -> float:
    return float(results.summary().tables[1].loc["Group Var", "Std.Err."])


def subject_means(data: pd.DataFrame) -> pd.Series:
    return data.groupby("Subject")["Reaction"].mean()


DUMMIES = "Reaction ~ Days + C(Subject)"
BAR = "Reaction ~ Days + (1|Subject)"
NUMBERS: list[tuple[ModuleType, str, str, Callable[[pd.DataFrame], Any]]] = [
    (data_overview, "data_shape", "number of cells", lambda d: d.size),
    (data_overview, "data_shape", "index counted as a column", lambda d: d.reset_index().shape),
    (data_overview, "data_shape", "a column used as the index", lambda d: d.set_index("Subject").shape),
    (data_overview, "reaction_min", "row of the extreme", lambda d: d["Reaction"].idxmin()),
    (data_overview, "reaction_max", "quartile instead of extreme", lambda d: d.describe().loc["75%", "Reaction"]),
    (data_overview, "days_max", "number of distinct values", lambda d: d["Days"].nunique()),
    (correlation, "n_zero", "day zero counted", lambda d: (d == 0).sum().sum()),
    (correlation, "correlation", "Spearman for Pearson", lambda d: d["Days"].corr(d["Reaction"], method="spearman")),
    (correlation, "correlation", "covariance for correlation", lambda d: d["Days"].cov(d["Reaction"])),
    (correlation, "correlation", "r squared", lambda d: smf.ols("Reaction ~ Days", d).fit().rsquared),
    (ols, "slope", "no constant", lambda d: sm.OLS(d["Reaction"], d["Days"]).fit().params["Days"]),
    (ols, "slope", "response and predictor exchanged", lambda d: smf.ols("Days ~ Reaction", d).fit().params.iloc[1]),
    (ols, "slope", "t-value for the estimate", lambda d: smf.ols("Reaction ~ Days", d).fit().tvalues["Days"]),
    (ols, "intercept", "standard error for the estimate", lambda d: smf.ols("Reaction ~ Days", d).fit().bse.iloc[0]),
    (ols, "intercept", "first rows only", lambda d: np.polyfit(d["Days"][:10], d["Reaction"][:10], 1)[1]),
    (ols, "intercept", "intercept and slope exchanged", lambda d: np.polyfit(d["Days"], d["Reaction"], 1)[0]),
    (subject_fits, "slope_308", "intercept and slope exchanged", lambda d: line(d, 308)[1]),
    (subject_fits, "slope_309", "the other subject", lambda d: line(d, 308)[0]),
    (subject_fits, "slope_308", "second degree", lambda d: line(d, 308, 2)[1]),
    (subject_fits, "intercept_309", "second degree", lambda d: line(d, 309, 2)[2]),
    (subject_fits, "intercept_308", "line of the mixed model", lambda d: intercept(d, 308)),
    (mixed_model, "fixed_intercept", "bar in the formula", lambda d: first(mixed(d, BAR))),
    (mixed_model, "fixed_intercept", "bar in the formula", lambda d: first(smf.ols(BAR, d).fit())),
    (mixed_model, "fixed_intercept", "subjects as fixed effects", lambda d: first(smf.ols(DUMMIES, d).fit())),
    (mixed_model, "fixed_slope", "no fixed intercept", lambda d: mixed(d, "Reaction ~ 0 + Days").fe_params["Days"]),
    (mixed_model, "group_variance", "ML for REML", lambda d: between(mixed(d, reml=False))),
    (mixed_model, "group_variance", "variance ratio", lambda d: mixed(d).params["Group Var"]),
    (mixed_model, "group_variance", "printed standard error", lambda d: printed_error(mixed(d))),
    (mixed_model, "group_variance", "random slopes", lambda d: between(mixed(d, re_formula="~Days"))),
    (mixed_model, "group_variance", "bar in the formula", lambda d: between(mixed(d, BAR))),
    (mixed_model, "group_variance", "no effect of Days", lambda d: between(mixed(d, "Reaction ~ 1"))),
    (mixed_model, "group_variance", "variance of the predicted intercepts", lambda d: predicted(mixed(d)).var()),
    (mixed_model, "group_variance", "variance of the subjects' means", lambda d: subject_means(d).var()),
    (mixed_model, "residual_variance", "pooled, or wrong groups", lambda d: smf.ols("Reaction ~ Days", d).fit().scale),
    (mixed_model, "residual_variance", "pooled, or wrong groups", lambda d: mixed(d, group="Days").scale),
    (mixed_model, "residual_variance", "variance of the residuals", lambda d: mixed(d).resid.var()),
    (mixed_model, "residual_variance", "random slopes", lambda d: mixed(d, re_formula="~Days").scale),
    (mixed_model, "residual_variance", "ML for REML", lambda d: mixed(d, reml=False).scale),
    (subject_comparisons, "intercept_1", "random intercept added twice", lambda d: intercept(d, 371, times=2)),
    (subject_comparisons, "intercept_2", "random intercept subtracted", lambda d: intercept(d, 337, times=-1)),
    (subject_comparisons, "intercept_2", "random slopes", lambda d: intercept(d, 337, re_formula="~Days")),
    (subject_comparisons, "intercept_2", "ML for REML", lambda d: intercept(d, 337, reml=False)),
    (subject_comparisons, "intercept_2", "subject's own line", lambda d: line(d, 337)[1]),
]


@pytest.mark.parametrize(
    ("module", "quantity", "name", "path"), NUMBERS, ids=[f"{row[1]}-{row[2]}-{i}" for i, row in enumerate(NUMBERS)]
)
@pytest.mark.parametrize("data", ["sleepstudy", "perturbed"])
def test_the_number_is_what_students_get(
    module: ModuleType,
    quantity: str,
    name: str,
    path: Callable[[pd.DataFrame], Any],
    data: str,
    request: pytest.FixtureRequest,
) -> None:
    table = request.getfixturevalue(data)
    (row,) = [row for row in module.MISTAKES if (row.quantity, row.name) == (quantity, name)]
    assert row.wrong(table) == pytest.approx(path(table), rel=CLOSE)


EFFECTS: list[tuple[str, Callable[[pd.DataFrame], Any]]] = [
    ("ML for REML", lambda d: mixed(d, reml=False)),
    ("random slopes", lambda d: mixed(d, re_formula="~Days")),
    ("bar in the formula", lambda d: mixed(d, BAR)),
    ("no effect of Days", lambda d: mixed(d, "Reaction ~ 1")),
]


@pytest.mark.parametrize(("name", "path"), EFFECTS, ids=[name for name, _ in EFFECTS])
def test_the_random_effects_are_what_students_get(
    name: str, path: Callable[[pd.DataFrame], Any], sleepstudy: pd.DataFrame
) -> None:
    (row,) = [row for row in mixed_model.MISTAKES if (row.quantity, row.name) == ("random_effects", name)]
    results = path(sleepstudy)
    theirs = predicted(results).to_dict()
    scale = between(results) ** 0.5
    assert row.wrong(sleepstudy).to_dict() == pytest.approx(theirs, abs=CLOSE * scale, rel=0)


def test_the_starter_code_leads_to_the_reference(sleepstudy: pd.DataFrame) -> None:
    solution, results = mixed_model.solve(sleepstudy), mixed(sleepstudy)
    assert solution.fixed_intercept == pytest.approx(results.fe_params["Intercept"], rel=1e-5)
    assert solution.fixed_slope == pytest.approx(results.fe_params["Days"], rel=1e-5)
    assert solution.group_variance == pytest.approx(results.cov_re.iloc[0, 0], rel=1e-3)
    assert solution.residual_variance == pytest.approx(results.scale, rel=1e-4)
    assert solution.log_likelihood == pytest.approx(results.llf, abs=1e-4)
    theirs = predicted(results).to_dict()
    assert solution.random_effects.to_dict() == pytest.approx(theirs, abs=5e-4 * solution.group_sd, rel=0)

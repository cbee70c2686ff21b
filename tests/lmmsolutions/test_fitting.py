"""The mixed-model fit where data are difficult, and least squares lines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from lmmsolutions.core import search
from lmmsolutions.core.fitting import BoundaryFit, MixedFit, MixedFitError, UnconvergedFit, fit_mixed
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.likelihood import log_likelihood

pytestmark = pytest.mark.filterwarnings("error")


def simulated(seed: int, group_sd: float, n_groups: int = 12, size: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(n_groups), size)
    x = rng.normal(size=group.size)
    y = 3 + 2 * x + rng.normal(0, group_sd, n_groups)[group] + rng.normal(size=group.size)
    return pd.DataFrame({"group": group, "x": x, "y": y})


def test_a_result_cannot_spoil_the_next(sleepstudy: pd.DataFrame) -> None:
    design = with_constant(sleepstudy[["Days"]])
    first = fit_mixed(sleepstudy["Reaction"], design, sleepstudy["Subject"])
    first.random_effects.iloc[:] = 0.0
    first.model.fe_params[:] = 0.0
    second = fit_mixed(sleepstudy["Reaction"], design, sleepstudy["Subject"])
    assert second.random_effects.abs().to_numpy().max() > 70
    assert second.model.fe_params[0] > 250


@pytest.mark.parametrize("labels", ["text", "category", "float"])
def test_groups_may_have_any_labels(sleepstudy: pd.DataFrame, labels: str) -> None:
    kinds = {"text": str, "category": "category", "float": float}
    design = with_constant(sleepstudy[["Days"]])
    want = fit_mixed(sleepstudy["Reaction"], design, sleepstudy["Subject"])
    groups = sleepstudy["Subject"].astype(kinds[labels])  # type: ignore[call-overload]
    got = fit_mixed(sleepstudy["Reaction"], design, groups)
    assert got.group_variance == pytest.approx(want.group_variance, rel=1e-9)
    assert got.random_effects["Intercept"].tolist() == pytest.approx(want.random_effects["Intercept"].tolist())


def test_a_variance_of_zero_is_reported_with_the_fit(sleepstudy: pd.DataFrame) -> None:
    design = with_constant(sleepstudy[["Days"]])
    with pytest.raises(BoundaryFit, match="on the boundary") as caught:
        fit_mixed(sleepstudy["Reaction"], design, sleepstudy["Days"])
    fit = caught.value.fit
    assert fit is not None
    pooled = fit_ols(sleepstudy["Reaction"], design)
    assert fit.boundary
    assert fit.converged
    assert fit.group_variance == 0
    assert np.isnan(fit.variance_ratio_se)
    assert fit.residual_variance == pytest.approx(pooled.scale, rel=1e-12)
    assert fit.model.fe_params == pytest.approx(pooled.fe_params, rel=1e-12)
    assert (fit.random_effects == 0).all(axis=None)
    assert (fit.terms[0].conditional_sd == 0).all(axis=None)


@pytest.mark.parametrize("seed", range(8))
def test_low_intraclass_correlation_gives_the_optimum_or_the_boundary(seed: int) -> None:
    data = simulated(seed, group_sd=0.3)
    design = with_constant(data[["x"]])
    try:
        fit: MixedFit | None = fit_mixed(data["y"], design, data["group"])
    except BoundaryFit as error:
        fit = error.fit
    assert fit is not None
    for factor in (0.5, 0.99, 1.01, 2.0):
        variance = max(fit.group_variance, 1e-3) * factor
        at = log_likelihood(data["y"], design, data["group"], fit.fixed, variance, fit.residual_variance)
        assert at <= fit.log_likelihood + 1e-9


def unbounded() -> pd.DataFrame:
    """Two groups without any spread within: the more different the groups are, the more likely."""
    return pd.DataFrame({"group": [0, 0, 0, 1, 1, 1], "x": [0.0, 1.0, 2.0] * 2, "y": [1.0, 1.0, 1.0, 4.0, 4.0, 4.0]})


@pytest.mark.parametrize(
    ("data", "groups", "message"),
    [
        (unbounded(), "group", "without a residual|without bound"),
        (simulated(0, 1.0).assign(row=np.arange(72)), "row", "flat"),
        (unbounded().assign(y=[1.0, 3.0, 5.0] * 2), "group", "without a residual"),
    ],
    ids=["no spread within groups", "one row a group", "fixed effects fit exactly"],
)
def test_a_likelihood_without_a_maximum_is_reported(data: pd.DataFrame, groups: str, message: str) -> None:
    with pytest.raises(UnconvergedFit, match=message) as caught:
        fit_mixed(data["y"], with_constant(data[["x"]]), data[groups])
    assert caught.value.fit is None
    assert isinstance(caught.value, MixedFitError)


def test_an_estimate_away_from_the_optimum_is_reported(
    sleepstudy: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_newton_step", lambda _profile, _directions, gradient: 1e6 * gradient)
    monkeypatch.setattr(search, "_shorter", lambda *_: None)
    with pytest.raises(UnconvergedFit, match=r"standard errors from the optimum") as caught:
        fit_mixed(
            sleepstudy["Reaction"] + 0.25 * sleepstudy["Days"] ** 2,
            with_constant(sleepstudy[["Days"]]),
            sleepstudy["Subject"],
        )
    assert caught.value.fit is not None
    assert not caught.value.fit.converged


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.nan}, "without missing or infinite"),
        ({"x": np.inf}, "without missing or infinite"),
        ({"group": 1}, "at least two groups"),
        ({"x": 1.0}, "collinear"),
    ],
    ids=["missing response", "infinite predictor", "one group", "collinear"],
)
def test_unsuitable_data_are_refused(change: dict[str, float], message: str) -> None:
    data = simulated(0, 1.0).assign(**change)
    with pytest.raises(ValueError, match=message):
        fit_mixed(data["y"], with_constant(data[["x"]]), data["group"])


def test_lengths_that_differ_are_refused() -> None:
    data = simulated(0, 1.0)
    with pytest.raises(ValueError, match="the lengths differ"):
        fit_mixed(data["y"], with_constant(data[["x"]]).head(), data["group"])


@pytest.mark.filterwarnings("ignore")  # statsmodels' own
def test_the_ratio_error_is_what_statsmodels_prints(sleepstudy: pd.DataFrame) -> None:
    fit = fit_mixed(sleepstudy["Reaction"], with_constant(sleepstudy[["Days"]]), sleepstudy["Subject"])
    theirs = smf.mixedlm("Reaction ~ Days", sleepstudy, groups=sleepstudy["Subject"]).fit()
    printed = float(theirs.summary().tables[1].loc["Group Var", "Std.Err."])
    assert fit.variance_ratio_se * np.sqrt(fit.residual_variance) == pytest.approx(printed, abs=1e-3)
    assert fit.variance_ratio_se == pytest.approx(0.5535710765876105, rel=1e-9)  # 50-digit solve


@pytest.mark.parametrize("x", [[1.0, 1.0, 1.0, 1.0], [1.0, 2.0]], ids=["all x equal", "two points"])
def test_a_line_that_is_not_determined_is_refused(x: list[float]) -> None:
    with pytest.raises(ValueError, match="at least three points and two different x"):
        fit_line(x, np.arange(len(x)))


def test_a_perfect_line_has_no_residual_variance() -> None:
    line = fit_line([0, 1, 2, 4], [1, 3, 5, 9])
    assert (line.intercept, line.slope, line.residual_variance) == (1, 2, 0)
    assert line.r_squared == 1
    assert line.log_likelihood == np.inf

"""Mixed models of every kind against lme4, 50-digit solves, closed forms, and what must hold on any data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import BoundaryFit, MixedFit, RandomTerm, fit_mixed, fit_terms
from lmmsolutions.core.least_squares import fit_ols, with_constant
from tests.lmmsolutions.models import MODELS, Model

pytestmark = pytest.mark.filterwarnings("error")

type_of_golden = Callable[[str, str, str], dict[str, dict[str, float]]]
LME4 = 1e-6  # relative
EXACT = 1e-9  # relative
METHODS = pytest.mark.parametrize("method", ["REML", "ML"])
each_model = pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])


def covariances(model: Model, fit: MixedFit) -> dict[str, float]:
    """``factor|row|column`` → covariance, without those that a model of uncorrelated effects does not have."""
    return {
        f"{factor}|{row}|{column}": float(term.covariance.loc[row, column])
        for factor, term in zip(model.terms, fit.terms, strict=True)
        for row in term.covariance.index
        for column in term.covariance.columns
        if "||" not in model.formula or row == column
    }


def per_group(model: Model, values: list[pd.DataFrame]) -> dict[str, float]:
    """``factor|group|effect`` → value; lme4 calls a class within its school ``class:school``."""
    return {
        f"{factor}|{':'.join(map(str, reversed(group))) if isinstance(group, tuple) else group}|{effect}": value
        for factor, table in zip(model.terms, values, strict=True)
        for effect in table.columns
        for group, value in table[effect].items()
    }


def scales(fit: MixedFit, model: Model) -> dict[str, float]:
    return {
        f"{factor}|{effect}": float(value)
        for factor, term in zip(model.terms, fit.terms, strict=True)
        for effect, value in term.standard_deviations.items()
    }


@each_model
@METHODS
def test_every_model_agrees_with_lme4(model: Model, method: str, golden: type_of_golden) -> None:
    fit = model.fitted(method == "REML")
    want = golden("lme4_general", model.dataset, f"{model.formula} {method}")
    assert fit.boundary == (method in model.boundary)
    assert fit.converged
    assert fit.fixed.to_dict() == pytest.approx(want["fixed"], rel=LME4)
    assert fit.standard_errors.to_dict() == pytest.approx(want["se"], rel=LME4)
    sizes = fit.standard_errors.to_dict()
    for (row, column), value in fit.fixed_covariance.stack().items():  # type: ignore[misc]
        assert value == pytest.approx(want["V"][f"{row}|{column}"], abs=2 * LME4 * sizes[row] * sizes[column])
    assert fit.residual_variance == pytest.approx(want["residual_variance"][""], rel=LME4)
    assert fit.log_likelihood == pytest.approx(want["log_likelihood"][""], abs=1e-7)
    assert fit.n_parameters == want["n_parameters"][""]
    slack = 2e-5 if fit.boundary else LME4  # lme4 stops near the boundary, not on it
    spread = scales(fit, model)
    for name, value in covariances(model, fit).items():
        factor, row, column = name.split("|")
        scale = spread[f"{factor}|{row}"] * spread[f"{factor}|{column}"]
        assert value == pytest.approx(want["covariance"][name], abs=2 * slack * scale), name
    effects = per_group(model, [term.predicted for term in fit.terms])
    deviations = per_group(model, [term.conditional_sd for term in fit.terms])
    assert effects.keys() == want["blup"].keys()
    for name, value in effects.items():
        factor, _, effect = name.split("|")
        assert value == pytest.approx(want["blup"][name], abs=slack * spread[f"{factor}|{effect}"]), name
    if not fit.boundary:
        for name, value in deviations.items():
            assert value == pytest.approx(want["conditional_sd"][name], rel=2 * LME4), name
    if method == "ML":
        assert fit.aic == pytest.approx(want["aic"][""], abs=1e-6)
        assert fit.bic == pytest.approx(want["bic"][""], abs=1e-6)
    else:
        assert np.isnan([fit.aic, fit.bic]).all()


@pytest.mark.parametrize(
    ("number", "method"),
    [(0, "REML"), (0, "ML"), (1, "REML"), (1, "ML"), (4, "REML"), (7, "REML"), (7, "ML")],
    ids=lambda value: MODELS[value].name if isinstance(value, int) else value,
)
def test_models_agree_with_the_exact_solve(number: int, method: str, golden: type_of_golden) -> None:
    model = MODELS[number]
    fit = model.fitted(method == "REML")
    want = golden("exact_general", model.dataset, f"{model.formula} {method}")
    assert fit.fixed.to_dict() == pytest.approx(want["fixed"], rel=EXACT)
    assert fit.standard_errors.to_dict() == pytest.approx(want["se"], rel=EXACT)
    assert fit.residual_variance == pytest.approx(want["residual_variance"][""], rel=EXACT)
    assert fit.log_likelihood == pytest.approx(want["log_likelihood"][""], rel=1e-12)
    got = covariances(model, fit)
    if len(model.terms) == 1:
        got = {name.split("|", 1)[1]: value for name, value in got.items()}
    else:
        got = {name.split("|")[0]: value for name, value in got.items()}
    assert {name: got[name] for name in want["covariance"]} == pytest.approx(want["covariance"], rel=EXACT)


@each_model
@METHODS
def test_the_log_likelihood_at_the_estimates_is_that_of_the_fit(model: Model, method: str) -> None:
    fit = model.fitted(method == "REML")
    terms = [(term.design, term.groups, term.covariance) for term in fit.model.terms]
    at = fit.model.log_likelihood_at(fit.model.fe_params, terms, fit.model.scale)
    assert at == pytest.approx(fit.log_likelihood, abs=1e-8)
    rng = np.random.default_rng(1)
    for _ in range(5):
        moved = [(z, groups, psi * rng.uniform(0.9, 1.1)) for z, groups, psi in terms]
        fixed = fit.model.fe_params + rng.normal(0, 0.1, len(fit.fixed)) * fit.standard_errors.to_numpy()
        assert fit.model.log_likelihood_at(fixed, moved, fit.model.scale * rng.uniform(0.9, 1.1)) < at + 1e-9


def test_another_parametrization_of_the_same_random_part_is_as_likely() -> None:
    fit = MODELS[0].fitted(reml=True)
    design, groups, covariance = (getattr(fit.model.terms[0], name) for name in ("design", "groups", "covariance"))
    shift = np.array([[1.0, 4.5], [0.0, 1.0]])  # intercept at day 4.5
    centred = design @ np.array([[1.0, -4.5], [0.0, 1.0]])
    there = fit.model.log_likelihood_at(
        fit.model.fe_params, [(centred, groups, shift @ covariance @ shift.T)], fit.model.scale
    )
    assert there == pytest.approx(fit.log_likelihood, abs=1e-8)
    separate = [(design[:, [0]], groups, covariance[:1, :1]), (design[:, [1]], groups, covariance[1:, 1:])]
    assert fit.model.log_likelihood_at(fit.model.fe_params, separate, fit.model.scale) < fit.log_likelihood - 0.01


def test_the_implied_covariance_gives_the_likelihood() -> None:
    for model in (MODELS[0], MODELS[7]):
        fit = model.fitted(reml=False)
        implied = fit.model.implied_covariance()
        left = fit.model.endog - fit.model.fitted
        density = -0.5 * (np.linalg.slogdet(2 * np.pi * implied)[1] + left @ np.linalg.solve(implied, left))
        assert density == pytest.approx(fit.log_likelihood, abs=1e-6)


def test_balanced_random_slopes_have_a_closed_form(sleepstudy: pd.DataFrame) -> None:
    """On balanced data the variances follow from the subjects' own least squares lines."""
    own = [fit_ols(rows["Reaction"], with_constant(rows[["Days"]])) for _, rows in sleepstudy.groupby("Subject")]
    lines = np.array([line.fe_params for line in own])
    residual = float(np.mean([line.scale for line in own]))
    design = with_constant(pd.DataFrame({"Days": range(10)})).to_numpy()
    between = np.cov(lines.T) - residual * np.linalg.inv(design.T @ design)
    fit = MODELS[0].fitted(reml=True)
    assert fit.residual_variance == pytest.approx(residual, rel=1e-9)
    assert fit.random_covariance.to_numpy() == pytest.approx(between, rel=1e-8)
    assert fit.fixed.to_numpy() == pytest.approx(lines.mean(axis=0), rel=1e-10)
    assert fit.fixed_covariance.to_numpy() == pytest.approx(np.cov(lines.T) / 18, rel=1e-8)


def test_balanced_random_intercepts_have_a_closed_form() -> None:
    plots = load("plots")
    groups = plots.groupby("plot")["harvest"]
    within = float(groups.var().mean())
    between = float(6 * groups.mean().var())
    fit = MODELS[12].fitted(reml=True)
    assert fit.group_variance == pytest.approx((between - within) / 6, rel=1e-9)
    assert fit.residual_variance == pytest.approx(within, rel=1e-10)
    shrinkage = fit.group_variance / (fit.group_variance + fit.residual_variance / 6)
    raw = groups.mean() - plots["harvest"].mean()
    assert fit.random_effects["Intercept"].to_numpy() == pytest.approx(shrinkage * raw.to_numpy(), abs=1e-10)


def test_predictions_at_both_levels() -> None:
    fit = MODELS[0].fitted(reml=True)
    days = with_constant(pd.DataFrame({"Days": np.arange(13.0)}))
    assert fit.population(days).iloc[9] == pytest.approx(345.6106783, abs=1e-6)
    assert fit.of_group(308, days).iloc[[9, 12]].tolist() == pytest.approx([430.6599913, 489.6587649], abs=1e-5)
    x, v, g = days.to_numpy(), fit.fixed_covariance.to_numpy(), fit.random_covariance.to_numpy()
    want = np.einsum("ij,jk,ik->i", x, v + g, x) + fit.residual_variance
    assert fit.new_observation_variance(days).to_numpy() == pytest.approx(want, rel=1e-12)
    with pytest.raises(KeyError):
        fit.of_group(999, days)


def test_the_error_of_a_group_prediction_is_hendersons(sleepstudy: pd.DataFrame) -> None:
    data = sleepstudy[(sleepstudy["Subject"] != 335) | (sleepstudy["Days"] < 3)]
    fit = MODELS[0].fitted(reml=True, data=data)
    x, sigma = fit.model.exog, fit.residual_variance
    labels = fit.random_effects.index.to_numpy()
    z = np.concatenate([(data["Subject"].to_numpy() == label)[:, None] * x for label in labels], axis=1)
    inner = np.kron(np.eye(len(labels)), np.linalg.inv(fit.random_covariance.to_numpy()))
    equations = np.block([[x.T @ x / sigma, x.T @ z / sigma], [z.T @ x / sigma, z.T @ z / sigma + inner]])
    errors = np.linalg.inv(equations)
    place = 2 + 2 * int(np.flatnonzero(labels == 335)[0])
    day = np.array([1.0, 7.0])
    row = np.zeros(len(errors))
    row[:2], row[place : place + 2] = day, day
    got = fit.of_group_variance(335, pd.DataFrame([day], columns=["Intercept", "Days"]))
    assert got.iloc[0] == pytest.approx(row @ errors @ row, rel=1e-8)
    conditional = fit.terms[0].conditional_sd
    assert conditional.loc[335, "Days"] > 1.2 * conditional.loc[337, "Days"]  # fewer days tell less


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Unbalanced groups with a predictor; variances from none to large."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(3, 9), min_size=5, max_size=9))
    group = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.normal(2, 1.5, group.size)
    own = rng.normal(size=(2, len(sizes))) * np.array([[draw(st.floats(0, 3))], [draw(st.floats(0, 1.5))]])
    y = 3 + 2 * x + own[0, group] + own[1, group] * x + rng.normal(size=group.size)
    return pd.DataFrame({"group": group, "x": x, "y": y})


def with_slopes(data: pd.DataFrame, correlated: bool = True, reml: bool = True) -> MixedFit:
    design = with_constant(data[["x"]])
    try:
        return fit_mixed(data["y"], design, data["group"], random=design, correlated=correlated, reml=reml)
    except BoundaryFit as error:
        return error.fit


def with_intercepts(data: pd.DataFrame, reml: bool = True) -> MixedFit:
    try:
        return fit_mixed(data["y"], with_constant(data[["x"]]), data["group"], reml=reml)
    except BoundaryFit as error:
        return error.fit


some = settings(max_examples=6, deadline=None)


@given(data=tables(), factor=st.sampled_from([1e-3, 0.5, 1e3]))
@some
def test_rescaling_the_response_scales_the_answers(data: pd.DataFrame, factor: float) -> None:
    before, after = with_slopes(data), with_slopes(data.assign(y=factor * data["y"]))
    assert after.fixed.to_numpy() == pytest.approx(factor * before.fixed.to_numpy(), rel=1e-6, abs=1e-8 * factor)
    scale = max(before.residual_variance, float(np.diag(before.random_covariance).max()))
    got, want = after.random_covariance / factor**2, before.random_covariance
    assert got.to_numpy() == pytest.approx(want.to_numpy(), abs=1e-5 * scale)
    degrees = len(data) - 2
    assert after.log_likelihood == pytest.approx(before.log_likelihood - degrees * np.log(factor), abs=1e-6)


@given(data=tables(), centre=st.floats(-5, 5))
@some
def test_centring_moves_the_intercepts_and_nothing_else(data: pd.DataFrame, centre: float) -> None:
    before, after = with_slopes(data), with_slopes(data.assign(x=data["x"] - centre))
    assert after.log_likelihood == pytest.approx(before.log_likelihood, abs=1e-6)
    assert after.fixed["x"] == pytest.approx(before.fixed["x"], rel=1e-5, abs=1e-6)
    assert after.fixed["Intercept"] == pytest.approx(before.fixed["Intercept"] + centre * before.fixed["x"], abs=1e-4)
    shift = np.array([[1.0, centre], [0.0, 1.0]])
    want = shift @ before.random_covariance.to_numpy() @ shift.T
    scale = max(before.residual_variance, float(np.abs(want).max()))
    assert after.random_covariance.to_numpy() == pytest.approx(want, abs=1e-4 * scale)


@given(data=tables(), reml=st.booleans())
@some
def test_more_random_effects_are_never_less_likely(data: pd.DataFrame, reml: bool) -> None:
    fits = [with_intercepts(data, reml), with_slopes(data, False, reml), with_slopes(data, True, reml)]
    levels = [fit.log_likelihood for fit in fits]
    assert levels[0] <= levels[1] + 1e-8
    assert levels[1] <= levels[2] + 1e-8


@given(data=tables())
@some
def test_nothing_near_the_estimates_is_more_likely(data: pd.DataFrame) -> None:
    fit = with_slopes(data)
    term, rng = fit.model.terms[0], np.random.default_rng(0)
    for _ in range(20):
        root = rng.normal(size=(2, 2)) * rng.choice([1e-3, 1e-2, 0.1])
        moved = term.covariance + fit.residual_variance * root @ root.T * rng.uniform(0, 1)
        moved = moved * rng.uniform(0.9, 1.1)
        assert fit.model.log_likelihood_at(fit.model.fe_params, moved, fit.model.scale) <= fit.log_likelihood + 1e-8


def test_nested_labels_may_be_unique_or_used_again() -> None:
    data = load("nested")
    design = with_constant(data[["study_hours"]])
    again = fit_terms(
        data["test_score"], design, [RandomTerm(data["school_id"]), RandomTerm(data[["school_id", "class_id"]])]
    )
    unique = fit_terms(data["test_score"], design, [RandomTerm(data["school_id"]), RandomTerm(data["school_class"])])
    assert again.log_likelihood == pytest.approx(unique.log_likelihood, abs=1e-9)
    assert again.terms[1].predicted.shape == (80, 1)
    room = data.query("school_id == 3 & class_id == 1")["school_class"].iloc[0]
    assert again.terms[1].predicted["Intercept"].to_dict()[3, 1] == pytest.approx(
        unique.terms[1].predicted["Intercept"].to_dict()[room], abs=1e-8
    )


def test_rows_may_come_in_any_order() -> None:
    data = load("nested")
    shuffled = data.sample(frac=1, random_state=3)
    one, other = MODELS[7].fitted(True, data), MODELS[7].fitted(True, shuffled)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-9)
    assert other.terms[1].predicted["Intercept"].to_numpy() == pytest.approx(
        one.terms[1].predicted["Intercept"].to_numpy(), abs=1e-8
    )

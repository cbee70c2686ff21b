"""Patients in clinics: recovery_days ~ treatment + age + comorbidities, a random intercept per clinic.

A second table, ``referral``, has clinics that treat the more patients the more severe their cases are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from scipy import stats

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import MixedFit, fit_mixed
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, Means

COVARIATES = ("treatment", "age", "comorbidities")
AGE, ILLNESSES = 60.0, 2.0  # the patient of 10b


@dataclass(frozen=True, eq=False)
class Clinics:
    """The answers of assignment 10; recovery in days, age in years."""

    treatment_effect: Annotated[float, Means("change by the treatment, age, illnesses, clinic held constant", "days")]
    treatment_se: Annotated[float, Means("its standard error, by generalized least squares", "days")]
    treatment_p: Annotated[float, Means("two-sided, by the normal distribution")]
    age_per_decade: Annotated[float, Means("change of recovery for ten years of age", "days per decade")]
    intercept_centred: Annotated[float, Means("intercept with age less its mean over all rows", "days")]
    recovery_untreated: Annotated[float, Means("60 years, 2 comorbidities, average clinic, not treated", "days")]
    recovery_treated: Annotated[float, Means("the same patient, treated", "days")]
    comparison: Annotated[pd.DataFrame, Means("effect of size by ols and mixed: coef, se, p", "days per patient")]
    effect_ols: Annotated[float, Means("referral: effect of treated, clinics ignored", "days")]
    effect_mixed: Annotated[float, Means("referral: the same in a mixed model", "days")]
    effect_within: Annotated[float, Means("referral: the same beside the clinic's share of treated", "days")]
    health_results: FittedModel  # the fit, for checks of a whole model


@cached_by_content
def solve(health: pd.DataFrame, referral: pd.DataFrame) -> Clinics:
    """Fit the adjusted model, predict from it, and compare three effects where treatment and severity go together.

    Beside a clinic's mean of a predictor, the predictor's coefficient is the effect within clinics alone (Mundlak 1978,
    *On the pooling of time series and cross section data*, Econometrica 46): ``effect_within``.

    Args:
        health: columns ``clinic_id``, ``treatment`` (0 or 1), ``age`` (years), ``comorbidities`` (their number) and
            ``recovery_days``.
        referral: columns ``clinic_id``, ``treated`` (0 or 1) and ``recovery_days``.

    Returns:
        The answers; ``comparison`` has the rows ``ols`` and ``mixed`` and the columns ``coef``, ``se`` and ``p``.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    table = health_of(health)
    fit = mixed(table, COVARIATES)
    patient = pd.DataFrame({"Intercept": 1.0, "treatment": [0.0, 1.0], "age": AGE, "comorbidities": ILLNESSES})
    untreated, treated = fit.population(patient)
    clinics = referral_of(referral)
    return Clinics(
        treatment_effect=float(fit.fixed["treatment"]),
        treatment_se=float(fit.standard_errors["treatment"]),
        treatment_p=p_normal(fit, "treatment"),
        age_per_decade=10 * float(fit.fixed["age"]),
        intercept_centred=float(fit.fixed["Intercept"] + fit.fixed["age"] * table["age"].mean()),
        recovery_untreated=float(untreated),
        recovery_treated=float(treated),
        comparison=_comparison(table),
        effect_ols=float(ols(clinics, ["treated"]).fe_params[1]),
        effect_mixed=float(mixed(clinics, ["treated"]).fixed["treated"]),
        effect_within=float(mixed(clinics, ["treated", "share"]).fixed["treated"]),
        health_results=fit.model,
    )


def health_of(health: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model, checked, and ``size``, the patients of the row's clinic."""
    table = require(health, "recovery_days", *COVARIATES, labels=["clinic_id"])
    return table.assign(size=table.groupby("clinic_id")["age"].transform("size").astype(float))


def referral_of(referral: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model, checked, and ``share``, the part of the clinic's patients that were treated."""
    table = require(referral, "recovery_days", "treated", labels=["clinic_id"])
    return table.assign(share=table.groupby("clinic_id")["treated"].transform("mean"))


def mixed(table: pd.DataFrame, predictors: Sequence[str]) -> MixedFit:
    """Recovery in days with a random intercept per clinic, by REML.

    Args:
        table: as :func:`health_of` or :func:`referral_of` gives it.
        predictors: columns of it; a constant is added.

    Raises:
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
        ValueError: predictors are collinear.
    """
    return fit_mixed(table["recovery_days"], with_constant(table[list(predictors)]), table["clinic_id"])


def ols(table: pd.DataFrame, predictors: Sequence[str]) -> FittedModel:
    """Recovery in days by ordinary least squares, which ignores the clinics.

    Args:
        table: as :func:`health_of` or :func:`referral_of` gives it.
        predictors: columns of it; a constant is added.
    """
    return fit_ols(table["recovery_days"], with_constant(table[list(predictors)]))


def p_normal(fit: MixedFit, name: str) -> float:
    """Two-sided p-value of a fixed effect by the normal distribution, as statsmodels' summary has it (Wald test).

    Args:
        fit: of a mixed model.
        name: of the fixed effect.
    """
    return float(2 * stats.norm.sf(abs(fit.fixed[name] / fit.standard_errors[name])))


def row_of(model: FittedModel, name: str) -> dict[str, float]:
    """Coefficient, standard error and p-value of a least squares fit, by the t distribution.

    It has n - p degrees of freedom for n rows and p coefficients.

    Args:
        model: with a design of full rank.
        name: of the predictor.

    Returns:
        ``coef``, ``se`` and ``p`` (two-sided).

    Raises:
        ValueError: the model does not have the predictor.
    """
    place, errors = model.exog_names.index(name), model.standard_errors
    coefficient, error = float(model.fe_params[place]), float(errors[place])
    degrees = len(model.endog) - len(model.fe_params)
    return {"coef": coefficient, "se": error, "p": float(2 * stats.t.sf(abs(coefficient / error), degrees))}


def _comparison(table: pd.DataFrame) -> pd.DataFrame:
    """The effect of the size of a patient's clinic, with and without clinics in the model."""
    fit = mixed(table, [*COVARIATES, "size"])
    mixed_row = {
        "coef": float(fit.fixed["size"]),
        "se": float(fit.standard_errors["size"]),
        "p": p_normal(fit, "size"),
    }
    rows = {"ols": row_of(ols(table, [*COVARIATES, "size"]), "size"), "mixed": mixed_row}
    return pd.DataFrame.from_dict(rows, orient="index")[["coef", "se", "p"]]

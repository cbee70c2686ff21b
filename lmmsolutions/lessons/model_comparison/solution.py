"""Four models of sleepstudy, fits that stop early, and a random slope that the data do not support."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from scipy import stats

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import BoundaryFit, MixedFit, RandomTerm, fit_mixed, fit_terms
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, Means

DATA = ("sleepstudy", "schools", "plots", "health")  # the tables of ``solve``
ROWS = ("ols", "intercept", "uncorrelated", "slopes")
COLUMNS = ("log_likelihood", "n_parameters", "aic", "bic")
COVARIATES = ("treatment", "age", "comorbidities")
LEVEL = 0.05  # of the test in 12d


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """The answers of assignment 12."""

    comparison: Annotated[pd.DataFrame, Means("sleepstudy by ML: log-likelihood, parameters, AIC, BIC of four models")]
    lrt_slopes: Annotated[float, Means("likelihood ratio statistic of slopes against intercept")]
    p_slopes: Annotated[float, Means("its p-value by the mixture of 1 and 2 degrees of freedom")]
    p_slopes_naive: Annotated[float, Means("its p-value by 2 degrees of freedom")]
    lrt_intercept: Annotated[float, Means("likelihood ratio statistic of intercept against ols")]
    p_intercept: Annotated[float, Means("its p-value, half of that by 1 degree of freedom")]
    best_log_likelihood: Annotated[float, Means("schools, random slopes of hours: largest restricted log-likelihood")]
    plot_variance: Annotated[float, Means("plots: variance between plots", "kg²")]
    slope_correlation: Annotated[float, Means("health: correlation of intercept and treatment effect of a clinic")]
    is_singular: Annotated[bool, Means("health: the covariance of a clinic's two effects is singular")]
    extra_parameters_needed: Annotated[bool, Means("health: the slope's likelihood ratio passes its 5 % point")]
    centred_results: FittedModel  # the fit of the schools, for checks of a whole model


@cached_by_content
def solve(
    sleep_study_data: pd.DataFrame, schools: pd.DataFrame, plots: pd.DataFrame, health: pd.DataFrame
) -> ModelComparison:
    """Compare models by their likelihoods, each at its maximum.

    Args:
        sleep_study_data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.
        schools: columns ``school``, ``hours`` and ``score`` (points); hours are centered here.
        plots: columns ``plot`` and ``harvest`` (kg).
        health: columns ``clinic_id``, ``treatment`` (0 or 1), ``age`` (years), ``comorbidities`` and ``recovery_days``.

    Returns:
        The answers; ``comparison`` has the rows ``ROWS`` and the columns ``COLUMNS``. Where the last model lies on the
        boundary, ``is_singular`` is true, and its numbers are those of the boundary.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: a model but the last has no regular fit; one on the boundary counts as none.
    """
    table = comparison(sleep_of(sleep_study_data))
    statistic, first = ratio(table, "slopes", "intercept"), ratio(table, "intercept", "ols")
    of_schools = slopes_of_schools(schools)
    clinics = slopes_of_clinics(health)
    slope_statistic = 2 * (clinics.log_likelihood - intercepts_of_clinics(health).log_likelihood)
    return ModelComparison(
        comparison=table,
        lrt_slopes=statistic,
        p_slopes=mixture(statistic),
        p_slopes_naive=float(stats.chi2.sf(statistic, 2)),
        lrt_intercept=first,
        p_intercept=float(stats.chi2.sf(first, 1)) / 2,
        best_log_likelihood=of_schools.log_likelihood,
        plot_variance=of_plots(plots).group_variance,
        slope_correlation=clinics.terms[0].correlation,
        is_singular=clinics.boundary,
        extra_parameters_needed=mixture(slope_statistic) < LEVEL,
        centred_results=of_schools.model,
    )


def ratio(table: pd.DataFrame, larger: str, smaller: str) -> float:
    """The likelihood ratio statistic of two rows of a comparison, 2 (ℓ of the larger − ℓ of the smaller).

    Args:
        table: with a column ``log_likelihood``, by maximum likelihood.
        larger: row of the model that contains the other one.
        smaller: row of the other one.
    """
    return 2 * (cell(table, larger) - cell(table, smaller))


def cell(table: pd.DataFrame, row: str, column: str = "log_likelihood") -> float:
    """A number of a comparison.

    Args:
        table: as :func:`comparison` gives it.
        row: one of ``ROWS``.
        column: one of ``COLUMNS``.

    Raises:
        KeyError: there is no such row or column.
    """
    return float(table[column].to_dict()[row])


def mixture(statistic: float) -> float:
    """P-value of one more random slope with its covariance: half χ² with 1, half with 2 degrees of freedom.

    Under the null hypothesis a variance lies on its boundary (Stram & Lee 1994, *Variance components testing in the
    longitudinal mixed effects model*, Biometrics 50).

    Args:
        statistic: likelihood ratio of the model with the slope against that without, both by ML or both by REML.

    Example:
        >>> round(mixture(5.14), 3)
        0.05
    """
    return float((stats.chi2.sf(statistic, 1) + stats.chi2.sf(statistic, 2)) / 2)


def sleep_of(sleep_study_data: pd.DataFrame) -> pd.DataFrame:
    """The columns of the first four models, checked."""
    return require(sleep_study_data, "Reaction", "Days", labels=["Subject"])


def sleep_fits(table: pd.DataFrame, *, reml: bool = False) -> Mapping[str, MixedFit]:
    """The three mixed models of sleepstudy by the name of their row, without that of ordinary least squares.

    Args:
        table: as :func:`sleep_of` gives it.
        reml: False: by ordinary maximum likelihood, as a comparison wants it.

    Raises:
        MixedFitError: one of them has no regular fit; one on the boundary counts as none.
    """
    design, subjects = with_constant(table[["Days"]]), table["Subject"]
    terms = {
        "intercept": RandomTerm(subjects),
        "uncorrelated": RandomTerm(subjects, design, correlated=False),
        "slopes": RandomTerm(subjects, design),
    }
    return {name: fit_terms(table["Reaction"], design, [term], reml=reml) for name, term in terms.items()}


def comparison(table: pd.DataFrame) -> pd.DataFrame:
    """Log-likelihood, number of parameters (variances counted), AIC and BIC of four models, by maximum likelihood."""
    fits = sleep_fits(table)
    line = fit_ols(table["Reaction"], with_constant(table[["Days"]]))
    likelihoods = [line.llf, *(fits[name].log_likelihood for name in ROWS[1:])]
    parameters = [len(line.fe_params) + 1, *(fits[name].n_parameters for name in ROWS[1:])]
    found = pd.DataFrame(
        {"log_likelihood": likelihoods, "n_parameters": parameters}, index=pd.Index(ROWS, name="model")
    )
    return with_criteria(found, len(table))


def with_criteria(found: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The table with the columns ``aic``, 2k − 2ℓ, and ``bic``, k log n − 2ℓ (Akaike 1974; Schwarz 1978).

    Args:
        found: columns ``log_likelihood`` ℓ and ``n_parameters`` k, fixed effects and all variances.
        rows: observations n.
    """
    deviance = -2 * found["log_likelihood"]
    return found.assign(aic=deviance + 2 * found["n_parameters"], bic=deviance + math.log(rows) * found["n_parameters"])


def schools_of(schools: pd.DataFrame) -> pd.DataFrame:
    """The columns of the schools' model, checked, with hours less their mean."""
    table = require(schools, "score", "hours", labels=["school"])
    return table.assign(hours=table["hours"] - table["hours"].mean())


def slopes_of_schools(schools: pd.DataFrame, *, reml: bool = True) -> MixedFit:
    """Random intercepts and slopes of centered hours.

    Args:
        schools: columns ``school``, ``hours`` and ``score`` (points).
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: there is no regular fit; one on the boundary counts as none.
    """
    table = schools_of(schools)
    design = with_constant(table[["hours"]])
    return fit_mixed(table["score"], design, table["school"], random=design, reml=reml)


def of_plots(plots: pd.DataFrame) -> MixedFit:
    """A random intercept for each plot.

    Raises:
        MixedFitError: there is no regular fit.
    """
    table = require(plots, "harvest", labels=["plot"])
    return fit_mixed(table["harvest"], with_constant(table[[]]), table["plot"])


def health_of(health: pd.DataFrame) -> pd.DataFrame:
    """The columns of the clinics' model, checked."""
    return require(health, "recovery_days", *COVARIATES, labels=["clinic_id"])


def intercepts_of_clinics(health: pd.DataFrame) -> MixedFit:
    """A random intercept for each clinic.

    Raises:
        MixedFitError: there is no regular fit.
    """
    table = health_of(health)
    return fit_mixed(table["recovery_days"], with_constant(table[list(COVARIATES)]), table["clinic_id"])


def slopes_of_clinics(health: pd.DataFrame, *, reml: bool = True) -> MixedFit:
    """Random intercepts and random effects of the treatment; also where the fit lies on the boundary.

    Args:
        health: columns ``clinic_id``, ``treatment`` (0 or 1), ``age`` (years), ``comorbidities`` and ``recovery_days``.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Returns:
        The fit; ``fit.boundary`` says whether the covariance of a clinic's two effects is singular.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        UnconvergedFit: there is no optimum.
    """
    table = health_of(health)
    design, random = with_constant(table[list(COVARIATES)]), with_constant(table[["treatment"]])
    try:
        return fit_mixed(table["recovery_days"], design, table["clinic_id"], random=random, reml=reml)
    except BoundaryFit as boundary:
        return boundary.fit

"""What students fit on the way to wrong answers about models and their convergence."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.fitting import MixedFit, MixedFitError, RandomTerm
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import FittedModel
from lmmsolutions.lessons.fits import attempt, intercepts_only, of_predictions
from lmmsolutions.lessons.model_comparison.solution import (
    ROWS,
    cell,
    comparison,
    of_plots,
    ratio,
    schools_of,
    sleep_fits,
    sleep_of,
    slopes_of_clinics,
    slopes_of_schools,
    with_criteria,
)

NAN = float("nan")  # which no answer equals

type_of_number = Callable[..., float]  # the lesson's four tables → number
type_of_column = Callable[..., "pd.Series[float]"]  # the same → a column of the comparison, perhaps with some rows only


def on(place: int, quantity: Callable[[pd.DataFrame], Any]) -> Callable[..., Any]:
    """A function of one of the lesson's four tables, as a function of all.

    Args:
        place: of the table among them: 0 sleepstudy, 1 schools, 2 plots, 3 health.
        quantity: this table → what is wanted.
    """
    return lambda *tables: quantity(tables[place])


def column(change: Callable[[pd.DataFrame, int], pd.Series[float]]) -> type_of_column:
    """Another column of the comparison, from the right table and its number of rows of data."""
    return on(0, lambda data: change(comparison(sleep_of(data)), len(data)))


def statistic(quantity: Callable[[pd.DataFrame], float]) -> type_of_number:
    """A number from the right comparison."""
    return on(0, lambda data: float(quantity(comparison(sleep_of(data)))))


def by_subjects(data: pd.DataFrame) -> pd.Series[float]:
    """BIC with the number of subjects in place of the number of rows."""
    table = sleep_of(data)
    return with_criteria(comparison(table), table["Subject"].nunique())["bic"]


def restricted(data: pd.DataFrame) -> pd.DataFrame:
    """The three mixed models by REML, criteria by hand; empty where a model has no regular fit."""
    table = sleep_of(data)
    try:
        fits = sleep_fits(table, reml=True)
    except MixedFitError:
        return pd.DataFrame(columns=["log_likelihood", "n_parameters", "aic", "bic"], dtype=float)
    rows = {
        name: {"log_likelihood": fit.log_likelihood, "n_parameters": fit.n_parameters} for name, fit in fits.items()
    }
    return with_criteria(pd.DataFrame.from_dict(rows, orient="index"), len(table))


def restricted_column(name: str) -> type_of_column:
    """A column of the comparison by REML."""
    return on(0, lambda data: restricted(data)[name])


def restricted_ratio(data: pd.DataFrame) -> float:
    """The likelihood ratio of the slopes by REML."""
    table = restricted(data)
    return ratio(table, "slopes", "intercept") if len(table) else NAN


def half_restricted_ratio(data: pd.DataFrame) -> float:
    """REML of the random intercept less ML of ordinary least squares, twice."""
    table = restricted(data)
    plain = cell(comparison(sleep_of(data)), "ols")
    return 2 * (cell(table, "intercept") - plain) if len(table) else NAN


def without_intercepts(name: str, *, counted: bool) -> type_of_column:
    """A column of the comparison in which the row ``uncorrelated`` has no random intercepts.

    ``vc_formula`` without ``re_formula="1"`` fits that.

    Args:
        name: the column.
        counted: whether the variance of the intercepts counts as a parameter all the same.
    """

    def of(data: pd.DataFrame) -> pd.Series[float]:
        table = sleep_of(data)
        term = RandomTerm(table["Subject"], table[["Days"]])
        fit = attempt(table, "Reaction", with_constant(table[["Days"]]), [term], reml=False)
        if fit is None:
            return pd.Series(dtype=float)
        row = {"log_likelihood": fit.log_likelihood, "n_parameters": fit.n_parameters + counted}
        return with_criteria(pd.DataFrame(row, index=["uncorrelated"]), len(table))[name]

    return on(0, of)


def exchanged(table: pd.DataFrame, name: str) -> pd.Series[float]:
    """The two richest models in each other's rows."""
    return pd.Series({one: cell(table, other, name) for one, other in (ROWS[2:], ROWS[:1:-1])})


def wald(data: pd.DataFrame, *, reml: bool = True) -> float:
    """What statsmodels prints as the p-value of ``Days Var``: that of the ratio to its standard error.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Returns:
        Two-sided, by the normal distribution; NaN on the boundary, or where nothing can be fitted.
    """
    table = sleep_of(data)
    design = with_constant(table[["Days"]])
    term = RandomTerm(table["Subject"], design[["Days", "Intercept"]])  # the first effect's error is known
    fit = attempt(table, "Reaction", design, [term], reml=reml)
    if fit is None or fit.boundary:
        return NAN
    z = fit.group_variance / fit.residual_variance / fit.variance_ratio_se
    return math.erfc(z / math.sqrt(2))


def as_statsmodels(
    formula: str,
    table: pd.DataFrame,
    groups: str,
    method: str | None,
    re_formula: str | None = None,
    *,
    reml: bool = True,
    components: Mapping[str, str] | None = None,
) -> Any:
    """What statsmodels returns, whether or not it converged; ``None`` where it gives up.

    Args:
        formula: of the fixed effects.
        table: with all columns that are named.
        groups: the column of the grouping factor.
        method: the optimizer; ``None`` for statsmodels' own choice.
        re_formula: the random effects; ``None`` for an intercept.
        reml: restricted (True) or ordinary (False) maximum likelihood.
        components: variance components by name, as in ``vc_formula``.
    """
    import statsmodels.formula.api as smf  # takes a third of a second, and few ask for one of these fits

    chosen = {} if method is None else {"method": method}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = smf.mixedlm(
                formula, table, groups=table[groups], re_formula=re_formula, vc_formula=components and dict(components)
            )
            return model.fit(reml=reml, **chosen)
        except (np.linalg.LinAlgError, ValueError):
            return None


def schools_by(method: str | None) -> type_of_number:
    """The log-likelihood at which an optimizer ends for the schools, hours as they are."""

    def of(schools: pd.DataFrame) -> float:
        found = as_statsmodels("score ~ hours", schools, "school", method, "~hours")
        return NAN if found is None else float(found.llf)

    return on(1, of)


def plots_by(method: str | None) -> type_of_number:
    """The variance between plots at which an optimizer ends."""

    def of(plots: pd.DataFrame) -> float:
        found = as_statsmodels("harvest ~ 1", plots, "plot", method)
        return NAN if found is None else float(found.cov_re.iloc[0, 0])

    return on(2, of)


def clinics_by(method: str) -> type_of_number:
    """The correlation at which an optimizer ends for the clinics."""

    def of(health: pd.DataFrame) -> float:
        formula = "recovery_days ~ treatment + age + comorbidities"
        found = as_statsmodels(formula, health, "clinic_id", method, "~treatment")
        return NAN if found is None else correlation_of(found.cov_re.to_numpy(float))

    return on(3, of)


def correlation_of(matrix: Any) -> float:
    """Of a covariance matrix, shape (2, 2)."""
    scale = math.sqrt(matrix[0, 0] * matrix[1, 1])
    return float(matrix[0, 1]) / scale if scale else NAN


def parallel_schools(schools: pd.DataFrame) -> MixedFit | None:
    """Random intercepts alone."""
    return intercepts_only(schools_of(schools), "score", ["hours"], "school")


def schools_by_ml(schools: pd.DataFrame) -> MixedFit | None:
    """Maximum likelihood, the fit on the boundary where it lies there."""
    try:
        return slopes_of_schools(schools, reml=False)
    except MixedFitError as error:
        return error.fit


def centred_by_ml(schools: pd.DataFrame) -> float:
    """Where the default fit by maximum likelihood ends, hours centered."""
    found = as_statsmodels("score ~ hours", schools_of(schools), "school", None, "~hours", reml=False)
    return NAN if found is None else float(found.llf)


def uncorrelated_schools(schools: pd.DataFrame) -> MixedFit | None:
    """Random intercepts and slopes that may not be correlated."""
    table = schools_of(schools)
    design = with_constant(table[["hours"]])
    return attempt(table, "score", design, [RandomTerm(table["school"], design, correlated=False)])


def centred_by_school(schools: pd.DataFrame) -> MixedFit | None:
    """Hours less their mean in the pupil's school."""
    table = schools_of(schools)
    table = table.assign(hours=table["hours"] - table.groupby("school")["hours"].transform("mean"))
    design = with_constant(table[["hours"]])
    return attempt(table, "score", design, [RandomTerm(table["school"], design)])


def plain_schools(schools: pd.DataFrame) -> FittedModel:
    """Ordinary least squares."""
    table = schools_of(schools)
    return fit_ols(table["score"], with_constant(table[["hours"]]))


def model_of(fit: Callable[[pd.DataFrame], MixedFit | None]) -> Callable[..., FittedModel | None]:
    """A wrong model of the schools, as a function of the lesson's tables."""

    def of(schools: pd.DataFrame) -> FittedModel | None:
        found = fit(schools)
        return None if found is None else found.model

    return on(1, of)


def likelihood_of(fit: Callable[[pd.DataFrame], MixedFit | None]) -> type_of_number:
    """The log-likelihood of a wrong model of the schools."""

    def of(schools: pd.DataFrame) -> float:
        found = fit(schools)
        return NAN if found is None else found.log_likelihood

    return on(1, of)


def standardised(schools: pd.DataFrame) -> float:
    """The restricted log-likelihood with hours in standard deviations."""
    table = schools_of(schools)
    return slopes_of_schools(schools).log_likelihood + math.log(float(table["hours"].std()))


def plots_by_ml(plots: pd.DataFrame) -> float:
    """The variance between plots by maximum likelihood."""
    fit = intercepts_only(plots, "harvest", [], "plot", reml=False)
    return NAN if fit is None else fit.group_variance


def plot_parts(plots: pd.DataFrame) -> Mapping[str, float]:
    """The right variances of the plots, and what can be taken for them."""
    fit = of_plots(plots)
    means = plots.groupby("plot")["harvest"].mean()
    return {
        "between": fit.group_variance,
        "within": fit.residual_variance,
        "means": float(means.var()),
        "rows": len(plots) / len(means),
    }


def plots_predicted(plots: pd.DataFrame) -> float:
    """Variance of the predicted effects of the plots."""
    return of_predictions(of_plots(plots))


def clinics(entry: Callable[[MixedFit], float]) -> type_of_number:
    """A number from the right fit of the clinics."""
    return on(3, lambda health: float(entry(slopes_of_clinics(health))))

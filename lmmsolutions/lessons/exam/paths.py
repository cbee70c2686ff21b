"""What students fit and compute on the way to wrong answers of the exam."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from lmmsolutions.core.fitting import MixedFit, MixedFitError
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, type_of_numbers
from lmmsolutions.lessons.checking_planning.solution import conditional
from lmmsolutions.lessons.exam.drawing import MIDDLE, STEP
from lmmsolutions.lessons.exam.solution import (
    PREDICTORS,
    SCHOOL,
    SCORE,
    asked_for,
    fit_schools,
    table_of,
)
from lmmsolutions.lessons.fits import number_of, type_of_model, type_of_number

type_of_path = Callable[[pd.DataFrame], Any]


def own(path: type_of_path) -> Callable[..., Any]:
    """A path on the student's own rows, for rows of misconceptions: they get the whole table too."""
    return lambda students, *_: path(table_of(students))


def on_everybody(path: type_of_path) -> Callable[..., Any]:
    """The same on the table from which the rows were drawn; NaN where only the drawn rows are known."""

    def wrong(_: pd.DataFrame, everybody: pd.DataFrame | None = None) -> Any:
        if everybody is None:
            return math.nan
        hours = (everybody["study_hours"] - MIDDLE) / STEP
        return path(table_of(everybody.assign(hours=hours)))

    return wrong


def around_schools(table: pd.DataFrame, column: str) -> type_of_numbers:
    """A column less the mean of each row's school."""
    return table[column] - table.groupby(SCHOOL)[column].transform("mean")


def squares(*predictors: str) -> Callable[[pd.DataFrame], FittedModel]:
    """Ordinary least squares with these predictors; those that were asked for by default."""
    return lambda table: fit_ols(table[SCORE], with_constant(table[list(predictors or PREDICTORS)]))


def slope(*predictors: str) -> type_of_path:
    """The least squares slope of the first predictor."""
    return lambda table: float(squares(*predictors)(table).fe_params[1])


def error(*predictors: str) -> type_of_path:
    """Its standard error."""
    return lambda table: float(squares(*predictors)(table).standard_errors[1])


def schools(**options: Any) -> Callable[[pd.DataFrame], MixedFit | None]:
    """A mixed model of the schools, or the one on the boundary; see ``fit_schools``."""

    def model(table: pd.DataFrame) -> MixedFit | None:
        try:
            return fit_schools(table, **options)
        except MixedFitError as found:
            return found.fit

    return model


def whole(model: Callable[[pd.DataFrame], MixedFit | None]) -> type_of_path:
    """The fitted model for a check of all of it."""

    def path(table: pd.DataFrame) -> FittedModel | None:
        fit = model(table)
        return None if fit is None else fit.model

    return path


def number(quantity: Callable[[MixedFit], float], **options: Any) -> type_of_path:
    """A number of a mixed model; NaN where there is none."""

    def path(table: pd.DataFrame) -> float:
        fit = schools(**options)(table)
        return math.nan if fit is None else float(quantity(fit))

    return path


def _on_own_rows(model: Callable[[pd.DataFrame], MixedFit | None]) -> type_of_model:
    return lambda students, *_: model(table_of(students))


one_slope, own_slopes = _on_own_rows(schools()), _on_own_rows(schools(slopes=True))


def of_one_slope(quantity: Callable[[MixedFit], float]) -> type_of_number:
    """A number of the model of 15c."""
    return number_of(one_slope, quantity)


def of_own_slopes(quantity: Callable[[MixedFit], float]) -> type_of_number:
    """A number of the model of 15d."""
    return number_of(own_slopes, quantity)


def slope_variance(fit: MixedFit) -> float:
    """Variance of the random slopes."""
    return float(fit.random_covariance.to_numpy()[1, 1])


def covariance(fit: MixedFit) -> float:
    """Covariance of random intercepts and slopes."""
    return float(fit.random_covariance.to_numpy()[0, 1])


def ratio(*, reml: bool = False, factor: float = 2, **smaller: Any) -> type_of_path:
    """Likelihood ratio of slopes of schools against one slope; NaN where a model cannot be fitted.

    Args:
        reml: by the restricted likelihoods.
        factor: of the difference of the log-likelihoods; 2 is right.
        smaller: options of :func:`fit_schools` for the model without slopes.
    """

    def path(table: pd.DataFrame) -> float:
        one, more = schools(reml=reml, **smaller)(table), schools(slopes=True, reml=reml)(table)
        return math.nan if one is None or more is None else factor * (more.log_likelihood - one.log_likelihood)

    return path


def against_squares(table: pd.DataFrame) -> float:
    """Likelihood ratio of slopes of schools against no schools at all."""
    more = schools(slopes=True, reml=False)(table)
    return math.nan if more is None else 2 * (more.log_likelihood - squares()(table).llf)


def population(hours: float) -> type_of_path:
    """The prediction for an average school, with another value of ``hours``."""

    def path(table: pd.DataFrame) -> float:
        fit = schools(slopes=True)(table)
        return math.nan if fit is None else float(fit.population(asked_for().assign(hours=hours)).iloc[0])

    return path


def difference(intercept: float = 1.0, hours: float = 1.0, *, slopes: bool = True) -> type_of_path:
    """What the school with the smallest number is said to differ by, in points; NaN where the model cannot be fitted.

    Args:
        intercept: how often its intercept effect is added.
        hours: how often its slope effect is added; 1 at the 15 hours of the question.
        slopes: False: by the model with one slope for all, whose schools have an intercept effect only.
    """

    def path(table: pd.DataFrame) -> float:
        fit = schools(slopes=slopes)(table)
        if fit is None:
            return math.nan
        effects = fit.random_effects.loc[table[SCHOOL].min()].to_numpy(float)
        return float(intercept * effects[0] + (hours * effects[1] if slopes else 0.0))

    return path


def whole_prediction(table: pd.DataFrame) -> float:
    """The prediction for that school."""
    return float(population(1.0)(table) + difference()(table))


def points(*, level: str = "school") -> Callable[[pd.DataFrame], tuple[type_of_numbers, type_of_numbers]]:
    """Fitted values and residuals that are not those of the question."""

    def path(table: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
        fit = schools(slopes=level != "one slope")(table)
        nothing = pd.Series(dtype=float)
        if fit is None:
            return nothing, nothing
        fitted = conditional(fit, table, SCHOOL)
        if level == "population":
            fitted = fit.population(with_constant(table[list(PREDICTORS)]))
        return fitted, (table[SCORE] if level == "observed" else table[SCORE] - fitted)

    return path

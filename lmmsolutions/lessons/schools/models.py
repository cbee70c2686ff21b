"""The models of assignment 9 and those that are fitted by mistake in their place; each is a function of both tables."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, LineFit
from lmmsolutions.lessons.fits import intercepts_only, number_of, type_of_model, type_of_number
from lmmsolutions.lessons.schools.solution import table_of


def as_asked(schools: pd.DataFrame, _few: pd.DataFrame) -> MixedFit | None:
    """The model asked for, by REML, of all pupils; also on the boundary, ``None`` where nothing can be fitted.

    Args:
        schools: the full table, as for :func:`~lmmsolutions.lessons.schools.solution.solve`.
        _few: the other one, which makes no difference here.
    """
    return intercepts_only(table_of(schools), "score", ["hours"], "school")


def by_ml(schools: pd.DataFrame, _few: pd.DataFrame) -> MixedFit | None:
    """The same by ordinary instead of restricted maximum likelihood."""
    return intercepts_only(table_of(schools), "score", ["hours"], "school", reml=False)


def without_hours(schools: pd.DataFrame, _few: pd.DataFrame) -> MixedFit | None:
    """A random intercept per school, and no fixed effect."""
    return intercepts_only(table_of(schools), "score", [], "school")


def of_few(_schools: pd.DataFrame, few: pd.DataFrame) -> MixedFit | None:
    """The model asked for, of the table in which two schools have few pupils."""
    return intercepts_only(table_of(few), "score", ["hours"], "school")


def of_few_by_ml(_schools: pd.DataFrame, few: pd.DataFrame) -> MixedFit | None:
    """The same by ordinary instead of restricted maximum likelihood."""
    return intercepts_only(table_of(few), "score", ["hours"], "school", reml=False)


def pooled(schools: pd.DataFrame, _few: pd.DataFrame) -> FittedModel:
    """Ordinary least squares that ignores the schools."""
    table = table_of(schools)
    return fit_ols(table["score"], with_constant(table[["hours"]]))


def through_origin(schools: pd.DataFrame, _few: pd.DataFrame) -> FittedModel:
    """Ordinary least squares without an intercept."""
    table = table_of(schools)
    return fit_ols(table["score"], table[["hours"]])


def schools_as_dummies(schools: pd.DataFrame, _few: pd.DataFrame) -> FittedModel:
    """Ordinary least squares with a fixed effect for each school."""
    table = table_of(schools)
    columns = pd.get_dummies(table["school"], drop_first=True, dtype=float)
    return fit_ols(table["score"], with_constant(pd.concat([table[["hours"]], columns], axis=1)))


def line(schools: pd.DataFrame) -> LineFit:
    """The least squares line of all pupils."""
    table = table_of(schools)
    return fit_line(table["hours"], table["score"])


def of(quantity: Callable[[MixedFit], float], model: type_of_model = as_asked) -> type_of_number:
    """Tables → a quantity of a model.

    Args:
        quantity: the fit → a number.
        model: both tables → the fit, or ``None``: then the number is NaN.
    """
    return number_of(model, quantity)

"""The model of assignment 8 and those that are fitted by mistake in its place."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, LineFit
from lmmsolutions.lessons.athletes.solution import table_of
from lmmsolutions.lessons.fits import intercepts_only, number_of

type_of_number = Callable[[pd.DataFrame], float]
type_of_quantity = Callable[[MixedFit], float]


def as_asked(data: pd.DataFrame) -> MixedFit | None:
    """The model asked for, by REML."""
    return intercepts_only(table_of(data), "correctness", ["session_high"], "athlete_id")


def by_ml(data: pd.DataFrame) -> MixedFit | None:
    """The right model by ordinary instead of restricted maximum likelihood."""
    return intercepts_only(table_of(data), "correctness", ["session_high"], "athlete_id", reml=False)


def without_session(data: pd.DataFrame) -> MixedFit | None:
    """A random intercept per athlete, and no fixed effect."""
    return intercepts_only(table_of(data), "correctness", [], "athlete_id")


def pooled(data: pd.DataFrame) -> FittedModel:
    """Ordinary least squares that ignores the athletes."""
    table = table_of(data)
    return fit_ols(table["correctness"], with_constant(table[["session_high"]]))


def athletes_as_dummies(data: pd.DataFrame) -> FittedModel:
    """Ordinary least squares with a fixed effect for each athlete."""
    table = table_of(data)
    dummies = pd.get_dummies(table["athlete_id"], drop_first=True, dtype=float)
    return fit_ols(table["correctness"], with_constant(pd.concat([table[["session_high"]], dummies], axis=1)))


def line(data: pd.DataFrame) -> LineFit:
    """The least squares line of all repeats."""
    table = table_of(data)
    return fit_line(table["session_high"], table["correctness"])


def of(quantity: type_of_quantity) -> type_of_number:
    """Data → a quantity of the model asked for.

    Args:
        quantity: the fit of :func:`as_asked`, also on the boundary → a number. NaN where nothing can be fitted.
    """
    return number_of(as_asked, quantity)


def of_ml(quantity: type_of_quantity) -> type_of_number:
    """Data → a quantity of the fit by maximum likelihood."""
    return number_of(by_ml, quantity)

"""Models that are fitted by mistake, as functions of the data.

``None`` stands for a model that cannot be fitted to the data at hand: nobody can have its estimates then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy import stats

from lmmsolutions.core.fitting import MixedFit, MixedFitError, RandomTerm, fit_terms
from lmmsolutions.core.least_squares import with_constant
from lmmsolutions.core.results import FittedModel

NORMAL_QUANTILE = float(stats.norm.ppf(0.975))

type_of_model = Callable[..., MixedFit | None]  # the lesson's tables → fit
type_of_number = Callable[..., float]  # the lesson's tables → number


def attempt(
    table: pd.DataFrame, response: str, design: pd.DataFrame, terms: Sequence[RandomTerm], *, reml: bool = True
) -> MixedFit | None:
    """The fit, or the one on the boundary: a student's software shows that one too.

    Args:
        table: complete, as :func:`~lmmsolutions.core.data.require` gives it.
        response: its column.
        design: fixed-effects design matrix with its constant, a row for each of the table.
        terms: the random part.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Returns:
        ``None`` where the likelihood has no maximum.

    Raises:
        ValueError: there are fewer than two groups, or columns of the design are collinear.
    """
    try:
        return fit_terms(table[response], design, terms, reml=reml)
    except MixedFitError as error:
        return error.fit


def intercepts_only(
    table: pd.DataFrame, response: str, fixed: Sequence[str], group: str, *, reml: bool = True
) -> MixedFit | None:
    """A model with a random intercept for each group; see :func:`attempt`.

    Args:
        table: complete, with all columns that are named.
        response: its column.
        fixed: predictors; a constant is added.
        group: the column of the grouping factor.
        reml: restricted (True) or ordinary (False) maximum likelihood.
    """
    return attempt(table, response, with_constant(table[list(fixed)]), [RandomTerm(table[group])], reml=reml)


def with_slopes(
    table: pd.DataFrame, response: str, fixed: Sequence[str], group: str, slope: str, *, reml: bool = True
) -> MixedFit | None:
    """A model with a random intercept and a random slope for each group, correlated; see :func:`attempt`.

    Args:
        table: complete, with all columns that are named.
        response: its column.
        fixed: predictors; a constant is added.
        group: the column of the grouping factor.
        slope: the predictor whose slope differs between groups.
        reml: restricted (True) or ordinary (False) maximum likelihood.
    """
    term = RandomTerm(table[group], with_constant(table[[slope]]))
    return attempt(table, response, with_constant(table[list(fixed)]), [term], reml=reml)


@dataclass(frozen=True)
class OfModel:
    """Tables → a quantity of a model.

    Attributes:
        model: the tables → its fit.
        quantity: the fit → the value.
        without: the value where the model cannot be fitted.
    """

    model: type_of_model
    quantity: Callable[[MixedFit], Any]
    without: Any

    def __call__(self, *tables: pd.DataFrame) -> Any:
        """The value on these tables."""
        fit = self.model(*tables)
        return self.without if fit is None else self.quantity(fit)


def number_of(model: type_of_model, quantity: Callable[[MixedFit], float]) -> type_of_number:
    """Tables → a number of a model; NaN, which no answer equals, where the model cannot be fitted.

    Args:
        model: the lesson's tables → the fit, or ``None``.
        quantity: the fit → the number, in the unit of the student's answer.
    """
    return OfModel(model, lambda fit: float(quantity(fit)), float("nan"))


def whole(model: type_of_model) -> Callable[..., FittedModel | None]:
    """Tables → a wrong model; None where it cannot be fitted."""

    def wrong(*tables: pd.DataFrame) -> FittedModel | None:
        fit = model(*tables)
        return None if fit is None else fit.model

    return wrong


def fixed(name: str) -> Callable[[MixedFit], float]:
    """A fixed effect."""
    return lambda fit: float(fit.fixed[name])


def error(name: str) -> Callable[[MixedFit], float]:
    """The standard error of a fixed effect."""
    return lambda fit: float(fit.standard_errors[name])


def half_interval(name: str) -> Callable[[MixedFit], float]:
    """Half the width of the 95 % interval of a fixed effect, by the normal quantile."""
    return lambda fit: NORMAL_QUANTILE * error(name)(fit)


def of_predictions(fit: MixedFit) -> float:
    """Variance of the predicted random intercepts, which is taken for that of the groups."""
    return float(fit.random_effects["Intercept"].var())


def divided_by_variances(fit: MixedFit) -> float:
    """What is taken for the correlation of two random effects."""
    covariance = fit.random_covariance.to_numpy()
    return float(covariance[0, 1] / (covariance[0, 0] * covariance[1, 1]))


def icc(fit: MixedFit) -> float:
    """Intraclass correlation of a random intercept model: share of the variance around the line between groups.

    It is the correlation of two observations of one group (Snijders & Bosker 2012, *Multilevel Analysis*, ch. 3.3), 0
    on the boundary. With random slopes it holds where the predictor of the slopes is 0.

    Args:
        fit: with one grouping factor, whose first effect is the intercept.
    """
    return fit.group_variance / (fit.group_variance + fit.residual_variance)


def printed_error(fit: MixedFit) -> float:
    """What statsmodels' summary prints as the standard error of Group Var: that of the ratio, times the residual SD."""
    return fit.variance_ratio_se * math.sqrt(fit.residual_variance)

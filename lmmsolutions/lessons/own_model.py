"""What follows from a model of somebody's own: right answers to later parts, and what going wrong gives there.

A later part reads estimates off the model of an earlier one. Who fitted another model there reads other numbers off it;
and who then goes wrong in reading it gives a number that no single misconception explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.mixed_fit import MixedFit, RandomEffects
from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons.fits import OfModel, type_of_model

type_of_quantities = Mapping[str, Callable[[Any], Any]]  # answer → its function of a fit


class AnotherKind(ValueError):
    """The fit is not of the kind that was asked for: no answer follows from it."""


@dataclass(frozen=True)
class AnswersOn:
    """The answers that follow from a fit, as attributes.

    Each is worked out when it is asked for: a fit may have one and lack another.

    Attributes:
        fit: a model under statsmodels' attribute names.
        quantities: its answers.
    """

    fit: Any
    quantities: type_of_quantities

    def __getattr__(self, answer: str) -> Any:
        if answer.startswith("__") or answer not in self.quantities:
            raise AttributeError(f"no answer {answer!r} follows from a model")
        return self.quantities[answer](self.fit)


def answers_if(asked: bool, fit: Any, quantities: type_of_quantities) -> AnswersOn:
    """The answers that follow from a fit.

    Raises:
        AnotherKind: ``asked`` says that the fit is not of the kind that was asked for.
    """
    if not asked:
        raise AnotherKind("another kind of model was asked for")
    return AnswersOn(fit, quantities)


def has_form(fit: Any, effects: int, groups: int) -> bool:
    """Whether a mixed model has so many random effects in so many groups."""
    return bool(fit.cov_re.shape == (effects, effects) and len(fit.random_effects) == groups)


def same_numbers(one: Any, other: Any) -> bool:
    """Whether two columns hold the same numbers in some order."""
    return bool(np.array_equal(np.sort(one), np.sort(other)))


def entry(row: int, column: int) -> Callable[[Any], Any]:
    """An entry of the covariance matrix of the random effects."""
    return lambda fit: fit.cov_re.iloc[row, column]


def share_between(fit: Any) -> Any:
    """The intraclass correlation."""
    return fit.cov_re.iloc[0, 0] / (fit.cov_re.iloc[0, 0] + fit.scale)


def correlation_of_effects(fit: Any) -> Any:
    """The correlation of random intercepts and slopes."""
    return fit.cov_re.iloc[0, 1] / (fit.cov_re.iloc[0, 0] * fit.cov_re.iloc[1, 1]) ** 0.5


def on_own_model(rows: Iterable[Mistake], asked: type_of_model, fit: Any) -> tuple[Mistake, ...]:
    """The rows that are about the model asked for, computed on another fit in its place.

    Args:
        rows: of a lesson.
        asked: the model asked for, as the rows name it.
        fit: a mixed model with one grouping factor, under statsmodels' attribute names.

    Example:
        ``on_own_model(MISTAKES, as_asked, mixed_results)`` holds the row "variance ratio" of the student's own fit.
    """
    own = _of_statsmodels(fit)

    def of(row: OfModel) -> Any:
        return lambda *_tables: row.quantity(own)

    return tuple(
        replace(row, wrong=of(row.wrong)) for row in rows if isinstance(row.wrong, OfModel) and row.wrong.model is asked
    )


def of_other_kind(fit: Any, name: str, keeps: float, hint: str, quantities: type_of_quantities) -> tuple[Mistake, ...]:
    """Rows for what is read off a fit that is not of the kind asked for, and is right for that fit.

    A row that computes such a fit from the data knows where the likelihood is greatest. Where this lies on the
    boundary, optimizers end elsewhere, and only the fit itself tells what its student reads.

    Args:
        fit: a model under statsmodels' attribute names.
        name: of the misconception.
        keeps: share of a check's credit.
        hint: what the student reads.
        quantities: answer → its function of a fit.
    """

    def of(quantity: Callable[[Any], Any]) -> Callable[..., float]:
        return lambda *_tables: float(quantity(fit))

    return several(name, keeps, hint, **{answer: of(quantity) for answer, quantity in quantities.items()})


def _of_statsmodels(fit: Any) -> MixedFit:
    """The estimates of a fit; what needs the data once more (conditional variances, ``model``) is not there."""
    fixed = pd.Series(fit.fe_params, dtype=float)
    errors = pd.Series(fit.bse, dtype=float)
    covariance = np.asarray(fit.cov_re, float)
    names = ["Intercept", *(f"effect {number}" for number in range(1, len(covariance)))]
    effects = {group: np.asarray(effect, float)[: len(names)] for group, effect in fit.random_effects.items()}
    predicted = pd.DataFrame.from_dict(effects, orient="index", columns=names)
    nothing = np.full((len(predicted), len(names), 1), np.nan)
    return MixedFit(
        fixed=fixed,
        fixed_covariance=pd.DataFrame(np.diag(errors.iloc[: len(fixed)] ** 2), fixed.index, fixed.index),
        terms=(RandomEffects(pd.DataFrame(covariance, names, names), predicted, nothing, nothing),),
        residual_variance=float(fit.scale),
        log_likelihood=float(fit.llf),
        reml=fit.method == "REML",
        n_parameters=len(fixed) + len(names) * (len(names) + 1) // 2 + 1,
        decrement=0.0,
        tolerance=1.0,
        boundary=False,
        variance_ratio_se=float(errors.iloc[len(fixed)]),
        model=None,  # type: ignore[arg-type]  # a row that needs it raises, and does not speak of this fit
    )

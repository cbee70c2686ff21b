"""What follows from a student's own table in assignment 12, and what is wrong with log-likelihoods of optimizers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from lmmsolutions.core.results import Fault

METHODS = ("bfgs", "lbfgs", "cg", "powell", "nm")
_NEAR = 0.06  # of a log-likelihood: the right one, but for rounding
_SAME = 1e-3  # of log-likelihoods of one fit


def statistic_on(own: Any, right: pd.DataFrame, larger: str, smaller: str) -> float | None:
    """The likelihood ratio that follows from somebody's own comparison; ``None`` from one that is wrong.

    Args:
        own: with a column ``log_likelihood``.
        right: the comparison as it should be.
        larger: row of the one model.
        smaller: row of the other.
    """
    found, wanted = own["log_likelihood"], right["log_likelihood"]
    near = all(abs(found[row] - wanted[row]) < _NEAR for row in (larger, smaller))
    return 2 * (found[larger] - found[smaller]) if near else None


def ends_of_optimizers(answer: Any, highest: float) -> Fault | bool:
    """Judges the log-likelihoods of five fits of one model: where each ends depends on the machine.

    Args:
        answer: whatever the student's variable holds.
        highest: the log-likelihood at the maximum.
    """
    if not isinstance(answer, dict | pd.Series):
        return Fault("no-names", "Store a dictionary: method and its log-likelihood.")
    by_name = {str(name).strip().lower(): value for name, value in answer.items()}
    numbers = {name: float(by_name[name]) for name in METHODS if _is_finite(by_name.get(name))}
    lost = [name for name in METHODS if name not in numbers]
    if not numbers:
        return Fault("no-names", "There is no log-likelihood under the names of the methods.")
    least, most = min(numbers.values()), max(numbers.values())
    if most > highest + _SAME:
        return _TOO_HIGH
    if len(numbers) > 1 and most - least < _SAME:
        return _ONE_FIT
    if most < highest - 0.05 and not lost:
        return _OTHER_MODEL
    if lost:
        hint = f"These methods are missing, or have no finite number: {', '.join(lost)}."
        return Fault("missing-methods", hint, keeps=len(numbers) / len(METHODS))
    return True


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


_TOO_HIGH = Fault(
    "too-high",
    "A log-likelihood is higher than this model reaches: are hours in the unit of the table, and is it REML? Other "
    "units and other methods are not comparable.",
)
_ONE_FIT = Fault(
    "one-fit",
    "These are the same number. In this model, with hours as they are in the table, the methods end at different "
    "places: is it the model with random slopes, and did you pass each method to `.fit()`?",
)
_OTHER_MODEL = Fault(
    "other-model",
    "None of these comes near the maximum of this model, while some of the methods do: is it the model with random "
    "slopes, by REML?",
)

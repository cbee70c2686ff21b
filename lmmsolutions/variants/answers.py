"""How far apart two values of one answer are, on the scale on which it is judged."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.results import FittedModel, Mistake
from lmmsolutions.lessons.mixed_model.models import as_asked

RIGHT = "the right answer"
_FAR = float("inf")

# Tolerances of the hidden tests.
RELATIVE = {"fixed_intercept": 1e-5, "fixed_slope": 1e-5, "group_variance": 1e-3, "residual_variance": 1e-4}
EXACT = 1e-6  # relative, of the other numbers: methods agree on them
PREDICTED = {"intercept_1": 1e-5, "intercept_2": 1e-5}  # relative; besides, the tolerance of a random intercept
_EFFECT = 5e-4  # of the standard deviation of the random intercepts
_LINE = 2e-3  # of the range of Reaction
_MODEL = 1e-2  # of a variance, and of the range of the response

_DIGITS = 4  # significant; rounded to these, a number is right
_ROUNDED = 1e-4  # relative; nearer than this, two numbers are hard to tell apart once they are rounded


@dataclass(frozen=True)
class Scale:
    """What differences are measured by."""

    effects: float  # standard deviation of the random intercepts, ms
    reaction: float  # range of Reaction, ms

    @classmethod
    def of(cls, data: pd.DataFrame) -> Scale:
        """The scale of complete data; NaN for effects where the mixed model cannot be fitted."""
        fit = as_asked(data)
        return cls(
            effects=float("nan") if fit is None else math.sqrt(fit.group_variance),
            reaction=float(np.ptp(data["Reaction"])),
        )


def shares(quantity: str, left: Any, right: Any, scale: Scale) -> list[float]:
    """The differences of two values of one answer as shares of their scale, one for each part; ∞ for unlike things.

    The scale of a number is its size, that of a random intercept ``scale.effects``, that of a line over the ten days
    ``scale.reaction``.  Tables, points and the values in a histogram are the same (0) or not (∞).

    Args:
        quantity: the student's variable, or what a figure's check is called.
        left: one value of the answer.
        right: the other.
        scale: of the data.
    """
    match left, right:
        case FittedModel(), FittedModel():
            return [_between_models(left, right)]
        case pd.Series(), pd.Series() if quantity != "histogram":
            alike = set(left.index) == set(right.index)
            return [_finite(float(one) / scale.effects) for one in (left - right).abs()] if alike else [_FAR]
        case (float(), float()), (float(), float()):
            apart = [abs(left[0] - right[0] + (left[1] - right[1]) * day) for day in (0, 9)]
            return [max(_finite(one / scale.reaction) for one in apart)]
        case Mapping(), Mapping() if left.keys() == right.keys():
            return [share for key in left for share in shares(quantity, left[key], right[key], scale)]
        case ((int() | float()), (int() | float())):
            return [_between_numbers(left, right)]
    return [0.0 if _same(left, right) else _FAR]


def allowed(quantity: str, want: float, scale: Scale) -> float:
    """How far a number may be from the right one, in its unit.

    Args:
        quantity: the student's variable.
        want: the right number.
        scale: of the data.
    """
    if quantity in PREDICTED:
        return PREDICTED[quantity] * abs(want) + _EFFECT * scale.effects
    return RELATIVE.get(quantity, EXACT) * abs(want)


def off(quantity: str, got: Any, want: Any, scale: Scale) -> float:
    """How far a student's number or random intercepts are from the right ones, in tolerances; ∞ for NaN.

    Args:
        quantity: the student's variable.
        got: the student's.
        want: a number, or a Series by subject.
        scale: of the data.
    """
    if isinstance(want, pd.Series):
        return _finite(max(shares(quantity, got, want, scale), default=_FAR) / _EFFECT)
    if got == want:
        return 0.0
    tolerance = allowed(quantity, want, scale)
    return _finite(abs(got - want) / tolerance) if tolerance else _FAR


def rounds_well(value: float, decimals: int, slack: float = 0.0) -> bool:
    """Whether a number rounded to so many decimals is as near as one rounded to four significant digits.

    Args:
        value: the number.
        decimals: that are kept of it.
        slack: how much farther it may be, in its unit.
    """
    if value == 0:
        return True
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - _DIGITS)
    return abs(round(value, decimals) - value) <= unit / 2 + slack


def tolerances_apart(quantity: str, left: Any, right: Any, scale: Scale) -> float:
    """How many tolerances the parts that differ most are apart: up to 1 a check cannot tell the two values apart.

    Args:
        quantity: the student's variable, or what a figure's check is called.
        left: one value of the answer; its type decides which tolerance counts.
        right: the other.
        scale: of the data.
    """
    match left:
        case FittedModel():
            tolerance = _MODEL
        case pd.Series():
            tolerance = _EFFECT
        case tuple() | Mapping():
            tolerance = _LINE
        case _:
            tolerance = max(RELATIVE.get(quantity, EXACT), _ROUNDED)
    return _finite(max(shares(quantity, left, right, scale), default=_FAR) / tolerance)


def _finite(apart: float) -> float:
    return _FAR if math.isnan(apart) else apart


@dataclass(frozen=True)
class Pair:
    """Two values that a student may have for one answer."""

    quantity: str
    one: str  # name of a misconception
    other: str  # name of another, or RIGHT


def pairs_apart(solution: Any, values: Iterable[tuple[Mistake, Any]], scale: Scale) -> dict[Pair, float]:
    """Each misconception against the right answer and against the others of its quantity: tolerances apart.

    Args:
        solution: the right answers.
        values: the misconceptions, each with the value that it leads to.
        scale: of the data.
    """
    found: dict[Pair, float] = {}
    values = list(values)
    for row, value in values:
        right = getattr(solution, row.quantity)
        found[Pair(row.quantity, row.name, RIGHT)] = tolerances_apart(row.quantity, value, right, scale)
    for (row, value), (other, its) in itertools.combinations(values, 2):
        if row.quantity == other.quantity:
            pair = Pair(row.quantity, row.name, other.name)
            found[pair] = tolerances_apart(row.quantity, value, its, scale)
    return found


def has_value(value: Any) -> bool:
    """Whether a misconception leads to something that an answer can be equal to."""
    match value:
        case None:
            return False
        case int() | float():
            return math.isfinite(value)
        case pd.Series() | pd.DataFrame():
            return len(value) > 0
        case tuple():
            return all(has_value(part) for part in value)
        case Mapping():
            return len(value) > 0 and all(has_value(part) for part in value.values())
    return True


def _same(left: Any, right: Any) -> bool:
    """Whether two tables, columns, pairs of columns or sizes are the same."""
    match left, right:
        case pd.DataFrame(), pd.DataFrame():
            return _same_rows(left, right)
        case pd.Series(), pd.Series():
            return np.array_equal(np.sort(left), np.sort(right))
        case (pd.Series(), pd.Series()), (pd.Series(), pd.Series()):
            return all(np.array_equal(one, other) for one, other in zip(left, right, strict=True))
        case tuple(), tuple():
            return bool(left == right)
    return False


def _between_numbers(left: float, right: float) -> float:
    return abs(left - right) / max(abs(left), abs(right)) if left != right else 0.0


def _same_rows(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    """The same columns, and the same rows in any order."""
    if left.shape != right.shape or set(left.columns) != set(right.columns):
        return False
    columns = list(left.columns)
    one, other = (table[columns].sort_values(columns).to_numpy(float) for table in (left, right))
    return bool(np.array_equal(one, other, equal_nan=True))


def _between_models(left: FittedModel, right: FittedModel) -> float:
    """The largest difference of fitted values and variances; ∞ where kind, method, rows, design or groups differ."""
    alike = (
        left.model_kind == right.model_kind
        and left.method == right.method
        and np.array_equal(left.endog, right.endog)
        and np.array_equal(left.exog, right.exog)
        and np.array_equal(np.asarray(left.groups), np.asarray(right.groups))
        and _size(left) == _size(right)
    )
    if not alike:
        return _FAR
    fitted = float(np.abs(left.fitted - right.fitted).max() / np.ptp(right.endog))
    variances = [(left.scale, right.scale)]
    if left.cov_re is not None and right.cov_re is not None:
        variances += list(zip(left.cov_re.ravel().tolist(), right.cov_re.ravel().tolist(), strict=True))
    return max(fitted, *(_between_numbers(one, other) for one, other in variances))


def _size(model: FittedModel) -> tuple[int, ...]:
    """The shape of the random effects' covariance."""
    return () if model.cov_re is None else model.cov_re.shape

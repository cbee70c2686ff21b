"""Numbers in an order: predictions over days, simulated values, lists of results."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import describe, plural
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import (
    COARSE_HINT,
    COARSE_SHARE,
    CUT_OFF_HINT,
    PREDICTION,
    Match,
    Tolerance,
    distance,
    made_whole,
)
from autograder.checks.values.containers import Unfit, as_floats, as_number, is_positive, is_usable
from autograder.checks.values.number import CARRIED_HINT, own_result, unusable
from autograder.values.views import type_of_array

REVERSED_KEEPS = 0.5
UNSORTED_KEEPS = 0.5
SHIFTED_KEEPS = 0.25
CONSTANT_KEEPS = 0.25
SIGN_KEEPS = 0.25
_MOST = 1_000_000  # numbers in an array that are looked at


@dataclass(frozen=True)
class WantedArray:
    """The right numbers in their order.

    Attributes:
        name: the student's variable.
        values: shape (n,), n ≥ 2.
        relative: tolerance as a share of each number.
        carried: gives the numbers that follow from the student's own earlier results, which are as good.

    Raises:
        AuthorError: if they are fewer than two or not finite, or ``scale`` is not > 0.
    """

    name: str
    values: type_of_array
    scale: float | None  # the greatest difference that matters is 5e-4 of it; None: only ``relative`` counts
    relative: float
    carried: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        if len(self.values) < 2 or not np.isfinite(self.values).all():
            raise AuthorError(f"the reference of {self.name!r} needs two or more finite numbers", self.values)
        if self.scale is not None and not is_positive(self.scale):
            raise AuthorError(f"the scale of {self.name!r} must be a number > 0, got {self.scale!r}", self.scale)

    @property
    def tolerance(self) -> Tolerance:
        """Of each number."""
        return Tolerance(self.relative, PREDICTION * (self.scale or 0.0))

    def matches(self, got: type_of_array, want: type_of_array) -> list[Match]:
        """How well each number agrees.

        Args:
            got: shape (n,).
            want: shape (n,); not necessarily the reference.
        """
        return [self.tolerance.match(float(one), float(other)) for one, other in zip(got, want, strict=True)]

    def match(self, got: type_of_array, want: type_of_array) -> Match:
        """How well all numbers agree: as well as the worst, and not at all where lengths differ.

        Args:
            got: shape (n,).
            want: what they are compared with; not necessarily the reference.
        """
        if len(got) != len(want):
            return Match.NONE
        return min(self.matches(got, want), default=Match.NONE)


def judge_array(answer: Any, want: WantedArray, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as numbers in an order.

    Args:
        answer: the student's value: a list, an array, a Series, a dict (its values), or a table with one column or row;
            anything else gets a hint.
        want: the reference, and what is as good as it.
        rows: misconceptions about the variable; they are computed for wrong answers only.
    """
    got = as_sequence(answer)
    if isinstance(got, Unfit):
        return rows.named(_unfit(answer, got, want)).with_notes(rows.notes)
    match = want.match(got, want.values)
    if match is Match.FULL:
        return right(describe(answer))
    own = as_sequence(own_result(want.carried))
    if not isinstance(own, Unfit) and want.match(got, own) is Match.FULL:
        return right(describe(answer), CARRIED_HINT)

    def agrees(value: Any) -> Match:
        other = as_sequence(value)
        return Match.NONE if isinstance(other, Unfit) else want.match(got, other)

    def is_right(value: Any) -> bool:
        other = as_sequence(value)
        return not isinstance(other, Unfit) and want.match(other, want.values) is Match.FULL

    def far(value: Any) -> float:
        other = as_sequence(value)
        return math.inf if isinstance(other, Unfit) else max(map(distance, got, other))

    found = rows.recognize(agrees, is_right, Match.FULL if match is Match.COARSE else Match.COARSE, far)
    verdict = found or rows.named(_whole_numbers(got, want) or _generic(got, want, match))
    return replace(verdict, got=describe(answer)).with_notes(rows.notes)


def as_sequence(value: Any) -> type_of_array | Unfit:
    """The numbers that a value holds in an order; what is not a number becomes NaN.

    Returns:
        Shape (n,); or why there is none: ``scalar`` (one number alone), ``dimensions`` (several columns), ``empty``,
        and the kinds of :func:`~autograder.checks.values.containers.as_number` for what is no container.
    """
    if not is_usable(value) or isinstance(value, str | bytes | bool | np.bool_):
        unfit = as_number(value)
        return unfit if isinstance(unfit, Unfit) else Unfit("scalar")
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, pd.DataFrame):
        value = value.to_numpy()
    # Lists of different lengths have no number of dimensions; numpy would refuse to name one.
    if not isinstance(value, list | tuple | set | frozenset | pd.Series | pd.Index) and np.ndim(value) == 0:
        return Unfit("scalar")
    if isinstance(value, np.ndarray) and value.ndim > 1 and max(value.shape) != value.size:
        return Unfit("dimensions")
    numbers = as_floats(value if isinstance(value, np.ndarray) else list(value))
    if not len(numbers):
        return Unfit("empty")
    return numbers[:_MOST]


def _unfit(answer: Any, unfit: Unfit, want: WantedArray) -> Verdict:
    if unfit.kind == "scalar":
        hint = f"`{want.name}` is a single number: {len(want.values)} are asked for."
        return wrong(describe(answer), hint, "scalar")
    if unfit.kind == "dimensions":
        return wrong(describe(answer), f"`{want.name}` has several columns: one is asked for.", "dimensions")
    return unusable(want.name, answer, unfit.kind)


def _whole_numbers(got: type_of_array, want: WantedArray) -> Verdict | None:
    whole = made_whole(got.tolist(), want.values.tolist()) if len(got) == len(want.values) else ""
    return wrong(hint=CUT_OFF_HINT if whole == "cut-off" else COARSE_HINT, mistake=whole) if whole else None


def _generic(got: type_of_array, want: WantedArray, match: Match) -> Verdict:
    """The mistakes that any array can have."""
    if match is Match.COARSE:
        return Verdict(COARSE_SHARE, hint=COARSE_HINT, mistake="rounded")
    values = want.values
    if len(got) != len(values):
        return _other_length(got, want)
    if np.isnan(got).any():
        return wrong(hint=f"{plural(int(np.isnan(got).sum()), 'value')} of `{want.name}` not a number.", mistake="nan")
    if want.match(got[::-1], values) is Match.FULL:
        return Verdict(REVERSED_KEEPS, hint="The order is reversed.", mistake="reversed")
    if want.match(np.sort(got), np.sort(values)) is Match.FULL:
        return Verdict(UNSORTED_KEEPS, hint="These are the right numbers in another order.", mistake="order")
    if want.match(-got, values) is Match.FULL:
        return Verdict(SIGN_KEEPS, hint="The sizes are right, the signs are not.", mistake="sign")
    if len(got) > 2 and Match.FULL in (want.match(got[1:], values[:-1]), want.match(got[:-1], values[1:])):
        return Verdict(SHIFTED_KEEPS, hint="The values are shifted by one place.", mistake="shifted")
    if np.isfinite(got).all() and want.match(got - np.mean(got - values), values) is Match.FULL:
        hint = "The differences from one value to the next are right, but a constant is added to all of them."
        return Verdict(CONSTANT_KEEPS, hint=hint, mistake="constant")
    good = sum(one is Match.FULL for one in want.matches(got, values))
    share = max(2 * good / len(values) - 1, 0.0)  # a few of many may be right by chance
    if share > 0:
        hint = f"{good} of {plural(len(values), 'value')} are right."
        return Verdict(share, hint=hint, mistake="some")
    return wrong(hint="These are not the values that the data give.")


def _other_length(got: type_of_array, want: WantedArray) -> Verdict:
    hint = f"`{want.name}` has {plural(len(got), 'value')}, {len(want.values)} are asked for."
    return wrong(hint=hint, mistake="length")

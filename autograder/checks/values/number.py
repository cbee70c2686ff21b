"""One number under one name: right, rounded too far, a known misconception, or wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import describe, mentions, not_defined, number, numbers_in
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.student import current
from autograder.checks.tolerance import (
    COARSE_HINT,
    COARSE_SHARE,
    CUT_OFF_HINT,
    FULL_DIGITS,
    Match,
    Tolerance,
    distance,
    made_whole,
)
from autograder.checks.values.containers import Unfit, as_number, as_numbers, text_in
from autograder.values.views import Missing, Model

TEXT_KEEPS = 0.5  # the right number, stored as text
AMONG_KEEPS = 0.5  # the right number is one of a few that are stored
CUT_OFF_KEEPS = 0.5  # four or more digits, cut off instead of rounded
SIGN_KEEPS = 0.25
UNIT_KEEPS = 0.5
_FITTED = ("endog", "exog", "params", "groups", "cov_re", "scale", "random_effects")  # what is read off a model
_FEW = 12  # numbers; a whole column holds any value by chance

CARRIED_HINT = "This does not equal the reference, but it follows from your own earlier results, so it gets the credit."

_UNFIT_HINTS = {
    "empty": "`{name}` is still empty: assign your result to it.",
    "boolean": "`{name}` is True or False, not a number.",
    "text": "`{name}` is a text, not a number: store the number itself, without quotation marks, f-strings or units.",
    "several": "`{name}` holds several values: store the one number that is asked for.",
    "model": "`{name}` is a whole fitted model: store the one number that is asked for.",
    "record": "`{name}` is a whole result object: store the one number that is asked for.",
    "not-called": "`{name}` is a function or method that was not called: are the parentheses missing?",
    "summary": "`{name}` is a printed summary: store the number itself.",
    "complex": "`{name}` is a complex number.",
}


@dataclass(frozen=True)
class Wanted:
    """What is known about the right answer and about the student's earlier ones.

    Attributes:
        name: the student's variable.
        value: the reference.
        tolerance: how far a right answer may lie from it.
        carried: gives the value that follows from the student's own earlier results, which is as good; ``None`` where
            nothing is carried forward.
        printed: what the student's cells of this part printed, where a number may have been left.
    """

    name: str
    value: float
    tolerance: Tolerance
    carried: Callable[[], Any] | None = None  # the value that follows from the student's own earlier results
    printed: str = ""  # what the student's cells of this part printed


def judge(answer: Any, want: Wanted, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as one number.

    Args:
        answer: the student's value as it was decoded, of any type.
        want: the reference, and what is as good as it.
        rows: misconceptions about the variable; they are computed for wrong answers only.

    Returns:
        The whole credit for a :attr:`Match.FULL`, a half for a number that is rounded to two or three digits, is stored
        as text or stands among a few others; what a recognized mistake keeps; else nothing.
    """
    got = as_number(answer)
    if isinstance(got, Unfit):
        return rows.named(_unfit(answer, got, want)).with_notes(rows.notes)
    match = want.tolerance.match(got, want.value)
    if match is Match.FULL:
        return right(number(got))
    verdict = _carried(got, want) or _known(got, want, rows) or rows.named(_generic(got, want, match))
    return replace(verdict, got=number(got)).with_notes(rows.notes)


def unusable(name: str, answer: Any, kind: str) -> Verdict:
    """The verdict on a value that is not even of the right sort; it earns nothing.

    Args:
        name: the student's variable, for the hint.
        answer: its value.
        kind: why it is unfit, as :class:`~autograder.checks.values.containers.Unfit` says it. A missing value is told
            as such, whatever the kind.
    """
    if isinstance(answer, Missing):
        return wrong(describe(answer), not_defined(answer), kind)
    fallback = f"`{{name}}` is {describe(answer)}, which cannot be compared with the answer."
    return wrong(describe(answer), _UNFIT_HINTS.get(kind, fallback).format(name=name), kind)


def _unfit(answer: Any, unfit: Unfit, want: Wanted) -> Verdict:
    verdict = unusable(want.name, answer, unfit.kind)
    if unfit.kind == "missing" and _only_printed(want):
        hint = f"You printed the right number, but did not store it under the name `{want.name}`."
        return replace(verdict, hint=hint, mistake="only-printed")
    if unfit.kind == "text":
        inside = numbers_in(text_in(answer))
        return replace(verdict, share=TEXT_KEEPS) if _holds(inside, want, most=1) else verdict
    if unfit.kind in ("several", "record") and _holds(as_numbers(answer), want, most=_FEW):
        return replace(verdict, share=AMONG_KEEPS, hint=verdict.hint + " The right one is among them.")
    return verdict


def _only_printed(want: Wanted) -> bool:
    # A whole number such as 9 occurs in any printed table; nothing follows from it.
    return not float(want.value).is_integer() and mentions(want.printed, want.value, want.tolerance)


def _holds(numbers: tuple[float, ...], want: Wanted, most: int) -> bool:
    return len(numbers) <= most and any(want.tolerance.match(one, want.value) is Match.FULL for one in numbers)


def own_result(own: Callable[[], Any] | None) -> Any:
    """The value that follows from the student's own earlier results; ``None`` where none follows.

    Raises:
        AuthorError: if ``own`` is no function.
    """
    return own_result_and_reads(own)[0]


def own_result_and_reads(own: Callable[[], Any] | None) -> tuple[Any, list[tuple[str, Any]]]:
    """The same, with the student's variables that were read for it and their values.

    Nothing follows from what the student made up (see :func:`_is_work`).

    Raises:
        AuthorError: if ``own`` is no function.
    """
    value, used, is_work = _computed(own)
    return (value, used) if is_work else (None, [])


def explanation(own: Callable[[], Any] | None) -> tuple[Any, bool]:
    """What ``own`` gives for an explanation, and whether it rests on results that a later part may build on."""
    value, _, is_work = _computed(own)
    return value, is_work


def _computed(own: Callable[[], Any] | None) -> tuple[Any, list[tuple[str, Any]], bool]:
    """What ``own`` gives, the student's variables that were read for it, and whether these are results."""
    if own is None:
        return None, [], False
    if not callable(own):
        raise AuthorError(
            f"`own` is a function without arguments, such as `lambda: (intercept, slope)`, got {own!r}",
            own,
            "a function without arguments",
        )
    reads = current().reads
    start = len(reads)
    try:
        value, used = own(), reads[start:]
        worth = current().worth
        return value, used, worth is None or _is_work(used, worth)
    except Exception:
        # The earlier results are the student's: whatever is wrong with them, there is nothing to carry forward.
        return None, [], False


def _is_work(used: list[tuple[str, Any]], worth: Mapping[str, Any]) -> bool:
    """Whether the student's variables are results rather than inventions.

    Each is as it was when a check of its own gave it credit, or is an estimate of such a model. Of several a zero may
    also stand for an estimate that a model does not have.
    """
    estimates = [number for value in worth.values() if isinstance(value, Model) for number in value.params]
    known = [
        (name in worth and _unchanged(read, worth[name])) or any(_same(read, number) for number in estimates)
        for name, read in used
    ]
    return any(known) and all(is_known or _same(read, 0.0) for is_known, (_, read) in zip(known, used, strict=True))


def _same(value: Any, number: float) -> bool:
    got = as_number(value)
    return isinstance(got, float) and math.isclose(got, number, rel_tol=1e-9)


def _unchanged(value: Any, before: Any) -> bool:
    """Whether a variable's value is what it was in an earlier part."""
    if value is before:
        return True
    if type(value) is not type(before):
        return False
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        return bool(value.equals(before))
    if isinstance(value, np.ndarray):
        return bool(np.array_equal(value, before))
    if isinstance(value, Model):
        return all(_unchanged(getattr(value, field), getattr(before, field)) for field in _FITTED)
    return bool(repr(value) == repr(before))


def _carried(got: float, want: Wanted) -> Verdict | None:
    own = as_number(own_result(want.carried))
    if isinstance(own, float) and want.tolerance.match(got, own) is Match.FULL:
        return right(hint=CARRIED_HINT)
    return None


def _known(got: float, want: Wanted, rows: Misconceptions) -> Verdict | None:
    # A number that is rounded too far, or cut off, may be either; the benefit of the doubt is the student's. A row must
    # then give this very number, not one that would be rounded to it as well.
    doubtful = (
        want.tolerance.rounded_to(got, want.value, fewest=1) > 0 or want.tolerance.cut_off_at(got, want.value) > 0
    )

    def agrees(value: Any) -> Match:
        number = as_number(value)
        if isinstance(number, Unfit):
            return Match.NONE
        if doubtful:
            return Match.FULL if math.isclose(got, number, rel_tol=1e-9) else Match.NONE
        return want.tolerance.match(got, number)

    def is_right(value: Any) -> bool:
        number = as_number(value)
        return isinstance(number, float) and want.tolerance.within(number, want.value)

    return rows.recognize(agrees, is_right, distance=distance_from(got))


def distance_from(got: float) -> Callable[[Any], float]:
    """How far a value of a row, which is a number, is from an answer."""

    def far(value: Any) -> float:
        number = as_number(value)
        return distance(got, number) if isinstance(number, float) else math.inf

    return far


def _generic(got: float, want: Wanted, match: Match) -> Verdict:
    """The mistakes that any number can have."""
    tolerance = want.tolerance
    if match is Match.COARSE:
        return Verdict(COARSE_SHARE, hint=COARSE_HINT, mistake="rounded")
    if got != got:
        return wrong(hint=f"`{want.name}` is not a number (NaN): did missing values get into it?", mistake="nan")
    if want.value != 0 and tolerance.match(-got, want.value) is Match.FULL:
        return Verdict(SIGN_KEEPS, hint="The size is right, the sign is not.", mistake="sign")
    if any(tolerance.match(got * factor, want.value) is Match.FULL for factor in (1000.0, 0.001)) and want.value != 0:
        hint = "This is off by a factor of 1000: look at the unit of the data."
        return Verdict(UNIT_KEEPS, hint=hint, mistake="unit")
    digits = tolerance.cut_off_at(got, want.value)
    if digits or made_whole([got], [want.value]) == "cut-off":
        return Verdict(CUT_OFF_KEEPS if digits >= FULL_DIGITS else 0.0, hint=CUT_OFF_HINT, mistake="cut-off")
    if tolerance.rounded_to(got, want.value, fewest=1):
        return wrong(hint=COARSE_HINT, mistake="rounded")
    return wrong(hint="This is not the value that the data give.")

"""Whole numbers that must be exact: a count, or the size of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from autograder.checks.containers import Unfit, as_number, as_numbers, is_usable
from autograder.checks.describe import describe, number
from autograder.checks.errors import AuthorError
from autograder.checks.mistakes import Misconceptions
from autograder.checks.number import Wanted, judge, unusable
from autograder.checks.tolerance import Match, Tolerance
from autograder.checks.verdict import Verdict, right, wrong

ADD_UP_KEEPS = 0.5  # counts by column where their sum was asked
REVERSED_KEEPS = 0.5
FIRST_ONLY_KEEPS = 0.5
EXACT = Tolerance(relative=0.0)
_FEW = 12


def judge_count(name: str, answer: Any, want: int, rows: Misconceptions, printed: str = "") -> Verdict:
    """Judge ``answer`` as a count: exactly ``want``, as any type of number."""
    got = as_number(answer)
    if not isinstance(got, Unfit):
        if got == want:
            return right(number(got))
        found = rows.recognise(lambda value: _same_count(got, value), lambda value: _same_count(want, value) > 0)
        fallback = rows.named(wrong(hint="This is not the count that the data give."))
        return replace(found or fallback, got=number(got)).with_notes(rows.notes)
    parts = as_numbers(answer)
    if got.kind == "several" and len(parts) <= _FEW and sum(parts) == want:
        hint = f"`{name}` holds several counts: one number is asked for, their sum."
        return rows.named(Verdict(ADD_UP_KEEPS, describe(answer), hint, "several"))
    return judge(answer, Wanted(name, float(want), EXACT, printed=printed), rows)


def judge_shape(name: str, answer: Any, want: Iterable[int], rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as the size of a table or an array: whole numbers in order.

    Raises:
        AuthorError: if ``want`` is not a sequence of whole numbers.
    """
    asked = _sizes(tuple(want))
    if not asked:
        raise AuthorError(f"a shape is a tuple of whole numbers, got {want!r}", want)
    got = _sizes(answer)
    if got == asked:
        return right(describe(answer))
    unfit = as_number(answer)
    if not got and isinstance(unfit, Unfit) and unfit.kind not in ("several", "other"):
        return rows.named(unusable(name, answer, unfit.kind))
    found = rows.recognise(lambda value: _same_sizes(got, value), lambda value: _sizes(value) == asked)
    return replace(found or rows.named(_shape_mistake(got, asked)), got=describe(answer)).with_notes(rows.notes)


def _shape_mistake(got: tuple[int, ...], asked: tuple[int, ...]) -> Verdict:
    if got and got == asked[::-1]:
        return Verdict(REVERSED_KEEPS, hint="Rows come first, then columns.", mistake="reversed")
    if got == asked[:1]:
        hint = "This is the number of rows alone: the size has rows and columns."
        return Verdict(FIRST_ONLY_KEEPS, hint=hint, mistake="rows-only")
    product = 1
    for size in asked:
        product *= size
    if got == (product,):
        return wrong(hint="This counts all cells: the size has rows and columns.", mistake="cells")
    return wrong(hint="This is not the size of the data: a pair of the number of rows and the number of columns.")


def _sizes(value: Any) -> tuple[int, ...]:
    """The whole numbers that a value holds; none if any of them is not whole."""
    if isinstance(value, str | bytes) or not is_usable(value):
        return ()
    numbers = as_numbers(value)
    return tuple(int(one) for one in numbers) if all(float(one).is_integer() for one in numbers) else ()


def _same_sizes(got: tuple[int, ...], value: Any) -> Match:
    return Match.FULL if got and _sizes(value) == got else Match.NONE


def _same_count(got: float, value: Any) -> Match:
    return Match.FULL if as_number(value) == got else Match.NONE

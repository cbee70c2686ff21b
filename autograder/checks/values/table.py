"""A table: the same rows, columns and values, whatever the index and the order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import describe, is_placeholder, number
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import Match, Tolerance
from autograder.checks.values.containers import Unfit, as_number, as_numbers, is_usable, keys
from autograder.checks.values.number import Wanted, judge, unusable

IN_INDEX_KEEPS = 0.25
_DIGITS = 9  # significant digits in which two cells must agree
_MOST_NAMED = 5  # columns named in a hint


def judge_table(name: str, answer: Any, want: pd.DataFrame, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as a table with the rows of ``want``.

    The index, the order of rows and columns, further columns and the type of a column that holds the same labels
    (``308``, ``"308"``, a category) make no difference.

    Args:
        name: the student's variable.
        answer: its value; a Series counts as a table with one column where one is asked for.
        want: the reference; numbers are compared in nine significant digits.
        rows: misconceptions, whose values are tables.

    Raises:
        AuthorError: if ``want`` is not a DataFrame.
    """
    if not isinstance(want, pd.DataFrame):
        raise AuthorError(f"the reference of a table must be a DataFrame, got {type(want).__name__}", want)
    table = _as_table(answer, want)
    if table is None:
        unfit = as_number(answer)
        kind = unfit.kind if isinstance(unfit, Unfit) else "number"
        return rows.named(_not_a_table(name, answer, kind))
    if _same(table, want):
        return right(describe(answer))
    found = rows.recognize(lambda value: _match(table, value, want), lambda value: _is_right(value, want))
    return replace(found or rows.named(_difference(table, want)), got=describe(answer)).with_notes(rows.notes)


def _not_a_table(name: str, answer: Any, kind: str) -> Verdict:
    if kind in ("missing", "empty", "not-called", "text", "model"):
        return unusable(name, answer, kind)
    return wrong(describe(answer), f"`{name}` must be a table (a DataFrame).", kind)


def _as_table(answer: Any, want: pd.DataFrame) -> pd.DataFrame | None:
    """The answer as a table, a Series as its only column; ``None`` if it is neither."""
    if isinstance(answer, pd.Series) and want.shape[1] == 1:
        return pd.DataFrame({want.columns[0]: list(answer)})
    return answer if isinstance(answer, pd.DataFrame) else None


def _match(table: pd.DataFrame, value: Any, want: pd.DataFrame) -> Match:
    """Whether the table is a row's wrong table, in the wanted columns."""
    if not isinstance(value, pd.DataFrame) or set(table.columns) & set(want.columns) != set(value.columns) & set(
        want.columns
    ):
        return Match.NONE
    return Match.FULL if _same(table, value) else Match.NONE


def _is_right(value: Any, want: pd.DataFrame) -> bool:
    return isinstance(value, pd.DataFrame) and _same(value, want)


def _same(table: pd.DataFrame, want: pd.DataFrame) -> bool:
    return (
        set(want.columns) <= set(table.columns) and table.columns.is_unique and _rows(table, want) == _rows(want, want)
    )


def _rows(table: pd.DataFrame, want: pd.DataFrame) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(_cells(table[column]) for column in want.columns), strict=True))


def _cells(column: pd.Series) -> list[str]:
    """The cells of a column as comparable texts; missing values of any kind are alike."""
    types = pd.api.types
    if types.is_numeric_dtype(column) and not types.is_bool_dtype(column) and not types.is_complex_dtype(column):
        numbers = column.to_numpy(dtype=float, na_value=np.nan).tolist()
        return ["" if math.isnan(number) else repr(float(f"{number:.{_DIGITS}g}")) for number in numbers]
    values = np.asarray(column, dtype=object)
    texts = [
        "" if types.is_scalar(value) and pd.isna(value) else text
        for value, text in zip(values, keys(values), strict=True)
    ]
    return [_numeric_text(text) for text in texts]


def _numeric_text(text: str) -> str:
    try:
        return repr(float(f"{float(text):.{_DIGITS}g}"))
    except ValueError:
        return text


def _difference(table: pd.DataFrame, want: pd.DataFrame) -> Verdict:
    lost = [str(column) for column in want.columns if column not in table.columns]
    if lost:
        named = ", ".join(f"`{column}`" for column in lost[:_MOST_NAMED])
        if set(lost) <= {str(level) for level in table.index.names}:
            hint = f"These columns became the index: {named}. Keep them as columns (`reset_index()` brings them back)."
            return Verdict(IN_INDEX_KEEPS, hint=hint, mistake="in-index")
        return wrong(hint=f"These columns are not there: {named}.", mistake="columns")
    if not table.columns.is_unique:
        return wrong(hint="A column name occurs twice.", mistake="columns")
    got, asked = _rows(table, want), _rows(want, want)
    if not got - asked and not asked - got:
        return wrong(hint="This is not the table that is asked for.")
    if not asked - got:
        return wrong(hint="There are rows too many: some should not be there.", mistake="too-many-rows")
    if not got - asked:
        return wrong(hint="Rows are missing: some that belong to the table are not there.", mistake="too-few-rows")
    if len(table) == len(want):
        return wrong(
            hint="The number of rows is right, but these are not the rows and values asked for.", mistake="values"
        )
    return wrong(hint="The rows are not those that are asked for.", mistake="values")


ADD_UP_KEEPS = 0.5  # counts by column where their sum was asked
REVERSED_KEEPS = 0.5
FIRST_ONLY_KEEPS = 0.5
EXACT = Tolerance(relative=0.0)
_FEW = 12


def judge_count(name: str, answer: Any, want: int, rows: Misconceptions, printed: str = "") -> Verdict:
    """Judge ``answer`` as a count: exactly ``want``, as any type of number.

    Args:
        name: the student's variable.
        answer: its value; several counts that add up to the right one keep half.
        want: the reference.
        rows: misconceptions about the variable.
        printed: what the student's cells of this part printed.
    """
    got = as_number(answer)
    if not isinstance(got, Unfit):
        if got == want:
            return right(number(got))
        found = rows.recognize(lambda value: _same_count(got, value), lambda value: _same_count(want, value) > 0)
        fallback = rows.named(wrong(hint="This is not the count that the data give."))
        return replace(found or fallback, got=number(got)).with_notes(rows.notes)
    parts = as_numbers(answer)
    if got.kind == "several" and len(parts) <= _FEW and sum(parts) == want:
        hint = f"`{name}` holds several counts: one number is asked for, their sum."
        return rows.named(Verdict(ADD_UP_KEEPS, describe(answer), hint, "several"))
    return judge(answer, Wanted(name, float(want), EXACT, printed=printed), rows)


def judge_identifier(name: str, answer: Any, want: int | str, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as what something is called: a whole number or a text, one as good as the other.

    Args:
        name: the student's variable.
        answer: its value.
        want: the reference; 308 and "308" are the same, capital letters count.
        rows: misconceptions, whose values are other identifiers.
    """
    if isinstance(answer, str) and is_placeholder(answer):
        return rows.named(unusable(name, answer, "empty"))
    got = _identifier(answer)
    if got is None:
        unfit = as_number(answer)
        return rows.named(unusable(name, answer, unfit.kind if isinstance(unfit, Unfit) else "other"))
    if got == str(want):
        return right(describe(answer))

    def same(value: Any) -> Match:
        return Match.FULL if _identifier(value) == got else Match.NONE

    found = rows.recognize(same, lambda value: _identifier(value) == str(want))
    other = wrong(describe(answer), f"`{name}` is another one than the task asks for.")
    return replace(found or rows.named(other), got=describe(answer)).with_notes(rows.notes)


def _identifier(value: Any) -> str | None:
    """A whole number or a short text in one form; ``None`` if it is neither."""
    if isinstance(value, str):
        return value.strip() or None
    number = as_number(value)
    return str(int(number)) if isinstance(number, float) and number.is_integer() else None


def judge_shape(name: str, answer: Any, want: Iterable[int], rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as the size of a table or an array: whole numbers in order.

    Args:
        name: the student's variable.
        answer: its value: a tuple, or any container of whole numbers.
        want: rows, columns and further axes, in order.
        rows: misconceptions, whose values are other sizes.

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
    found = rows.recognize(lambda value: _same_sizes(got, value), lambda value: _sizes(value) == asked)
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

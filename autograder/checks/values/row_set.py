"""A set of rows of a table, named by their keys: outliers, subjects that stand out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import describe, plural
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import Match
from autograder.checks.values.containers import Unfit, as_number, is_usable, key
from autograder.checks.values.number import unusable

EXCHANGED_KEEPS = 0.75

_MAX_ITEMS = 100_000  # more are no selection of rows, and take long to look at

Row = tuple[str, ...]  # the keys of a row, as texts


@dataclass(frozen=True)
class WantedRows:
    """The right rows, and the table that they belong to.

    Raises:
        AuthorError: if there is no key, a key is no column, or there are no rows.
    """

    name: str
    want: frozenset[Row]
    columns: tuple[str, ...]  # that tell a row from the others
    table: pd.DataFrame | None  # whose index and rows an answer may refer to

    def __post_init__(self) -> None:
        lost = [one for one in self.columns if self.table is not None and one not in self.table.columns]
        if not self.columns or lost or not self.want:
            raise AuthorError(f"{self.name!r} needs at least one row and keys that are columns", (self.columns, lost))


def rows_of(value: Any, columns: Sequence[str]) -> frozenset[Row]:
    """The rows of a reference: a table with the columns, or tuples.

    Args:
        value: the reference.
        columns: the keys that tell a row from the others.

    Raises:
        AuthorError: if it is neither.
    """
    found = as_rows(value, tuple(columns), None)
    if isinstance(found, Unfit):
        raise AuthorError(f"the reference must be a table with the columns {list(columns)}, or tuples", value)
    return found


def judge_rows(answer: Any, wanted: WantedRows, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as a set of rows, in any order.

    It may be a table with the key columns, or with keys as its index; a list of tuples or single keys; labels of the
    index of the table, or a mask of True and False with its length.

    Args:
        answer: the student's value.
        wanted: the right rows, and the table that they belong to.
        rows: misconceptions, whose values name rows in one of these ways.

    Returns:
        Of the credit, the share of the right rows less one share for each row that should not be there, ≥ 0.
    """
    got = as_rows(answer, wanted.columns, wanted.table)
    if isinstance(got, Unfit):
        return rows.named(_unfit(answer, got, wanted)).with_notes(rows.notes)
    if got == wanted.want:
        return right(describe(answer))

    def agrees(value: Any) -> Match:
        return Match.FULL if as_rows(value, wanted.columns, wanted.table) == got else Match.NONE

    found = rows.recognize(agrees, lambda value: as_rows(value, wanted.columns, wanted.table) == wanted.want)
    return replace(found or rows.named(_generic(got, wanted)), got=describe(answer)).with_notes(rows.notes)


def as_rows(value: Any, columns: tuple[str, ...], table: pd.DataFrame | None) -> frozenset[Row] | Unfit:
    """The rows that a value names; see :func:`judge_rows` for the ways to do so.

    Args:
        value: of the student's, or of a misconception.
        columns: the keys that tell a row from the others, in their order.
        table: whose index or length a value may refer to; ``None`` where there is none.

    Returns:
        The keys of each row as texts; or why there are none: ``columns`` or ``keys`` (rows are not named by them),
        ``length`` (a mask of another length), and the kinds of ``as_number`` for what is no container.
    """
    if not is_usable(value) or isinstance(value, str | bytes):
        unfit = as_number(value)
        return unfit if isinstance(unfit, Unfit) else Unfit("other")
    if isinstance(value, pd.Series | np.ndarray) and value.dtype == bool and table is not None:
        return _rows_of_table(table[np.asarray(value)], columns) if len(value) == len(table) else Unfit("length")
    if isinstance(value, pd.DataFrame):
        return _rows_of_frame(value, columns)
    if isinstance(value, pd.Series):
        is_column = len(columns) == 1 and (value.name in columns or isinstance(value.index, pd.RangeIndex))
        value = value if is_column else value.index
    if not isinstance(value, Iterable):
        return Unfit("other")
    if isinstance(value, Sized) and len(value) > _MAX_ITEMS:
        return Unfit("keys")
    return _rows_of_items(list(value), columns, table)


def _rows_of_frame(value: pd.DataFrame, columns: tuple[str, ...]) -> frozenset[Row] | Unfit:
    if not set(columns) <= set(value.columns):
        value = value.reset_index()
    return _rows_of_table(value, columns) if set(columns) <= set(value.columns) else Unfit("columns")


def _rows_of_table(table: pd.DataFrame, columns: tuple[str, ...]) -> frozenset[Row]:
    return frozenset(tuple(map(key, row)) for row in table[list(columns)].itertuples(index=False, name=None))


def _rows_of_items(items: list[Any], columns: tuple[str, ...], table: pd.DataFrame | None) -> frozenset[Row] | Unfit:
    if all(isinstance(item, list | tuple | np.ndarray) and len(item) == len(columns) for item in items):
        return frozenset(tuple(map(key, item)) for item in items)
    single = not any(isinstance(item, list | tuple | np.ndarray | dict) for item in items)
    if single and len(columns) == 1:
        return frozenset((key(item),) for item in items)
    known = set() if table is None else set(map(key, table.index))
    labels = set(map(key, items)) if single else set()
    if table is not None and single and labels <= known:
        return _rows_of_table(table[[key(label) in labels for label in table.index]], columns)
    return Unfit("keys")


def _unfit(answer: Any, unfit: Unfit, wanted: WantedRows) -> Verdict:
    named = ", ".join(f"`{column}`" for column in wanted.columns)
    if unfit.kind in ("columns", "keys"):
        return wrong(describe(answer), f"Each row must be named by {named}.", "keys")
    if unfit.kind == "length":
        return wrong(describe(answer), "This does not have one True or False for each row of the table.", "length")
    return unusable(wanted.name, answer, unfit.kind)


def _generic(got: frozenset[Row], wanted: WantedRows) -> Verdict:
    if frozenset(row[::-1] for row in got) == wanted.want:
        order = ", then ".join(f"`{column}`" for column in wanted.columns)
        return Verdict(EXCHANGED_KEEPS, hint=f"The keys of each row are exchanged: first {order}.", mistake="exchanged")
    hits, extra = len(got & wanted.want), len(got - wanted.want)
    if not hits:
        if not got:
            return wrong(hint="There is no row.", mistake="too-few")
        return wrong(hint="None of these rows is one that is asked for.", mistake="other-rows")
    share = max(hits - extra, 0) / len(wanted.want)
    if not extra:
        return Verdict(share, hint="These rows are right, but some are missing.", mistake="too-few")
    hint = f"Among them are {plural(hits, 'row')} that should be there, and {plural(extra, 'row')} that should not."
    return Verdict(share, hint=hint, mistake="too-many" if hits == len(wanted.want) else "some")

"""Misconceptions as rows of data: what going wrong in a known way would have given on these data.

A row's ``wrong(data)``, or ``wrong(first, second)`` where the test cell reads two tables, returns one of two things:

* the *value* that the misconception produces, in the form that the check wants (a number, a Series of effects,
  points, a pair of intercept and slope …): it is recognized when the student's answer equals it;
* a *text*, one of the kinds of mistake that the check itself can see (``"ML"``, ``"swapped"``, ``"text"``, …; see
  :mod:`autograder.checks.kinds`): the row then puts its own name, hint and share of the credit in place of the
  check's.
"""

from __future__ import annotations

import copy
import math
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from autograder.checks.outcome import TEST_CELL, AuthorError, Fault, Verdict
from autograder.checks.tolerance import COARSE_HINT, COARSE_SHARE, Match


class Mistake(Fault, Protocol):
    """One misconception; any object with these fields will do."""

    @property
    def quantity(self) -> str:
        """Name of the check it belongs to: the student's variable, or the figure check's name."""

    @property
    def wrong(self) -> Callable[..., Any]:
        """What the misconception gives on the tables that the test cell reads (see the module's text)."""


@dataclass(frozen=True)
class ColumnMistake:
    """A misconception about one column of a table, as a misconception about the table."""

    row: Mistake
    quantity: str  # the table
    column: str

    @property
    def name(self) -> str:
        """The misconception's."""
        return self.row.name

    @property
    def keeps(self) -> float:
        """The misconception's."""
        return self.row.keeps

    @property
    def hint(self) -> str:
        """The misconception's."""
        return self.row.hint

    def wrong(self, *tables: pd.DataFrame) -> Any:
        """A table with the one column; a text stays what it is."""
        value = self.row.wrong(*tables)
        return value if isinstance(value, str) else pd.DataFrame({self.column: value})


def of_table(rows: Iterable[Mistake], table: str) -> Iterator[Mistake]:
    """The rows, those that are called ``table.column`` made rows of the table: ``wrong`` gives a Series by row.

    Args:
        rows: of misconceptions, about anything.
        table: the student's variable. Rows about a column of another table stay as they are.
    """
    for row in rows:
        owner, _, column = row.quantity.partition(".")
        yield ColumnMistake(row, table, column) if column and owner == table else row


MOST_TOGETHER = 2  # explanations of one answer that a student reads
MUCH_FARTHER = 2.0  # times as far as the nearest; an optimizer that ends early ends nearest to what it fits
_NOTHING_THERE = ("", "missing", "empty", "no-figure")  # no misconception, and a blank answer costs no computing


@dataclass(frozen=True)
class _Computed:
    row: Mistake
    value: Any

    def picked(self, pick: Callable[[Any], Any]) -> _Computed:
        """The same for a part of the value; a kind stays what it is."""
        return self if isinstance(self.value, str) else _Computed(self.row, pick(self.value))


_Outcomes = tuple[tuple[_Computed, ...], tuple[str, ...]]  # rows with their values, notes for the author


class Misconceptions:
    """The rows that belong to one check, computed on the data only when an answer is wrong.

    Args:
        rows: of any check; those of ``quantity`` are used.
        quantity: the student's variable, or the name of the figure.
        tables: gives fresh copies of the data.
        kinds: of mistake that the check sees by itself, which rows may name.
        text_values: whether any other text from a row is a value, the text that was given instead.

    Raises:
        AuthorError: if there are rows but no data to compute them on, or a row keeps a share outside 0 … 1.
    """

    def __init__(
        self,
        rows: Iterable[Mistake],
        quantity: str,
        tables: Callable[[], Sequence[pd.DataFrame]],
        kinds: Mapping[str, str],
        text_values: bool = False,
    ) -> None:
        self._text_values = text_values
        self._compute = self._values_of_rows
        self._rows = tuple(row for row in rows if row.quantity == quantity)
        self._quantity = quantity
        self._tables = tables
        self._kinds = kinds
        if self._rows and not tables():
            raise AuthorError(
                f"the mistakes of {quantity!r} need data to be computed on:",
                expected="data",
                remedy="ask for them with `student.data` before, or give them: Checks(data=…)",
            )
        for row in self._rows:
            if not (math.isfinite(row.keeps) and 0 <= row.keeps <= 1):
                raise AuthorError(f"mistake {row.name!r} keeps {row.keeps!r} of the credit, not 0 … 1", row.keeps)

    @property
    def names(self) -> tuple[str, ...]:
        """What the misconceptions are called."""
        return tuple(dict.fromkeys(row.name for row in self._rows))

    @cached_property
    def _outcomes(self) -> _Outcomes:
        return self._compute()

    def _values_of_rows(self) -> _Outcomes:
        """The rows with their values, and a note for each row that raised instead, or named an unknown kind."""
        computed: list[_Computed] = []
        notes: list[str] = []
        for row in self._rows:
            tables = self._tables()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    value = row.wrong(*tables)
            except Exception as error:
                # Going wrong may well be impossible on some data; the answer must be judged all the same.
                notes.append(_note(row, f"raised {type(error).__name__}: {error}{_place(error)}"))
                continue
            if _is_nan(value) and any(table.isna().to_numpy().any() for table in tables):
                # Elsewhere, it is how a row says that it does not apply.
                notes.append(_note(row, "gives NaN: in the table that it gets, values are missing"))
            if isinstance(value, str) and value not in self._kinds and not self._text_values:
                has = ", ".join(self._kinds) or "none"
                notes.append(_note(row, f"names the kind {value!r}, which this check does not have (it has: {has})"))
            computed.append(_Computed(row, value))
        return tuple(computed), tuple(notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """For the author: the rows that could not be computed on these data, as far as they were needed."""
        return self._outcomes[1] if "_outcomes" in self.__dict__ else ()

    def dead(self) -> tuple[str, ...]:
        """For the author: the rows that no answer can meet on these data, whether or not they were needed."""
        return self._outcomes[1]

    def those(self, holds: Callable[[Any], bool]) -> Misconceptions:
        """The misconceptions whose value fulfils a condition, without those that name a kind."""
        some = copy.copy(self)
        some.__dict__.pop("_outcomes", None)
        some._compute = lambda: (
            tuple(item for item in self._outcomes[0] if not isinstance(item.value, str) and holds(item.value)),
            (),
        )
        return some

    def part(self, pick: Callable[[Any], Any]) -> Misconceptions:
        """The same misconceptions of a part of the answer, such as one cell of a table; computed once for all parts.

        Args:
            pick: takes the part out of a row's value; ``None`` where it has none.
        """
        part = copy.copy(self)
        part.__dict__.pop("_outcomes", None)
        part._compute = lambda: (tuple(item.picked(pick) for item in self._outcomes[0]), ())
        return part

    def only(self, names: Set[str]) -> Misconceptions:
        """Those of these names; what has been computed is not computed again."""
        some = copy.copy(self)
        some.__dict__.pop("_outcomes", None)
        some._compute = lambda: (tuple(item for item in self._outcomes[0] if item.row.name in names), ())
        return some

    def recognize(
        self,
        match: Callable[[Any], Match],
        is_right: Callable[[Any], bool],
        at_least: Match = Match.COARSE,
        distance: Callable[[Any], float] | None = None,
    ) -> Verdict | None:
        """The misconceptions whose value is the student's, reported together; ``None`` if there is none.

        Of values that all lie within the tolerance, those much farther from the answer than the nearest one explain
        nothing. Where more than two explanations are left, none of them explains anything.

        Args:
            match: how well the student's answer agrees with a row's value.
            is_right: whether a row's value would itself be right on these data; such a row proves nothing.
            at_least: the poorest agreement that counts.
            distance: from the answer to the value of a row that agrees; without it, all that agree are equally near.
        """
        values = [item for item in self._outcomes[0] if not isinstance(item.value, str) or self._text_values]
        graded = [(grade, item) for item in values if (grade := _grade(item.value, match, is_right)) is not Match.NONE]
        best = max((grade for grade, _ in graded), default=Match.NONE)
        found = [item for grade, item in graded if grade is best]
        if distance is not None and len(found) > 1:
            distances = [distance(item.value) for item in found]
            farthest = MUCH_FARTHER * min(distances)
            found = [item for item, far in zip(found, distances, strict=True) if far <= farthest]
        rows_found = [item.row for item in found]
        if not graded or best < at_least or _stories(rows_found) > MOST_TOGETHER:
            return None
        return _together(rows_found, best)

    def named(self, verdict: Verdict) -> Verdict:
        """The verdict in the words of the rows that name its kind of mistake, if there are any."""
        if verdict.mistake in _NOTHING_THERE:
            return verdict
        texts = [item for item in self._outcomes[0] if isinstance(item.value, str)]
        rows = [item.row for item in texts if item.value == verdict.mistake]
        if not rows:
            return verdict
        told = _together(rows, Match.FULL)
        return replace(verdict, share=told.share, hint=told.hint, mistake=told.mistake)


NO_MISCONCEPTIONS = Misconceptions((), "", tuple, {})


def _note(row: Mistake, problem: str) -> str:
    return f"mistake {row.name!r} of {row.quantity!r} {problem}"


def _place(error: Exception) -> str:
    """Where a row went wrong: in the test cell, or in the module that the row is from."""
    frames = traceback.extract_tb(error.__traceback__)[1:]  # without this module's own
    in_cell = [frame for frame in frames if frame.filename == TEST_CELL]
    for frame in (*in_cell[-1:], *frames[:1]):
        return f", in line {frame.lineno} of {'the test cell' if in_cell else Path(frame.filename).name}"
    return ""


def _is_nan(value: Any) -> bool:
    """Whether a row gave numbers, and all of them are missing."""
    if value is None or isinstance(value, str):
        return False
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False  # something else, such as a table
    return bool(numbers.size and np.isnan(numbers).all())


def _grade(value: Any, match: Callable[[Any], Match], is_right: Callable[[Any], bool]) -> Match:
    try:
        return Match.NONE if is_right(value) else match(value)
    except AuthorError:
        return Match.NONE  # on these data the row gives nothing that could be compared, such as NaN


def _stories(rows: list[Mistake]) -> int:
    return len({row.hint for row in rows})


def _together(rows: list[Mistake], match: Match) -> Verdict:
    hints = list(dict.fromkeys(row.hint for row in rows))
    names = list(dict.fromkeys(row.name for row in rows))
    share = min(row.keeps for row in rows)
    told = " Or: ".join(hints)
    if match is Match.COARSE:
        return Verdict(share * COARSE_SHARE, hint=f"{told} {COARSE_HINT}", mistake=", ".join(names))
    return Verdict(share, hint=told, mistake=", ".join(names))

"""Misconceptions as rows of data: what going wrong in a known way would have given on these data.

A row's ``wrong(data)`` returns one of two things:

* the *value* that the misconception produces, in the form that the check wants (a number, a Series of effects,
  points, a pair of intercept and slope …): it is recognised when the student's answer equals it;
* a *text*, the name of something that the check itself can see (``"ML"``, ``"swapped"``, ``"text"``, …): the row
  then puts its own name, hint and share of the credit in place of the check's.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from autograder.checks.errors import AuthorError
from autograder.checks.tolerance import COARSE_HINT, COARSE_SHARE, Match
from autograder.checks.verdict import Verdict


class Mistake(Protocol):
    """One misconception; any object with these fields will do."""

    @property
    def name(self) -> str:
        """Short name for reports, such as ``"r-squared"``."""

    @property
    def quantity(self) -> str:
        """Name of the check it belongs to: the student's variable, or the figure check's name."""

    @property
    def wrong(self) -> Callable[[pd.DataFrame], Any]:
        """What the misconception gives on a data set (see the module's text)."""

    @property
    def keeps(self) -> float:
        """Share of the check's credit that is kept, 0 … 1."""

    @property
    def hint(self) -> str:
        """Explains the mistake to the student, without the answer."""


_NOTHING_THERE = ("", "missing", "empty", "no-figure")  # no misconception, and a blank answer costs no computing


@dataclass(frozen=True)
class _Computed:
    row: Mistake
    value: Any


class Misconceptions:
    """The rows that belong to one check, computed on the data only when an answer is wrong.

    Raises:
        AuthorError: if there are rows but no data to compute them on, or a row keeps a share outside 0 … 1.
    """

    def __init__(self, rows: Iterable[Mistake], quantity: str, data: pd.DataFrame | None) -> None:
        self._rows = tuple(row for row in rows if row.quantity == quantity)
        self._data = data
        if self._rows and data is None:
            raise AuthorError(f"the mistakes of {quantity!r} need data to be computed on: Checks(points, data=…)")
        for row in self._rows:
            if not (math.isfinite(row.keeps) and 0 <= row.keeps <= 1):
                raise AuthorError(f"mistake {row.name!r} keeps {row.keeps!r} of the credit, not 0 … 1", row.keeps)

    @property
    def names(self) -> tuple[str, ...]:
        """What the misconceptions are called."""
        return tuple(dict.fromkeys(row.name for row in self._rows))

    @cached_property
    def _outcomes(self) -> tuple[tuple[_Computed, ...], tuple[str, ...]]:
        """The rows with their values, and a note for each row that raised instead."""
        computed: list[_Computed] = []
        notes: list[str] = []
        for row in self._rows:
            assert self._data is not None
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    computed.append(_Computed(row, row.wrong(self._data.copy())))
            except Exception as error:
                # Going wrong may well be impossible on some data; the answer must be judged all the same.
                notes.append(f"mistake {row.name!r} of {row.quantity!r} raised {type(error).__name__}: {error}")
        return tuple(computed), tuple(notes)

    @property
    def notes(self) -> tuple[str, ...]:
        """For the author: the rows that could not be computed on these data, as far as they were needed."""
        return self._outcomes[1] if "_outcomes" in self.__dict__ else ()

    def recognise(
        self, match: Callable[[Any], Match], is_right: Callable[[Any], bool], at_least: Match = Match.COARSE
    ) -> Verdict | None:
        """The misconceptions whose value is the student's, reported together; ``None`` if there is none.

        Args:
            match: how well the student's answer agrees with a row's value.
            is_right: whether a row's value would itself be right on these data; such a row proves nothing.
            at_least: the poorest agreement that counts.
        """
        rows = [item for item in self._outcomes[0] if not isinstance(item.value, str)]
        graded = [
            (grade, item.row) for item in rows if (grade := _grade(item.value, match, is_right)) is not Match.NONE
        ]
        best = max((grade for grade, _ in graded), default=Match.NONE)
        if not graded or best < at_least:
            return None
        return _together([row for grade, row in graded if grade is best], best)

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


def _grade(value: Any, match: Callable[[Any], Match], is_right: Callable[[Any], bool]) -> Match:
    try:
        return Match.NONE if is_right(value) else match(value)
    except AuthorError:
        return Match.NONE  # on these data the row gives nothing that could be compared, such as NaN


def _together(rows: list[Mistake], match: Match) -> Verdict:
    hints = list(dict.fromkeys(row.hint for row in rows))
    names = list(dict.fromkeys(row.name for row in rows))
    share = min(row.keeps for row in rows)
    told = " Or: ".join(hints)
    if match is Match.COARSE:
        return Verdict(share * COARSE_SHARE, hint=f"{told} {COARSE_HINT}", mistake=", ".join(names))
    return Verdict(share, hint=told, mistake=", ".join(names))

"""The result of one check, as data: what the feedback page shows and the gradebook adds up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from autograder.errors import AuthorError as AuthorError
from autograder.values.views import Record

TEST_CELL = "<test cell>"  # the name of a test cell's code in a traceback


class Status(Enum):
    """Passed, partly right, failed, or *could not tell* (a TA has to look)."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    UNSURE = "unsure"


@dataclass(frozen=True)
class CheckResult:
    """One line of the list that a student reads."""

    label: str  # what was looked at, e.g. "`slope`" or "the scatter plot"
    status: Status
    earned: float  # points, 0 ≤ earned ≤ credit
    credit: float  # points this check is worth
    got: str = ""  # what the student's notebook produced, in words; never the expected value
    hint: str = ""  # what to think about; never the answer
    mistake: str = ""  # name of the recognized misconception, "" where none was
    notes: tuple[str, ...] = ()  # for the author, never shown to a student: rows that could not be computed
    quantity: str = ""  # the student's variable, where the check declares its unit
    unit: str = ""  # "ms per day"; written answers are compared with the variable in it
    name: str = ""  # the student's variable, or what rows of misconceptions call the figure


@dataclass(frozen=True)
class Verdict:
    """A judgment in shares of the check's credit."""

    share: float  # of the check's credit, 0 … 1
    got: str = ""  # the student's value in words
    hint: str = ""  # what to think about, never the answer
    mistake: str = ""  # the recognized mistake: a row's name, or one of the check's own kinds
    notes: tuple[str, ...] = ()  # for the author of the course: rows that could not be computed
    carries: bool = True  # whether later parts may be built on the value, where it earns anything

    @property
    def passed(self) -> bool:
        """Whether the answer earns the whole credit."""
        return self.share >= 1.0

    def with_notes(self, notes: tuple[str, ...]) -> Verdict:
        """The same judgment with further notes for the author."""
        return replace(self, notes=self.notes + notes) if notes else self

    def result(self, label: str, credit: float) -> CheckResult:
        """The line of the list of checks.

        A part of the credit is rounded to steps of 0.005 points, halves up, so that what is shown is what counts. The
        whole credit is never rounded, and a share that is NaN earns nothing.

        Args:
            label: what the feedback calls the check.
            credit: points that it is worth, ≥ 0.

        Example:
            >>> Verdict(1 / 3).result("`slope`", credit=1.0).earned
            0.335
        """
        share = min(self.share, 1.0) if self.share > 0.0 else 0.0  # NaN is no share either
        status = Status.PASSED if share == 1.0 else Status.PARTIAL if share > 0.0 else Status.FAILED
        return CheckResult(
            label=label,
            status=status,
            earned=credit if share == 1.0 else _part_of(credit, share),
            credit=credit,
            got=self.got,
            hint=self.hint,
            mistake=self.mistake,
            notes=self.notes,
        )


_STEP = Decimal("0.005")  # points


def _part_of(credit: float, share: float) -> float:
    """A share of a credit in steps of 0.005 points, as a person would write it; what is shown is what counts."""
    steps = (Decimal(repr(round(credit * share, 9))) / _STEP).quantize(Decimal(1), ROUND_HALF_UP)
    return min(float(steps * _STEP), credit)


# Values of a student that have the attributes that the student gives them: labels of a Series are some too.
_STUDENTS = (Record, pd.DataFrame, pd.Series)


@runtime_checkable
class Fault(Protocol):
    """What a judge found wrong, in a form that needs nothing of the grader; a row of misconceptions is one too."""

    @property
    def name(self) -> str:
        """Short name for reports."""

    @property
    def keeps(self) -> float:
        """Share of the check's credit that is kept, 0 … 1."""

    @property
    def hint(self) -> str:
        """What to think about, never the answer."""


def found_by_judge(result: Any) -> Verdict | None:
    """The verdict that an author's function returned, as such or as a fault; ``None`` where it returned neither.

    Raises:
        AuthorError: a fault keeps a share outside 0 … 1.
    """
    if isinstance(result, Verdict):
        return result
    if isinstance(result, _STUDENTS) or not isinstance(result, Fault):
        return None
    if not 0 <= result.keeps <= 1:
        raise AuthorError(f"the fault {result.name!r} keeps {result.keeps!r} of the credit, not 0 … 1", result.keeps)
    return Verdict(result.keeps, hint=result.hint, mistake=result.name)


def right(got: str = "", hint: str = "") -> Verdict:
    """What a kind of check of your own (:func:`autograder.check`) returns for a right answer.

    Args:
        got: the student's answer in words; the feedback shows it behind "Found:".
        hint: what the student may read all the same.

    Example:
        >>> right("12 letters").share
        1.0
    """
    return Verdict(1.0, got, hint)


def wrong(got: str = "", hint: str = "", mistake: str = "") -> Verdict:
    """What a kind of check of your own (:func:`autograder.check`) returns for an answer that earns nothing.

    Args:
        got: the student's answer in words; the feedback shows it behind "Found:".
        hint: what to think about; never the answer.
        mistake: the name of the mistake, by which reports count it; empty where it is none of a known kind.

    Example:
        >>> wrong("no letters", "Look at the first line.", "empty").mistake
        'empty'
    """
    return Verdict(0.0, got, hint, mistake)

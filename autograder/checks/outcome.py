"""The result of one check, as data: what the feedback page shows and the gradebook adds up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
    mistake: str = ""  # name of the recognised misconception, "" where none was
    notes: tuple[str, ...] = ()  # for the author, never shown to a student: rows that could not be computed
    quantity: str = ""  # the student's variable, where the check declares its unit
    unit: str = ""  # "ms per day"; written answers are compared with the variable in it

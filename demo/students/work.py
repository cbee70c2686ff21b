"""What a student hands in and what it is worth, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from textwrap import dedent
from typing import Any

Edit = Callable[[Any], None]  # changes a notebook (nbformat 4) in place


class When(Enum):
    """When a student hands in."""

    IN_TIME = "in time"
    LATE = "late"  # after the due date


@dataclass(frozen=True)
class Work:
    """One submission of one assignment.

    Attributes:
        answers: nbgrader's ``grade_id`` → text that the student wrote into this cell; other cells stay as released.
        earns: part (``q3a``) → automatic points that a fair grader gives; a part that is not named earns none.
        edits: what else the student did to the notebook, in this order, after the answers were written.
        spoil: what happened to the saved file (bytes → bytes); ``None`` where nothing did.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    earns: Mapping[str, float] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()
    spoil: Callable[[bytes], bytes] | None = None


@dataclass(frozen=True)
class Student:
    """A member of the demo class, named by what they do.

    Attributes:
        name: nbgrader's student id.
        does: one line for the reader of the table.
        hands_in: assignment → the submissions in order of time; the last one counts.
        when: whether all of this is in time.
    """

    name: str
    does: str
    hands_in: Mapping[str, tuple[Work, ...]]
    when: When = When.IN_TIME

    def earns(self, assignment: str) -> Mapping[str, float]:
        """Part → expected automatic points of an assignment that was handed in."""
        return self.hands_in[assignment][-1].earns


def code(text: str) -> str:
    """A cell's source written as an indented block."""
    return dedent(text).strip()

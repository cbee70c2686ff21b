"""The student's work as a test cell asks for it: ``from autograder import student``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import AuthorError, NotGrading
from autograder.values.views import Missing

if TYPE_CHECKING:
    import pandas as pd

    from autograder.checks.check_list import CheckList
    from autograder.values.views import Figure

NO_SUBMISSION = "`student` has no submission to speak of here: hidden tests run while a submission is graded."
HOW_TO_TRY = """\
What they say of your
solution and of the answers in the bank:

    autograder try ASSIGNMENT --part PART

Or give the answers yourself, here:

    import autograder

    with autograder.trying(mean=47.3, data={"table.csv": "table.csv"}):
        ...  # the hidden tests"""


NO_ID = "this test draws data by the id under which work was submitted, and nothing was:"
NAME_ONE = 'in a trial, name one with autograder.trying(submitted_as="ada", …)'
Draw = Callable[["pd.DataFrame", str], "pd.DataFrame"]  # a data file and an id → the part of it that belongs to the id


@dataclass(frozen=True)
class Submitter:
    """Whose work is judged, as the course knows it from the folder; nothing of this comes out of a notebook.

    Attributes:
        id: under which it was submitted; empty where it was not.
        others: ids of the rest of the class, where a test cell compares with them.
    """

    id: str = ""
    others: tuple[str, ...] = ()


NOBODY = Submitter()


class Evidence(Protocol):
    """What the referee knows of one submission while one test cell runs."""

    def value(self, name: str) -> Any:
        """The student's value of ``name``, decoded; ``Missing(name)`` where there is none."""

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of a data file of the assignment, as the student's code read it."""

    def figures(self) -> tuple[Figure, ...]:
        """The figures drawn in this part: by the cells since the previous test cell."""

    def printed(self) -> str:
        """Text that the cells of this part wrote to standard output."""

    def stopped(self) -> str:
        """The error that stopped a cell of this part, in a sentence; empty where none did."""


@dataclass
class Judging:
    """One test cell while it runs: what it may ask for, what it asked for, and the lists of checks that it made.

    It is evidence itself, and takes note of what is asked for.

    Attributes:
        evidence: of the submission.
        points: of the test cell; ``None`` in a trial that names none.
        submitter: whose work it is.
        reads: the student's variables asked for so far, in order, each with its value.
        read: (name, draw) → table of the data files asked for so far, in order; each is read once for the test cell.
        lists: the ``Checks`` made so far.
        kinds: kinds of check that the test cell defined itself (see :func:`autograder.check`).
        worth: variable → its value when its own check gave it credit, which may be carried forward as long as it is
            the same; kept from one test cell to the next. ``None`` in a trial, where nothing is known of earlier parts.
        remarks: sentences for the TA, which no student reads.
    """

    evidence: Evidence
    points: float | None = None
    reads: list[tuple[str, Any]] = field(default_factory=list)
    read: dict[tuple[str, Draw | None], pd.DataFrame] = field(default_factory=dict)
    lists: list[CheckList] = field(default_factory=list)
    kinds: dict[str, Callable[..., None]] = field(default_factory=dict)
    worth: dict[str, Any] | None = None
    submitter: Submitter = NOBODY
    remarks: list[str] = field(default_factory=list)

    def checked(self, name: str, *, carries: bool) -> None:
        """Take note of what the check of a variable found: whether more may be built on the variable's value.

        Args:
            name: the student's variable.
            carries: whether its value, as it was read last, may be carried forward; else it is forgotten.
        """
        if self.worth is None:
            return
        self.worth.pop(name, None)
        value = next((value for read, value in reversed(self.reads) if read == name), None)
        if carries and value is not None:
            self.worth[name] = value

    def value(self, name: str) -> Any:
        """The student's value of ``name``."""
        value = self.evidence.value(name)
        self.reads.append((name, value))
        return value

    def data(self, filename: str, draw: Draw | None = None) -> pd.DataFrame:
        """A fresh copy of a data file, or of the part of it that belongs to the submitter.

        Args:
            filename: of a data file of the assignment.
            draw: the whole table and an id → the part that belongs to it; ``None``: the whole table.

        Raises:
            AuthorError: there is something to draw, and no id.
        """
        if (filename, draw) not in self.read:
            self.read[filename, draw] = self._drawn(filename, draw, self.submitter.id)
        return self.read[filename, draw].copy()

    def _drawn(self, filename: str, draw: Draw | None, owner: str) -> pd.DataFrame:
        table = self.evidence.data(filename)
        if draw is not None and not owner:
            raise AuthorError(NO_ID, owner, "an id", NAME_ONE)
        return table if draw is None else draw(table, owner)

    def tables_of(self, owner: str) -> tuple[pd.DataFrame, ...]:
        """The tables that were asked for so far, as they would have been drawn for another id."""
        return tuple(self._drawn(filename, draw, owner) for filename, draw in self.read)

    def figures(self) -> tuple[Figure, ...]:
        """The figures of the part."""
        return self.evidence.figures()

    def printed(self) -> str:
        """What the part printed."""
        return self.evidence.printed()

    def stopped(self) -> str:
        """The error that stopped a cell of the part."""
        return self.evidence.stopped()

    def tables(self) -> tuple[pd.DataFrame, ...]:
        """Fresh copies of the data files asked for so far, which misconceptions are computed on."""
        return tuple(table.copy() for table in self.read.values())


_current: ContextVar[Judging] = ContextVar("autograder.checks.student")


@contextmanager
def judging(
    evidence: Evidence,
    points: float | None = None,
    worth: dict[str, Any] | None = None,
    submitter: Submitter = NOBODY,
) -> Iterator[Judging]:
    """Make ``evidence`` what ``student`` speaks of, for the time of a ``with`` block.

    Args:
        evidence: of one submission.
        points: of the test cell that is judged.
        worth: see :class:`Judging`; it is added to.
        submitter: whose work it is.
    """
    cell = Judging(evidence, points, worth=worth, submitter=submitter)
    token = _current.set(cell)
    try:
        yield cell
    finally:
        _current.reset(token)


def current() -> Judging:
    """The test cell that runs.

    Raises:
        NotGrading: none does.
    """
    cell = _current.get(None)
    if cell is None:
        raise NotGrading(NO_SUBMISSION, remedy=HOW_TO_TRY)
    return cell


def is_judging() -> bool:
    """Whether a test cell runs."""
    return _current.get(None) is not None


class Student:
    """The current submission; only meaningful inside a hidden test.

    ::

        from autograder import student

        data = student.data("sleepstudy.csv")
        if student.has("slope"):
            checks.number("change", 9 * student.value("slope"))
    """

    def value(self, name: str) -> Any:
        """The student's value of ``name``; ``Missing(name)`` where it was never defined.

        Raises:
            NotGrading: outside of a hidden test.
        """
        return current().value(name)

    def has(self, *names: str) -> bool:
        """Whether the student defined at least one of the names."""
        return any(not isinstance(self.value(name), Missing) for name in names)

    @property
    def id(self) -> str:
        """The id under which the work was submitted: the name of its folder, whatever the notebook says.

        Raises:
            AuthorError: it was not submitted; a trial names one with ``submitted_as=``.
        """
        if not current().submitter.id:
            raise AuthorError(NO_ID, "", "an id", NAME_ONE)
        return current().submitter.id

    def data(self, filename: str, *, draw: Draw | None = None) -> pd.DataFrame:
        """The data file as the student's code read it (the seminar's, or another data set under its name).

        The tables that a test cell asks for are also those that its misconceptions are computed on, in that order.

        Args:
            filename: of the file.
            draw: where each student analyzes a part of their own: gives the part that belongs to an id.

        Raises:
            AuthorError: there is something to draw, and no id (see :attr:`id`).
        """
        return current().data(filename, draw)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures drawn since the previous test cell, oldest first."""
        return current().figures()

    @property
    def printed(self) -> str:
        """What the cells since the previous test cell printed."""
        return current().printed()


student = Student()

"""The student's work as a test cell asks for it: ``from autograder import student``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from autograder.checks.outcome import CheckResult
    from autograder.views import Figure


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

    def report(self, points: float, results: tuple[CheckResult, ...]) -> None:
        """Take the list of checks of this test cell; called by ``Checks.score``."""


_current: ContextVar[Evidence] = ContextVar("autograder.evidence")


@contextmanager
def judging(evidence: Evidence) -> Iterator[None]:
    """Make ``evidence`` what ``student`` speaks of, for the time of a ``with`` block."""
    token = _current.set(evidence)
    try:
        yield
    finally:
        _current.reset(token)


class Student:
    """The current submission; only meaningful inside a hidden test."""

    def _evidence(self) -> Evidence:
        try:
            return _current.get()
        except LookupError:
            raise RuntimeError(
                "`student` was used outside of grading: hidden tests run in the referee, "
                "for example through `nbgrader autograde`"
            ) from None

    def value(self, name: str) -> Any:
        """The student's value of ``name``; ``Missing(name)`` where it was never defined."""
        return self._evidence().value(name)

    def data(self, filename: str) -> pd.DataFrame:
        """The data file as the student's code read it (the seminar's, or another data set under its name)."""
        return self._evidence().data(filename)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures drawn since the previous test cell, oldest first."""
        return self._evidence().figures()

    @property
    def printed(self) -> str:
        """What the cells since the previous test cell printed."""
        return self._evidence().printed()

    def report(self, points: float, results: tuple[CheckResult, ...]) -> None:
        """Hand the list of checks to the referee (``Checks.score`` does it)."""
        self._evidence().report(points, results)


student = Student()

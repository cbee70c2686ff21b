"""Where submissions come from and where feedback goes: one small interface, for an exchange of any kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Protocol

from autograder.course.course import Course
from autograder.errors import CourseError


@dataclass(frozen=True)
class Arrived:
    """Something that was handed in.

    Attributes:
        key: names it among everything that ever is, or was, handed in there.
        student: who handed it in.
        assignment: for which it is.
        submitted: when (UTC), as the exchange noted; orders the submissions of a student.
    """

    key: str
    student: str
    assignment: str
    submitted: datetime


class Source(Protocol):
    """An exchange, as the service sees it.

    Everything in it may have been written by students: an implementation bounds what it reads, follows nothing, and
    says why it refuses something, rather than raise. What may go away by itself, such as a server that does not answer,
    is raised as an :class:`~autograder.errors.OperatorError`; the service says so, and tries again.

    Attributes:
        notices: in a few words, how it notices what arrives; for the health line.
        warning: what the instructor has to do so that everything is seen in time; empty where all is well.
        look_seconds: after which the service looks again, whatever was heard.
        arrives_late: how long after the due date something may still come that counts as handed in before it. Until
            then what students get only after the due date is held back: they could hand in again, with an old time.
    """

    notices: str
    warning: str
    look_seconds: float
    arrives_late: timedelta

    def arrived(self, known: Container[str], assignments: Collection[str]) -> Iterator[Arrived]:
        """Everything that lies there complete, in any order.

        Args:
            known: keys of what has been given before, which is left out.
            assignments: for which the service works; everything else is left out.
        """
        ...

    def collect(self, arrived: Arrived) -> str:
        """Put a submission, whole or not at all, into the course folder, in the place of what was handed in before.

        Returns:
            Why it cannot be a submission of this student; empty where it was put there.
        """
        ...

    def release(self, arrived: Arrived, pages: Mapping[str, bytes]) -> bool:
        """Put feedback where its student, and nobody else, finds it; the same again replaces it.

        Args:
            arrived: the submission, the last of its student and assignment that was collected.
            pages: notebook → page.

        Returns:
            Whether the student can find it.
        """
        ...

    def listen(self, heard: Callable[[], object]) -> None:
        """Call ``heard``, from any thread, whenever something may have arrived; may do nothing."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


def open_source(name: str, course: Course) -> Source:
    """The source that a course has chosen.

    Args:
        name: "module.Class", called with the course.
        course: whose submissions they are.

    Raises:
        CourseError: there is no such class, or it cannot be used in this course.
    """
    module, _, wanted = name.rpartition(".")
    try:
        found: Callable[[Course], Source] = getattr(import_module(module), wanted)
    except (ImportError, AttributeError, ValueError) as problem:
        raise CourseError(
            f"nbgrader_config.py sets c.Watch.source = {name!r}, which cannot be loaded: {problem}.",
            name,
            remedy="Name a class that is a source, such as 'autograder.watch.folder.ExchangeFolder'.",
        ) from None
    return found(course)

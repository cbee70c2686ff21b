"""ngshare, the exchange of a JupyterHub, as a source: a web service, which is asked again and again."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Container, Iterator, Mapping
from datetime import timedelta

from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.plugins.ngshare import NgshareCollect, in_words
from autograder.watch.source import Arrived


class Ngshare:
    """The ngshare of the course's configuration (``configureExchange(c, url)``).

    Whoever runs the service needs a token of the Hub in ``JUPYTERHUB_API_TOKEN``, as a service of the Hub has, and has
    to be an instructor of the course there.

    Args:
        course: whose submissions it holds.
    """

    look_seconds = 2.0  # each look is a request for each assignment
    arrives_late = timedelta(0)  # ngshare says itself when something was handed in

    def __init__(self, course: Course) -> None:
        self._course = course
        self._collects: dict[str, NgshareCollect] = {}
        self._look_at = 0.0
        self.warning = ""
        self.notices = f"asking ngshare every {self.look_seconds:g} s"

    def arrived(self, known: Container[str], assignments: Collection[str]) -> Iterator[Arrived]:
        """Everything that was handed in; see :class:`~autograder.watch.source.Source`.

        Raises:
            CourseError: ngshare does not answer, or refuses.
        """
        if time.monotonic() < self._look_at:
            return
        for assignment in self._released(assignments):
            try:
                for student, stamp in self._of(assignment).listed():
                    key = f"{student}+{assignment}+{in_words(stamp)}"
                    if key not in known:
                        yield Arrived(key, student, assignment, stamp)
            except (OSError, ValueError, KeyError, TypeError) as problem:
                raise _trouble(problem) from None
        self._look_at = time.monotonic() + self.look_seconds

    def collect(self, arrived: Arrived) -> str:
        """Take a submission as `nbgrader collect` does here, with the same bounds."""
        try:
            return self._of(arrived.assignment).take(arrived.student, arrived.submitted)
        except OSError as problem:
            raise self._course.trouble(problem) or _trouble(problem) from None

    def release(self, arrived: Arrived, pages: Mapping[str, bytes]) -> bool:
        """Put the pages where `nbgrader fetch_feedback` finds them."""
        try:
            self._of(arrived.assignment).put_out(arrived.student, arrived.submitted, pages)
        except OSError as problem:
            raise _trouble(problem) from None
        except ValueError:  # ngshare has no such submission any more; where it refuses everything, `arrived` says so
            return False
        return True

    def listen(self, heard: Callable[[], object]) -> None:
        """Nothing is to be heard: ngshare calls nobody."""

    def close(self) -> None:
        """Nothing to be stopped."""

    def _released(self, assignments: Collection[str]) -> Collection[str]:
        """Those of them that ngshare knows; of others it could not say who handed in."""
        try:
            there = self._of("").released()
        except (OSError, ValueError) as problem:
            raise _trouble(problem) from None
        return [name for name in assignments if name in there]

    def _of(self, assignment: str) -> NgshareCollect:
        if assignment not in self._collects:
            self._collects[assignment] = NgshareCollect.of(self._course, assignment)
        return self._collects[assignment]


def _trouble(problem: Exception) -> CourseError:
    return CourseError(
        f"ngshare, where students hand in, does not do what it is asked: {problem}.",
        remedy="See whether it runs, and whether this service is an instructor of the course there.",
    )

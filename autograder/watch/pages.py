"""Pages of feedback: made by the service itself while that is quick, and in a process of its own where it is not."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import chdir
from pathlib import Path

from autograder.course.course import Course
from autograder.deadline import bounded
from autograder.pages.shows import Shows
from autograder.plugins.feedback import FeedbackPages
from autograder.template import Template
from autograder.workers.pool import Pool

QUICK_SECONDS = 1.0  # of processor time, in which nothing else is done; an honest page takes a tenth of it


class NotYet(Exception):
    """A page is being made elsewhere; what asked for it asks again when that is done.

    Attributes:
        page: done when the page is there.
    """

    def __init__(self, page: Future[bytes]) -> None:
        super().__init__("a page takes long")
        self.page = page


def make(root: Path, student: str, template: Template, shows: Shows, said: str) -> bytes:
    """Make a page in another process; see :meth:`FeedbackPages.page`."""
    with chdir(root):
        return _pages(root).page(student, template, shows, said)


@functools.cache
def _pages(_: Path) -> FeedbackPages:
    return FeedbackPages(Course.here())


class Pages:
    """The pages of a course, none of which holds up the service.

    Args:
        course: whose configuration says how.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._here = FeedbackPages(course)
        self._elsewhere: dict[tuple[str, str, str, Shows, str], Future[bytes]] = {}
        self._pool: Pool | None = None

    def page(self, student: str, template: Template, shows: Shows = Shows.ALL, said: str = "") -> bytes:
        """The page of a graded notebook, as :meth:`FeedbackPages.page`.

        Raises:
            NotYet: it takes long.
        """
        key = (student, template.assignment, template.notebook, shows, said)
        known = self._elsewhere.get(key)
        if known is not None and known.done():
            return known.result()
        if known is not None:
            raise NotYet(known)
        if any(other[:2] == key[:2] for other in self._elsewhere):  # one second for all pages of a submission
            return self._send_elsewhere(key, template)
        return bounded(
            "making a page at once",
            QUICK_SECONDS,
            lambda: self._here.page(student, template, shows, said),
            lambda _late: self._send_elsewhere(key, template),
            kills=False,
        )

    def _send_elsewhere(self, key: tuple[str, str, str, Shows, str], template: Template) -> bytes:
        self._pool = self._pool or Pool(1)
        student, _, _, shows, said = key
        page = self._pool.submit(make, self._course.root, student, template, shows, said)
        self._elsewhere[key] = page
        raise NotYet(page)

    def write(self, student: str, assignment: str, pages: Mapping[str, bytes]) -> None:
        """Put pages where `nbgrader generate_feedback` does; see :meth:`FeedbackPages.write`."""
        self._here.write(student, assignment, pages)

    def forget(self, student: str, assignment: str) -> None:
        """Let go of what was made elsewhere for a submission; the next time everything is made anew."""
        for key in [key for key in self._elsewhere if key[:2] == (student, assignment)]:
            self._elsewhere.pop(key).cancel()
        if not self._elsewhere:
            self.close()

    def close(self) -> None:
        """End the other process."""
        self._elsewhere.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=False)
        self._pool = None

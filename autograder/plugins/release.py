"""What `nbgrader release_feedback` does, for one submission and any page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.course.course import Course
from autograder.course.files import write_atomically
from autograder.errors import CourseError
from autograder.plugins.collect import SECRET

_MAX_SECRET = 10_000  # bytes; nbgrader's has 128


class FeedbackFolder:
    """The folder of the exchange in which students find their feedback.

    Args:
        course: whose configuration says where it is.

    Raises:
        CourseError: it cannot be used.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        nbgraders = ExchangeReleaseFeedback(coursedir=course.coursedir, parent=course.parent)
        try:
            nbgraders.init_dest()
        except (ExchangeError, OSError) as problem:
            raise CourseError(f"Feedback cannot be released into the exchange {nbgraders.root}: {problem}") from None
        self._folder = Path(nbgraders.dest_path)

    def release(self, student: str, assignment: str, pages: Mapping[str, bytes]) -> bool:
        """Put pages where only who handed in can find them; each is replaced whole.

        Args:
            student: whose submission, as it was collected last, they are about.
            assignment: by name.
            pages: notebook → page.

        Returns:
            Whether anybody can find them: not where what was handed in holds no secret.
        """
        content = self._course.submission(student, assignment).content(SECRET, _MAX_SECRET)
        secret = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")  # as nbgrader reads it
        if not secret:
            return False
        for notebook, page in pages.items():
            name = notebook_hash(secret=secret, notebook_id=notebook)
            write_atomically(self._folder / f"{name}.html", page)
        return True

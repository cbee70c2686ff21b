"""`nbgrader release_feedback`: for a class of which some did not use the exchange, and for one submission."""

from __future__ import annotations

import glob
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.course.course import Course
from autograder.course.files import write_atomically
from autograder.course.submissions.submitted import TIMESTAMP, SubmittedFolder
from autograder.errors import CourseError
from autograder.plugins.collect import SECRET

_MAX_SECRET = 10_000  # bytes; nbgrader's has 128
_SHOWN = 20  # students


class SparingRelease:
    """What goes before nbgrader's or ngshare's class: pages that nobody could fetch keep nobody else's back.

    Left alone, both stop at the first submission that was put into the course folder by hand, without the files that
    the exchange writes, and release nothing.
    """

    needed: tuple[str, ...] = (TIMESTAMP, SECRET)  # beside a page
    coursedir: Any
    log: Any
    src_path: str

    def copy_files(self) -> None:
        """Release one student after the other; who has no way to fetch a page is named at the end."""
        left_out: list[Path] = []
        pattern = self.src_path
        pages = glob.glob(f"{pattern}/*.html")  # noqa: PTH207  the pattern is that of nbgrader, for whole paths
        for folder in sorted({Path(page).parent for page in pages}):
            if all((folder / name).is_file() for name in self.needed):
                self.src_path = glob.escape(str(folder))
                super().copy_files()  # type: ignore[misc]  # of the class that this one goes before
            else:
                left_out.append(folder)
        self.src_path = pattern
        self._tell(dict(self._students(left_out)))

    def _students(self, folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
        named = (self.coursedir.feedback_directory, "(?P<student>.*)", self.coursedir.assignment_id)
        pattern = re.compile(self.coursedir.format_path(*named, escape=True))
        excluded = (self.coursedir.student_id_exclude or "").split(",")
        for folder in folders:
            found = pattern.fullmatch(str(folder))
            if found and found["student"] not in excluded:
                yield found["student"], folder

    def _tell(self, left_out: Mapping[str, Path]) -> None:
        if not left_out:
            return
        names = ", ".join(list(left_out)[:_SHOWN]) + (" …" if len(left_out) > _SHOWN else "")
        self.log.warning(
            "Not released, because it was not handed in through the exchange, where nobody could fetch it: the "
            "feedback of %s. Give them their pages, such as those in %s, in another way. Everybody else's is released.",
            names,
            next(iter(left_out.values())),
        )


class SparingReleaseFeedback(SparingRelease, ExchangeReleaseFeedback):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's release of feedback; for ``c.ExchangeFactory``.

    A page is released for every notebook that a student handed in, under whatever name: only there do the student's
    nbgrader and assignment list look.
    """

    dest_path: str

    def copy_files(self) -> None:
        """Release the pages, and then those of notebooks under other names."""
        super().copy_files()
        course = Course(self.coursedir, self)
        pages = glob.glob(f"{self.src_path}/*.html")  # noqa: PTH207  as above
        for student, folder in self._students(sorted({Path(page).parent for page in pages})):
            if all((folder / name).is_file() for name in self.needed):
                submission = course.submission(student, self.coursedir.assignment_id)
                _release_other_names(Path(self.dest_path), submission, _pages_in(folder))


def _pages_in(folder: Path) -> dict[str, bytes]:
    return {page.stem: page.read_bytes() for page in sorted(folder.glob("*.html"))}


def _release_other_names(folder: Path, submission: SubmittedFolder, pages: Mapping[str, bytes]) -> None:
    secret = _secret(submission)
    for name, notebook in other_names(submission, pages).items() if secret else ():
        write_atomically(folder / f"{notebook_hash(secret=secret, notebook_id=name)}.html", pages[notebook])


def other_names(submission: SubmittedFolder, notebooks: Collection[str]) -> dict[str, str]:
    """Notebooks that were handed in under names of their own, with the notebook of the assignment that they stand for.

    nbgrader looks for a page for each notebook of a submission, by its name, and shows a student that there is
    feedback where each has one: without pages for these, who renamed the notebook, or has one more, finds nothing.

    Args:
        submission: the folder that was handed in.
        notebooks: of the assignment, which have pages.

    Returns:
        Name → notebook whose page it gets: one that is missing under its own name, or else the first.
    """
    others = submission.other_notebooks({f"{notebook}.ipynb" for notebook in notebooks})
    names = [name.removesuffix(".ipynb") for name in others if name.endswith(".ipynb") and "/" not in name]
    own = [notebook for notebook in notebooks if not submission.content(f"{notebook}.ipynb", 1)]
    page = next(iter([*own, *notebooks]), None)
    return {} if page is None else dict.fromkeys(names, page)


def _secret(submission: SubmittedFolder) -> str:
    content = submission.content(SECRET, _MAX_SECRET).decode("utf-8", "replace")
    return content.replace("\r\n", "\n").replace("\r", "\n")  # as nbgrader reads it


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
            raise CourseError(
                f"Feedback cannot be released into the exchange {nbgraders.root}: {str(problem).rstrip('.')}.",
                str(problem),
                remedy="Let yourself write there, or correct c.Exchange.root.",
            ) from None
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
        submission = self._course.submission(student, assignment)
        secret = _secret(submission)
        if not secret:
            return False
        for notebook, page in pages.items():
            name = notebook_hash(secret=secret, notebook_id=notebook)
            write_atomically(self._folder / f"{name}.html", page)
        _release_other_names(self._folder, submission, pages)
        return True

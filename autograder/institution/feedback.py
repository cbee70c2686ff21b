"""The pages of feedback of a class, as a zip that Moodle hands out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.course import Course
from autograder.institution.filling import Outcome, Plan
from autograder.institution.moodle import feedback_name, participant_number

_READY = (Outcome.NEW, Outcome.CHANGED, Outcome.SAME, Outcome.REFUSED)


@dataclass(frozen=True)
class Feedback:
    """What goes into the zip, and what does not."""

    pages: Mapping[str, Path]  # place in the zip → page
    students: int
    absent: tuple[str, ...]  # students with points and no page
    old: tuple[str, ...]  # students whose page is older than their grade


def feedback(course: Course, plan: Plan, notebooks: tuple[str, ...]) -> Feedback:
    """The pages of the students whose points are in a plan.

    Args:
        course: whose feedback folder is read.
        plan: of a worksheet of Moodle, which knows the participants' numbers.
        notebooks: of the assignment.
    """
    ready = {line.student: line.assignment for line in plan.lines if line.outcome in _READY}
    pages: dict[str, Path] = {}
    absent: list[str] = []
    old: list[str] = []
    for row in plan.opened.rows:
        student = plan.owners.get(row.number, "")
        if student not in ready:
            continue
        own = course.folder("feedback", student, ready[student])
        graded = course.folder("autograded", student, ready[student])
        found = {name: own / f"{name}.html" for name in notebooks if (own / f"{name}.html").is_file()}
        if len(found) < len(notebooks):
            absent.append(student)
            continue
        if any(_older(page, graded / f"{name}.ipynb") for name, page in found.items()):
            old.append(student)
        for name, page in found.items():
            shown = "feedback.html" if len(notebooks) == 1 else f"feedback-{name}.html"
            pages[feedback_name(participant_number(row), shown)] = page
    students = len({place.partition("/")[0] for place in pages})
    return Feedback(pages, students, tuple(absent), tuple(old))


def zipped(found: Feedback) -> bytes:
    """The content of the zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, page in found.pages.items():
            archive.writestr(name, page.read_bytes())
    return content.getvalue()


def _older(page: Path, graded: Path) -> bool:
    return graded.is_file() and page.stat().st_mtime < graded.stat().st_mtime

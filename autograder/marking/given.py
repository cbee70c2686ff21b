"""The marks that TAs have given so far, and whether they were given for the answers as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook

from autograder.course.results.marks import MarkOrigin
from autograder.template import Template


@dataclass(frozen=True)
class Mark:
    """Points and comment that a TA has given one answer so far."""

    points: float | None = None
    comment: str = ""
    outdated: bool = False  # the answer has changed since, or may have, where nobody noted which one was marked

    @property
    def stands(self) -> bool:
        """Whether these are points for the answer as it is now."""
        return self.points is not None and not self.outdated


def rows_of_gradebook(gradebook: Gradebook, template: Template, kind: type[Grade] | type[Comment]) -> Iterator[Any]:
    """The rows of one kind for all submissions of a notebook.

    Args:
        gradebook: of the course.
        template: of the notebook.
        kind: nbgrader's ``Grade`` or ``Comment``.

    Yields:
        Student and row, for each cell.
    """
    notebook = gradebook.find_notebook(template.notebook, template.assignment)
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, kind)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(kind, kind.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedNotebook.notebook_id == notebook.id)
    )
    yield from rows


def marks_of(gradebook: Gradebook, template: Template) -> tuple[dict[str, dict[str, Mark]], dict[str, set[str]]]:
    """The marks of the parts of a notebook, as the gradebook holds them; a mark may have no points yet.

    Args:
        gradebook: open.
        template: of the notebook.

    Returns:
        Part → student → mark, and part → students whose points wait for nobody, because they did not answer.
    """
    comments = {
        (who, row.name): row.manual_comment or "" for who, row in rows_of_gradebook(gradebook, template, Comment)
    }
    found: dict[str, dict[str, Mark]] = {}
    settled: dict[str, set[str]] = {}
    for student, row in rows_of_gradebook(gradebook, template, Grade):
        waits = bool(row.needs_manual_grade) and row.manual_score is not None
        comment = comments.get((student, row.name), "")
        found.setdefault(row.name, {})[student] = Mark(row.manual_score, comment, outdated=waits)
        if row.auto_score is not None:
            settled.setdefault(row.name, set()).add(student)
    return found, settled


def noted_answers(origins: Mapping[tuple[str, str, str], MarkOrigin], notebook: str, grade_id: str) -> dict[str, str]:
    """Student → digest of the answer that was marked.

    Args:
        origins: (notebook, part, student) → where a mark came from.
        notebook: whose marks are asked for.
        grade_id: of the part.
    """
    return {who: one.answer for (book, name, who), one in origins.items() if (book, name) == (notebook, grade_id)}


def compared(marks: Mapping[str, Mark], now: Mapping[str, str], noted: Mapping[str, str]) -> dict[str, Mark]:
    """The marks; one that was given before the answer was graded again stands where the answer is the same.

    Args:
        marks: of one part, by student.
        now: student → digest of the answer as it is.
        noted: student → digest of the answer that was marked.
    """
    return {
        student: replace(mark, outdated=False)
        if mark.outdated and noted.get(student) == now.get(student, "-")
        else mark
        for student, mark in marks.items()
    }

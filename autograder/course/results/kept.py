"""The verdicts and answers that the records hold of one notebook's submissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import nbformat

from autograder.course.cache import folder_of_records, read_verdicts
from autograder.course.course import Course
from autograder.errors import UnreadableNotebook
from autograder.grading.record import KeptVerdicts
from autograder.grading.restoring.intake import read_notebook
from autograder.template import Template, grade_id_of


@dataclass(frozen=True)
class KeptClass:
    """What is kept of one notebook.

    Attributes:
        template: of the notebook.
        verdicts: student → what is kept; by name.
        unread: students whose record is of another version, or damaged; they have to be graded again.
        solutions: ``grade_id`` → the instructor's answer.
    """

    template: Template
    verdicts: Mapping[str, KeptVerdicts]
    unread: tuple[str, ...]
    solutions: Mapping[str, str]

    def answers_to(self, test: str) -> tuple[str, ...]:
        """``grade_id`` of the answer cells that a test cell judges: those between it and the test cell before."""
        found: list[str] = []
        for cell in self.template.cells:
            if cell.grade_id == test:
                return tuple(found)
            if cell.is_test:
                found = []
            elif cell.solution and cell.cell_type == "code":
                found.append(cell.grade_id)
        return ()


def read_kept(course: Course, template: Template) -> KeptClass:
    """Read the records of one notebook's submissions, without their evidence.

    Args:
        course: whose folder is read.
        template: of the notebook.
    """
    folder = folder_of_records(course.root, template.assignment, template.notebook)
    read = {path.stem: read_verdicts(path) for path in sorted(folder.glob("*.jsonl"))}
    return KeptClass(
        template=template,
        verdicts={student: kept for student, kept in read.items() if kept is not None},
        unread=tuple(student for student, kept in read.items() if kept is None),
        solutions=_solutions(course, template),
    )


def _solutions(course: Course, template: Template) -> dict[str, str]:
    path = course.folder("source", ".", template.assignment) / f"{template.notebook}.ipynb"
    answers = {cell.grade_id for cell in template.cells if cell.solution}
    try:
        cells: list[nbformat.NotebookNode] = list(read_notebook(path.read_bytes()).cells)
    except (OSError, UnreadableNotebook):
        return {}
    return {grade_id_of(cell): cell.source for cell in cells if grade_id_of(cell) in answers}

"""One submission from the bytes that were handed in to its graded notebook: a pure function of its task."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nbformat

from autograder.grading import CellGrade, grade
from autograder.intake import UnreadableNotebook, read_notebook
from autograder.restore import Restored, restore
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template


@dataclass(frozen=True)
class Task:
    """Everything that grading one notebook needs; it can travel to another machine."""

    student: str
    content: bytes | None  # the file as handed in; None where it was not handed in at all
    template: Template
    files: Mapping[str, bytes]  # the assignment's own data files by relative name
    extra: Mapping[str, bytes]  # other files that the student handed in; the assignment's own win
    limits: Limits
    beside_the_student: tuple[str, ...] = ()  # test cells that run in the student's process (see grading.grade)


@dataclass(frozen=True)
class Finished:
    """A graded notebook as it is to be written."""

    student: str
    name: str  # of the notebook
    notebook: nbformat.NotebookNode
    grades: tuple[CellGrade, ...]
    notes: tuple[str, ...]
    seconds: float  # wall time of grading

    @property
    def needs_review(self) -> bool:
        """Whether a test cell could not be judged."""
        return any(cell.points is None for cell in self.grades)


def restored(template: Template, content: bytes | None) -> Restored:
    """The submission in the shape of the assignment; what cannot be read becomes an empty one that says so."""
    try:
        if content is None:
            raise UnreadableNotebook(f"The notebook {template.notebook}.ipynb was not handed in.")
        return restore(template, read_notebook(content).cells)
    except UnreadableNotebook as problem:
        return Restored(restore(template, ()).notebook, (f"{problem} Nothing of it could be graded.",))


def grade_submission(task: Task, sandbox: Sandbox) -> Finished:
    """Restore, run and judge one submission."""
    started = time.monotonic()
    ready = restored(task.template, task.content)
    with sandbox.session({**task.extra, **task.files}, task.limits) as session:
        graded = grade(ready.notebook, task.template, session, task.files, task.beside_the_student)
    notes = (*ready.notes, *graded.notes)
    with_notes(graded.notebook, notes)
    return Finished(
        task.student, task.template.notebook, graded.notebook, graded.grades, notes, time.monotonic() - started
    )


def with_notes(notebook: nbformat.NotebookNode, notes: Sequence[str]) -> None:
    """Put what was restored, ignored or ended early at the top of the notebook, for the student and the TA."""
    if not notes:
        return
    lines = "\n".join(f"- {html.escape(note)}" for note in notes)
    cell = nbformat.v4.new_markdown_cell(f"**Notes of the grader**\n\n{lines}")
    cell["id"] = "grader-notes"
    notebook.cells.insert(0, cell)

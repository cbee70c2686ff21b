"""The written answers of a class, with what nbgrader's gradebook holds of their marks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook

from autograder.beside import answer_cells, is_written, text_of
from autograder.plugins.course import Course, CourseError
from autograder.plugins.feedback_formgrader import regions
from autograder.plugins.feedback_notebook import remarks_beside
from autograder.template import Template
from autograder.written.groups import Answer, Group, grouped


@dataclass(frozen=True)
class Marked:
    """What a person has given for one answer so far."""

    points: float | None = None
    comment: str = ""


@dataclass(frozen=True)
class WrittenPart:
    """One part that is answered in words."""

    name: str  # "q5b-description"; with the notebook's name before it where an assignment has several
    notebook: str
    grade_id: str
    most: float  # points
    question: str  # Markdown
    scheme: str  # Markdown
    groups: tuple[Group, ...]
    attachments: Mapping[str, Mapping[str, Any]]  # student → pictures in the answer
    remarks: Mapping[str, tuple[str, ...]]  # student → numbers that do not fit the student's own results
    marked: Mapping[str, Marked]  # by student

    @cached_property
    def digests(self) -> dict[str, str]:
        """Student → digest of the answer, which tells whether it is still the same."""
        return {answer.student: _digest(answer) for group in self.groups for answer in group.answers}


@dataclass(frozen=True)
class Written:
    """All written parts of an assignment."""

    assignment: str
    parts: tuple[WrittenPart, ...]
    ungraded: tuple[str, ...]  # students whose hand-in has not been graded yet, so that it is not among the answers

    def by_name(self) -> dict[str, WrittenPart]:
        """Name → part."""
        return {part.name: part for part in self.parts}


def read_written(course: Course, gradebook: Gradebook, assignment: str) -> Written:
    """Read autograded notebooks and marks, and group the answers.

    Raises:
        CourseError: there is no such assignment, no written part, or nothing graded.
    """
    templates = course.templates(gradebook, assignment)
    parts: list[WrittenPart] = []
    ungraded: set[str] = set()
    for template in templates:
        known = [cell for cell in template.cells if is_written(cell)]
        if not known:
            continue
        notebooks = dict(_notebooks(course, template))
        ungraded.update(set(course.students(assignment)) - set(notebooks))
        prefix = f"{template.notebook}: " if len(templates) > 1 else ""
        parts.extend(_parts(gradebook, template, notebooks, prefix))
    if not parts:
        raise CourseError(f"{assignment!r} has no part that is answered in words.")
    if not any(part.groups for part in parts):
        raise CourseError(f"Nothing of {assignment!r} has been graded. Grade it first: autograder grade {assignment}")
    return Written(assignment, tuple(parts), tuple(sorted(ungraded)))


def rows_of_gradebook(gradebook: Gradebook, template: Template, kind: type[Grade] | type[Comment]) -> Iterator[Any]:
    """Student and row of ``kind`` for every cell of every submission of a notebook."""
    notebook = gradebook.find_notebook(template.notebook, template.assignment)
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, kind)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(kind, kind.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedNotebook.notebook_id == notebook.id)
    )
    yield from rows


def _notebooks(course: Course, template: Template) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    for student in course.students(template.assignment):
        path = course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"
        if path.is_file():
            yield student, nbformat.read(path, as_version=4)


def _parts(
    gradebook: Gradebook, template: Template, notebooks: Mapping[str, nbformat.NotebookNode], prefix: str
) -> Iterator[WrittenPart]:
    marked = _marked(gradebook, template)
    given = {student: answer_cells(notebook, template) for student, notebook in notebooks.items()}
    cells = {student: _by_id(notebook) for student, notebook in notebooks.items()}
    texts = _texts(template)
    for cell in template.cells:
        if not is_written(cell):
            continue
        name = cell.grade_id
        own = {student: found[name] for student, found in given.items() if name in found}
        attachments = {student: _attachments(answered) for student, answered in own.items()}
        answers = [Answer(who, text_of(answered), _pictures(attachments[who])) for who, answered in own.items()]
        said = {student: tuple(remarks_beside(found[name])) for student, found in cells.items() if name in found}
        yield WrittenPart(
            f"{prefix}{name}",
            template.notebook,
            name,
            cell.points,
            *texts[name],
            groups=grouped(answers, set(notebooks) - set(own)),
            attachments=attachments,
            remarks=said,
            marked=marked.get(name, {}),
        )


def _by_id(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    return {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in notebook.cells}


def _texts(template: Template) -> dict[str, tuple[str, str]]:
    """``grade_id`` → question and marking scheme: of the cell itself, and of the texts before it."""
    found: dict[str, tuple[str, str]] = {}
    question, schemes = "", list[str]()
    for cell in template.cells:
        schemes += regions(cell.source)
        if is_written(cell):
            found[cell.grade_id] = (cell.released if cell.task else question, "\n\n".join(schemes))
            question, schemes = "", []
        elif cell.cell_type == "markdown" and cell.locked:
            question = cell.released
    return found


def _marked(gradebook: Gradebook, template: Template) -> dict[str, dict[str, Marked]]:
    comments = {
        (who, row.name): row.manual_comment or "" for who, row in rows_of_gradebook(gradebook, template, Comment)
    }
    found: dict[str, dict[str, Marked]] = {}
    for student, row in rows_of_gradebook(gradebook, template, Grade):
        found.setdefault(row.name, {})[student] = Marked(row.manual_score, comments.get((student, row.name), ""))
    return found


def _attachments(cells: list[nbformat.NotebookNode]) -> dict[str, Any]:
    return {name: bundle for cell in cells for name, bundle in cell.get("attachments", {}).items()}


def _pictures(attachments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(attachments, sort_keys=True).encode()).hexdigest() if attachments else ""


def _digest(answer: Answer) -> str:
    return hashlib.sha256(f"{answer.attached}\n{answer.text}".encode()).hexdigest()[:16]


class SheetRecord:
    """Which answers a sheet was made of, so that marks never go to a text that nobody has read.

    Args:
        root: the course folder.
        assignment: whose sheet it is.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self.path = root / ".autograder" / assignment / "written.json"

    def read(self) -> dict[str, dict[str, str]]:
        """Part → student → digest; empty where no sheet was made here."""
        try:
            found = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @staticmethod
    def content(written: Written) -> bytes:
        """What is kept of a sheet."""
        return json.dumps({part.name: part.digests for part in written.parts}).encode()

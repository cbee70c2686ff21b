"""nbgrader's gradebook: an assignment's cells in it, and its version."""

from __future__ import annotations

import functools
import json
from collections.abc import Container, Hashable, Mapping
from pathlib import Path
from typing import Any

import nbgrader.api
from nbgrader.api import Assignment, Gradebook, GradeCell, Notebook, SourceCell, TaskCell

from autograder.errors import CourseError, UnreadableNotebook
from autograder.grading.restoring.intake import read_notebook
from autograder.pages.parts import NO_RESPONSE
from autograder.template import Delimiters, Template, TemplateCell, grade_id_of


@functools.cache
def newest_version() -> str:
    """The version of the gradebooks that the installed nbgrader makes."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(Path(nbgrader.api.__file__).parent / "alembic").get_current_head())


def start_no_program() -> None:
    """Have nbgrader ask :func:`newest_version` when it makes a gradebook.

    It would start a program by name, which loads all its libraries again, for three seconds, and which is not found
    where the environment is not activated.
    """
    nbgrader.api.get_alembic_version = newest_version


def read_template(
    gradebook: Gradebook, assignment: str, notebook: str, source: Path, delimiters: Delimiters
) -> Template:
    """The cells of a notebook as `nbgrader generate_assignment` recorded them.

    Args:
        gradebook: of the course.
        assignment: by name.
        notebook: by name.
        source: the instructor's notebook; the order of cells, which the gradebook does not keep, is taken from it.
        delimiters: of the course, which tell what of a cell students got.

    Raises:
        nbgrader.api.MissingEntry: the gradebook does not know this assignment or notebook.
    """
    entry = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in [*entry.grade_cells, *entry.task_cells]}
    grade = {cell.name for cell in entry.grade_cells}
    solution = {cell.name for cell in entry.solution_cells}
    tasks = {cell.name for cell in entry.task_cells}
    in_source = _cells_of(source)
    order = {grade_id_of(cell): place for place, cell in enumerate(in_source)}
    texts = {cell.source.strip() for cell in in_source if not grade_id_of(cell)}
    cells = [
        TemplateCell(
            grade_id=cell.name,
            cell_type=cell.cell_type,
            source=cell.source,
            released=delimiters.released(cell.source),
            locked=bool(cell.locked),
            grade=cell.name in grade,
            solution=cell.name in solution,
            task=cell.name in tasks,
            points=points.get(cell.name, 0.0),
            checksum=cell.checksum or "",
        )
        for cell in entry.source_cells
    ]
    cells.sort(key=lambda cell: order.get(cell.grade_id, len(order)))
    return Template(assignment, notebook, tuple(cells), _kernelspec(entry.kernelspec), delimiters, tuple(sorted(texts)))


def in_python(template: Template) -> Template:
    """The template, if its notebook is one in Python.

    Raises:
        CourseError: it is in another language.
    """
    language = str(template.kernelspec.get("language") or "python")
    if not language.lower().startswith(("python", "ipython")):
        raise CourseError(
            f"{template.assignment}/{template.notebook}.ipynb is written in {language!r} (kernel "
            f"{template.kernelspec.get('name')!r}); this grader runs Python only.",
            language,
            "python",
            "Grade it with stock nbgrader, in a course folder without `configure(c)`.",
        )
    return template


def assignments_with_notebooks(gradebook: Gradebook) -> tuple[str, ...]:
    """Names of the assignments that something can be handed in for."""
    query = gradebook.db.query(Assignment.name).join(Notebook, Notebook.assignment_id == Assignment.id)
    return tuple(sorted({name for (name,) in query}))


def state_of(gradebook: Gradebook, assignment: str) -> Hashable:
    """What changes whenever an assignment's cells or due date do, as by `nbgrader generate_assignment`.

    Args:
        gradebook: open.
        assignment: its name; one that is not known has a state too.

    Returns:
        To be compared with another one, and nothing else.
    """
    notebooks = (
        gradebook.db.query(Assignment.id, Assignment.duedate, Notebook.id, Notebook.name)
        .join(Notebook, Notebook.assignment_id == Assignment.id)
        .filter(Assignment.name == assignment)
        .order_by(Notebook.id)
        .all()
    )
    ids = [row[2] for row in notebooks]
    kinds = (
        (SourceCell, (SourceCell.id, SourceCell.name, SourceCell.source, SourceCell.locked)),
        (GradeCell, (GradeCell.id, GradeCell.name, GradeCell.max_score)),
        (TaskCell, (TaskCell.id, TaskCell.name, TaskCell.max_score)),
    )
    cells = (
        gradebook.db.query(*columns).filter(kind.notebook_id.in_(ids)).order_by(kind.id) for kind, columns in kinds
    )
    return tuple(map(tuple, notebooks)), *(tuple(map(tuple, found)) for found in cells)


def _cells_of(source: Path) -> list[Any]:
    try:
        return list(read_notebook(source.read_bytes()).cells)
    except (OSError, UnreadableNotebook):
        return []


def _kernelspec(recorded: str | None) -> dict[str, Any]:
    spec = json.loads(recorded) if recorded else {}
    return spec if isinstance(spec, dict) else {}


def write_grades(submitted: Any, template: Template, points: Mapping[str, float | None], blank: Container[str]) -> None:
    """Set automatic points and comments of a submitted notebook; the caller commits.

    Manual scores and comments are never touched; a cell that has one is marked for another look, as nbgrader does.

    Args:
        submitted: nbgrader's ``SubmittedNotebook``.
        template: of this notebook.
        points: of its test cells; ``None`` needs review.
        blank: cells that the student left as they were released.
    """
    known = template.by_id()
    by_hand = {cell.grade_id: 0.0 if cell.grade_id in blank and not cell.task else None for cell in template.cells}
    write_points(submitted, {**by_hand, **points})
    for comment in submitted.comments:
        unanswered = comment.name in blank and not known[comment.name].task
        comment.auto_comment = NO_RESPONSE if unanswered else None


def write_points(submitted: Any, points: Mapping[str, float | None]) -> None:
    """Set the automatic points of some cells of a submitted notebook; the caller commits.

    Args:
        submitted: nbgrader's ``SubmittedNotebook``.
        points: ``grade_id`` → points; ``None`` needs review.
    """
    for grade in submitted.grades:
        if grade.name in points:
            grade.auto_score = points[grade.name]
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None

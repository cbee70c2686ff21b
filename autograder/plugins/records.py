"""Writing grades into nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nbformat

from autograder.grading import CellGrade
from autograder.template import Template


def write_grades(
    submitted: Any, template: Template, notebook: nbformat.NotebookNode, grades: Sequence[CellGrade]
) -> None:
    """Set automatic points and comments of a submitted notebook; the caller commits.

    Manual scores and comments are never touched; a cell that has one is marked for another look, as nbgrader does.

    Args:
        submitted: nbgrader's ``SubmittedNotebook``.
        template: of this notebook.
        notebook: as it was graded.
        grades: of its test cells.
    """
    by_id = {grade.grade_id: grade for grade in grades}
    known = template.by_id()
    sources = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in notebook.cells}
    blank = {name: sources.get(name, cell.released).strip() == cell.released.strip() for name, cell in known.items()}
    for grade in submitted.grades:
        cell = known[grade.name]
        unanswered = 0.0 if blank[grade.name] and not cell.task else None
        score = by_id[grade.name].points if cell.is_test else unanswered
        grade.auto_score = score
        grade.needs_manual_grade = score is None or grade.manual_score is not None
    for comment in submitted.comments:
        cell = known[comment.name]
        comment.auto_comment = "No response." if blank[comment.name] and not cell.task else None

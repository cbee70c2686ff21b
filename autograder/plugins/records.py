"""Writing grades into nbgrader's gradebook."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from autograder.template import Template


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
    for grade in submitted.grades:
        cell = known[grade.name]
        unanswered = 0.0 if grade.name in blank and not cell.task else None
        score = points[grade.name] if cell.is_test else unanswered
        grade.auto_score = score
        grade.needs_manual_grade = score is None or grade.manual_score is not None
    for comment in submitted.comments:
        unanswered = comment.name in blank and not known[comment.name].task
        comment.auto_comment = "No response." if unanswered else None

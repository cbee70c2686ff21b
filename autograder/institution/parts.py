"""The whole gradebook, part by part, as a table and as JSON.

Both are documented in ``docs/grades-to-the-institution.md``; a name that is there stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from autograder.course.results.scores import CellScore, GradedAssignment, Person, Scores, Status, Work
from autograder.institution.sheet import table
from autograder.pages.harmless import for_spreadsheet

FORMAT = 1  # of the JSON; raise it when a name changes its meaning
COLUMNS = (
    "student_id",
    "last_name",
    "first_name",
    "email",
    "lms_user_id",
    "assignment",
    "notebook",
    "cell",
    "kind",
    "status",
    "score",
    "max_score",
    "auto_score",
    "manual_score",
    "extra_credit",
    "needs_mark",
    "comment",
    "notebook_late_penalty",
    "submitted",
    "assignment_score",
    "assignment_max_score",
)


def as_csv(scores: Scores) -> bytes:
    """A row for each student and cell: CSV in UTF-8, in which no cell is a formula.

    What was not handed in has rows as well, with the status ``missing`` and no points.
    """
    rows = (
        [_safe(cell) for cell in row]
        for person in scores.people
        for assignment in scores.assignments
        for row in _rows(person, assignment, scores.work(person.id, assignment.name))
    )
    return table([COLUMNS, *rows])


def as_json(scores: Scores) -> bytes:
    """The same as a tree: assignments with their cells, students with their work."""
    content = {
        "format": FORMAT,
        "assignments": [
            {
                "name": assignment.name,
                "due": _time(assignment.due),
                "max_score": assignment.max_score,
                "cells": [
                    {"notebook": cell.notebook, "cell": cell.cell, "kind": cell.kind, "max_score": cell.max_score}
                    for cell in assignment.cells
                ],
            }
            for assignment in scores.assignments
        ],
        "students": [_student(person, scores) for person in scores.people],
    }
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def _rows(person: Person, assignment: GradedAssignment, work: Work) -> Iterator[list[object]]:
    about = [person.id, person.last_name, person.first_name, person.email, person.lms_user_id, assignment.name]
    for cell in work.cells or assignment.cells:
        points = [cell.auto, cell.manual, cell.extra]
        marked = work.score is not None
        yield [
            *about,
            cell.notebook,
            cell.cell,
            cell.kind,
            _status(work, cell).value,
            cell.score,
            cell.max_score,
            *points,
            int(cell.needs_mark) if marked else None,
            cell.comment,
            (work.penalties or {}).get(cell.notebook) if marked else None,
            _time(work.submitted),
            work.score,
            assignment.max_score,
        ]


def _status(work: Work, cell: CellScore) -> Status:
    if work.score is None:
        return work.status
    return Status.UNFINISHED if cell.needs_mark else Status.GRADED


def _student(person: Person, scores: Scores) -> dict[str, Any]:
    return {
        "student_id": person.id,
        "last_name": person.last_name,
        "first_name": person.first_name,
        "email": person.email,
        "lms_user_id": person.lms_user_id,
        "assignments": [
            _work(assignment, scores.work(person.id, assignment.name)) for assignment in scores.assignments
        ],
    }


def _work(assignment: GradedAssignment, work: Work) -> dict[str, Any]:
    handed_in: dict[str, Any] = {"assignment": assignment.name, "status": work.status.value, "score": work.score}
    if work.score is None:
        return handed_in
    return {
        **handed_in,
        "raw_score": work.raw_score,
        "late_penalty": work.penalty,
        "submitted": _time(work.submitted),
        "cells": [
            {
                "notebook": cell.notebook,
                "cell": cell.cell,
                "score": cell.score,
                "auto_score": cell.auto,
                "manual_score": cell.manual,
                "extra_credit": cell.extra,
                "needs_mark": cell.needs_mark,
                "comment": cell.comment,
            }
            for cell in work.cells
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat(timespec='seconds')}Z"


def _safe(cell: object) -> object:
    """A cell that no spreadsheet program takes for a formula; what is missing is empty."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(("\t", "\r", "\n")) else for_spreadsheet(cell)
    return "" if cell is None else cell

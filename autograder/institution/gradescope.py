"""A graded submission as Gradescope's ``results.json``, in which each check is a test.

The format is specified at https://gradescope-autograders.readthedocs.io/en/latest/specs/ (“Output format”).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import nbformat

from autograder.course.cache import folder_of_records, read_verdicts
from autograder.course.course import Course
from autograder.course.results.scores import CellScore, GradedAssignment, Work
from autograder.grading.record import KeptVerdict
from autograder.template import grade_id_of

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
_HEADING = re.compile(r"[0-9.]+ of [0-9.]+ points")  # above the list of checks of a test cell


def results(
    course: Course, student: str, assignment: GradedAssignment, work: Work, visibility: str = "visible"
) -> dict[str, Any]:
    """The results of one submission.

    Args:
        course: whose folders hold the graded notebook and what is kept of it.
        student: by id.
        assignment: that was handed in.
        work: what the gradebook holds of it; it has a score.
        visibility: one of ``VISIBILITIES``: when students see the results.
    """
    said = {name: _texts(course, student, assignment.name, name) for name in {cell.notebook for cell in work.cells}}
    kept = {
        name: read_verdicts(folder_of_records(course.root, assignment.name, name) / f"{student}.jsonl") for name in said
    }
    several = len(said) > 1
    tests: list[dict[str, Any]] = []
    for number, cell in enumerate(work.cells, 1):
        verdicts = kept[cell.notebook]
        verdict = verdicts.cells.get(cell.cell) if verdicts is not None else None
        name = f"{cell.notebook}: {cell.cell}" if several else cell.cell
        for place, test in enumerate(_tests(cell, verdict, said[cell.notebook].get(cell.cell, "")), 1):
            label = test.pop("label")
            tests.append(
                {
                    "name": f"{name}: {label}" if label else name,
                    "number": f"{number}.{place}",
                    **test,
                    "output_format": "text",
                }
            )
    return {
        "score": work.score,
        "output": _output(assignment, work),
        "output_format": "text",
        "visibility": visibility,
        "tests": tests,
        "extra_data": {
            "assignment": assignment.name,
            "student_id": student,
            "raw_score": work.raw_score,
            "late_penalty": work.penalty,
            "max_score": assignment.max_score,
            "needs_mark": list(work.unfinished),
        },
    }


def as_json(found: dict[str, Any]) -> bytes:
    """The content of the file."""
    return (json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def _tests(cell: CellScore, verdict: KeptVerdict | None, text: str) -> Iterator[dict[str, Any]]:
    """A test for each check; one for the whole cell where a person's mark counts, or there are no checks."""
    same = verdict is not None and verdict.points is not None and verdict.points == cell.auto == cell.score
    if verdict is not None and verdict.checks and same:
        before = list(takewhile(lambda line: not _HEADING.fullmatch(line), text.splitlines()))
        for check in verdict.checks:
            about = [f"Found: {check.got}"] if check.got else []
            about += [f"Hint: {check.hint}"] if check.hint else []
            label, output = check.label.replace("`", ""), "\n".join([*before, *about])
            yield {"label": label, "score": check.earned, "max_score": check.credit, "output": output}
            before = []
        return
    waits = "A person has to mark this." if cell.needs_mark else ""
    said = "\n".join(filter(None, [waits, text, cell.comment]))
    test: dict[str, Any] = {"label": "", "max_score": cell.max_score, "output": said}
    yield test if cell.score is None else {"score": cell.score, **test}


def _texts(course: Course, student: str, assignment: str, notebook: str) -> dict[str, str]:
    """``grade_id`` → what a test cell of the graded notebook shows."""
    path: Path = course.folder("autograded", student, assignment) / f"{notebook}.ipynb"
    if not path.is_file():
        return {}
    cells = nbformat.read(path, as_version=4).cells
    shown = {grade_id_of(cell): cell.get("outputs", []) for cell in cells if cell.cell_type == "code"}
    return {
        name: "\n".join(
            output["data"].get("text/plain", "") for output in outputs if output["output_type"] == "display_data"
        )
        for name, outputs in shown.items()
        if name
    }


def _output(assignment: GradedAssignment, work: Work) -> str:
    said = [f"{work.score:g} of {assignment.max_score:g} points"]
    if work.penalty:
        said.append(f"{work.penalty:g} points are taken off for late work.")
    if work.unfinished:
        said.append(f"Not marked yet: {', '.join(work.unfinished)}")
    return "\n".join(said)

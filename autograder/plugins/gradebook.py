"""Reading an assignment's cells out of nbgrader's gradebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.intake import UnreadableNotebook, read_notebook
from autograder.template import BEGIN_HIDDEN, END_HIDDEN, Template, TemplateCell, without_region

BEGIN_SCHEME = "BEGIN MARK SCHEME"
END_SCHEME = "END MARK SCHEME"


def read_template(gradebook: Gradebook, assignment: str, notebook: str, source: Path) -> Template:
    """The cells of a notebook as `nbgrader generate_assignment` recorded them.

    The gradebook keeps no order of cells; it is taken from the source notebook at ``source``.

    Raises:
        nbgrader.api.MissingEntry: the gradebook does not know this assignment or notebook.
    """
    entry = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in [*entry.grade_cells, *entry.task_cells]}
    grade = {cell.name for cell in entry.grade_cells}
    solution = {cell.name for cell in entry.solution_cells}
    tasks = {cell.name for cell in entry.task_cells}
    order = {grade_id: place for place, grade_id in enumerate(_ids_in_order(source))}
    cells = [
        TemplateCell(
            grade_id=cell.name,
            cell_type=cell.cell_type,
            source=cell.source,
            released=_released(cell.source),
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
    return Template(assignment, notebook, tuple(cells), _kernelspec(entry.kernelspec))


def _released(source: str) -> str:
    """A cell as students got it: `nbgrader generate_assignment` cuts these regions out after recording the cell."""
    return without_region(without_region(source, BEGIN_HIDDEN, END_HIDDEN), BEGIN_SCHEME, END_SCHEME)


def _ids_in_order(source: Path) -> list[str]:
    try:
        notebook = read_notebook(source.read_bytes())
    except (OSError, UnreadableNotebook):
        return []
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]


def _kernelspec(recorded: str | None) -> dict[str, Any]:
    spec = json.loads(recorded) if recorded else {}
    return spec if isinstance(spec, dict) else {}

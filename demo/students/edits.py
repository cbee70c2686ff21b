"""What students do to a notebook besides answering: copies, added cells, and attempts to cheat."""

import copy
from collections.abc import Mapping
from typing import Any

import nbformat

from demo.notebooks import find
from demo.students.work import Edit


def copy_cell(grade_id: str, text: str) -> Edit:
    """Copy a cell with Jupyter's copy and paste (nbgrader's metadata come along) and write on in the copy."""

    def edit(notebook: Any) -> None:
        cell = find(notebook, grade_id)
        twin = copy.deepcopy(cell)
        twin.id = f"copy-of-{grade_id}"
        twin.source = text
        notebook.cells.insert(notebook.cells.index(cell) + 1, twin)

    return edit


def add_cell(after: str, text: str) -> Edit:
    """Insert a code cell of the student's own behind a cell."""

    def edit(notebook: Any) -> None:
        notebook.cells.insert(notebook.cells.index(find(notebook, after)) + 1, nbformat.v4.new_code_cell(text))

    return edit


def add_first_cell(text: str) -> Edit:
    """Insert a code cell of the student's own at the top."""

    def edit(notebook: Any) -> None:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(text))

    return edit


def delete_cell(grade_id: str) -> Edit:
    """Delete a cell from the file, locked or not."""

    def edit(notebook: Any) -> None:
        notebook.cells.remove(find(notebook, grade_id))

    return edit


def replace_test(grade_id: str, text: str) -> Edit:
    """Rewrite the source of a locked test cell."""

    def edit(notebook: Any) -> None:
        find(notebook, grade_id).source = text

    return edit


def tag(grade_id: str, *tags: str) -> Edit:
    """Set tags on a cell; nbclient leaves out cells tagged ``skip-execution``."""

    def edit(notebook: Any) -> None:
        find(notebook, grade_id).metadata.tags = list(tags)

    return edit


def set_nbgrader(grade_id: str, metadata: Mapping[str, Any]) -> Edit:
    """Overwrite nbgrader's metadata of a cell (points, locked, grade, …)."""

    def edit(notebook: Any) -> None:
        find(notebook, grade_id).metadata.nbgrader.update(metadata)

    return edit


def forge_output(grade_id: str, points: float) -> Edit:
    """Put the output into a test cell that nbgrader would read as this many points."""

    def edit(notebook: Any) -> None:
        output = nbformat.v4.new_output("execute_result", {"text/plain": repr(points)}, execution_count=1)
        find(notebook, grade_id).outputs = [output]

    return edit

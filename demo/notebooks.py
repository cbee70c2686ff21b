"""Turning a released notebook into what a student hands in."""

from collections.abc import Mapping
from typing import Any

from autograder.template import grade_id_of


class NoSuchCell(Exception):
    """An answer was written for a cell that the released notebook does not have."""


def fill(notebook: Any, answers: Mapping[str, str]) -> None:
    """Replace the source of the cells named by ``grade_id``.

    Raises:
        NoSuchCell: the notebook has no cell of this name.
    """
    for grade_id, text in answers.items():
        find(notebook, grade_id).source = text


def find(notebook: Any, grade_id: str) -> Any:
    """The first cell with this nbgrader id."""
    for cell in notebook.cells:
        if grade_id_of(cell) == grade_id:
            return cell
    raise NoSuchCell(f"no cell {grade_id!r}")

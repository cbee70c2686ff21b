"""Which cells of a notebook are answered in words, and what students wrote in them."""

from __future__ import annotations

from collections.abc import Sequence

import nbformat

from autograder.template import Template, TemplateCell, grade_id_of


def is_written(cell: TemplateCell) -> bool:
    """Whether a cell is answered in words and marked by a person: a Markdown answer, or one of nbgrader's tasks."""
    return cell.task or (cell.is_manual and cell.solution and cell.cell_type == "markdown")


def answer_cells(notebook: nbformat.NotebookNode, template: Template) -> dict[str, list[nbformat.NotebookNode]]:
    """``grade_id`` of each written part that was answered → the cells that hold the answer.

    A part that was left as it was released, or empty, is not among them. The answer to a *task* stands in the cells
    that the student added below it.

    Args:
        notebook: restored.
        template: of the notebook.
    """
    known = template.by_id()
    found: dict[str, list[nbformat.NotebookNode]] = {}
    task = ""
    for cell in notebook.cells:
        about = known.get(grade_id_of(cell))
        if about is not None:
            task = about.grade_id if about.task else ""
            if is_written(about) and not about.task and cell.source.strip() not in ("", about.released.strip()):
                found[about.grade_id] = [cell]
        elif task and cell.cell_type == "markdown" and cell.source.strip():
            found.setdefault(task, []).append(cell)
    return found


def text_of(cells: Sequence[nbformat.NotebookNode]) -> str:
    """The text of an answer, in Markdown."""
    return "\n\n".join(cell.source for cell in cells)

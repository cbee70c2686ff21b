"""`nbgrader generate_assignment`: it says what it cannot do before it removes anything, and saves a notebook whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.preprocessors import SaveCells

from autograder.errors import UnreadableNotebook
from autograder.grading.restoring.intake import read_notebook
from autograder.template import grade_id_of

_ROLES = ("grade", "solution", "locked", "task")


class SaveTogether(SaveCells):  # type: ignore[misc]  # nbgrader ships no type information
    """nbgrader's SaveCells, which commits once for a notebook, not once for each of its cells: all of them or none."""

    def _create_notebook(self, nb: NotebookNode) -> None:
        session = self.gradebook.db()
        session.commit = session.flush
        try:
            super()._create_notebook(nb)
        finally:
            del session.commit
        session.commit()


class CarefulGenerateExporter(NotebookExporter):
    """Looks at the gradebook before nbgrader removes the former release.

    nbgrader refuses to add or remove cells of an assignment that has submissions, with a traceback, when ``release/``
    is gone already. An exporter is the one object that it makes before that (``c.GenerateAssignment.exporter_class``).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # nbconvert is typed in part only
        if isinstance(self.parent, GenerateAssignment):
            refuse_other_cells(self.parent)


def refuse_other_cells(converter: Any) -> None:
    """Say which cells are new or gone, where an assignment has submissions.

    Args:
        converter: nbgrader's ``GenerateAssignment``, which has found its notebooks.

    Raises:
        NbGraderException: there are such cells; nothing has been changed.
    """
    if converter.no_database:
        return
    name = converter.coursedir.assignment_id
    with Gradebook(converter.coursedir.db_url, converter.coursedir.course_id) as gradebook:
        for path in (Path(path) for paths in converter.assignments.values() for path in paths):
            try:
                notebook = gradebook.find_notebook(path.stem, name)
            except MissingEntry:
                continue
            if not notebook.submissions:
                continue
            known, now = {cell.name for cell in notebook.source_cells}, set(_graded_cells(path))
            if known != now:
                message = _refusal(name, len(notebook.submissions), sorted(now - known), sorted(known - now))
                converter.log.error(message)
                raise NbGraderException(message)


def _graded_cells(path: Path) -> Iterator[str]:
    try:
        cells = read_notebook(path.read_bytes()).cells
    except (OSError, UnreadableNotebook):
        return
    for cell in cells:
        about = cell["metadata"].get("nbgrader", {})
        if grade_id_of(cell) and any(about.get(role) for role in _ROLES):
            yield grade_id_of(cell)


def _refusal(name: str, submissions: int, new: Sequence[str], gone: Sequence[str]) -> str:
    changes = [f"{what}: {', '.join(cells)}" for what, cells in (("new", new), ("gone", gone)) if cells]
    handed_in = "1 submission" if submissions == 1 else f"{submissions} submissions"
    return (
        f"{name} has {handed_in} in the gradebook, so that its cells cannot be others ({'; '.join(changes)}). "
        "Nothing was changed. Put a new question into an assignment of its own, and leave a question that is gone "
        "in its place, with 0 points. Or begin anew, without the marks that were given by hand: "
        f"nbgrader db assignment remove {name} --force; nbgrader generate_assignment {name} --force; "
        f"autograder grade {name}"
    )

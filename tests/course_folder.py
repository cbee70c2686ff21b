"""A course in a temporary folder, driven by the same commands that an instructor types."""

from __future__ import annotations

import copy
import functools
import io
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from _pytest.mark import ParameterSet
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp

from autograder.template import grade_id_of

REPOSITORY = Path(__file__).resolve().parent.parent
ASSIGNMENTS = tuple(sorted(folder.name for folder in (REPOSITORY / "source").iterdir() if folder.is_dir()))


def in_time(*assignments: str) -> list[ParameterSet]:
    """All assignments as parameters of a test: these in `make test`, the others in `make test-slow`."""
    rest = pytest.mark.slow
    return [pytest.param(name, marks=() if name[:2] in assignments else rest) for name in ASSIGNMENTS]


Edit = Callable[[nbformat.NotebookNode], None]


@dataclass(frozen=True)
class Course:
    """A course root with its own gradebook and the repository's configuration."""

    root: Path

    @classmethod
    def make(cls, root: Path, *assignments: str) -> Course:
        """Copy configuration and sources of ``assignments`` to ``root``, with their releases as they are generated."""
        shutil.copytree(_generated(assignments).name, root, dirs_exist_ok=True)
        return cls(root)

    def copy(self, root: Path) -> Course:
        """The same course in another folder, for a test that changes it."""
        shutil.copytree(self.root, root)
        return Course(root)

    def nbgrader(self, command: str, *arguments: str) -> str:
        """Run an nbgrader command in the course folder, as ``nbgrader COMMAND …`` does; returns its log."""
        app_class = NbGraderApp.subcommands[command][0]
        log = io.StringIO()
        handler = logging.StreamHandler(log)
        with chdir(self.root):
            app = app_class()
            app.initialize(list(arguments))
            app.log.addHandler(handler)
            try:
                app.start()
            except SystemExit as stop:
                raise AssertionError(f"nbgrader {command} {' '.join(arguments)} failed:\n{log.getvalue()}") from stop
            finally:
                app.log.removeHandler(handler)
        return log.getvalue()

    def source(self, assignment: str) -> nbformat.NotebookNode:
        """The instructor's notebook, with solutions."""
        return nbformat.read(self.root / "source" / assignment / f"{assignment}.ipynb", as_version=4)

    def release(self, assignment: str) -> nbformat.NotebookNode:
        """The notebook as students get it."""
        return nbformat.read(self.root / "release" / assignment / f"{assignment}.ipynb", as_version=4)

    def solved(self, assignment: str) -> nbformat.NotebookNode:
        """The released notebook with the instructor's solutions filled in."""
        return filled(self.release(assignment), answers_of(self.source(assignment)))

    def submit(self, student: str, assignment: str, notebook: nbformat.NotebookNode | bytes) -> None:
        """Put a hand-in where `nbgrader collect` would."""
        folder = self.root / "submitted" / student / assignment
        folder.mkdir(parents=True, exist_ok=True)
        content = notebook if isinstance(notebook, bytes) else nbformat.writes(notebook).encode()
        (folder / f"{assignment}.ipynb").write_bytes(content)

    def points(self, student: str, assignment: str) -> dict[str, float | None]:
        """``grade_id`` → automatic points in the gradebook, ``None`` where a person has to look."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            notebook = gradebook.find_submission_notebook(assignment, assignment, student)
            return {grade.name: None if grade.needs_manual_grade else grade.auto_score for grade in notebook.grades}

    def autograded(self, student: str, assignment: str) -> nbformat.NotebookNode:
        """The autograded notebook."""
        return nbformat.read(self.root / "autograded" / student / assignment / f"{assignment}.ipynb", as_version=4)


@functools.cache
def _generated(assignments: tuple[str, ...]) -> tempfile.TemporaryDirectory[str]:
    """A course folder to be copied; it is made once in a process, and nothing else is done there."""
    folder = tempfile.TemporaryDirectory(prefix="course-")
    root = Path(folder.name)
    for name in ("nbgrader_config.py", "vocabulary.toml"):
        shutil.copy(REPOSITORY / name, root)
    for assignment in assignments:
        shutil.copytree(REPOSITORY / "source" / assignment, root / "source" / assignment)
    for assignment in assignments:
        Course(root).nbgrader("generate_assignment", assignment)
    return folder


def answers_of(source: nbformat.NotebookNode) -> dict[str, str]:
    """``grade_id`` → solution, of an instructor's notebook."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def filled(notebook: nbformat.NotebookNode, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """A copy of ``notebook`` with the given sources in its cells."""
    notebook = copy.deepcopy(notebook)
    unknown = set(answers)
    for cell in notebook.cells:
        grade_id = grade_id_of(cell)
        if grade_id in answers:
            cell.source = answers[grade_id]
            unknown.discard(grade_id)
    assert not unknown, f"the notebook has no cells {sorted(unknown)}"
    return notebook


def points_of_tests(notebook: nbformat.NotebookNode) -> dict[str, float]:
    """``grade_id`` → points of the cells that are graded automatically."""
    found = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("grade") and not about.get("solution"):
            found[about["grade_id"]] = float(about["points"])
    return found

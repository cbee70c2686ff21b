"""The steps of `nbgrader autograde` that this project replaces (see ``nbgrader_config.py``)."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Enum, List, Unicode

from autograder.plugins.files import beside, read_files, shown_beside, write_atomically
from autograder.plugins.kept import Kept
from autograder.plugins.records import write_grades
from autograder.restore import Restored, restore
from autograder.sandbox import Limits
from autograder.sandbox.unisolated import WARNING
from autograder.submission import Task, grade_restored, kept_cells, left_blank
from autograder.template import Template

Resources = dict[str, Any]
AssignmentFiles = tuple[dict[str, bytes], dict[str, bytes]]  # by name: the assignment's own, and for a second run


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """First step: puts the submission into the shape of the assignment (see :mod:`autograder.restore`)."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """Rebuild ``nb`` from the template; the result is kept for the next step, with what had to be changed."""
        restored = self._restored(nb, resources)
        for note in restored.notes:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], note)
        self._copy_beside(resources["nbgrader"])
        self.parent.restored = restored
        return restored.notebook, resources

    def _copy_beside(self, about: Resources) -> None:
        coursedir = self.parent.parent.coursedir
        student, assignment = about["student"], about["assignment"]
        source = read_files(Path(coursedir.format_path(coursedir.source_directory, ".", assignment)))
        notebooks = (Path(path).name for path in self.parent.parent.notebooks)
        handed_in = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
        target = Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))
        for name, content in shown_beside(handed_in, (*source, *notebooks)).items():
            write_atomically(target / name, content)

    def _restored(self, nb: nbformat.NotebookNode, resources: Resources) -> Restored:
        template = self.parent.template(resources)
        unreadable = nb.metadata.get("autograder", {}).get("unreadable")
        if unreadable:
            return Restored(restore(template, ()).notebook, (f"{unreadable} Nothing of it could be graded.",))
        return restore(template, nb.cells)


class SandboxedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Second step: runs the student's cells in the sandbox and the test cells in the referee."""

    limits = Dict(
        help="Limits of every submission by name, for example {'cell_seconds': 60}; see autograder.sandbox.Limits."
    ).tag(config=True)
    assignment_limits = Dict(
        help="Limits of single assignments, for example {'05-mixed-model': {'memory_mb': 4096}}."
    ).tag(config=True)

    tests_beside_the_student = Dict(
        help="Test cells that cannot run on values and run in the student's own process instead, by assignment, for "
        "example {'ps1': ['sum_of_squares_uses_squares']}. What that gives up: such a test can be read and cheated."
    ).tag(config=True)

    isolation = Enum(
        ("bubblewrap", "none"),
        "bubblewrap",
        help="'none' runs student code with your rights: it can read solutions and change grades; each run says so.",
    ).tag(config=True)
    second_data = Unicode(
        "variants",
        help="Folder in the course that holds, by assignment, other data files for a second run of each submission.",
    ).tag(config=True)
    no_second_run: List[str] = List(help="Assignments whose submissions are run once only.").tag(config=True)

    def files(self, coursedir: Any, assignment: str) -> AssignmentFiles:
        """The data files of an assignment."""
        own = read_files(Path(coursedir.format_path(coursedir.source_directory, ".", assignment)))
        if assignment in self.no_second_run:
            return own, {}
        other = read_files(Path(coursedir.root) / self.second_data / assignment)
        return own, {name: other[name] for name in other if name in own}

    def task(
        self,
        coursedir: Any,
        template: Template,
        student: str,
        content: bytes | None,
        problem: str = "",
        files: AssignmentFiles | None = None,
    ) -> Task:
        """All that grading one notebook needs.

        Args:
            coursedir: nbgrader's course directory.
            template: of the notebook.
            student: who handed it in.
            content: the file as handed in.
            problem: why there is none.
            files: of the assignment, where they have been read already.
        """
        name = template.assignment
        handed_in = Path(coursedir.format_path(coursedir.submitted_directory, student, name))
        own, second = files or self.files(coursedir, name)
        return Task(
            student=student,
            content=content,
            template=template,
            files=own,
            extra=beside(read_files(handed_in), (*own, f"{template.notebook}.ipynb")),
            limits=self.limits_of(name),
            beside_the_student=tuple(self.tests_beside_the_student.get(name, ())),
            second_files=second,
            isolated=self.isolation != "none",
            problem=problem,
        )

    def limits_of(self, assignment: str) -> Limits:
        """The limits in force for ``assignment``.

        Raises:
            ValueError: a configured limit does not exist; the message lists those that do.
        """
        chosen = {**self.limits, **self.assignment_limits.get(assignment, {})}
        known = {field.name for field in fields(Limits)}
        unknown = sorted(set(chosen) - known)
        if unknown:
            raise ValueError(f"nbgrader_config.py sets unknown limits {unknown}; there are {sorted(known)}")
        return Limits(**{**asdict(Limits()), **chosen})

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """Run and judge the submission; the grades travel to the next step in ``resources``."""
        del nb  # the file in which nbgrader has kept what the first step restored; that step's own result is used
        exporter, about = self.parent, resources["nbgrader"]
        coursedir = exporter.parent.coursedir
        task = self.task(coursedir, exporter.template(resources), about["student"], None)
        if not task.isolated:
            self.log.error("%s (SandboxedExecute.isolation = 'none').", WARNING)
        finished = grade_restored(exporter.restored, task, exporter.sandbox(task.limits, isolated=task.isolated))
        for cell in finished.grades:
            if cell.verdict.review:
                self.log.error("%s, cell %s needs review: %s", about["student"], cell.grade_id, cell.verdict.review)
        for grade_id, flag in finished.flags.items():
            self.log.warning("%s, cell %s: %s", about["student"], grade_id, flag)
        resources["autograder"] = finished.grades
        return finished.notebook, resources


class SaveGrades(NbGraderPreprocessor):  # type: ignore[misc]
    """Third step: writes the referee's points into the gradebook, all cells in one transaction."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """Write points and automatic comments; manual marks and comments stay as they are."""
        about, template = resources["nbgrader"], self.parent.template(resources)
        with Gradebook(about["db_url"]) as gradebook:
            submitted = gradebook.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
            points = {grade.grade_id: grade.points for grade in resources["autograder"]}
            write_grades(submitted, template, points, left_blank(nb, template))
            gradebook.db.commit()
        kept = Kept(Path(self.parent.parent.coursedir.root), template)
        kept.record(about["student"], "", kept_cells(resources["autograder"]))
        return nb, resources

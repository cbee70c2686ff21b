"""The one process of a run that writes: graded notebooks, their files, the gradebook, and what is kept for later."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, InvalidEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import contains_eager, selectinload

from autograder.plugins.course import Course
from autograder.plugins.files import clear_but, shown_beside, write_atomically
from autograder.plugins.hand_ins import timestamp
from autograder.plugins.kept import Kept
from autograder.plugins.records import write_grades
from autograder.submission import Packed
from autograder.template import Template

_PAUSES = (0.05, 0.2, 1.0)  # seconds, before writing is tried again


class Writer:
    """Writes what was graded. What it reads of an assignment serves all its submissions; of these it reads each once.

    Args:
        course: where everything lies.
        gradebook: open; for this writer alone.
        assignments: whose submissions are written.

    Attributes:
        kept: (assignment, notebook) → what is kept of its submissions.

    Raises:
        CourseError: the gradebook does not know an assignment.
    """

    def __init__(self, course: Course, gradebook: Gradebook, assignments: Iterable[str]) -> None:
        self._course = course
        self._gradebook = gradebook
        gradebook.db().expire_on_commit = False
        root = Path(course.app.coursedir.root)
        templates = [template for name in assignments for template in course.templates(gradebook, name)]
        self.kept = {(template.assignment, template.notebook): Kept(root, template) for template in templates}
        self._files = {name: course.files(name)[0] for name in {template.assignment for template in templates}}
        known = [gradebook.find_notebook(notebook, assignment) for assignment, notebook in self.kept]
        self._notebooks = dict(zip(self.kept, known, strict=True))
        self._cells = [
            cell for notebook in known for cell in notebook._base_cells
        ]  # the session forgets what none holds

    def write(self, result: Packed, fingerprint: str) -> None:
        """Write a result; again where another process was in the way, such as a second grader or a TA.

        Raises:
            Exception: of many kinds: it could not be written, and counts as not graded.
        """
        known = self.kept[result.assignment, result.name]
        known.forget(result.student)
        pauses = iter(_PAUSES)
        while True:
            try:
                self._write(known.template, result)
                break
            except Exception as problem:
                self._gradebook.db.rollback()
                pause = next(pauses, None)
                if pause is None or not isinstance(problem, InvalidEntry | SQLAlchemyError | FileNotFoundError):
                    raise
                time.sleep(pause)
        known.record(result.student, fingerprint, result.cells)

    def target(self, student: str, template: Template) -> Path:
        """Where a graded notebook lies."""
        return self._course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"

    def _write(self, template: Template, result: Packed) -> None:
        """Write the notebook, then the gradebook; a run that is killed in between is simply done again."""
        self._copy_files(result.student, template.assignment)
        write_atomically(self.target(result.student, template), result.content)
        submitted = self._entry(result.student, template)
        write_grades(submitted, template, result.points, result.blank)
        submitted.late_submission_penalty = None
        self._gradebook.db.commit()
        if submitted.assignment.total_seconds_late > 0:
            self._penalise(result.student, template)

    def _entry(self, student: str, template: Template) -> Any:
        """The submitted notebook in the gradebook, with its moment of submission; made where there is none."""
        found = self._find(student, template)
        if found is None:
            self._gradebook.update_or_create_student(student)
            self._gradebook.update_or_create_submission(template.assignment, student)
            found = self._find(student, template)
        handed_in = timestamp(self._course.folder("submitted", student, template.assignment))
        if handed_in is not None:
            found.assignment.timestamp = handed_in
        return found

    def _find(self, student: str, template: Template) -> Any:
        """The submitted notebook with what is written of it: three queries, where nbgrader's own way takes eight."""
        notebook = self._notebooks[template.assignment, template.notebook]
        query = self._gradebook.db.query(SubmittedNotebook).join(SubmittedNotebook.assignment)
        query = query.filter(SubmittedNotebook.notebook_id == notebook.id, SubmittedAssignment.student_id == student)
        loaded = (
            contains_eager(SubmittedNotebook.assignment),
            selectinload(SubmittedNotebook.grades),
            selectinload(SubmittedNotebook.comments),
        )
        return query.options(*loaded).populate_existing().one_or_none()

    def _penalise(self, student: str, template: Template) -> None:
        about = {"notebook": template.notebook, "assignment": template.assignment, "student": student}
        resources = {"nbgrader": {**about, "db_url": self._course.db_url}}
        AssignLatePenalties(parent=self._course.app).preprocess(nbformat.v4.new_notebook(), resources)

    def _copy_files(self, student: str, assignment: str) -> None:
        """The assignment's own files, and what was handed in beside the notebooks; nothing else stays there."""
        target, handed_in = (self._course.folder(step, student, assignment) for step in ("autograded", "submitted"))
        notebooks = [f"{notebook}.ipynb" for name, notebook in self.kept if name == assignment]
        own = self._files[assignment]
        everything = {**shown_beside(handed_in, (*own, *notebooks)), **own}
        clear_but(target, (*everything, *notebooks))
        for name, content in everything.items():
            write_atomically(target / name, content)

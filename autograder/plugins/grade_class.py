"""Grading all submissions of an assignment in parallel; this process is the only one that writes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError

from autograder.engines import Engine, grade_here
from autograder.plugins.course import Course
from autograder.plugins.files import clear_but, read_files, shown_beside, write_atomically
from autograder.plugins.hand_ins import timestamp
from autograder.plugins.kept import Kept
from autograder.plugins.records import write_grades
from autograder.runner import Failed, grade_all
from autograder.submission import Finished, Task
from autograder.template import Template

_PAUSES = (0.05, 0.2, 1.0)  # seconds, before writing is tried again


@dataclass(frozen=True)
class Graded:
    """One submission that was graded and written."""

    student: str
    notebook: str
    points: float
    needs_review: bool
    flags: tuple[str, ...]  # what a TA should look at, although it was judged
    seconds: float


@dataclass(frozen=True)
class Unchanged:
    """One submission that did not need grading: nothing it depends on has changed."""

    student: str
    notebook: str


Outcome = Graded | Unchanged | Failed


@dataclass(frozen=True)
class ClassGrader:
    """Grades an assignment's submissions and writes notebooks and gradebook.

    Args:
        course: where everything lies.
        engine: grades several submissions at the same time.
        everything: also submissions that have not changed since they were graded.
    """

    course: Course
    engine: Engine
    everything: bool = False

    def run(self, chosen: Mapping[str, Sequence[str]]) -> Iterator[Outcome]:
        """Grade assignments; yields what became of each notebook as soon as it is written.

        Args:
            chosen: assignment → students whose submissions are graded. Workers go from one assignment to the next
                without waiting for the last submission of the one before.
        """
        with Gradebook(self.course.db_url, self.course.app.coursedir.course_id) as gradebook:
            # What is read of an assignment serves all its submissions; each of these is read once.
            gradebook.db().expire_on_commit = False
            templates = {name: self.course.templates(gradebook, name) for name in chosen}
            notebooks = [notebook for name in chosen for notebook in gradebook.find_assignment(name).notebooks]
            cells = [cell for notebook in notebooks for cell in notebook._base_cells]
            kept = {
                (name, template.notebook): Kept(Path(self.course.app.coursedir.root), template)
                for name in chosen
                for template in templates[name]
            }
            yield from self._graded(gradebook, kept, chosen)
            del cells  # the session forgets what nobody holds

    def _graded(
        self, gradebook: Gradebook, kept: Mapping[tuple[str, str], Kept], chosen: Mapping[str, Sequence[str]]
    ) -> Iterator[Outcome]:
        prints: dict[tuple[str, str, str], str] = {}
        skipped: list[Unchanged] = []

        def changed() -> Iterator[Task]:
            for (assignment, notebook), known in kept.items():
                for task in self.course.tasks(known.template, chosen[assignment]):
                    fingerprint = known.fingerprint(task)
                    if self._is_done(known, task.student, fingerprint):
                        skipped.append(Unchanged(task.student, notebook))
                    else:
                        prints[assignment, notebook, task.student] = fingerprint
                        yield task

        for result in grade_all(changed(), grade_here, self.engine):
            yield from skipped
            skipped.clear()
            if isinstance(result, Failed):
                yield result
                continue
            known = kept[result.assignment, result.name]
            fingerprint = prints.pop((result.assignment, result.name, result.student))
            if self._is_done(known, result.student, fingerprint):  # by another grader, meanwhile
                yield Unchanged(result.student, result.name)
                continue
            known.forget(result.student)
            try:
                points = self._written(gradebook, known.template, result)
            except Exception as problem:  # what cannot be written must cost one submission, not the class
                gradebook.db.rollback()
                yield Failed(result.student, f"{type(problem).__name__}: {problem}")
                continue
            known.record(result.student, fingerprint, result.grades)
            yield Graded(
                result.student, result.name, points, result.needs_review, tuple(result.flags.values()), result.seconds
            )
        yield from skipped

    def _is_done(self, known: Kept, student: str, fingerprint: str) -> bool:
        if self.everything or not self._target(student, known.template).is_file():
            return False
        return bool(known.of(student).get("fingerprint") == fingerprint)

    def _target(self, student: str, template: Template) -> Path:
        return self.course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"

    def _written(self, gradebook: Gradebook, template: Template, result: Finished) -> float:
        """Write a result; again where another process was in the way, such as a second grader or a TA."""
        for pause in _PAUSES:
            try:
                return self._write(gradebook, template, result)
            except (InvalidEntry, SQLAlchemyError, FileNotFoundError):
                gradebook.db.rollback()
                time.sleep(pause)
        return self._write(gradebook, template, result)

    def _write(self, gradebook: Gradebook, template: Template, result: Finished) -> float:
        """Write the notebook, then the gradebook; a run that is killed in between is simply done again."""
        self._copy_files(gradebook, result.student, template.assignment)
        write_atomically(self._target(result.student, template), f"{nbformat.v4.writes(result.notebook)}\n".encode())
        submitted = self._entry(gradebook, result.student, template)
        write_grades(submitted, template, result.notebook, result.grades)
        submitted.late_submission_penalty = None
        gradebook.db.commit()
        if submitted.assignment.total_seconds_late > 0:
            self._penalise(result.student, template)
        return sum(grade.points or 0.0 for grade in result.grades)

    def _entry(self, gradebook: Gradebook, student: str, template: Template) -> Any:
        gradebook.update_or_create_student(student)
        handed_in = timestamp(self.course.folder("submitted", student, template.assignment))
        stamp = {} if handed_in is None else {"timestamp": handed_in}
        gradebook.update_or_create_submission(template.assignment, student, **stamp)
        return gradebook.find_submission_notebook(template.notebook, template.assignment, student)

    def _penalise(self, student: str, template: Template) -> None:
        about = {"notebook": template.notebook, "assignment": template.assignment, "student": student}
        resources = {"nbgrader": {**about, "db_url": self.course.db_url}}
        AssignLatePenalties(parent=self.course.app).preprocess(nbformat.v4.new_notebook(), resources)

    def _copy_files(self, gradebook: Gradebook, student: str, assignment: str) -> None:
        """The assignment's own files, and what was handed in beside the notebooks; nothing else stays there."""
        target, handed_in = (self.course.folder(step, student, assignment) for step in ("autograded", "submitted"))
        files = read_files(self.course.folder("source", ".", assignment))
        notebooks = [f"{notebook.name}.ipynb" for notebook in gradebook.find_assignment(assignment).notebooks]
        everything = {**shown_beside(handed_in, (*files, *notebooks)), **files}
        clear_but(target, (*everything, *notebooks))
        for name, content in everything.items():
            write_atomically(target / name, content)

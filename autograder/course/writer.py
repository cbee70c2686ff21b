"""The one process of a run that writes: graded notebooks, their files, the gradebook, and what is kept for later."""

from __future__ import annotations

import functools
import logging
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
from nbgrader.api import Grade, Gradebook, InvalidEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import or_
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlalchemy.orm import contains_eager, selectinload

from autograder.course.cache import Cache
from autograder.course.course import Course
from autograder.course.files import clear_but, extra_files, publishable_files, write_atomically
from autograder.course.gradebook import write_grades, write_points
from autograder.course.submissions.submitted import TIMESTAMP
from autograder.course.trouble import told_once
from autograder.grading.submission import SubmissionResult
from autograder.template import Template

_SILENT = logging.Logger("late submissions", logging.CRITICAL)
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_PAUSES = (0.05, 0.2, 1.0)  # seconds, before writing is tried again


class Writer:
    """Writes what was graded. What it reads of an assignment serves all its submissions; of these it reads each once.

    Args:
        course: where everything lies.
        gradebook: open; for this writer alone.
        assignments: whose submissions are written.

    Attributes:
        caches: (assignment, notebook) → records of its submissions.

    Raises:
        CourseError: the gradebook does not know an assignment.
    """

    def __init__(self, course: Course, gradebook: Gradebook, assignments: Iterable[str]) -> None:
        self._course = course
        self._gradebook = gradebook
        gradebook.db().expire_on_commit = False
        templates = [template for name in assignments for template in course.templates(gradebook, name)]
        self._files = {name: course.files(name).own for name in {template.assignment for template in templates}}
        known = [gradebook.find_notebook(template.notebook, template.assignment) for template in templates]
        keys = [(template.assignment, template.notebook) for template in templates]
        self._notebooks = dict(zip(keys, known, strict=True))
        rules = [course.rules_for_late_work(notebook.assignment.duedate) for notebook in known]
        caches = (Cache(course.root, template, rule) for template, rule in zip(templates, rules, strict=True))
        self.caches = dict(zip(keys, caches, strict=True))
        nbgraders = Autograde(coursedir=course.coursedir, parent=course.parent)
        self._mode = int(str(nbgraders.permissions), 8)  # of graded files
        self._late: set[tuple[str, str]] = set()  # student and assignment, of what this writer wrote
        self._held: dict[tuple[str, str], frozenset[str]] = {}
        self._cells = [
            cell for notebook in known for cell in notebook._base_cells
        ]  # the session forgets what none holds

    def write(self, result: SubmissionResult) -> None:
        """Write a result: the notebook with its files, points and comments in the gradebook, and the record.

        Raises:
            CourseError: nothing can be written now, of whatever submission.
            Exception: of many kinds: it could not be written, and counts as not graded.
        """
        template = self.caches[result.assignment, result.name].template

        def fill(submitted: Any) -> None:
            write_grades(submitted, template, result.points, result.blank)

        def files() -> None:
            self._copy_files(result)
            self._write_notebook(result.student, template, result.content)

        self._write(result.student, template, files, fill, result.record)

    def rewrite(
        self, student: str, template: Template, notebook: bytes, points: Mapping[str, float | None], record: bytes
    ) -> None:
        """Write what became of a graded submission when tests were judged again.

        Args:
            student: whose it is.
            template: of the notebook.
            notebook: with the new verdicts.
            points: ``grade_id`` → points of the test cells that were judged again.
            record: of the submission as it is now.

        Raises:
            Exception: of many kinds: it could not be written, and counts as not graded.
        """
        files = functools.partial(self._write_notebook, student, template, notebook)
        self._write(student, template, files, lambda submitted: write_points(submitted, points), record)

    def due(self, template: Template) -> datetime | None:
        """When submissions of a notebook had to be made (UTC), where the gradebook says so."""
        found: datetime | None = self._notebooks[template.assignment, template.notebook].assignment.duedate
        return found

    def holds(self, student: str, template: Template) -> bool:
        """Whether the gradebook has grades of a student for a notebook, as it was when this was first asked.

        Args:
            student: the id.
            template: of the notebook.
        """
        key = (template.assignment, template.notebook)
        if key not in self._held:
            query = self._gradebook.db.query(SubmittedAssignment.student_id).join(SubmittedAssignment.notebooks)
            query = query.filter(SubmittedNotebook.notebook_id == self._notebooks[key].id)
            graded = SubmittedNotebook.grades.any(or_(Grade.auto_score.is_not(None), Grade.needs_manual_grade))
            self._held[key] = frozenset(name for (name,) in query.filter(graded))
        return student in self._held[key]

    def look_again(self) -> None:
        """Forget what :meth:`holds` found, for a writer that lives long, and keep no transaction open meanwhile."""
        self._held.clear()
        self._gradebook.db.commit()

    def target(self, student: str, template: Template) -> Path:
        """Where a graded notebook lies."""
        return self._course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"

    def _write(
        self,
        student: str,
        template: Template,
        files: Callable[[], None],
        fill: Callable[[Any], None],
        record: bytes,
    ) -> None:
        """Write files, gradebook and record, in this order; what is killed in between is simply done again.

        Where another process was in the way, such as a second grader or a TA, it is tried again.

        Raises:
            CourseError: nothing can be written now, of whatever submission.
            Exception: of many kinds: it could not be written, and counts as not graded.
        """
        try:
            self._try_to_write(student, template, files, fill, record)
        except Exception as problem:
            found = self._course.trouble(problem)
            if found is None:
                raise
            raise found from None

    def _try_to_write(
        self,
        student: str,
        template: Template,
        files: Callable[[], None],
        fill: Callable[[Any], None],
        record: bytes,
    ) -> None:
        cache = self.caches[template.assignment, template.notebook]
        cache.begin(student)
        pauses = iter(_PAUSES)
        while True:
            try:
                files()
                self._write_gradebook(student, template, fill)
                break
            except Exception as problem:
                self._gradebook.db.rollback()
                pause = next(pauses, None)
                if pause is None or not isinstance(problem, InvalidEntry | SQLAlchemyError | FileNotFoundError):
                    raise
                time.sleep(pause)
        cache.write(student, record)

    def _write_notebook(self, student: str, template: Template, content: bytes) -> None:
        write_atomically(self.target(student, template), content, self._mode)
        self._share(student, template)

    def _write_gradebook(self, student: str, template: Template, fill: Callable[[Any], None]) -> None:
        """Have the submitted notebook filled, in one transaction, and its late penalty asked for anew."""
        submitted = self._entry(student, template)
        fill(submitted)
        submitted.late_submission_penalty = None
        self._gradebook.db.commit()
        if submitted.assignment.total_seconds_late > 0:
            self._penalize(student, template)
            self._late.add((student, template.assignment))

    def _entry(self, student: str, template: Template) -> Any:
        """The submitted notebook in the gradebook, with its moment of submission; made where there is none."""
        found = self._find(student, template)
        if found is None:
            with warnings.catch_warnings(), told_once():
                warnings.filterwarnings("ignore", "Object of type", SAWarning)  # nbgrader's own way to fill it
                self._gradebook.update_or_create_student(student)
                self._gradebook.update_or_create_submission(template.assignment, student)
            found = self._find(student, template)
        submitted = self._course.submission(student, template.assignment).timestamp()
        if submitted is not None:
            found.assignment.timestamp = submitted
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

    def _penalize(self, student: str, template: Template) -> None:
        about = {"notebook": template.notebook, "assignment": template.assignment, "student": student}
        resources = {"nbgrader": {**about, "db_url": self._course.db_url}}
        penalties = AssignLatePenalties(parent=self._course.parent)
        penalties.log = _SILENT  # it speaks of seconds, and of a penalty of None; see `late`
        penalties.preprocess(nbformat.v4.new_notebook(), resources)

    def late(self, student: str, template: Template) -> str:
        """A sentence on a graded submission that came late, with its penalty; empty where it came in time.

        Args:
            student: the id.
            template: of a notebook of the assignment.
        """
        submitted = self._find(student, template) if (student, template.assignment) in self._late else None
        if submitted is None:
            return ""
        seconds = float(submitted.assignment.total_seconds_late)
        penalty = float(submitted.late_submission_penalty or 0.0)
        costs = f"{penalty:g} {'point' if penalty == 1 else 'points'} less" if penalty else "no penalty"
        return f"Handed in {_time(seconds)} late: {costs}."

    def _copy_files(self, result: SubmissionResult) -> None:
        """The assignment's own files, those submitted beside the notebooks, and what these wrote; no other stays."""
        student, assignment = result.student, result.assignment
        target = self._course.folder("autograded", student, assignment)
        submitted = self._course.submission(student, assignment)
        caches = {notebook: cache for (name, notebook), cache in self.caches.items() if name == assignment}
        notebooks = [f"{notebook}.ipynb" for notebook in caches]
        own = self._files[assignment]
        others = [name for one, cache in caches.items() if one != result.name for name in cache.written(student)]
        kept_free = (*own, *notebooks, *(f"{PurePosixPath(name).stem}.html" for name in notebooks))  # for feedback
        more = publishable_files(submitted, kept_free)
        written = extra_files(dict(result.written), (*kept_free, *more, *others, TIMESTAMP))
        caches[result.name].keep_written(student, written)
        everything = {**written, **more, **own}
        clear_but(target, (*everything, *notebooks, *others))
        for name, content in everything.items():
            write_atomically(target / name, content, self._mode)

    def _share(self, student: str, template: Template) -> None:
        """Where the course folder is shared by a group, let the group write in the folders, as nbgrader does."""
        if not self._course.coursedir.groupshared:
            return
        graded = self._course.folder("autograded", student, template.assignment)
        known = self.caches[template.assignment, template.notebook].folder
        below = [path for path in graded.rglob("*") if path.is_dir()]
        for folder in (*below, graded, *graded.parents, known, *known.parents):
            if self._course.root in folder.parents and folder.stat().st_mode & 0o2770 != 0o2770:
                with suppress(PermissionError):  # another member's, who has shared it
                    folder.chmod((folder.stat().st_mode | 0o2770) & 0o2777)


def _time(seconds: float) -> str:
    """A time as people say it, in its largest unit.

    Example:
        >>> _time(7200.0), _time(90_000.0)
        ('2 hours', '1 day')
    """
    unit, size = next((one for one in _UNITS if seconds >= one[1]), _UNITS[-1])
    count = round(seconds / size)
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"

"""`nbgrader autograde` on the same road as `autograder grade`: one task, one way to grade it, one writer."""

from __future__ import annotations

import glob
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NoReturn

from nbconvert.exporters import NotebookExporter
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde, NbGraderException
from sqlalchemy.exc import SQLAlchemyError

from autograder.course.course import UNUSABLE, Course
from autograder.course.grade_class import ClassGrader, Graded, Outcome
from autograder.course.release.libraries import preload
from autograder.course.submissions.submitted import SubmittedFolder
from autograder.course.writer import Writer
from autograder.errors import OperatorError
from autograder.sandbox.unisolated import WARNING
from autograder.workers.engines import local
from autograder.workers.runner import Failed


class SubmissionExporter(NotebookExporter):
    """Puts :class:`SubmissionLoop` in the place of the loop of the ``Autograde`` that makes this exporter.

    An exporter is the one object that nbgrader lets a course choose (``c.Autograde.exporter_class``) and makes before
    it reads any submission.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # nbconvert is typed in part only
        if isinstance(self.parent, Autograde):
            self.parent.convert_notebooks = SubmissionLoop(self.parent).run


@dataclass(frozen=True)
class SubmissionLoop:
    """Grades what `nbgrader autograde` was asked to grade, with nbgrader's rules and messages.

    Args:
        converter: nbgrader's ``Autograde``.
    """

    converter: Any

    def run(self) -> None:
        """Grade the submissions one after another; nothing that another grader wrote is removed.

        Raises:
            NbGraderException: something could not be graded, after everything else has been.
        """
        course = Course(self.converter.coursedir, self.converter)
        try:
            failed = self._grade_all(course)
        except KeyboardInterrupt:
            self.converter.log.error("Canceled")
            raise
        except OperatorError as problem:
            self._fail(str(problem))
        except SQLAlchemyError as problem:
            self._fail(str(course.unusable(problem)))
        for assignment, student in failed:
            self.converter.log.error(f"There was an error processing assignment '{assignment}' for student '{student}'")
        if failed:
            place = f"error log ({self.converter.logfile})" if self.converter.logfile else "messages above"
            self._fail(f"Please see the {place} for details on the specific errors on the above failures.")

    def _fail(self, message: str) -> NoReturn:
        self.converter.log.error(message)
        raise NbGraderException(message) from None

    def _grade_all(self, course: Course) -> list[tuple[str, str]]:
        """Grade all submissions; returns assignment and student of those that could not be graded."""
        settings = course.settings
        if not settings.isolated:
            self.converter.log.error("%s (c.Autograder.isolation = 'none').", WARNING)
        found = list(self._submissions())
        limits = settings.limits_of(found[0][1])
        loaded = preload(course, {assignment for _, assignment, _ in found})
        engine = local(1, limits, course.hidden_packages(), isolated=settings.isolated, preload=loaded)
        failed = []
        with closing(engine), course.gradebook() as gradebook:
            writer = Writer(course, gradebook, dict.fromkeys(assignment for _, assignment, _ in found))
            loop = _Loop(self.converter, course, gradebook, writer, ClassGrader(course, engine, everything=True))
            for folder, assignment, student in found:
                if not student.isprintable():
                    self.converter.log.error("%r: %s", student, UNUSABLE)
                    failed.append((assignment, repr(student)))
                elif not loop.grade(folder, assignment, student):
                    failed.append((assignment, student))
        return failed

    def _submissions(self) -> Iterator[tuple[str, str, str]]:
        """Folder, assignment and student of everything that was submitted, with or without a notebook in it."""
        coursedir, source = self.converter.coursedir, self.converter._format_source
        named = re.compile(source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True), re.DOTALL)
        for folder in sorted(glob.glob(source(coursedir.assignment_id, coursedir.student_id))):  # noqa: PTH207
            match = named.match(folder)
            if match is not None:
                yield folder, match["assignment_id"], match["student_id"]


@dataclass(frozen=True)
class _Loop:
    """What all submissions of one run share."""

    converter: Any
    course: Course
    gradebook: Any
    writer: Writer
    grader: ClassGrader

    def grade(self, folder: str, assignment: str, student: str) -> bool:
        """Grade a submission, unless it is to be skipped; returns whether nothing failed."""
        if self._is_skipped(assignment, student):
            return True
        log = self.converter.log
        try:
            notebooks = self._notebooks(folder, assignment)
            self.converter.notebooks = [str(Path(folder, f"{name}.ipynb")) for name in notebooks]
            self.converter.run_pre_convert_hook()
            self._check_student(student)
            log.info("Autograding %s", folder)
            chosen = {(assignment, name): (student,) for name in notebooks}
            outcomes = [self._reported(outcome) for outcome in self.grader.grade(self.writer, chosen)]
            done = not any(isinstance(outcome, Failed) for outcome in outcomes)
            if done:
                self.converter.run_post_convert_hook()
        except (OperatorError, SQLAlchemyError):
            raise
        except Exception as problem:
            log.error("There was an error processing assignment: %s", folder)
            log.error(str(problem) if isinstance(problem, NbGraderException) else traceback.format_exc())
            return False
        return done

    def _is_skipped(self, assignment: str, student: str) -> bool:
        """nbgrader's rule: what was graded is graded again where that is forced, or where it was submitted anew."""
        coursedir = self.converter.coursedir
        if student in coursedir.student_id_exclude.split(","):
            return True
        graded = self.course.folder("autograded", student, assignment)
        names = [name for name in self._known(assignment) if fnmatch(name, coursedir.notebook_id)]
        expected = [graded] if coursedir.notebook_id == "*" else [graded / f"{name}.ipynb" for name in names]
        if self.converter.force or not all(path.exists() for path in expected):
            return False
        if any(self.writer.caches[assignment, name].is_unfinished(student) for name in names):
            return False
        new, old = self.course.submission(student, assignment).timestamp(), SubmittedFolder(graded).timestamp()
        if new is not None and old is not None and new > old:
            return False
        self.converter.log.info("Skipping existing assignment: %s", graded)
        return True

    def _known(self, assignment: str) -> list[str]:
        return [notebook for name, notebook in self.writer.caches if name == assignment]

    def _notebooks(self, folder: str, assignment: str) -> list[str]:
        """The notebooks to be graded: those asked for, and those that were not submitted, which earn nothing."""
        known = self._known(assignment)
        for path in self.converter.assignments.get(folder, []):
            if Path(path).stem not in known:
                self.converter.log.warning("Skipping unknown notebook: %s", path)
        pattern = self.converter.coursedir.notebook_id
        return [name for name in known if fnmatch(name, pattern) or not os.path.lexists(f"{folder}/{name}.ipynb")]

    def _check_student(self, student: str) -> None:
        """Where students are not to be made, have those only who are in the gradebook.

        Raises:
            NbGraderException: this one is not.
        """
        if self.converter.create_student:
            return
        try:
            self.gradebook.find_student(student)
        except MissingEntry:
            raise NbGraderException(f"No student with ID '{student}' exists in the database") from None

    def _reported(self, outcome: Outcome) -> Outcome:
        log, student = self.converter.log, outcome.student
        if isinstance(outcome, Failed):
            log.error("%s: %s", student, outcome.reason)
        elif isinstance(outcome, Graded):
            for note in outcome.notes:
                log.warning("%s: %s", student, note)
            for grade_id, why in outcome.reviews.items():
                log.error("%s, cell %s needs review: %s", student, grade_id, why)
            for grade_id, flag in outcome.flags.items():
                log.warning("%s, cell %s: %s", student, grade_id, flag)
        return outcome

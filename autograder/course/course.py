"""A course folder as nbgrader's configuration describes it: assignments, submissions, templates, limits."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.apps import NbGrader
from sqlalchemy.exc import SQLAlchemyError

from autograder.course.files import RENAME, extra_files, outdate_pages, pattern_in_path, read_files
from autograder.course.gradebook import in_python, read_template, start_no_program
from autograder.course.release.imports import Imports, blocked_cells
from autograder.course.settings import Autograder
from autograder.course.submissions.renamed import submitted_notebook
from autograder.course.submissions.submitted import SubmittedFolder
from autograder.course.submissions.times import Collected, doubt
from autograder.course.trouble import of_gradebook, told_of_configuration, told_once, trouble
from autograder.errors import CourseError, UnreadableNotebook, did_you_mean
from autograder.grading.restoring.intake import read_notebook
from autograder.grading.task import Task
from autograder.template import Delimiters, Template, TemplateCell
from autograder.workers.packages import hidden_packages
from autograder.written.vocabulary import Vocabulary

UNUSABLE = "the name of the folder holds characters that cannot be shown, and nothing of it was read; rename it"
NOT_EXECUTED = "no code was run, as was asked for (--no-execute); check this part by hand"
_ATTEMPTS = 2  # to open the gradebook


@dataclass(frozen=True)
class AssignmentFiles:
    """The data files of an assignment by name, below its folder."""

    own: Mapping[str, bytes]
    second: Mapping[str, bytes]  # the same names with other data, for a second run of each submission; or none


@dataclass(frozen=True)
class Course:
    """A course folder, and what ``nbgrader_config.py`` in it says."""

    coursedir: Any  # nbgrader's CourseDirectory
    parent: Any  # nbgrader's application or converter, which has read the configuration

    @classmethod
    def here(cls) -> Course:
        """The course of the current folder; its configuration is read as every nbgrader command does.

        Raises:
            CourseError: the configuration cannot be read, or nbgrader can find nothing under the path of this folder.
        """
        start_no_program()  # also where the course's configuration is not ours
        app = NbGrader(raise_config_file_errors=True)
        with told_of_configuration():
            app.initialize([])
        if problem := pattern_in_path(app.coursedir.root):
            raise CourseError(problem, app.coursedir.root, remedy=RENAME)
        return cls(app.coursedir, app)

    @property
    def root(self) -> Path:
        """The course folder."""
        return Path(self.coursedir.root)

    @property
    def db_url(self) -> str:
        """Where the gradebook is."""
        return str(self.coursedir.db_url)

    @cached_property
    def settings(self) -> Autograder:
        """What the configuration says of grading.

        Raises:
            CourseError: it has lines that this version does not understand, or values that a setting cannot have.
        """
        with told_of_configuration():
            return Autograder(parent=self.parent)

    @cached_property
    def delimiters(self) -> Delimiters:
        """What begins and ends hidden tests, marking schemes and solutions in this course."""
        return Delimiters.configured(self.parent.config)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Units and words of the course's subject; the plain one where the course has no such file.

        Raises:
            CourseError: the file cannot be read.
        """
        path = self.root / self.settings.vocabulary
        if not path.is_file():
            return Vocabulary()
        return Vocabulary.read(path.read_text("utf-8", "replace"), str(path))

    def gradebook(self) -> Gradebook:
        """The gradebook, to be used in a ``with`` statement.

        Raises:
            CourseError: it cannot be opened, for example because another program has locked it.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with told_once():
                    return Gradebook(self.db_url, self.coursedir.course_id)
            except (
                SQLAlchemyError,
                InvalidEntry,
                ImportError,
            ) as problem:  # two commands that start may be in each other's way
                if attempt == _ATTEMPTS - 1:
                    raise self.unusable(problem) from None
        raise AssertionError("the last attempt returns or raises")

    def unusable(self, problem: SQLAlchemyError | InvalidEntry | ImportError) -> CourseError:
        """The error that says in a sentence what is wrong with the gradebook."""
        return of_gradebook(problem, self.db_url)

    def trouble(self, problem: BaseException) -> CourseError | None:
        """The error that ends a command, where what was raised would be raised for every submission."""
        return trouble(problem, self.root, self.db_url)

    def files(self, assignment: str) -> AssignmentFiles:
        """The data files of an assignment as they are now."""
        own = read_files(self.folder("source", ".", assignment))
        if assignment in self.settings.no_second_run:
            return AssignmentFiles(own, {})
        other = read_files(self.root / self.settings.second_data / assignment)
        return AssignmentFiles(own, {name: other[name] for name in other if name in own})

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """A folder of nbgrader's, whether or not it is there.

        Args:
            step: "source", "submitted", "autograded" or "feedback".
            student: the id; "." for the source, "*" in a pattern.
            assignment: its name, or "*" in a pattern.
        """
        directory = getattr(self.coursedir, f"{step}_directory")
        return Path(self.coursedir.format_path(directory, student, assignment))

    def has_feedback(self, student: str, assignment: str) -> bool:
        """Whether a feedback page has been made for a student, perhaps before points were given anew."""
        return any(self.folder("feedback", student, assignment).glob("*.html"))

    def outdate_feedback(self, student: str, assignment: str) -> bool:
        """Have the next ``nbgrader generate_feedback`` make a student's pages anew, as those from before a grading.

        Args:
            student: the id.
            assignment: its name.

        Returns:
            Whether there are any.
        """
        return outdate_pages(self.folder("feedback", student, assignment))

    def submission(self, student: str, assignment: str) -> SubmittedFolder:
        """What a student submitted: only the part of its path that depends on neither name is the course's own."""
        parts = self.folder("submitted", student, assignment).parts
        pairs = zip(self.folder("submitted", "a", "a").parts, self.folder("submitted", "b", "b").parts, strict=True)
        own = next(place for place, (one, other) in enumerate(pairs) if one != other)
        return SubmittedFolder(Path(*parts[:own]), parts[own:])

    def templates(self, gradebook: Gradebook, assignment: str) -> tuple[Template, ...]:
        """The notebooks of an assignment.

        Args:
            gradebook: which knows cells and points; open.
            assignment: its name.

        Raises:
            CourseError: the gradebook does not know the assignment, or it is not written in Python.
        """
        try:
            notebooks = [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]
        except MissingEntry:
            notebooks = []
        if not notebooks:
            known = [entry.name for entry in gradebook.assignments]
            there, meant = ", ".join(known) or "none", did_you_mean(assignment, known)
            raise CourseError(
                f"The gradebook has no assignment {assignment!r} with a notebook (it knows: {there}).{meant}",
                assignment,
                known,
                f"Generate it first: nbgrader generate_assignment {assignment}" if not meant else "",
            )
        source = self.folder("source", ".", assignment)
        return tuple(
            in_python(read_template(gradebook, assignment, name, source / f"{name}.ipynb", self.delimiters))
            for name in notebooks
        )

    def notebooks(self, assignment: str) -> int:
        """How many notebooks an assignment has."""
        with self.gradebook() as gradebook:
            return len(self.templates(gradebook, assignment))

    def assignments(self) -> tuple[str, ...]:
        """All assignments with a notebook in the source folder."""
        anchor = self.folder("source", ".", "*")
        root = Path(anchor.anchor)
        found = root.glob(str(anchor.relative_to(root) / "*.ipynb"))
        place = anchor.parts.index("*")
        return tuple(sorted({path.parts[place] for path in found}))

    def students(self, assignment: str) -> tuple[str, ...]:
        """Who handed something in for ``assignment``; see :meth:`unusable_names`."""
        return tuple(name for name in self._names(assignment) if name.isprintable())

    def unusable_names(self, assignment: str) -> tuple[str, ...]:
        """Names of folders that no gradebook, log or page should hold: they would move a cursor or break a line."""
        return tuple(name for name in self._names(assignment) if not name.isprintable())

    def _names(self, assignment: str) -> tuple[str, ...]:
        anchor = self.folder("submitted", "*", assignment)
        root = Path(anchor.anchor)
        pattern = Path(*(part if part == "*" else glob.escape(part) for part in anchor.relative_to(root).parts))
        found = root.glob(str(pattern))
        place = anchor.parts.index("*")
        return tuple(sorted(path.parts[place] for path in found))

    def tasks(
        self,
        template: Template,
        students: Iterable[str],
        due: datetime | None = None,
        notebooks: Collection[str] = (),
    ) -> Iterator[Task]:
        """The submissions of one notebook, read one by one; the assignment's own files are read once.

        Args:
            template: of the notebook.
            students: whose submissions are read.
            due: when they had to be made (UTC), where that is known.
            notebooks: names of the assignment's other notebooks.
        """
        names = [f"{name}.ipynb" for name in {template.notebook, *notebooks}]
        files = self.files(template.assignment)
        collected = Collected(self.root, template.assignment).read()
        class_ids = self.ids_of_class(template)
        for student in students:
            folder = self.submission(student, template.assignment)
            found = submitted_notebook(template, folder, names, files.own)
            task = self.task(template, student, found.content, found.problem, files)
            notes = tuple(filter(None, [doubt(folder, collected.get(student), due), found.note]))
            others = tuple(one for one in class_ids if one != student)
            yield self._unless_not_executed(replace(task, notes=notes, unclear=found.unclear, others=others))

    def ids_of_class(self, template: Template) -> tuple[str, ...]:
        """Everybody in the gradebook or with a submission, where a test compares with the class; else nobody."""
        if not template.compares_with_class:
            return ()
        with self.gradebook() as gradebook:
            known = {str(student.id) for student in gradebook.students}
        return tuple(sorted(known | set(self.students(template.assignment))))

    def _unless_not_executed(self, task: Task) -> Task:
        """With nbgrader's ``--no-execute`` (``c.Execute.enabled = False``) no code runs, and people mark every test.

        nbgrader takes the outputs that a student saved for those of the tests, and says to check all of it by hand.
        """
        executes = self.parent.config.get("Execute", {}).get("enabled", True)
        return task if executes else replace(task, unclear=True, problem=NOT_EXECUTED)

    def rules_for_late_work(self, due: datetime | None) -> str:
        """What decides the points of late work; where it changes, submissions are graded again.

        Args:
            due: when submissions of the assignment have to be made (UTC), where that is known.
        """
        sections = {name: section for name, section in self.parent.config.items() if "Late" in name}
        return repr((due, sorted((name, sorted(section.items())) for name, section in sections.items())))

    def hidden_packages(self, template: Template | None = None) -> tuple[str, ...]:
        """Packages that student code must not be able to read, by the rule of :mod:`autograder.workers.packages`.

        All tests of the course count, whichever assignment is graded: nobody may read the answers to another one. Of
        tests without ``Checks``, which run beside student code, only what nothing else in the notebooks imports.

        Args:
            template: whose tests count too, as they were released.
        """
        tests = self._tests if template is None else self._tests | Imports.of(template.cells)
        students, more = tuple(self.settings.student_packages), tuple(self.settings.hidden_packages)
        beside = hidden_packages(tests.checks | tests.plain, (*students, *sorted(tests.shown)), more)
        return tuple(sorted({*hidden_packages(tests.checks, students, more), *beside}))

    @cached_property
    def _tests(self) -> Imports:
        """What the cells of all notebooks in the source folder import."""
        anchor = self.folder("source", ".", "*")
        found = Imports()
        for path in self.root.glob(str(anchor.relative_to(self.root) / "*.ipynb")):
            try:
                cells = read_notebook(path.read_bytes()).cells
            except (OSError, UnreadableNotebook):
                continue
            found |= Imports.of(
                TemplateCell.of_source(cell, self.delimiters) for cell in cells if cell["cell_type"] == "code"
            )
        return found

    def task(
        self,
        template: Template,
        student: str,
        content: bytes | None,
        problem: str = "",
        files: AssignmentFiles | None = None,
    ) -> Task:
        """All that grading one notebook needs.

        Args:
            template: of the notebook.
            student: whose submission it is.
            content: the file as it was submitted.
            problem: why there is none.
            files: of the assignment, where they have been read already.
        """
        assignment = template.assignment
        submitted = self.submission(student, assignment)
        files = files or self.files(assignment)
        hidden = self.hidden_packages(template)
        return Task(
            student=student,
            content=content,
            template=template,
            files=files.own,
            extra=extra_files(submitted.files(), (*files.own, f"{template.notebook}.ipynb")),
            limits=self.settings.limits_of(assignment),
            blocked=dict(blocked_cells(template, hidden, files.own)),
            keeps_points=self.settings.unconfirmed == "points",
            second_files=files.second,
            vocabulary=self.vocabulary,
            hidden=hidden,
            isolated=self.settings.isolated,
            problem=problem,
        )

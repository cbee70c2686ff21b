"""A course folder as nbgrader's configuration describes it: assignments, submissions, templates, limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader

from autograder.intake import UnreadableNotebook
from autograder.plugins.files import read_notebook_file
from autograder.plugins.gradebook import read_template
from autograder.plugins.preprocessors import AssignmentFiles, SandboxedExecute
from autograder.sandbox import Limits
from autograder.submission import Task
from autograder.template import Template


class CourseError(Exception):
    """Something that an instructor asked for is not there; the message says what to do."""


@dataclass(frozen=True)
class Course:
    """The course that ``nbgrader_config.py`` in the current folder configures."""

    app: Any  # nbgrader's application, which has read the configuration

    @classmethod
    def here(cls) -> Course:
        """Read the configuration as every nbgrader command does."""
        app = NbGrader()
        app.initialize([])
        return cls(app)

    @property
    def db_url(self) -> str:
        """Where the gradebook is."""
        return str(self.app.coursedir.db_url)

    @cached_property
    def _execute(self) -> SandboxedExecute:
        return SandboxedExecute(parent=self.app)

    @property
    def isolated(self) -> bool:
        """Whether student code is isolated; only an explicit setting switches that off."""
        return bool(self._execute.isolation != "none")

    def limits(self, assignment: str) -> Limits:
        """The limits in force for ``assignment``."""
        return self._execute.limits_of(assignment)

    def files(self, assignment: str) -> AssignmentFiles:
        """The data files of an assignment as they are now."""
        return self._execute.files(self.app.coursedir, assignment)

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """A folder of nbgrader's: ``step`` is "source", "submitted", "autograded" or "feedback"."""
        coursedir = self.app.coursedir
        directory = getattr(coursedir, f"{step}_directory")
        return Path(coursedir.format_path(directory, student, assignment))

    def templates(self, gradebook: Gradebook, assignment: str) -> tuple[Template, ...]:
        """The notebooks of an assignment.

        Raises:
            CourseError: the gradebook does not know the assignment.
        """
        try:
            notebooks = [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]
        except MissingEntry:
            notebooks = []
        if not notebooks:
            known = ", ".join(entry.name for entry in gradebook.assignments) or "none"
            raise CourseError(
                f"The gradebook has no assignment {assignment!r} with a notebook (it knows: {known}). "
                f"Generate it first: nbgrader generate_assignment {assignment}"
            )
        source = self.folder("source", ".", assignment)
        return tuple(read_template(gradebook, assignment, name, source / f"{name}.ipynb") for name in notebooks)

    def notebooks(self, assignment: str) -> int:
        """How many notebooks an assignment has."""
        with Gradebook(self.db_url) as gradebook:
            return len(self.templates(gradebook, assignment))

    def students(self, assignment: str) -> tuple[str, ...]:
        """Who handed something in for ``assignment``."""
        anchor = self.folder("submitted", "*", assignment)
        root = Path(anchor.anchor)
        found = root.glob(str(anchor.relative_to(root)))
        place = anchor.parts.index("*")
        return tuple(sorted(path.parts[place] for path in found))

    def tasks(self, template: Template, students: Iterable[str]) -> Iterator[Task]:
        """The submissions of one notebook, read one by one; the assignment's own files are read once."""
        files = self.files(template.assignment)
        for student in students:
            path = self.folder("submitted", student, template.assignment) / f"{template.notebook}.ipynb"
            content, problem = None, ""
            try:
                content = read_notebook_file(path)
            except UnreadableNotebook as unreadable:
                problem = str(unreadable)
            yield self._execute.task(self.app.coursedir, template, student, content, problem, files)

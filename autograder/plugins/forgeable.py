"""What an instructor is told when an assignment is generated: which test cells could be forged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course.course import Course
from autograder.course.gradebook import in_python, read_template
from autograder.course.release.confirmable import Confirmable, code_of, confirmable, rehearsal_failed
from autograder.errors import OperatorError
from autograder.grading.plain.confirmable import instead
from autograder.sandbox import needed
from autograder.template import Template
from autograder.workers.engines import Engine, local


class TellForgeable(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no type information
    """The last of ``GenerateAssignment.preprocessors``: it changes nothing, and rehearses tests without ``Checks``.

    The instructor's solution and the blank release run in the sandbox, one for all notebooks of an assignment: it is
    started when the last of them comes. Where there is none, such as on Windows, that is said, and the assignment is
    generated all the same.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Log a warning for each test cell whose verdict cannot be confirmed on values."""
        about = resources["nbgrader"]
        names = self._together(about["notebook"])
        if about["notebook"] == names[-1]:
            coursedir = CourseDirectory(parent=self)
            coursedir.db_url = about["db_url"]
            course = Course(coursedir, self)
            for template, found in _rehearsed(course, _plain(course, about["assignment"], names)):
                self._tell(template, found)
        return nb, resources

    def _together(self, notebook: str) -> list[str]:
        """The notebooks that are generated with this one, in order."""
        converter: Any = getattr(self.parent, "parent", None)
        names = [Path(path).stem for path in getattr(converter, "notebooks", ())]
        return names if notebook in names else [notebook]

    def _tell(self, template: Template, found: Confirmable) -> None:
        if found.problem:
            self.log.warning("%s: %s", template.notebook, found.problem)
        for grade_id, why in found.forgeable.items():
            what = instead(template.by_id()[grade_id], why)
            said = "can be forged, as in stock nbgrader"
            self.log.warning("%s, %s %s: %s. Write instead: %s", template.notebook, grade_id, said, why, what)


def _plain(course: Course, assignment: str, names: Sequence[str]) -> list[Template]:
    """Those notebooks of an assignment that have test cells without ``Checks``."""
    folder = course.folder("source", ".", assignment)
    with course.gradebook() as gradebook:
        found = [
            read_template(gradebook, assignment, name, folder / f"{name}.ipynb", course.delimiters) for name in names
        ]
    return [template for template in found if any(cell.is_plain for cell in template.cells)]


def _rehearsed(course: Course, templates: Sequence[Template]) -> Iterator[tuple[Template, Confirmable]]:
    """What a rehearsal of each notebook of an assignment found."""
    if not templates:
        return
    assignment = templates[0].assignment
    limits, hidden = course.settings.limits_of(assignment), course.hidden_packages()
    preload = needed(code_of(course, assignment))
    try:
        with closing(local(1, limits, hidden, isolated=course.settings.isolated, preload=preload)) as engine:
            for template in templates:
                yield template, _confirmable(course, template, engine)
    except OperatorError as problem:
        for template in templates:
            yield template, Confirmable(problem=rehearsal_failed(problem))


def _confirmable(course: Course, template: Template, engine: Engine) -> Confirmable:
    try:
        return confirmable(course, in_python(template), engine)
    except OperatorError as problem:
        return Confirmable(problem=rehearsal_failed(problem))

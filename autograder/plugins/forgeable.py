"""What an instructor is told when an assignment is generated: which test cells could be forged."""

from __future__ import annotations

from contextlib import closing

from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course.course import Course
from autograder.course.gradebook import in_python, read_template
from autograder.course.release.confirmable import Confirmable, confirmable, rehearsal_failed
from autograder.errors import OperatorError
from autograder.grading.plain.confirmable import instead
from autograder.template import Template
from autograder.workers.engines import local


class TellForgeable(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no type information
    """The last of ``GenerateAssignment.preprocessors``: it changes nothing, and rehearses tests without ``Checks``.

    The instructor's solution and the blank release run in the sandbox. Where there is none, such as on Windows, that is
    said, and the assignment is generated all the same.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Log a warning for each test cell whose verdict cannot be confirmed on values."""
        about = resources["nbgrader"]
        coursedir = CourseDirectory(parent=self)
        coursedir.db_url = about["db_url"]
        course = Course(coursedir, self)
        source = course.folder("source", ".", about["assignment"]) / f"{about['notebook']}.ipynb"
        with course.gradebook() as gradebook:
            template = read_template(gradebook, about["assignment"], about["notebook"], source, course.delimiters)
        if any(cell.is_plain for cell in template.cells):
            self._tell(template, _rehearsed(course, template))
        return nb, resources

    def _tell(self, template: Template, found: Confirmable) -> None:
        if found.problem:
            self.log.warning("%s: %s", template.notebook, found.problem)
        for grade_id, why in found.forgeable.items():
            what = instead(template.by_id()[grade_id], why)
            said = "can be forged, as in stock nbgrader"
            self.log.warning("%s, %s %s: %s. Write instead: %s", template.notebook, grade_id, said, why, what)


def _rehearsed(course: Course, template: Template) -> Confirmable:
    limits, hidden = course.settings.limits_of(template.assignment), course.hidden_packages()
    try:
        in_python(template)
        with closing(local(1, limits, hidden, isolated=course.settings.isolated)) as engine:
            return confirmable(course, template, engine)
    except OperatorError as problem:
        return Confirmable(problem=rehearsal_failed(problem))

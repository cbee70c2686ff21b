"""The page that `nbgrader generate_feedback` makes for a student: one file, no scripts, nothing to load."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
from nbconvert.exporters import HTMLExporter
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config

from autograder.course.course import Course
from autograder.course.files import clear_but, has_older_pages, write_atomically
from autograder.course.results.marks import MarkJournal
from autograder.course.submissions.submitted import SubmittedFolder
from autograder.pages import TEMPLATES
from autograder.pages.errors import error_of
from autograder.pages.markdown import as_html, highlight_code
from autograder.pages.parts import nothing_in, parts_of, unread_in
from autograder.pages.shows import Shows
from autograder.pages.time import page_in_time
from autograder.template import Template


class FeedbackExporter(HTMLExporter):
    """The feedback page of a student, for ``c.GenerateFeedback.exporter_class``.

    What makes the page safe is not configured with the formgrader's settings in ``c.HTMLExporter``, and cannot be
    lost with them.
    """

    @property
    def default_config(self) -> Config:
        """Settings of this class come before those of ``HTMLExporter``, which GenerateFeedback sets as well."""
        ours = Config(
            FeedbackExporter={
                "template_name": "feedback",
                "extra_template_basedirs": [str(TEMPLATES)],
                "extra_template_paths": [],
                "default_preprocessors": [],
                "preprocessors": [
                    "autograder.pages.notebook.StudentsNotebook",
                    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",  # colors of code, as variables
                ],
                "optimistic_validation": True,
                "filters": {
                    "as_html": as_html,
                    "error": error_of,
                    "highlight_code": highlight_code,
                    "parts": parts_of,
                    "nothing": nothing_in,
                    "unread": unread_in,
                },
            }
        )
        settings: Config = super().default_config.copy()
        settings.merge(ours)
        return settings

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # nbconvert is typed in part only
        if isinstance(self.parent, GenerateFeedback):
            renew_older_pages(self.parent)

    def _create_environment(self) -> Any:
        """nbconvert's, which escapes nothing by itself."""
        environment = super()._create_environment()  # type: ignore[no-untyped-call]  # as above
        environment.autoescape = True
        return environment

    def from_notebook_node(self, nb: nbformat.NotebookNode, resources: Any = None, **kwargs: Any) -> Any:
        """The page and its resources, within a bound of time.

        It is the template's own text. nbconvert would parse it and write it anew, for details of its own templates,
        which takes half the time of a page.
        """
        return page_in_time(lambda: super(HTMLExporter, self).from_notebook_node(nb, resources, **kwargs))


def renew_older_pages(converter: Any) -> None:
    """Have a page that is older than the graded notebook or a mark written anew, as with ``--force``.

    nbgrader compares the times of submission alone, so that a page stays as it was where work is graded again, or came
    without a time.

    Args:
        converter: nbgrader's ``GenerateFeedback``.
    """
    decide, folders = converter.init_destination, converter.coursedir
    marks: dict[str, dict[str, float]] = {}  # of an assignment, by student: the time of the latest

    def init_destination(assignment: str, student: str) -> bool:
        asked = converter.force
        graded, pages = (
            Path(folders.format_path(folder, student, assignment))
            for folder in (folders.autograded_directory, folders.feedback_directory)
        )
        if assignment not in marks:
            marks[assignment] = MarkJournal(Path(folders.root), assignment).latest()
        converter.force = asked or has_older_pages(pages, graded, marks[assignment].get(student, 0.0))
        try:
            return bool(decide(assignment, student))
        finally:
            converter.force = asked

    converter.init_destination = init_destination


class ShownGrades(GetGrades):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's GetGrades; also tells which parts are not marked yet, so that these do not look like zeros.

    It asks the gradebook once for a notebook, where nbgrader asks for each cell.
    """

    gradebook: Any
    _due: datetime | None = None  # of this student, with an extension
    _late: bool = False
    _submitted: tuple[dict[str, Any], dict[str, Any]] | None = None  # name of a cell → its grade, its comment

    def preprocess(self, nb: nbformat.NotebookNode, resources: Any) -> tuple[nbformat.NotebookNode, Any]:
        """Put scores and comments into the notebook's metadata."""
        self._submitted, self._due, self._late = None, None, False
        done: tuple[nbformat.NotebookNode, Any] = super().preprocess(nb, resources)
        resources["nbgrader"]["due"] = "" if self._due is None else self._told(self._due)
        resources["nbgrader"]["late"] = self._late
        return done

    def _told(self, due: datetime) -> str:
        """A due date (UTC) in the course's time zone, `c.Watch.timezone`."""
        zone = str(self.config.get("Watch", {}).get("timezone", "UTC"))
        return f"{due.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"

    def _get_score(self, cell: nbformat.NotebookNode, resources: dict[str, Any]) -> None:
        del resources
        grade = self._of(cell, 0)
        about = cell.metadata.nbgrader
        about["score"], about["points"] = grade.score, grade.max_score
        about["unmarked"] = grade.auto_score is None and grade.manual_score is None

    def _get_comment(self, cell: nbformat.NotebookNode, resources: dict[str, Any]) -> None:
        del resources
        cell.metadata.nbgrader["comment"] = self._of(cell, 1).comment

    def _of(self, cell: nbformat.NotebookNode, kind: int) -> Any:
        if self._submitted is None:
            found = self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
            submitted = found.assignment  # nbgrader adds an extension to a due date, also where there is none
            self._due = submitted.duedate if submitted.assignment.duedate is not None else None
            self._late = None not in (self._due, submitted.timestamp) and submitted.timestamp > self._due
            self._submitted = {one.name: one for one in found.grades}, {one.name: one for one in found.comments}
        name = cell.metadata["nbgrader"]["grade_id"]
        if name not in self._submitted[kind]:
            raise MissingEntry(
                f"The gradebook has no {('grade', 'comment')[kind]} of {name!r} for {self.student_id!r}."
            )
        return self._submitted[kind][name]


class FeedbackPages:
    """Makes the pages of `nbgrader generate_feedback` one at a time; what they share is made once.

    Args:
        course: whose configuration says how.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        converter = GenerateFeedback(coursedir=course.coursedir, parent=course.parent)
        self._mode = int(str(converter.permissions), 8)
        self._exporter = converter.exporter_class(parent=converter, config=converter.config)
        for step in converter.preprocessors:
            self._exporter.register_preprocessor(step)

    def page(self, student: str, template: Template, shows: Shows = Shows.ALL, said: str = "") -> bytes:
        """The page of a graded notebook.

        Args:
            student: whose it is.
            template: of the notebook.
            shows: how much of the verdicts.
            said: in the place of the points, where they are not shown.
        """
        about = {"student": student, "assignment": template.assignment, "notebook": template.notebook}
        more = {"db_url": self._course.db_url, "shows": shows.value, "said": said}
        resources = {"unique_key": template.notebook, "nbgrader": {**about, **more}}
        graded = self._course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"
        text, _ = self._exporter.from_filename(str(graded), resources=resources)
        return str(text).encode()

    def write(self, student: str, assignment: str, pages: Mapping[str, bytes]) -> None:
        """Put pages where `nbgrader generate_feedback` does, with the files that lie beside a graded notebook.

        Args:
            student: whose they are.
            assignment: by name.
            pages: notebook → page; those of all its notebooks.
        """
        graded = SubmittedFolder(self._course.folder("autograded", student, assignment))
        files = {**graded.files(), **{f"{name}.html": page for name, page in pages.items()}}
        target = self._course.folder("feedback", student, assignment)
        clear_but(target, files)
        for name, content in files.items():
            write_atomically(target / name, content, self._mode)

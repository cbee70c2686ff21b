"""The formgrader's page of a submission: harmless to TAs, and with what they need beside an answer.

The formgrader makes its pages with nbconvert's own ``HTMLExporter``, so all of this is configuration of that class;
:func:`formgrader_pages` is the whole of it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
from bs4 import BeautifulSoup
from markupsafe import Markup, escape
from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from tornado.web import HTTPError
from traitlets.config import Config

from autograder.course.files import outdate_pages
from autograder.course.results.marks import MarkJournal, MarkOrigin, login_name
from autograder.pages import TEMPLATES
from autograder.pages.time import page_in_time
from autograder.template import Delimiters, grade_id_of

_NAMES = ("assignment_id", "notebook_id", "student", "last_name", "first_name", "notebook_path")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

Resources = dict[str, Any]


def formgrader_pages() -> Config:
    """The configuration of the formgrader's pages, for the section ``c.HTMLExporter`` of ``nbgrader_config.py``."""
    nbgraders = Path(nbgrader.__file__).resolve().parent / "server_extensions" / "formgrader" / "templates"
    return Config(
        preprocessors=[
            "autograder.pages.notebook.SafeNotebook",
            "autograder.plugins.formgrader.FormgraderPage",
        ],
        optimistic_validation=True,  # once, not after each of nbconvert's preprocessors, most of which are switched off
        filters={
            "markdown2html": "autograder.pages.markdown.markdown2html",
            "highlight_code": "autograder.pages.markdown.highlight_code",
            "strip_files_prefix": "autograder.pages.markdown.unchanged",
            "clean_html": "autograder.pages.html.clean",
            "with_code": "autograder.pages.render.with_code",
            "with_policy": "autograder.plugins.formgrader.with_policy",
        },
        extra_template_basedirs=[str(TEMPLATES), str(nbgraders)],
        extra_template_paths=[str(nbgraders)],
    )


class FormgraderPage(Preprocessor):
    """Puts marking schemes beside the answers they are for, and makes names safe for nbgrader's templates."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """Add schemes to the cells' metadata, where only the formgrader's template looks for them."""
        schemes, without_mark = self._in_gradebook(resources)
        waiting: list[str] = []
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            waiting += schemes.get(grade_id_of(cell), [])
            if waiting and _is_marked_by_hand(cell.cell_type, about):
                cell.metadata["mark_scheme"] = "\n\n".join(waiting)
                waiting = []
            if _is_test(cell.cell_type, about):  # the number that nbgrader reads is in the heading as well
                cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
        self._point_out(nb, without_mark)
        for name in _NAMES:
            if resources.get(name):
                resources[name] = _for_any_place(str(resources[name]))
        return nb, resources

    def _point_out(self, nb: nbformat.NotebookNode, names: frozenset[str]) -> None:
        """Lead from each part that needs a mark to the next, and from the top to the first."""
        waiting = [cell for cell in nb.cells if grade_id_of(cell) in names]
        order = [grade_id_of(cell) for cell in waiting]
        for place, cell in enumerate(waiting, 1):
            cell.metadata["needs_mark"] = {"next": "".join(order[place : place + 1])}
        if waiting:
            nb.cells[0].metadata["open_marks"] = order

    def _in_gradebook(self, resources: Resources) -> tuple[Mapping[str, list[str]], frozenset[str]]:
        """``grade_id`` → marking schemes in that cell, and those of the parts that need a mark."""
        assignment, notebook, submission = (
            str(resources.get(f"{what}_id", "")) for what in ("assignment", "notebook", "submission")
        )
        coursedir = CourseDirectory(config=self.config)
        try:  # opening it takes longest
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                return self._schemes(gradebook, assignment, notebook), _without_mark(gradebook, submission)
        except Exception as error:  # the submission has to be shown all the same
            return self._no_schemes(assignment, notebook, error), frozenset()

    def _schemes(self, gradebook: Gradebook, assignment: str, notebook: str) -> Mapping[str, list[str]]:
        """``grade_id`` → marking schemes in that cell, as the instructor wrote them."""
        delimiters = Delimiters.configured(self.config)
        try:
            cells = gradebook.find_notebook(notebook, assignment).source_cells
            return {cell.name: delimiters.schemes(cell.source or "") for cell in cells}
        except Exception as error:
            return self._no_schemes(assignment, notebook, error)

    def _no_schemes(self, assignment: str, notebook: str, error: Exception) -> Mapping[str, list[str]]:
        self.log.warning("No marking schemes for %s, %s: %s: %s", assignment, notebook, type(error).__name__, error)
        return {}


def _without_mark(gradebook: Gradebook, submission: str) -> frozenset[str]:
    """``grade_id`` of the parts of a submission that need a mark."""
    try:
        grades = gradebook.find_submission_notebook_by_id(submission).grades
        return frozenset(grade.name for grade in grades if grade.needs_manual_grade)
    except Exception:  # the page has to be shown all the same
        return frozenset()


def with_policy(head: str, scripts: str) -> str:
    """``head`` of a page with a content security policy that lets the page's own scripts run, and no others.

    Args:
        head: begins with ``<head>`` somewhere.
        scripts: all markup of the template's that holds inline scripts or event handlers; students' text must not
            be in it, names must be escaped.
    """
    soup = BeautifulSoup(scripts, "html.parser")
    inline = [str(script.string) for script in soup.find_all("script", src=False) if script.string]
    handlers = [str(value) for tag in soup.find_all(True) for name, value in tag.attrs.items() if name[:2] == "on"]
    hashes = " ".join(sorted({_hash(text) for text in [*inline, *handlers]}))
    policy = (
        f"default-src 'none'; script-src 'self' 'unsafe-hashes' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    tag = Markup('<head>\n<meta http-equiv="Content-Security-Policy" content="{}">').format(policy)
    return head.replace("<head>", tag, 1)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _is_test(cell_type: str, about: Mapping[str, Any]) -> bool:
    return bool(cell_type == "code" and about.get("grade") and not about.get("solution"))


def _is_marked_by_hand(cell_type: str, about: Mapping[str, Any]) -> bool:
    graded_by_person = about.get("solution") or cell_type != "code"
    return bool(about.get("task") or (about.get("grade") and graded_by_person))


def _for_any_place(name: str) -> str:
    """``name`` for templates that write it into HTML, attributes and strings of scripts without escaping it."""
    escaped = str(escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", name)))
    return escaped.replace("\\", "&#92;").replace("`", "&#96;")


PAGES = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
SUBMITTED_FILES = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

_HANDLERS = "nbgrader.server_extensions.formgrader.handlers"
_API = "nbgrader.server_extensions.formgrader.apihandlers"
_ESCAPING = "autograder_jinja2_env"  # among the settings of Jupyter's server


def guard_formgrader() -> None:
    """Escape all in the formgrader's own pages, let it load no configuration but this course's, and note who marks.

    ``nbgrader_config.py`` calls it, which Jupyter's server reads when it loads the formgrader. In any other process it
    does nothing.
    """
    handlers = sys.modules.get(_HANDLERS)
    if handlers is None or hasattr(handlers.BaseHandler, "guarded"):
        return
    handlers.BaseHandler.guarded = True
    handlers.BaseHandler.render = _render
    handlers.BaseHandler.exporter = property(lambda self: PageInTime(self.settings["nbgrader_exporter"]))
    handlers.BaseHandler.content_security_policy = PAGES
    handlers.SubmissionFilesHandler.content_security_policy = SUBMITTED_FILES
    handlers.FormgraderHandler.get = _only_this_course(handlers.FormgraderHandler.get)
    grade, comment = sys.modules[_API].GradeHandler, sys.modules[_API].CommentHandler
    grade.put = _noting_who(grade.put)  # a page is made anew where it is older than a mark
    comment.put = _outdating_feedback(comment.put)


@dataclass(frozen=True)
class PageInTime:
    """The formgrader's exporter, whose pages are made within a bound of time: its server serves all TAs."""

    exporter: Any

    def from_filename(self, filename: str, resources: Any = None) -> Any:
        """The page and its resources."""
        return page_in_time(lambda: self.exporter.from_filename(filename, resources=resources))


def _render(self: Any, name: str, **values: Any) -> str:
    """Renders a template of nbgrader's with everything escaped that is put into it."""
    if _ESCAPING not in self.settings:  # kept, because it compiles each template when it is first used
        self.settings[_ESCAPING] = self.settings["nbgrader_jinja2_env"].overlay(autoescape=True)
    return str(self.settings[_ESCAPING].get_template(name).render(**values))


def _only_this_course(get: Any) -> Any:
    def guarded(self: Any) -> Any:
        path = self.get_argument("path", "")
        if path and Path(path).resolve() != Path(self.coursedir.root).resolve():
            self.log.error("Refused to load nbgrader_config.py from %r: it is not the folder of this course", path)
            raise HTTPError(403)
        return get(self)

    return guarded


def _noting_who(put: Any) -> Any:
    """The formgrader's way to give points to a cell, which also notes who did and when."""

    @functools.wraps(put)
    def noting(self: Any, grade_id: str) -> Any:
        answered = put(self, grade_id)
        try:
            grade = self.gradebook.find_grade_by_id(grade_id)
            if grade.manual_score is not None:
                submission = grade.notebook.assignment
                origin = MarkOrigin(
                    grade.notebook.name,
                    grade.name,
                    submission.student.id,
                    float(grade.manual_score),
                    _who(self.current_user),
                    None,
                    time.time(),
                )
                MarkJournal(Path(self.coursedir.root), submission.name).add([origin])
        except Exception as problem:  # the mark is in the gradebook; only the report lacks who gave it
            self.log.warning("It could not be noted who gave a mark: %s: %s", type(problem).__name__, problem)
        return answered

    return noting


def _outdating_feedback(put: Any) -> Any:
    """The formgrader's way to give a comment; the next `nbgrader generate_feedback` shows it then."""

    @functools.wraps(put)
    def outdating(self: Any, identifier: str) -> Any:
        answered = put(self, identifier)
        try:
            submission = self.gradebook.find_comment_by_id(identifier).notebook.assignment
            about = (self.coursedir.feedback_directory, submission.student.id, submission.name)
            outdate_pages(Path(self.coursedir.format_path(*about)))
        except Exception as problem:  # the comment is in the gradebook, and --force makes the page anew
            self.log.warning("The feedback page is not made anew: %s: %s", type(problem).__name__, problem)
        return answered

    return outdating


def _who(user: Any) -> str:
    """The name of a user of the server, from JupyterHub or a password; a server for one person knows no names."""
    name = user.get("name") if isinstance(user, Mapping) else getattr(user, "username", "")
    is_known = isinstance(name, str) and name and not str(getattr(user, "name", "")).startswith("Anonymous")
    return str(name) if is_known else login_name()

"""The formgrader's page of a submission: harmless to TAs, and with what they need beside an answer.

The formgrader makes its pages with nbconvert's own ``HTMLExporter``, so all of this is configuration of that class;
:func:`formgrader_pages` is the whole of it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
from bs4 import BeautifulSoup
from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.plugins.gradebook import BEGIN_SCHEME, END_SCHEME

TEMPLATES = Path(__file__).resolve().parent / "templates"
_NAMES = ("assignment_id", "notebook_id", "student", "last_name", "first_name", "notebook_path")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

Resources = dict[str, Any]


def formgrader_pages() -> Config:
    """The section ``c.HTMLExporter`` of ``nbgrader_config.py``."""
    nbgraders = Path(nbgrader.__file__).resolve().parent / "server_extensions" / "formgrader" / "templates"
    return Config(
        preprocessors=[
            "autograder.plugins.feedback_notebook.SafeNotebook",
            "autograder.plugins.feedback_formgrader.FormgraderPage",
        ],
        filters={
            "markdown2html": "autograder.plugins.feedback_markdown.markdown2html",
            "highlight_code": "autograder.plugins.feedback_markdown.highlight_code",
            "strip_files_prefix": "autograder.plugins.feedback_markdown.unchanged",
            "clean_html": "autograder.plugins.safe_html.clean",
            "with_code": "autograder.checks.rendering.with_code",
            "with_policy": "autograder.plugins.feedback_formgrader.with_policy",
        },
        extra_template_basedirs=[str(TEMPLATES), str(nbgraders)],
        extra_template_paths=[str(nbgraders)],
    )


class FormgraderPage(Preprocessor):
    """Puts marking schemes beside the answers they are for, and makes names safe for nbgrader's templates."""

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """Add schemes to the cells' metadata, where only the formgrader's template looks for them."""
        schemes = self._schemes(str(resources.get("assignment_id", "")), str(resources.get("notebook_id", "")))
        waiting: list[str] = []
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            waiting += schemes.get(about.get("grade_id", ""), [])
            if waiting and _is_marked_by_hand(cell.cell_type, about):
                cell.metadata["mark_scheme"] = "\n\n".join(waiting)
                waiting = []
        for name in _NAMES:
            if resources.get(name):
                resources[name] = _for_any_place(str(resources[name]))
        return nb, resources

    def _schemes(self, assignment: str, notebook: str) -> dict[str, list[str]]:
        """``grade_id`` → marking schemes in that cell, as the instructor wrote them."""
        coursedir = CourseDirectory(config=self.config)
        try:
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                cells = gradebook.find_notebook(notebook, assignment).source_cells
                return {cell.name: regions(cell.source or "") for cell in cells}
        except Exception as error:  # the submission has to be shown all the same
            self.log.warning("No marking schemes for %s, %s: %s: %s", assignment, notebook, type(error).__name__, error)
            return {}


def with_policy(head: str, scripts: str) -> str:
    """``head`` of a page with a content security policy that lets the page's own scripts run and no others.

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
    tag = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return head.replace("<head>", tag, 1)


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _is_marked_by_hand(cell_type: str, about: Mapping[str, Any]) -> bool:
    graded_by_person = about.get("solution") or cell_type != "code"
    return bool(about.get("task") or (about.get("grade") and graded_by_person))


def regions(source: str) -> list[str]:
    """The texts between the marks of a marking scheme."""
    found: list[str] = []
    lines: list[str] | None = None
    for line in source.split("\n"):
        if BEGIN_SCHEME in line:
            lines = []
        elif END_SCHEME in line and lines is not None:
            found.append("\n".join(lines).strip())
            lines = None
        elif lines is not None:
            lines.append(line)
    return found


def _for_any_place(name: str) -> str:
    """``name`` for templates that write it into HTML, attributes and strings of scripts without escaping it."""
    return escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", name)).replace("\\", "&#92;").replace("`", "&#96;")

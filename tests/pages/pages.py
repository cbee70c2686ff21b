"""Pages as nbgrader makes them, from notebooks built in memory."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.plugins.feedback import FeedbackExporter
from autograder.plugins.formgrader import formgrader_pages
from autograder.template import NOTES

SCHEMES = {
    "q1-question": "Why?\n\n### BEGIN MARK SCHEME\n**Scheme of one**: $\\beta_0$ named, 0.5\n### END MARK SCHEME",
    "q1": "Type your answer here.",
    "q2": "### BEGIN MARK SCHEME\n*Scheme of two* <script>pwned('scheme')</script>\n### END MARK SCHEME",
    "q3": "Nothing to go by.",
}

Cells = Iterable[nbformat.NotebookNode]


class GivenGrades(Preprocessor):
    """Stands for ShownGrades: every part has half of its points, and its text as a comment."""

    def __init__(self, unmarked: bool, late_penalty: float) -> None:
        super().__init__()
        self.unmarked = unmarked
        self.late_penalty = late_penalty

    def preprocess(self, nb: nbformat.NotebookNode, resources: Any) -> Any:
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader")
            if about and about.grade:
                about["score"], about["unmarked"] = about.points / 2, self.unmarked
            if about and about.solution:
                about["comment"] = cell.source
        resources["nbgrader"].update(score=0.5, max_score=2.0, late_penalty=self.late_penalty)
        return nb, resources


@lru_cache(maxsize=1)
def gradebook_url() -> str:
    """A gradebook that knows the cells of :data:`SCHEMES`; made once, because nbgrader takes seconds for it."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = f"sqlite:///{folder / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("schemes")
        gradebook.add_notebook("schemes", "schemes")
        for grade_id, source in SCHEMES.items():
            gradebook.add_source_cell(grade_id, "schemes", "schemes", cell_type="markdown", source=source)
    return url


def notebook(cells: Cells) -> nbformat.NotebookNode:
    """A notebook with metadata that a page must not show either."""
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"</script><script>pwned(1)</script>": {}}}}
    metadata = {
        "widgets": widgets,
        "title": "</title><script>pwned('title of the notebook')</script>",
        "language_info": {"name": "\"><script>pwned('language of the notebook')</script>"},
    }
    return _numbered(cells, metadata)


def feedback(
    cells: Cells,
    name: str = "01-data-overview",
    student: str = "ada",
    unmarked: bool = False,
    late_penalty: float = 0.0,
    due: str = "",
    late: bool = False,
) -> str:
    """The page of `nbgrader generate_feedback`."""
    exporter = _feedback_exporter(unmarked, late_penalty)
    about = {"notebook": name, "student": student, "assignment": name, "due": due, "late": late}
    return str(exporter.from_notebook_node(notebook(cells), {"nbgrader": about})[0])


def formgrader(cells: Cells, name: str = "01-data-overview", student: str = "ada", course: Config | None = None) -> str:
    """The formgrader's page of a submission, configured as in ``nbgrader_config.py``, and as ``course`` says."""
    exporter = _formgrader_exporter() if course is None else _new_formgrader_exporter(course)
    return _formgraded(exporter, notebook(cells), name, student)


def stock_formgrader(cells: Cells) -> str:
    """The same page as nbgrader makes it without our configuration."""
    return _formgraded(_stock_exporter(), _numbered(cells, {}), "01-data-overview", "ada")


@lru_cache(maxsize=4)
def _feedback_exporter(unmarked: bool, late_penalty: float) -> FeedbackExporter:
    exporter = FeedbackExporter()
    exporter.register_preprocessor(GivenGrades(unmarked, late_penalty), enabled=True)
    return exporter


def _new_formgrader_exporter(course: Config) -> HTMLExporter:
    config = _formgraders_own()
    config.merge(Config(HTMLExporter=formgrader_pages()))
    config.CourseDirectory.db_url = gradebook_url()
    config.merge(course)
    return HTMLExporter(config=config)


@lru_cache(maxsize=1)  # the formgrader's server keeps one, too
def _formgrader_exporter() -> HTMLExporter:
    return _new_formgrader_exporter(Config())


@lru_cache(maxsize=1)
def _stock_exporter() -> HTMLExporter:
    return HTMLExporter(config=_formgraders_own())


def _numbered(cells: Cells, metadata: dict[str, Any]) -> nbformat.NotebookNode:
    ids = [NOTES if cell.get("id") == NOTES else f"c{number}" for number, cell in enumerate(cells)]
    with_ids = [{**cell, "id": one} for one, cell in zip(ids, cells, strict=True)]
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": with_ids})


def _formgraders_own() -> Config:
    """What nbgrader's extension configures before it reads ``nbgrader_config.py``."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    return config


def _formgraded(exporter: HTMLExporter, nb: nbformat.NotebookNode, name: str, student: str) -> str:
    resources = {
        "assignment_id": name,
        "notebook_id": name,
        "submission_id": "s1",
        "index": 0,
        "total": 3,
        "base_url": "",
        "student": student,
        "last_name": student,
        "first_name": student,
        "notebook_path": f"autograded/{student}/{name}.ipynb",
    }
    return str(exporter.from_notebook_node(nb, resources)[0])

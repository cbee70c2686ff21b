"""The page that `nbgrader generate_feedback` makes for a student: one file, no scripts, nothing to load."""

from __future__ import annotations

from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter
from nbgrader.preprocessors import GetGrades
from traitlets.config import Config

from autograder.plugins.feedback_formgrader import TEMPLATES
from autograder.plugins.feedback_markdown import as_html, highlight_code


class FeedbackExporter(HTMLExporter):
    """For ``c.GenerateFeedback.exporter_class``.

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
                    "autograder.plugins.feedback_notebook.StudentsNotebook",
                    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",  # colours of code, as variables
                ],
                "filters": {"as_html": as_html, "highlight_code": highlight_code},
            }
        )
        settings: Config = super().default_config.copy()
        settings.merge(ours)
        return settings


class ShownGrades(GetGrades):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's GetGrades; also says which parts nobody has marked yet, so that they do not look like zeros."""

    def _get_score(self, cell: nbformat.NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        name = cell.metadata["nbgrader"]["grade_id"]
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        cell.metadata.nbgrader["unmarked"] = grade.auto_score is None and grade.manual_score is None

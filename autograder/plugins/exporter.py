"""How `nbgrader autograde` reads what was handed in, and where its sandbox lives."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook

from autograder.intake import UnreadableNotebook, read_notebook
from autograder.plugins.files import read_notebook_file
from autograder.plugins.gradebook import read_template
from autograder.plugins.hand_ins import take_over
from autograder.restore import Restored
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template


class SubmissionExporter(NotebookExporter):
    """Reads any file as a submission: one that is no notebook becomes an empty notebook that says so.

    One exporter lives as long as one run of `nbgrader autograde`, so it also keeps what all submissions
    of that run share: the assignment's template and the warm sandbox.

    Attributes:
        restored: the notebook that the first step has restored, for the second.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # nbconvert is typed in part only
        self._templates: dict[tuple[str, str], Template] = {}
        self._sandboxes: dict[tuple[Limits, bool], Sandbox] = {}
        self.restored: Restored | None = None
        if self._converter is not None:
            take_over(self._converter)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read ``filename`` with bounds and without surprises, then convert it as nbconvert does."""
        try:
            notebook = read_notebook(read_notebook_file(Path(filename)))
        except UnreadableNotebook as error:
            notebook = nbformat.v4.new_notebook(metadata={"autograder": {"unreadable": str(error)}})
        converted: tuple[Any, dict[str, Any]] = self.from_notebook_node(  # type: ignore[no-untyped-call]  # as above
            notebook, resources=resources, **kwargs
        )
        return converted

    @property
    def _converter(self) -> Any:
        """nbgrader's ``Autograde``, which made this exporter."""
        return self.parent

    def template(self, resources: dict[str, Any]) -> Template:
        """The template of the notebook that ``resources`` (of nbgrader) speak of."""
        about = resources["nbgrader"]
        key = (about["assignment"], about["notebook"])
        if key not in self._templates:
            coursedir: Any = self._converter.coursedir
            folder = Path(coursedir.format_path(coursedir.source_directory, ".", key[0]))
            with Gradebook(about["db_url"]) as gradebook:
                self._templates[key] = read_template(gradebook, *key, folder / f"{key[1]}.ipynb")
        return self._templates[key]

    def sandbox(self, limits: Limits, *, isolated: bool) -> Sandbox:
        """The warm sandbox of this run."""
        key = (limits, isolated)
        if key not in self._sandboxes:
            sandbox = Sandbox(limits, isolated=isolated)
            weakref.finalize(self, sandbox.close)
            self._sandboxes[key] = sandbox
        return self._sandboxes[key]

"""Preprocessors that turn a graded notebook into one that is safe to show, before any template sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor

from autograder.plugins.feedback_outputs import shown_outputs
from autograder.plugins.gradebook import BEGIN_SCHEME, END_SCHEME
from autograder.plugins.safe_html import preformatted
from autograder.template import BEGIN_HIDDEN, END_HIDDEN, without_region

MAX_TEXT = 1_000_000  # characters of all Markdown and raw cells of a page
_MAX_CODE = 200_000  # characters of one code cell
_GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MAX_OUTPUT = 4_000_000  # characters of all outputs of a page, pictures aside
_PICTURE_DATA = re.compile(r"base64,[A-Za-z0-9+/=]+")
_MAX_REMARKS = 20  # beside one answer
_TOO_LONG = "This is not shown: the page has become too long."

Resources = dict[str, Any]


class SafeNotebook(Preprocessor):
    """Rebuilds every cell from plain text, sanitised outputs and the few metadata that pages need.

    Markdown stays Markdown: it is sanitised when the template renders it (see ``feedback_markdown``), because
    graders' comments come to the page only after this step.
    """

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """A new notebook; nothing of the notebook's own metadata is kept."""
        page = _Page()
        cells = [self.shown_cell(cell, page, number) for number, cell in enumerate(nb.cells)]
        return nbformat.v4.new_notebook(cells=cells), resources

    def shown_cell(self, cell: nbformat.NotebookNode, page: _Page, number: int) -> nbformat.NotebookNode:
        """``cell`` as the page shows it."""
        metadata = _metadata(cell)
        about = metadata.get("nbgrader", {})
        is_answer = about.get("solution") and not about.get("locked")
        source = str(cell.get("source", ""))
        source = source if is_answer else self.without_secrets(source)
        new: nbformat.NotebookNode
        if cell.cell_type == "code":
            new = nbformat.v4.new_code_cell(source[:_MAX_CODE], outputs=page.outputs(cell.get("outputs", [])))
            count = cell.get("execution_count")
            new.execution_count = count if isinstance(count, int) and count >= 0 else None
        elif cell.cell_type == "markdown":
            new = nbformat.v4.new_markdown_cell(page.text(source))
            new.attachments = nbformat.from_dict(_attachments(cell))
        else:
            new = nbformat.v4.new_markdown_cell(preformatted(page.text(source)))
        new.metadata = nbformat.from_dict(metadata)
        new["id"] = f"cell-{number}"
        return new

    def without_secrets(self, source: str) -> str:
        """A cell of the assignment without what is shown elsewhere on the page: the marking scheme."""
        return without_region(source, BEGIN_SCHEME, END_SCHEME).rstrip()


class StudentsNotebook(SafeNotebook):
    """For the page that students get: neither hidden tests nor marking schemes, nor what is meant for the TA."""

    def shown_cell(self, cell: nbformat.NotebookNode, page: _Page, number: int) -> nbformat.NotebookNode:
        """``cell`` as the page shows it."""
        shown = super().shown_cell(cell, page, number)
        for name in ("review", "beside"):
            shown.metadata.pop(name, None)
        return shown

    def without_secrets(self, source: str) -> str:
        """A cell of the assignment as it was released."""
        return without_region(super().without_secrets(source), BEGIN_HIDDEN, END_HIDDEN).rstrip()


class _Page:
    """What one page has room for."""

    def __init__(self) -> None:
        self._text = MAX_TEXT
        self._output = _MAX_OUTPUT

    def text(self, source: str) -> str:
        self._text -= len(source)
        return source if self._text >= 0 else f"*{_TOO_LONG}*"

    def outputs(self, outputs: Sequence[Mapping[str, Any]]) -> list[nbformat.NotebookNode]:
        if self._output <= 0 and outputs:
            return shown_outputs([{"output_type": "stream", "text": _TOO_LONG}])
        shown = shown_outputs(outputs)
        for output in shown:
            texts = [output.get("text", ""), *output.get("traceback", []), *output.get("data", {}).values()]
            self._output -= sum(len(_PICTURE_DATA.sub("", text)) for text in texts)
        return shown


def _metadata(cell: nbformat.NotebookNode) -> dict[str, Any]:
    """What templates look at, each value of the type that it must have."""
    kept: dict[str, Any] = {}
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    about = metadata.get("nbgrader")
    grade_id = about.get("grade_id") if isinstance(about, dict) else None
    if isinstance(about, dict) and isinstance(grade_id, str) and _GRADE_ID.fullmatch(grade_id):
        flags = {key: about.get(key) is True for key in ("grade", "solution", "locked", "task")}
        points = about.get("points")
        kept["nbgrader"] = {"grade_id": grade_id, "schema_version": 3, **flags}
        if flags["grade"] or flags["task"]:
            kept["nbgrader"]["points"] = float(points) if isinstance(points, int | float) else 0.0
    ours = metadata.get("autograder")
    if isinstance(ours, dict) and isinstance(ours.get("review"), str):
        kept["review"] = ours["review"][:4_000]
    kept |= {"beside": said} if (said := remarks_beside(cell)) else {}
    return kept


def remarks_beside(cell: nbformat.NotebookNode) -> list[str]:
    """What :mod:`autograder.beside` wrote for the TA beside a written answer."""
    metadata = cell.get("metadata")
    ours = metadata.get("autograder") if isinstance(metadata, dict) else None
    said = ours.get("beside") if isinstance(ours, dict) else None
    said = said if isinstance(said, list) else []
    return [sentence[:400] for sentence in said[:_MAX_REMARKS] if isinstance(sentence, str)]


def _attachments(cell: nbformat.NotebookNode) -> dict[str, dict[str, str]]:
    """Attached files as text by name and type; which of them are pictures is for the renderer to say."""
    kept: dict[str, dict[str, str]] = {}
    attached = cell.get("attachments")
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        if isinstance(bundle, dict):
            texts = {mime: "".join(data) if isinstance(data, list) else data for mime, data in bundle.items()}
            kept[name] = {mime: data for mime, data in texts.items() if isinstance(data, str)}
    return kept

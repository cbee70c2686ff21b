"""Preprocessors that turn a graded notebook into one that is safe to show, before any template sees it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor

from autograder.pages.formulas import marked, with_formulas
from autograder.pages.html import clean, picture, preformatted, shortened
from autograder.pages.markdown import as_html
from autograder.pages.shows import Shows, only
from autograder.pages.time import shown_in_time
from autograder.template import NOTES, Delimiters

MAX_TEXT = 1_000_000  # characters of all Markdown and raw cells of a page
_MAX_CODE = 200_000  # characters of one code cell
_GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MAX_OUTPUT = 4_000_000  # characters of all outputs of a page, pictures aside
_PICTURE_DATA = re.compile(r"base64,[A-Za-z0-9+/=]+")
_MAX_REMARKS = 20  # on one answer
_TOO_LONG = "This is not shown: the page has become too long."

Resources = dict[str, Any]


class SafeNotebook(Preprocessor):
    """Rebuilds every cell from plain text, sanitized outputs and the few metadata that pages need.

    Markdown stays Markdown: the template sanitizes it (see :mod:`autograder.pages.markdown`), because graders' comments
    come to the page only after this step.
    """

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """A new notebook; nothing of the notebook's own metadata is kept."""
        page = _Page()
        cells = [self.shown_cell(cell, page, number) for number, cell in enumerate(nb.cells)]
        # Of dictionaries, as each cell and output is: nbconvert looks at it all, nbformat would at each part too.
        return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), resources

    def shown_cell(self, cell: nbformat.NotebookNode, page: _Page, number: int) -> nbformat.NotebookNode:
        """``cell`` as the page shows it."""
        metadata = _metadata(cell)
        about = metadata.get("nbgrader", {})
        is_answer = about.get("solution") and not about.get("locked")
        source = str(cell.get("source", ""))
        source = source if is_answer else self.without_secrets(source)
        if cell.get("id") == NOTES:
            metadata["notes"] = True
        new: dict[str, Any] = {"cell_type": "markdown", "id": f"cell-{number}", "metadata": metadata}
        if cell.cell_type == "code":
            count = cell.get("execution_count")
            new |= {"cell_type": "code", "source": source[:_MAX_CODE], "outputs": page.outputs(cell.get("outputs", []))}
            new["execution_count"] = count if isinstance(count, int) and count >= 0 else None
        elif cell.cell_type == "markdown":
            new |= {"source": page.text(source), "attachments": _attachments(cell)}
        else:
            new["source"] = preformatted(page.text(source))
        shown: nbformat.NotebookNode = nbformat.from_dict(new)
        return shown

    def without_secrets(self, source: str) -> str:
        """A cell of the assignment without what is shown elsewhere on the page: the marking scheme."""
        return Delimiters.configured(self.config).without_scheme(source).rstrip()


class StudentsNotebook(SafeNotebook):
    """For the page that students get: neither hidden tests nor marking schemes, nor what is meant for the TA.

    Of the verdicts it keeps what ``resources["nbgrader"]["shows"]`` says (see :mod:`autograder.pages.shows`), or all.
    """

    def preprocess(self, nb: nbformat.NotebookNode, resources: Resources) -> tuple[nbformat.NotebookNode, Resources]:
        """A new notebook; nothing of the notebook's own metadata is kept."""
        self._shows = Shows(resources.get("nbgrader", {}).get("shows", Shows.ALL.value))
        return super().preprocess(nb, resources)

    def shown_cell(self, cell: nbformat.NotebookNode, page: _Page, number: int) -> nbformat.NotebookNode:
        """``cell`` as the page shows it."""
        shown = super().shown_cell(cell, page, number)
        for name in ("review", "remarks"):
            shown.metadata.pop(name, None)
        about = shown.metadata.get("nbgrader", {})
        if about.get("grade") and not about.get("solution"):
            for output in shown.get("outputs", ()):
                if "text/html" in output.get("data", {}):
                    output.data["text/html"] = only(self._shows, output.data["text/html"])
        return shown

    def without_secrets(self, source: str) -> str:
        """A cell of the assignment as it was released."""
        return Delimiters.configured(self.config).released(source).rstrip()


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
    kept |= {"remarks": said} if (said := remarks_of(cell)) else {}
    return kept


def remarks_of(cell: nbformat.NotebookNode) -> list[str]:
    """The remarks for the TA in a cell's metadata (see :mod:`autograder.grading.remarks`)."""
    metadata = cell.get("metadata")
    ours = metadata.get("autograder") if isinstance(metadata, dict) else None
    said = ours.get("remarks") if isinstance(ours, dict) else None
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


MAX_OUTPUTS = 200  # of one cell
_MAX_SVG = 2_000_000  # characters
_MAX_COLORS = 2_000  # terminal colors in one text; more of them are taken out
_TERMINAL_CODE = re.compile(
    r"[\x1b\x9b](?:(?<=\x9b)|\[)[0-?]*[ -/]*[@-~]"  # control sequences: colors, movements of the cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x9c|\x1b\\)?"  # titles, links and other strings
    r"|\x1b[ -/]*[0-~]?"
)
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
_TAG = re.compile(r"<[^<>]*>")
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")


def shown_outputs(outputs: Sequence[Mapping[str, Any]]) -> list[nbformat.NotebookNode]:
    """The outputs of a cell as a page shows them: text and sanitized HTML, at most :data:`MAX_OUTPUTS`."""
    shown = [_shown(output) for output in outputs[:MAX_OUTPUTS]]
    if len(outputs) > MAX_OUTPUTS:
        shown.append(_stream(f"… {len(outputs) - MAX_OUTPUTS} more outputs are not shown."))
    return [nbformat.from_dict(output) for output in shown]


def _shown(output: Mapping[str, Any]) -> dict[str, Any]:
    match output.get("output_type"):
        case "stream":
            return _stream(_text(output.get("text")), "stderr" if output.get("name") == "stderr" else "stdout")
        case "error":
            return _error(output)
        case "execute_result" | "display_data" as kind:
            count = {"execution_count": None} if kind == "execute_result" else {}
            return {"output_type": kind, "data": _data(output), "metadata": {}, **count}
        case other:
            return _stream(f"An output of the unknown type {str(other)[:40]!r} is not shown.")


def _stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": _plain(text)}


def _error(output: Mapping[str, Any]) -> dict[str, Any]:
    traceback = "\n".join(line for line in output.get("traceback", ()) if isinstance(line, str))
    name, value = _text(output.get("ename")), _text(output.get("evalue"))
    text = _plain(traceback or f"{name}: {value}")
    return {"output_type": "error", "ename": name[:100], "evalue": "", "traceback": [text]}


def _data(output: Mapping[str, Any]) -> dict[str, str]:
    """One entry: the richest form of the output that can be shown."""
    data = output.get("data")
    data = data if isinstance(data, Mapping) else {}
    html = _html(data, output.get("metadata"))
    if html:
        return {"text/html": html}
    plain = _text(data.get("text/plain"))
    if plain:
        return {"text/plain": _plain(plain)}
    kinds = ", ".join(sorted(str(kind)[:60] for kind in data)[:5]) or "nothing"
    return {"text/plain": f"[an output that cannot be shown here: {kinds}]"}


def _html(data: Mapping[str, Any], metadata: object) -> str:
    if "text/html" in data:
        html = clean(_text(data["text/html"]))
        if "<img" in html or _TAG.sub("", html).strip():
            return html
    for mime in _RASTER:
        if mime in data:
            about = metadata.get(mime) if isinstance(metadata, Mapping) else None
            about = about if isinstance(about, Mapping) else {}
            alt = _text(about.get("alt"))[:500] or _text(data.get("text/plain"))[:200] or "Figure"
            return picture(mime, _text(data[mime]), alt=alt, width=about.get("width"), height=about.get("height"))
    if "image/svg+xml" in data:
        svg = _text(data["image/svg+xml"])
        encoded = base64.b64encode(svg.encode("utf-8", "replace")).decode("ascii")
        return picture("image/svg+xml", encoded, alt="Figure") if 0 < len(svg) <= _MAX_SVG else ""
    if "text/markdown" in data:
        return as_html(_text(data["text/markdown"]))
    if "text/latex" in data:
        return _latex(_text(data["text/latex"]))
    return ""


def _latex(tex: str) -> str:
    formula = tex.strip().strip("$").removeprefix("\\displaystyle")
    shown = shown_in_time(tex, lambda: with_formulas(clean(marked(formula, display=True))))
    return shown if formula.strip() else preformatted(tex)


def _text(value: object) -> str:
    """A notebook keeps texts as strings or as lists of lines."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def without_terminal_codes(text: str) -> str:
    """``text`` without what would move a terminal's cursor, set its title or color it, and other control characters."""
    return _CONTROL.sub("", _TERMINAL_CODE.sub("", text))


def _plain(text: str) -> str:
    """Text for nbconvert's filter for terminal colors, which escapes it."""
    text = shortened(text)
    if text.count("\x1b") > _MAX_COLORS:
        return without_terminal_codes(text)
    return _CONTROL.sub("", _TERMINAL_CODE.sub(lambda code: code[0] if _COLOR.fullmatch(code[0]) else "", text))

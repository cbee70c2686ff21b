"""The outputs of a code cell, each reduced to one form that is safe to show: plain text or sanitised HTML."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nbformat

from autograder.plugins.feedback_markdown import as_html
from autograder.plugins.feedback_math import marked, with_formulas
from autograder.plugins.safe_html import clean, picture, preformatted, shortened

MAX_OUTPUTS = 200  # of one cell
_MAX_SVG = 2_000_000  # characters
_MAX_COLOURS = 2_000  # terminal colours in one text; more of them are taken out
_TERMINAL_CODE = re.compile("\x1b\\[[^@-~\n]*[@-~]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_TAG = re.compile(r"<[^<>]*>")
_RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp")


def shown_outputs(outputs: Sequence[Mapping[str, Any]]) -> list[nbformat.NotebookNode]:
    """What a page shows in place of ``outputs``; nothing of the originals but text and sanitised HTML is kept."""
    shown = [_shown(output) for output in outputs[:MAX_OUTPUTS]]
    if len(outputs) > MAX_OUTPUTS:
        shown.append(_stream(f"… {len(outputs) - MAX_OUTPUTS} more outputs are not shown."))
    return shown


def _shown(output: Mapping[str, Any]) -> nbformat.NotebookNode:
    match output.get("output_type"):
        case "stream":
            return _stream(_text(output.get("text")), "stderr" if output.get("name") == "stderr" else "stdout")
        case "error":
            return _error(output)
        case "execute_result" | "display_data" as kind:
            count = {"execution_count": None} if kind == "execute_result" else {}
            shown: nbformat.NotebookNode = nbformat.v4.new_output(kind, _data(output), **count)
            return shown
        case other:
            return _stream(f"An output of the unknown type {str(other)[:40]!r} is not shown.")


def _stream(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    stream: nbformat.NotebookNode = nbformat.v4.new_output("stream", name=name, text=_plain(text))
    return stream


def _error(output: Mapping[str, Any]) -> nbformat.NotebookNode:
    traceback = "\n".join(line for line in output.get("traceback", ()) if isinstance(line, str))
    name, value = _text(output.get("ename")), _text(output.get("evalue"))
    text = _plain(traceback or f"{name}: {value}")
    error: nbformat.NotebookNode = nbformat.v4.new_output("error", ename=name[:100], evalue="", traceback=[text])
    return error


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
    shown = with_formulas(clean(marked(formula, display=True)))
    return shown if formula.strip() else preformatted(tex)


def _text(value: object) -> str:
    """A notebook keeps texts as strings or as lists of lines."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Text for nbconvert's filter for terminal colours, which escapes it."""
    text = _CONTROL.sub("", shortened(text))
    return text if text.count("\x1b") <= _MAX_COLOURS else _TERMINAL_CODE.sub("", text).replace("\x1b", "")

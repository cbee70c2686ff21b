"""Reading a file that somebody handed in: bounded, strict, and never a surprise.

The bytes come from a student. Whatever they are, the outcome is either a notebook in format 4
or an :class:`UnreadableNotebook` whose text tells the student what is wrong with the file.
"""

from __future__ import annotations

import json
from typing import Any

import nbformat

from autograder.errors import UnreadableNotebook

MAX_BYTES = 20_000_000
MAX_VALUES = 3_000_000  # in the whole file; an empty list takes twenty times its two bytes in memory
MAX_CELLS = 2_000
MAX_SOURCE = 200_000  # characters in one cell

_SAVE_AGAIN = "Open it in Jupyter, save it and hand it in again."
_CLEAR_OUTPUTS = "Clear the outputs (Edit → Clear Outputs of All Cells), save, and hand it in again."
# What restoring looks at (see the module beside). Nothing else of a file's metadata is ever taken in.
_CLAIMS = ("grade_id", "grade", "solution", "locked", "task", "points", "checksum")


def read_notebook(content: bytes) -> nbformat.NotebookNode:
    """Parse the bytes of a handed-in file as a notebook of format 4.

    Raises:
        UnreadableNotebook: with a sentence for the student, whatever the reason.
    """
    document = _parse(content)
    if not isinstance(document, dict):
        raise UnreadableNotebook(
            "The file is JSON, but not a notebook.", remedy="Hand in the .ipynb file that Jupyter saves."
        )
    document = _as_format_4(document)
    cells = document.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise UnreadableNotebook("The notebook has no list of cells.", remedy=_SAVE_AGAIN)
    if len(cells) > MAX_CELLS:
        raise UnreadableNotebook(
            f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are graded.", len(cells), MAX_CELLS
        )
    plain = [_plain_cell(cell, place) for place, cell in enumerate(cells)]
    notebook: nbformat.NotebookNode = nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": plain}
    )
    return notebook


def _parse(content: bytes) -> Any:
    if not content.strip():
        raise UnreadableNotebook("The file is empty.", remedy="Save the notebook in Jupyter and hand it in again.")
    if len(content) > MAX_BYTES:
        raise UnreadableNotebook(
            f"The file is too large: at most {MAX_BYTES / 1e6:.0f} MB are accepted.",
            len(content),
            MAX_BYTES,
            _CLEAR_OUTPUTS,
        )
    if content.count(b",") + content.count(b"[") + content.count(b"{") > MAX_VALUES:
        raise UnreadableNotebook(
            f"The file holds more than {MAX_VALUES} values.", expected=MAX_VALUES, remedy=_CLEAR_OUTPUTS
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableNotebook(
            "The file is not UTF-8 text, so it is not a notebook as Jupyter saves it.",
            remedy="Save it in Jupyter and hand it in again.",
        ) from None
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadableNotebook(
            "The file is nested more deeply than any notebook is.",
            remedy="Hand in the .ipynb file that Jupyter saves.",
        ) from None
    except ValueError as error:
        raise UnreadableNotebook(
            f"The file is not complete JSON ({error}). It may have been cut off while it was saved or sent:",
            str(error),
            remedy="open it in Jupyter, save it and hand it in again.",
        ) from None


def _as_format_4(document: dict[str, Any]) -> dict[str, Any]:
    major = document.get("nbformat")
    if major == 4:
        return document
    if type(major) is int and 2 <= major < 4:
        return {"cells": _cells_of_worksheets(document)}
    raise UnreadableNotebook(
        f"The notebook says that it is in format {str(major)[:20]!r}; format 4 is what Jupyter saves.",
        str(major)[:20],
        4,
        _SAVE_AGAIN,
    )


def _cells_of_worksheets(document: dict[str, Any]) -> list[Any]:
    """The cells of a notebook of format 2 or 3; nbformat's own converter trusts its input, and copies all of it."""
    worksheets = document.get("worksheets")
    listed = worksheets if isinstance(worksheets, list) else []
    sheets: list[Any] = [sheet.get("cells") for sheet in listed if isinstance(sheet, dict)]
    if not sheets or not all(isinstance(cells, list) for cells in sheets):
        raise UnreadableNotebook(
            f"The notebook is in the old format {document['nbformat']} and has no cells.", remedy=_SAVE_AGAIN
        )
    return [_modern(cell) if isinstance(cell, dict) else cell for cells in sheets for cell in cells]


def _modern(cell: dict[str, Any]) -> dict[str, Any]:
    if cell.get("cell_type") == "heading":
        return {**cell, "cell_type": "markdown"}
    return {**cell, "source": cell["input"]} if "input" in cell else cell


def _plain_cell(cell: dict[str, Any], place: int) -> dict[str, Any]:
    """The parts of a cell that grading looks at, each with the type that it must have, and none of them nested."""
    kind = cell.get("cell_type")
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    # A lone surrogate is legal JSON and illegal everywhere else.
    source = source.encode("utf-8", "replace").decode("utf-8")
    plain = {
        "id": f"cell-{place}",
        "cell_type": kind if kind in ("code", "markdown", "raw") else "raw",
        "source": source[:MAX_SOURCE],
        "metadata": _claims(cell.get("metadata")) | ({"cut": True} if len(source) > MAX_SOURCE else {}),
    }
    if kind == "code":
        plain |= {"outputs": [], "execution_count": None}
    else:
        plain["attachments"] = _attachments(cell.get("attachments"))
    return plain


def _claims(metadata: Any) -> dict[str, Any]:
    """What a cell says of itself, as flat data."""
    if not isinstance(metadata, dict):
        return {}
    plain: dict[str, Any] = {"tags": True} if metadata.get("tags") else {}
    nbgrader = metadata.get("nbgrader")
    if isinstance(nbgrader, dict):
        plain["nbgrader"] = {
            name: nbgrader[name] for name in _CLAIMS if isinstance(nbgrader.get(name), bool | int | float | str)
        }
    return plain


def _attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """Attached files by printable name and by type, as text."""
    if not isinstance(attachments, dict):
        return {}
    return {
        name: {kind: _joined(data) for kind, data in bundle.items()}
        for name, bundle in attachments.items()
        if name.isprintable() and isinstance(bundle, dict)
    }


def _joined(data: Any) -> str:
    parts = data if isinstance(data, list) else [data]
    return "".join(part for part in parts if isinstance(part, str))

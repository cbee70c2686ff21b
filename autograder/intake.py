"""Reading a file that somebody handed in: bounded, strict, and never a surprise.

The bytes come from a student. Whatever they are, the outcome is either a notebook in format 4
or an :class:`UnreadableNotebook` whose text tells the student what is wrong with the file.
"""

from __future__ import annotations

import json
from typing import Any

import nbformat

MAX_BYTES = 20_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 200_000  # characters in one cell


class UnreadableNotebook(Exception):
    """The file is no notebook that can be graded; the message is meant for its author."""


def read_notebook(content: bytes) -> nbformat.NotebookNode:
    """Parse the bytes of a handed-in file as a notebook of format 4.

    Raises:
        UnreadableNotebook: with a sentence for the student, whatever the reason.
    """
    document = _parse(content)
    if not isinstance(document, dict):
        raise UnreadableNotebook("The file is JSON, but not a notebook. Hand in the .ipynb file that Jupyter saves.")
    document = _as_format_4(document)
    cells = document.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise UnreadableNotebook("The notebook has no list of cells. Open it in Jupyter, save it and hand it in again.")
    if len(cells) > MAX_CELLS:
        raise UnreadableNotebook(f"The notebook has {len(cells)} cells; at most {MAX_CELLS} are graded.")
    notebook: nbformat.NotebookNode = nbformat.from_dict(
        {**document, "cells": [_plain_cell(cell, place) for place, cell in enumerate(cells)]}
    )
    return notebook


def _parse(content: bytes) -> Any:
    if not content.strip():
        raise UnreadableNotebook("The file is empty. Save the notebook in Jupyter and hand it in again.")
    if len(content) > MAX_BYTES:
        raise UnreadableNotebook(
            f"The file has {len(content) / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are accepted. "
            "Clear the outputs (Edit → Clear Outputs of All Cells), save, and hand it in again."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableNotebook(
            "The file is not UTF-8 text, so it is not a notebook as Jupyter saves it. "
            "Save it in Jupyter and hand it in again."
        ) from None
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadableNotebook("The file is nested more deeply than any notebook is.") from None
    except ValueError as error:
        raise UnreadableNotebook(
            f"The file is not complete JSON ({error}). It may have been cut off while it was saved or sent: "
            "open it in Jupyter, save it and hand it in again."
        ) from None


def _as_format_4(document: dict[str, Any]) -> dict[str, Any]:
    major = document.get("nbformat")
    if major == 4:
        return document
    if isinstance(major, int) and not isinstance(major, bool) and 2 <= major < 4:
        try:
            return dict(nbformat.convert(nbformat.from_dict(document), 4))
        except Exception as error:  # the converter trusts its input: anything can go wrong on a broken file
            raise UnreadableNotebook(
                f"The notebook is in the old format {major} and could not be converted ({type(error).__name__}). "
                "Open it in Jupyter, save it and hand it in again."
            ) from None
    raise UnreadableNotebook(
        f"The notebook says that it is in format {str(major)[:20]!r}; format 4 is what Jupyter saves. "
        "Open it in Jupyter, save it and hand it in again."
    )


def _plain_cell(cell: dict[str, Any], place: int) -> dict[str, Any]:
    """The parts of a cell that grading looks at, each with the type that it must have."""
    kind = cell.get("cell_type")
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    # A lone surrogate is legal JSON and illegal everywhere else.
    source = source.encode("utf-8", "replace").decode("utf-8")
    metadata = cell.get("metadata")
    attachments = cell.get("attachments")
    plain = {
        "id": f"cell-{place}",
        "cell_type": kind if kind in ("code", "markdown", "raw") else "raw",
        "source": source[:MAX_SOURCE],
        "metadata": metadata if isinstance(metadata, dict) else {},
    }
    if kind == "code":
        plain |= {"outputs": [], "execution_count": None}
    elif isinstance(attachments, dict):
        plain["attachments"] = attachments
    return plain

"""Malforming the notebook: files that are none, and notebooks that no editor would save."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.hostile.row import ALL, FULL, NOTEBOOK, SOLVED, Document, Row, cell_of, code_cell


def nested(depth: int, document: Document) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = {"a": [deep]}
    document["metadata"]["deep"] = deep
    answer = cell_of(document, "q3b-reflection")
    answer["metadata"]["deep"] = deep
    answer["attachments"] = {"a.png": {"image/png": deep}, "b.png": deep}


def surrogates(document: Document) -> None:
    picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    answer = cell_of(document, "q3b-reflection")
    answer.update(
        source="\ud800 text \udfff", attachments={"\ud800.png": {"image/png": picture}, "b.png": {"\ud800": picture}}
    )
    answer["metadata"]["\ud800"] = "\ud800"
    document["metadata"]["\udfff"] = "\ud800"
    document["cells"].append(code_cell("'\ud800'", nbgrader={"grade_id": "\ud800", "grade": True, "\ud800": 1}))


def wrong_types(document: Document) -> None:
    document["metadata"] = None
    document["nbformat_minor"] = "x"
    for number, cell in enumerate(document["cells"]):
        cell["id"] = [number]
        cell["outputs"] = {"x": None}
        cell["execution_count"] = "x"
    document["cells"] += [
        {},
        {"cell_type": None},
        {"cell_type": "code", "source": [1, None, "x", ["y"]]},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "markdown", "metadata": [1], "attachments": "x"},
        {"metadata": {"nbgrader": [1]}},
        {"metadata": {"nbgrader": {"grade_id": ["q3a"]}}},
        {"metadata": {"nbgrader": {"grade_id": "q3a", "points": [1e999], "solution": "x"}, "tags": 7}},
    ]


def list_metadata(document: Document) -> None:
    document["metadata"] = [["autograder", {"notes": 5}]]


def autograder_metadata(document: Document) -> None:
    document["metadata"] = {"autograder": ["unreadable"]}


def no_metadata_at_all(document: Document) -> None:
    del document["metadata"]
    for cell in document["cells"]:
        cell.pop("id", None)
        cell.pop("outputs", None)


def without(*keys: str) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        for cell in document["cells"]:
            for key in keys:
                cell.pop(key, None)

    return edit


OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": ""},
    "worksheets": [
        {
            "metadata": {},
            "cells": [{"cell_type": "code", "language": "python", "input": "x = 1", "outputs": [], "metadata": {}}],
        }
    ],
}
EMPTY_NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
CUT = json.dumps(EMPTY_NOTEBOOK).encode()[:-9]


def old_bomb() -> bytes:
    return b'{"nbformat": 3, "metadata": {"x": [' + b"{}," * 900_000 + b'{}]}, "worksheets": [{"cells": []}]}'


def bomb() -> bytes:
    return b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {"x": [' + b"{}," * 6_000_000 + b'{}]}, "cells": []}'


def fifty_megabytes() -> bytes:
    return b'{"cells": "' + b"x" * 50_000_000 + b'"}'


def as_json(**changes: Any) -> bytes:
    return json.dumps({**EMPTY_NOTEBOOK, **changes}).encode()


ROWS = (
    Row(
        "empty file",
        "A file without a byte.",
        content=b"",
        place=lambda folder, _: (folder / NOTEBOOK).touch(),
        says="The file is empty",
    ),
    Row("blanks", "A file of blanks.", content=b" \n\t\r\n" * 1000, says="The file is empty"),
    Row("truncated", "A notebook that was cut off.", content=CUT, says="not complete JSON"),
    Row(
        "binary", "A picture with the name of a notebook.", content=b"\x89PNG\r\n\x1a\n\x00\xff" * 50, says="not UTF-8"
    ),
    Row(
        "zip",
        "A Word document with the name of a notebook.",
        content=b"PK\x03\x04" + bytes(2000),
        says="not complete JSON",
    ),
    Row(
        "UTF-16",
        "A notebook in another encoding.",
        content=json.dumps(EMPTY_NOTEBOOK).encode("utf-16"),
        says="not UTF-8",
    ),
    Row("NUL bytes", "As many NUL bytes as a notebook has.", content=bytes(20_000), says="not complete JSON"),
    Row("a list", "JSON that is a list.", content=b"[" + b"1," * 1000 + b"1]", says="not a notebook"),
    Row(
        "a number",
        "JSON that is a number of 10,000 digits.",
        content=b"9" * 10_000,
        says="not complete JSON|not a notebook",
    ),
    Row(
        "format 3",
        "A notebook of the old format, without the assignment's cells.",
        content=json.dumps(OLD).encode(),
        says="was missing",
    ),
    Row(
        "broken format 3",
        "A notebook that says it is of the old format, and is not.",
        content=json.dumps({**OLD, "worksheets": 7}).encode(),
        says="old format 3",
    ),
    Row(
        "format 5",
        "A notebook of a format that does not exist yet.",
        content=as_json(nbformat=5),
        says="says that it is in format",
    ),
    Row("format as text", "A format that is a text.", content=as_json(nbformat="4"), says="says that it is in format"),
    Row("no cells", "A notebook without cells.", content=as_json(), says="was missing"),
    Row("cells that are none", "Cells that are numbers.", content=as_json(cells=[1, 2, 3]), says="no list of cells"),
    Row(
        "too many cells",
        "Ten thousand cells.",
        content=as_json(cells=[{"cell_type": "code", "source": "1"}] * 10_000),
        says="at most 2000",
    ),
    Row("50 MB", "Fifty megabytes of output.", content=fifty_megabytes, says="at most 20 MB"),
    Row(
        "bomb",
        "Eighteen megabytes of empty objects, which would take gigabytes in memory.",
        content=bomb,
        says="holds more than",
    ),
    Row("100,000 brackets", "Brackets in brackets.", content=b"[" * 100_000 + b"]" * 100_000, says="nested"),
    Row(
        "deep metadata",
        "Metadata and attachments nested 450 deep: the parser takes it, what comes after does not.",
        edit=lambda document: nested(450, document),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "lone surrogates",
        "Text that is legal JSON and illegal everywhere else: in sources, names of pictures, metadata.",
        edit=surrogates,
        solves=("q3a",),
        earns=1.0,
        says="claims the id",
    ),
    Row(
        "wrong types",
        "Fields of every wrong type.",
        edit=wrong_types,
        solves=ALL,
        earns=(0.0, FULL),
        says="`q3a` was there 2 times",
    ),
    Row(
        "metadata as a list",
        "Metadata of the notebook that is a list.",
        edit=list_metadata,
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "the grader's metadata",
        "Metadata of the grader, of a wrong type.",
        edit=autograder_metadata,
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "no metadata at all",
        "A notebook without metadata, ids and outputs.",
        edit=no_metadata_at_all,
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row("no sources", "Cells without a source.", edit=without("source"), says="had been edited"),
    Row(
        "no metadata of cells",
        "Cells without metadata.",
        edit=without("metadata"),
        solves=ALL,
        earns=(0.0, FULL),
        says="recognized by their text or their place",
    ),
    Row(
        "old bomb",
        "The same in the old format, in a size that is accepted: converting it must not copy it.",
        content=old_bomb,
        says="was missing",
    ),
)

"""Whatever bytes are handed in: a notebook of format 4, or a sentence that the student understands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UnreadableNotebook
from autograder.grading.restoring.intake import MAX_BYTES, read_notebook
from autograder.grading.restoring.restore import restore
from autograder.template import Template

CODE = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None}


def notebook(**changes: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [CODE], **changes}).encode()


READABLE = {
    "as Jupyter saves it": notebook(),
    "with a byte order mark": b"\xef\xbb\xbf" + notebook(),
    "source as a list of lines": notebook(cells=[{**CODE, "source": ["x =", " 1"]}]),
    "metadata that is no dictionary": notebook(cells=[{**CODE, "metadata": "?"}]),
    "format 3": json.dumps(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": ""},
            "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"}]}],
        }
    ).encode(),
}

UNREADABLE = {
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", "UTF-8"),
    "UTF-16": (notebook().decode().encode("utf-16"), "UTF-8"),
    "truncated": (notebook()[:-20], "not complete JSON"),
    "a list": (b"[]", "not a notebook"),
    "no cells": (b'{"nbformat": 4}', "no list of cells"),
    "cells are text": (notebook(cells=["x"]), "no list of cells"),
    "format 5": (notebook(nbformat=5), "format '5'"),
    "no format": (b'{"cells": []}', "format 'None'"),
    "broken format 3": (b'{"nbformat": 3, "worksheets": 7}', "old format 3"),
    "too large": (b" " * (MAX_BYTES + 1) + b"{}", "at most 20 MB"),
    "nested too deeply": (b"[" * 100_000, "nested"),
    "too many cells": (notebook(cells=[CODE] * 2001), "at most 2000"),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_readable_files_become_format_4(content: bytes) -> None:
    cells = read_notebook(content).cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [("code", "x = 1")]


@pytest.mark.parametrize(("content", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_other_files_say_what_is_wrong(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableNotebook, match=says):
        read_notebook(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(
    cells=st.lists(
        st.dictionaries(st.sampled_from(["cell_type", "source", "metadata", "attachments"]), json_values), max_size=3
    )
)
def test_any_cells_end_as_plain_cells(cells: list[object]) -> None:
    for cell in read_notebook(notebook(cells=cells)).cells:
        assert cell.cell_type in ("code", "markdown", "raw")
        assert isinstance(cell.source, str)
        assert isinstance(cell.metadata, dict)


@given(content=st.binary(max_size=200))
def test_any_bytes_end_in_a_verdict(content: bytes) -> None:
    with pytest.raises(UnreadableNotebook):
        read_notebook(content)


def test_a_cell_that_is_cut_says_so() -> None:
    template = Template("hw", "hw", ())
    long = {"cell_type": "code", "source": "x" * 200_001, "metadata": {}}
    content = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [long]}).encode()
    restored = restore(template, read_notebook(content).cells)
    assert restored.notes == ("Cell 1 is longer than 200,000 characters; what is behind them was left out.",)

"""However much a notebook shows, its page stays one that a browser can open and that is made in seconds."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest

from tests.pages import pages
from tests.pages.payloads import Cells, code, html, markdown
from tests.processor_time import at_most

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}


def printed(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", text=text)


# name → cells, what the reader is told
HUGE: dict[str, tuple[Callable[[], Cells], str]] = {
    "one long text": (lambda: code(printed("x" * 5_000_000)), "more characters are not shown"),
    "many outputs": (lambda: code(*[printed("x\n")] * 3_000), "2800 more outputs are not shown"),
    "many long texts": (lambda: code(printed("x" * 100_000)) * 100, "the page has become too long"),
    "many colors": (lambda: code(printed("\x1b[31mx\x1b[0m" * 200_000)), "more characters are not shown"),
    "long table": (
        lambda: html("<table>" + "<tr><td>1</td></tr>" * 50_000 + "</table>"),
        "more characters are not shown",
    ),
    "long answer": (lambda: markdown("*word* " * 100_000), "more characters are not shown"),
    "many long answers": (lambda: markdown("word " * 9_000) * 40, "the page has become too long"),
    "deep table": (lambda: html("<table><tr><td>" * 2_000) * 10, ""),
    "long traceback": (
        lambda: code(nbformat.v4.new_output("error", ename="E", evalue="", traceback=["x" * 1_000] * 1_000)),
        "more characters are not shown",
    ),
    "long code": (lambda: code(source="x = '" + "a" * 500_000 + "'"), ""),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", HUGE)
def test_page_stays_small(kind: str, name: str) -> None:
    make, told = HUGE[name]
    cells = make()
    with at_most(20):
        page = PAGES[kind](cells)
    assert len(page) < 12_000_000
    assert told in page


ODD: dict[str, dict[str, object]] = {
    "metadata": {"metadata": []},
    "metadata of nbgrader": {"metadata": {"nbgrader": "x", "autograder": ["x"]}},
    "grade id": {"metadata": {"nbgrader": {"grade_id": ["x"], "grade": "yes", "points": {}}}},
    "points": {"metadata": {"nbgrader": {"grade_id": "x", "grade": True, "points": "nan"}}},
    "attachments": {"cell_type": "markdown", "source": "![x](attachment:a)", "attachments": {"a": ["b"]}},
    "attachment": {"cell_type": "markdown", "source": "![x](attachment:a)", "attachments": {"a": {"image/png": {}}}},
    "count": {"execution_count": "one"},
    "negative count": {"execution_count": -1},
    "outputs": {"outputs": [{}, {"output_type": "x"}, {"output_type": "display_data", "data": []}]},
    "stream": {"outputs": [{"output_type": "stream", "text": {"a": 1}}]},
    "error": {"outputs": [{"output_type": "error", "traceback": [1, None], "ename": 3}]},
    "data": {
        "outputs": [{"output_type": "display_data", "data": {"text/html": ["<b>", 3], "image/png": 5}, "metadata": 7}]
    },
    "surrogates": {
        "outputs": [{"output_type": "display_data", "data": {"text/html": "\ud800", "text/plain": "\udfff"}}]
    },
    "source with surrogates": {"source": "x = '\ud800'"},
}


@pytest.mark.parametrize("name", ODD)
def test_odd_notebook_has_a_page(name: str) -> None:
    """Whatever does not follow the format is left out; the rest is shown."""
    odd = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None, **ODD[name]}
    assert "an honest cell" in pages.feedback([nbformat.from_dict(odd), *markdown("an honest cell")])

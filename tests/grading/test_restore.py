"""A submission decides answers and nothing else."""

from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder.grading.restoring.restore import Restored, restore
from autograder.grading.task import left_blank
from autograder.template import Template, TemplateCell, grade_id_of

STUB = "# YOUR CODE HERE"
TEST = "assert x\n### BEGIN HIDDEN TESTS\nassert x == 1\n### END HIDDEN TESTS"
RELEASED_TEST = "assert x"

TEMPLATE = Template(
    "hw",
    "hw",
    (
        TemplateCell("setup", "code", "data = 1", "data = 1", locked=True, grade=False, solution=False),
        TemplateCell("q1", "code", STUB, STUB, locked=False, grade=False, solution=True),
        TemplateCell("q1-tests", "code", TEST, RELEASED_TEST, locked=True, grade=True, solution=False, points=2),
        TemplateCell("q2", "markdown", "YOUR ANSWER", "YOUR ANSWER", locked=False, grade=True, solution=True, points=1),
    ),
    {"name": "python3"},
    texts=("The task.",),
)


def cell(source: str, grade_id: str = "", cell_type: str = "code", **metadata: Any) -> dict[str, Any]:
    if grade_id:
        metadata["nbgrader"] = {"grade_id": grade_id, **metadata.get("nbgrader", {})}
    return {"cell_type": cell_type, "source": source, "metadata": metadata, "attachments": {}}


def released_before(source: str, grade_id: str, **about: Any) -> dict[str, Any]:
    """A cell as nbgrader released it, whatever the assignment says now."""
    made = nbformat.v4.new_code_cell(source, metadata={"nbgrader": {"grade_id": grade_id, "locked": True, **about}})
    return cell(source, grade_id, nbgrader={**made.metadata.nbgrader, "checksum": compute_checksum(made)})


SETUP = cell("data = 1", "setup")
ANSWER = cell("x = 1", "q1")
TESTS = cell(RELEASED_TEST, "q1-tests")
TEXT = cell("because", "q2", "markdown")


def shape(restored: Restored) -> list[tuple[str, str]]:
    return [((grade_id_of(c) or "-"), c.source) for c in restored.notebook.cells]


RIGHT = [("setup", "data = 1"), ("q1", "x = 1"), ("q1-tests", RELEASED_TEST), ("q2", "because")]

SUBMISSIONS: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str]], str]] = {
    "as it should be": ([SETUP, ANSWER, TESTS, TEXT], RIGHT, ""),
    "moved cells": ([TESTS, ANSWER, SETUP, TEXT], RIGHT, "moved"),
    "a test of an earlier release, and an answer with its points": (
        [
            SETUP,
            ANSWER,
            released_before("assert x > 0", "q1-tests", grade=True, solution=False, points=3),
            cell("because", "q2", "markdown", nbgrader={"points": 5}),
        ],
        RIGHT,
        "The notebook is from an earlier release: `q1-tests` changed since. The current release counts.",
    ),
    "a setup of an earlier release": (
        [released_before("data = 0", "setup", grade=False), ANSWER, TESTS, TEXT],
        RIGHT,
        "from an earlier release: `setup` changed since",
    ),
    "edited test": ([SETUP, ANSWER, cell("pass", "q1-tests"), TEXT], RIGHT, "had been edited"),
    "edited setup": ([cell("data = 2", "setup"), ANSWER, TESTS, TEXT], RIGHT, "had been edited"),
    "deleted test": ([SETUP, ANSWER, TEXT], RIGHT, "`q1-tests` was missing"),
    "test as markdown": (
        [SETUP, ANSWER, cell(RELEASED_TEST, "q1-tests", "markdown"), TEXT],
        RIGHT,
        "had become a markdown",
    ),
    "answer as raw cell": ([SETUP, cell("x = 1", "q1", "raw"), TESTS, TEXT], RIGHT, "had become a raw"),
    "skip tag": ([SETUP, ANSWER, cell(RELEASED_TEST, "q1-tests", tags=["skip-execution"]), TEXT], RIGHT, "Tags on"),
    "more points": (
        [SETUP, ANSWER, cell(RELEASED_TEST, "q1-tests", nbgrader={"points": 100}), TEXT],
        RIGHT,
        "metadata of the cell `q1-tests` was ignored (points)",
    ),
    "test as solution": (
        [SETUP, ANSWER, cell(RELEASED_TEST, "q1-tests", nbgrader={"solution": True, "locked": False}), TEXT],
        RIGHT,
        "(solution, locked)",
    ),
    "copied test": ([SETUP, ANSWER, TESTS, TESTS, TEXT], RIGHT, "2 times"),
    "copied answer, the first edited": (
        [SETUP, ANSWER, cell(STUB, "q1"), TESTS, TEXT],
        [("setup", "data = 1"), ("q1", "x = 1"), ("-", STUB), *RIGHT[2:]],
        "2 times",
    ),
    "copied answer, both edited": (
        [SETUP, cell("x = 0", "q1"), ANSWER, TESTS, TEXT],
        [("setup", "data = 1"), ("-", "x = 0"), *RIGHT[1:]],
        "2 times",
    ),
    "unknown id": (
        [SETUP, ANSWER, TESTS, TEXT, cell("y", "q9", nbgrader={"grade": True})],
        [*RIGHT, ("-", "y")],
        "claims the id 'q9'",
    ),
    "an id that nbgrader left behind": ([SETUP, ANSWER, TESTS, TEXT, cell("y", "q9")], [*RIGHT, ("-", "y")], ""),
    "own cells": (
        [cell("import os"), SETUP, ANSWER, cell("x += 0"), TESTS, TEXT],
        [("-", "import os"), RIGHT[0], RIGHT[1], ("-", "x += 0"), *RIGHT[2:]],
        "",
    ),
    "no metadata anywhere": (
        [cell("data = 1"), cell("x = 1"), cell(RELEASED_TEST), cell("because", cell_type="markdown")],
        RIGHT,
        "recognized by their text or their place: `setup`, `q1-tests`, `q1`, `q2`",
    ),
    "an answer retyped in its place": ([SETUP, cell("x = 1"), TESTS, TEXT], RIGHT, "their place: `q1`"),
    "a text retyped in its place": (
        [SETUP, ANSWER, TESTS, cell("because", cell_type="markdown")],
        RIGHT,
        "their place: `q2`",
    ),
    "an answer retyped, with a cell of one's own": (
        [SETUP, cell("import os"), cell("x = 1"), TESTS, TEXT],
        [RIGHT[0], ("-", "import os"), *RIGHT[1:]],
        "their place: `q1`",
    ),
    "the task is no answer": (
        [SETUP, ANSWER, TESTS, cell("The task.", cell_type="markdown")],
        [*RIGHT[:3], ("-", "The task."), ("q2", "YOUR ANSWER")],
        "`q2` was missing",
    ),
    "code in the place of a text": (
        [SETUP, ANSWER, TESTS, cell("because = 1")],
        [*RIGHT[:3], ("-", "because = 1"), ("q2", "YOUR ANSWER")],
        "`q2` was missing",
    ),
    "an answer before all that is known": (
        [cell("x = 1"), SETUP, TESTS, TEXT],
        [("-", "x = 1"), RIGHT[0], ("q1", STUB), *RIGHT[2:]],
        "`q1` was missing",
    ),
    "nothing at all": ([], [RIGHT[0], ("q1", STUB), RIGHT[2], ("q2", "YOUR ANSWER")], "`q1` was missing"),
}


@pytest.mark.parametrize(("submitted", "expected", "note"), SUBMISSIONS.values(), ids=SUBMISSIONS)
def test_cells_after_restoring(submitted: list[dict[str, Any]], expected: list[tuple[str, str]], note: str) -> None:
    restored = restore(TEMPLATE, submitted)
    assert shape(restored) == expected
    assert not restored.notes if note == "" else note in " ".join(restored.notes)
    assert "earlier release" not in note or len(restored.notes) == 1  # nobody is blamed beside it


@pytest.mark.parametrize("submitted", [case[0] for case in SUBMISSIONS.values()], ids=SUBMISSIONS)
def test_metadata_is_never_the_students(submitted: list[dict[str, Any]]) -> None:
    restored = restore(TEMPLATE, submitted)
    by_id = TEMPLATE.by_id()
    for restored_cell in restored.notebook.cells:
        grade_id = grade_id_of(restored_cell)
        assert restored_cell.metadata == (by_id[grade_id].metadata() if grade_id else {})
        if grade_id:
            assert restored_cell.cell_type == by_id[grade_id].cell_type
    ids = [restored_cell["id"] for restored_cell in restored.notebook.cells]
    assert len(set(ids)) == len(ids)


BLANK_TEXT = cell("YOUR ANSWER", "q2", "markdown")
EMPTIED = cell(" \n", "q2", "markdown")


@pytest.mark.parametrize(
    ("submitted", "elsewhere"),
    [
        ([SETUP, ANSWER, TESTS, TEXT], set()),
        ([SETUP, ANSWER, TESTS, BLANK_TEXT], set()),
        ([cell("because", cell_type="markdown"), SETUP, ANSWER, TESTS, BLANK_TEXT], {"q2"}),
        ([SETUP, ANSWER, TESTS, BLANK_TEXT, cell("because", cell_type="markdown")], {"q2"}),
        ([SETUP, ANSWER, TESTS, BLANK_TEXT, cell("y = 2")], set()),
        ([SETUP, ANSWER, TESTS, EMPTIED, cell("because", cell_type="markdown")], {"q2"}),
        ([SETUP, ANSWER, TESTS, EMPTIED], set()),
        ([cell("x = 1"), SETUP, TESTS, BLANK_TEXT], {"q1"}),
        ([SETUP, cell(STUB, "q1"), cell("x = 1"), TESTS, BLANK_TEXT], set()),
        ([], set()),
        ([cell("The task.", cell_type="markdown"), SETUP, ANSWER, TESTS, BLANK_TEXT], set()),
    ],
)
def test_answers_that_added_cells_may_hold(submitted: list[dict[str, Any]], elsewhere: set[str]) -> None:
    assert restore(TEMPLATE, submitted).elsewhere == elsewhere


@pytest.mark.parametrize(
    ("text", "blank"),
    [("YOUR ANSWER", True), ("YOUR ANSWER\n", True), ("", True), (" \n\t", True), ("-", False), ("because", False)],
)
def test_a_text_that_was_emptied_is_no_answer(text: str, blank: bool) -> None:
    restored = restore(TEMPLATE, [SETUP, ANSWER, TESTS, cell(text, "q2", "markdown")])
    assert ("q2" in left_blank(restored.notebook, TEMPLATE)) is blank


def test_code_that_was_emptied_is_run_and_an_empty_copy_hides_no_answer() -> None:
    restored = restore(TEMPLATE, [SETUP, cell("", "q1"), TESTS, TEXT, EMPTIED])
    assert left_blank(restored.notebook, TEMPLATE) == {"setup", "q1-tests"}
    assert ("q2", "because") in shape(restored)


def test_only_real_pictures_stay_attached() -> None:
    attachments = {
        "plot.png": {"image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"},
        "evil.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
        "fake.png": {"image/png": "PHNjcmlwdD4="},
    }
    restored = restore(TEMPLATE, [{**TEXT, "attachments": attachments}])
    answer = next(c for c in restored.notebook.cells if c.source == "because")
    assert list(answer.attachments) == ["plot.png"]


def test_hidden_tests_stay_out_of_the_notebook() -> None:
    restored = restore(TEMPLATE, [SETUP, ANSWER, cell(TEST, "q1-tests"), TEXT])
    assert "HIDDEN" not in "".join(c.source for c in restored.notebook.cells)

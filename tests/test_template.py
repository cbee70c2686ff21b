"""Regions of a cell, read with the delimiters of the course as nbgrader's own preprocessors read them."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from traitlets.config import Config

from autograder.template import Delimiters, grade_id_of

OWN = Config(
    ClearHiddenTests={"begin_test_delimeter": "<<< secret", "end_test_delimeter": ">>> secret"},
    ClearMarkScheme={"begin_mark_scheme_delimeter": "Marks:", "end_mark_scheme_delimeter": "End of marks"},
    ClearSolutions={"begin_solution_delimeter": "SOL", "end_solution_delimeter": "LOS"},
    StarterSolutions={"begin_solution_delimeter": "ANSWER", "begin_starter_delimiter": "START"},
)
CELLS = {
    "nothing": "assert x",
    "both": "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc\nBEGIN MARK SCHEME\nd\nEND MARK SCHEME\n",
    "two regions": "BEGIN HIDDEN TESTS\nb\nEND HIDDEN TESTS\nc\nBEGIN HIDDEN TESTS\nd\nEND HIDDEN TESTS",
    "an end without a beginning": "a\nEND HIDDEN TESTS\nb",
    "one in the other": "BEGIN MARK SCHEME\nBEGIN HIDDEN TESTS\nb\nEND HIDDEN TESTS\nd\nEND MARK SCHEME\ne",
    "indented": "if x:\n    # BEGIN HIDDEN TESTS\n    b\n    # END HIDDEN TESTS\n    c",
    "own": "a\n# <<< secret\nb\n# >>> secret\nMarks: one\nc\nEnd of marks",
    "both on a line": "a\nBEGIN HIDDEN TESTS END HIDDEN TESTS\nb\nEND HIDDEN TESTS\nc",
    "empty": "",
}


def as_nbgrader_releases(source: str, config: Config) -> str:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    for step in (ClearHiddenTests, ClearMarkScheme):
        notebook, _ = step(config=config, enforce_metadata=False).preprocess(notebook, {})
    return str(notebook.cells[0].source)


@pytest.mark.parametrize("config", [Config(), OWN], ids=["nbgrader's delimiters", "own delimiters"])
@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
def test_a_cell_is_released_as_nbgrader_releases_it(source: str, config: Config) -> None:
    assert Delimiters.configured(config).released(source) == as_nbgrader_releases(source, config)


def test_delimiters_are_those_of_the_course() -> None:
    assert Delimiters.configured(Config()) == Delimiters()
    own = Delimiters.configured(OWN)
    assert own == Delimiters(
        "<<< secret", ">>> secret", "Marks:", "End of marks", "ANSWER", "LOS", "START", "END STARTER"
    )


def test_schemes_without_their_delimiters() -> None:
    source = "Why?\nMarks:\n one\n\nEnd of marks\n\nMarks:\ntwo\nEnd of marks\nMarks:\nnever closed"
    assert Delimiters.configured(OWN).schemes(source) == ["one", "two"]
    assert Delimiters().schemes(source) == []


ODD: list[Any] = [{}, {"metadata": None}, {"metadata": {"nbgrader": [1]}}, {"metadata": {"nbgrader": {"grade_id": 3}}}]


@pytest.mark.parametrize("cell", ODD)
def test_a_cell_without_a_name(cell: Any) -> None:
    assert grade_id_of(cell) == ""

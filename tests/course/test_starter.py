"""Starters: what students get in place of a solution, and what an author is told who mistypes a marker."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import nbformat
import pytest
from traitlets.config import Config

from autograder.errors import StarterError
from autograder.plugins.starter import StarterSolutions, put_starters

STUB = "# YOUR CODE HERE"


def text(block: str) -> str:
    return dedent(block).strip("\n")


def release(source: str, *, kind: str = "code", solution: bool = True, **options: Any) -> str:
    """The source of one cell after the preprocessor."""
    nbgrader = {
        "grade": kind == "markdown",
        "solution": solution,
        "locked": False,
        "grade_id": "q3a",
        "schema_version": 3,
    }
    new_cell = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    notebook = nbformat.v4.new_notebook(cells=[new_cell(text(source), metadata={"nbgrader": nbgrader})])
    config = Config({"ClearSolutions": {"code_stub": {"python": STUB}}, "StarterSolutions": options})
    notebook, _ = StarterSolutions(config=config).preprocess(notebook, {})
    return str(notebook.cells[0].source)


RELEASED = {
    "a starter takes the place of the whole solution": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        # X = data["____"]
        ### END STARTER
        X = data["Days"]
        ### END SOLUTION
        """,
        'X = data["____"]',
    ),
    "lines around the solution stay": (
        """
        import pandas as pd
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        # x = "____"
        ### END STARTER
        x = 1
        ### END SOLUTION
        print(x)
        """,
        'import pandas as pd\nx = "____"\nprint(x)',
    ),
    "indented code, comments and empty lines are kept": (
        """
        ### BEGIN SOLUTION
        x = 1
        ### BEGIN STARTER
        # # one line per subject
        # for subject in subjects:
        #     plot(subject)
        #

        # done = True
        ### END STARTER
        ### END SOLUTION
        """,
        "# one line per subject\nfor subject in subjects:\n    plot(subject)\n\n\ndone = True",
    ),
    "a starter inside an indented block keeps its place": (
        """
        def slope(x):
            ### BEGIN SOLUTION
            ### BEGIN STARTER
            # return "____"
            ### END STARTER
            return x
            ### END SOLUTION
        """,
        'def slope(x):\n    return "____"',
    ),
    "a solution without a starter becomes nbgrader's stub": (
        """
        ### BEGIN SOLUTION
        x = 1
        ### END SOLUTION
        """,
        STUB,
    ),
    "both kinds in one cell": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        # x = "____"
        ### END STARTER
        x = 1
        ### END SOLUTION
        ### BEGIN SOLUTION
        y = 2
        ### END SOLUTION
        """,
        f'x = "____"\n{STUB}',
    ),
    "a solution cell without any marker becomes the stub": ("x = 1", STUB),
    "an empty starter leaves nothing": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        ### END STARTER
        x = 1
        ### END SOLUTION
        """,
        "",
    ),
}


@pytest.mark.parametrize(("source", "expected"), RELEASED.values(), ids=RELEASED)
def test_students_get(source: str, expected: str) -> None:
    assert release(source) == expected


def test_a_written_answer_is_cleared_as_usual() -> None:
    source = """
    Answer in two sentences.

    ### BEGIN SOLUTION
    The lines differ.
    ### END SOLUTION
    """
    assert release(source, kind="markdown") == "Answer in two sentences.\n\nYOUR ANSWER HERE"


def test_markers_can_be_configured() -> None:
    source = """
    # <solution>
    # <starter>
    # x = "____"
    # </starter>
    x = 1
    # </solution>
    """
    options = {
        "begin_solution_delimeter": "<solution>",
        "end_solution_delimeter": "</solution>",
        "begin_starter_delimiter": "<starter>",
        "end_starter_delimiter": "</starter>",
    }
    assert release(source, **options) == 'x = "____"'


MISTAKES = {
    "starter not closed": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        # x = "____"
        ### END SOLUTION
        """,
        2,
        "no 'END STARTER' follows",
    ),
    "solution not closed": (
        """
        a = 1
        ### BEGIN SOLUTION
        x = 1
        """,
        2,
        "no 'END SOLUTION' follows",
    ),
    "starter outside a solution": (
        """
        ### BEGIN STARTER
        # x = "____"
        ### END STARTER
        """,
        1,
        "'BEGIN STARTER' outside a solution",
    ),
    "end of a starter outside a solution": ("x = 1\n### END STARTER", 2, "'END STARTER' outside a solution"),
    "end of a solution that never began": ("x = 1\n### END SOLUTION", 2, "'END SOLUTION' outside a solution"),
    "end of a starter that never began": (
        """
        ### BEGIN SOLUTION
        ### END STARTER
        ### END SOLUTION
        """,
        2,
        "no 'BEGIN STARTER' before it",
    ),
    "line that is not a comment": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        # x = "____"
        y = 2
        ### END STARTER
        ### END SOLUTION
        """,
        4,
        "must begin with '# '",
    ),
    "comment mark without its space": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        #x = "____"
        ### END STARTER
        ### END SOLUTION
        """,
        3,
        "must begin with '# '",
    ),
    "two starters in one solution": (
        """
        ### BEGIN SOLUTION
        ### BEGIN STARTER
        ### END STARTER
        ### BEGIN STARTER
        ### END STARTER
        ### END SOLUTION
        """,
        4,
        "a second starter",
    ),
    "solution inside a solution": (
        """
        ### BEGIN SOLUTION
        ### BEGIN SOLUTION
        ### END SOLUTION
        """,
        2,
        "a solution inside a solution",
    ),
}


@pytest.mark.parametrize(("source", "line_number", "problem"), MISTAKES.values(), ids=MISTAKES)
def test_an_author_is_told_the_cell_and_the_line(source: str, line_number: int, problem: str) -> None:
    with pytest.raises(StarterError) as caught:
        release(source)
    error = caught.value
    assert (error.cell, error.line_number) == ("q3a", line_number)
    assert problem in error.problem
    assert str(error).startswith(f"cell 'q3a', line {line_number}: ")
    assert error.line.strip() in str(error)


def test_a_marker_that_is_missing_is_expected() -> None:
    with pytest.raises(StarterError) as caught:
        release("### BEGIN SOLUTION\n### BEGIN STARTER\n### END SOLUTION")
    assert (caught.value.found, caught.value.expected) == ("### BEGIN STARTER", "END STARTER")


def test_a_starter_in_a_written_answer_is_refused() -> None:
    with pytest.raises(StarterError, match="cell 'q3a', line 2: starters are for code cells only"):
        release("### BEGIN SOLUTION\n### BEGIN STARTER\n### END SOLUTION", kind="markdown")


def test_a_solution_in_a_cell_that_is_no_solution_is_refused_as_nbgrader_does() -> None:
    with pytest.raises(RuntimeError, match="non-solution cell"):
        release("### BEGIN SOLUTION\n### BEGIN STARTER\n### END STARTER\nx = 1\n### END SOLUTION", solution=False)


def test_a_cell_without_markers_is_untouched() -> None:
    assert put_starters("a = 1\n\n# a comment\n", "setup") == "a = 1\n\n# a comment\n"

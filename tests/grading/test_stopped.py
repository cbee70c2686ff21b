"""What a hint says about a name that is missing because a cell stopped."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.cells import grade
from autograder.grading.stopped import Place, StoppedCells, assigned
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template, TemplateCell

ASSIGNED = {
    "plain": ("a = 1", {"a"}),
    "several": ("a, (b, c) = f()\nd: int = 3\ne += 1", {"a", "b", "c", "d", "e"}),
    "loops, functions and imports": (
        "for i in x:\n    j = i\ndef f(): pass\nimport os.path as p",
        {"i", "j", "f", "p"},
    ),
    "with a magic": ("%matplotlib inline\nmodel = fit()\nx, y = 1, 2\nif a == b: pass", {"model", "x", "y"}),
    "a slip of the pen": ("slope = model.params[1\nintercept = 3", {"slope", "intercept"}),
    "nothing": ("print(x)", set()),
}


@pytest.mark.parametrize(("source", "names"), ASSIGNED.values(), ids=ASSIGNED.keys())
def test_names_that_a_cell_defines(source: str, names: set[str]) -> None:
    assert assigned(source) == names


ANSWER = Place("8b · Numbers", 5, answers=True)


def test_the_first_error_is_the_reason_also_further_on() -> None:
    stopped = StoppedCells()
    stopped.in_part("8b · Numbers")
    stopped.ran("effects = results.random_effects[371]", "KeyError: 371", ANSWER)
    here = "The answer cell of this part stopped with KeyError: 371."
    assert stopped.part == stopped.reason("effects") == here
    stopped.next_part()
    stopped.in_part("8c · Lines")
    error = "NameError: name 'effects' is not defined"
    stopped.ran("intercept = effects + 1", error, Place("8c · Lines", 7, answers=True))
    there = "The answer cell of “8b · Numbers” stopped with KeyError: 371."
    assert stopped.part == stopped.reason("intercept") == there
    assert stopped.reason("slope") == ""


def test_a_cell_that_took_too_long_was_interrupted_by_nobody() -> None:
    """The error is the session's own (tests/sandbox/test_limits.py)."""
    stopped = StoppedCells()
    stopped.in_part("8b · Numbers")
    error = "KeyboardInterrupt: this cell ran longer than its limit of time"
    stopped.ran("while True:\n    x = 1", error, ANSWER)
    assert stopped.part == "The answer cell of this part was stopped: this cell ran longer than its limit of time."
    stopped.ran("y = 1\nwhile ____:\n    pass", error, ANSWER)
    assert stopped.reason("y") == (
        "Blanks (`____`) were left in the answer cell of this part, which was stopped: this cell ran longer than its "
        "limit of time."
    )


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (ANSWER, "The answer cell of this part"),
        (Place("8b · Numbers", 5), "A cell of this part"),
        (Place("8a · Fit", 3), "A cell of “8a · Fit”"),
        (Place(number=3, answers=True), "Cell [3]"),
    ],
)
def test_a_cell_is_named_as_its_author_finds_it(place: Place, named: str) -> None:
    stopped = StoppedCells()
    stopped.in_part("8b · Numbers")
    stopped.ran("a = {}[1]", "KeyError: 1", place)
    assert stopped.part == f"{named} stopped with KeyError: 1."


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ('a = table["____"]', "KeyError: '____'"),
        ("a = ____ + 1", "NameError: name '____' is not defined"),
        ('b = 1\na = stats.chi2.ppf("____", J)  # low', "TypeError: ufunc 'isnan' not supported"),
        ('a = smf.ols("____ ~ x + ____", data)', "NameError: name 'data' is not defined"),
    ],
)
def test_blanks_that_are_left_are_told_before_the_error(source: str, error: str) -> None:
    stopped = StoppedCells()
    stopped.in_part("8b · Numbers")
    stopped.ran(source, error, ANSWER)
    assert stopped.reason("a") == (
        f"Blanks (`____`) were left in the answer cell of this part, which stopped with {error}."
    )


@pytest.mark.parametrize("source", ["a = my____name[1]", "a = {}[1]  # where ____ was", "a = _[1]", "a = __b__[1]"])
def test_what_only_looks_like_a_blank_is_none(source: str) -> None:
    stopped = StoppedCells()
    stopped.ran(source, "KeyError: 1", ANSWER)
    assert "Blank" not in stopped.reason("a")


def test_blanks_further_on_are_told_although_a_cell_before_stopped_too() -> None:
    stopped = StoppedCells()
    stopped.ran("fit = {}[1]", "KeyError: 1", ANSWER)
    stopped.in_part("8c · Lines")
    stopped.ran('mean = fit["____"]', "NameError: name 'fit' is not defined", Place("8c · Lines", 7, answers=True))
    assert stopped.reason("mean").startswith("Blanks (`____`) were left in the answer cell of this part, ")


TIPS = {
    "AttributeError: 'MixedLM' object has no attribute 'fe_params'": "Is `.fit()` missing?",
    "ModuleNotFoundError: No module named 'pymer4'": "not available where submissions are graded",
    "FileNotFoundError: [Errno 2] No such file or directory: 'C:/data/sleepstudy.csv'": "plain name",
    "SyntaxError: '(' was never closed": "none of it ran",
}


@pytest.mark.parametrize(("error", "tip"), TIPS.items())
def test_common_errors_are_explained(error: str, tip: str) -> None:
    stopped = StoppedCells()
    stopped.ran("a = 1", error, ANSWER)
    assert tip in stopped.reason("a")
    assert error in stopped.reason("a")


def test_a_line_that_was_given_and_is_still_there_is_pointed_out() -> None:
    stopped = StoppedCells()
    stopped.ran("a = 1\nraise NotImplementedError()", "NotImplementedError: ", ANSWER)
    assert stopped.reason("a").endswith(
        "stopped with NotImplementedError. Is the line that was given there still in it?"
    )


def test_an_error_of_any_length_is_one_short_line() -> None:
    stopped = StoppedCells()
    stopped.ran("a = 1", "ValueError: " + "long\n" * 1000, ANSWER)
    assert len(stopped.reason("a")) < 300
    assert "\n" not in stopped.reason("a")


TESTS = """### BEGIN HIDDEN TESTS
from autograder import Checks, student
checks = Checks()
checks.number("slope", 2.0)
### END HIDDEN TESTS"""


def test_hints_name_cells_by_the_parts_of_the_notebook(sandbox: Sandbox) -> None:
    cells, known = [new_markdown_cell("## Data\n\nLoaded here."), new_code_cell("table = {}"), new_code_cell(" ")], []
    answers = {"q1": ("# 1 · Fit (1 point)", 'slope = table["____"]'), "q2": ("### 2 · Again", "slope = slope + 1")}
    for name, (heading, answer) in answers.items():
        about = {"grade_id": name, "solution": True, "grade": False, "locked": False, "schema_version": 3}
        tests = {**about, "grade_id": f"{name}-tests", "solution": False, "grade": True, "locked": True}
        cells += [new_markdown_cell(heading), new_code_cell(answer, metadata={"nbgrader": about})]
        cells.append(new_code_cell(TESTS, metadata={"nbgrader": tests}))
        known.append(TemplateCell(name, "code", answer, answer, False, False, True))
        known.append(TemplateCell(f"{name}-tests", "code", TESTS, "", True, True, False, points=1.0))
    notebook = new_notebook(cells=cells)
    graded = grade(notebook, Template("a", "a", tuple(known)), lambda: sandbox.session({}, Limits()), {})
    hints = [check.hint for cell in graded.grades for check in cell.verdict.checks]
    why = "`slope` is not defined. Blanks (`____`) were left in the answer cell of {}, which stopped with {}."
    error = "KeyError: '____'"
    assert hints == [why.format("this part", error), why.format("“1 · Fit”", error)]
    assert [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"] == [1, 1, 2, None, 4, None]

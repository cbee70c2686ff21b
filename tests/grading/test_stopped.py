"""What a hint says about a name that is missing because a cell stopped."""

from __future__ import annotations

import pytest

from autograder.grading.stopped import StoppedCells, assigned

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


def test_the_first_error_is_the_reason_also_further_on() -> None:
    stopped = StoppedCells()
    stopped.ran("effects = results.random_effects[371]", "KeyError: 371", 3)
    assert stopped.part == stopped.reason("effects") == "Cell 3 stopped before: KeyError: 371."
    stopped.next_part()
    stopped.ran("intercept = effects + 1", "NameError: name 'effects' is not defined", 4)
    assert stopped.part == stopped.reason("intercept") == "Cell 3 stopped before: KeyError: 371."
    assert stopped.reason("slope") == ""


TIPS = {
    "AttributeError: 'MixedLM' object has no attribute 'fe_params'": "Is `.fit()` missing?",
    "ModuleNotFoundError: No module named 'pymer4'": "not available where submissions are graded",
    "FileNotFoundError: [Errno 2] No such file or directory: 'C:/data/sleepstudy.csv'": "plain name",
    "SyntaxError: '(' was never closed": "none of it ran",
}


@pytest.mark.parametrize(("error", "tip"), TIPS.items())
def test_common_errors_are_explained(error: str, tip: str) -> None:
    stopped = StoppedCells()
    stopped.ran("a = 1", error, 1)
    assert tip in stopped.reason("a")
    assert error in stopped.reason("a")


def test_a_line_that_was_given_and_is_still_there_is_pointed_out() -> None:
    stopped = StoppedCells()
    stopped.ran("a = 1\nraise NotImplementedError()", "NotImplementedError: ", 1)
    assert stopped.reason("a").endswith("before: NotImplementedError. Is the line that was given there still in it?")


def test_an_error_of_any_length_is_one_short_line() -> None:
    stopped = StoppedCells()
    stopped.ran("a = 1", "ValueError: " + "long\n" * 1000, 1)
    assert len(stopped.reason("a")) < 300
    assert "\n" not in stopped.reason("a")

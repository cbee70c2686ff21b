"""The referee judges values: fails closed, names its own faults, hides hidden tests."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from autograder.referee import Referee, Verdict
from autograder.sandbox import SessionEnded
from autograder.views import Missing

HIDDEN = "### BEGIN HIDDEN TESTS\n"
END = "\n### END HIDDEN TESTS"


class Values:
    """Evidence made of a dictionary."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def value(self, name: str) -> Any:
        value = self.values.get(name, Missing(name))
        if isinstance(value, Exception):
            raise value
        return value

    def printed(self) -> str:
        return ""

    def figures(self) -> tuple[Any, ...]:
        return ()


def judge(source: str, points: float = 2, **values: Any) -> Verdict:
    return Referee(Values(**values), seconds=2).judge(source, points)


def with_checks(want: float, then: str = "checks.score()") -> str:
    return (
        "assert x is not None, 'assign x'\n" + HIDDEN + "from autograder import Checks\nchecks = Checks(points=2)\n"
        f"checks.number('x', {want}, credit=1)\nchecks.number('y', {want}, credit=1)\n{then}" + END
    )


PLAIN = {
    "visible test passes": ("assert x == 1", {"x": 1}, 2),
    "visible test fails": ("assert x == 2, 'look at x'", {"x": 1}, 0),
    "visible test raises": ("assert x > 1", {"x": "text"}, 0),
    "hidden test passes": (f"assert x\n{HIDDEN}assert x == 1{END}", {"x": 1}, 2),
    "hidden test fails": (f"assert x\n{HIDDEN}assert x == 2{END}", {"x": 1}, 0),
    "missing name": ("assert x == 1", {}, 0),
    "partial credit": ("x / 2", {"x": 1}, 0.5),
    "a last value that is no number is full credit": ("'fine'", {}, 2),
    "builtins are not the student's": ("assert len([1]) == 1", {"len": 5}, 2),
    "helpers in functions and comprehensions": (
        "def f(v): return v + x\nassert [f(i) for i in [x]] == [2]",
        {"x": 1},
        2,
    ),
}


@pytest.mark.parametrize(("source", "values", "points"), PLAIN.values(), ids=PLAIN)
def test_plain_tests_follow_nbgraders_rules(source: str, values: dict[str, Any], points: float) -> None:
    assert judge(source, **values).points == points


CHECKS = {
    "both right": (with_checks(3), {"x": 3, "y": 3.0}, 2),
    "one right": (with_checks(3), {"x": 3, "y": 4}, 1),
    "one missing": (with_checks(3), {"x": 3}, 1),
    "one empty fails the visible part only": (with_checks(3), {"x": None, "y": 3}, 1),
    "nothing": (with_checks(3), {}, 0),
    "not a number": (with_checks(3), {"x": float("nan"), "y": float("nan")}, 0),
}


@pytest.mark.parametrize(("source", "values", "points"), CHECKS.values(), ids=CHECKS)
def test_checks_decide_credit_by_credit(source: str, values: dict[str, Any], points: float) -> None:
    assert judge(source, **values).points == points


REVIEW = {
    "hidden tests crash": with_checks(3, "1 / 0"),
    "hidden tests end without a score": with_checks(3, "None"),
    "the score is not that of the checks": with_checks(3, "checks.score() + 1"),
    "the score is a NumPy number": with_checks(3, "import numpy; numpy.float64(checks.score())"),
    "the cell is no Python": "def",
    "credits do not add up": with_checks(3, "checks.number('z', 1, credit=5)\nchecks.score()"),
    "more than the maximum": "17",
    "less than nothing": "-1",
    "an endless loop": "while True: pass",
}


@pytest.mark.parametrize("source", REVIEW.values(), ids=REVIEW)
def test_faults_of_a_test_need_review_and_cost_nothing(source: str) -> None:
    verdict = judge(source, x=3, y=3)
    assert verdict.points is None
    assert verdict.review


def test_what_a_hidden_test_says_stays_hidden() -> None:
    verdict = judge(f"assert x\n{HIDDEN}assert x == 42, 'it should be 42'{END}", x=1)
    assert verdict.points == 0
    assert "42" not in verdict.message


def test_a_visible_test_says_what_it_says() -> None:
    assert judge("assert x == 2, 'x should be even'", x=1).message == "x should be even"


def test_a_session_that_ended_gives_no_points_and_its_reason() -> None:
    verdict = judge("assert x", x=SessionEnded("memory", "more than 2 GB", "q1"))
    assert verdict == Verdict(0.0, message="more than 2 GB")


def test_plain_tests_share_helpers_but_not_variables() -> None:
    referee = Referee(Values(x=1, y=5))
    referee.judge("def double(v): return 2 * v\nimport math\ny = 7", 1)
    assert referee.judge("assert double(x) == 2 and math.pi > 3 and y == 5", 1).points == 1


def test_an_endless_test_needs_review_in_a_thread_too() -> None:
    with ThreadPoolExecutor(1) as pool:
        verdict = pool.submit(judge, "while True: pass").result(timeout=30)
    assert verdict.points is None
    assert verdict.review

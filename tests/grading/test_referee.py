"""The referee judges values: fails closed, names its own faults, hides hidden tests."""

from typing import Any

import numpy as np
import pytest

from autograder.grading.referee import Referee, Verdict
from autograder.sandbox import SessionEnded
from autograder.template import Delimiters
from autograder.values.views import Missing, Opaque

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

    def stopped(self) -> str:
        return ""

    def figures(self) -> tuple[Any, ...]:
        return ()


def judge(source: str, points: float = 2, seconds: float = 2, **values: Any) -> Verdict:
    return Referee(Values(**values), seconds=seconds).judge(source, points)


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
    "hidden tests without checks": f"{HIDDEN}from autograder import Checks, student\nstudent.has('x'){END}",
    "two lists for the same points": with_checks(3, "Checks()"),
    "other points than the cell's": with_checks(3).replace("points=2", "points=3").replace("credit=1", "credit=1.5"),
    "nothing is left for a credit that is left out": with_checks(3, "checks.number('z', 1)"),
    "a check that there is not": with_checks(3, "checks.nmber('z', 1)"),
    "a condition that is wrong by itself": with_checks(3, "checks.that('z', 1 / 0, credit=0)"),
    "a condition that is neither true nor false": with_checks(3, "checks.that('z', 1, credit=0)"),
    "an assertion of a reference solution": with_checks(3, "import lmmsolutions\nexec('assert False')"),
    "the score is not that of the checks": with_checks(3, "checks.score() + 1"),
    "the score is a NumPy number": with_checks(3, "import numpy; numpy.float64(checks.score())"),
    "the cell is no Python": "def",
    "credits do not add up": with_checks(3, "checks.number('z', 1, credit=5)\nchecks.score()"),
    "more than the maximum": "17",
    "less than nothing": "-1",
}


@pytest.mark.parametrize("source", REVIEW.values(), ids=REVIEW)
def test_faults_of_a_test_need_review_and_cost_nothing(source: str) -> None:
    verdict = judge(source, x=3, y=3)
    assert verdict.points is None
    assert verdict.review


def test_an_endless_loop_of_a_test_needs_review_and_costs_nothing() -> None:
    verdict = judge("while True: pass", seconds=0.2)
    assert verdict.points is None
    assert "0.2 seconds" in verdict.review


def test_a_module_that_only_the_notebook_imported_is_named() -> None:
    modules = {"np": Opaque("module"), "smf": Opaque("module"), "x": 1}
    source = f"{HIDDEN}from autograder import Checks\nwant = smf.ols('y ~ x')\nChecks().number('x', want){END}"
    verdict = judge(source, **modules)
    assert verdict.points is None
    assert verdict.review.splitlines()[-1] == (
        "`smf` is imported in the notebook only; the hidden tests have to import it themselves"
    )
    assert 'File "<test cell>", line 3' in verdict.review
    verdict = judge(source.replace("smf.ols('y ~ x')", "x.ols"), **modules)  # another mistake of the author's
    assert verdict.review.splitlines()[-1] == "AttributeError: 'int' object has no attribute 'ols'"


def test_what_a_hidden_test_says_stays_hidden() -> None:
    verdict = judge(f"assert x\n{HIDDEN}assert x == 42, 'it should be 42'{END}", x=1)
    assert verdict == Verdict(0.0, review="line 3 of the test cell raised AssertionError")


def test_a_visible_check_says_what_it_says_or_names_its_line() -> None:
    assert judge(with_checks(3).replace("x is not None", "x == 2"), x=1).message == "assign x"
    assert "line 1" in judge(with_checks(3).replace("x is not None, 'assign x'", "x == 2"), x=1).message


ASKED_OF_NOTHING = (
    "len(x) == 2",
    "x[0] < x[1]",
    "x > 0",
    "float(x) > 0",
    "x.strip()",
    "x()",
    "np.isfinite(x)",
    "(\n    x is not None\n    and len(x) == 2\n)",
)


@pytest.mark.parametrize("condition", ASKED_OF_NOTHING)
def test_a_name_without_a_value_reads_as_not_defined_whatever_is_asked_of_it(condition: str) -> None:
    source = with_checks(3).replace("assert x is not None", f"import numpy as np\nassert z != 0\nassert {condition}")
    assert judge(source, y=3, z=Missing("z")).message == "`x` is not defined."
    verdict = judge(source.replace("assert", "for x in x: x\nassert"), y=3)
    assert verdict.message == "`x` is not defined."
    assert verdict.points == 1


def test_what_is_assigned_goes_by_its_own_type_and_not_by_how_it_is_seen() -> None:
    source = with_checks(3).replace("x is not None", "len(x) == 2")
    stopped = "A visible check in this cell stopped with an error: "
    assert judge(source, x=Opaque("builtins.generator")).message == f"{stopped}`x` is an object of type generator."
    assert judge(source, x=1).message == f"{stopped}TypeError: object of type 'int' has no len()"


ESCAPES = ("import sys; sys.exit(3)", "raise BaseException", "raise GeneratorExit", "raise SystemExit")


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_exception_of_a_test_goes_further_than_the_test(escape: str) -> None:
    assert judge(f"assert x\n{escape}", x=1).points in (0, 2)
    assert judge(with_checks(3, f"{escape}\n1 / 0"), x=3, y=3).points is None


def test_a_session_that_ended_gives_no_points_and_its_reason() -> None:
    verdict = judge("assert x", x=SessionEnded("memory", "more than 2 GB", "q1"))
    assert verdict == Verdict(0.0, message="more than 2 GB")


def test_plain_tests_share_helpers_but_not_variables() -> None:
    referee = Referee(Values(x=1, y=5))
    referee.judge("def double(v): return 2 * v\nimport math\ny = 7", 1)
    assert referee.judge("assert double(x) == 2 and math.pi > 3 and y == 5", 1).points == 1


SECRET = "    ### BEGIN HIDDEN TESTS\n    assert x == 42, 'it is 42'\n    ### END HIDDEN TESTS"
NESTED = {
    "a condition": f"if True:\n    assert x\n{SECRET}",
    "a function": f"def test():\n{SECRET}\ntest()",
    "a context": f"import contextlib\nwith contextlib.nullcontext():\n{SECRET}",
    "a call": "print(\n### BEGIN HIDDEN TESTS\n1 / 0 if x != 42 else ''\n### END HIDDEN TESTS\n)",
}


@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED)
def test_a_statement_around_hidden_tests_is_hidden_too(source: str) -> None:
    """What it says would name the answer."""
    verdict = judge(source, x=1)
    assert verdict.points == 0
    assert "42" not in str(verdict)
    assert judge(source, x=42).points == 2


def test_hidden_tests_begin_where_the_course_says() -> None:
    source = "assert x\n# <<<\nassert x == 42, 'it is 42'\n# >>>"
    verdict = Referee(Values(x=1), Delimiters(begin_hidden="<<<", end_hidden=">>>")).judge(source, 2)
    assert verdict == Verdict(0.0, review="line 3 of the test cell raised AssertionError")


SHORT = f"{HIDDEN}from autograder import Checks, student\nchecks = Checks()\n"


def short(*lines: str) -> str:
    """A test cell in the short form: points from the cell, no score at the end."""
    return SHORT + "\n".join(lines) + END


@pytest.mark.parametrize("then", ["checks.score()", "None", "x = 1"])
def test_the_list_of_checks_is_taken_from_the_cell(then: str) -> None:
    assert judge(with_checks(3, then), x=3, y=4).points == 1


def test_points_come_from_the_cell_and_credits_that_are_left_out_share_the_rest() -> None:
    source = short("checks.number('x', 3, credit=1)", "checks.number('y', 3)", "checks.number('z', 3)")
    verdict = judge(source, points=3, x=3, y=3, z=4)
    assert [check.credit for check in verdict.checks] == [1, 1, 1]
    assert verdict.points == 2


THAT = {
    "holds": ("x != y", {"x": 1, "y": 2}, 2, ""),
    "does not hold": ("x != y", {"x": 1, "y": 1}, 0, "Compare two."),
    "neither is defined": ("x != y", {}, 0, "You have not defined `x`."),
    "one is not defined": ("x != y", {"x": 1}, 0, "You have not defined `y`."),
    "cannot be compared": ("x > y", {"x": "a", "y": 1}, 0, "Compare two."),
    "cannot be compared with what is not defined": ("x > 0", {}, 0, "You have not defined `x`."),
    "has no such thing": ("x.converged", {"x": 1}, 0, "Compare two."),
    "a function": ("lambda: x > 0", {"x": 1}, 2, ""),
    "a function that fails": ("lambda: x > 0", {"x": None}, 0, "Compare two."),
    "through student": ("student.value('x') > 0", {}, 0, "You have not defined `x`."),
    "gives many answers": ("x > 0", {"x": np.array([1, 2])}, 0, "Compare two."),
    "in a comprehension": ("all(one > 0 for one in x)", {"x": [1, "a"]}, 0, "Compare two."),
}


@pytest.mark.parametrize(("condition", "values", "points", "hint"), THAT.values(), ids=THAT)
def test_conditions(condition: str, values: dict[str, Any], points: float, hint: str) -> None:
    verdict = judge(short(f"checks.that('they differ', {condition}, hint='Compare two.')"), **values)
    assert verdict.points == points, verdict.review
    assert verdict.checks[0].label == "they differ"
    assert verdict.checks[0].hint == hint


def test_a_condition_that_is_passed_by_name_is_worked_out_inside_the_check() -> None:
    source = short("def positive():", "    return x > 0", "checks.that('x is positive', condition=positive)")
    assert judge(source, x="a").points == 0
    assert judge(source, x=1).points == 2


ASSERTIONS = {
    "holds": ("assert y > 0, 'y is not positive'", {"y": 1}, 2, None),
    "fails": ("assert y > 0, 'y is not positive'", {"y": -1}, 1, "y is not positive"),
    "without a message": ("assert y > 0", {"y": -1}, 1, "A hidden condition of this part does not hold"),
    "of NumPy, whose message names the value": (
        "import numpy\nnumpy.testing.assert_allclose(y, 42.4242)",
        {"y": -1},
        1,
        "A hidden condition of this part does not hold",
    ),
    "in a function of the cell": ("def look():\n    assert y > 0, 'no'\nlook()", {"y": -1}, 1, "no"),
}


@pytest.mark.parametrize(("assertion", "values", "points", "hint"), ASSERTIONS.values(), ids=ASSERTIONS)
def test_a_hidden_assertion_is_a_check_worth_what_the_others_leave(
    assertion: str, values: dict[str, Any], points: float, hint: str | None
) -> None:
    source = short("checks.number('x', 3, credit=1)", assertion, "checks.number('z', 3, credit=1)")
    verdict = judge(source, x=3, z=3, **values)
    assert verdict.points == points, verdict.review
    if hint is not None:
        assert verdict.checks[-1].label == "a condition of this part"
        assert verdict.checks[-1].hint.startswith(hint)
        assert "42" not in str(verdict)


def test_a_failed_assertion_before_any_checks_costs_everything() -> None:
    source = f"{HIDDEN}from autograder import Checks\nassert x > 0, 'no'\nchecks = Checks(){END}"
    verdict = judge(source, x=0)
    assert (verdict.points, [check.hint for check in verdict.checks]) == (0, ["no"])


def test_a_kind_of_check_lasts_as_long_as_the_cell_that_defines_it() -> None:
    define = "from autograder import check\n@check\ndef even(answer):\n    return answer % 2 == 0\n"
    used = short(define, "checks.even('x')")
    assert judge(used, x=4).points == 2
    assert judge(used, x=3).points == 0
    assert judge(used).points == 0
    assert judge(short("checks.even('x')"), x=4).points is None

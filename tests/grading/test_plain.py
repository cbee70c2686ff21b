"""Test cells without ``Checks``: what counts as partial credit, what is put before a TA, what can be confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import nbformat
import pytest

from autograder.grading.cells import PlainTests, _doubt
from autograder.grading.evidence import Part
from autograder.grading.plain.confirm import OnValues
from autograder.grading.plain.confirmable import _replaceable, instead
from autograder.grading.plain.stock import STOPPED, StockRun, stock_verdict, visible_complaint
from autograder.grading.referee import Verdict
from autograder.grading.shown_run import JudgedCell
from autograder.grading.submission import grade_submission
from autograder.grading.task import Task
from autograder.sandbox import CellRun, Limits, Sandbox, Session
from autograder.template import Delimiters, Template, TemplateCell

CONFIRMED = PlainTests(confirmed=("t",))


def plain(source: str = "assert x", name: str = "t") -> TemplateCell:
    return TemplateCell(name, "code", source, source, locked=True, grade=True, solution=False, points=2)


def shows(number: str) -> CellRun:
    output: dict[str, Any] = {"output_type": "execute_result", "data": {"text/plain": number}, "metadata": {}}
    return CellRun((output,), (), [], "", None, 0.0)


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("score = 0.5\nscore", 0.5),
        ("assert x\n0.5", 0.5),
        ("%time x\n0.5", 0.5),
        ("assert x", 2.0),
        ("for _ in range(3): x", 2.0),
        ("score = 0.5", 2.0),
    ],
)
def test_a_number_is_partial_credit_only_of_a_test_that_ends_with_one(source: str, points: float) -> None:
    """Student code can add an expression to any cell, and carry away what it read there as a number."""
    assert stock_verdict(shows("0.5"), plain(source)).points == points


@pytest.mark.parametrize(
    ("points", "on_values", "doubted"),
    [
        (2.0, OnValues(2.0), False),
        (2.0, OnValues(0.0, "AssertionError in line 1"), True),
        (2.0, OnValues(None, "it took too long on values"), True),
        (2.0, None, True),  # the run on values had ended before
        (0.5, OnValues(0.5), False),
        (0.5, OnValues(2.0), True),  # a number that no test gave
        (0.0, None, False),
        (0.0, OnValues(2.0), False),
    ],
)
def test_what_was_not_confirmed_is_put_before_the_ta(points: float, on_values: OnValues | None, doubted: bool) -> None:
    one = JudgedCell(nbformat.v4.new_code_cell(), plain(), Verdict(points), Part(), on_values)
    stock = StockRun({"t": Verdict(points)})
    assert bool(_doubt(one, stock, CONFIRMED)) is doubted
    assert not _doubt(one, stock, PlainTests())


DEAF = """import signal, time
from inside.encode import value as encoder
own = encoder.Encoder.encode
def deaf(self, value):
    if value != "slow": return own(self, value)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(60)
encoder.Encoder.encode = deaf
y = "slow"
"""


@pytest.mark.parametrize(("before", "runs"), [("", 3), (DEAF, 4)], ids=["all is well", "a value holds up the run"])
def test_no_run_comes_after_one_that_could_read_hidden_tests(
    before: str, runs: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be told what they compare with, if only by the clock, and make values that are right."""
    checks = "from autograder import Checks\nchecks = Checks()\nchecks.number('y', 1)"
    tests = [
        replace(plain(code, name), released="", checksum=name)
        for name, code in {"t": "assert x == 1", "c": checks}.items()
    ]
    answer = TemplateCell("q1", "code", "", "", locked=False, grade=False, solution=True, checksum="1")
    handed_in = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"{before}x = 1")])
    handed_in.cells[0].metadata["nbgrader"] = {"grade_id": "q1"}
    content, limits = nbformat.writes(handed_in).encode(), Limits(value_seconds=1)
    task = Task("ada", content, Template("hw", "hw", (answer, *tests)), {}, {}, limits, confirmed=("t",))
    ran: list[list[str]] = []
    opened, run = Sandbox.session, Session.run
    monkeypatch.setattr(Sandbox, "session", lambda *given: (ran.append([]), opened(*given))[1])
    monkeypatch.setattr(Session, "run", lambda *given, **how: (ran[-1].append(given[1]), run(*given, **how))[1])
    done = grade_submission(task, sandbox)
    assert ["assert x == 1" in one for one in ran] == [False] * (runs - 1) + [True]
    assert done.on_values["t"].points == 2.0
    assert {cell.grade_id: cell.points for cell in done.grades} == {"t": 2.0, "c": 0.0}


def test_a_check_that_took_too_long_says_so() -> None:
    run = CellRun((), (), [], "", "KeyboardInterrupt: ", 0.0)
    assert visible_complaint(run, plain(), Delimiters()) == STOPPED


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("assert close(x, 1)", "`close`"),
        ("assert x in rows and close(x, rows[0])", "`close`, `rows`"),
        ("assert np.isclose(x, 1)", ""),
        ("assert x == 1", ""),
    ],
)
def test_what_given_cells_define_cannot_confirm_anything(test: str, names: str) -> None:
    setup = "import numpy as np\nrows = [1.0]\ndef close(a, b): return abs(a - b) < 1"
    given = TemplateCell("setup", "code", setup, setup, locked=True, grade=False, solution=False)
    answer = TemplateCell("q", "code", "x = 1", "", locked=False, grade=False, solution=True)
    assert _replaceable(Template("hw", "hw", (given, answer, plain(test)))) == ({"t": names} if names else {})


INSTEAD = {
    "assert plt.gca().get_xlabel() == 'x'": "checks.labels",
    "assert abs(fit.params['x'] - 1) < 0.1": "checks.ols_model",
    "assert fit.cov_re.iloc[0, 0] > 0": "checks.mixed_model",
    "with pytest.raises(ValueError):\n    f(0)": "checks.that",
    "pd.testing.assert_frame_equal(x, y)": "checks.table",
    "assert np.allclose(x, y)": "checks.array",
    "assert abs(x - 1) < 1e-6": "checks.number",
    "assert f(1) == 2": "checks.function",
}


@pytest.mark.parametrize(("source", "check"), INSTEAD.items(), ids=INSTEAD)
def test_what_to_write_instead_is_told_by_what_a_test_looks_at(source: str, check: str) -> None:
    assert check in instead(plain(source), "on values the solution earns 0")
    assert "in the hidden test itself" in instead(plain(source), "it uses `x`, which student code can replace")

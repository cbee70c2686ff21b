"""Misconceptions on a student's own earlier result: named whatever it is, and worth something on real work alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from autograder.checks import Checks
from autograder.checks.check_list import OWN_RESULT_HINT
from autograder.checks.misconception import Mistake
from autograder.checks.student import judging, student
from tests.checks.fakes import DATA, FakeEvidence

HINT = "How many days are there from 0 to 3?"


def two_days() -> Iterable[Mistake]:
    start = student.value("start")
    return [Mistake(name="two days", quantity="day_3", wrong=lambda _: start + 20.0, keeps=0.5, hint=HINT)]


@pytest.mark.parametrize(
    ("worth", "share"),
    [
        pytest.param({"start": 240.0}, 0.5, id="of a result that earned credit"),
        pytest.param({}, 0.0, id="of one that earned nothing"),
        pytest.param({"start": 250.0}, 0.0, id="of one that was changed since"),
    ],
)
def test_a_mistake_on_an_own_result(worth: dict[str, float], share: float) -> None:
    with judging(FakeEvidence({"start": 240.0, "day_3": 260.0}), 1.0, worth=worth):
        checks = Checks(data=DATA, own_mistakes=two_days)
        checks.number("day_3", 280.0)
        checks.score()
    (result,) = checks.results
    assert result.mistake == "two days"
    assert result.hint == (f"{OWN_RESULT_HINT} {HINT}" if share else HINT)
    assert result.earned == share


def test_a_mistake_that_explains_nothing_changes_nothing() -> None:
    with judging(FakeEvidence({"start": 240.0, "day_3": 261.0}), 1.0, worth={}):
        checks = Checks(data=DATA, own_mistakes=two_days)
        checks.number("day_3", 280.0)
        checks.score()
    assert HINT not in checks.results[0].hint

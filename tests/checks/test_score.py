"""Points: credits add up, points never exceed them, and the score is a plain float."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import AuthorError, CheckResult, Checks, Status
from autograder.checks.outcome import Verdict
from autograder.checks.student import NotGrading, judging
from tests.checks.fakes import FakeEvidence


def score(points: float, *credits_of: tuple[Any, float]) -> tuple[float, tuple[CheckResult, ...]]:
    """Check the number 123.456 against each answer."""
    evidence = FakeEvidence({f"n{place}": answer for place, (answer, _) in enumerate(credits_of)})
    with judging(evidence):
        checks = Checks(points)
        for place, (_, credit) in enumerate(credits_of):
            checks.number(f"n{place}", 123.456, credit=credit)
        return checks.score(), checks.results


def test_the_score_is_a_plain_float() -> None:
    earned, results = score(1, (123.456, 0.5), (7.0, 0.5))
    assert type(earned) is float
    assert earned == 0.5
    assert [result.status for result in results] == [Status.PASSED, Status.FAILED]
    assert [result.label for result in results] == ["`n0`", "`n1`"]


def test_all_right_earns_exactly_the_points() -> None:
    assert score(2, *[(123.456, 2 / 3)] * 3)[0] == 2.0
    assert score(1, *[(123.456, 1 / 3)] * 3)[0] == 1.0
    assert score(0.3, *[(123.456, 0.1)] * 3)[0] == 0.3


def test_the_sum_is_rounded() -> None:
    assert score(0.3, (123.456, 0.1), (123.456, 0.1), (7.0, 0.1))[0] == 0.2


@pytest.mark.parametrize(
    ("points", "credit"), [(1, [0.5]), (1, [0.5, 0.6]), (1, []), (0, []), (1, [0.5, 0.49]), (2, [1])]
)
def test_credits_that_do_not_add_up_are_the_authors_fault(points: float, credit: list[float]) -> None:
    with pytest.raises(AuthorError, match="add up"):
        score(points, *[(1.0, one) for one in credit])


def test_the_error_names_the_credits() -> None:
    with pytest.raises(AuthorError, match=r"0\.9.*1 points.*`n0`: 0\.5, `n1`: 0\.4"):
        score(1, (1.0, 0.5), (1.0, 0.4))


@pytest.mark.parametrize("bad", [-0.5, math.nan, math.inf, True, "0.5"])
def test_points_and_credits_are_numbers(bad: Any) -> None:
    with pytest.raises(AuthorError):
        Checks(bad)
    with pytest.raises(AuthorError):
        score(1, (1.0, bad))


def test_equal_labels_are_allowed() -> None:
    with judging(FakeEvidence({"a": 1.0})):
        checks = Checks(1)
        checks.number("a", 1.0, credit=0.5, label="the number")
        checks.number("a", 1.0, credit=0.5, label="the number")
        assert checks.score() == 1.0


def test_outside_of_grading_there_is_no_student() -> None:
    with pytest.raises(NotGrading, match=r"autograder\.trying"):
        Checks(1).number("a", 1.0, credit=1)


@given(st.lists(st.tuples(st.sampled_from([123.456, 123.0, 7.0, None, float("nan")]), st.integers(0, 100)), min_size=1))
def test_points_lie_between_zero_and_the_credits(answers: list[tuple[Any, int]]) -> None:
    credit = [number / 7 for _, number in answers]
    points = math.fsum(credit)
    earned, results = score(points, *[(answer, one) for (answer, _), one in zip(answers, credit, strict=True)])
    assert 0 <= earned <= points
    assert all(0 <= result.earned <= result.credit for result in results)
    assert earned == pytest.approx(sum(result.earned for result in results), abs=1e-8)


@given(st.floats(allow_nan=False), st.floats(0, 100))
def test_a_share_out_of_range_earns_no_more_than_the_credit(share: float, credit: float) -> None:
    result = Verdict(share).result("a", credit)
    assert 0 <= result.earned <= credit


def test_a_share_that_is_not_a_number_earns_nothing() -> None:
    assert Verdict(math.nan).result("a", 1.0) == CheckResult("a", Status.FAILED, 0.0, 1.0)


def test_numpy_numbers_are_credits_too() -> None:
    assert score(1, (123.456, float(np.float64(1.0))))[0] == 1.0


def test_declared_units_travel_with_the_results() -> None:
    """Nothing is judged by them; without one, a result names no quantity."""
    evidence = FakeEvidence({"slope": 10.5, "days": 10, "r": 0.5})
    with judging(evidence):
        checks = Checks(1)
        checks.number("slope", 10.5, credit=0.5, unit="ms per day")
        checks.count("days", 10, credit=0.25, unit="days")
        checks.number("r", 0.5, credit=0.25)
        measured = [(one.quantity, one.unit) for one in checks.results]
    assert measured == [("slope", "ms per day"), ("days", "days"), ("", "")]

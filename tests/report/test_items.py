"""Classical test theory, held to the formulas of Moodle's quiz statistics."""

import numpy as np
import pytest
from scipy import stats

from autograder.report.items import questions_of, reliability
from tests.report.made_up import NAME, table

ITEMS = np.array([-0.2, -0.1, 0.0, 0.1])


def shares(students: int, seed: int = 1) -> np.ndarray:
    chance = np.random.default_rng(seed)
    ability = chance.normal(0, 0.2, (students, 1))
    return np.clip(0.6 + ability + ITEMS + chance.normal(0, 0.15, (students, 4)), 0, 1)


def test_they_are_moodles() -> None:
    found = shares(60)
    points = 2 * found
    questions = questions_of(table(found), NAME)
    assert not questions.is_noise
    total = points.sum(axis=1)
    for at, item in enumerate(questions.items):
        x, rest = points[:, at], total - points[:, at]
        facility = 100 * x.mean() / 2
        covariance = ((x - x.mean()) * (rest - rest.mean())).sum() / (len(x) - 1)
        discrimination = 100 * covariance / np.sqrt(x.var(ddof=1) * rest.var(ddof=1))
        assert 100 * item.difficulty == pytest.approx(facility)
        assert 100 * item.discrimination == pytest.approx(discrimination)
        assert item.spread == pytest.approx(x.std(ddof=1) / 2)
    k, variance = points.shape[1], total.var(ddof=1)
    consistency = 100 * k / (k - 1) * (1 - points.var(axis=0, ddof=1).sum() / variance)
    error_ratio = 100 * np.sqrt(1 - consistency / 100)
    standard_error = error_ratio / 100 * np.sqrt(variance)
    whole = questions.reliability
    assert whole.alpha == pytest.approx(consistency / 100)
    assert whole.error == pytest.approx(standard_error)


def test_the_interval_of_alpha_holds_the_true_one_as_often_as_it_says() -> None:
    """Parallel items with a reliability of one half each: alpha is 5 · 0.5 / (1 + 4 · 0.5) by Spearman and Brown."""
    chance = np.random.default_rng(3)
    true, held = 5 * 0.5 / (1 + 4 * 0.5), 0
    for _ in range(400):
        points = chance.normal(0, 1, (30, 1)) + chance.normal(0, 1, (30, 5))
        low, high = reliability(points).interval or (2.0, 2.0)
        held += low <= true <= high
    assert stats.binomtest(held, 400, 0.95).pvalue > 0.001


CASES = {
    "too easy": (np.tile([1.0, 0.6], (40, 1)), 0, "Too easy"),
    "too hard": (np.tile([0.1, 0.6], (40, 1)), 0, "Too hard"),
    "against the others": (np.c_[np.linspace(1, 0, 40), np.linspace(0, 1, 40)], 0, "Negative discrimination"),
    "beside the others": (np.c_[np.tile([0.4, 0.6, 0.6, 0.4], 10), np.linspace(0, 1, 40)], 0, "Weak discrimination"),
}


@pytest.mark.parametrize(("found", "at", "says"), CASES.values(), ids=CASES)
def test_what_is_odd_is_said_in_words(found: np.ndarray, at: int, says: str) -> None:
    (remark,) = questions_of(table(found), NAME).items[at].remarks
    assert remark.startswith(says)


def test_while_answers_are_marked_a_part_is_not_called_hard_because_of_who_left_it_blank() -> None:
    """All 30 have points for q1; of q2, marked by a person, two blank answers have theirs: 0."""
    found = np.full((30, 2), np.nan)
    found[:, 0], found[:2, 0] = 0.9, 0.0
    found[:2, 1] = 0.0
    first, second = questions_of(table(found, by_hand=[1]), NAME).items
    assert (first.students, first.remarks) == (30, ())
    assert first.difficulty == pytest.approx(0.84)
    assert (second.students, second.difficulty) == (2, 0.0)
    assert second.remarks == ("28 of 30 have no points for it yet.",)


def test_a_good_question_needs_no_words_and_its_quintiles_rise() -> None:
    item = questions_of(table(shares(200)), NAME).items[2]
    assert item.remarks == ()
    assert list(item.quintiles) == sorted(item.quintiles)


def test_few_students_are_noise_and_none_are_no_fault() -> None:
    assert questions_of(table(shares(19)), NAME).is_noise
    nobody = questions_of(table(np.full((3, 4), np.nan)), NAME)
    assert (nobody.items, nobody.reliability.alpha, nobody.is_noise) == ((), None, True)
    same = questions_of(table(np.full((30, 4), 0.5)), NAME)
    assert [item.discrimination for item in same.items] == [None] * 4
    assert same.reliability.alpha is None


def test_students_with_equal_points_elsewhere_share_a_quintile() -> None:
    """Who stands first in the gradebook is no reason to be in a higher fifth."""
    item = questions_of(table(np.c_[np.repeat([0.0, 1.0], 10), np.full(20, 0.5)]), NAME).items[0]
    assert item.quintiles == pytest.approx([0.5] * 5)

"""When students get feedback, how much of it, and how often."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from autograder.errors import CourseError
from autograder.pages.shows import Shows
from autograder.watch.policy import Decision, Had, Policy, decide
from tests.watch.conftest import Running
from tests.watch.the_course import START, WRONG, Watched

Make = Callable[..., Watched]
Run = Callable[[Watched], Running]

BERLIN = ZoneInfo("Europe/Berlin")
DUE = START + timedelta(days=2)  # a Sunday at 12:00 in Berlin
MIDNIGHT = datetime(2026, 5, 1, 22)  # in Berlin
LATER = "The feedback comes "
DUE_SAID = "after the due date, at 2026-05-03 12:00 CEST."
YOURS = "when your instructor releases it."
ALL = "You have had feedback on 3 submissions, which is all there is before the due date. "
LAST = "The feedback on your last submission comes "
DAY = "You have had feedback on one submission today. The feedback on this one comes at "
UNLESS = ", unless you hand in another one before."

# what the course sets, days after the start, whether there is a due date, what the student has had → what comes of it
ROWS: list[tuple[dict[str, object], float, bool, Had, Decision]] = [
    ({}, 0, True, Had(9, 9), Decision(Shows.ALL, counts=True)),
    ({}, 3, True, Had(9, 9), Decision(Shows.ALL)),
    ({"release": "by command"}, 3, True, Had(), Decision(None, said=LATER + YOURS)),
    ({"release": "after due date"}, 0, True, Had(), Decision(None, until=DUE, said=LATER + DUE_SAID)),
    ({"release": "after due date"}, 2, True, Had(), Decision(Shows.ALL)),
    ({"release": "after due date"}, 0, False, Had(), Decision(None, said=LATER + YOURS)),
    ({"before_due": "hints"}, 0, True, Had(), Decision(Shows.HINTS, True, DUE, f"Points are shown {DUE_SAID}")),
    ({"before_due": "checks"}, 3, True, Had(), Decision(Shows.ALL)),
    ({"before_due": "checks"}, 0, False, Had(), Decision(Shows.ALL, counts=True)),
    ({"in_all": 3}, 0, True, Had(2, 2), Decision(Shows.ALL, counts=True)),
    ({"in_all": 3}, 0, True, Had(3, 0), Decision(None, until=DUE, said=ALL + LAST + DUE_SAID)),
    ({"in_all": 3}, 0, False, Had(3, 0), Decision(None, said=ALL.replace(" before the due date", "") + LAST + YOURS)),
    ({"in_all": 3}, 3, True, Had(3, 3), Decision(Shows.ALL)),
    ({"per_day": 1}, 0, True, Had(5, 0), Decision(Shows.ALL, counts=True)),
    ({"per_day": 1}, 0, True, Had(5, 1), Decision(None, until=MIDNIGHT, said=f"{DAY}2026-05-02 00:00 CEST{UNLESS}")),
    ({"per_day": 1}, 1.6, True, Had(5, 1), Decision(None, until=DUE, said=f"{DAY}2026-05-03 12:00 CEST{UNLESS}")),
    ({"per_day": 1, "in_all": 3}, 0, True, Had(3, 1), Decision(None, until=DUE, said=ALL + LAST + DUE_SAID)),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}-{row[3].in_all}")
def test_rows(row: tuple[dict[str, object], float, bool, Had, Decision]) -> None:
    chosen, days, has_due, had, expected = row
    due = DUE if has_due else None
    assert decide(Policy.configured(chosen, ""), START + timedelta(days=days), due, had, BERLIN) == expected


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"when": "now"}, "the unknown 'when'. There are: before_due, in_all, per_day, release."),
        ({"release": "now"}, "release = 'now'; it must be one of 'at once', 'after due date', 'by command'."),
        ({"before_due": "nothing"}, "before_due = 'nothing'; it must be one of 'all', 'checks', 'hints'."),
        ({"per_day": "2"}, "per_day = '2'; it must be a whole number, or None for no bound."),
        ({"in_all": True}, "in_all = True; it must be a whole number, or None for no bound."),
    ],
)
def test_what_cannot_be_meant_is_said(chosen: dict[str, object], says: str) -> None:
    with pytest.raises(
        CourseError, match=re.escape(f"nbgrader_config.py sets c.Watch.feedback{':' * ('=' in says)}")
    ) as told:
        Policy.configured(chosen, "c.Watch.feedback")
    assert says in str(told.value)


def text(page: str) -> str:
    return BeautifulSoup(page, "html.parser").body.get_text(" ", strip=True) if page else ""


def test_one_a_day_and_the_rest_on_the_next(watched: Make, run: Run) -> None:
    course = watched("c.Watch.feedback = {'per_day': 1}; c.Watch.timezone = 'Europe/Berlin'")
    running = run(course)
    secrets = []
    for hour in (0, 1, 2):
        running.at(hours=hour)
        secrets.append(course.hand_in("ada", WRONG))
        running.done()
    assert running.states() == [("ada", "done", "all"), ("ada", "done", "note"), ("ada", "done", "note")]
    assert course.earned("ada") == 0.0  # graded all the same
    assert "Your submission has been graded." in (said := text(course.fetched(secrets[2])))
    assert "You have had feedback on one submission today." in said
    assert "2026-05-02 00:00 CEST" in said
    running.at(hours=12, seconds=-1)
    running.done()
    assert "not right" not in text(course.fetched(secrets[2]))
    running.at(hours=12)
    running.done()
    assert "not right" in text(course.fetched(secrets[2]))
    assert "has been graded" in text(course.fetched(secrets[1]))  # another one came before its time
    running.at(hours=13)
    course.hand_in("ada")
    running.done()
    assert running.states()[-1][2] == "all"  # what was handed in yesterday does not count today


def test_what_a_page_shows_before_the_due_date(watched: Make, run: Run) -> None:
    course = watched("c.Watch.feedback = {'before_due': 'hints'}")
    course.set_due(DUE)
    running = run(course)
    secret = course.hand_in("ada", WRONG)
    running.done()
    early = text(course.fetched(secret))
    assert "Points are shown after the due date, at 2026-05-03 11:00 UTC." in early
    assert "mean : not right" in early
    assert "Hint:" in early
    assert "Found:" not in early
    assert not re.search(r"\d of \d+ points", early)
    course.set_due(START - timedelta(hours=1))  # the due date has been moved
    running.service._changes_at = 0.0
    running.done()
    late = text(course.fetched(secret))
    assert "0 of 1 points" in late
    assert "Found: 5" in late
    assert late == text((course.root / "feedback" / "ada" / "mean" / "mean.html").read_text())


def test_nothing_is_told_while_a_submission_can_still_count_as_on_time(watched: Make, run: Run) -> None:
    """An exchange folder takes an hour to be filled: until then somebody may hand in again, under an earlier time."""
    course = watched("c.Watch.feedback = {'release': 'after due date'}")
    course.set_due(START + timedelta(hours=1))
    running = run(course)
    secret = course.hand_in("ada", WRONG)
    running.at(hours=2, seconds=-1)
    running.done()
    assert "The feedback comes after the due date, at 2026-05-01 12:00 UTC." in text(course.fetched(secret))
    running.at(hours=2)
    running.done()
    assert "0 of 1 points" in text(course.fetched(secret))


def test_by_command(watched: Make, run: Run) -> None:
    course = watched("c.Watch.assignment_feedback = {'mean': {'release': 'by command'}}")
    running = run(course)
    secret = course.hand_in("ada", WRONG)
    running.done()
    assert "The feedback comes when your instructor releases it." in text(course.fetched(secret))
    course.nbgrader("release_feedback", "mean")
    assert "0 of 1 points" in text(course.fetched(secret))


def test_nbgraders_rule_for_late_work(watched: Make, run: Run) -> None:
    course = watched("c.ExchangeCollect.before_duedate = True")
    course.set_due(START + timedelta(seconds=1.5))
    running = run(course)
    in_time = course.hand_in("ada", WRONG)
    running.done()
    course.hand_in("ada")
    running.done()
    late = course.hand_in("bob")
    running.done()
    assert "Until then you can hand in again" in text(course.fetched(in_time))
    assert "This was handed in after that." in text(course.fetched(late))
    assert [(student, state) for student, state, _ in running.states()] == [
        ("ada", "done"),
        ("ada", "skipped"),
        ("bob", "done"),
    ]
    assert course.fetched(in_time)
    assert course.earned("ada") == 0.0

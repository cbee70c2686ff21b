"""A page that takes long holds up its own student only."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from autograder.pages.shows import Shows
from autograder.plugins.feedback import FeedbackPages
from autograder.template import Template
from autograder.watch import pages
from tests.watch.conftest import Running
from tests.watch.the_course import NAME, START, Watched

_MOST_LOOKS = 6000
_make, _page = pages.make, FeedbackPages.page


def make_when_told(root: Path, student: str, *more: object) -> bytes:
    """Make a page elsewhere as soon as a file says so; runs in the other process."""
    with (root / "made-elsewhere").open("a") as log:
        log.write(f"{student}\n")
    for _ in range(_MOST_LOOKS):
        if (root / "go").exists():
            return _make(root, student, *more)  # type: ignore[arg-type]
        time.sleep(0.05)
    raise AssertionError("nobody said so")


def page_that_never_ends(
    self: FeedbackPages, student: str, template: Template, shows: Shows = Shows.ALL, said: str = ""
) -> bytes:
    """In the service itself, the pages of one student are made without end."""
    if student == "eve":
        for _ in itertools.count():
            pass
    return _page(self, student, template, shows, said)


@pytest.mark.parametrize("settings", ["", 'c.Watch.feedback = {"before_due": "hints"}'], ids=["all", "hints"])
def test_who_comes_later_does_not_wait_for_it(
    watched: Callable[..., Watched],
    run: Callable[[Watched], Running],
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
) -> None:
    monkeypatch.setattr(FeedbackPages, "page", page_that_never_ends)
    monkeypatch.setattr(pages, "make", make_when_told)
    course = watched(settings)
    course.set_due(START + timedelta(days=7))
    running = run(course)
    slow = course.hand_in("eve")
    running.until((course.root / "made-elsewhere").exists)
    later = [course.hand_in(student) for student in ("ada", "bob", "cleo")]
    running.until(lambda: all(map(course.fetched, later)))
    assert course.fetched(slow) == ""
    assert ("eve", "waiting", "") in running.states()

    (course.root / "go").touch()
    running.done()
    assert {state for _, state, _ in running.states()} == {"done"}
    number = 2 if settings else 1  # the page for the student, and the full one
    assert (course.root / "made-elsewhere").read_text().split() == ["eve"] * number
    for secret in (slow, later[0]):
        assert ("1 of 1 points" in course.fetched(secret)) == (not settings)
    full = course.root / "feedback" / "eve" / NAME / f"{NAME}.html"
    monkeypatch.undo()
    made = full.read_text()
    course.nbgrader("generate_feedback", NAME, "--force")
    assert full.read_text() == made


def test_a_page_that_is_released_later_holds_up_nobody(
    watched: Callable[..., Watched], run: Callable[[Watched], Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = watched('c.Watch.feedback = {"release": "after due date"}')
    course.set_due(START + timedelta(hours=1))
    running = run(course)
    slow, other = course.hand_in("eve"), course.hand_in("ada")
    running.done()
    assert "The feedback comes " in course.fetched(slow)

    monkeypatch.setattr(FeedbackPages, "page", page_that_never_ends)
    monkeypatch.setattr(pages, "make", make_when_told)
    running.at(hours=3)
    running.until(lambda: "1 of 1 points" in course.fetched(other))
    assert "The feedback comes " in course.fetched(slow)
    (course.root / "go").touch()
    running.until(lambda: "1 of 1 points" in course.fetched(slow))

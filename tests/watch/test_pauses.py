"""Trouble that is no submission's fault is waited for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import pytest

from autograder.errors import CourseError
from autograder.watch.source import Arrived
from tests.watch.conftest import Running
from tests.watch.the_course import Watched

Make = Callable[..., Watched]
Run = Callable[[Watched], Running]


def test_a_locked_gradebook_is_waited_for(watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.watch.service._PAUSES", (0.05,))
    course = watched("c.CourseDirectory.db_url += '?timeout=0.02'")
    running = run(course)
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    other.execute("begin exclusive")
    secret = course.hand_in("ada")
    running.until(lambda: any("database is locked" in line for line in running.said))
    assert running.states() == [("ada", "waiting", "")]
    assert running.journal.waiting()[0].attempts == 0
    other.close()
    running.until(lambda: course.fetched(secret))
    assert course.earned("ada") == 1.0


def test_what_happens_in_a_pause_does_not_end_it_again_and_again(
    watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Iterator[Arrived]:
        raise CourseError("The exchange is away.")

    running = run(watched())
    service, heard = running.service, running.service._wake
    waited: list[bool] = []
    monkeypatch.setattr(service._source, "arrived", away)
    monkeypatch.setattr(heard, "wait", lambda _: waited.append(heard.is_set()))
    heard.set()
    service.turn()
    assert running.said[-1] == "trouble: The exchange is away. Trying again in 1 s."
    heard.set()
    service.turn()
    assert waited == [False, False]  # each of which would have returned at once
    service.stop()
    service.turn()
    assert len(waited) == 2

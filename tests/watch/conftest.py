"""A course for each test, copied from one that is made once, and the service in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.watch.folder import ExchangeFolder
from autograder.watch.journal import Journal
from autograder.watch.service import Service
from autograder.watch.settings import Watch
from autograder.workers import engines
from tests.watch.the_course import START, Watched

MOST_TURNS = 10_000  # each of which waits for a while at most; a service that never gets there fails


@dataclass
class Running:
    """A service that works while a test waits for something."""

    course: Watched
    service: Service
    journal: Journal
    said: list[str]
    time: list[datetime] = field(default_factory=lambda: [START])  # that the service believes it to be

    def until(self, there: Callable[[], object]) -> None:
        """Have the service work until something is there."""
        for _ in range(MOST_TURNS):
            if there():
                return
            self.service.turn(0.2)
        raise AssertionError("\n".join(self.said))

    def done(self) -> None:
        """Have it notice and do all that there is to do now."""
        self.service.turn(0)
        self.until(lambda: self.service.is_idle and not self.journal.due(self.time[0]))

    def at(self, **later: float) -> None:
        """Set its clock to a time after the start."""
        self.time[0] = START + timedelta(**later)

    def states(self) -> list[tuple[str, str, str]]:
        """Student, state and why of each submission, in the order in which they were handed in."""
        rows = self.journal._select("true order by submitted")
        return [(row.arrived.student, row.state.value, row.feedback or row.why) for row in rows]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return Watched.make_one(tmp_path_factory.mktemp("watched") / "course")


@pytest.fixture
def watched(made: Watched, tmp_path: Path) -> Callable[..., Watched]:
    return lambda settings="": made.copy(tmp_path / "course", settings)


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    """Starts a service on a course; everything ends with the test."""
    with ExitStack() as opened:
        yield lambda course: start(course, opened)


def start(watched: Watched, opened: ExitStack, new_engine: Callable[[], engines.Engine] | None = None) -> Running:
    """Start a service that grades on this machine, or elsewhere."""
    opened.enter_context(chdir(watched.root))
    course = Course.here()
    journal = Journal(course.root)
    opened.callback(journal.close)
    said: list[str] = []
    time = [START]
    limits = course.settings.limits_of("")

    def here() -> engines.Engine:
        return engines.local(2, limits, course.hidden_packages(), preload=())  # the assignment imports nothing

    source, settings = ExchangeFolder(course), Watch(parent=course.parent)
    engine = new_engine or here
    service = Service(course, settings, source, journal, engine, clock=lambda: time[0], say=said.append)
    opened.callback(service.close)
    service.open()
    return Running(watched, service, journal, said, time)

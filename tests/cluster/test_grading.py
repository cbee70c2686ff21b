"""A class graded on a Dask cluster whose parts fail in the middle: nobody is lost, nobody is graded twice."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import chdir, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import Client

from autograder.cli import main
from autograder.course import course as course_folder
from autograder.course.grade_class import ClassGrader, Graded, Outcome, Unchanged
from autograder.errors import EngineUnavailable
from autograder.sandbox.building.bubblewrap import UNPRIVILEGED
from autograder.workers import cluster as dask_cluster
from tests.cluster.connection import Wire
from tests.cluster.processes import Cluster, cluster, kill
from tests.course_folder import Course, answers_of, filled

pytestmark = pytest.mark.slow

NAME = "05-mixed-model"
STUDENTS = tuple(f"student-{number}" for number in range(8))
DISTURBED_AFTER = 2  # results
Points = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class Example:
    """A class that has handed in, and its points when it is graded on this machine."""

    course: Course
    points: Points

    def copy(self, root: Path) -> Course:
        """The same class, not graded yet."""
        shutil.copytree(self.course.root, root)
        return Course(root)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    ungraded = Course.make(tmp_path_factory.mktemp("example") / "ungraded", NAME)
    answers = answers_of(ungraded.source(NAME))
    wrong = {**answers, "q5b": answers["q5b"] + "\ngroup_variance = group_variance ** 0.5"}
    for number, student in enumerate(STUDENTS):
        kinds = (ungraded.solved(NAME), filled(ungraded.release(NAME), wrong), ungraded.release(NAME))
        ungraded.submit(student, NAME, kinds[number % len(kinds)])
    here = Example(ungraded, {}).copy(ungraded.root.parent / "here")
    with chdir(here.root):
        assert main(["grade", NAME]) == 0
    points = points_of(here)
    assert len({tuple(sorted(one.items())) for one in points.values()}) == 3
    return Example(ungraded, points)


@pytest.fixture
def course(example: Example, tmp_path: Path) -> Course:
    return example.copy(tmp_path / "course")


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.getbasetemp(), 2) as made:
        yield made


@pytest.fixture
def two(processes: Cluster) -> Cluster:
    """Two workers at least, whatever a test before did to them."""
    processes.complete(2)
    return processes


@pytest.fixture
def one(processes: Cluster) -> Cluster:
    """One worker at least."""
    processes.complete(1)
    return processes


def points_of(course: Course) -> Points:
    return {student: course.points(student, NAME) for student in STUDENTS}


def grade(course: Course, address: str, disturb: Callable[[], None] = lambda: None) -> Iterator[Outcome]:
    """Grade the class, and have something happen in the middle."""
    with chdir(course.root), closing(dask_cluster.dask(address, 1)) as engine:
        for number, outcome in enumerate(
            ClassGrader(course_folder.Course.here(), engine).run({NAME: STUDENTS}), start=1
        ):
            yield outcome
            if number == DISTURBED_AFTER:
                disturb()


def each_once(outcomes: list[Outcome], course: Course) -> bool:
    """Everybody has one outcome and one row in the gradebook."""
    with sqlite3.connect(course.root / "gradebook.db") as gradebook:
        rows = gradebook.execute("select student_id from submitted_assignment").fetchall()
    graded = [outcome.student for outcome in outcomes if isinstance(outcome, Graded | Unchanged)]
    return Counter(graded) == Counter(STUDENTS) == Counter(student for (student,) in rows)


def test_workers_see_nothing_of_the_course(course: Course, two: Cluster) -> None:
    with Client(two.address) as client:
        seen = client.run(lambda root: (os.path.exists(root), os.geteuid()), str(course.root))  # noqa: PTH110
    assert {exists for exists, _ in seen.values()} == {False}
    if os.geteuid() == 0:
        assert {user for _, user in seen.values()} == {UNPRIVILEGED}


def test_same_points_as_on_this_machine(example: Example, course: Course, two: Cluster) -> None:
    with chdir(course.root):
        assert main(["grade", NAME, "--engine", "dask", "--scheduler", two.address]) == 0
    assert points_of(course) == example.points


def test_the_connection_to_the_scheduler_is_cut(example: Example, course: Course, two: Cluster) -> None:
    with Wire(two.address) as wire:
        outcomes = list(grade(course, wire.address, wire.cut))
    assert each_once(outcomes, course)
    assert points_of(course) == example.points


def test_a_slow_worker(example: Example, course: Course, two: Cluster) -> None:
    """It gets a fifth of the time."""
    worker, done = two.workers[0], threading.Event()

    def hinder() -> None:
        while not done.is_set():
            worker.suspend()
            time.sleep(0.4)
            worker.resume()
            time.sleep(0.1)

    hindering = threading.Thread(target=hinder)
    outcomes = list(grade(course, two.address, hindering.start))
    done.set()
    hindering.join()
    assert each_once(outcomes, course)
    assert points_of(course) == example.points


def killed(two: Cluster) -> None:
    kill(two.workers[0])


def stopped(two: Cluster) -> None:
    """Its connections stay open, and nothing comes through them any more."""
    two.workers[0].suspend()


@pytest.mark.parametrize("disturb", [stopped, killed])
def test_a_worker_that_is_gone(
    example: Example, course: Course, two: Cluster, disturb: Callable[[Cluster], None]
) -> None:
    outcomes = list(grade(course, two.address, lambda: disturb(two)))
    assert each_once(outcomes, course)
    assert points_of(course) == example.points
    if disturb is stopped:
        kill(two.workers[0])


def test_all_workers_die(example: Example, course: Course, one: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "PATIENCE_SECONDS", 1)

    def kill_all() -> None:
        for worker in one.workers:
            kill(worker)

    with pytest.raises(EngineUnavailable, match=r"all workers .* are gone.* to continue"):
        list(grade(course, one.address, kill_all))
    done = written(example, course)
    one.complete(1)
    outcomes = list(grade(course, one.address))
    assert {outcome.student for outcome in outcomes if isinstance(outcome, Unchanged)} == done
    assert each_once(outcomes, course)
    assert points_of(course) == example.points


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_the_scheduler_is_gone(
    example: Example, course: Course, one: Cluster, monkeypatch: pytest.MonkeyPatch, ending: int
) -> None:
    """It dies, or hangs while its connections stay open."""
    monkeypatch.setattr(dask_cluster, "ANSWER_SECONDS", 15)  # one that lives answers by then, on a busy machine too
    with pytest.raises(EngineUnavailable, match=r"scheduler .* does not answer any more.* to continue"):
        list(grade(course, one.address, lambda: one.scheduler.send_signal(ending)))
    assert written(example, course)
    with chdir(course.root):
        assert main(["grade", NAME, "--engine", "dask", "--scheduler", one.address]) == 2


def written(example: Example, course: Course) -> set[str]:
    """Who was graded before the run stopped; their points are those of any other run."""
    done = {path.stem for path in course.root.glob(f".autograder/{NAME}/{NAME}/*.jsonl")}
    assert DISTURBED_AFTER <= len(done) < len(STUDENTS)
    assert {name: course.points(name, NAME) for name in done} == {name: example.points[name] for name in done}
    return done

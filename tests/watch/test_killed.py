"""Killed at any moment, two at a time, beside `autograder grade`: what was handed in is graded, and once."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.course.course import Course
from autograder.course.grade_class import ClassGrader, Graded
from autograder.workers.engines import Engine
from tests.course_folder import REPOSITORY
from tests.watch.conftest import Running
from tests.watch.killed import POINTS, SPARE
from tests.watch.the_course import NAME, RIGHT, WRONG, Watched

pytestmark = pytest.mark.slow

Make = Callable[..., Watched]
Run = Callable[[Watched], Running]

WAIT_SECONDS = 120


def result_of(running: Running, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What grading the only submission gives, as it comes from the worker."""
    found: list[Any] = []
    original = ClassGrader.written

    def keeping(self: ClassGrader, writer: Any, result: Any, state: Any) -> Any:
        found.append(result)
        return original(self, writer, result, state)

    with monkeypatch.context() as patch:
        patch.setattr(ClassGrader, "written", keeping)
        running.done()
    (result,) = found
    return result


def test_killed_anywhere(watched: Make, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = watched()
    secret = course.hand_in("ada")
    places = tmp_path / "places"
    for point in (SPARE, *POINTS):
        shutil.copytree(course.root, places / point)
    running = run(course)
    (places / "result").write_bytes(pickle.dumps(result_of(running, monkeypatch)))
    expected = course.fetched(secret)

    command = [sys.executable, "-m", "tests.watch.killed", str(places), *POINTS]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    for point in POINTS:
        killed = Watched(places / point)
        assert killed.earned("ada") == 1.0, point
        assert killed.fetched(secret) == expected, point
        assert (killed.root / "feedback" / "ada" / NAME / f"{NAME}.html").read_text() == expected, point
        assert [path.name for path in (killed.root / "submitted" / "ada").iterdir()] == [NAME], point
        times = len((killed.root / "graded").read_text().split())
        before_record = point in ("graded", "half written", "written")
        assert times == (2 if before_record else 1), point


def start(course: Watched, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "autograder"), "watch", "--workers", "1", *options],
        cwd=course.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def status(course: Watched) -> dict[str, Any]:
    command = [str(Path(sys.executable).parent / "autograder"), "watch", "--status", "--json"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["alive"] else 2)
    return found


def wait_for(there: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_watchers_are_one_and_one_that_is_killed_is_followed(watched: Make) -> None:
    course = watched()
    both = [start(course), start(course)]
    try:
        first = course.hand_in("ada")
        wait_for(lambda: course.fetched(first))
        number = int(status(course)["process"].split()[1])
        works, waits = sorted(both, key=lambda one: one.pid != number)
        family = psutil.Process(works.pid).children(recursive=True)
        os.kill(works.pid, signal.SIGKILL)
        second = course.hand_in("bob")
        wait_for(lambda: course.fetched(second))
        assert not psutil.wait_procs(family, timeout=WAIT_SECONDS)[1], "what it had started lives on"
        found = status(course)
        assert found["process"].split()[1] == str(waits.pid)
        assert found["counts"] == {"waiting": 0, "skipped": 0, "done": 2, "failed": 0, "held": 0}
        assert (found["running"], found["failures"], found["error"]) == (0, [], None)
        waits.terminate()
        _, said = waits.communicate(timeout=WAIT_SECONDS)
        assert waits.returncode == 0
        assert "another watcher works on" in said
        assert said.count("graded: bob, mean; feedback: all") == 1
        assert "ada" not in said
    finally:
        for one in both:
            one.kill()
    assert status(course)["alive"] is False
    assert (course.earned("ada"), course.earned("bob")) == (1.0, 1.0)


def test_grading_beside_it_writes_nothing_about_what_was_replaced(
    watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`autograder grade` has read the first submission; while it grades that, the service takes the second."""
    course = watched()
    running = run(course)
    course.hand_in("ada", WRONG)
    running.done()
    with chdir(course.root):
        own = Course.here()
    submit, graded = Engine.submit, []

    def meanwhile(engine: Engine, grade: Any, task: Any) -> Any:
        future = submit(engine, grade, task)
        graded.append(task.student)
        if len(graded) == 1:
            monkeypatch.undo()
            course.hand_in("ada", RIGHT)
            running.done()
            monkeypatch.setattr(Engine, "submit", meanwhile)
        return future

    monkeypatch.setattr(Engine, "submit", meanwhile)
    assert running.service._engine is not None
    outcomes = list(ClassGrader(own, running.service._engine, everything=True).run({NAME: ["ada"]}))
    assert graded == ["ada", "ada"]
    assert [type(one) for one in outcomes] == [Graded]
    assert course.earned("ada") == 1.0

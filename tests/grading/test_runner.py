"""Every task ends in exactly one result, whatever workers do."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from autograder.engines import Engine
from autograder.runner import Failed, grade_all
from autograder.sandbox import Limits
from autograder.submission import Packed, Task
from autograder.template import Template


def task(student: str, content: bytes = b"") -> Task:
    return Task(student, content, Template("hw", "hw", ()), {}, {}, Limits())


def finished(task: Task) -> Packed:
    return Packed(task.student, "hw", "hw", b"{}", "{}", {}, frozenset(), {}, 0.0)


def faulty(task: Task) -> Packed:
    if task.student == "bad":
        raise ZeroDivisionError("a fault of the grader")
    return finished(task)


def deadly(task: Task) -> Packed:
    """Dies on "deadly" always, on "once" the first time."""
    marker = Path(task.content.decode()) if task.content else None
    if task.student == "deadly" or (marker is not None and not marker.exists()):
        if marker is not None:
            marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return finished(task)


def processes() -> Executor:
    return ProcessPoolExecutor(2)


def test_each_task_once() -> None:
    students = [f"s{number}" for number in range(50)]
    results = list(grade_all(map(task, students), finished, Engine(4, lambda: ThreadPoolExecutor(4))))
    assert Counter(result.student for result in results) == Counter(students)


def test_tasks_are_read_as_they_are_needed() -> None:
    read: list[str] = []

    def reading():
        for number in range(100):
            read.append(str(number))
            yield task(str(number))

    results = grade_all(reading(), finished, Engine(2, lambda: ThreadPoolExecutor(2)))
    next(results)
    assert len(read) < 20
    results.close()


def test_a_fault_costs_one_submission() -> None:
    results = list(grade_all(map(task, ["a", "bad", "z"]), faulty, Engine(1, lambda: ThreadPoolExecutor(1))))
    failed = [result for result in results if isinstance(result, Failed)]
    assert len(results) == 3
    assert [(one.student, one.reason) for one in failed] == [("bad", "ZeroDivisionError: a fault of the grader")]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_worker_that_dies_costs_nobody_else(tmp_path: Path) -> None:
    once = task("once", str(tmp_path / "died").encode())
    students = [task("a"), once, task("b"), task("deadly"), *(task(f"s{number}") for number in range(10))]
    results = list(grade_all(students, deadly, Engine(2, processes)))
    assert len(results) == len(students)
    assert {result.student for result in results} == {one.student for one in students}
    assert [result.student for result in results if isinstance(result, Failed)] == ["deadly"]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_worker_that_dies_between_two_tasks_costs_nobody(tmp_path: Path) -> None:
    engine = Engine(2, processes)

    def until_it_is_broken() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            engine.executor.submit(int)
            time.sleep(0.01)

    def reading() -> Iterator[Task]:
        yield task("once", str(tmp_path / "died").encode())
        with pytest.raises(BrokenProcessPool):  # from now on the pool takes nothing
            until_it_is_broken()
        yield task("b")

    results = list(grade_all(reading(), deadly, engine))
    assert Counter(result.student for result in results if isinstance(result, Packed)) == Counter(["once", "b"])

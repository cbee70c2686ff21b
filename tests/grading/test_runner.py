"""Every task ends in exactly one result, whatever workers do."""

import os
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.submission import SubmissionResult
from autograder.grading.task import Task
from autograder.sandbox import Limits, SandboxUnavailable
from autograder.template import Template
from autograder.workers.engines import Engine
from autograder.workers.pool import Pool
from autograder.workers.runner import Failed, grade_all


def task(student: str, content: bytes = b"") -> Task:
    return Task(student, content, Template("hw", "hw", ()), {}, {}, Limits())


def finished(task: Task) -> SubmissionResult:
    return SubmissionResult(task.student, "hw", "hw", b"{}", b"", {}, frozenset(), {}, 0.0)


def faulty(task: Task) -> SubmissionResult:
    if task.student == "bad":
        raise ZeroDivisionError("a fault of the grader")
    return finished(task)


def deadly(task: Task) -> SubmissionResult:
    """Dies on "deadly" always, on "once" the first time."""
    marker = Path(task.content.decode()) if task.content else None
    if task.student == "deadly" or (marker is not None and not marker.exists()):
        if marker is not None:
            marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return finished(task)


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


def test_a_process_that_dies_costs_nobody_else(tmp_path: Path) -> None:
    once = task("once", str(tmp_path / "died").encode())
    students = [task("a"), once, task("b"), task("deadly"), *(task(f"s{number}") for number in range(10))]
    with closing(Engine(2, lambda: Pool(2))) as engine:
        results = list(grade_all(students, deadly, engine))
    assert len(results) == len(students)
    assert {result.student for result in results} == {one.student for one in students}
    assert [(result.student, result.reason) for result in results if isinstance(result, Failed)] == [
        ("deadly", "the process that graded this submission ended twice: Killed")
    ]


def disturbed_at_first(task: Task) -> SubmissionResult:
    first = not (marker := Path(task.content.decode())).exists() if task.content else False
    if first:
        marker.touch()
    return replace(finished(task), disturbed=first, seconds=1.0 if first else 2.0)


def test_what_waited_in_vain_is_graded_again_alone_before_it_counts(tmp_path: Path) -> None:
    students = [task("waited", str(tmp_path / "seen").encode()), *(task(f"s{number}") for number in range(8))]
    results = list(grade_all(students, disturbed_at_first, Engine(2, lambda: ThreadPoolExecutor(2))))
    assert len(results) == len(students)
    waited = [one for one in results if one.student == "waited"]
    assert [(one.seconds, one.disturbed) for one in waited if isinstance(one, SubmissionResult)] == [(2.0, False)]


def test_what_waited_in_vain_counts_as_disturbed_when_the_others_have_ended_before_it(tmp_path: Path) -> None:
    others = threading.Event()

    def last(one: Task) -> SubmissionResult:
        if one.content:
            others.wait()
        return disturbed_at_first(one)

    students = [task("waited", str(tmp_path / "seen").encode()), task("a"), task("b")]
    results = grade_all(students, last, Engine(2, lambda: ThreadPoolExecutor(2)))
    assert {next(results).student, next(results).student} == {"a", "b"}
    others.set()
    assert [(one.seconds, one.disturbed) for one in results if isinstance(one, SubmissionResult)] == [(2.0, False)]


def without_a_sandbox(_: Task) -> SubmissionResult:
    raise SandboxUnavailable("bubblewrap is not installed")


def test_where_nothing_can_be_isolated_nothing_is_graded() -> None:
    with (
        closing(Engine(2, lambda: Pool(2))) as engine,
        pytest.raises(SandboxUnavailable, match="bubblewrap is not installed"),
    ):
        list(grade_all([task("a"), task("b")], without_a_sandbox, engine))

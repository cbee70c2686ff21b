"""Killing the grader at any moment, and starting it again: nothing is lost, and nobody is graded twice."""

from __future__ import annotations

import ctypes
import random
import sqlite3
import subprocess
import time

import psutil
import pytest
from nbgrader.api import Gradebook

from tests.course_folder import Course, points_of_tests
from tests.hostile.conftest import PR_SET_CHILD_SUBREAPER
from tests.hostile.row import ASSIGNMENT, NOTEBOOK
from tests.hostile.the_class import COMMANDS

pytestmark = pytest.mark.slow

STUDENTS = tuple(f"student-{number:02}" for number in range(8))
WRITTEN = ("q3b-reflection", ASSIGNMENT, ASSIGNMENT)  # a part that a person marks
START_SECONDS = 120
END_SECONDS = 10

Kept = dict[str, int]  # student → when the notebook was written
History = list[tuple[Kept, Kept]]  # of each run: what was kept before and after it


def graded_so_far(course: Course) -> list[str]:
    return sorted(path.parts[-3] for path in course.root.glob(f"autograded/*/{ASSIGNMENT}/{NOTEBOOK}"))


def kept(course: Course) -> Kept:
    """Who needs no grading any more, and when that notebook was written."""
    folder = course.root / ".autograder" / ASSIGNMENT / ASSIGNMENT
    students = [path.stem for path in folder.glob("*.jsonl") if path.stat().st_size]
    return {name: (course.root / "autograded" / name / ASSIGNMENT / NOTEBOOK).stat().st_mtime_ns for name in students}


def start(course: Course) -> subprocess.Popen[bytes]:
    with (course.root / "autograder.log").open("ab") as log:
        return subprocess.Popen(
            COMMANDS["autograder"], cwd=course.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def killed_when(course: Course, moment: int) -> set[psutil.Process]:
    """Start grading, kill it once so many notebooks were written, and return what it had started."""
    grader = start(course)
    deadline = time.monotonic() + START_SECONDS
    while len(graded_so_far(course)) < moment and grader.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(random.Random(moment).uniform(0, 0.4))
    family = set(psutil.Process(grader.pid).children(recursive=True)) if grader.poll() is None else set()
    grader.kill()
    grader.wait()
    return family


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    course = Course.make(tmp_path_factory.mktemp("killed") / "course", ASSIGNMENT)
    solved = course.solved(ASSIGNMENT)
    for student in STUDENTS:
        course.submit(student, ASSIGNMENT, solved)
    return course


@pytest.fixture(scope="module")
def history(course: Course) -> History:
    """Killed at three moments; what was kept after each, and what of it the next run left alone."""
    found = []
    marked: dict[str, float] = {}
    for moment in (0, 1, 4):
        before = kept(course)
        family = killed_when(course, moment)
        _, alive = psutil.wait_procs(family, timeout=END_SECONDS)
        assert not alive, "the grader was killed, and what it had started lives on"
        found.append((before, kept(course)))
        mark_by_hand(course, marked)
    before = kept(course)
    assert start(course).wait(START_SECONDS) == 0
    found.append((before, kept(course)))
    return found


def mark_by_hand(course: Course, marked: dict[str, float]) -> None:
    """A TA marks the written part of everybody who is graded so far."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for student in set(kept(course)) - set(marked):
            marked[student] = 0.2
            gradebook.find_grade(*WRITTEN, student).manual_score = marked[student]
            gradebook.find_comment(*WRITTEN, student).manual_comment = f"well seen, {student}"
        gradebook.db.commit()


def test_it_was_killed_in_the_middle(history: History) -> None:
    lengths = [len(after) for _, after in history]
    assert lengths == sorted(lengths)
    assert any(0 < length < len(STUDENTS) for length in lengths)


def test_nobody_is_graded_twice(history: History) -> None:
    for before, after in history:
        assert {student: after[student] for student in before} == before


def test_nothing_is_lost(course: Course, history: History) -> None:
    assert sorted(history[-1][1]) == list(STUDENTS)
    full = points_of_tests(course.source(ASSIGNMENT))
    for student in STUDENTS:
        points = course.points(student, ASSIGNMENT)
        assert {name: points[name] for name in full} == full
    with sqlite3.connect(course.root / "gradebook.db") as gradebook:
        assert gradebook.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert gradebook.execute("select count(*) from submitted_notebook").fetchone() == (len(STUDENTS),)


def test_manual_marks_are_kept(course: Course, history: History) -> None:
    early = [student for student in STUDENTS if student in history[-2][1]]
    assert early
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for student in early:
            assert gradebook.find_grade(*WRITTEN, student).manual_score == 0.2
            assert gradebook.find_comment(*WRITTEN, student).manual_comment == f"well seen, {student}"


def test_no_half_written_file_is_left(course: Course, history: History) -> None:
    assert history
    assert not list((course.root / "autograded").rglob(".writing-*"))

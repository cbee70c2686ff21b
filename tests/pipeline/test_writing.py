"""The gradebook is written although other processes are in the way; what cannot be written counts as not graded."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course.course import Course as ConfiguredCourse
from autograder.course.writer import Writer
from autograder.errors import CourseError
from autograder.grading.record import SubmissionRecord
from autograder.grading.submission import SubmissionResult
from tests.course_folder import Course

NAME = "02-correlation"
TESTS = ("q2a-tests", "q2b-tests", "q2c-tests")


def graded(points: float, fingerprint: str) -> SubmissionResult:
    record = SubmissionRecord(fingerprint, "", {}).to_bytes()
    return SubmissionResult("ada", NAME, NAME, b"{}\n", record, dict.fromkeys(TESTS, points), frozenset(), {}, 0.1)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """It waits for a lock of the gradebook for a tenth of a second."""
    course = Course.make(tmp_path, NAME)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('c.CourseDirectory.db_url += "?timeout=0.1"\n')
    course.submit("ada", NAME, course.solved(NAME))
    return course


@pytest.fixture
def writer(course: Course, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    monkeypatch.chdir(course.root)
    configured = ConfiguredCourse.here()
    with Gradebook(configured.db_url, "lmm") as gradebook:
        yield Writer(configured, gradebook, [NAME])


@contextmanager
def locked(course: Course) -> Iterator[sqlite3.Connection]:
    """Another process writes, until it is told to stop."""
    with closing(sqlite3.connect(course.root / "gradebook.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_locked_gradebook_is_tried_again(course: Course, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    with locked(course) as other:

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                other.rollback()

        monkeypatch.setattr("autograder.course.writer.time.sleep", pause)
        writer.write(graded(0.5, "print"))
    assert len(pauses) == 2
    assert course.points("ada", NAME) == dict.fromkeys(TESTS, 0.5)
    assert writer.caches[NAME, NAME].prints("ada").fingerprint == "print"


def test_what_cannot_be_written_counts_as_not_graded(course: Course, writer: Writer) -> None:
    writer.write(graded(0.5, "before"))
    with locked(course), pytest.raises(CourseError, match="locked"):
        writer.write(graded(0.25, "after"))
    assert writer.caches[NAME, NAME].prints("ada").fingerprint == ""
    writer.write(graded(0.5, "later"))
    assert writer.caches[NAME, NAME].prints("ada").fingerprint == "later"

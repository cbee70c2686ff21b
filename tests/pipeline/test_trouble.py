"""What keeps a command from writing ends it with one sentence that says what to do, and leaves nothing half written."""

from __future__ import annotations

import errno
import functools
import io
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.cli import main
from autograder.sandbox import Limits, SandboxUnavailable
from autograder.sandbox.limits import check_shell
from tests.course_folder import Course

NAME = "02-correlation"
STUDENTS = ("ada", "bob", "eve")
GRADE = ("grade", NAME, "--json", "--workers", "1")
COMMAND = Path(sys.executable).parent / "autograder"


@contextmanager
def full_disk(_course: Course) -> Iterator[None]:
    """Stands for a disk without space: the first of our files that is made safe there cannot be."""

    def fsync(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield


@contextmanager
def full_gradebook(_course: Course) -> Iterator[None]:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", limit)
    yield
    event.remove(Engine, "connect", limit)


@contextmanager
def locked(course: Course, how: str = "IMMEDIATE") -> Iterator[None]:
    """Somebody else writes: it can be read, and not written; or not even read."""
    path = course.root / "nbgrader_config.py"
    before = path.read_text()
    path.write_text(f'{before}\nc.CourseDirectory.db_url += "?timeout=0.1"\n')
    with closing(sqlite3.connect(course.root / "gradebook.db")) as other:
        other.execute(f"BEGIN {how}")
        yield
    path.write_text(before)


TROUBLE: dict[str, tuple[Callable[[Course], AbstractContextManager[None]], str, str]] = {
    "a full disk": (full_disk, os.strerror(errno.ENOSPC), "Free some, then run"),
    "a full gradebook": (full_gradebook, "is full", "Free some space where it lies"),
    "a locked gradebook": (locked, "database is locked", "wait until that one has ended"),
    "a gradebook locked for reading": (
        functools.partial(locked, how="EXCLUSIVE"),
        "database is locked",
        "run the same command again",
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course.make(tmp_path_factory.mktemp("trouble") / "course", NAME)
    for student in STUDENTS:
        course.submit(student, NAME, course.release(NAME))
    with closing(sqlite3.connect(course.root / "gradebook.db")) as gradebook:
        gradebook.execute("PRAGMA page_size = 512")
        gradebook.execute("VACUUM")  # so that a submission does not fit into what is left of pages
    return course


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status and what it printed; nbgrader prints its log on standard error."""

    status: object
    out: str
    err: str


def by_us(course: Course, *more: str) -> Ended:
    with chdir(course.root), redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        status = main([*GRADE, *more])
    return Ended(status, out.getvalue(), err.getvalue())


def by_nbgrader(course: Course, *more: str) -> Ended:
    with pytest.raises(AssertionError) as failed, redirect_stderr(io.StringIO()) as err:
        course.nbgrader("autograde", NAME, *more)
    assert isinstance(failed.value.__cause__, SystemExit)
    return Ended(failed.value.__cause__.code, "", err.getvalue())


@pytest.fixture(scope="module", params=TROUBLE)
def said(request: pytest.FixtureRequest, course: Course) -> dict[str, tuple[str, Ended]]:
    """What each command says of one trouble, with the words that it must say."""
    trouble, why, what_to_do = TROUBLE[request.param]
    with trouble(course):
        ended = {"autograder": by_us(course), "nbgrader": by_nbgrader(course)}
    return {name: (f"{why}|{what_to_do}", how) for name, how in ended.items()}


def test_one_sentence_says_what_to_do(said: dict[str, tuple[str, Ended]]) -> None:
    for name, (words, ended) in said.items():
        text = " ".join(ended.err.split())  # what a person reads; the summary as JSON is on standard output
        assert all(text.count(word) == 1 for word in words.split("|")), (name, ended.err)
        assert "Traceback" not in text
        assert ended.status == {"autograder": 2, "nbgrader": 1}[name]
    words, ended = said["autograder"]
    summary = json.loads(ended.out)
    assert all(word in summary["error"] for word in words.split("|"))
    assert (summary["exit_status"], summary["failed"]) == (2, [])
    assert len(summary["graded"]) < len(STUDENTS)


def test_nothing_is_half_written(course: Course, said: dict[str, tuple[str, Ended]]) -> None:
    assert said
    with closing(sqlite3.connect(course.root / "gradebook.db")) as gradebook:
        graded = gradebook.execute("select count(*) from grade group by notebook_id").fetchall()
        assert (
            len(graded) == gradebook.execute("select count(*) from submitted_assignment").fetchone()[0] < len(STUDENTS)
        )
        assert len(set(graded)) <= 1
    assert not list(course.root.rglob(".writing-*"))


def test_a_limit_of_the_shell_is_told(course: Course) -> None:
    """By the command as a process of its own, which ends with the status."""
    line = f"ulimit -v 300000 && exec {COMMAND} {' '.join(GRADE)}"
    ended = subprocess.run(["sh", "-c", line], cwd=course.root, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "292 MB of addresses" in json.loads(ended.stdout)["error"]
    assert "in a shell without that limit" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("which", "allowed", "says"),
    [
        (resource.RLIMIT_AS, 4 << 30, r"addresses of a process to 4194304 \(ulimit -v\)"),
        (resource.RLIMIT_FSIZE, 4 << 20, r"size of a file of a process to 4096 \(ulimit -f\), .* may need 32768"),
        (resource.RLIMIT_NOFILE, 100, r"open files of a process to 100 \(ulimit -n\), .* may need 256"),
    ],
)
def test_sessions_get_no_more_than_the_shell_allows(
    monkeypatch: pytest.MonkeyPatch, which: int, allowed: int, says: str
) -> None:
    real = resource.getrlimit
    monkeypatch.setattr(resource, "getrlimit", lambda number: (allowed,) * 2 if number == which else real(number))
    with pytest.raises(SandboxUnavailable, match=says):
        check_shell(Limits())


ODD = "e\x1b[31mve\nand others"


def test_names_that_cannot_be_shown_cost_themselves_only(course: Course) -> None:
    course.submit(ODD, NAME, course.release(NAME))
    (course.root / "submitted" / "\x1b[31m" / NAME).mkdir(parents=True)
    for command in (by_us, by_nbgrader):
        ended = command(course, "--force")
        assert ended.status == 1
        assert "\x1b[31m" not in ended.out + ended.err
        assert f"{ODD!r}: the name of the folder holds characters" in ended.err
        assert "Traceback" not in ended.err
    points = {student: course.points(student, NAME) for student in STUDENTS}  # also of those that could not be written
    assert all(None not in [found[f"{part}-tests"] for part in ("q2a", "q2b", "q2c")] for found in points.values())
    assert sorted(path.name for path in (course.root / "autograded").iterdir()) == sorted(STUDENTS)

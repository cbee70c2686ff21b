"""`nbgrader autograde` and `autograder grade` are one road; the first keeps nbgrader's rules and messages."""

import os
import subprocess
import sys
import time
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import OperationalError

from autograder.cli import main
from autograder.course.writer import Writer
from tests.course_folder import Course, answers_of, filled

NAME = "02-correlation"
STUDENTS = ("ada", "bob", "eve")
MARKED = "q2c-tests"  # by a TA
BIN = Path(sys.executable).parent


def made(root: Path) -> Course:
    """Ada is right, Bob forgot the figure and divides by zero, Eve submitted no notebook."""
    course = Course.make(root, NAME)
    course.submit("ada", NAME, course.solved(NAME))
    first = answers_of(course.source(NAME))["q2a"]
    course.submit("bob", NAME, filled(course.release(NAME), {"q2a": first, "q2b": "1", "q2c": "1 / 0"}))
    course.submit("eve", NAME, b"PK\x03\x04 a Word file")
    (course.root / "submitted" / "eve" / NAME / f"{NAME}.ipynb").rename(
        course.root / "submitted" / "eve" / NAME / "essay.ipynb"
    )
    return course


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return made(tmp_path_factory.mktemp("collected"))


@pytest.fixture(scope="module")
def by_nbgrader(collected: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = collected.copy(tmp_path_factory.mktemp("graded") / "course")
    said = course.nbgrader("autograde", NAME)
    assert "Skipping unknown notebook" in said
    assert "eve: The notebook 02-correlation.ipynb was not handed in." in said
    return course


@pytest.fixture
def course(collected: Course, tmp_path: Path) -> Course:
    """Not graded yet."""
    return collected.copy(tmp_path / "course")


@pytest.fixture
def graded(by_nbgrader: Course, tmp_path: Path) -> Course:
    """Graded by nbgrader's command."""
    return by_nbgrader.copy(tmp_path / "course")


def grade(course: Course, *arguments: str) -> int:
    with chdir(course.root):
        return main(["grade", NAME, *arguments])


def files(course: Course) -> dict[str, bytes]:
    folders = (course.root / "autograded", course.root / ".autograder")
    return {
        str(path.relative_to(course.root)): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def rows(course: Course) -> list[tuple[Any, ...]]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return [
            (student, grade.name, grade.auto_score, grade.needs_manual_grade, grade.notebook.late_submission_penalty)
            for student in STUDENTS
            for grade in gradebook.find_submission_notebook(NAME, NAME, student).grades
        ]


def stamp(course: Course, student: str, moment: str) -> None:
    (course.root / "submitted" / student / NAME / "timestamp.txt").write_text(f"2026-05-01 {moment} UTC")


def written(course: Course) -> dict[str, int]:
    paths = {name: course.root / "autograded" / name / NAME / f"{NAME}.ipynb" for name in STUDENTS}
    return {name: path.stat().st_mtime_ns for name, path in paths.items()}


def test_both_write_the_same(course: Course, by_nbgrader: Course) -> None:
    assert grade(course) == 0
    assert rows(course) == rows(by_nbgrader)
    assert files(course) == files(by_nbgrader)


def test_what_one_has_graded_the_other_leaves_alone(graded: Course, capsys: pytest.CaptureFixture[str]) -> None:
    before = written(graded)
    assert grade(graded) == 0
    assert "0 graded" in capsys.readouterr().out
    assert "Skipping existing assignment" in graded.nbgrader("autograde", NAME)
    assert written(graded) == before


def test_nbgraders_rule_of_what_to_grade_again(course: Course) -> None:
    for student in STUDENTS:
        stamp(course, student, "10:00:00")
    course.nbgrader("autograde", NAME)
    before = written(course)
    stamp(course, "bob", "10:00:01")
    stamp(course, "eve", "09:59:59")
    course.nbgrader("autograde", NAME, "--CourseDirectory.student_id_exclude=ada")
    newer = written(course)
    assert [name for name in STUDENTS if newer[name] != before[name]] == ["bob"]
    course.nbgrader("autograde", NAME, "--force", "--CourseDirectory.student_id_exclude=ada,bob")
    assert [name for name in STUDENTS if written(course)[name] != newer[name]] == ["eve"]


def test_what_was_left_unfinished_is_graded_again(graded: Course) -> None:
    (graded.root / ".autograder" / NAME / NAME / "bob.jsonl").write_bytes(b"")
    before = written(graded)
    graded.nbgrader("autograde", NAME)
    after = written(graded)
    assert [name for name in STUDENTS if after[name] != before[name]] == ["bob"]


def test_a_failure_costs_one_submission_removes_nothing_and_is_reported(
    graded: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(graded)
    write = Writer.write

    def failing(self: Writer, result: Any) -> None:
        if result.student == "bob":
            raise OSError("no space left on device")
        write(self, result)

    monkeypatch.setattr(Writer, "write", failing)
    with pytest.raises(AssertionError, match="no space left on device") as failure:
        graded.nbgrader("autograde", NAME, "--force")
    assert f"There was an error processing assignment '{NAME}' for student 'bob'" in str(failure.value)
    assert files(graded) == before


def test_students_are_made_only_where_that_is_wanted(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("bob")
    with pytest.raises(AssertionError, match="No student with ID 'ada' exists"):
        course.nbgrader("autograde", NAME, "--Autograde.create_student=False")
    assert (course.root / "autograded" / "bob").is_dir()
    assert not (course.root / "autograded" / "ada").exists()


def test_hooks_run_around_each_submission(course: Course) -> None:
    hook = "def hook(**about):\n    print(sorted(about), len(about['notebooks']), file=open('hooks.txt', 'a'))\n"
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\n{hook}\nc.Autograde.pre_convert_hook = c.Autograde.post_convert_hook = hook\n")
    course.nbgrader("autograde", NAME)
    line = "['assignment', 'notebooks', 'student'] 1\n"
    assert (course.root / "hooks.txt").read_text() == line * 2 * len(STUDENTS)


@pytest.mark.parametrize(("shared", "file", "folder"), [(False, 0o444, 0), (True, 0o664, 0o2070)])
def test_files_have_nbgraders_permissions_on_both_roads(course: Course, shared: bool, file: int, folder: int) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.groupshared = {shared}\n")
    for command in (lambda: grade(course, "--force"), lambda: course.nbgrader("autograde", NAME, "--force")):
        command()
        graded = course.root / "autograded"
        found = [path for path in graded.rglob("*") if path.is_file()]
        assert {path.stat().st_mode & 0o777 for path in found} == {file}
        assert all(path.parent.stat().st_mode & folder == folder for path in [*found, found[0].parent.parent])


@pytest.mark.slow
def test_three_graders_at_once_lose_nothing(course: Course) -> None:
    """All on everybody, while a TA marks each submission as soon as there is one."""
    ours = [str(BIN / "autograder"), "grade", NAME, "--force", "--workers", "1"]
    lines = [[str(BIN / "nbgrader"), "autograde", NAME, "--force"], ours, ours]
    environment = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}
    running = [
        subprocess.Popen(line, cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for line in lines
    ]
    marks = {student: number / 100 for number, student in enumerate(STUDENTS)}
    for student, points in marks.items():
        mark(course, student, points)
    said = [process.communicate()[0].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert set(written(course)) == set(STUDENTS)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        assert marks == {name: gradebook.find_grade(MARKED, NAME, NAME, name).manual_score for name in STUDENTS}
    together = rows(course)
    course.nbgrader("autograde", NAME, "--force")
    assert rows(course) == together


def mark(course: Course, student: str, points: float) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        # A locked gradebook says so, and the TA tries again.
        with (
            suppress(MissingEntry, OperationalError),
            Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook,
        ):
            gradebook.find_grade(MARKED, NAME, NAME, student).manual_score = points
            gradebook.db.commit()
            return
        time.sleep(0.02)
    raise AssertionError(f"{student} was not graded")

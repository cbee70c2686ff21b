"""`autograder grade` and `autograder regrade` on a class, beside `nbgrader autograde`."""

import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from tests.course_folder import Course, answers_of, filled, points_of_tests

NAME = "03-ols"
STUDENTS = ("right", "rounded", "wrong", "blank")


def autograder(course: Course, *arguments: str) -> int:
    with chdir(course.root):
        return main(arguments)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of four, graded by `autograder grade`."""
    course = Course.make(tmp_path_factory.mktemp("class"), NAME)
    answers = answers_of(course.source(NAME))
    rounded = answers["q3a"] + "\nintercept, slope = 250.9, 10.45"
    course.submit("right", NAME, course.solved(NAME))
    course.submit("rounded", NAME, filled(course.release(NAME), {**answers, "q3a": rounded}))
    course.submit("wrong", NAME, filled(course.release(NAME), {**answers, "q3a": "intercept, slope = 1, 2"}))
    course.submit("blank", NAME, course.release(NAME))
    assert autograder(course, "grade", NAME, "--workers", "2") == 0
    return course


def all_points(course: Course) -> dict[str, dict[str, float | None]]:
    return {student: course.points(student, NAME) for student in STUDENTS}


def files(course: Course) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted((course.root / "autograded").rglob("*.ipynb"))}


def test_same_points_and_notebooks_as_nbgrader_autograde(course: Course) -> None:
    parallel, written = all_points(course), files(course)
    course.nbgrader("autograde", NAME, "--force")
    assert all_points(course) == parallel
    assert files(course) == written


def test_unchanged_submissions_are_skipped(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    autograder(course, "grade", NAME)
    capsys.readouterr()
    autograder(course, "grade", NAME)
    assert "0 graded" in (said := capsys.readouterr().err)
    assert "4 unchanged" in said
    answers = answers_of(course.source(NAME))
    course.submit("blank", NAME, filled(course.release(NAME), {"q3a": answers["q3a"]}))
    autograder(course, "grade", NAME)
    assert "1 graded" in (said := capsys.readouterr().err)
    assert "3 unchanged" in said


def test_regrading_shows_applies_and_takes_back(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    autograder(course, "grade", NAME)
    before, written = all_points(course), files(course)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("q3a-tests", NAME, NAME, "wrong").manual_score = 0.75
        cell = gradebook.find_source_cell("q3a-tests", NAME, NAME)
        assert "    reference.slope,\n" in cell.source
        cell.source = cell.source.replace("    reference.slope,\n", "    reference.slope,\n    absolute=0.05,\n")
        gradebook.db.commit()
    capsys.readouterr()

    assert autograder(course, "regrade", NAME, "--yes") == 0
    said = capsys.readouterr().err
    assert "4 submissions judged again" in said
    assert "1 would change" in said
    assert "rounded, q3a-tests" in said
    after = all_points(course)
    assert after["rounded"]["q3a-tests"] > before["rounded"]["q3a-tests"]
    assert {name: after[name] for name in ("right", "blank")} == {name: before[name] for name in ("right", "blank")}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade("q3a-tests", NAME, NAME, "wrong").manual_score == 0.75

    assert autograder(course, "regrade", NAME, "--undo") == 0
    assert all_points(course)["rounded"] == before["rounded"]
    assert files(course) == written


def test_asking_for_what_is_not_there(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert autograder(course, "grade", "99-nothing") == 2
    assert "Nobody has handed in" in capsys.readouterr().err
    assert autograder(course, "grade", NAME, "--student", "nobody") == 2
    assert "Nothing was handed in" in capsys.readouterr().err


def test_several_assignments_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = ("01-data-overview", "02-correlation")
    course = Course.make(tmp_path / "course", *both)
    for name in both:
        course.submit("right", name, course.solved(name))
    course.submit("blank", both[1], course.release(both[1]))
    assert autograder(course, "grade", *both) == 0
    assert "3 graded" in capsys.readouterr().err
    for name in both:
        assert {cell: course.points("right", name)[cell] for cell in points_of_tests(course.source(name))} == (
            points_of_tests(course.source(name))
        )
    assert sum(filter(None, course.points("blank", both[1]).values())) == 0
    assert autograder(course, "grade", both[0], "03-ols") == 2
    assert "Nobody has handed in '03-ols'" in capsys.readouterr().err


def test_arguments_are_read_before_anything_heavy_is_loaded() -> None:
    script = "import sys, autograder.cli; print(sorted({'numpy', 'pandas', 'nbformat', 'nbgrader'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""`autograder grade` and `autograder regrade` on a class, beside `nbgrader autograde`."""

import io
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from autograder.cli import main
from autograder.course.gradebook import state_of
from tests.course_folder import Course, answers_of, filled, points_of_tests

NAME = "02-correlation"  # whose hidden tests fit no model
STUDENTS = ("right", "rounded", "wrong", "blank")
EXACT, GENEROUS = "relative=1e-6,", "relative=1e-6, absolute=0.05,"  # of the correlation


def autograder(course: Course, *arguments: str) -> int:
    with chdir(course.root):
        return main(arguments)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of four, graded by `autograder grade`."""
    course = Course.make(tmp_path_factory.mktemp("class"), NAME)
    answers = answers_of(course.source(NAME))
    undrawn = {**answers, "q2b": "1"}  # a figure takes longer than all the rest
    rounded = answers["q2c"] + "\ncorrelation = 0.536"
    course.submit("right", NAME, course.solved(NAME))
    course.submit("rounded", NAME, filled(course.release(NAME), {**undrawn, "q2c": rounded}))
    course.submit("wrong", NAME, filled(course.release(NAME), {**undrawn, "q2c": "correlation = 0.1"}))
    course.submit("blank", NAME, course.release(NAME))
    assert autograder(course, "grade", NAME) == 0
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
    assert "0 graded" in (said := capsys.readouterr().out)
    assert "4 unchanged" in said
    answers = answers_of(course.source(NAME))
    course.submit("blank", NAME, filled(course.release(NAME), {"q2c": answers["q2c"]}))
    autograder(course, "grade", NAME)
    assert "1 graded" in (said := capsys.readouterr().out)
    assert "3 unchanged" in said


def graded_again(course: Course, capsys: pytest.CaptureFixture[str], *students: str) -> int:
    capsys.readouterr()
    assert autograder(course, "grade", NAME, *(f"--student={student}" for student in students)) == 0
    return int(capsys.readouterr().out.split(" graded")[0].split()[-1])


def test_what_the_gradebook_lost_is_graded_again(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    autograder(course, "grade", NAME)
    points = all_points(course)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.remove_student("right")
        gradebook.add_student("right")
    assert graded_again(course, capsys) == 1
    assert all_points(course) == points
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.remove_assignment(NAME)
    course.nbgrader("generate_assignment", NAME, "--force")
    assert graded_again(course, capsys) == len(STUDENTS)
    assert all_points(course) == points


def test_a_new_rule_for_late_work_grades_again(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    autograder(course, "grade", NAME)
    config = course.root / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(f"{before}\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    assert graded_again(course, capsys, "blank", "wrong") == 2
    assert graded_again(course, capsys, "blank", "wrong") == 0
    config.write_text(before)
    assert graded_again(course, capsys) == 2
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2030-01-01 12:00:00 UTC")
    assert graded_again(course, capsys) == len(STUDENTS)
    assert graded_again(course, capsys) == 0


def test_regrading_shows_applies_and_takes_back(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    autograder(course, "grade", NAME)
    before, written = all_points(course), files(course)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("q2c-tests", NAME, NAME, "wrong").manual_score = 0.25
        cell = gradebook.find_source_cell("q2c-tests", NAME, NAME)
        assert EXACT in cell.source
        cell.source = cell.source.replace(EXACT, GENEROUS)
        gradebook.db.commit()
    capsys.readouterr()

    assert autograder(course, "regrade", NAME, "--yes") == 0
    said = capsys.readouterr().out
    assert "4 submissions judged again" in said
    assert "1 would change" in said
    assert "rounded, q2c-tests" in said
    after = all_points(course)
    assert after["rounded"]["q2c-tests"] > before["rounded"]["q2c-tests"]
    assert {name: after[name] for name in ("right", "blank")} == {name: before[name] for name in ("right", "blank")}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade("q2c-tests", NAME, NAME, "wrong").manual_score == 0.25

    assert autograder(course, "regrade", NAME, "--undo") == 0
    assert all_points(course)["rounded"] == before["rounded"]
    assert files(course) == written


def test_grading_leaves_points_of_an_older_test_and_says_so(
    course: Course, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def grade() -> str:
        capsys.readouterr()
        assert autograder(course, "grade", NAME) == 0
        return capsys.readouterr().out

    course.nbgrader("generate_assignment", NAME, "--force")
    autograder(course, "grade", NAME, "--force")
    course.nbgrader("generate_feedback", NAME, "--student", "r*")  # of two, one of whom moves
    before = all_points(course)
    source = course.root / "source" / NAME / f"{NAME}.ipynb"
    changed = source.read_text().replace(EXACT, GENEROUS)
    assert changed != source.read_text()
    source.write_text(changed)
    autograder(course, "regrade", NAME)
    said = " ".join(capsys.readouterr().out.split())
    assert "has other tests than were generated (q2c-tests)" in said
    assert "0 would change by the tests as they were generated." in said
    course.nbgrader("generate_assignment", NAME, "--force")

    said = grade()
    assert "0 graded" in said
    assert "4 unchanged" in said
    assert f"the tests of {NAME} changed: 1 student (rounded) would move; see `autograder regrade {NAME}`" in said
    assert all_points(course) == before
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert autograder(course, "regrade", NAME) == 2
    said = capsys.readouterr()
    assert "1 moves by" in said.out
    assert f"nobody can be asked here. To apply: autograder regrade {NAME} --yes" in " ".join(said.err.split())
    assert all_points(course) == before

    assert autograder(course, "regrade", NAME, "--yes") == 0
    said = capsys.readouterr().out
    assert "The feedback of 1 student is from before (rounded)." in said
    assert f"next: nbgrader generate_feedback {NAME}\n" in said
    assert "would move" not in grade()
    after = all_points(course)
    assert after != before
    assert autograder(course, "regrade", NAME, "--undo") == 0
    assert "1 submission is graded as it was before" in capsys.readouterr().out
    assert "would move" in grade()
    assert all_points(course) == before

    assert autograder(course, "grade", NAME, "--force") == 0
    said = capsys.readouterr().out
    assert all_points(course) == after
    assert "moved: rounded, 02-correlation, q2c-tests:" in said
    assert "other points than before, for the same submission" in said


def test_a_new_question_is_refused_before_anything_is_removed(course: Course) -> None:
    path = course.root / "source" / NAME / f"{NAME}.ipynb"
    before, released = path.read_text(), course.release(NAME)
    notebook = course.source(NAME)
    notebook.cells.append(nbformat.v4.new_code_cell("x = 1"))
    notebook.cells[-1].metadata["nbgrader"] = {
        "grade_id": "q2d",
        "schema_version": 3,
        "grade": False,
        "solution": True,
        "locked": False,
        "task": False,
    }
    nbformat.write(notebook, path)
    try:
        with pytest.raises(AssertionError) as refused:
            course.nbgrader("generate_assignment", NAME, "--force")
    finally:
        path.write_text(before)
    said = str(refused.value)
    assert f"{NAME} has 4 submissions in the gradebook, so that its cells cannot be others (new: q2d)" in said
    assert f"nbgrader db assignment remove {NAME} --force" in said
    assert course.release(NAME) == released


def test_a_notebook_that_cannot_be_saved_stays_as_it_was(tmp_path: Path) -> None:
    course = Course.make(tmp_path / "course", NAME)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        before = state_of(gradebook, NAME)
        refused = "NEW.name = 'q2c' BEGIN SELECT RAISE(ABORT, 'no space left'); END"
        gradebook.db.execute(text(f"CREATE TRIGGER full BEFORE INSERT ON source_cell WHEN {refused}"))
        gradebook.db.commit()
        with pytest.raises(AssertionError, match="no space left"):
            course.nbgrader("generate_assignment", NAME, "--force")
        assert state_of(gradebook, NAME) == before


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
    assert "3 graded" in capsys.readouterr().out
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

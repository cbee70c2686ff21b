"""Records of submissions that are missing, damaged or of another version are graded again; regrading goes on."""

import json
from contextlib import chdir
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from tests.course_folder import Course, answers_of, filled

NAME = "02-correlation"
STUDENTS = ("ada", "bob", "eve", "zoe")
PLUGIN = """
from nbgrader.plugins import BasePlugin

class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2

c.AssignLatePenalties.plugin_class = Half
"""


def autograder(course: Course, *arguments: str) -> int:
    with chdir(course.root):
        return main(arguments)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course.make(tmp_path_factory.mktemp("graded"), NAME)
    solved, answers = course.solved(NAME), answers_of(course.source(NAME))
    undrawn = filled(course.release(NAME), {**answers, "q2b": "1"})  # a figure takes longer than all the rest
    for student in STUDENTS:
        course.submit(student, NAME, solved if student == "bob" else undrawn)
    assert autograder(course, "grade", NAME) == 0
    return course


@pytest.fixture
def course(graded: Course, tmp_path: Path) -> Course:
    return graded.copy(tmp_path / "course")


def record(course: Course, student: str) -> Path:
    return course.root / ".autograder" / NAME / NAME / f"{student}.jsonl"


def of_the_first_version(path: Path) -> None:
    head, verdicts, *evidence = (json.loads(line) for line in path.read_text().splitlines())
    cells = {
        name: {"test": cell["test"], "points": cell["points"], "checks": [check[:3] for check in cell["checks"]]}
        for name, cell in verdicts["cells"].items()
    }
    for cell, kept in zip(cells.values(), evidence, strict=True):
        cell["part"] = {name: kept[name] for name in ("answers", "drawn", "printed", "ended")}
    path.with_suffix(".json").write_text(
        json.dumps({"fingerprint": head["fingerprint"], "code": head["code"], "cells": cells})
    )
    path.unlink()


def spoil(course: Course) -> None:
    """Ada's is damaged, Bob's of the first version, Eve's missing."""
    damaged = record(course, "ada").read_bytes()
    record(course, "ada").write_bytes(damaged[: len(damaged) // 2])
    of_the_first_version(record(course, "bob"))
    record(course, "eve").unlink()


def test_regrading_names_those_whose_code_has_to_run_again(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(course)
    capsys.readouterr()
    assert autograder(course, "regrade", NAME, "--yes") == 1
    said = capsys.readouterr().out
    assert "1 submission judged again" in said
    assert "--student ada --student bob --student eve" in said.replace("\n", " ")


def test_grading_does_again_what_has_no_record(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(course)
    record(course, "ada").write_bytes(b"")
    capsys.readouterr()
    assert autograder(course, "grade", NAME) == 0
    assert "3 graded" in (said := capsys.readouterr().out)
    assert "1 unchanged" in said
    assert sorted(path.name for path in record(course, "ada").parent.iterdir()) == [
        f"{name}.jsonl" for name in STUDENTS
    ]
    assert autograder(course, "regrade", NAME, "--yes") == 0


def change_the_test(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_source_cell("q2c-tests", NAME, NAME).source += "\nraise RuntimeError('a fault of the test')\n"
        gradebook.db.commit()


def penalty(course: Course, student: str) -> float:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return float(gradebook.find_submission_notebook(NAME, NAME, student).late_submission_penalty or 0.0)


def test_regrading_asks_for_late_penalties_again(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(PLUGIN)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-05-01 10:00:00 UTC")
    (course.root / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2026-05-01 10:00:01 UTC")
    assert autograder(course, "grade", NAME, "--force") == 0
    said = capsys.readouterr()
    assert "1 student (ada): Handed in 1 second late: " in said.out
    assert "seconds late" not in said.out + said.err
    full = penalty(course, "ada")
    assert full > 0
    change_the_test(course)
    assert autograder(course, "regrade", NAME, "--yes") == 0
    assert 0 < penalty(course, "ada") < full
    assert autograder(course, "regrade", NAME, "--undo") == 0
    assert penalty(course, "ada") == full
    assert penalty(course, "zoe") == 0.0


def test_what_needed_review_is_graded_when_the_test_is_mended(course: Course) -> None:
    points = course.points("ada", NAME)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        before = gradebook.find_source_cell("q2c-tests", NAME, NAME).source
    change_the_test(course)
    assert autograder(course, "grade", NAME, "--force") == 0
    assert course.points("ada", NAME)["q2c-tests"] is None
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_source_cell("q2c-tests", NAME, NAME).source = before
        gradebook.db.commit()
    assert autograder(course, "grade", NAME) == 0
    assert course.points("ada", NAME) == points


def test_what_cannot_be_taken_back_says_so(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    change_the_test(course)
    assert autograder(course, "regrade", NAME, "--yes") == 0
    journal = course.root / ".autograder" / NAME / f"{NAME}.undo.json"
    journal.write_text(json.dumps({"ada": {"notebook": "{}", "kept": {"cells": {}}}}))
    capsys.readouterr()
    assert autograder(course, "regrade", NAME, "--undo") != 0
    assert "nothing was changed" in capsys.readouterr().err.replace("\n", " ")

"""A course that was written for stock nbgrader gets stock's points, from both commands, without a line changed."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path

import pytest

from autograder.cli import main
from tests.course_folder import Course
from tests.foreign.make_golden import GOLDEN
from tests.foreign.the_course import (
    ASSIGNMENT,
    FAMILIES,
    FILES,
    OURS,
    STUDENTS,
    SUBMITTED,
    Points,
    cell_name,
    make,
    part_of,
    points_of,
)

ANSWERED = [student for student in STUDENTS if student != "blank"]
STOCK: Points = json.loads(GOLDEN.read_text())


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The course, each student graded by one of the commands; whoever left everything blank comes later."""
    made = make(tmp_path_factory.mktemp("foreign") / "course", OURS)
    with chdir(made.root):
        assert main(["grade", ASSIGNMENT, "--student=half", "--student=wrong"]) == 0
    made.nbgrader("autograde", ASSIGNMENT, "--student", "right")
    return made


def differences(found: Points, students: list[str]) -> list[str]:
    """What is not as in stock nbgrader, in a line each."""
    return [
        f"{student}, {name} ({part_of(name).name}): stock {points}, here {found[student].get(name)}"
        for student in students
        for name, points in STOCK[student].items()
        if found[student].get(name) != pytest.approx(points)
    ]


def test_the_table_is_of_these_parts() -> None:
    names = {cell_name(family, number) for family, parts in FAMILIES.items() for number, _ in enumerate(parts, 1)}
    assert len(names) >= 120
    assert {student: set(points) for student, points in STOCK.items()} == dict.fromkeys(STUDENTS, names)


def test_the_table_tells_what_was_not_submitted() -> None:
    """One student's notebooks: they earn nothing, also where a test passes on the blank release."""
    missing = [name for name in STOCK["half"] if name.partition("-")[0] not in SUBMITTED["half"]]
    assert missing
    assert {STOCK["half"][name] for name in missing} == {0.0}
    assert any(STOCK["blank"][name] for name in missing)


def test_the_table_tells_right_from_wrong() -> None:
    lost = [name for name, points in STOCK["right"].items() if not points]
    same = [name for name, points in STOCK["wrong"].items() if points == STOCK["right"][name]]
    assert not lost
    assert {part_of(name).name for name in same} == {  # rules of nbgrader that a number of its own meets
        "partial credit of NumPy",
        "a last value that is negative",
        "a last value that is true",
    }


def test_points_are_those_of_stock(course: Course) -> None:
    assert not differences(points_of(course), ANSWERED)


def test_both_commands_agree(course: Course) -> None:
    course.nbgrader("autograde", ASSIGNMENT, "--student", "wrong", "--notebook", "[fv]*", "--force")
    assert not differences(points_of(course), ANSWERED)


@pytest.mark.slow
def test_nothing_answered_earns_what_it_earns_in_stock(course: Course) -> None:
    with chdir(course.root):
        assert main(["grade", ASSIGNMENT, "--student=blank"]) == 0
    assert not differences(points_of(course), ["blank"])


def test_tests_write_nothing_into_the_course(course: Course) -> None:
    top = {path.name for path in course.root.iterdir()}
    assert top <= {*"source release submitted autograded gradebook.db nbgrader_config.py .autograder".split()}
    for step in ("source", "release"):
        names = {path.name for path in (course.root / step / ASSIGNMENT).iterdir()}
        assert names == {*FILES, *(f"{family}.ipynb" for family in FAMILIES)}


def test_what_hidden_tests_say_is_nowhere(course: Course) -> None:
    said = "".join(path.read_text() for path in Path(course.root, "autograded").rglob("*.ipynb"))
    for secret in ("BEGIN HIDDEN", "n13_secret", "assert_called_once_with", "did not raise"):
        assert secret not in said

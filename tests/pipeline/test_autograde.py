"""The whole way of a submission through `nbgrader autograde`, with real notebooks."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.course_folder import Course, answers_of, filled, in_time, points_of_tests

SOLVED = "example"  # the id that the instructor's own answers to the exam are drawn for


each_assignment = pytest.mark.parametrize("assignment", in_time("02", "05", "15"))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Course]:
    """Gives a course with an assignment, submitted solved and untouched, and graded."""

    @functools.cache
    def made(assignment: str) -> Course:
        course = Course.make(tmp_path_factory.mktemp("course"), assignment)
        course.submit(SOLVED, assignment, course.solved(assignment))
        course.submit("untouched", assignment, course.release(assignment))
        course.nbgrader("autograde", assignment)
        return course

    return made


@each_assignment
def test_the_solution_earns_everything(graded: Callable[[str], Course], assignment: str) -> None:
    points = graded(assignment).points(SOLVED, assignment)
    expected = points_of_tests(graded(assignment).source(assignment))
    assert {name: points[name] for name in expected} == expected


@each_assignment
def test_the_untouched_release_earns_nothing(graded: Callable[[str], Course], assignment: str) -> None:
    assert set(graded(assignment).points("untouched", assignment).values()) == {0.0}


@each_assignment
def test_nothing_is_remarked_on_in_the_instructors_own_answers(
    graded: Callable[[str], Course], assignment: str
) -> None:
    """Each of their numbers agrees with the instructor's own results, or follows from them."""
    cells = graded(assignment).autograded(SOLVED, assignment).cells
    assert [cell.metadata.autograder for cell in cells if "remarks" in cell.metadata.get("autograder", {})] == []


BROKEN = {
    "dies": "import os; os._exit(1)",
    "hangs": "import time; time.sleep(600)",
    "raises": "1 / 0",
}


@pytest.fixture(scope="module")
def accidents(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """One assignment, handed in by students whose notebooks die, hang, or are none."""
    course = Course.make(tmp_path_factory.mktemp("accidents"), "03-ols")
    with Path(course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.Autograder.limits = {"cell_seconds": 1.5}\n')
    answers = answers_of(course.source("03-ols"))
    for student, code in BROKEN.items():
        course.submit(student, "03-ols", filled(course.release("03-ols"), {**answers, "q3b": code}))
    course.submit("zz-last", "03-ols", course.solved("03-ols"))
    course.submit("not-a-notebook", "03-ols", b"PK\x03\x04 this is a Word file")
    course.submit("warns", "03-ols", filled(course.release("03-ols"), {**answers, "q3a": WARNING + answers["q3a"]}))
    course.nbgrader("autograde", "03-ols")
    return course


WARNING = "import sys, warnings\nwarnings.warn('did not converge')\nprint('on stderr', file=sys.stderr)\n"


def full(course: Course) -> dict[str, float]:
    return points_of_tests(course.source("03-ols"))


def automatic(course: Course, student: str) -> dict[str, float | None]:
    points = course.points(student, "03-ols")
    return {name: points[name] for name in full(course)}


def shown(course: Course, student: str) -> str:
    """All text of the autograded notebook that feedback is made of."""
    parts = []
    for cell in course.autograded(student, "03-ols").cells:
        parts.append(cell.source)
        for output in cell.get("outputs", []):
            parts += [str(value) for value in output.get("data", {}).values()]
            parts += output.get("traceback", [])
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("student", "lost", "says"),
    [
        ("dies", ("q3b-tests", "q3c-tests"), "ended"),
        ("hangs", ("q3b-tests", "q3c-tests"), "1.5 s"),
        ("raises", ("q3b-tests",), "ZeroDivisionError"),
        ("not-a-notebook", ("q3a-tests", "q3b-tests", "q3c-tests"), "not UTF-8|not complete JSON"),
        ("zz-last", (), ""),
        ("warns", (), "did not converge"),
    ],
)
def test_an_accident_costs_what_it_hit_and_nobody_else(
    accidents: Course, student: str, lost: tuple[str, ...], says: str
) -> None:
    expected = {name: 0.0 if name in lost else points for name, points in full(accidents).items()}
    assert automatic(accidents, student) == expected
    assert any(word in shown(accidents, student) for word in says.split("|"))


def test_grading_again_keeps_a_tas_marks(accidents: Course) -> None:
    from nbgrader.api import Gradebook

    where = ("q3b-reflection", "03-ols", "03-ols", "zz-last")
    with Gradebook(f"sqlite:///{accidents.root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade(*where).manual_score = 0.25
        gradebook.db.commit()
    accidents.nbgrader("autograde", "03-ols", "--student", "zz-last", "--force")
    with Gradebook(f"sqlite:///{accidents.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_grade(*where).manual_score == 0.25
    assert automatic(accidents, "zz-last") == full(accidents)

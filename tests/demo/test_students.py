"""Every member of the demo class, without grading: does what is handed in fit the notebooks?"""

import ast
import json
from typing import Any

import nbformat
import pytest

from demo.notebooks import NoSuchCell, fill, find
from demo.run import saved
from demo.students import CLASS, other_idioms, perfect
from demo.students.parts import WORTH
from demo.students.work import Student, When, Work
from demo.workspace import REPOSITORY
from tests.demo.small_class import MEMBERS

HAND_INS = [
    pytest.param(student, assignment, work, id=f"{student.name}-{assignment}-{number}")
    for student in CLASS
    for assignment, works in student.hands_in.items()
    for number, work in enumerate(works, start=1)
]


def notebook(assignment: str) -> Any:
    """The assignment's notebook; the cells and their ids are those of the release."""
    path = REPOSITORY / "source" / assignment / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4)


def about(cell: Any) -> Any:
    return cell.metadata.get("nbgrader", {})


def handed_in(student: str, assignment: str) -> Any:
    work = MEMBERS[student].hands_in[assignment][-1]
    return nbformat.reads(saved(notebook(assignment), work).decode(), as_version=4)


@pytest.mark.parametrize("assignment", WORTH)
def test_the_parts_are_worth_what_the_notebook_says(assignment: str) -> None:
    tests = [cell for cell in notebook(assignment).cells if about(cell).get("grade") and cell.cell_type == "code"]
    assert {about(cell).grade_id: about(cell).points for cell in tests} == {
        f"{part}-tests": points for part, points in WORTH[assignment].items()
    }


def test_the_class_has_at_least_fifteen_students_with_names_of_their_own() -> None:
    assert len(MEMBERS) == len(CLASS) >= 15


@pytest.mark.parametrize("answers", [perfect.ANSWERS, other_idioms.ANSWERS], ids=["perfect", "other-idioms"])
def test_complete_answers_fill_every_solution_cell(answers: dict[str, dict[str, str]]) -> None:
    for assignment in WORTH:
        solutions = {about(cell).grade_id for cell in notebook(assignment).cells if about(cell).get("solution")}
        assert set(answers[assignment]) == solutions


@pytest.mark.parametrize(("student", "assignment", "work"), HAND_INS)
def test_expected_points_lie_between_nothing_and_everything(student: Student, assignment: str, work: Work) -> None:
    assert set(work.earns) <= set(WORTH[assignment]), student.name
    assert all(0 <= points <= WORTH[assignment][part] for part, points in work.earns.items())


@pytest.mark.parametrize(("student", "assignment", "work"), HAND_INS)
def test_only_answers_are_written_into_cells_that_are_for_answers(
    student: Student, assignment: str, work: Work
) -> None:
    released = notebook(assignment)
    for grade_id in work.answers:
        assert about(find(released, grade_id)).solution, student.name


@pytest.mark.parametrize(("student", "assignment", "work"), HAND_INS)
def test_what_is_written_as_code_is_python(student: Student, assignment: str, work: Work) -> None:
    released = notebook(assignment)
    for grade_id, text in work.answers.items():
        if find(released, grade_id).cell_type == "code":
            ast.parse(text, f"{student.name}/{grade_id}")


@pytest.mark.parametrize(("student", "assignment", "work"), HAND_INS)
def test_the_saved_file_is_a_notebook_unless_it_was_spoilt(student: Student, assignment: str, work: Work) -> None:
    content = saved(notebook(assignment), work)
    if work.spoil is None:
        nbformat.validate(nbformat.reads(content.decode(), as_version=4))
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(content)
    assert student.earns(assignment) == student.hands_in[assignment][-1].earns


def test_making_a_hand_in_leaves_the_released_notebook_as_it_was() -> None:
    released = notebook("03-ols")
    before = nbformat.writes(released)
    saved(released, MEMBERS["copies-a-cell"].hands_in["03-ols"][0])
    assert nbformat.writes(released) == before


def test_an_answer_to_a_cell_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NoSuchCell, match="q9z"):
        fill(notebook("03-ols"), {"q9z": "1"})


def test_blank_hands_in_the_release_itself() -> None:
    assert handed_in("blank", "03-ols") == notebook("03-ols")


def test_half_done_leaves_the_other_cells_as_released() -> None:
    released, given = notebook("03-ols"), handed_in("half-done", "03-ols")
    assert find(given, "q3c").source == find(released, "q3c").source
    assert find(given, "q3a").source == perfect.ANSWERS["03-ols"]["q3a"]


def test_copies_a_cell_has_the_same_nbgrader_id_twice_with_different_answers() -> None:
    cells = [cell for cell in handed_in("copies-a-cell", "03-ols").cells if about(cell).get("grade_id") == "q3a"]
    assert len(cells) == 2
    assert len({cell.source for cell in cells}) == len({cell.id for cell in cells}) == 2


def test_submits_twice_hands_in_nothing_first() -> None:
    first, second = MEMBERS["submits-twice"].hands_in["02-correlation"]
    assert not first.answers
    assert second.earns == WORTH["02-correlation"]


def test_only_one_student_is_late() -> None:
    assert [student.name for student in CLASS if student.when is When.LATE] == ["hands-in-late"]


def test_forging_changes_tags_points_tests_and_outputs() -> None:
    cells = {about(cell).get("grade_id"): cell for cell in handed_in("forges-marks", "01-data-overview").cells}
    assert cells["q1a-tests"].metadata.tags == ["skip-execution"]
    assert cells["q1a-tests"].outputs[0].data["text/plain"] == "0.5"
    assert cells["q1b-tests"].source == "0.5"
    assert about(cells["q1b-tests"]).points == 50
    assert "q1c" not in cells
    assert "sys.modules" not in cells["q1c-tests"].source


@pytest.mark.parametrize("name", ["forges-marks", "reads-hidden-files", "blank", "file-cut-off"])
def test_those_who_answer_nothing_earn_nothing(name: str) -> None:
    assert all(not any(works[-1].earns.values()) for works in MEMBERS[name].hands_in.values())

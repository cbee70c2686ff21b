"""Every member of the demo class, without grading: does what is handed in fit the notebooks?"""

import ast
import functools
import json
from typing import Any

import nbformat
import pytest

from demo.notebooks import NoSuchCell, fill, find
from demo.run import saved
from demo.students import CLASS, other_idioms, perfect
from demo.students.parts import WORTH
from demo.students.work import When
from demo.workspace import REPOSITORY
from tests.demo.small_class import MEMBERS

SUBMISSIONS = [
    (student, assignment, work) for student in CLASS for assignment, works in student.hands_in.items() for work in works
]


@functools.cache
def released(assignment: str) -> Any:
    """For reading only."""
    return notebook(assignment)


def notebook(assignment: str) -> Any:
    """The assignment's notebook; the cells and their ids are those of the release."""
    path = REPOSITORY / "source" / assignment / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4)


def about(cell: Any) -> Any:
    return cell.metadata.get("nbgrader", {})


def handed_in(student: str, assignment: str) -> Any:
    work = MEMBERS[student].hands_in[assignment][-1]
    return nbformat.reads(saved(notebook(assignment), work).decode(), as_version=4)


def test_the_parts_are_worth_what_the_notebook_says() -> None:
    for assignment, parts in WORTH.items():
        tests = [cell for cell in released(assignment).cells if about(cell).get("grade") and cell.cell_type == "code"]
        worth = {about(cell).grade_id: about(cell).points for cell in tests}
        assert worth == {f"{part}-tests": points for part, points in parts.items()}


def test_the_class_has_at_least_fifteen_students_with_names_of_their_own() -> None:
    assert len(MEMBERS) == len(CLASS) >= 15


@pytest.mark.parametrize("answers", [perfect.ANSWERS, other_idioms.ANSWERS], ids=["perfect", "other-idioms"])
def test_complete_answers_fill_every_solution_cell(answers: dict[str, dict[str, str]]) -> None:
    for assignment in WORTH:
        solutions = {about(cell).grade_id for cell in notebook(assignment).cells if about(cell).get("solution")}
        assert set(answers[assignment]) == solutions


def test_expected_points_lie_between_nothing_and_everything() -> None:
    for student, assignment, work in SUBMISSIONS:
        assert set(work.earns) <= set(WORTH[assignment]), student.name
        assert all(0 <= points <= WORTH[assignment][part] for part, points in work.earns.items()), student.name
        assert student.earns(assignment) == student.hands_in[assignment][-1].earns


def test_answers_are_written_into_solution_cells_and_code_is_python() -> None:
    for student, assignment, work in SUBMISSIONS:
        for grade_id, text in work.answers.items():
            cell = find(released(assignment), grade_id)
            assert about(cell).solution, (student.name, grade_id)
            if cell.cell_type == "code":
                ast.parse(text, f"{student.name}/{grade_id}")


def test_the_saved_file_is_a_notebook_unless_it_was_spoilt() -> None:
    for _student, assignment, work in SUBMISSIONS:
        content = saved(released(assignment), work)
        if work.spoil is None:
            nbformat.validate(nbformat.reads(content.decode(), as_version=4))
        else:
            with pytest.raises(json.JSONDecodeError):
                json.loads(content)


def test_making_a_hand_in_leaves_the_released_notebook_as_it_was() -> None:
    given = notebook("03-ols")
    before = nbformat.writes(given)
    saved(given, MEMBERS["copies-a-cell"].hands_in["03-ols"][0])
    assert nbformat.writes(given) == before


def test_an_answer_to_a_cell_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NoSuchCell, match="q9z"):
        fill(notebook("03-ols"), {"q9z": "1"})


def test_blank_hands_in_the_release_itself() -> None:
    assert handed_in("blank", "03-ols") == notebook("03-ols")


def test_half_done_leaves_the_other_cells_as_released() -> None:
    given = handed_in("half-done", "03-ols")
    assert find(given, "q3c").source == find(released("03-ols"), "q3c").source
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

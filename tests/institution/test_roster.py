"""Who is in the class, from a sheet into the gradebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course.results.scores import Person, read_people
from autograder.errors import CourseError
from autograder.institution.roster import compare, read_roster
from tests.institution.classroom import STUDENTS, url_of
from tests.institution.conftest import Run

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,hw1 (555)\r\n"
    ",,,,,Manual Posting\r\n    Points Possible,,,,,3\r\n"
    '"Lovelace, Ada",101,s1,ada,A,\r\n"Neu, Nora",199,s9,nora,A,\r\n"Student, Test",1,,,A,\r\n'
)
PEOPLE = (
    "Name,Login ID,SIS ID,Section,Role\nAda Lovelace,ada,s1,A,Student\nAda Lovelace,ada,s1,B,Student\n"
    "Nora Neu,nora,s9,A,Student\nDr Who,who,s0,A,Teacher\n"
)
MOODLE = (
    "First name;Last name;Username;Email address;Roles\nAda;Lovelace;ada;ada@uni.edu;Student\n"
    "Nora;Neu;nora;nora@uni.edu;Student\nT;A;ta;ta@uni.edu;Non-editing teacher\n"
)
PLAIN = "student_id\temail\tfirst_name\tlast_name\tlms_user_id\nada\tada@new.edu\t\t\t\nnora\t\tNora\tNeu\t199\n"


def people_in(root: Path) -> dict[str, Person]:
    with Gradebook(url_of(root)) as gradebook:
        return {person.id: person for person in read_people(gradebook)}


@pytest.mark.parametrize(
    ("sheet", "ada", "nora"),
    [
        (CANVAS, Person("ada", "Ada", "Lovelace", "", "101"), Person("nora", "Nora", "Neu", "", "199")),
        (PEOPLE, Person("ada", "Ada", "Lovelace"), Person("nora", "Nora", "Neu")),
        (MOODLE, Person("ada", "Ada", "Lovelace", "ada@uni.edu"), Person("nora", "Nora", "Neu", "nora@uni.edu")),
        (PLAIN, Person("ada", email="ada@new.edu"), Person("nora", "Nora", "Neu", "", "199")),
    ],
)
def test_rosters_are_read(sheet: str, ada: Person, nora: Person, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(sheet, "utf-8", newline="")
    assert read_roster(path).people == (ada, nora)


def test_a_roster_is_shown_and_taken_over(run: Run, root: Path) -> None:
    (root / "roster.csv").write_text(PLAIN)
    before = people_in(root)
    status, said = run("roster", "roster.csv")
    assert people_in(root) == before
    said = " ".join(said.split())
    assert status == 0
    for text in (
        "their ids are in column 'student_id'",
        "added nora Nora Neu",
        "changed ada email: ada@uni.edu → ada@new.edu",
        "kept bob Bob Builder, not in the sheet; work for 1 assignment",
        "kept dan Dan Missing, not in the sheet; no work",
        "1 added, 1 changed, 0 the same, 7 in the gradebook alone. Nothing is changed; --write does it.",
    ):
        assert text in said
    run("roster", "roster.csv", "--write")
    after = people_in(root)
    assert after["nora"] == Person("nora", "Nora", "Neu", "", "199")
    assert after["ada"] == Person("ada", "Ada", "Love, lace", "ada@new.edu", "101")  # what is empty stays
    assert set(after) == {*STUDENTS, "nora"}
    status, said = run("roster", "roster.csv", "--write")
    assert "0 added, 0 changed, 2 the same" in said


def test_an_email_in_the_place_of_an_id_is_pointed_out(run: Run, root: Path) -> None:
    """A sheet of Canvas whose logins are emails: `bob` would be in the gradebook twice."""
    (root / "roster.csv").write_text('SIS Login ID,Student\nBob@other.edu,"Builder, Bob"\nnora@other.edu,"Neu, Nora"\n')
    status, said = run("roster", "roster.csv")
    assert status == 0
    assert (
        "Bob@other.edu may be bob of the gradebook, whom the sheet does not have, and would be added beside bob. "
        "If so: --id names the column that says 'bob', or `autograder export` takes --map." in said
    )
    assert "nora@other.edu may be" not in said


def test_students_with_work_are_never_removed_by_the_way(run: Run, root: Path) -> None:
    (root / "roster.csv").write_text("id\nada\nbob\ncleo\neve\ngil\nhal\n")
    status, said = run("roster", "roster.csv", "--remove")
    assert (status, set(people_in(root))) == (1, set(STUDENTS))
    assert "1 student with work in the course will not be removed: fay" in said  # handed in, not graded
    status, said = run("roster", "roster.csv", "--remove", "--write")
    assert (status, "1 removed" in said) == (1, True)
    assert set(people_in(root)) == set(STUDENTS) - {"dan"}
    (root / "roster.csv").write_text("id\nada\n")
    status, said = run("roster", "roster.csv", "--remove-with-work", "--write")
    assert (status, "6 removed" in said) == (0, True)
    with Gradebook(url_of(root)) as gradebook:
        assert [student.id for student in gradebook.students] == ["ada"]
        assert [one.student.id for one in gradebook.assignment_submissions("hw1")] == ["ada"]
        assert gradebook.find_submission("hw1", "ada").score == 2.5
    assert (root / "submitted" / "fay" / "hw1").is_dir()


@pytest.mark.parametrize(
    ("sheet", "column", "says"),
    [
        ("Who,What\na,b\n", "", "none of its columns is known to hold student ids. Name one with --id: Who, What."),
        ("id\nada\n", "login", "has no column 'login'"),
        ("id,name\n,Ada\n", "", "row 2, column 'id': the student has no id"),
        ("id\n../x\n", "", "row 2, column 'id': '../x' cannot be a student's id"),
        ("id\na+b\n", "", "'a+b' cannot be a student's id"),
        ("id,name\nada,A\nada,B\n", "", "rows 2 and 3 are both ada"),
        (f"id\n{'x' * 129}\n", "", "row 2: id is longer than 128 signs"),
        ("id\n", "", "names no student"),
    ],
)
def test_a_sheet_that_is_no_roster_is_refused(sheet: str, column: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(sheet)
    with pytest.raises(CourseError) as refused:
        read_roster(path, column)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("row", ["ada2,101", "ADA,"])
def test_a_student_with_another_id_is_not_taken_for_a_new_one(row: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f"id,lms_user_id\n{row}\n")
    with pytest.raises(CourseError, match="is ada in the gradebook, and a student's id there cannot be changed"):
        compare(read_roster(path), [Person("ada", lms_user_id="101")])

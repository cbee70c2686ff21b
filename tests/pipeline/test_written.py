"""Help for written answers, from the submission to the mark in the gradebook, through the real commands."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import time
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.course.course import Course as CourseFolder
from autograder.course.results.marks import MarkJournal, MarkOrigin
from autograder.grading.submission import grade_submission
from autograder.sandbox import Sandbox
from autograder.template import grade_id_of
from tests.course_folder import Course, answers_of, filled
from tests.pages import pages

NAME = "05-mixed-model"
FIRST, SECOND = "q5b-description", "q5c-explanation"
WRONG_UNIT = "The group variance is 1378 ms, so <b>people</b> differ."
ANSWERS = {
    "ada": {},
    "bob": {FIRST: WRONG_UNIT},
    "cleo": {FIRST: f"**{WRONG_UNIT.lower()}**"},
    "dan": {FIRST: WRONG_UNIT.replace("is", "is not"), SECOND: "=1+1"},
}
REMARK = "“1378 ms”: `group_variance` is 1378.2 ms²: the unit differs."


def autograder(course: Course, *arguments: str) -> int:
    with chdir(course.root):
        return main(arguments)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of five; ``eve`` handed in what she had been given, with one answer emptied."""
    course = Course.make(tmp_path_factory.mktemp("class"), NAME)
    solution = answers_of(course.source(NAME))
    for student, own in ANSWERS.items():
        course.submit(student, NAME, filled(course.release(NAME), {**solution, **own}))
    course.submit("eve", NAME, filled(course.release(NAME), {FIRST: " \n"}))
    assert autograder(course, "grade", NAME) == 0
    return course


@pytest.fixture(scope="module")
def new_sheet(graded: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sheet and its page, before anybody has marked anything."""
    assert autograder(graded, "written", NAME, "--force") == 0
    return Path(shutil.copytree(graded.root / "written", tmp_path_factory.mktemp("new") / "written"))


@pytest.fixture
def course(graded: Course, new_sheet: Path) -> Course:
    """The class with a new sheet and no manual marks."""
    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}") as gradebook:
        for student in (*ANSWERS, "eve"):
            submission = gradebook.find_submission_notebook(NAME, NAME, student)
            for grade in submission.grades:
                grade.manual_score = None
                grade.needs_manual_grade = grade.auto_score is None
            for comment in submission.comments:
                comment.manual_comment = None
        gradebook.db.commit()
    shutil.copytree(new_sheet, graded.root / "written", dirs_exist_ok=True)
    return graded


def sheet_of(course: Course) -> Path:
    return course.root / "written" / f"{NAME}.csv"


def rows(course: Course) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet_of(course).read_text("utf-8-sig"), newline="")))


def fill(
    course: Course, marks: dict[tuple[str, str], tuple[str, str]], encoding: str = "utf-8", delimiter: str = ","
) -> None:
    """Write points and comments into the rows with a part and a student, as a spreadsheet saves them."""
    found = rows(course)
    for (part, student), (points, comment) in marks.items():
        (row,) = [one for one in found if one["part"] == part and student in one["students"].split("; ")]
        row["points"], row["comment"] = points, comment
    write(course, found, encoding, delimiter)


def write(course: Course, found: list[dict[str, str]], encoding: str = "utf-8", delimiter: str = ",") -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(found[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(found)
    sheet_of(course).write_bytes(text.getvalue().encode(encoding))


def mark(course: Course, student: str, part: str) -> tuple[float | None, bool, str | None]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade(part, NAME, NAME, student)
        comment = gradebook.find_comment(part, NAME, NAME, student)
        return grade.manual_score, grade.needs_manual_grade, comment.manual_comment


def remarks(course: Course, student: str) -> dict[str, list[str]]:
    cells = course.autograded(student, NAME).cells
    return {
        cell.metadata.nbgrader.grade_id: list(cell.metadata.autograder.remarks)
        for cell in cells
        if "remarks" in cell.metadata.get("autograder", {})
    }


def test_remarks_stand_beside_the_answer(graded: Course) -> None:
    assert {student: remarks(graded, student) for student in ANSWERS} == {
        "ada": {},
        "bob": {FIRST: [REMARK]},
        "cleo": {FIRST: [REMARK]},
        "dan": {FIRST: [REMARK]},
    }
    assert graded.points("bob", NAME)[FIRST] is None  # nothing is marked by it


def test_nbgrader_autograde_writes_the_same(graded: Course) -> None:
    ours = graded.autograded("bob", NAME)
    graded.nbgrader("autograde", NAME, "--student", "bob", "--force")
    assert graded.autograded("bob", NAME) == ours


def test_tas_see_remarks_and_students_do_not(graded: Course) -> None:
    cells = graded.autograded("bob", NAME).cells
    assert "the unit differs" in pages.formgrader(cells, name=NAME)
    assert "the unit differs" not in pages.feedback(cells, name=NAME)
    graded.nbgrader("generate_feedback", NAME, "--student", "bob")
    written = (graded.root / "feedback" / "bob" / NAME / f"{NAME}.html").read_text()
    assert "1378 ms" in written
    assert "unit differs" not in written


def graded_here(course: Course, student: str, sandbox: Sandbox) -> tuple[dict[str, float | None], list[str]]:
    """Points of a submission that is graded in this process, and the remarks on its first written answer."""
    with chdir(course.root):
        here = CourseFolder.here()
        with here.gradebook() as gradebook:
            (template,) = here.templates(gradebook, NAME)
        (task,) = here.tasks(template, [student])
    done = grade_submission(task, sandbox)
    (cell,) = [cell for cell in done.notebook.cells if grade_id_of(cell) == FIRST]
    return {grade.grade_id: grade.points for grade in done.grades}, list(cell.metadata.autograder.remarks)


def test_fault_of_this_help_costs_no_points(graded: Course, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    points, found = graded_here(graded, "bob", sandbox)
    assert found == [REMARK]

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("autograder.grading.remarks.remarks", broken)
    same, (sentence,) = graded_here(graded, "bob", sandbox)
    assert same == points
    assert "could not be compared" in sentence


def test_sheet_has_one_row_for_each_group(course: Course) -> None:
    found = rows(course)
    assert [(row["part"], row["group"]) for row in found] == [
        *((FIRST, str(place)) for place in range(1, 5)),
        *((SECOND, str(place)) for place in range(1, 4)),
    ]
    assert sorted((row["part"], row["number of students"], row["students"]) for row in found) == [
        (FIRST, "1", "ada"),
        (FIRST, "1", "dan"),
        (FIRST, "1", "eve"),
        (FIRST, "2", "bob; cleo"),
        (SECOND, "1", "dan"),
        (SECOND, "1", "eve"),
        (SECOND, "3", "ada; bob; cleo"),
    ]
    assert [found[3]["students"], found[6]["students"]] == ["eve", "eve"]  # who did not answer comes last
    assert {(row["max points"], row["points"], row["comment"]) for row in found} == {("0.25", "", "")}
    (row,) = [row for row in found if (row["part"], row["students"]) == (SECOND, "dan")]
    assert row["beginning of the answer"] == "'=1+1"


def test_page_shows_questions_schemes_groups_and_remarks(course: Course) -> None:
    page = (course.root / "written" / f"{NAME}.html").read_text()
    for part in (
        "How the intercept varies",
        "Marking scheme, 0.25 points",
        "bob, cleo",
        "the unit differs",
        "No response",
    ):
        assert part in page
    assert "default-src 'none'" in page
    assert "BEGIN MARK SCHEME" not in page


def test_an_emptied_answer_is_settled_as_one_that_was_left_alone(course: Course) -> None:
    assert [mark(course, "eve", part) for part in (FIRST, SECOND)] == [(None, False, None)] * 2
    assert [course.points("eve", NAME)[part] for part in (FIRST, SECOND)] == [0.0, 0.0]


def test_what_waits_without_a_text_can_be_marked(course: Course) -> None:
    """As a task that was answered with a figure, or what stock nbgrader graded."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade(FIRST, NAME, NAME, "eve")
        grade.auto_score, grade.needs_manual_grade = None, True
        gradebook.db.commit()
        try:
            assert autograder(course, "written", NAME, "--force") == 0
            fill(course, {(FIRST, "eve"): ("0.1", "See the figure.")})
            assert autograder(course, "written", NAME, "--apply") == 0
            assert mark(course, "eve", FIRST) == (0.1, False, "See the figure.")
        finally:
            gradebook.db.expire_all()
            grade.auto_score, grade.needs_manual_grade = 0.0, False
            gradebook.db.commit()


def test_who_applies_no_sheet_of_a_share_is_told_whose_there_are(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    shares = course.root / ".autograder" / NAME / "markers.json"
    try:
        assert autograder(course, "written", NAME, "--markers", "anna,ben") == 0
        sheet_of(course).unlink()
        assert autograder(course, "written", NAME, "--apply") == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "the answers were shared out, and there are those of anna, ben." in said
        assert f"autograder written {NAME} --apply --marker anna" in said
    finally:
        shares.unlink()


def test_marks_go_to_everybody_in_the_group(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    fill(course, {(FIRST, "bob"): ("0.1", "ms² is no ms"), (SECOND, "dan"): ("0", "")})
    capsys.readouterr()
    assert autograder(course, "written", NAME, "--apply") == 0
    assert "3 marks are in the gradebook; 3 rows with an answer have no points" in capsys.readouterr().out
    assert mark(course, "bob", FIRST) == mark(course, "cleo", FIRST) == (0.1, False, "ms² is no ms")
    assert mark(course, "dan", SECOND) == (0.0, False, None)
    assert mark(course, "ada", FIRST) == (None, True, None)
    assert autograder(course, "written", NAME, "--apply") == 0  # twice is as once


@pytest.mark.parametrize(("encoding", "delimiter", "points"), [("utf-8-sig", ";", "0,1"), ("utf-8", "\t", " 0.1 ")])
def test_as_spreadsheets_save_it(course: Course, encoding: str, delimiter: str, points: str) -> None:
    fill(course, {(FIRST, "bob"): (points, "ümlaut")}, encoding, delimiter)
    assert autograder(course, "written", NAME, "--apply") == 0
    assert mark(course, "cleo", FIRST) == (0.1, False, "ümlaut")


def test_marks_that_somebody_gave_stay_unless_replaced(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade(FIRST, NAME, NAME, "bob").manual_score = 0.25
        gradebook.find_comment(FIRST, NAME, NAME, "bob").manual_comment = "well done"
        gradebook.db.commit()
    fill(course, {(FIRST, "bob"): ("0.1", "ms² is no ms")})
    capsys.readouterr()
    assert autograder(course, "written", NAME, "--apply") == 1
    assert "bob, q5b-description: 0.25 points, “well done”; the sheet: 0.1" in capsys.readouterr().out
    assert mark(course, "bob", FIRST)[::2] == (0.25, "well done")
    assert mark(course, "cleo", FIRST)[0] == 0.1
    assert autograder(course, "written", NAME, "--apply", "--replace") == 0
    assert mark(course, "bob", FIRST) == (0.1, False, "ms² is no ms")


def test_json_is_all_that_is_printed(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert autograder(course, "written", NAME, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    (sheet,) = found.pop("sheets")
    assert found == {"assignment": NAME, "ungraded": [], "exit_status": 0}
    assert sheet["parts"] == [
        {"part": FIRST, "answers": 4, "groups": 3, "blank": 1, "marked": 0},
        {"part": SECOND, "answers": 4, "groups": 2, "blank": 1, "marked": 0},
    ]
    assert (sheet["sheet"], sheet["apply"]) == (str(sheet_of(course)), f"autograder written {NAME} --apply")
    assert Path(sheet["page"]).is_file()

    fill(course, {(FIRST, "bob"): ("0.1", "ms² is no ms"), (SECOND, "dan"): ("", "no points")})
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_grade(FIRST, NAME, NAME, "bob").manual_score = 0.25
        gradebook.db.commit()
    assert autograder(course, "written", NAME, "--apply", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    bob, cleo = {**found["kept"][0]}, {**found["given"][0]}
    assert (bob.pop("student"), bob.pop("has")) == ("bob", {"points": 0.25, "comment": ""})
    assert cleo.pop("student") == "cleo"
    assert bob == cleo
    assert (bob["part"], bob["points"], bob["comment"]) == (FIRST, 0.1, "ms² is no ms")
    assert (found["rows_without_points"], len(found["comments_ignored"]), found["exit_status"]) == (4, 1, 1)


WRONG = {
    "too many points": ({"points": "0.5"}, "line 3: 0.5 points; q5b-description is worth 0 to 0.25"),
    "negative points": ({"points": "-0.1"}, "line 3: -0.1 points"),
    "no number": ({"points": "good"}, "line 3: 'good' is not a number of points"),
    "not finite": ({"points": "nan"}, "line 3: 'nan' is not a number of points"),
    "unknown part": ({"points": "0.1", "part": "q9"}, "line 3: there is no written part 'q9'"),
    "unknown student": ({"points": "0.1", "students": "ada; zoe"}, "line 3: 'zoe' has no graded answer"),
    "nobody": ({"points": "0.1", "students": ""}, "line 3: the row names no student"),
    "named twice": (
        {"points": "0.1", "students": "bob"},
        "line 3: bob has points for q5b-description in line 2 already",
    ),
}


@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG)
def test_wrong_sheet_changes_nothing(
    course: Course, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    found = sorted(rows(course), key=lambda row: (row["part"] != FIRST, "bob" not in row["students"].split("; ")))
    found[0]["points"] = "0.2"
    found[1] |= change
    write(course, found)
    capsys.readouterr()
    assert autograder(course, "written", NAME, "--apply") == 2
    assert says in capsys.readouterr().err
    assert mark(course, "bob", FIRST) == (None, True, None)


UNREADABLE = {
    "no heading": (b"a,b,c\n1,2,3\n", "the first line must name"),
    "empty": (b"", "the first line must name"),
    "not UTF-8": ("part,students,points,comment\nq,ä,1,".encode("latin-1"), "not UTF-8"),
    "not CSV": (b'part,students,points,comment\n"q', "is not a CSV file"),
    "cells missing": (b"part,students,points,comment\nq\n", "line 2: it has 1 cells"),
}


@pytest.mark.parametrize(("content", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_sheet_that_is_none(course: Course, capsys: pytest.CaptureFixture[str], content: bytes, says: str) -> None:
    sheet_of(course).write_bytes(content)
    capsys.readouterr()
    assert autograder(course, "written", NAME, "--apply") == 2
    assert says in capsys.readouterr().err
    assert autograder(course, "written", NAME) == 2  # nor is it written over
    assert sheet_of(course).read_bytes() == content


def test_sheet_with_marks_is_not_written_over(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert autograder(course, "written", NAME) == 0  # nothing is lost with an empty one
    fill(course, {(FIRST, "bob"): ("0.1", "")})
    before = sheet_of(course).read_bytes()
    capsys.readouterr()
    assert autograder(course, "written", NAME) == 2
    assert "--force" in capsys.readouterr().err
    assert sheet_of(course).read_bytes() == before
    assert autograder(course, "written", NAME, "--force") == 0
    assert {row["points"] for row in rows(course)} == {""}


def test_a_sheet_whose_marks_are_given_is_written_anew(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    fill(course, {(FIRST, "bob"): ("0,1", "Which unit?"), (FIRST, "dan"): ("0", "")})
    assert autograder(course, "written", NAME, "--apply") == 0
    fill(course, {(FIRST, "dan"): ("0.1", "")})
    capsys.readouterr()
    assert autograder(course, "written", NAME) == 2
    assert "1 row has marks that are not in the gradebook" in " ".join(capsys.readouterr().err.split())
    fill(course, {(FIRST, "dan"): ("0", "")})
    assert autograder(course, "written", NAME) == 0
    assert {row["points"] for row in rows(course)} == {""}
    assert "0.1 (Which unit?)" in {row["marked so far"] for row in rows(course)}


def test_the_next_page_shows_a_mark_without_force(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    course.nbgrader("generate_feedback", NAME, "--student", "bob")
    fill(course, {(FIRST, "bob"): ("0.1", "Which unit is that?")})
    capsys.readouterr()
    assert autograder(course, "written", NAME, "--apply") == 0
    assert f"next: nbgrader generate_feedback {NAME}\n" in capsys.readouterr().out
    course.nbgrader("generate_feedback", NAME, "--student", "bob")
    page = course.root / "feedback" / "bob" / NAME / f"{NAME}.html"
    assert "Which unit is that?" in page.read_text("utf-8")
    fresh = page.stat().st_mtime_ns
    course.nbgrader("generate_feedback", NAME, "--student", "bob")
    assert page.stat().st_mtime_ns == fresh  # and is left alone from then on
    marked = MarkOrigin(NAME, FIRST, "bob", 0.2, "anna", None, time.time())  # as the formgrader notes it
    MarkJournal(course.root, NAME).add([marked])
    course.nbgrader("generate_feedback", NAME, "--student", "bob")
    assert page.stat().st_mtime_ns > fresh


def test_mark_goes_to_no_text_that_nobody_has_read(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer that changed after the sheet was written."""
    fill(course, {(FIRST, "bob"): ("0.1", "")})
    path = course.root / "autograded" / "cleo" / NAME / f"{NAME}.ipynb"
    before = path.read_bytes()
    notebook = course.autograded("cleo", NAME)
    next(cell for cell in notebook.cells if cell.source.startswith("**the group")).source = "Something else."
    path.chmod(0o644)  # grading leaves it read-only
    nbformat.write(notebook, path)
    capsys.readouterr()
    status = autograder(course, "written", NAME, "--apply")
    path.write_bytes(before)
    assert status == 2
    # In which line it stands depends on who marks: each TA has an order of her own.
    assert re.search(r"^line \d: the answer of cleo", capsys.readouterr().err, re.MULTILINE)
    assert mark(course, "bob", FIRST) == (None, True, None)


def test_grading_again_keeps_the_marks(course: Course) -> None:
    fill(course, {(FIRST, "bob"): ("0.1", "ms² is no ms")})
    assert autograder(course, "written", NAME, "--apply") == 0
    assert autograder(course, "grade", NAME, "--force", "--student", "bob", "--workers", "1") == 0
    course.nbgrader("autograde", NAME, "--student", "cleo", "--force")
    assert mark(course, "bob", FIRST)[::2] == mark(course, "cleo", FIRST)[::2] == (0.1, "ms² is no ms")


def test_a_mark_for_an_answer_that_has_changed_since_is_to_be_looked_at(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bob and Cleo, whose answers are equal, have a mark; Bob hands in other code, and Cleo another text."""
    fill(course, {(FIRST, "bob"): ("0.1", "ms² is no ms")})
    assert autograder(course, "written", NAME, "--apply") == 0
    before = {who: (course.root / "submitted" / who / NAME / f"{NAME}.ipynb").read_bytes() for who in ("bob", "cleo")}
    code, text = (nbformat.reads(before[who].decode(), as_version=4) for who in ("bob", "cleo"))
    next(cell for cell in code.cells if grade_id_of(cell) == "q5c").source += "\n1"
    next(cell for cell in text.cells if grade_id_of(cell) == FIRST).source = "Their SD is 37.1 ms."
    for who, changed in (("bob", code), ("cleo", text)):
        course.submit(who, NAME, changed)
    assert autograder(course, "grade", NAME, "--workers", "1") == 0
    capsys.readouterr()
    try:
        assert autograder(course, "written", NAME, "--force") == 0
        assert {row["students"]: row["marked so far"] for row in rows(course) if row["part"] == FIRST} == {
            "ada": "",
            "bob": "0.1 (ms² is no ms)",
            "cleo": "0.1 (ms² is no ms), before it changed",
            "dan": "",
            "eve": "",
        }
        html = sheet_of(course).with_suffix(".html").read_text()
        assert "not marked again; before it changed: 0.1 “ms² is no ms”" in html
        fill(course, {(FIRST, "cleo"): ("0.25", "Now it is right.")})
        assert autograder(course, "written", NAME, "--apply", "--replace") == 0
        assert autograder(course, "written", NAME, "--force") == 0
        assert {row["students"]: row["marked so far"] for row in rows(course) if row["part"] == FIRST}["cleo"] == (
            "0.25 (Now it is right.)"
        )
    finally:
        for who, content in before.items():
            (course.root / "submitted" / who / NAME / f"{NAME}.ipynb").write_bytes(content)
        assert autograder(course, "grade", NAME, "--workers", "1") == 0


ASKED = {
    "unknown assignment": (("99-nothing",), "no assignment '99-nothing'"),
}


@pytest.mark.parametrize(("arguments", "says"), ASKED.values(), ids=ASKED)
def test_what_cannot_be_asked(
    graded: Course, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    capsys.readouterr()
    assert autograder(graded, "written", *arguments) == 2
    assert says in capsys.readouterr().err

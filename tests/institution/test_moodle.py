"""Moodle's grading worksheet: what is filled in is what Moodle's importer then sets, and what it skips is said."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course.results.scores import Scores
from autograder.errors import CourseError
from autograder.institution.columns import Wanted
from autograder.institution.filling import Outcome, Plan, plan
from autograder.institution.moodle import open_moodle
from autograder.institution.people import People
from tests.institution.conftest import Run
from tests.institution.readers import MoodleGrade, moodle, moodle_feedback

HEADING = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"'
)
DATE = "Friday, 1 May 2026, 3:05 PM"
ROWS = [
    'Participant 4101,"Ada Lovelace",ada@uni.edu,"Submitted for grading - ",,3.00,Yes,-,-,"<p>Well, ""done""</p>"',
    f'Participant 4102,Bob,bob@uni.edu,Graded,1.00,3.00,Yes,-,"{DATE}",',
    f'Participant 4103,Cleo,cleo@uni.edu,Graded,2.00,3.00,Yes,-,"{DATE}",',
    f'Participant 4104,Dan,dan@uni.edu,"No submission",0.50,3.00,Yes,-,"{DATE}",',
    "Participant 4105,Eve,eve@uni.edu,Submitted,,3.00,Yes,-,-,",
    f'Participant 4107,Gil,gil@uni.edu,Graded,1.00,3.00,No,-,"{DATE}",',
    "Participant 4108,Hal,hal@uni.edu,Submitted,,3.00,Yes,-,-,",
    "Participant 4199,Nora,nora@uni.edu,Submitted,,3.00,Yes,-,-,",
]


def sheet_of(*rows: str, heading: str = HEADING) -> bytes:
    return ("\n".join([heading, *(rows or ROWS)]) + "\n").encode("utf-8-sig")


def held() -> dict[str, MoodleGrade]:
    time = datetime(2026, 5, 1, 15, 5, 30, tzinfo=UTC)
    found = {number: MoodleGrade() for number in ("4101", "4105", "4108", "4199")}
    found |= {"4102": MoodleGrade(1.0, time), "4103": MoodleGrade(2.0, time), "4104": MoodleGrade(0.5, time)}
    return {**found, "4107": MoodleGrade(1.0, time, locked=True)}


def planned(path: Path, content: bytes, scores: Scores, names: dict[str, str] | None = None, **how: bool) -> Plan:
    path.write_bytes(content)
    return plan(open_moodle(path, [Wanted("hw1")], names), People(scores.people), scores, **how)


def test_what_is_filled_in_is_what_moodle_sets_and_what_it_skips_is_said(run: Run, root: Path) -> None:
    path = root / "moodle.csv"
    path.write_bytes(sheet_of())
    status, said = run("export", "moodle", "moodle.csv", "hw1", "--write")
    done = moodle(path.read_bytes(), held(), 3.0)
    assert done.grades == {"4101": 2.5, "4102": 1.76, "4108": 0.0}
    assert done.skipped == {}  # nothing is left to Moodle's silence
    expected = (
        sheet_of()
        .replace(b'grading - ",,3', b'grading - ",2.50,3')
        .replace(b"Graded,1.00,3.00,Y", b"Graded,1.76,3.00,Y")
    )
    assert path.read_bytes() == expected.replace(b"hal@uni.edu,Submitted,,", b"hal@uni.edu,Submitted,0.00,")
    for row in (
        "Eve 3.50",
        "eve hw1 skipped over the maximum of 3: Moodle skips it",
        "gil hw1 1.00 skipped locked in Moodle",
        "dan hw1 0.50 missing the sheet has 0.50, which stays",
        "cleo hw1 2.00 needs a mark q2",
        "Nora unknown",
    )[1:]:
        assert row in " ".join(said.split())
    assert "4 rows have a grade already: Moodle skips those that were changed there after this download" in said
    assert status == 1


def test_moodle_skips_what_was_changed_after_the_download(tmp_path: Path, scores: Scores) -> None:
    """The trap that the notice is about; and an empty grade changes nothing there."""
    filled = planned(tmp_path / "m.csv", sheet_of(), scores).filled()
    state = held() | {"4102": MoodleGrade(1.0, datetime(2026, 5, 2, tzinfo=UTC))}
    assert moodle(filled, state, 3.0).skipped == {"4102": "newer"}


def test_a_date_that_moodle_cannot_read_is_pointed_out(tmp_path: Path, scores: Scores) -> None:
    """PHP reads English dates alone; a grade with another date counts as changed since, and is skipped."""
    content = sheet_of(ROWS[1].replace(DATE, "vendredi 1 mai 2026, 15:05"))
    made = planned(tmp_path / "m.csv", content, scores)
    assert moodle(made.filled(), held(), 3.0).skipped == {"4102": "newer"}
    note = next(line.note for line in made.lines if line.student == "bob")
    assert "Moodle cannot read the date 'vendredi 1 mai 2026, 15:05'" in note


GERMAN = (
    'ID,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden","Zuletzt geändert (Bewertung)",E-Mail-Adresse'
)


def test_a_german_sheet_is_known(tmp_path: Path, scores: Scores) -> None:
    content = sheet_of(
        'Teilnehmer/in4101,x,"0,50","3,00",Ja,-,ada@uni.edu',
        "Teilnehmer/in4107,x,,3,Nein,-,gil@uni.edu",
        heading=GERMAN,
    )
    made = planned(tmp_path / "m.csv", content, scores)
    assert made.filled() == content.replace(b'"0,50"', b'"2,50"')  # with the commas of the sheet
    names = ("ID", "Bewertung", "Zuletzt geändert (Bewertung)")
    assert moodle(made.filled(), {"4101": MoodleGrade()}, 3.0, names, "Teilnehmer/in").grades == {"4101": 2.5}
    assert {line.student: line.outcome for line in made.lines}["gil"] is Outcome.REFUSED


def test_columns_of_another_language_are_named(run: Run, root: Path) -> None:
    heading = HEADING.replace("Identifier", "Tunniste").replace("Grade,", "Arvosana,", 1)
    heading = heading.replace("Maximum Grade", "Maksimi").replace("Last modified (grade)", "Muokattu")
    (root / "m.csv").write_bytes(sheet_of(ROWS[0], heading=heading))
    status, said = run("export", "moodle", "m.csv", "hw1")
    assert status == 2
    assert "is not a grading worksheet of Moodle in a language that is known here" in said
    assert "--column identifier=NAME" in said
    named = {"identifier": "Tunniste", "grade": "Arvosana", "modified": "Muokattu", "maximum": "Maksimi"}
    columns = [part for pair in named.items() for part in ("--column", "=".join(pair))]
    run("export", "moodle", "m.csv", "hw1", "--write", *columns)
    names = ("Tunniste", "Arvosana", "Muokattu")
    assert moodle((root / "m.csv").read_bytes(), held(), 3.0, names).grades == {"4101": 2.5}


def test_a_worksheet_without_names_needs_a_mapping_file(run: Run, root: Path) -> None:
    heading = HEADING.replace(',"Full name","Email address"', "")
    (root / "m.csv").write_bytes(sheet_of("Participant 101,Graded,,3,Yes,-,-,", heading=heading))
    _, said = run("export", "moodle", "m.csv", "hw1")
    assert "Participant 101 unknown" in " ".join(said.split())  # 101 is another kind of number
    assert "next: autograder roster FILE, with the emails and numbers of the class; or --map FILE" in said
    (root / "map.csv").write_text("sheet,student\n101,ada\n")
    _, said = run("export", "moodle", "m.csv", "hw1", "--map", "map.csv", "--write")
    assert "next:" not in said
    assert moodle((root / "m.csv").read_bytes(), {"101": MoodleGrade()}, 3.0).grades == {"101": 2.5}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (sheet_of(heading=HEADING.replace("Identifier", "Who")), "it has no column Identifier"),
        (sheet_of(ROWS[0], ROWS[0]), "rows 2 and 3 have the same identifier, Participant 4101"),
        (sheet_of(ROWS[0].replace("Participant ", "")), "row 2, column 'Identifier': '4101' is no identifier such as"),
        (sheet_of(ROWS[0], ROWS[1].replace("Participant ", "Nutzer ")), "row 3: the identifier is 'Nutzer 4102'"),
        (sheet_of(heading=HEADING.replace("Maximum Grade", "Scale")), "says no maximum: the assignment is graded by a"),
        (sheet_of(heading=HEADING.replace("Status", "Grade")), "columns 4 and 5 are both called 'Grade'"),
    ],
)
def test_a_sheet_that_does_not_fit_is_refused(content: bytes, says: str, tmp_path: Path, scores: Scores) -> None:
    with pytest.raises(CourseError) as refused:
        planned(tmp_path / "m.csv", content, scores)
    assert says in str(refused.value)


def test_a_sheet_saved_with_semicolons_is_warned_of(tmp_path: Path, scores: Scores) -> None:
    content = b"Identifier;Email address;Grade;Maximum grade;Last modified (grade)\nParticipant 1;ada@uni.edu;;3,00;-\n"
    made = planned(tmp_path / "m.csv", content, scores)
    assert made.filled() == content.replace(b";;", b";2,50;")
    assert "The sheet has no commas between its cells" in " ".join(made.notices)


def test_feedback_goes_to_whoever_gets_points(run: Run, root: Path) -> None:
    (root / "moodle.csv").write_bytes(sheet_of())
    for student in ("ada", "bob", "cleo"):
        folder = root / "feedback" / student / "hw1"
        folder.mkdir(parents=True)
        (folder / "hw1.html").write_text(f"page of {student}")
    late = root / "autograded" / "bob" / "hw1"
    late.mkdir(parents=True)
    (late / "hw1.ipynb").write_text("graded again")
    page = root / "feedback" / "bob" / "hw1" / "hw1.html"
    os.utime(page, (1, 1))
    _, said = run("export", "moodle", "moodle.csv", "hw1", "--feedback", "pages.zip")
    assert not (root / "pages.zip").exists()
    _, said = run("export", "moodle", "moodle.csv", "hw1", "--feedback", "pages.zip", "--write")
    with zipfile.ZipFile(root / "pages.zip") as archive:
        found = moodle_feedback(archive.namelist(), set(held()))
        assert found == {"4101": ["feedback.html"], "4102": ["feedback.html"]}  # cleo's is not finished
        assert archive.read("blank_4101_assignsubmission_file_/feedback.html") == b"page of ada"
    assert "3 students without a page of feedback" in said
    assert "1 student with one older than the grade (nbgrader generate_feedback hw1): bob" in said

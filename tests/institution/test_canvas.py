"""Canvas's gradebook: what is filled in is what Canvas's importer then sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course.results.scores import Scores
from autograder.errors import CourseError
from autograder.institution.canvas import open_canvas
from autograder.institution.columns import Wanted
from autograder.institution.filling import Outcome, Plan, plan
from autograder.institution.people import People
from tests.institution.conftest import Run
from tests.institution.readers import canvas

HEADING = "Student,ID,SIS User ID,SIS Login ID,Section,hw1 (555),Other (556),Current Score,Final Points"
POSSIBLE = "    Points Possible,,,,,3.00,10.00,(read only),(read only)"
ROWS = [
    '"Love, lace, Ada",101,s1,ada@uni.edu,"A and B",,7.00,50.0,1',
    '"Builder, Bob",102,s2,bob,A,1.00,7.00,50.0,1',
    "Cleo,103,s3,cleo,A,2.00,,50.0,1",
    "Dan,104,s4,dan,A,0.50,,50.0,1",
    "Eve,105,s5,eve,A,,,50.0,1",
    "Fay,106,s6,fay,A,,,50.0,1",
    "Gil,107,s7,gil,A,EX,,50.0,1",
    "Hal,108,s8,hal,A,N/A,,50.0,1",
    "Nora,199,s9,nora,A,,,50.0,1",
    '"Student, Test",200,,,A,,,50.0,1',
]
HELD = {("102", "555"): "1", ("103", "555"): "2", ("104", "555"): "0.5", ("107", "555"): "EX"}
HELD |= {("101", "556"): "7.0", ("102", "556"): "7.0"}


def sheet_of(*rows: str, heading: str = HEADING, possible: str = POSSIBLE, hidden: str = "") -> bytes:
    lines = [heading, *([hidden] if hidden else []), possible, *(rows or ROWS)]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def planned(path: Path, content: bytes, scores: Scores, column: str = "", **how: bool) -> Plan:
    path.write_bytes(content)
    return plan(open_canvas(path, [Wanted("hw1", column)]), People(scores.people), scores, **how)


def outcomes(made: Plan) -> dict[str, Outcome]:
    return {line.student: line.outcome for line in made.lines}


def test_what_is_filled_in_is_what_canvas_changes(run: Run, root: Path) -> None:
    path = root / "canvas.csv"
    path.write_bytes(sheet_of())
    status, said = run("export", "canvas", "canvas.csv", "hw1")
    assert path.read_bytes() == sheet_of()  # a dry run
    assert "Nothing is written; --write does it." in said
    status, said = run("export", "canvas", "canvas.csv", "hw1", "--write")
    assert status == 1  # not all points arrive
    changes = canvas(path.read_bytes(), HELD | {("108", "555"): "N/A"})
    assert changes == {("101", "555"): "2.50", ("102", "555"): "1.76", ("105", "555"): "3.50"}
    expected = sheet_of().replace(b",,7.00", b",2.50,7.00", 1).replace(b"1.00,7.00", b"1.76,7.00", 1)
    assert path.read_bytes() == expected.replace(b"eve,A,,", b"eve,A,3.50,")  # and nothing else
    for row in (
        "bob hw1 1.00 1.76 changed",
        "eve hw1 3.50 new over the maximum of 3; Canvas takes it as it is",
        "dan hw1 0.50 missing the sheet has 0.50, which stays",
        "fay hw1 not graded",
        "cleo hw1 2.00 needs a mark q2",
        "gil hw1 EX skipped excused in Canvas",
        "hal hw1 N/A skipped Canvas ignores it",
        "Nora unknown not in the gradebook",
    ):
        assert row in " ".join(said.split())
    assert "Canvas takes the other assignments of the sheet as well (“Other (556)”)" in said
    assert "Test" not in said


def test_all_of_it_is_done_when_every_score_has_its_row(run: Run, root: Path) -> None:
    rows = [*ROWS[:6], "Gil,107,s7,gil,A,,,50.0,1", "Hal,108,s8,hal,A,,,50.0,1"]
    (root / "canvas.csv").write_bytes(sheet_of(*rows))
    status, _ = run("export", "canvas", "canvas.csv", "hw1", "--write", "out.csv", "--unfinished")
    assert status == 0
    changes = canvas((root / "out.csv").read_bytes(), HELD | {("103", "555"): ""})
    assert {student: score for (student, _), score in changes.items()} == {
        "101": "2.50",
        "102": "1.76",
        "103": "2.00",
        "105": "3.50",
        "107": "0.00",
        "108": "0.00",
    }
    assert (root / "canvas.csv").read_bytes() == sheet_of(*rows)


def test_students_who_are_not_in_the_sheet_are_named(tmp_path: Path, scores: Scores) -> None:
    made = planned(tmp_path / "c.csv", sheet_of(ROWS[0]), scores)
    no_row = {line.student: line.note for line in made.lines if line.outcome is Outcome.NO_ROW}
    assert no_row["bob"] == "1.76 points, and no row in the sheet"
    assert set(no_row) == {"bob", "eve", "gil", "hal"}
    assert ("cleo", "q2; no row in the sheet") in {(line.student, line.note) for line in made.lines}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("X,101,,,A,,,,", "ada"),  # the number
        ("X,999,,ADA@uni.edu,A,,,,", "ada"),  # email, whatever its case
        ("X,999,bob,,A,,,,", "bob"),  # SIS user id
        ("X,,,bob,A,,,,", "bob"),
    ],
)
def test_rows_are_matched_by_number_login_or_email(row: str, found: str, tmp_path: Path, scores: Scores) -> None:
    made = planned(tmp_path / "c.csv", sheet_of(row), scores)
    assert made.owners == {3: found}


def test_a_number_of_canvas_is_no_login(tmp_path: Path, scores: Scores) -> None:
    made = planned(tmp_path / "c.csv", sheet_of("X,999,,101,A,,,,"), scores)  # 101 is ada's number, not her login
    assert outcomes(made)["X"] is Outcome.UNKNOWN


def test_a_mapping_file_goes_before_everything(run: Run, root: Path) -> None:
    (root / "canvas.csv").write_bytes(sheet_of("X,101,s1,ada@uni.edu,A,,,,"))
    (root / "map.csv").write_text("sheet,student\ns1,bob\n")
    run("export", "canvas", "canvas.csv", "hw1", "--map", "map.csv", "--write")
    assert canvas((root / "canvas.csv").read_bytes(), {}) == {("101", "555"): "1.76"}
    (root / "map.csv").write_text("sheet,student\ns1,nobody\n")
    status, said = run("export", "canvas", "canvas.csv", "hw1", "--map", "map.csv")
    assert status == 2
    assert "map.csv, row 2: the gradebook has no student 'nobody'" in said


@pytest.mark.parametrize(
    ("content", "column", "says"),
    [
        (sheet_of(heading=HEADING.replace("Student", "Name", 1)), "", "is not a gradebook of Canvas"),
        (sheet_of(heading=HEADING.replace("Section", "Group")), "", "is not a gradebook of Canvas"),
        (sheet_of(possible=ROWS[0]), "", "has 0 rows “Points Possible”"),
        (sheet_of(ROWS[0], ROWS[0]), "", "column ID: rows 3 and 4 are both 101"),
        (sheet_of("X,1.01E+17,,,A,,,,"), "", "row 3, column ID: '1.01E+17' is no id of Canvas; a spreadsheet program"),
        (sheet_of(ROWS[0], "X,999,,ada,A,,,,"), "", "rows 3 and 4 are both of ada"),
        (sheet_of("X,101,,bob,A,,,,"), "", "row 3: it fits more than one student of the gradebook: ada, bob"),
        (sheet_of(), "hw9", "has no column for 'hw9'. Its assignments: “hw1 (555)”, “Other (556)”"),
        (sheet_of(), "Final Points", "column 'Final Points': Canvas ignores it, because of its name"),
        (sheet_of(heading=HEADING.replace(" (555)", "")), "", "it has no number, so Canvas would take it for a new"),
        (sheet_of(heading=HEADING.replace("Other", "HW1")), "Hw1", "2 columns that match 'Hw1'"),
    ],
)
def test_a_sheet_that_does_not_fit_is_refused(
    content: bytes, column: str, says: str, tmp_path: Path, scores: Scores
) -> None:
    path = tmp_path / "c.csv"
    with pytest.raises(CourseError) as refused:
        planned(path, content, scores, column)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("column", ["", "hw1", "HW1", "555", "hw1 (555)"])
def test_a_column_is_named_by_title_number_or_heading(column: str, tmp_path: Path, scores: Scores) -> None:
    assert planned(tmp_path / "c.csv", sheet_of(), scores, column).opened.targets[0].column == 5


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (
            {"hidden": ",,,,,Manual Posting (scores hidden from instructors),,,"},
            "anonymous until its grades are posted",
        ),
        ({"possible": POSSIBLE.replace("3.00", "(read only)")}, "read only"),
    ],
)
def test_a_column_that_canvas_ignores_gets_nothing(
    how: dict[str, str], why: str, tmp_path: Path, scores: Scores
) -> None:
    content = sheet_of(**how)  # type: ignore[arg-type]
    made = planned(tmp_path / "c.csv", content, scores)
    assert outcomes(made)["ada"] is Outcome.REFUSED
    assert why in next(line.note for line in made.lines if line.student == "ada")
    assert made.filled() == content


def test_decimal_commas_and_semicolons_stay(tmp_path: Path, scores: Scores) -> None:
    semicolons = b"\xef\xbb\xbf" + b"\r\n".join(
        [HEADING.replace(",", ";").encode(), b"    Points Possible;;;;;3,00;10,00;;", b"X;101;;;A;;7,00;;", b""]
    )
    made = planned(tmp_path / "c.csv", semicolons, scores)
    filled = made.filled()
    assert b"X;101;;;A;2,50;7,00;;\r\n" in filled
    assert canvas(filled, {("101", "556"): "7"}) == {("101", "555"): "2.50"}


def test_names_in_two_columns_are_read_as_canvas_writes_them(tmp_path: Path, scores: Scores) -> None:
    heading = "LastName,FirstName,ID,SIS Login ID,Section,hw1 (555)"
    content = sheet_of("Lovelace,Ada,101,x,A,", heading=heading, possible="    Points Possible,,,,,3")
    assert planned(tmp_path / "c.csv", content, scores).filled() == content.replace(b"x,A,", b"x,A,2.50")


def test_a_sheet_is_written_as_a_whole_or_not_at_all(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_bytes(sheet_of())
    kept.chmod(0o640)
    (root / "canvas.csv").symlink_to(kept)

    def full(*paths: object) -> None:
        del paths
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("autograder.course.files.os.replace", full)
        status, said = run("export", "canvas", "canvas.csv", "hw1", "--write")
    assert status == 2
    assert "canvas.csv cannot be written: No space left on device." in said
    assert kept.read_bytes() == sheet_of()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    run("export", "canvas", "canvas.csv", "hw1", "--write")
    assert (root / "canvas.csv").is_symlink()
    assert b"2.50" in kept.read_bytes()
    assert kept.stat().st_mode & 0o777 == 0o640


def test_a_program_reads_the_plan(run: Run, root: Path) -> None:
    (root / "canvas.csv").write_bytes(sheet_of(ROWS[1]))
    status, said = run("export", "canvas", "canvas.csv", "hw1", "--json", "--quiet")
    found = json.loads(said)
    assert (status, found["system"], found["written"]) == (1, "Canvas", False)
    cells = {cell["student"]: cell for cell in found["cells"]}
    assert cells["bob"] == {
        "student": "bob",
        "assignment": "hw1",
        "row": 3,
        "before": "1.00",
        "after": "1.76",
        "note": "",
        "outcome": "changed",
    }
    assert cells["ada"]["outcome"] == "no row"


def test_two_assignments_never_share_a_column(run: Run, root: Path) -> None:
    (root / "canvas.csv").write_bytes(sheet_of())
    status, said = run("export", "canvas", "canvas.csv", "hw1", "hw2=555")
    assert status == 2
    assert "hw1 and hw2 would both go to column 'hw1'" in said


def test_names_in_a_sheet_move_no_cursor(run: Run, root: Path) -> None:
    (root / "canvas.csv").write_bytes(sheet_of("\x1b[2J[red]Evil\u202e,199,,,A,,,,"))
    _, said = run("export", "canvas", "canvas.csv", "hw1")
    assert r"\x1b[2J[red]Evil\u202e" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_another_maximum_is_named_and_scaled_only_when_asked(tmp_path: Path, scores: Scores) -> None:
    content = sheet_of(ROWS[0], possible=POSSIBLE.replace("3.00", "30"))
    made = planned(tmp_path / "c.csv", content, scores)
    assert canvas(made.filled(), {("101", "556"): "7"}) == {("101", "555"): "2.50"}
    assert "hw1 is worth 3 points here and 30 in the sheet: points go as they are (--scale" in " ".join(made.notices)
    made = planned(tmp_path / "c.csv", content, scores, scale=True)
    assert canvas(made.filled(), {("101", "556"): "7"}) == {("101", "555"): "25.00"}
    with pytest.raises(CourseError, match="cannot be scaled"):
        planned(tmp_path / "c.csv", sheet_of(possible=POSSIBLE.replace("3.00", "")), scores, scale=True)

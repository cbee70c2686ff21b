"""Blackboard's grade center, offline: what is filled in is what an upload then sets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograder.course.results.scores import Scores
from autograder.errors import CourseError
from autograder.institution.blackboard import open_blackboard
from autograder.institution.columns import Wanted
from autograder.institution.filling import Plan, plan
from autograder.institution.people import People
from tests.institution.conftest import Run
from tests.institution.readers import blackboard

HEADING = [
    "Last Name",
    "First Name",
    "Username",
    "Student ID",
    "Availability",
    "Weighted Total [Total Pts: up to 2,000 Percentage] |1",
    "hw1 [Total Pts: 3 Score] |2345",
    "Other [Total Pts: 10 Letter] |2346",
]
ROWS = [
    ["Lovelace", "Ada", "ada", "101", "Yes", "", "", "A"],
    ["Builder", "Bob", "bob", "102", "Yes", "", "1.00", "B"],
    ["P", 'Cleo "C"', "cleo", "103", "Yes", "", "Needs Grading", ""],
    ["E", "Eve", "eve", "105", "No", "", "In Progress(1.00)", ""],
    ["N", "Nora", "nora", "199", "Yes", "", "", ""],
]


def sheet_of(heading: list[str] = HEADING, rows: list[list[str]] = ROWS, *, tabs: bool = True) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t" if tabs else ",", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        [heading, *rows]
    )
    return text.getvalue().encode("utf-16" if tabs else "utf-8-sig")


def planned(path: Path, content: bytes, scores: Scores, column: str = "", **how: bool) -> Plan:
    path.write_bytes(content)
    return plan(open_blackboard(path, [Wanted("hw1", column)]), People(scores.people), scores, **how)


@pytest.mark.parametrize("tabs", [True, False])
def test_what_is_filled_in_is_what_blackboard_sets(tabs: bool, run: Run, root: Path) -> None:
    path = root / "gc.xls"
    path.write_bytes(sheet_of(tabs=tabs))
    before = blackboard(path.read_bytes())
    _, said = run("export", "blackboard", "gc.xls", "hw1", "--write")
    after = blackboard(path.read_bytes())
    assert after.new_columns == before.new_columns == []
    changed = {key: value for key, value in after.grades.items() if before.grades.get(key) != value}
    assert changed == {("ada", "2345"): "2.50", ("bob", "2345"): "1.76", ("eve", "2345"): "3.50"}
    rows = [list(row) for row in ROWS]
    for row, score in ((0, "2.50"), (1, "1.76"), (3, "3.50")):
        rows[row][6] = score
    assert path.read_bytes() == sheet_of(rows=rows, tabs=tabs)  # encoding, quotation marks and ends of lines stay
    said = " ".join(said.split())
    assert "eve hw1 In Progress(1.00) 3.50 changed Blackboard says 'In Progress(1.00)': an attempt waits there" in said
    assert "cleo hw1 Needs Grading needs a mark q2; the sheet has Needs Grading, which stays" in said
    assert "nora unknown" in said


def test_cells_without_quotation_marks_get_them(tmp_path: Path, scores: Scores) -> None:
    content = b"Username,hw1 [Total Pts: 3] |_77_1\nada,\n"
    assert planned(tmp_path / "b.csv", content, scores).filled() == content.replace(b"ada,", b'ada,"2.50"')


def changed(column: int, text: str) -> bytes:
    return sheet_of([*HEADING[:column], text, *HEADING[column + 1 :]])


@pytest.mark.parametrize(
    ("content", "column", "says"),
    [
        (changed(2, "Login"), "", "it has no column Username"),
        (
            changed(6, "hw1 [Total Pts: 3 Score]"),
            "",
            "it has lost its number behind “|”, so Blackboard would make a new",
        ),
        (changed(6, "hw1"), "", "it has lost its number"),
        (sheet_of(), "Other", "it shows letter, and Blackboard would read points as such. Set the primary display"),
        (sheet_of(), "Weighted Total", "Blackboard computes it itself"),
        (sheet_of(), "hw9", "has no column for 'hw9'"),
        (sheet_of(rows=[ROWS[0], ROWS[0]]), "", "column Username: rows 2 and 3 are both ada"),
        (sheet_of(rows=[["", "", " ", *ROWS[0][3:]]]), "", "row 2, column Username: it is empty"),
    ],
)
def test_a_sheet_that_does_not_fit_is_refused(
    content: bytes, column: str, says: str, tmp_path: Path, scores: Scores
) -> None:
    with pytest.raises(CourseError) as refused:
        planned(tmp_path / "b.xls", content, scores, column)
    assert says in str(refused.value)


def test_thousands_are_read(tmp_path: Path, scores: Scores) -> None:
    content = changed(6, "hw1 [Total Pts: 3,000 Score] |2345")
    made = planned(tmp_path / "b.xls", content, scores, scale=True)
    assert blackboard(made.filled()).grades["ada", "2345"] == "2500.00"

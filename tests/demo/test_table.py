"""The demo's verdict: which cells differ, and how the table says so."""

from io import StringIO

import pytest
from rich.console import Console

from demo.table import Cell, differences, render

AS_EXPECTED = Cell(
    "ada",
    "03-ols",
    given={"q3a": 1.0, "q3b": 0.125},
    expected={"q3a": 1.0, "q3b": 0.125},
    worth={"q3a": 1.0, "q3b": 0.75},
)

DIFFERENT = {
    "too few points": (
        Cell("ada", "03-ols", {"q3a": 0.5}, {"q3a": 1.0}),
        "ada, 03-ols, q3a: 0.50 given, 1.00 expected",
    ),
    "too many points": (
        Cell("eve", "03-ols", {"q3a": 0.1}, {"q3a": 0.0}),
        "eve, 03-ols, q3a: 0.10 given, 0.00 expected",
    ),
    "a part that waits for a person": (
        Cell("ada", "03-ols", {}, {"q3a": 0.0}),
        "ada, 03-ols, q3a: no points given, 0.00 expected",
    ),
    "a part that nobody expected": (
        Cell("ada", "03-ols", {"q9z": 0.0}, {}),
        "ada, 03-ols, q9z: 0.00 given, no points expected",
    ),
    "late by mistake": (
        Cell("ada", "03-ols", {}, {}, late=True),
        "ada, 03-ols: late in the gradebook, not when it was handed in",
    ),
    "in time by mistake": (
        Cell("ada", "03-ols", {}, {}, expected_late=True),
        "ada, 03-ols: in time in the gradebook, not when it was handed in",
    ),
    "no feedback": (
        Cell("ada", "03-ols", {"q3a": 1.0}, {"q3a": 1.0}, feedback=False),
        "ada, 03-ols: no feedback page came back to the student",
    ),
    "not graded at all": (
        Cell("ada", "03-ols", {}, {"q3a": 1.0, "q3b": 0.25}, feedback=False),
        "ada, 03-ols: not graded",
    ),
}


@pytest.mark.parametrize(("cell", "says"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_difference_is_named(cell: Cell, says: str) -> None:
    assert cell.differences() == (says,)


def test_no_difference_within_rounding() -> None:
    cell = Cell("ada", "03-ols", given={"q3a": 0.1 + 0.2}, expected={"q3a": 0.3})
    assert differences([AS_EXPECTED, cell]) == ()


def test_equal_sums_do_not_hide_differences_between_parts() -> None:
    cell = Cell("ada", "03-ols", given={"q3a": 0.5, "q3b": 0.0}, expected={"q3a": 0.0, "q3b": 0.5})
    assert len(cell.differences()) == 2


def printed(width: int, *cells: Cell) -> str:
    output = StringIO()
    students = {"ada": "does it all", "eve": "cheats"}
    Console(file=output, width=width).print(render(students, ["03-ols", "04-subject-fits"], cells, width))
    return output.getvalue()


def line_of(student: str, text: str) -> str:
    return next(line for line in text.splitlines() if student in line)


def test_the_table_shows_both_numbers_and_marks_what_differs() -> None:
    text = printed(100, AS_EXPECTED, Cell("eve", "04-subject-fits", {"q4a": 0.75}, {"q4a": 0.0}, worth={"q4a": 1.0}))
    assert "1.125 of 1.75 ✓" in line_of("ada", text)
    assert "≠" not in line_of("ada", text)
    assert "0.75 of 1.00 ≠ 0.00" in line_of("eve", text)


def test_the_table_shows_what_was_not_handed_in_and_what_was_late() -> None:
    late = Cell("ada", "03-ols", {"q3a": 1.0}, {"q3a": 1.0}, late=True, expected_late=True, worth={"q3a": 1.0})
    text = printed(100, late)
    assert "1.00 of 1.00 ✓ late" in line_of("ada", text)
    assert line_of("eve", text).count("–") == 2


def test_a_wide_table_says_what_each_student_does() -> None:
    assert "cheats" in printed(200)
    assert "cheats" not in printed(80)


@pytest.mark.parametrize(("width", "headings"), [(200, ["03 ols", "04 subject fits"]), (50, ["03", "04"])])
def test_a_heading_is_a_number_where_there_is_no_room_for_words(width: int, headings: list[str]) -> None:
    heading = next(line for line in printed(width, AS_EXPECTED).splitlines() if "student" in line)
    assert [part.strip() for part in heading.strip("┃ ").split("┃")][1:3] == headings

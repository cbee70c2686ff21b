"""A sheet is read as CSV, and what is not changed stays byte for byte."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import CourseError
from autograder.institution.filling import written
from autograder.institution.sheet import Sheet, number_in

CELL = st.text(st.sampled_from(list("ab1 ,;\"'\n\té=-")), max_size=6)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=4)
)
FORMATS = st.tuples(
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)


def made(table: list[list[str]], form: tuple[str, str, int, str]) -> bytes:
    delimiter, end, quoting, encoding = form
    text = io.StringIO(newline="")
    heading = [f"name{place}" for place in range(len(table[0]))]
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([heading, *table])
    return text.getvalue().encode(encoding)


def cells(content: bytes, form: tuple[str, str, int, str]) -> list[list[str]]:
    text = content.decode("utf-16" if form[3] == "utf-16" else "utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=form[0], strict=True))


def alike(one: bytes, other: bytes) -> int:
    """How many bytes two files have in common from their beginning."""
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


@settings(max_examples=60)
@given(table=TABLES, form=FORMATS, data=st.data())
def test_a_changed_cell_is_the_only_change(
    table: list[list[str]],
    form: tuple[str, str, int, str],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "sheet.csv"
    content = made(table, form)
    path.write_bytes(content)
    sheet = Sheet.read(path)
    before = cells(content, form)
    assert [sheet.row(row) for row in (1, *sheet.rows)] == before
    assert sheet.content() == content
    row, column = data.draw(st.integers(1, len(table))), data.draw(st.integers(0, len(table[0]) - 1))
    new = data.draw(CELL)
    sheet.set(row + 1, column, new)
    old, before[row][column] = before[row][column], new
    after = sheet.content()
    assert cells(after, form) == before
    same = alike(content, after) + alike(content[::-1], after[::-1])
    assert len(content) - same <= 4 * len(old) + 4  # of the old file only this cell is gone


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04whatever", "an Excel workbook. Save it as"),
        (b"\xd0\xcf\x11\xe0\xa1", "an Excel workbook"),
        (b"<!DOCTYPE html><title>Log in</title>", "a web page, such as a form to log in"),
        ("Student,ID\nJos\xe9,1\n".encode("cp1252"), "row 2: this is not UTF-8 text"),
        (b"", "is empty"),
        (b'a,b\n"x,1\n', "row 2, column 'a': a quotation mark is opened and not closed"),
        (b'a,b\n"x"y,1\n', "row 2, column 'a': a quotation mark is opened and not closed"),
        (b"a,b\nLove, Ada,1\n", "row 2: it has 3 cells, the heading has 2"),
    ],
)
def test_what_is_no_sheet_is_refused_with_what_to_do(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError) as refused:
        Sheet.read(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


def test_text_in_utf16_without_a_mark_is_known_by_its_nulls(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xls"
    for encoding in ("utf-16-le", "utf-16-be"):
        path.write_bytes("a\tb\r\né\t1\r\n".encode(encoding))
        sheet = Sheet.read(path)
        sheet.set(2, 1, "2")
        assert sheet.content() == "a\tb\r\né\t2\r\n".encode(encoding)
    path.write_bytes(codecs.BOM_UTF16_LE + "a\tb\n1\t2".encode("utf-16-le"))
    assert Sheet.read(path).content() == path.read_bytes()


@pytest.mark.parametrize(
    ("points", "text"),
    [(1.005, "1.01"), (0.1 + 0.2, "0.30"), (2.675, "2.68"), (2.255 - 0.5, "1.76"), (1234.5, "1234.50"), (0.0, "0.00")],
)
def test_points_have_two_decimals_as_a_person_rounds(points: float, text: str) -> None:
    assert written(points) == text
    assert written(points, comma=True) == text.replace(".", ",")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        *[("1,50", 1.5), ("1.50", 1.5), (" 2 ", 2.0), ("1,234.50", 1234.5), ("1.234,50", 1234.5)],
        *[(text, None) for text in ("EX", "", "1.5%", "-", "nan", "1_0", "N/A")],
    ],
)
def test_numbers_of_sheets(cell: str, number: float | None) -> None:
    assert number_in(cell) == number

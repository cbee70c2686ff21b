"""The sheet in which a TA marks groups of answers: one row for each group, in CSV as spreadsheets read and write it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.plugins.course import CourseError
from autograder.plugins.written import Written

COLUMNS = (
    "part",
    "group",
    "number of students",
    "students",
    "beginning of the answer",
    "max points",
    "points",
    "comment",
)
_READ = ("part", "students", "points", "comment")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BEGINNING = 200  # characters
_MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Row:
    """One row as a TA left it."""

    line: int  # as spreadsheets count, the heading is 1
    part: str
    students: tuple[str, ...]
    points: str
    comment: str


def sheet(written: Written) -> bytes:
    """The sheet with empty points and comments."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for part in written.parts:
        for place, group in enumerate(part.groups, 1):
            beginning = "No response" if group.blank else " ".join(group.answers[0].text.split())[:_BEGINNING]
            students = "; ".join(map(_as_one, group.students))
            shown = (part.name, place, len(group.students), students, beginning, f"{part.most:g}", "", "")
            rows.writerow([_as_text(cell) if isinstance(cell, str) else cell for cell in shown])
    return text.getvalue().encode("utf-8-sig")


def read_sheet(path: Path) -> tuple[Row, ...]:
    """The rows of a sheet, whatever program saved it.

    Raises:
        CourseError: it is not there, or no such sheet.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise CourseError(f"There is no sheet {path}. Write it first: autograder written {path.stem}") from None
    if len(content) > _MAX_BYTES:
        raise CourseError(f"{path} is too large for a sheet of marks.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text. Save it as “CSV UTF-8”.") from None
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        return tuple(_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), path))
    except csv.Error as problem:
        raise CourseError(f"{path} is not a CSV file: {problem}.") from None


def filled(rows: tuple[Row, ...]) -> int:
    """How many rows somebody has worked on."""
    return sum(bool(row.points or row.comment) for row in rows)


def points_of(text: str) -> float | None:
    """The points of a cell, with a decimal point or comma; ``None`` where that is no finite number."""
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        return None
    return points if math.isfinite(points) else None


def _rows(reader: Iterator[list[str]], path: Path) -> Iterator[Row]:
    heading = [name.strip() for name in next(reader, [])]
    missing = [name for name in _READ if heading.count(name) != 1]
    if missing:
        raise CourseError(f"{path}: the first line must name each of these columns once: {', '.join(missing)}.")
    places = [heading.index(name) for name in _READ]
    for line, cells in enumerate(reader, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(places):
            raise CourseError(f"{path}, line {line}: it has {len(cells)} cells, the heading has {len(heading)}.")
        part, students, points, comment = (cells[place].strip() for place in places)
        names = tuple(_as_before(name.strip()) for name in _as_written(students).split(";") if name.strip())
        yield Row(line, _as_written(part), names, points, comment)


def _as_text(cell: str) -> str:
    """``cell`` so that no program takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.startswith("'") else cell


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _as_one(student: str) -> str:
    """A student's name without what separates names."""
    return student.replace("%", "%25").replace(";", "%3B")


def _as_before(name: str) -> str:
    return name.replace("%3B", ";").replace("%25", "%")

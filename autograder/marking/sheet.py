"""The sheet in which a TA marks groups of answers: one row for each group, in CSV as spreadsheets read and write it."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from autograder.errors import CourseError
from autograder.marking.answers import Written, WrittenPart
from autograder.marking.given import Mark
from autograder.pages.harmless import for_spreadsheet

COLUMNS = (
    "part",
    "group",
    "number of students",
    "students",
    "beginning of the answer",
    "max points",
    "marked so far",
    "points",
    "comment",
)
_READ = ("part", "students", "points", "comment")
_ODD = re.compile(r"[%;,|'\"\s]|^[^\w]")  # in a student's name
_BEGINNING = 200  # characters
_MAX_BYTES = 50_000_000
_MAX_NAMES = 30_000  # characters of names in a cell: Excel keeps 32,767


@dataclass(frozen=True)
class SheetRow:
    """One row of a filled-in sheet."""

    line: int  # as spreadsheets count, the heading is 1
    part: str
    students: tuple[str, ...]
    points: str
    comment: str


def sheet(written: Written) -> bytes:
    """A sheet for marking: CSV in UTF-8, a row for each group, or more for a very large one; nothing is filled in."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for part in written.parts:
        for place, group in enumerate(part.groups, 1):
            beginning = "No response" if group.blank else " ".join(group.answers[0].text.split())[:_BEGINNING]
            for students in _in_cells(group.students):
                names = "; ".join(map(_as_one, students))
                points = f"{part.max_points:g}"
                shown = (part.name, place, len(students), names, beginning, points, _marked(part, students), "", "")
                rows.writerow([for_spreadsheet(cell) if isinstance(cell, str) else cell for cell in shown])
    return text.getvalue().encode("utf-8-sig")


def _marked(part: WrittenPart, students: tuple[str, ...]) -> str:
    """The marks that are there already, so that nobody gives them twice: "0.25 (Which unit?)".

    One that was given before the answer changed is said to be that: "0.25 (Which unit?), before it changed".
    """
    marks = dict.fromkeys(part.marked.get(student, Mark()) for student in students)
    given = [mark for mark in marks if mark.points is not None]
    shown = [_shown(mark) for mark in given]
    return "; ".join(shown) + (" and others not marked" if given and len(given) < len(marks) else "")


def _shown(mark: Mark) -> str:
    comment = f" ({mark.comment[:_BEGINNING]})" if mark.comment else ""
    return f"{mark.points:g}{comment}{', before it changed' if mark.outdated else ''}"


def read_sheet(path: Path) -> tuple[SheetRow, ...]:
    """Read a sheet, as any spreadsheet program saves it.

    Raises:
        CourseError: there is no such file, or it is not a sheet of marks.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise CourseError(
            f"There is no sheet {path}.", remedy=f"Write it first: autograder written {path.stem}"
        ) from None
    if len(content) > _MAX_BYTES:
        raise CourseError(f"{path} is too large for a sheet of marks.", len(content), _MAX_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text.", remedy="Save it as “CSV UTF-8”.") from None
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    most = csv.field_size_limit(_MAX_BYTES)  # of this process; 131,072 characters else
    try:
        return tuple(_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), path))
    except csv.Error as problem:
        raise CourseError(
            f"{path} is not a CSV file: {problem}.", str(problem), "CSV", "Save it as “CSV UTF-8”."
        ) from None
    finally:
        csv.field_size_limit(most)


def points_of(text: str) -> float | None:
    """The points of a cell, with a decimal point or comma; ``None`` where that is no finite number."""
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        return None
    return points if math.isfinite(points) else None


def _rows(reader: Iterator[list[str]], path: Path) -> Iterator[SheetRow]:
    heading = [name.strip() for name in next(reader, [])]
    missing = [name for name in _READ if heading.count(name) != 1]
    if missing:
        raise CourseError(
            f"{path}: the first line must name each of these columns once: {', '.join(missing)}.", heading, missing
        )
    places = [heading.index(name) for name in _READ]
    for line, cells in enumerate(reader, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(places):
            raise CourseError(
                f"{path}, line {line}: it has {len(cells)} cells, the heading has {len(heading)}.",
                len(cells),
                len(heading),
            )
        part, students, points, comment = (cells[place].strip() for place in places)
        names = tuple(_as_before(name.strip()) for name in _as_written(students).split(";") if name.strip())
        yield SheetRow(line, _as_written(part), names, points, comment)


def _in_cells(students: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The students of a group, as many at a time as a spreadsheet keeps in one cell."""
    start = length = 0
    for place, student in enumerate(students):
        length += len(_as_one(student)) + 2
        if length > _MAX_NAMES and place > start:
            yield students[start:place]
            start, length = place, len(_as_one(student)) + 2
    yield students[start:]


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def _as_one(student: str) -> str:
    """A student's name without what separates names or cells, and without what begins a formula."""
    return _ODD.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), student)


def _as_before(name: str) -> str:
    return unquote(name)

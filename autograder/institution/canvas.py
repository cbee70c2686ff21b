"""Canvas's gradebook: what “Export” writes and “Import” reads.

Found in Canvas's own importer and exporter (``lib/gradebook_importer.rb`` and ``lib/gradebook_exporter.rb``): the first
cells are ``Student`` and ``ID``, ``Section`` is the last column about the student, an assignment's column is
``Title (number)``, and a row ``Points Possible`` stands before the students. An empty cell over a score takes the score
away, ``EX`` excuses, ``N/A`` means that the assignment is not the student's, and totals are ignored by their names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.errors import CourseError
from autograder.institution.columns import Wanted, choose
from autograder.institution.filling import Judgment, OpenSheet, Target
from autograder.institution.people import NamedRow
from autograder.institution.sheet import Sheet, number_in

_AGAIN = "Download it in Canvas: Grades, Export, Export Entire Gradebook."
_IDS = ("SIS User ID", "SIS Login ID", "Integration ID", "Root Account")
_NO_ASSIGNMENT = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_TITLE = re.compile(r"(?P<title>.*?)\s*\((?P<number>[0-9]+)\)")
_HIDDEN = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_TEST_STUDENT = ("Student, Test", "Test Student")


def open_canvas(path: Path, wanted: Sequence[Wanted], names: Mapping[str, str] | None = None) -> OpenSheet:
    """Read a gradebook of Canvas.

    Args:
        path: of the CSV file.
        wanted: assignments, and the columns that are named for them.
        names: not used; Canvas's headings are the same in all languages.

    Raises:
        CourseError: it is not Canvas's, or does not have what is wanted; the message says where and what to do.
    """
    del names
    sheet = Sheet.read(path, delimiters=(",", ";"))
    section = _section(sheet)
    rows = _Rows(sheet, section)
    titles = {
        place: cell
        for place, cell in enumerate(sheet.heading)
        if place > section and cell.strip() and not _NO_ASSIGNMENT.search(cell)
    }
    found = {place: match for place, cell in titles.items() if (match := _TITLE.fullmatch(cell.strip()))}
    choices = {place: (titles[place], match["title"], match["number"]) for place, match in found.items()}
    targets = []
    for one in wanted:
        _refuse_ignored(sheet, one, section, choices)
        place = choose(sheet, one, choices)
        maximum = sheet.value(rows.points_possible, place)
        closed = "Canvas says that this column is read only" if "read only" in maximum else rows.hidden(place)
        targets.append(Target(one.assignment, place, found[place]["title"], number_in(maximum), closed))
    filled = {target.column for target in targets}
    others = ", ".join(f"“{names[0]}”" for place, names in choices.items() if place not in filled)
    notice = (
        f"Canvas takes the other assignments of the sheet as well ({others}), and sets scores back that were entered "
        "there after the download: download it right before."
    )
    return OpenSheet(
        "Canvas", sheet, rows.students(), tuple(targets), _judge, tuple(choices), notices=(notice,) if others else ()
    )


def _judge(row: NamedRow, target: Target, points: float, before: str) -> Judgment:
    del row
    if before.casefold() == "ex":
        return Judgment("excused in Canvas (EX)", refused=True)
    if before == "N/A":
        return Judgment("Canvas ignores it: the assignment is not assigned to this student (N/A)", refused=True)
    if target.max_score is not None and points > target.max_score:
        return Judgment(f"over the maximum of {target.max_score:g}; Canvas takes it as it is")
    return Judgment()


def _section(sheet: Sheet) -> int:
    """The column ``Section``, the last one about the student."""
    heading = [cell.strip() for cell in sheet.heading]
    two_names = heading[:2] == ["LastName", "FirstName"]
    first = 2 if two_names else 1
    if len(heading) > first and (two_names or "Student" in heading[0]) and "ID" in heading[first]:
        for place in range(first + 1, len(heading)):
            if "Section" in heading[place]:
                return place
            if heading[place] not in _IDS:
                break
    expected = "Student, ID, …, Section"
    raise CourseError(
        f"{sheet.path} is not a gradebook of Canvas: its first row begins with {', '.join(heading[:4])!r}, and not "
        f"with {expected}.",
        heading[:8],
        expected,
        _AGAIN,
    )


def _refuse_ignored(sheet: Sheet, one: Wanted, section: int, choices: Mapping[int, Sequence[str]]) -> None:
    """Refuse a column that Canvas would not read as an existing assignment's."""
    name = one.column or one.assignment
    for place, cell in enumerate(sheet.heading):
        if place in choices or place <= section or cell.strip().casefold() != name.strip().casefold():
            continue
        why = "Canvas ignores it, because of its name"
        if not _NO_ASSIGNMENT.search(cell):
            why = "it has no number, so Canvas would take it for a new assignment or a column of notes"
        raise CourseError(
            f"{sheet.path}, column {cell!r}: {why}.",
            cell,
            "Title (number)",
            "Make the assignment in Canvas, or rename it there, and download the sheet again.",
        )


class _Rows:
    """The rows of a gradebook by what they are."""

    def __init__(self, sheet: Sheet, section: int) -> None:
        self._sheet = sheet
        self._section = section
        self._id = 2 if sheet.heading[0].strip() == "LastName" else 1
        self._hidden = [row for row in sheet.rows if all(_HIDDEN.fullmatch(cell) for cell in sheet.row(row))]
        possible = [row for row in sheet.rows if "Points Possible" in sheet.value(row, 0)]
        if len(possible) != 1:
            raise CourseError(
                f"{sheet.path} has {len(possible)} rows “Points Possible”; a gradebook of Canvas has one.",
                remedy=_AGAIN,
            )
        self.points_possible = possible[0]

    def hidden(self, column: int) -> str:
        """Why Canvas takes nothing for a column whose students are anonymous until grades are posted."""
        if any("Manual Posting (" in self._sheet.value(row, column) for row in self._hidden):
            return "Canvas ignores it: the assignment is anonymous until its grades are posted"
        return ""

    def students(self) -> tuple[NamedRow, ...]:
        found: dict[str, NamedRow] = {}
        other = [place for place in range(self._id + 1, self._section) if self._names(place)]
        for row in self._sheet.rows:
            if row == self.points_possible or row in self._hidden or self._name(row) in _TEST_STUDENT:
                continue
            number = self._sheet.value(row, self._id).strip()
            if number and not number.isdecimal():
                raise CourseError(
                    f"{self._sheet.path}, row {row}, column ID: {number!r} is no id of Canvas; a spreadsheet program "
                    "may have rounded it.",
                    number,
                    remedy=_AGAIN,
                )
            logins = tuple(self._sheet.value(row, place) for place in other)
            key = number or f"row {row}"
            if key in found:
                raise CourseError(
                    f"{self._sheet.path}, column ID: rows {found[key].number} and {row} are both {number}.",
                    remedy=_AGAIN,
                )
            found[key] = NamedRow(row, self._name(row), number, logins)
        return tuple(found.values())

    def _names(self, column: int) -> bool:
        return self._sheet.heading[column].strip() in ("SIS User ID", "SIS Login ID", "Integration ID")

    def _name(self, row: int) -> str:
        return ", ".join(self._sheet.value(row, place).strip() for place in range(self._id))

"""Blackboard's grade center, for working offline: what “Download” writes and “Upload” reads.

A student is known by the user name, a column by the number behind the ``|`` of its heading; a column without one
becomes a new text column that is worth nothing. The download is text between tabs in UTF-16, called ``.xls``, or CSV.
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

PARTS = ("login", "student id")
_USERNAMES = ("Username", "User Name", "Benutzername", "Nom d'utilisateur", "Nombre de usuario")
_STUDENT_IDS = ("Student ID",)
_HEADING = re.compile(
    r"(?P<title>.*?)\s*(\[[^\[\]:]*:\s*(?P<up>[^\d\[\]]*)(?P<points>[\d.,]*)\s*(?P<display>[^\]]*)\]\s*)?\|\s*(?P<number>_?\d+(_\d+)?)"
)
_POINTS = re.compile(r"(?P<title>.*?)\s*\[Total Pts:[^\]]*\]\s*")
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_NO_POINTS = ("percentage", "letter", "text", "tabular", "complete/incomplete")
_WAITS = ("needs grading", "in progress")
_AGAIN = "Download it in Blackboard: Grade Center, Work Offline, Download."


def open_blackboard(path: Path, wanted: Sequence[Wanted], names: Mapping[str, str] | None = None) -> OpenSheet:
    """Read a download of Blackboard's grade center.

    Args:
        path: of the file, between tabs or commas.
        wanted: assignments, and the columns that are named for them.
        names: of columns, by what they are for (see ``PARTS``), where Blackboard speaks another language.

    Raises:
        CourseError: it is not Blackboard's, or does not have what is wanted; the message says where and what to do.
    """
    sheet = Sheet.read(path)
    names = names or {}
    login = sheet.column(*([names["login"]] if "login" in names else _USERNAMES))
    found = {place: match for place, cell in enumerate(sheet.heading) if (match := _HEADING.fullmatch(cell.strip()))}
    if login is None or not found:
        lacks = "column Username" if login is None else "column with a number behind “|”"
        raise CourseError(
            f"{path} is not a download of Blackboard's grade center: it has no {lacks}. "
            f"Its columns: {', '.join(sheet.heading)}.",
            sheet.heading,
            remedy=f"{_AGAIN} In another language name the column: --column login=NAME",
        )
    student_id = sheet.column(*([names["student id"]] if "student id" in names else _STUDENT_IDS))
    choices = {place: (sheet.heading[place], m["title"], m["number"].strip("_")) for place, m in found.items()}
    targets = []
    for one in wanted:
        _refuse_new_column(sheet, one, choices)
        place = choose(sheet, one, choices)
        _refuse_display(sheet, place, found[place])
        targets.append(Target(one.assignment, place, found[place]["title"], _points(found[place]["points"])))
    rows = _rows(sheet, login, student_id)
    notices = (
        "Blackboard keeps points that are uploaded as an override: a later attempt of a student does not change them.",
    )
    return OpenSheet("Blackboard", sheet, rows, tuple(targets), _judge, tuple(choices), quoted=True, notices=notices)


def _judge(row: NamedRow, target: Target, points: float, before: str) -> Judgment:
    del row
    if before.casefold().startswith(_WAITS):
        return Judgment(f"Blackboard says {before!r}: an attempt waits there, which this overrides")
    if target.max_score is not None and points > target.max_score:
        return Judgment(f"over the maximum of {target.max_score:g}; Blackboard takes it as it is")
    return Judgment()


def _points(text: str) -> float | None:
    return number_in(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)


def _refuse_new_column(sheet: Sheet, one: Wanted, choices: Mapping[int, Sequence[str]]) -> None:
    name = (one.column or one.assignment).casefold()
    for place, cell in enumerate(sheet.heading):
        found = _POINTS.fullmatch(cell)
        if place not in choices and name in (cell.strip().casefold(), found["title"].casefold() if found else ""):
            raise CourseError(
                f"{sheet.path}, column {cell!r}: it has lost its number behind “|”, so Blackboard would make a new "
                "text column of it, worth nothing.",
                cell,
                "Title [Total Pts: … Score] |number",
                _AGAIN,
            )


def _refuse_display(sheet: Sheet, place: int, heading: re.Match[str]) -> None:
    """Refuse a column that takes no points: a sum, or one that shows something else."""
    display = (heading["display"] or "").strip().casefold()
    if (heading["up"] or "").strip():
        raise CourseError(
            f"{sheet.path}, column {sheet.heading[place]!r}: Blackboard computes it itself.",
            remedy="Name the column of the assignment.",
        )
    if display in _NO_POINTS:
        raise CourseError(
            f"{sheet.path}, column {sheet.heading[place]!r}: it shows {display}, and Blackboard would read points "
            "as such.",
            display,
            "score",
            "Set the primary display of the column to Score in Blackboard, and download the sheet again.",
        )


def _rows(sheet: Sheet, login: int, student_id: int | None) -> tuple[NamedRow, ...]:
    found: dict[str, NamedRow] = {}
    for row in sheet.rows:
        if sheet.is_blank(row):
            continue
        name = sheet.value(row, login).strip()
        if not name:
            raise CourseError(f"{sheet.path}, row {row}, column {sheet.heading[login]}: it is empty.", remedy=_AGAIN)
        if name.casefold() in found:
            raise CourseError(
                f"{sheet.path}, column {sheet.heading[login]}: rows {found[name.casefold()].number} and {row} are both "
                f"{name}.",
                remedy=_AGAIN,
            )
        ids = (sheet.value(row, student_id),) if student_id is not None else ()
        found[name.casefold()] = NamedRow(row, name, "", (name, *ids))
    return tuple(found.values())

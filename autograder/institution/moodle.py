"""Moodle's grading worksheet of one assignment, and the zip with a page of feedback for each student.

Found in Moodle's own code (``mod/assign/feedback/offline``, ``mod/assign/gradingtable.php`` and
``mod/assign/feedback/file/importziplib.php``): columns are found by their exact, translated names; a row is matched by
the number behind ``Participant``; a row is skipped without a word where its number is unknown, its grade is over the
maximum, locked, or was changed after the date that the sheet gives for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.institution.columns import Wanted
from autograder.institution.filling import Judgment, OpenSheet, Target
from autograder.institution.people import NamedRow
from autograder.institution.sheet import Sheet, number_in

PARTS = ("identifier", "grade", "maximum", "changeable", "modified", "login")
_NEEDED = ("identifier", "grade", "modified")
_LANGUAGES = (  # as Moodle's language packs have them, in the order of PARTS; “|” between versions
    ("Identifier", "Grade", "Maximum grade", "Grade can be changed", "Last modified (grade)"),
    ("ID", "Bewertung", "Bestwertung", "Bewertung kann geändert werden", "Zuletzt geändert (Bewertung)"),
    ("Identifiant", "Note", "Note maximale", "La note peut être modifiée", "Dernière modification (note)"),
    (
        "Identificador",
        "Calificación",
        "Calificación máxima",
        "La calificación puede ser cambiada|La calificación puede cambiarse",
        "Última modificación (calificación)",
    ),
)
_LOGINS = ("Username", "ID number", "Email address", "Anmeldename", "ID-Nummer", "E-Mail-Adresse", "E-Mail")
_NAMES = ("Full name", "Vollständiger Name", "Nom complet", "Nombre completo")
_NO = ("no", "nein", "non")
_PARTICIPANT = re.compile(r"(?P<word>\D*[^\d\s]\D*)(?P<number>[0-9]+)")
_WORD = re.compile(r"[^\W\d_]+")
_DATE_WORDS = frozenset(  # that PHP's strtotime reads in a date
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december am pm".split()
)
_AGAIN = "Download it in Moodle: the assignment, Submissions, Actions, Download grading worksheet."


def open_moodle(path: Path, wanted: Sequence[Wanted], names: Mapping[str, str] | None = None) -> OpenSheet:
    """Read a grading worksheet of Moodle.

    Args:
        path: of the CSV file.
        wanted: the one assignment whose worksheet it is.
        names: of columns, by what they are for (see ``PARTS``), where Moodle speaks another language.

    Raises:
        CourseError: it is not Moodle's; the message says where and what to do.
    """
    sheet = Sheet.read(path)
    if len(wanted) != 1 or wanted[0].column:
        raise CourseError(
            "A worksheet of Moodle belongs to one assignment, and its column is known:",
            [one.assignment for one in wanted],
            remedy="name one assignment alone.",
        )
    places = _places(sheet, names or {})
    rows = tuple(_row(sheet, places, row) for row in sheet.rows if not sheet.is_blank(row))
    _refuse_odd_identifiers(sheet, rows)
    maximum = places.get("maximum")
    worth = next((number_in(sheet.value(row.number, maximum)) for row in rows), None) if maximum is not None else None
    if rows and worth is None:
        raise CourseError(
            f"{path} says no maximum: the assignment is graded by a scale, or its grade type is none.",
            sheet.heading,
            remedy="Set its grade type to points in Moodle, and download the sheet again.",
        )
    target = Target(wanted[0].assignment, places["grade"], sheet.heading[places["grade"]].strip(), worth)
    numbers = [places["grade"], *([maximum] if maximum is not None else [])]
    return OpenSheet(
        "Moodle", sheet, rows, (target,), _Judge(sheet, places), tuple(numbers), notices=_notices(sheet, rows, places)
    )


def participant_number(row: NamedRow) -> str:
    """The number by which Moodle knows a participant of the assignment."""
    return row.aliases[1]


def feedback_name(number: str, page: str) -> str:
    """The place of a feedback page in the zip that Moodle's “Upload multiple feedback files in a zip” reads.

    Moodle splits the folder's name at ``_`` and takes the second field for the participant's number.

    Args:
        number: of the participant, from the grading worksheet.
        page: name of the file.

    Example:
        >>> feedback_name("4711", "feedback.html")
        'blank_4711_assignsubmission_file_/feedback.html'
    """
    return f"blank_{number}_assignsubmission_file_/{page}"


@dataclass(frozen=True)
class _Judge:
    """What Moodle does with a row."""

    sheet: Sheet
    places: Mapping[str, int]

    def __call__(self, row: NamedRow, target: Target, points: float, before: str) -> Judgment:
        if self._cell(row, "changeable").casefold() in _NO:
            return Judgment("locked in Moodle", refused=True)
        if target.max_score is not None and points > target.max_score:
            return Judgment(f"over the maximum of {target.max_score:g}: Moodle skips it", refused=True)
        modified = self._cell(row, "modified")
        if number_in(before) is not None and not _readable(modified):
            return Judgment(
                f"Moodle cannot read the date {modified!r}: tick that it shall update records that were modified more "
                "recently in Moodle"
            )
        return Judgment()

    def _cell(self, row: NamedRow, part: str) -> str:
        place = self.places.get(part)
        return self.sheet.value(row.number, place).strip() if place is not None else ""


def _places(sheet: Sheet, names: Mapping[str, str]) -> dict[str, int]:
    """The columns by what they are for."""
    tried = [dict(zip(PARTS, language, strict=False)) | dict(names) for language in _LANGUAGES]
    found = [
        {part: place for part, name in language.items() if (place := sheet.column(*name.split("|"))) is not None}
        for language in tried
    ]
    best = max(found, key=lambda places: sum(part in places for part in PARTS))
    absent = [part for part in names if part not in best]
    if absent:
        raise CourseError(
            f"{sheet.path} has no column {names[absent[0]]!r}. Its columns: {', '.join(sheet.heading)}.",
            sheet.heading,
            names[absent[0]],
        )
    missing = [part for part in _NEEDED if part not in best]
    if missing:
        known = ", ".join(_LANGUAGES[0][PARTS.index(part)] for part in missing)
        raise CourseError(
            f"{sheet.path} is not a grading worksheet of Moodle in a language that is known here: it has no column "
            f"{known}. Its columns: {', '.join(sheet.heading)}.",
            sheet.heading,
            missing,
            f"{_AGAIN} In another language name the columns, for example --column {missing[0]}=NAME",
        )
    return best


def _row(sheet: Sheet, places: Mapping[str, int], row: int) -> NamedRow:
    identifier = sheet.value(row, places["identifier"]).strip()
    found = _PARTICIPANT.fullmatch(identifier)
    if found is None:
        raise CourseError(
            f"{sheet.path}, row {row}, column {sheet.heading[places['identifier']]!r}: {identifier!r} is no identifier "
            "such as “Participant 4711”, and Moodle would skip the row.",
            identifier,
            remedy=_AGAIN,
        )
    about = {place for name in _LOGINS for place in sheet.columns(name)}
    about |= {places["login"]} if "login" in places else set()
    logins = [sheet.value(row, place) for place in sorted(about)]
    named = [sheet.value(row, place) for name in _NAMES for place in sheet.columns(name)]
    shown = next((text for text in (*named, *logins) if text.strip()), identifier)
    return NamedRow(row, shown.strip(), "", tuple(logins), (identifier, found["number"]))


def _refuse_odd_identifiers(sheet: Sheet, rows: Sequence[NamedRow]) -> None:
    """Refuse identifiers that Moodle would not find: two that are the same, or another word before the number."""
    seen: dict[str, int] = {}
    for row in rows:
        other = seen.setdefault(participant_number(row), row.number)
        if other != row.number:
            raise CourseError(
                f"{sheet.path}: rows {other} and {row.number} have the same identifier, {row.aliases[0]}.",
                remedy=_AGAIN,
            )
        word, before = (one.aliases[0].removesuffix(participant_number(one)) for one in (row, rows[0]))
        if word != before:
            raise CourseError(
                f"{sheet.path}, row {row.number}: the identifier is {row.aliases[0]!r}, those before begin with "
                f"{before!r}.",
                word,
                before,
                _AGAIN,
            )


def _notices(sheet: Sheet, rows: Sequence[NamedRow], places: Mapping[str, int]) -> tuple[str, ...]:
    said = []
    if sheet.delimiter != ",":
        said.append(
            "The sheet has no commas between its cells; Moodle reads them only where the upload offers to choose the "
            "separator. Otherwise download it again and do not save it in a spreadsheet program."
        )
    graded = sum(number_in(sheet.value(row.number, places["grade"])) is not None for row in rows)
    if graded:
        said.append(
            f"{graded} rows have a grade already: Moodle skips those that were changed there after this download, "
            "unless it is told to update records that were modified more recently."
        )
    return tuple(said)


def _readable(date: str) -> bool:
    """Whether PHP's ``strtotime`` understands a date, by its words."""
    words = [word.casefold() for word in _WORD.findall(date)]
    return bool(words) and set(words) <= _DATE_WORDS

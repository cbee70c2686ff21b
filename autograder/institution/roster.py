"""Who is in the class, as a sheet of another system says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.results.scores import Person
from autograder.errors import CourseError
from autograder.institution.sheet import Sheet

_IDS = ("sis login id", "login id", "username", "user name", "login", "student id", "student_id", "id")
_OTHER_IDS = ("sis user id", "sis id", "id number")
_FIRST = ("first name", "firstname", "first_name", "given name", "vorname", "prénom", "nombre")
_LAST = ("last name", "lastname", "last_name", "surname", "family name", "nachname", "nom de famille", "apellido(s)")
_NAMES = ("student", "name", "full name", "student name", "vollständiger name", "nom complet", "nombre completo")
_EMAILS = ("email address", "email", "e-mail", "e-mail-adresse", "mail", "adresse de courriel", "dirección de correo")
_LMS = ("lms_user_id", "lms user id", "canvas id", "user id")
_ROLES = ("role", "roles", "rolle", "rollen", "rôles", "roles")
_STAFF = re.compile(r"teacher|trainer|manager|\bta\b|teaching assistant|designer|observer|grader", re.IGNORECASE)
_STUDENT = re.compile(r"student|teilnehmer|étudiant|estudiante|learner", re.IGNORECASE)
_TEST_STUDENTS = ("student, test", "test student")
_MAX_LENGTH = 128  # of what the gradebook keeps
FIELDS = ("first_name", "last_name", "email", "lms_user_id")


@dataclass(frozen=True)
class Roster:
    """The students of a sheet."""

    path: Path
    people: tuple[Person, ...]
    id_column: str  # whose cells are the student ids
    passed_over: tuple[str, ...]  # rows that are no student's, with the reason


@dataclass(frozen=True)
class Change:
    """A student of the gradebook, of whom the sheet says something else."""

    before: Person
    after: Person

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that change."""
        return tuple(name for name in FIELDS if getattr(self.before, name) != getattr(self.after, name))


@dataclass(frozen=True)
class Comparison:
    """A roster beside the gradebook."""

    added: tuple[Person, ...]
    changed: tuple[Change, ...]
    removed: tuple[Person, ...]  # who is in the gradebook and not in the sheet
    same: int


def read_roster(path: Path, id_column: str = "") -> Roster:
    """Read who is in a class: Canvas's gradebook or people, Moodle's participants, or a plain sheet.

    Args:
        path: of the sheet; CSV, or text between semicolons or tabs.
        id_column: the column whose cells become student ids; chosen by its name where it is empty.

    Raises:
        CourseError: there is no such column, or a row has no id, one that no folder can have, or one of another row.
    """
    sheet = Sheet.read(path)
    canvas = [cell.strip().casefold() for cell in sheet.heading[:2]] in (["student", "id"], ["lastname", "firstname"])
    columns = _Columns.of(sheet, id_column, canvas=canvas)
    people: dict[str, Person] = {}
    rows: dict[str, int] = {}
    passed: list[str] = []
    for row in sheet.rows:
        if sheet.is_blank(row) or (canvas and _is_no_student(sheet, row)):
            continue
        staff = columns.staff(sheet, row)
        if staff:
            passed.append(f"row {row}: {staff}")
            continue
        person = columns.person(sheet, row)
        _refuse(person, sheet, row, columns)
        key = person.id.casefold()
        if key in rows:
            if people[key] == person:
                continue  # Canvas's people have a row for each section
            raise CourseError(f"{path}: rows {rows[key]} and {row} are both {person.id}.", person.id)
        people[key], rows[key] = person, row
    if not people:
        raise CourseError(f"{path} names no student.", sheet.heading)
    return Roster(path, tuple(people.values()), sheet.heading[columns.id], tuple(passed))


def compare(roster: Roster, known: Iterable[Person]) -> Comparison:
    """A roster beside the students of the gradebook; what a sheet leaves empty stays as it is.

    Args:
        roster: read from a sheet.
        known: the students of the gradebook.

    Raises:
        CourseError: a student has another id in the sheet than in the gradebook; nbgrader cannot rename students.
    """
    here = {person.id: person for person in known}
    by_lms = {person.lms_user_id: person for person in here.values() if person.lms_user_id}
    folded = {name.casefold(): name for name in here}
    added: list[Person] = []
    changed: list[Change] = []
    same = 0
    for person in roster.people:
        before = here.get(person.id)
        other = by_lms.get(person.lms_user_id) if before is None else None
        alike = folded.get(person.id.casefold())
        if before is None and (other is not None or alike is not None):
            name = other.id if other is not None else alike
            raise CourseError(
                f"{roster.path}: {person.id} is {name} in the gradebook, and a student's id there cannot be changed.",
                person.id,
                name,
                f"Write {name} in column {roster.id_column!r}, or take the ids from another column (--id).",
            )
        if before is None:
            added.append(person)
            continue
        after = replace(before, **{name: value for name in FIELDS if (value := getattr(person, name))})
        if after == before:
            same += 1
        else:
            changed.append(Change(before, after))
    named = {person.id for person in roster.people}
    removed = tuple(person for person in here.values() if person.id not in named)
    return Comparison(tuple(added), tuple(changed), removed, same)


@dataclass(frozen=True)
class _Columns:
    """The columns of a sheet by what they hold."""

    id: int
    names: Mapping[str, int]  # field → column

    @classmethod
    def of(cls, sheet: Sheet, id_column: str, *, canvas: bool) -> _Columns:
        """Find the columns by their headings."""
        kinds = {
            "first_name": _FIRST,
            "last_name": _LAST,
            "name": _NAMES,
            "email": _EMAILS,
            "lms_user_id": ("id",) if canvas else _LMS,
            "role": _ROLES,
        }
        names = {field: place for field, known in kinds.items() if (place := _first(sheet, known)) is not None}
        if id_column:
            own = sheet.column(id_column)
        else:
            ids = [name for name in _IDS if not (canvas and name == "id")]
            own = _first(sheet, (*ids, *_OTHER_IDS, *_EMAILS))
        if own is None:
            raise CourseError(
                f"{sheet.path} has no column {id_column!r}."
                if id_column
                else f"{sheet.path}: none of its columns is known to hold student ids.",
                sheet.heading,
                remedy=f"Name one with --id: {', '.join(cell for cell in sheet.heading if cell.strip())}.",
            )
        return cls(own, names)

    def person(self, sheet: Sheet, row: int) -> Person:
        """The student of a row."""
        said = {name: sheet.value(row, place).strip() for name, place in self.names.items()}
        first, last = said.get("first_name", ""), said.get("last_name", "")
        if not first and not last:
            first, last = _parts_of(said.get("name", ""))
        return Person(
            sheet.value(row, self.id).strip(), first, last, said.get("email", ""), said.get("lms_user_id", "")
        )

    def staff(self, sheet: Sheet, row: int) -> str:
        """The role of a row that is no student's; empty where it is one's."""
        place = self.names.get("role")
        role = sheet.value(row, place).strip() if place is not None else ""
        return role if _STAFF.search(role) and not _STUDENT.search(role) else ""


def _first(sheet: Sheet, names: Iterable[str]) -> int | None:
    """The column that has the first of some names."""
    found = (sheet.column(name) for name in names)
    return next((place for place in found if place is not None), None)


def _parts_of(name: str) -> tuple[str, str]:
    """First and last name; only a comma says where one ends."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def _is_no_student(sheet: Sheet, row: int) -> bool:
    """Whether a row of Canvas's gradebook is about the assignments, or is the test student's."""
    first = sheet.value(row, 0).strip()
    return not first or "Points Possible" in first or first.casefold() in _TEST_STUDENTS


def _refuse(person: Person, sheet: Sheet, row: int, columns: _Columns) -> None:
    """Refuse an id that cannot be a folder of the course, or is too long for the gradebook."""
    name = person.id
    place = f"{sheet.path}, row {row}, column {sheet.heading[columns.id]!r}"
    if not name:
        raise CourseError(f"{place}: the student has no id.", remedy="Fill it in, or take another column (--id).")
    if not name.isprintable() or name.startswith(".") or any(sign in name for sign in "/\\+"):
        raise CourseError(
            f"{place}: {name!r} cannot be a student's id, which is the name of a folder and must have no / \\ + in it.",
            name,
            remedy="Take another column (--id).",
        )
    for field in ("id", *FIELDS):
        if (length := len(getattr(person, field))) > _MAX_LENGTH:
            raise CourseError(
                f"{sheet.path}, row {row}: {field} is longer than {_MAX_LENGTH} signs.",
                length,
                _MAX_LENGTH,
                "Shorten it in the sheet.",
            )

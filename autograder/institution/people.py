"""Whose row of a sheet is whose: by id, login, email or a file that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.results.scores import Person
from autograder.errors import CourseError
from autograder.institution.sheet import Sheet

MAPPING_COLUMNS = ("sheet", "student")


@dataclass(frozen=True)
class NamedRow:
    """A row of a sheet, and what it says of whose it is."""

    number: int  # as spreadsheets count
    shown: str  # for people
    lms: str = ""  # the number that the other system gave the student
    logins: tuple[str, ...] = ()  # logins, institutional ids, email addresses
    aliases: tuple[str, ...] = ()  # what only a mapping file can tell


class People:
    """The students of a class, to be found by what a sheet says of them.

    Args:
        people: of the gradebook.
        mapping: what stands in a sheet → student id, which goes before everything else.
    """

    def __init__(self, people: Iterable[Person], mapping: Mapping[str, str] | None = None) -> None:
        self.by_id = {person.id: person for person in people}
        self._mapping = {_key(key): student for key, student in (mapping or {}).items()}
        self._logins: dict[str, set[str]] = defaultdict(set)
        self._lms: dict[str, set[str]] = defaultdict(set)
        for person in self.by_id.values():
            self._lms[_key(person.lms_user_id)].add(person.id)
            for key in (person.id, person.email):
                self._logins[_key(key)].add(person.id)

    def find(self, row: NamedRow, path: Path) -> Person | None:
        """The student whom a row of a sheet names; ``None`` where the gradebook has none.

        A number of the other system is compared with such numbers only: another student's login may be the same.

        Args:
            row: what a sheet says of a student.
            path: of the sheet, for messages.

        Raises:
            CourseError: the row fits two students.
        """
        named = [_key(key) for key in (row.lms, *row.logins, *row.aliases) if _key(key)]
        found = {self._mapping[key] for key in named if key in self._mapping}
        if not found:
            found |= self._lms.get(_key(row.lms), set()) if _key(row.lms) else set()
            found |= {student for key in row.logins if _key(key) for student in self._logins.get(_key(key), ())}
        if len(found) > 1:
            raise CourseError(
                f"{path}, row {row.number}: it fits more than one student of the gradebook: "
                f"{', '.join(sorted(found))}.",
                named,
                remedy="Say whose row it is in a mapping file (--map).",
            )
        return self.by_id[found.pop()] if found else None


def _key(text: str) -> str:
    return text.strip().casefold()


def read_mapping(path: Path, people: Iterable[Person]) -> dict[str, str]:
    """Read a mapping file: a CSV with the columns ``sheet`` (what stands there) and ``student`` (the gradebook's id).

    Args:
        path: of the file.
        people: all students of the gradebook.

    Returns:
        What stands in the sheet → id.

    Raises:
        CourseError: it is no such file, names a student whom the gradebook does not know, or says two things of one.
    """
    sheet = Sheet.read(path)
    places = [sheet.column(name) for name in MAPPING_COLUMNS]
    first, second = places
    if first is None or second is None:
        raise CourseError(
            f"{path}: the first row must name the columns {' and '.join(MAPPING_COLUMNS)}.",
            sheet.heading,
            MAPPING_COLUMNS,
            "The first holds what stands in the sheet, the second the id in the gradebook.",
        )
    known = {person.id for person in people}
    mapping: dict[str, str] = {}
    for row in sheet.rows:
        if sheet.is_blank(row):
            continue
        key, student = sheet.value(row, first).strip(), sheet.value(row, second).strip()
        if not key or student not in known:
            raise CourseError(f"{path}, row {row}: the gradebook has no student {student!r}.", student)
        if mapping.setdefault(key, student) != student:
            raise CourseError(f"{path}, row {row}: {key!r} is {mapping[key]} in a row above.", student, mapping[key])
    return mapping

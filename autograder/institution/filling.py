"""What filling in a sheet would do, cell by cell: a plan to be read before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import cached_property

from autograder.course.results.scores import Scores, Status, Work
from autograder.errors import CourseError
from autograder.institution.people import NamedRow, People
from autograder.institution.sheet import Sheet, number_in

_CENT = Decimal("0.01")
_EMPTY = ("", "-")  # as systems write that there is no grade


class Outcome(Enum):
    """What happens to one student's cell."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    MISSING = "missing"  # nothing was handed in
    UNGRADED = "not graded"
    UNFINISHED = "needs a mark"
    REFUSED = "skipped"  # the other system would not take it
    NO_ROW = "no row"  # points, and nowhere to put them
    UNKNOWN = "unknown"  # a row of nobody in the gradebook


WRITTEN = (Outcome.NEW, Outcome.CHANGED)
LOST = (Outcome.REFUSED, Outcome.NO_ROW)  # points that do not arrive


@dataclass(frozen=True)
class Target:
    """A column of a sheet, and the assignment whose points go there."""

    assignment: str
    column: int
    title: str
    max_score: float | None
    closed: str = ""  # why the other system takes nothing for this column


@dataclass(frozen=True)
class Judgment:
    """What the other system would do with a score."""

    note: str = ""
    refused: bool = False


Judge = Callable[[NamedRow, Target, float, str], Judgment]  # with the points and what the cell holds


@dataclass(frozen=True)
class OpenSheet:
    """A sheet of a system, understood."""

    system: str
    sheet: Sheet
    rows: tuple[NamedRow, ...]
    targets: tuple[Target, ...]
    judge: Judge
    numbers: tuple[int, ...]  # columns that show how numbers are written
    quoted: bool = False  # whether the system wants every cell in quotation marks
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """What happens to one student's cell."""

    student: str
    assignment: str
    row: int | None
    column: int
    before: str
    after: str  # what is written; empty where the cell stays as it is
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """What filling in a sheet would do."""

    opened: OpenSheet
    lines: tuple[Line, ...]
    notices: tuple[str, ...]
    owners: Mapping[int, str]  # row → student

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """How many cells have each outcome."""
        return Counter(line.outcome for line in self.lines)

    def filled(self) -> bytes:
        """The sheet with all that is to be written."""
        sheet = self.opened.sheet
        for line in self.lines:
            if line.outcome in WRITTEN and line.row is not None:
                sheet.set(line.row, line.column, line.after, quoted=self.opened.quoted)
        return sheet.content()


def plan(opened: OpenSheet, people: People, scores: Scores, *, scale: bool = False, unfinished: bool = False) -> Plan:
    """What filling in a sheet would do; nothing is changed.

    Args:
        opened: the sheet.
        people: of the gradebook.
        scores: of the assignments that the sheet's targets name.
        scale: convert points to what the sheet says that an assignment is worth.
        unfinished: export also what still waits for a person's mark.

    Raises:
        CourseError: two assignments go to one column, two rows are the same student's, a row fits two students, or
            points cannot be scaled.
    """
    _refuse_shared_columns(opened)
    owners: dict[int, str] = {}
    rows: dict[str, int] = {}
    lines: list[Line] = []
    for row in opened.rows:
        person = people.find(row, opened.sheet.path)
        if person is None:
            lines.append(Line(row.shown, "", row.number, 0, "", "", Outcome.UNKNOWN, "not in the gradebook"))
            continue
        other = rows.setdefault(person.id, row.number)
        if other != row.number:
            raise CourseError(
                f"{opened.sheet.path}: rows {other} and {row.number} are both of {person.id}.",
                remedy="Say whose they are in a mapping file (--map), or delete the one that is not meant.",
            )
        owners[row.number] = person.id
    notices = list(opened.notices)
    comma = opened.sheet.has_decimal_commas(opened.numbers)
    for target in opened.targets:
        factor, notice = _factor(opened, scores, target, scale=scale)
        notices += [notice] if notice else []
        lines += _Filler(opened, target, scores, factor, unfinished, comma).lines(owners)
    return Plan(opened, tuple(lines), tuple(notices), owners)


def written(points: float, *, comma: bool = False) -> str:
    """Points as a sheet holds them: two decimals, rounded half up, without separators of thousands.

    Args:
        points: of a student.
        comma: whether the sheet has decimal commas.

    Example:
        >>> written(1.005), written(0.1 + 0.2), written(1234.5, comma=True)
        ('1.01', '0.30', '1234,50')
    """
    text = str(Decimal(repr(round(points, 9))).quantize(_CENT, ROUND_HALF_UP))
    return text.replace(".", ",") if comma else text


def _refuse_shared_columns(opened: OpenSheet) -> None:
    taken: dict[int, str] = {}
    for target in opened.targets:
        if target.column in taken:
            raise CourseError(
                f"{opened.sheet.path}: {taken[target.column]} and {target.assignment} would both go to column "
                f"{target.title!r}.",
                remedy="Name a column for each of them: ASSIGNMENT=COLUMN.",
            )
        taken[target.column] = target.assignment


def _factor(opened: OpenSheet, scores: Scores, target: Target, *, scale: bool) -> tuple[float, str]:
    """By what points are multiplied, and what there is to say of it."""
    here, there = scores.assignment(target.assignment).max_score, target.max_score
    if scale and (not here or not there):
        raise CourseError(
            f"{target.assignment} cannot be scaled: it is worth {here:g} points here, and {opened.sheet.path} says "
            f"{'nothing' if there is None else f'{there:g}'} of {target.title!r}.",
            there,
            here,
            "Leave --scale out.",
        )
    if there is None or abs(here - there) < 1e-9:
        return 1.0, ""
    if scale:
        return there / here, f"{target.assignment}: points of {here:g} become points of {there:g}."
    return 1.0, (
        f"{target.assignment} is worth {here:g} points here and {there:g} in the sheet: points go as they are "
        "(--scale converts them)."
    )


@dataclass(frozen=True)
class _Filler:
    """One column of a sheet."""

    opened: OpenSheet
    target: Target
    scores: Scores
    factor: float
    unfinished: bool
    comma: bool  # between whole points and decimals

    def lines(self, owners: Mapping[int, str]) -> Iterator[Line]:
        for row in self.opened.rows:
            if row.number in owners:
                yield self._line(row, owners[row.number])
        here = set(owners.values())
        for person in self.scores.people:
            work = self.scores.work(person.id, self.target.assignment)
            if person.id in here or work.score is None:
                continue
            if work.status is Status.UNFINISHED and not self.unfinished:
                note = f"{', '.join(work.unfinished)}; no row in the sheet"
                yield self._made(person.id, None, "", "", Outcome.UNFINISHED, note)
            else:
                note = f"{written(work.score * self.factor)} points, and no row in the sheet"
                yield self._made(person.id, None, "", "", Outcome.NO_ROW, note)

    def _line(self, row: NamedRow, student: str) -> Line:
        before = self.opened.sheet.value(row.number, self.target.column).strip()
        work = self.scores.work(student, self.target.assignment)
        held = self._held(work, before)
        if held is not None or work.score is None:
            outcome, note = held or (Outcome.MISSING, "")
            return self._made(student, row.number, before, "", outcome, note)
        points = work.score * self.factor
        after = written(points, comma=self.comma)
        judged = self.opened.judge(row, self.target, float(written(points)), before)
        if self.target.closed:
            judged = Judgment(self.target.closed, refused=True)
        if number_in(before) == number_in(after):
            return self._made(student, row.number, before, after, Outcome.SAME, "")
        if judged.refused:
            return self._made(student, row.number, before, after, Outcome.REFUSED, judged.note)
        outcome = Outcome.NEW if before in _EMPTY else Outcome.CHANGED
        waits = f"without {', '.join(work.unfinished)}" if work.unfinished else ""
        return self._made(student, row.number, before, after, outcome, "; ".join(filter(None, [judged.note, waits])))

    def _held(self, work: Work, before: str) -> tuple[Outcome, str] | None:
        """Why there is nothing to export, where that is so."""
        stays = "" if before in _EMPTY else f"the sheet has {before}, which stays"
        if work.status is Status.MISSING:
            return Outcome.MISSING, stays
        if work.status is Status.UNGRADED:
            return Outcome.UNGRADED, "; ".join(filter(None, ["handed in and not graded yet", stays]))
        if work.status is Status.UNFINISHED and not self.unfinished:
            return Outcome.UNFINISHED, "; ".join(filter(None, [", ".join(work.unfinished), stays]))
        return None

    def _made(self, student: str, row: int | None, before: str, after: str, outcome: Outcome, note: str) -> Line:
        return Line(student, self.target.assignment, row, self.target.column, before, after, outcome, note)

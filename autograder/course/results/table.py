"""The gradebook of a class as a table of students × items, read with five queries however large the class is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from nbgrader.api import (
    Assignment,
    Grade,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from numpy.typing import NDArray
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from autograder.course.trouble import shown_address
from autograder.errors import CourseError

_DIGITS = re.compile(r"(\d+)")
_TESTS = re.compile(r"(?<=.)[-_ ]?tests?$", re.IGNORECASE)
_AT_ONCE = 20_000  # rows of grades in memory


def part_of(grade_id: str) -> str:
    """What people call a part: the ``grade_id`` of its test cell without "-tests".

    Example:
        >>> part_of("q3a-tests"), part_of("q3b-reflection"), part_of("tests")
        ('q3a', 'q3b-reflection', 'tests')
    """
    return _TESTS.sub("", grade_id)


@dataclass(frozen=True)
class Item:
    """A cell that earns points."""

    assignment: str
    notebook: str
    grade_id: str
    max_points: float
    by_hand: bool  # a person gives its points

    @property
    def part(self) -> str:
        """What people call it."""
        return part_of(self.grade_id)


@dataclass(frozen=True)
class HandIn:
    """That a student handed an assignment in, as the gradebook knows it."""

    time: datetime | None  # UTC
    late_seconds: float
    penalty: float  # points taken off for being late


@dataclass(frozen=True)
class ClassTable:
    """Points of a class.

    Attributes:
        students: in the gradebook, by name; rows of the tables.
        items: columns of the tables, by assignment and part.
        points: earned, shape (students, items); NaN where there are none (yet).
        waits: a person has to look, same shape.
        by_person: a person has given the points, same shape.
        handed_in: assignment → student → when; who is not in it handed nothing in, or nothing was graded yet.
        due: assignment → when it had to be handed in (UTC), where the gradebook says so.
    """

    students: tuple[str, ...]
    items: tuple[Item, ...]
    points: NDArray[np.float64]
    waits: NDArray[np.bool_]
    by_person: NDArray[np.bool_]
    handed_in: Mapping[str, Mapping[str, HandIn]]
    due: Mapping[str, datetime | None]

    @property
    def assignments(self) -> tuple[str, ...]:
        """By name."""
        return tuple(self.due)

    def columns(self, assignment: str) -> list[int]:
        """Where the items of an assignment stand that are worth points."""
        return [at for at, item in enumerate(self.items) if item.assignment == assignment and item.max_points > 0]

    def rows(self, assignment: str) -> list[int]:
        """Where the students stand who handed an assignment in."""
        handed_in = self.handed_in[assignment]
        return [at for at, student in enumerate(self.students) if student in handed_in]

    def shares(self) -> NDArray[np.float64]:
        """Points as shares of what each item is worth, 0 … 1 without extra credit; NaN where there are none."""
        most = np.array([item.max_points or np.nan for item in self.items])
        shares: NDArray[np.float64] = self.points / most
        return shares


def read_other(place: Path | str) -> ClassTable:
    """Read the points of another class, whose gradebook is left as it is.

    Args:
        place: path of the gradebook's file, or the address of its database.

    Raises:
        CourseError: it cannot be read.
    """
    if isinstance(place, Path) and not place.is_file():
        raise CourseError(
            f"There is no gradebook {place}.", remedy="Name the file gradebook.db of another course folder."
        )
    address = f"sqlite:///file:{quote(str(place.resolve()))}?mode=ro&uri=true" if isinstance(place, Path) else place
    try:
        engine = create_engine(address, poolclass=NullPool)
        with Session(engine) as session:
            return read_table(session)
    except (SQLAlchemyError, ImportError) as problem:
        raise CourseError(
            f"{shown_address(str(place))} cannot be read as a gradebook: {type(problem).__name__}.",
            type(problem).__name__,
            "a gradebook",
            "Name the file gradebook.db of another course folder.",
        ) from None


def read_table(session: Any, assignments: Sequence[str] = ()) -> ClassTable:
    """Read the points of a class.

    Args:
        session: of the gradebook's database.
        assignments: by name; all where none is named.

    Raises:
        CourseError: the gradebook does not know one of them, or none at all.
    """
    run = session.execute
    has_notebooks = Assignment.notebooks.any()  # others are planned in the formgrader, and not generated yet
    dates = run(select(Assignment.name, Assignment.duedate).where(has_notebooks).order_by(Assignment.name))
    known: dict[str, datetime | None] = {row.name: row.duedate for row in dates}
    missing = [name for name in assignments if name not in known]
    if missing or not known:
        there = ", ".join(known) or "none"
        wanted = f"no assignment {missing[0]!r}" if missing else "no assignments"
        raise CourseError(
            f"The gradebook has {wanted} (it knows: {there}).",
            missing,
            list(known),
            f"Generate it first: nbgrader generate_assignment {missing[0] if missing else 'NAME'}",
        )
    chosen = list(dict.fromkeys(assignments)) or list(known)
    cells = _items(run, chosen)
    items = sorted(cells.values(), key=_order)
    students = tuple(name for (name,) in run(select(Student.id).order_by(Student.id)))
    points, waits, by_person = _grades(run, cells, items, students)
    return ClassTable(
        students=students,
        items=tuple(items),
        points=points,
        waits=waits,
        by_person=by_person,
        handed_in=_handed_in(run, chosen),
        due={name: known[name] for name in chosen},
    )


def _items(run: Any, assignments: Sequence[str]) -> dict[str, Item]:
    """Identifier of the cell → item."""
    answers = {(of, name) for of, name in run(select(SolutionCell.notebook_id, SolutionCell.name))}
    found: dict[str, Item] = {}
    for kind in (GradeCell, TaskCell):
        rows = run(
            select(kind.id, kind.notebook_id, kind.name, kind.max_score, Assignment.name, Notebook.name)
            .join(Notebook, Notebook.id == kind.notebook_id)
            .join(Assignment, Assignment.id == Notebook.assignment_id)
            .where(Assignment.name.in_(assignments))
        )
        for identifier, of, name, most, assignment, notebook in rows:
            by_hand = kind is TaskCell or (of, name) in answers
            found[identifier] = Item(assignment, notebook, name, float(most or 0.0), by_hand)
    return found


def _order(item: Item) -> tuple[Any, ...]:
    """By assignment and notebook, then as people count: q2 before q10."""
    natural = [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in _DIGITS.split(item.part)]
    return item.assignment, item.notebook, natural, item.grade_id


def _grades(
    run: Any, cells: Mapping[str, Item], items: Sequence[Item], students: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    row = {student: at for at, student in enumerate(students)}
    place = {item: at for at, item in enumerate(items)}
    column = {identifier: place[item] for identifier, item in cells.items()}
    points = np.full((len(students), len(items)), np.nan)
    waits, by_person = np.zeros(points.shape, dtype=bool), np.zeros(points.shape, dtype=bool)
    rows = run(
        select(
            SubmittedAssignment.student_id,
            Grade.cell_id,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id),
        execution_options={"yield_per": _AT_ONCE},
    )
    for student, cell, automatic, manual, extra, waiting in rows:
        at = column.get(cell)
        if at is None:
            continue
        given = automatic if manual is None else manual
        if given is not None:
            points[row[student], at] = given + (extra or 0.0)
        waits[row[student], at] = bool(waiting)
        by_person[row[student], at] = manual is not None
    return points, waits, by_person


def _handed_in(run: Any, assignments: Sequence[str]) -> dict[str, dict[str, HandIn]]:
    found: dict[str, dict[str, HandIn]] = {name: {} for name in assignments}
    rows = run(
        select(
            Assignment.name,
            Assignment.duedate,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .where(Assignment.name.in_(assignments))
    )
    for name, due, student, time, extension, penalty in rows:
        late = 0.0
        if due is not None and time is not None:
            late = max((time - due).total_seconds() - (extension.total_seconds() if extension else 0.0), 0.0)
        before = found[name].get(student)
        taken = float(penalty or 0.0) + (before.penalty if before else 0.0)
        found[name][student] = HandIn(time, late, taken)
    return found

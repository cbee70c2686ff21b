"""What the gradebook holds of a class: who is in it, and every student's points, cell by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from autograder.course.course import Course
from autograder.template import TemplateCell

_POINTS = ("auto", "manual", "extra", "needs_mark")  # fields of a cell, as the gradebook gives them


@dataclass(frozen=True)
class Person:
    """A student as the gradebook knows them."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""  # of the learning management system

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()


class Status(Enum):
    """How far the work of a student for an assignment is."""

    GRADED = "graded"
    UNFINISHED = "needs a mark"  # something of it waits for a person
    UNGRADED = "not graded"  # handed in, but not in the gradebook
    MISSING = "missing"


@dataclass(frozen=True)
class CellScore:
    """The points of one graded cell of a submission."""

    notebook: str
    cell: str  # its grade_id
    kind: str  # "tests", "written" or "task"
    max_score: float
    auto: float | None = None
    manual: float | None = None
    extra: float | None = None
    needs_mark: bool = False
    comment: str = ""  # for the student, by a person or else by the grader

    @property
    def score(self) -> float | None:
        """What counts: the mark of a person before that of the grader, with extra credit; ``None`` without either."""
        points = self.auto if self.manual is None else self.manual
        return None if points is None else points + (self.extra or 0.0)


@dataclass(frozen=True)
class Work:
    """All about one student and one assignment."""

    status: Status
    cells: tuple[CellScore, ...] = ()
    penalties: Mapping[str, float] | None = None  # notebook → points taken off for late work
    submitted: datetime | None = None  # UTC

    @property
    def raw_score(self) -> float:
        """The points of all cells, as nbgrader adds them up: what has none counts as 0."""
        return sum(cell.score or 0.0 for cell in self.cells)

    @property
    def penalty(self) -> float:
        """Points taken off for late work."""
        return sum((self.penalties or {}).values())

    @property
    def score(self) -> float | None:
        """The points after the penalty, never below 0; ``None`` where nothing was handed in or graded."""
        if self.status in (Status.MISSING, Status.UNGRADED):
            return None
        return max(0.0, self.raw_score - self.penalty)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The cells that wait for a person."""
        return tuple(cell.cell for cell in self.cells if cell.needs_mark)


@dataclass(frozen=True)
class GradedAssignment:
    """An assignment with the cells that give points, in the order of its notebooks."""

    name: str
    due: datetime | None  # UTC
    cells: tuple[CellScore, ...]  # without points

    @cached_property
    def max_score(self) -> float:
        """What it is worth."""
        return sum(cell.max_score for cell in self.cells)


@dataclass(frozen=True)
class Scores:
    """The gradebook of a class, or some assignments of it."""

    people: tuple[Person, ...]  # by id
    assignments: tuple[GradedAssignment, ...]
    _works: Mapping[tuple[str, str], Work]

    def work(self, student: str, assignment: str) -> Work:
        """What a student has for an assignment; who handed in nothing has missing work, never 0 points.

        Args:
            student: the id.
            assignment: its name.
        """
        return self._works.get((student, assignment), Work(Status.MISSING))

    def assignment(self, name: str) -> GradedAssignment:
        """An assignment by name."""
        return next(one for one in self.assignments if one.name == name)


def read_people(gradebook: Gradebook) -> tuple[Person, ...]:
    """All students of the gradebook, by id."""
    fields = (Student.id, Student.first_name, Student.last_name, Student.email, Student.lms_user_id)
    rows = gradebook.db.query(*fields).order_by(Student.id)
    return tuple(Person(*(value or "" for value in row)) for row in rows)


def read_scores(course: Course, gradebook: Gradebook, assignments: Iterable[str] = ()) -> Scores:
    """Read the points of a class.

    Args:
        course: whose folders tell what was handed in and not graded yet.
        gradebook: of the course.
        assignments: by name; all of them by default.

    Raises:
        CourseError: the gradebook does not know an assignment.
    """
    names = list(dict.fromkeys(assignments)) or [entry.name for entry in gradebook.assignments if entry.notebooks]
    people = read_people(gradebook)
    known = {person.id for person in people}
    graded: list[GradedAssignment] = []
    works: dict[tuple[str, str], Work] = {}
    for name in names:
        assignment = _assignment(course, gradebook, name)
        graded.append(assignment)
        works |= {(student, name): Work(Status.UNGRADED) for student in course.students(name) if student in known}
        works |= {(student, name): work for student, work in _works(gradebook, assignment).items()}
    return Scores(people, tuple(graded), works)


def _assignment(course: Course, gradebook: Gradebook, name: str) -> GradedAssignment:
    cells = [
        CellScore(template.notebook, cell.grade_id, _kind(cell), cell.points)
        for template in course.templates(gradebook, name)
        for cell in template.cells
        if cell.grade or cell.task
    ]
    return GradedAssignment(name, gradebook.find_assignment(name).duedate, tuple(cells))


def _kind(cell: TemplateCell) -> str:
    return "task" if cell.task else "written" if cell.solution else "tests"


def _works(gradebook: Gradebook, assignment: GradedAssignment) -> dict[str, Work]:
    """Student → what the gradebook holds; a query for all of them, where nbgrader's own way takes some for each."""
    db = gradebook.db
    of_assignment = Assignment.name == assignment.name
    handed_in = db.query(SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
    times = dict(handed_in.join(SubmittedAssignment.assignment).filter(of_assignment).all())
    notebooks = (
        db.query(SubmittedAssignment.student_id, Notebook.name, SubmittedNotebook.late_submission_penalty)
        .join(SubmittedAssignment.assignment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .filter(of_assignment)
    )
    penalties: dict[str, dict[str, float]] = defaultdict(dict)
    for student, notebook, penalty in notebooks:
        penalties[student][notebook] = penalty or 0.0
    found: dict[str, dict[tuple[str, str], CellScore]] = defaultdict(dict)
    place = {(cell.notebook, cell.cell): cell for cell in assignment.cells}
    fields = (Comment.manual_comment, Comment.auto_comment)
    comments = {tuple(row[:3]): row[3] or row[4] or "" for row in _rows(gradebook, assignment.name, Comment, fields)}
    points = (Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade)
    for student, notebook, cell, *given in _rows(gradebook, assignment.name, Grade, points):
        about = place.get((notebook, cell))
        if about is not None:
            comment = comments.get((student, notebook, cell), "")
            found[student][notebook, cell] = replace(about, **dict(zip(_POINTS, given, strict=True)), comment=comment)
    works = {}
    for student, time in times.items():
        cells = tuple(found[student].get(key, about) for key, about in place.items())
        waiting = any(cell.needs_mark for cell in cells)
        status = Status.UNFINISHED if waiting else Status.GRADED if found[student] else Status.UNGRADED
        works[student] = Work(status, cells, penalties[student], time)
    return works


def _rows(gradebook: Gradebook, assignment: str, kind: Any, fields: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    """Student, notebook, cell and some fields of nbgrader's ``Grade`` or ``Comment``, for a whole class."""
    rows: Iterable[tuple[Any, ...]] = (
        gradebook.db.query(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, *fields)
        .join(SubmittedAssignment.assignment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(kind, kind.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == kind.cell_id)
        .filter(Assignment.name == assignment)
    )
    return rows

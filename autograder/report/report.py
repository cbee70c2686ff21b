"""The report on a class: every section of it as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.course import Course
from autograder.course.results.kept import read_kept
from autograder.course.results.marks import MarkJournal
from autograder.course.results.table import ClassTable, read_table
from autograder.report.alike import AlikePair, SharedNumbers, alike_in, shared_numbers
from autograder.report.beliefs import Beliefs, beliefs_of
from autograder.report.drift import Drift, drift_of
from autograder.report.items import Questions, questions_of
from autograder.report.markers import Origins, VarianceShares, marking_of, variance_of
from autograder.report.progress import Progress, progress_of
from autograder.report.scores import Scores, scores_of


@dataclass(frozen=True)
class Report:
    """What is known of a class.

    Attributes:
        assignments: by name.
        students: in the gradebook.
        unread: assignment → students whose record is of an earlier version: they are missing where answers are told.
        variance: of all points.
        marking: of the marks by people.
    """

    assignments: tuple[str, ...]
    students: int
    unread: dict[str, tuple[str, ...]]
    progress: tuple[Progress, ...]
    scores: tuple[Scores, ...]
    beliefs: tuple[Beliefs, ...]
    questions: tuple[Questions, ...]
    variance: VarianceShares | None
    marking: VarianceShares | None
    drift: Drift | None
    alike: tuple[AlikePair, ...]
    numbers: tuple[SharedNumbers, ...]


def make_report(
    course: Course,
    gradebook: Any,
    assignments: Sequence[str] = (),
    before: ClassTable | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Report:
    """Read gradebook and records of a class, one notebook after the other, and work everything out.

    Args:
        course: whose class it is.
        gradebook: of the course.
        assignments: by name; all of the gradebook's where none is named.
        before: the class to compare with.
        told: is called with the name of each assignment whose records are read.

    Raises:
        CourseError: the gradebook does not know an assignment.
    """
    table = read_table(gradebook.db, assignments)
    unread: dict[str, tuple[str, ...]] = {}
    beliefs: list[Beliefs] = []
    alike: list[AlikePair] = []
    numbers: list[SharedNumbers] = []
    for name in table.assignments:
        told(name)
        for template in course.templates(gradebook, name):
            kept = read_kept(course, template)
            unread[name] = tuple(sorted({*unread.get(name, ()), *kept.unread}))
            beliefs += beliefs_of(kept)
            alike += alike_in(kept)
            numbers += shared_numbers(kept)
    origins = _origins(course, table)
    return Report(
        assignments=table.assignments,
        students=len(table.students),
        unread={name: students for name, students in unread.items() if students},
        progress=tuple(progress_of(course, table, name) for name in table.assignments),
        scores=tuple(scores_of(table, name, before) for name in table.assignments),
        beliefs=tuple(beliefs),
        questions=tuple(questions_of(table, name) for name in table.assignments),
        variance=variance_of(table),
        marking=marking_of(table, origins),
        drift=drift_of(table, origins),
        alike=tuple(alike),
        numbers=tuple(numbers),
    )


def _origins(course: Course, table: ClassTable) -> Origins:
    return {
        (name, *key): origin
        for name in table.assignments
        for key, origin in MarkJournal(course.root, name).read().items()
    }

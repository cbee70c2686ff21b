"""How far the work on an assignment is: handed in, graded, marked, and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.course.course import Course
from autograder.course.results.marks import Markers, MarkJournal, MarkOrigin
from autograder.course.results.table import ClassTable

UNKNOWN = "not known"  # who gave a mark


@dataclass(frozen=True)
class WrittenProgress:
    """The marks of one part that a person marks."""

    part: str
    answers: int
    blank: int  # parts without an answer, which nobody marks
    left: int


@dataclass(frozen=True)
class MarkerProgress:
    """The work of one TA on an assignment."""

    marker: str
    marked: int  # answers
    left: int | None  # None: the answers were not shared out


@dataclass(frozen=True)
class Progress:
    """How far one assignment is."""

    assignment: str
    enrolled: int  # students in the gradebook
    submitted: int
    graded: int
    waiting: int  # submissions with a part that a person has to look at, other than written answers
    late: int
    missing: int  # students who handed nothing in
    written: tuple[WrittenProgress, ...]
    markers: tuple[MarkerProgress, ...]
    no_feedback: int  # graded submissions without a page of feedback
    old_feedback: int  # whose page is older than the grading or the latest mark


def progress_of(course: Course, table: ClassTable, assignment: str) -> Progress:
    """How far the work on an assignment is.

    Args:
        course: whose folders tell what was handed in and given back.
        table: of its gradebook.
        assignment: by name.
    """
    columns, rows = table.columns(assignment), table.rows(assignment)
    by_hand = [at for at in columns if table.items[at].by_hand]
    automatic = [at for at in columns if not table.items[at].by_hand]
    submitted = set(course.students(assignment)) | set(table.handed_in[assignment])
    graded = [table.students[row] for row in rows if not np.isnan(table.points[row, columns]).all()]
    marks = MarkJournal(course.root, assignment).read()
    missing_pages, old_pages = _feedback(course, assignment, graded, marks.values())
    return Progress(
        assignment=assignment,
        enrolled=len(table.students),
        submitted=len(submitted),
        graded=len(graded),
        waiting=int(table.waits[np.ix_(rows, automatic)].any(axis=1).sum()),
        late=sum(one.late_seconds > 0 for one in table.handed_in[assignment].values()),
        missing=len(set(table.students) - submitted),
        written=tuple(_written(table, rows, at) for at in by_hand),
        markers=_markers(course, table, assignment, by_hand, marks),
        no_feedback=missing_pages,
        old_feedback=old_pages,
    )


def _written(table: ClassTable, rows: Sequence[int], at: int) -> WrittenProgress:
    left = np.isnan(table.points[rows, at])
    blank = int((~left & ~table.by_person[rows, at]).sum())
    return WrittenProgress(table.items[at].part, len(rows) - blank, blank, int(left.sum()))


def _markers(
    course: Course,
    table: ClassTable,
    assignment: str,
    by_hand: Iterable[int],
    marks: Mapping[tuple[str, str, str], MarkOrigin],
) -> tuple[MarkerProgress, ...]:
    shared = Markers(course.root, assignment).read()
    row = {student: at for at, student in enumerate(table.students)}
    marked, left = Counter[str](), Counter[str]()
    for at in by_hand:
        item = table.items[at]
        whose = shared.get(item.grade_id) or shared.get(f"{item.notebook}: {item.grade_id}") or {}
        for student in table.handed_in[assignment]:
            if not np.isnan(table.points[row[student], at]):
                origin = marks.get((item.notebook, item.grade_id, student))
                if origin is not None:
                    marked[origin.marker] += 1
                elif table.points[row[student], at] > 0 or student in whose:
                    marked[UNKNOWN] += 1
            elif student in whose:
                left[whose[student]] += 1
    names = sorted({*marked, *left, *(name for part in shared.values() for name in part.values())})
    return tuple(MarkerProgress(name, marked[name], left[name] if shared else None) for name in names)


def _feedback(course: Course, assignment: str, graded: Iterable[str], marks: Iterable[MarkOrigin]) -> tuple[int, int]:
    """How many graded submissions have no page of feedback, and how many an old one."""
    latest: dict[str, float] = {}
    for mark in marks:
        latest[mark.student] = max(mark.time, latest.get(mark.student, 0.0))
    missing = old = 0
    for student in graded:
        page = _newest(course, "feedback", student, assignment, "*.html")
        work = _newest(course, "autograded", student, assignment, "*.ipynb")
        if page is None:
            missing += 1
        elif page < max(work or 0.0, latest.get(student, 0.0)):
            old += 1
    return missing, old


def _newest(course: Course, step: str, student: str, assignment: str, pattern: str) -> float | None:
    times = [path.stat().st_mtime for path in course.folder(step, student, assignment).glob(pattern)]
    return max(times, default=None)

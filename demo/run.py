"""The whole way of a class, from an empty folder to the students' feedback."""

import copy
import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from demo import commands, workspace
from demo.course import Course, logging_to
from demo.notebooks import fill
from demo.progress import Steps
from demo.student_side import StudentFolder
from demo.students.lessons import ID
from demo.students.work import Student, When, Work
from demo.table import Cell


@dataclass(frozen=True)
class Outcome:
    """What the class got, and the commands that ended with an error."""

    assignments: tuple[str, ...]
    cells: tuple[Cell, ...]
    failures: tuple[commands.Failure, ...]
    pages: tuple[Path, ...]  # feedback as the students received it


def run(
    root: Path,
    students: Sequence[Student],
    steps: Steps,
    assignments: Collection[str] | None = None,
    grade: commands.Grade = commands.grade,
) -> Outcome:
    """Let ``students`` go through the course in ``root``.

    Args:
        root: folder of the course; made anew.
        students: the class.
        steps: where progress is shown.
        assignments: only these, all by default.
        grade: grades what was handed in.

    Raises:
        NotAWorkspace: the folder is not the demo's to delete.
        StepFailed: nbgrader could not release, collect or hand back.
    """
    workspace.make(root, assignments)
    with logging_to(root / "logs" / "nbgrader.log"):
        course = Course(root)
        return _Run(course, students, steps, grade).run()


class _Run:
    """The steps of one run, in the order of their definition."""

    def __init__(self, course: Course, students: Sequence[Student], steps: Steps, grade: commands.Grade) -> None:
        self._course = course
        self._grade = grade
        self._steps = steps
        self._students = students
        self._assignments = course.assignments
        self._folders = {
            student.name: StudentFolder(student.name, course.root / "students" / student.name, course.config)
            for student in students
        }
        self._handed_in = [
            (student, assignment)
            for assignment in self._assignments
            for student in students
            if assignment in student.hands_in
        ]

    def run(self) -> Outcome:
        course = self._course
        for student in self._students:
            course.enrol(student.name)
        self._each("Release assignments", self._assignments, course.release)
        self._hand_in(When.IN_TIME)
        now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)  # nbgrader stores naive times in UTC
        for assignment in self._assignments:
            course.set_due(assignment, now)
        self._hand_in(When.LATE)
        self._each("Collect", self._assignments, course.collect)
        with self._steps.step("Grade", len(self._handed_in)) as done:
            failures = self._grade(course.root, self._assignments, done)
        self._each("Write feedback", self._assignments, course.generate_feedback)
        self._each("Release feedback", self._assignments, course.release_feedback)
        pages = self._fetch_feedback()
        cells = tuple(self._cells({place for place, found in pages.items() if found}))
        return Outcome(self._assignments, cells, failures, tuple(page for found in pages.values() for page in found))

    def _each(self, title: str, assignments: Sequence[str], step: Callable[[str], None]) -> None:
        with self._steps.step(title, len(assignments)) as done:
            for number, assignment in enumerate(assignments, start=1):
                step(assignment)
                done(number)

    def _hand_in(self, when: When) -> None:
        now = [(student, assignment) for student, assignment in self._handed_in if student.when is when]
        if not now:
            return
        with self._steps.step(f"Fetch, answer, submit ({when.value})", len(now)) as done:
            for number, (student, assignment) in enumerate(now, start=1):
                hand_in(self._folders[student.name], assignment, student.hands_in[assignment])
                done(number)

    def _fetch_feedback(self) -> dict[tuple[str, str], tuple[Path, ...]]:
        pages = {}
        with self._steps.step("Students fetch feedback", len(self._handed_in)) as done:
            for number, (student, assignment) in enumerate(self._handed_in, start=1):
                pages[student.name, assignment] = self._folders[student.name].fetch_feedback(assignment)
                done(number)
        return pages

    def _cells(self, with_feedback: Collection[tuple[str, str]]) -> Iterable[Cell]:
        for assignment in self._assignments:
            worth, given, late = (
                self._course.worth(assignment),
                self._course.points(assignment),
                self._course.late(assignment),
            )
            for student in self._students:
                if assignment in student.hands_in:
                    earns = student.earns(assignment)
                    yield Cell(
                        student.name,
                        assignment,
                        given=given.get(student.name, {}),
                        expected=dict.fromkeys(worth, 0.0) | dict(earns),
                        worth=worth,
                        late=student.name in late,
                        expected_late=student.when is When.LATE,
                        feedback=(student.name, assignment) in with_feedback,
                    )


def hand_in(folder: StudentFolder, assignment: str, works: Sequence[Work]) -> None:
    """Fetch an assignment and hand in each piece of work in turn, each made from the released notebook."""
    path = folder.fetch(assignment) / f"{assignment}.ipynb"
    released = nbformat.read(path, as_version=4)
    for work in works:
        path.write_bytes(saved(released, work, folder.student))
        folder.submit(assignment)


def saved(released: Any, work: Work, student: str = "") -> bytes:
    """The file that a student saves who got the notebook ``released`` and does ``work``."""
    notebook = copy.deepcopy(released)
    fill(notebook, {grade_id: text.replace(ID, student) for grade_id, text in work.answers.items()})
    for edit in work.edits:
        edit(notebook)
    content = nbformat.writes(notebook).encode()
    return content if work.spoil is None else work.spoil(content)

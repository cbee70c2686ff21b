"""Judging an assignment again after a *test* changed, on what was kept, without running student code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from autograder.engines import Engine
from autograder.grading import CellGrade, not_reached, show
from autograder.plugins.course import Course, CourseError
from autograder.plugins.files import read_files, write_atomically
from autograder.plugins.kept import Kept
from autograder.record import NotRecorded, Part, RecordedEvidence, test_digest
from autograder.referee import Referee, Verdict
from autograder.template import Template

_BATCH = 25  # submissions that a worker judges at a time


@dataclass(frozen=True)
class Change:
    """A test cell of one submission whose verdict is another one now."""

    student: str
    notebook: str
    grade_id: str
    before: Mapping[str, Any]  # as kept: points and checks
    verdict: Verdict

    @property
    def gain(self) -> float:
        """Points that the student gains; negative for a loss."""
        return (self.verdict.points or 0.0) - (self.before["points"] or 0.0)

    def moved(self) -> Iterator[tuple[str, float]]:
        """Checks whose points are others now, and by how much."""
        before = {label: earned for label, earned, _ in self.before["checks"]}
        for check in self.verdict.checks:
            if abs(check.earned - before.get(check.label, 0.0)) > 1e-9:
                yield check.label, check.earned - before.get(check.label, 0.0)


@dataclass(frozen=True)
class Plan:
    """What judging again would change."""

    assignment: str
    judged: int  # submissions
    changes: tuple[Change, ...]
    unrecorded: tuple[str, ...]  # students whose code has to run again: `autograder grade --student …`


@dataclass(frozen=True)
class _Batch:
    template: Template
    files: Mapping[str, bytes]
    code: str
    students: Mapping[str, Path]


@dataclass(frozen=True)
class Regrader:
    """Judges again, applies and takes back.

    Args:
        course: where everything lies.
        engine: judges several batches at the same time.
    """

    course: Course
    engine: Engine

    def plan(self, assignment: str) -> Plan:
        """Judge every kept submission under the tests as they are now in the gradebook; nothing is written."""
        changes: list[Change] = []
        unrecorded: list[str] = []
        judged = 0
        with Gradebook(self.course.db_url) as gradebook:
            templates = self.course.templates(gradebook, assignment)
        for template in templates:
            for result in self.engine.executor.map(_judge_batch, self._batches(template)):
                judged += result[0]
                changes += result[1]
                unrecorded += result[2]
        if not judged and not unrecorded:
            raise CourseError(f"Nothing is kept of {assignment!r}. Grade it first: autograder grade {assignment}")
        return Plan(assignment, judged, tuple(changes), tuple(sorted(set(unrecorded))))

    def _batches(self, template: Template) -> Iterator[_Batch]:
        kept = self._kept(template)
        files = read_files(self.course.folder("source", ".", template.assignment))
        students = self.course.students(template.assignment)
        for start in range(0, len(students), _BATCH):
            paths = {student: kept.path(student) for student in students[start : start + _BATCH]}
            yield _Batch(template, files, kept.code, paths)

    def _kept(self, template: Template) -> Kept:
        return Kept(Path(self.course.app.coursedir.root), template)

    def apply(self, plan: Plan) -> None:
        """Write the changes to notebooks, gradebook and what is kept; :meth:`undo` takes them back."""
        with Gradebook(self.course.db_url) as gradebook:
            for template in self.course.templates(gradebook, plan.assignment):
                changes = [change for change in plan.changes if change.notebook == template.notebook]
                students = sorted({change.student for change in changes})
                before = {student: self._state(template, student) for student in students}
                write_atomically(self._journal(template), json.dumps(before).encode())
                kept = self._kept(template)
                for student in students:
                    own = [change for change in changes if change.student == student]
                    self._write(gradebook, template, kept, student, own)
                gradebook.db.commit()

    def undo(self, assignment: str) -> int:
        """Take the last :meth:`apply` back; manual marks stay as they are now. Returns how many submissions."""
        count = 0
        with Gradebook(self.course.db_url) as gradebook:
            for template in self.course.templates(gradebook, assignment):
                journal = self._journal(template)
                if not journal.is_file():
                    continue
                for student, state in json.loads(journal.read_bytes()).items():
                    write_atomically(self._notebook(template, student), state["notebook"].encode())
                    write_atomically(self._kept(template).path(student), json.dumps(state["kept"]).encode())
                    points = {grade_id: cell["points"] for grade_id, cell in state["kept"]["cells"].items()}
                    self._set_points(gradebook, template, student, points)
                    count += 1
                gradebook.db.commit()
                journal.unlink()
        if not count:
            raise CourseError(f"There is no regrading of {assignment!r} to take back.")
        return count

    def _journal(self, template: Template) -> Path:
        return self._kept(template).folder.with_name(f"{template.notebook}.undo.json")

    def _notebook(self, template: Template, student: str) -> Path:
        return self.course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"

    def _state(self, template: Template, student: str) -> dict[str, Any]:
        return {"notebook": self._notebook(template, student).read_text(), "kept": self._kept(template).of(student)}

    def _write(
        self, gradebook: Gradebook, template: Template, kept: Kept, student: str, changes: Sequence[Change]
    ) -> None:
        path = self._notebook(template, student)
        notebook = nbformat.read(path, as_version=4)
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
        state = kept.of(student)
        new: list[CellGrade] = []
        for change in changes:
            part = Part.from_json(change.before["part"])
            new.append(show(cells[change.grade_id], template.by_id()[change.grade_id], change.verdict, part))
        write_atomically(path, f"{nbformat.writes(notebook)}\n".encode())
        self._set_points(gradebook, template, student, {grade.grade_id: grade.points for grade in new})
        state["cells"] |= {grade.grade_id: grade.as_json() for grade in new}
        write_atomically(kept.path(student), json.dumps(state).encode())

    def _set_points(
        self, gradebook: Gradebook, template: Template, student: str, points: Mapping[str, float | None]
    ) -> None:
        submitted = gradebook.find_submission_notebook(template.notebook, template.assignment, student)
        for grade in submitted.grades:
            if grade.name in points:
                grade.auto_score = points[grade.name]
                grade.needs_manual_grade = points[grade.name] is None or grade.manual_score is not None


def _judge_batch(batch: _Batch) -> tuple[int, list[Change], list[str]]:
    """Runs in a worker: how many were judged, what changed, and who has nothing kept to judge."""
    judged, changes, unrecorded = 0, [], []
    for student, path in batch.students.items():
        try:
            kept = json.loads(path.read_bytes())
            found = list(_changes(batch, student, kept))
        except (OSError, ValueError, NotRecorded):
            unrecorded.append(student)
            continue
        judged += 1
        changes += found
    return judged, changes, unrecorded


def _changes(batch: _Batch, student: str, kept: Mapping[str, Any]) -> Iterator[Change]:
    tests = [cell for cell in batch.template.cells if cell.is_test]
    if not tests:
        return
    missing = [cell.grade_id for cell in tests if cell.grade_id not in kept["cells"]]
    if missing:
        raise NotRecorded(missing[0])
    digests = {cell.grade_id: kept["cells"][cell.grade_id]["test"] for cell in tests}
    if kept["code"] == batch.code and all(digests[t.grade_id] == test_digest(t.source, t.points) for t in tests):
        return
    referee = Referee(RecordedEvidence(Part(), batch.files))
    for cell in tests:
        before = kept["cells"][cell.grade_id]
        part = Part.from_json(before["part"])
        referee.evidence = RecordedEvidence(part, batch.files)
        verdict = not_reached(part.ended) if part.ended else referee.judge(cell.source, cell.points)
        checks = [[check.label, check.earned, check.credit] for check in verdict.checks]
        if verdict.points != before["points"] or checks != before["checks"]:
            yield Change(student, batch.template.notebook, cell.grade_id, before, verdict)


def summary(plan: Plan) -> dict[str, tuple[int, float]]:
    """By check: how many submissions it moves, and by how many points on average."""
    moved: dict[str, list[float]] = {}
    for change in plan.changes:
        for label, gain in change.moved():
            moved.setdefault(f"{change.grade_id}: {label}", []).append(gain)
    return {name: (len(gains), sum(gains) / len(gains)) for name, gains in moved.items()}

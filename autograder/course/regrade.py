"""Judging an assignment again after a *test* changed, on what was kept, without running student code."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from autograder.checks.student import Submitter
from autograder.course.cache import Cache
from autograder.course.course import Course
from autograder.course.files import read_files, write_atomically
from autograder.course.writer import Writer
from autograder.deadline import bounded
from autograder.errors import CourseError
from autograder.grading.cells import show
from autograder.grading.evidence import NotRecorded, Part, RecordedEvidence, test_digest
from autograder.grading.record import CellRecord, CheckRecord, SubmissionRecord, UnreadableRecord
from autograder.grading.referee import Referee, Verdict
from autograder.grading.shown_run import not_reached
from autograder.grading.submission import SUBMISSION_SECONDS
from autograder.template import Template
from autograder.workers.engines import Engine

_BATCH = 25  # submissions that a worker judges at a time


@dataclass(frozen=True)
class VerdictChange:
    """A test cell of one submission whose verdict is another one now."""

    student: str
    notebook: str
    grade_id: str
    before: CellRecord
    verdict: Verdict

    @property
    def gain(self) -> float:
        """Points that the student gains; negative for a loss."""
        return (self.verdict.points or 0.0) - (self.before.points or 0.0)

    def moved(self) -> Iterator[tuple[str, float]]:
        """Checks whose points are others now, and by how much."""
        before = {check.label: check.earned for check in self.before.checks}
        for check in self.verdict.checks:
            if abs(check.earned - before.get(check.label, 0.0)) > 1e-9:
                yield check.label, check.earned - before.get(check.label, 0.0)


@dataclass(frozen=True)
class Plan:
    """What judging again would change."""

    assignment: str
    judged: int  # submissions
    changes: tuple[VerdictChange, ...]
    unrecorded: tuple[str, ...]  # students whose code has to run again: `autograder grade --student …`


@dataclass(frozen=True)
class _Batch:
    template: Template
    files: Mapping[str, bytes]
    code: str
    records: Mapping[str, Path]  # student → file of the record
    others: tuple[str, ...] = ()  # ids of the class, where a test cell compares with them


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
        """Judge every kept submission under the tests as they are now in the gradebook; nothing is written.

        Raises:
            CourseError: if nothing of the assignment is kept, or the gradebook does not know it.
        """
        changes: list[VerdictChange] = []
        unrecorded: list[str] = []
        judged = 0
        with self.course.gradebook() as gradebook:
            templates = self.course.templates(gradebook, assignment)
        for template in templates:
            found = self.judged(self._cache(template), self.course.students(assignment))
            judged += found.judged
            changes += found.changes
            unrecorded += found.unrecorded
        if not judged and not unrecorded:
            raise CourseError(
                f"Nothing is kept of {assignment!r}.", remedy=f"Grade it first: autograder grade {assignment}"
            )
        return Plan(assignment, judged, tuple(changes), tuple(sorted(set(unrecorded))))

    def judged(self, cache: Cache, students: Sequence[str]) -> Plan:
        """What judging kept submissions of one notebook again would change; nothing is written.

        Args:
            cache: of the notebook.
            students: whose submissions.
        """
        found = list(self.engine.executor.map(_judge_batch, self._batches(cache, students)))
        return Plan(
            cache.template.assignment,
            sum(judged for judged, _, _ in found),
            tuple(change for _, changes, _ in found for change in changes),
            tuple(student for _, _, unrecorded in found for student in unrecorded),
        )

    def _batches(self, cache: Cache, students: Sequence[str]) -> Iterator[_Batch]:
        files = read_files(self.course.folder("source", ".", cache.template.assignment))
        others = self.course.ids_of_class(cache.template)
        for start in range(0, len(students), _BATCH):
            paths = {student: cache.path(student) for student in students[start : start + _BATCH]}
            yield _Batch(cache.template, files, cache.code, paths, others)

    def _cache(self, template: Template) -> Cache:
        return Cache(self.course.root, template)

    def apply(self, plan: Plan) -> None:
        """Write the changes to notebooks, gradebook and records; :meth:`undo` takes them back.

        Raises:
            CourseError: a graded notebook cannot be read any more; nothing was changed.
        """
        with self.course.gradebook() as gradebook:
            writer = Writer(self.course, gradebook, [plan.assignment])
            for cache in writer.caches.values():
                changes: dict[str, list[VerdictChange]] = {}
                for change in plan.changes:
                    if change.notebook == cache.template.notebook:
                        changes.setdefault(change.student, []).append(change)
                before = {student: self._before(writer, cache, student) for student in sorted(changes)}
                write_atomically(self._journal(cache), _journal_of(before))
                for student, state in before.items():
                    self._write(writer, cache, student, state, changes[student])

    def undo(self, assignment: str) -> tuple[str, ...]:
        """Take the last :meth:`apply` back; manual marks stay as they are now. Returns whose submissions.

        Raises:
            CourseError: there is nothing to take back, or what was kept for that cannot be read.
        """
        students: dict[str, None] = {}
        with self.course.gradebook() as gradebook:
            writer = Writer(self.course, gradebook, [assignment])
            for cache in writer.caches.values():
                journal = self._journal(cache)
                if not journal.is_file():
                    continue
                for student, state in _read_journal(journal).items():
                    points = {grade_id: cell.points for grade_id, cell in state.record.cells.items()}
                    writer.rewrite(student, cache.template, state.notebook, points, state.record.to_bytes())
                    students[student] = None
                journal.unlink()
        if not students:
            raise CourseError(f"There is no regrade of {assignment!r} to undo.", assignment)
        return tuple(students)

    def _journal(self, cache: Cache) -> Path:
        return cache.folder.with_name(f"{cache.template.notebook}.undo.json")

    def _before(self, writer: Writer, cache: Cache, student: str) -> _Before:
        record = cache.read(student)
        try:
            notebook = writer.target(student, cache.template).read_bytes()
        except OSError as problem:
            raise CourseError(
                f"A graded notebook cannot be read ({problem}).", remedy=f"Grade {student!r} again."
            ) from None
        if record is None:
            raise CourseError(
                f"The submission of {student!r} was graded meanwhile.", remedy="Run the same command again."
            )
        return _Before(notebook, record)

    def _write(
        self, writer: Writer, cache: Cache, student: str, before: _Before, changes: Sequence[VerdictChange]
    ) -> None:
        notebook = nbformat.reads(before.notebook.decode(), as_version=4)
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
        known = cache.template.by_id()
        new = [
            show(cells[change.grade_id], known[change.grade_id], change.verdict, change.before.part)
            for change in changes
        ]
        record = replace(before.record, cells={**before.record.cells, **{cell.grade_id: cell.record() for cell in new}})
        points = {cell.grade_id: cell.points for cell in new}
        content = f"{nbformat.writes(notebook)}\n".encode()
        writer.rewrite(student, cache.template, content, points, record.to_bytes())


@dataclass(frozen=True)
class _Before:
    """A graded submission as it was before it was judged again."""

    notebook: bytes
    record: SubmissionRecord


def _journal_of(states: Mapping[str, _Before]) -> bytes:
    found = {
        student: {"notebook": state.notebook.decode(), "record": state.record.to_bytes().decode()}
        for student, state in states.items()
    }
    return json.dumps(found).encode()


def _read_journal(path: Path) -> dict[str, _Before]:
    try:
        found = json.loads(path.read_bytes())
        return {
            student: _Before(state["notebook"].encode(), SubmissionRecord.from_bytes(state["record"].encode()))
            for student, state in found.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(
            f"{path} does not hold what this version keeps to undo a regrade; nothing was changed.",
            remedy="Grade the submissions again: autograder grade --force",
        ) from None


def _judge_batch(batch: _Batch) -> tuple[int, list[VerdictChange], list[str]]:
    """Runs in a worker: how many were judged, what changed, and who has no record to judge."""
    judged, changes, unrecorded = 0, [], []
    for student, path in batch.records.items():
        # The name of the step is the student's: a bound that ends the process refuses this submission, and no other.
        found = bounded(
            f"the submission of {student}",
            SUBMISSION_SECONDS,
            functools.partial(_changes_of, batch, student, path),
            lambda _: None,
        )
        if found is None:
            unrecorded.append(student)
            continue
        judged += 1
        changes += found
    return judged, changes, unrecorded


def _changes_of(batch: _Batch, student: str, path: Path) -> list[VerdictChange] | None:
    """What changed for a student; ``None`` where there is no record that can be judged."""
    try:
        return list(_changes(batch, student, SubmissionRecord.from_bytes(path.read_bytes())))
    except (OSError, UnreadableRecord, NotRecorded):
        return None


def _changes(batch: _Batch, student: str, record: SubmissionRecord) -> Iterator[VerdictChange]:
    tests = [cell for cell in batch.template.cells if cell.is_test]
    if not tests:
        return
    missing = [cell.grade_id for cell in tests if cell.grade_id not in record.cells]
    if missing:
        raise NotRecorded(missing[0])
    same = all(record.cells[test.grade_id].test == test_digest(test.source, test.points) for test in tests)
    if same and record.code == batch.code:
        return
    submitter = Submitter(student, tuple(one for one in batch.others if one != student))
    evidence = RecordedEvidence(Part(), batch.files)
    referee = Referee(evidence, delimiters=batch.template.delimiters, submitter=submitter)
    for cell in tests:
        before = record.cells[cell.grade_id]
        if cell.is_plain:
            if before.test != test_digest(cell.source, cell.points):
                raise NotRecorded(cell.grade_id)  # it runs beside the student's code, and nowhere else
            referee.define(cell.source)
            continue
        ended = before.part.ended
        referee.evidence = RecordedEvidence(before.part, batch.files)
        verdict = not_reached(ended) if ended else referee.judge(cell.source, cell.points)
        checks = tuple(map(CheckRecord.of, verdict.checks))
        if verdict.points != before.points or checks != before.checks:
            yield VerdictChange(student, batch.template.notebook, cell.grade_id, before, verdict)


def summary(plan: Plan) -> dict[str, tuple[int, float]]:
    """By check: how many submissions it moves, and by how many points on average."""
    moved: dict[str, list[float]] = {}
    for change in plan.changes:
        for label, gain in change.moved():
            moved.setdefault(f"{change.grade_id}: {label}", []).append(gain)
    return {name: (len(gains), sum(gains) / len(gains)) for name, gains in moved.items()}

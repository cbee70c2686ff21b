"""Grading one answer in a process that grades: in a fresh session of a warm sandbox, judged by the real referee.

Nothing of nbgrader is imported here: these processes have no use for it, and whoever waits for them would wait for it.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat

from autograder.audit.leaks import leaks
from autograder.checks.check_list import CheckCall, recording_checks
from autograder.checks.outcome import CheckResult, Status
from autograder.checks.student import Submitter
from autograder.deadline import OutOfTime, bounded
from autograder.grading.cells import CellGrade, PlainTests, grade
from autograder.grading.evidence import RecordedEvidence
from autograder.grading.own_file import own_file
from autograder.grading.submission import SUBMISSION_SECONDS, restored
from autograder.grading.task import Task
from autograder.pages.notebook import without_terminal_codes
from autograder.sandbox.building import bubblewrap
from autograder.template import grade_id_of
from autograder.workers.engines import sandbox_for


@dataclass(frozen=True)
class CellResult:
    """What a test cell said of an answer."""

    grade_id: str
    points: float | None  # None: could not be judged
    max_points: float
    checks: tuple[CheckResult, ...]
    message: str
    review: str
    mistakes: Mapping[str, tuple[str, ...]]  # label of a check → the misconceptions that it knows
    dead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # … → what is wrong with those nobody can meet

    @property
    def is_full(self) -> bool:
        """Whether it earned everything."""
        return self.points is not None and abs(self.points - self.max_points) < 1e-6

    def differs(self, other: CellResult) -> str:
        """In words, how another result of the same cell differs; empty where it does not."""
        if self.points != other.points:
            return f"{_points(self)} → {_points(other)}"
        pairs = zip(self.checks, other.checks, strict=False)
        return ", ".join(
            f"{one.label} {one.status.value} → {two.status.value}" for one, two in pairs if _unlike(one, two)
        )

    def says_other_than(self, other: CellResult) -> str:
        """In words, how the mistakes that another result of the same cell names differ; empty where they do not."""
        pairs = zip(self.checks, other.checks, strict=False)
        return ", ".join(
            f"{one.label} [{one.mistake}] → [{two.mistake}]" for one, two in pairs if one.mistake != two.mistake
        )


@dataclass(frozen=True)
class CaseResult:
    """How one answer was judged."""

    cells: tuple[CellResult, ...]
    leaks: tuple[str, ...]  # reference values that a student could read
    errors: tuple[str, ...]  # what the answer's own code raised, a line each
    seconds: float


def run_case(task: Task, every_mistake: bool = False) -> CaseResult:
    """Grade one answer in this process, within the bounds of a submission.

    Args:
        task: what is graded.
        every_mistake: whether every misconception is computed, so that those are found which no answer can meet.
    """
    run = functools.partial(_run_case, task, every_mistake)
    return bounded("the answer", SUBMISSION_SECONDS, run, lambda late: _given_up(task, late))


def _given_up(task: Task, late: OutOfTime) -> CaseResult:
    tests = [cell for cell in task.template.cells if cell.is_test]
    cells = [CellResult(cell.grade_id, None, cell.points, (), "", late.message, {}) for cell in tests]
    return CaseResult(tuple(cells), (), (), SUBMISSION_SECONDS)


def _run_case(task: Task, every_mistake: bool) -> CaseResult:
    started = time.monotonic()
    ready = restored(task.template, task.content)
    files = {**task.extra, **task.files}
    own = own_file(ready.notebook, task.template, files)
    sandbox = sandbox_for(replace(task, isolated=True))  # also where a course grades without isolation, and says so
    open_session = functools.partial(sandbox.session, {**own, **files}, task.limits)
    with recording_checks(every_mistake) as calls:
        graded = grade(
            ready.notebook,
            task.template,
            open_session,
            task.files,
            PlainTests(task.blocked, tuple(task.blocked)),
            Submitter(task.student),
        )
    asked = _by_cell(calls, graded.grades)
    return CaseResult(
        cells=tuple(_judged(cell, asked) for cell in graded.grades),
        leaks=tuple(_leaks(graded.grades, asked, task)),
        errors=tuple(_errors(graded.notebook)),
        seconds=time.monotonic() - started,
    )


def change_environment(variables: Mapping[str, str]) -> None:
    """Let the sandboxes that this process starts from now on have other environment variables."""
    command = bubblewrap.command

    @functools.wraps(command)
    def changed(*args: Any) -> list[str]:
        words = command(*args)
        for place in [at for at, word in enumerate(words) if word == "--setenv"]:
            words[place + 2] = variables.get(words[place + 1], words[place + 2])
        return words

    setattr(bubblewrap, "command", changed)  # noqa: B010  this process is the audit's own and does nothing else


def _by_cell(calls: Sequence[CheckCall], grades: Sequence[CellGrade]) -> dict[str, tuple[CheckCall, ...]]:
    """``grade_id`` → the checks that its test called; nothing where a test broke off, so that they cannot be told."""
    if [asked.label for asked in calls] != [check.label for cell in grades for check in cell.verdict.checks]:
        return {}
    rest = iter(calls)
    return {cell.grade_id: tuple(itertools.islice(rest, len(cell.verdict.checks))) for cell in grades}


def _judged(cell: CellGrade, asked: Mapping[str, tuple[CheckCall, ...]]) -> CellResult:
    verdict = cell.verdict
    calls = asked.get(cell.grade_id, ())
    return CellResult(
        grade_id=cell.grade_id,
        points=cell.points,
        max_points=cell.max_points,
        checks=verdict.checks,
        message=verdict.message,
        review=verdict.review,
        mistakes={one.label: one.mistakes for one in calls},
        dead={one.label: one.dead for one in calls if one.dead},
    )


def _leaks(grades: Sequence[CellGrade], asked: Mapping[str, tuple[CheckCall, ...]], task: Task) -> Iterator[str]:
    secrets = [one.want for calls in asked.values() for one in calls]
    public = "\n".join(cell.released for cell in task.template.cells)
    for cell in grades:
        evidence = RecordedEvidence(cell.part, task.files)
        for check in cell.verdict.checks:
            if check.status is not Status.PASSED:
                for text in leaks((check.hint, check.got), secrets, public, evidence):
                    yield f"{cell.grade_id}, {check.label}: {text}"
        for text in leaks((cell.verdict.message,), secrets, public, evidence):
            yield f"{cell.grade_id}: {text}"


def _errors(notebook: nbformat.NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                name = grade_id_of(cell) or "a cell of its own"
                yield without_terminal_codes(f"{name}: {output.ename}: {output.evalue}")[:200]


def _unlike(one: CheckResult, two: CheckResult) -> bool:
    return (one.label, one.status) != (two.label, two.status)


def _points(judged: CellResult) -> str:
    return "not judged" if judged.points is None else f"{judged.points:g}"

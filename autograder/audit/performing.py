"""Handing answers in, many at a time: each in a fresh session of a warm sandbox, judged by the real referee."""

from __future__ import annotations

import functools
import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import nbformat

from autograder import workers as processes
from autograder.audit.cases import Case
from autograder.audit.leaks import leaks
from autograder.audit.variations import change_environment
from autograder.checks.outcome import CheckResult, Status
from autograder.checks.watch import Asked, listening
from autograder.grading import CellGrade, grade
from autograder.record import RecordedEvidence
from autograder.sandbox import Limits, Sandbox
from autograder.submission import Task, restored

_WORTH_A_WORKER = 20  # answers that take as long as warming another one up
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Judged:
    """What a test cell said of an answer."""

    grade_id: str
    points: float | None  # None: could not be judged
    most: float
    checks: tuple[CheckResult, ...]
    message: str
    review: str
    mistakes: Mapping[str, tuple[str, ...]]  # label of a check → the misconceptions that it knows

    @property
    def is_full(self) -> bool:
        """Whether it earned everything."""
        return self.points is not None and abs(self.points - self.most) < 1e-6

    def differs(self, other: Judged) -> str:
        """How another verdict on the same cell differs, in words; empty where it does not."""
        if self.points != other.points:
            return f"{_points(self)} → {_points(other)}"
        pairs = zip(self.checks, other.checks, strict=False)
        return ", ".join(
            f"{one.label} {one.status.value} → {two.status.value}" for one, two in pairs if _unlike(one, two)
        )


@dataclass(frozen=True)
class Performance:
    """An answer, handed in and judged."""

    cells: tuple[Judged, ...]
    leaks: tuple[str, ...]  # reference values that a student could read
    errors: tuple[str, ...]  # what the answer's own code raised, a line each
    seconds: float


def perform(cases: Sequence[Case], workers: int) -> Iterator[tuple[Case, Performance]]:
    """Hand in all cases; in the order in which they finish."""
    for environment, group in itertools.groupby(sorted(cases, key=_environment), key=_environment):
        together = list(group)
        few = min(workers, 1 + len(together) // _WORTH_A_WORKER)
        with ProcessPoolExecutor(few, processes.context(), _warm, (environment,)) as pool:
            running = {pool.submit(perform_here, case.task): case for case in together}
            try:
                for done in as_completed(running):
                    yield running.pop(done), done.result()
            finally:
                pool.shutdown(cancel_futures=True)


def perform_here(task: Task) -> Performance:
    """Hand one answer in, in this process."""
    started = time.monotonic()
    ready = restored(task.template, task.content)
    with (
        listening() as heard,
        _sandbox(Limits()).session({**task.extra, **task.files}, task.limits) as session,
    ):
        graded = grade(ready.notebook, task.template, session, task.files, task.beside_the_student)
    asked = _by_cell(heard, graded.grades)
    return Performance(
        cells=tuple(_judged(cell, asked) for cell in graded.grades),
        leaks=tuple(_leaks(graded.grades, asked, task)),
        errors=tuple(_errors(graded.notebook)),
        seconds=time.monotonic() - started,
    )


def _environment(case: Case) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(case.variation.environment.items()))


def _warm(environment: tuple[tuple[str, str], ...]) -> None:
    if environment:
        change_environment(dict(environment))
    _sandbox(Limits()).start()


@functools.lru_cache(maxsize=1)
def _sandbox(limits: Limits) -> Sandbox:
    return Sandbox(limits)


def _by_cell(heard: Sequence[Asked], grades: Sequence[CellGrade]) -> dict[str, tuple[Asked, ...]]:
    """``grade_id`` → the checks that its test called; nothing where a test broke off, so that they cannot be told."""
    if [asked.label for asked in heard] != [check.label for cell in grades for check in cell.verdict.checks]:
        return {}
    rest = iter(heard)
    return {cell.grade_id: tuple(itertools.islice(rest, len(cell.verdict.checks))) for cell in grades}


def _judged(cell: CellGrade, asked: Mapping[str, tuple[Asked, ...]]) -> Judged:
    verdict = cell.verdict
    mistakes = {one.label: one.mistakes for one in asked.get(cell.grade_id, ())}
    return Judged(
        cell.grade_id, cell.points, cell.max_points, verdict.checks, verdict.message, verdict.review, mistakes
    )


def _leaks(grades: Sequence[CellGrade], asked: Mapping[str, tuple[Asked, ...]], task: Task) -> Iterator[str]:
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
                name = cell.metadata.get("nbgrader", {}).get("grade_id", "a cell of its own")
                yield _ESCAPES.sub("", f"{name}: {output.ename}: {output.evalue}")[:200]


def _unlike(one: CheckResult, two: CheckResult) -> bool:
    return (one.label, one.status) != (two.label, two.status)


def _points(judged: Judged) -> str:
    return "not judged" if judged.points is None else f"{judged.points:g}"

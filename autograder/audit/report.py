"""What an audit found: for each notebook its answers, its checks, and every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.audit.bank import Answer, read_bank
from autograder.audit.cases import IDS, PLAIN, AuditCase, Vary, cases, filled_in, parts_of
from autograder.audit.faults import answer_faults, dead_mistakes, is_among, layout_faults, test_faults
from autograder.audit.one_case import CaseResult
from autograder.audit.run_cases import run_cases
from autograder.checks.outcome import Status
from autograder.course.course import Course
from autograder.course.release.confirmable import Confirmable, rehearsal_failed
from autograder.course.release.generate import Rehearsal, rehearse
from autograder.grading.plain.confirmable import instead
from autograder.workers.engines import rehearse_here
from autograder.workers.pool import Pool


@dataclass(frozen=True)
class ReportRow:
    """One submitted notebook, and what is wrong with how it was judged."""

    title: str
    answer: Answer | None  # None: the solution or the blank release
    result: CaseResult
    faults: tuple[str, ...]

    @property
    def points(self) -> float:
        """The points that it earned."""
        return sum(cell.points or 0.0 for cell in self.result.cells)


@dataclass(frozen=True)
class Reached:
    """One check with the answers that pass and fail it; the solution is among those that pass."""

    grade_id: str
    label: str
    credit: float
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    known: int  # misconceptions that it knows
    unseen: tuple[str, ...]  # those of them that no answer of the bank shows

    @property
    def faults(self) -> tuple[str, ...]:
        """Problems of the bank: nobody passes the check, or nobody fails it."""
        lacking = [word for word, answers in (("passes", self.passed), ("fails", self.failed)) if not answers]
        return tuple(f"{self.grade_id}, {self.label}: no answer of the bank {word} it" for word in lacking)


@dataclass(frozen=True)
class Change:
    """A circumstance that changed how an answer was judged, although it should not."""

    circumstance: str
    title: str
    grade_id: str
    difference: str
    is_unfair: bool = False  # it is another student's id


@dataclass(frozen=True)
class Forgeable:
    """A test cell without ``Checks`` whose verdict cannot be confirmed on values: it can be forged."""

    grade_id: str
    why: str
    instead: str  # what to write in its place


@dataclass(frozen=True)
class Report:
    """The audit of one notebook."""

    assignment: str
    notebook: str
    points: float  # of all test cells
    rows: tuple[ReportRow, ...]
    checks: tuple[Reached, ...]
    changes: tuple[Change, ...]
    tried: tuple[str, ...]  # circumstances that were tried
    seconds: float  # of all runs together
    tests: tuple[str, ...] = ()  # what is wrong with the test cells
    forgeable: tuple[Forgeable, ...] = ()
    confirmed: tuple[str, ...] = ()  # test cells without `Checks` whose verdict is confirmed on values
    has_bank: bool = True

    @property
    def faults(self) -> tuple[str, ...]:
        """Every problem, one sentence each."""
        found = [*self.tests]
        found += [f"{row.title}: {fault}" for row in self.rows for fault in row.faults]
        found += [fault for check in self.checks for fault in check.faults if self.has_bank]
        found += [
            f"{one.title}, {one.circumstance}: {one.grade_id} is judged otherwise: {one.difference}"
            for one in self.changes
            if one.is_unfair
        ]
        return tuple(found)

    def answers(self, *, right: bool) -> tuple[ReportRow, ...]:
        """The rows of the bank's right, or wrong, answers."""
        return tuple(row for row in self.rows if row.answer is not None and row.answer.is_right is right)


def audit(
    course: Course,
    names: Sequence[str],
    bank: Path | None,
    *,
    vary: Vary,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
    ids: Sequence[str] = IDS,
) -> tuple[Report, ...]:
    """Grade the solution, the blank notebook and all answers of the bank, and compare with what they should earn.

    Args:
        course: where they lie.
        names: of the assignments.
        bank: folder with a folder of answers for each assignment; without one, the solution and the blank notebook
            are all that is judged.
        vary: which answers are also tried in other circumstances.
        workers: how many answers are judged at the same time.
        progress: told how many of how many notebooks have been judged.
        ids: for which data are drawn, where tests do that.

    Raises:
        CourseError: an assignment is not there, or cannot be generated.
        BankError: an answer is not what it should be.
    """
    rehearsals = [one for name, found in rehearse(course, names).items() for one in found]
    banks = [read_bank(_folder(bank, one, rehearsals)) if bank is not None else () for one in rehearsals]
    planned = [list(cases(one, answers, vary, ids)) for one, answers in zip(rehearsals, banks, strict=True)]
    everything = [case for together in planned for case in together]
    results: dict[str, CaseResult] = {}
    for case, result in run_cases(everything, workers):
        results[case.key] = result
        if progress is not None:
            progress(len(results), len(everything))
    return tuple(
        conclude(one, together, [results[case.key] for case in together], rehearsed(one))
        for one, together in zip(rehearsals, planned, strict=True)
    )


def rehearsed(rehearsal: Rehearsal) -> Confirmable:
    """Which test cells without ``Checks`` can be confirmed on values."""
    if not any(cell.is_plain for cell in rehearsal.template.cells):
        return Confirmable()
    task = replace(rehearsal.task, content=filled_in(rehearsal.released, rehearsal.solutions))
    try:
        with Pool(1) as pool:
            return Confirmable(pool.submit(rehearse_here, task).result())
    except Exception as problem:
        return Confirmable(problem=rehearsal_failed(problem))


def _folder(bank: Path, rehearsal: Rehearsal, rehearsals: Sequence[Rehearsal]) -> Path:
    """Where the answers of a notebook are; an assignment with several notebooks has a folder for each."""
    template = rehearsal.template
    notebooks = sum(other.template.assignment == template.assignment for other in rehearsals)
    folder = bank / template.assignment
    return folder if notebooks == 1 else folder / template.notebook


def conclude(
    rehearsal: Rehearsal,
    tried: Sequence[AuditCase],
    results: Sequence[CaseResult],
    rehearsed: Confirmable = Confirmable(),  # noqa: B008  frozen
) -> Report:
    """The report on one notebook.

    Args:
        rehearsal: the notebook as nbgrader releases it.
        tried: its cases.
        results: of the cases, in the same order.
        rehearsed: which test cells without ``Checks`` can be confirmed on values.
    """
    template = rehearsal.template
    both = list(zip(tried, results, strict=True))
    plain = {case.title: result for case, result in both if case.variation is PLAIN}
    answers = {case.title: case.answer for case, _ in both}
    parts = parts_of(template)
    rows = tuple(
        ReportRow(title, answers[title], result, tuple(answer_faults(title, answers[title], result, parts)))
        for title, result in plain.items()
    )
    return Report(
        assignment=template.assignment,
        notebook=template.notebook,
        points=sum(cell.points for cell in template.cells if cell.is_test),
        rows=rows,
        checks=tuple(_reached(rows, parts)),
        changes=tuple(_changes(both, plain)),
        tried=tuple(dict.fromkeys(case.variation.name for case, _ in both if case.variation is not PLAIN)),
        seconds=sum(result.seconds for result in results),
        tests=(
            *layout_faults(template),
            *test_faults(template, plain),
            *(fault for case, result in both if case.is_solution for fault in dead_mistakes(result.cells)),
            *filter(None, [rehearsed.problem]),
        ),
        forgeable=tuple(
            Forgeable(grade_id, why, instead(template.by_id()[grade_id], why))
            for grade_id, why in rehearsed.forgeable.items()
        ),
        confirmed=rehearsed.confirmed,
        has_bank=any(answers.values()),
    )


@dataclass
class _Count:
    """What has been seen of one check so far."""

    credit: float
    mistakes: tuple[str, ...] = ()  # that it knows
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # what was recognized, several names in one text where they coincide


def _reached(rows: Sequence[ReportRow], parts: Mapping[str, tuple[str, ...]]) -> Iterator[Reached]:
    part_of = {test: part for part, tests in parts.items() for test in tests}
    counts: dict[tuple[str, str], _Count] = {}
    for row in rows:
        for cell in row.result.cells:
            own = row.answer is not None and part_of.get(cell.grade_id) in row.answer.code
            for check in cell.checks:
                count = counts.setdefault((cell.grade_id, check.label), _Count(check.credit))
                count.mistakes = count.mistakes or cell.mistakes.get(check.label, ())
                count.seen.add(check.mistake)
                if check.status is Status.PASSED:
                    count.passed.append(row.title)
                elif own:
                    count.failed.append(row.title)
    for (grade_id, label), count in counts.items():
        unseen = tuple(name for name in count.mistakes if not any(is_among(name, seen) for seen in count.seen))
        passed, failed = tuple(count.passed), tuple(count.failed)
        yield Reached(grade_id, label, count.credit, passed, failed, len(count.mistakes), unseen)


def _changes(both: Sequence[tuple[AuditCase, CaseResult]], plain: Mapping[str, CaseResult]) -> Iterator[Change]:
    for case, result in both:
        for cell, other in zip(plain[case.title].cells, result.cells, strict=True):
            is_other = bool(case.variation.submitted_as)
            difference = cell.differs(other) or (is_other and cell.says_other_than(other)) or ""
            if difference:
                yield Change(case.variation.name, case.title, cell.grade_id, difference, is_other)

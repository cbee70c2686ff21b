"""What an audit found: for each notebook its answers, its checks, and whatever does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.audit.bank import Answer, read_bank
from autograder.audit.cases import BLANK, SOLUTION, Case, Vary, cases, parts_of
from autograder.audit.performing import Judged, Performance, perform
from autograder.audit.variations import PLAIN
from autograder.checks.outcome import CheckResult, Status
from autograder.plugins.course import Course
from autograder.plugins.rehearsal import Rehearsal, rehearse

_CLOSE = 1e-4  # points; thirds are declared to four decimals


@dataclass(frozen=True)
class Row:
    """One notebook that was handed in, and what is wrong with how it was judged."""

    title: str
    answer: Answer | None  # None: the solution or the blank release
    performance: Performance
    faults: tuple[str, ...]

    @property
    def points(self) -> float:
        """What it earned."""
        return sum(cell.points or 0.0 for cell in self.performance.cells)


@dataclass(frozen=True)
class Reached:
    """One check, and the answers of the bank that reach it; ``passed`` counts the solution, too."""

    grade_id: str
    label: str
    credit: float
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    known: int  # misconceptions that it knows
    unseen: tuple[str, ...]  # those of them that no answer of the bank shows

    @property
    def faults(self) -> tuple[str, ...]:
        """Why it proves less than it should."""
        lacking = [word for word, answers in (("passes", self.passed), ("fails", self.failed)) if not answers]
        return tuple(f"{self.grade_id}, {self.label}: no answer of the bank {word} it" for word in lacking)


@dataclass(frozen=True)
class Change:
    """A circumstance that should make no difference, and makes one."""

    circumstance: str
    title: str
    grade_id: str
    difference: str


@dataclass(frozen=True)
class Report:
    """The audit of one notebook."""

    assignment: str
    notebook: str
    points: float  # of all test cells
    rows: tuple[Row, ...]
    checks: tuple[Reached, ...]
    changes: tuple[Change, ...]
    tried: tuple[str, ...]  # circumstances that were tried
    seconds: float  # of all runs together

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that does not hold."""
        found = [f"{row.title}: {fault}" for row in self.rows for fault in row.faults]
        found += [fault for check in self.checks for fault in check.faults]
        return tuple(found)

    def answers(self, *, right: bool) -> tuple[Row, ...]:
        """The rows of the bank's right, or wrong, answers."""
        return tuple(row for row in self.rows if row.answer is not None and row.answer.is_right is right)


def audit(
    course: Course,
    names: Sequence[str],
    bank: Path,
    *,
    vary: Vary,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Report, ...]:
    """Prove assignments.

    Args:
        course: where they lie.
        names: of the assignments.
        bank: folder with a folder of answers for each assignment.
        vary: which answers are also tried in other circumstances.
        workers: how many answers are judged at the same time.
        progress: told how many of how many notebooks have been judged.

    Raises:
        CourseError: an assignment is not there, or cannot be generated.
        BankError: an answer is not what it should be.
    """
    rehearsals = [one for name, found in rehearse(course, names).items() for one in found]
    planned = [list(cases(one, read_bank(_folder(bank, one, rehearsals)), vary)) for one in rehearsals]
    everything = [case for together in planned for case in together]
    results: dict[str, Performance] = {}
    for case, performance in perform(everything, workers):
        results[case.task.student] = performance
        if progress is not None:
            progress(len(results), len(everything))
    return tuple(
        conclude(one, together, [results[case.task.student] for case in together])
        for one, together in zip(rehearsals, planned, strict=True)
    )


def _folder(bank: Path, rehearsal: Rehearsal, rehearsals: Sequence[Rehearsal]) -> Path:
    """Where the answers of a notebook are; an assignment with several notebooks has a folder for each."""
    template = rehearsal.template
    notebooks = sum(other.template.assignment == template.assignment for other in rehearsals)
    folder = bank / template.assignment
    return folder if notebooks == 1 else folder / template.notebook


def conclude(rehearsal: Rehearsal, tried: Sequence[Case], performances: Sequence[Performance]) -> Report:
    """What the performances of one notebook say."""
    template = rehearsal.template
    both = list(zip(tried, performances, strict=True))
    plain = {case.title: performance for case, performance in both if case.variation is PLAIN}
    answers = {case.title: case.answer for case, _ in both}
    parts = parts_of(template)
    rows = tuple(
        Row(title, answers[title], performance, tuple(_faults(title, answers[title], performance, parts)))
        for title, performance in plain.items()
    )
    return Report(
        assignment=template.assignment,
        notebook=template.notebook,
        points=sum(cell.points for cell in template.cells if cell.is_test),
        rows=rows,
        checks=tuple(_reached(rows, parts)),
        changes=tuple(_changes(both, plain)),
        tried=tuple(dict.fromkeys(case.variation.name for case, _ in both if case.variation is not PLAIN)),
        seconds=sum(performance.seconds for performance in performances),
    )


def _faults(
    title: str, answer: Answer | None, performance: Performance, parts: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for cell in performance.cells:
        if cell.points is None:
            yield f"{cell.grade_id} could not be judged: {cell.review.strip().splitlines()[-1]}"
        elif title == BLANK and cell.points:
            yield f"{cell.grade_id} earns {cell.points:g}"
        elif title == SOLUTION and not cell.is_full:
            yield f"{cell.grade_id} earns {cell.points:g} of {cell.most:g}: {_read(cell)}"
        for check in cell.checks:
            if check.status is not Status.PASSED and not check.hint:
                yield f"{cell.grade_id}, {check.label}: there is no hint"
    yield from performance.leaks
    if answer is not None:
        cells = {cell.grade_id: cell for cell in performance.cells}
        for part, tests in parts.items():
            yield from _part_faults(part, answer, [cells[test] for test in tests])


def _part_faults(part: str, answer: Answer, cells: Sequence[Judged]) -> Iterator[str]:
    most = sum(cell.most for cell in cells)
    deserved, earned = answer.earns.get(part, most), sum(cell.points or 0.0 for cell in cells)
    if abs(deserved - earned) > _CLOSE:
        read = " ".join(text for cell in cells if (text := _read(cell)))
        yield f"{part} earns {earned:g}, not {deserved:g}: {read or 'everything is right'}"
    for label, text in answer.says.get(part, {}).items():
        if not any(_says(cell, label, text) for cell in cells):
            read = " ".join(_read(cell) for cell in cells)
            yield f"{part} does not say {text!r} of {label}, but: {read or 'nothing'}"


def _says(cell: Judged, label: str, text: str) -> bool:
    if label == "message":
        return text in cell.message
    return any(
        _is_among(text, check.mistake) or text in check.hint
        for check in cell.checks
        if label in (name := check.label.replace("`", ""), name.partition(",")[0])
    )


def _is_among(name: str, mistakes: str) -> bool:
    """Whether a misconception is one of those that were recognised together."""
    return f", {name}, " in f", {mistakes}, "


def _read(cell: Judged) -> str:
    """What a student reads of what is not right."""
    lost = [check for check in cell.checks if check.status is not Status.PASSED]
    return " ".join([cell.message, *map(_line, lost)]).strip()


def _line(check: CheckResult) -> str:
    return f"{check.label} {check.earned:g} of {check.credit:g} [{check.mistake or 'nothing recognised'}] {check.hint}"


@dataclass
class _Count:
    """What has been seen of one check so far."""

    credit: float
    mistakes: tuple[str, ...] = ()  # that it knows
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # what was recognised, several names in one text where they coincide


def _reached(rows: Sequence[Row], parts: Mapping[str, tuple[str, ...]]) -> Iterator[Reached]:
    part_of = {test: part for part, tests in parts.items() for test in tests}
    counts: dict[tuple[str, str], _Count] = {}
    for row in rows:
        for cell in row.performance.cells:
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
        unseen = tuple(name for name in count.mistakes if not any(_is_among(name, seen) for seen in count.seen))
        passed, failed = tuple(count.passed), tuple(count.failed)
        yield Reached(grade_id, label, count.credit, passed, failed, len(count.mistakes), unseen)


def _changes(both: Sequence[tuple[Case, Performance]], plain: Mapping[str, Performance]) -> Iterator[Change]:
    for case, performance in both:
        for cell, other in zip(plain[case.title].cells, performance.cells, strict=True):
            difference = cell.differs(other)
            if difference:
                yield Change(case.variation.name, case.title, cell.grade_id, difference)

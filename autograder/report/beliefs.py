"""What a class thinks: for each check how many were right, and which misconceptions the others hold.

The distractor analysis of multiple choice, for free answers: a misconception that the grader recognized is what a
distractor is there (Haladyna & Rodriguez 2013, *Developing and Validating Test Items*, ch. 18).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.course.results.kept import KeptClass
from autograder.course.results.table import part_of
from autograder.grading.record import CheckRecord, KeptVerdicts

_EXAMPLES = 3  # of one bar
_LONGEST = 2_000  # characters of an example
_VALUES = 12  # groups of answers that nobody recognized, of one check
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_DIGITS = 4  # significant, by which numbers count as the same value


@dataclass(frozen=True)
class Example:
    """An answer without its author's name."""

    code: str
    found: str  # in words


@dataclass(frozen=True)
class Bar:
    """Students who hold the same misconception."""

    name: str
    students: int
    hint: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Unrecognized:
    """Students whose answers are wrong in the same way, for which there is no row yet."""

    found: str
    students: int
    examples: tuple[Example, ...]
    row: str  # of a misconception, to be copied and completed; "" where nothing was found


@dataclass(frozen=True)
class Beliefs:
    """What a class thinks about one check."""

    assignment: str
    part: str
    label: str
    right: int
    partly: int
    wrong: int
    misconceptions: tuple[Bar, ...]  # the most frequent first, of answers that are wrong or partly right
    unrecognized: tuple[Unrecognized, ...]  # likewise
    others: int  # further answers that nobody recognized, each with a value of its own, and not shown

    @property
    def students(self) -> int:
        """Whose answer was judged."""
        return self.right + self.partly + self.wrong


@dataclass
class _Group:
    students: int = 0
    hint: str = ""
    found: str = ""
    quantity: str = ""
    examples: dict[str, Example] = field(default_factory=dict)  # normalized code → example

    def add(self, check: CheckRecord, code: str) -> None:
        self.students += 1
        self.hint = self.hint or check.hint
        self.found = self.found or check.got
        self.quantity = self.quantity or check.quantity
        if len(self.examples) < _EXAMPLES:
            self.examples.setdefault("".join(code.split()), Example(code, check.got))


@dataclass
class _Tally:
    right: int = 0
    partly: int = 0
    wrong: int = 0
    named: dict[str, _Group] = field(default_factory=dict)
    unnamed: dict[str, _Group] = field(default_factory=dict)

    def add(self, check: CheckRecord, code: str) -> None:
        if check.earned >= check.credit:
            self.right += 1
            return
        if check.earned > 0:
            self.partly += 1
        else:
            self.wrong += 1
        groups, name = (self.named, check.mistake) if check.mistake else (self.unnamed, same_value(check.got))
        groups.setdefault(name, _Group()).add(check, code)


def beliefs_of(kept: KeptClass) -> tuple[Beliefs, ...]:
    """What a class thinks about each check of a notebook, in the order of the notebook."""
    tallies: dict[tuple[str, str], _Tally] = {}
    answers = {cell.grade_id: kept.answers_to(cell.grade_id) for cell in kept.template.cells if cell.is_test}
    for verdicts in kept.verdicts.values():
        for test, cell in verdicts.cells.items():
            if test not in answers or cell.points is None:
                continue
            code = code_of(verdicts, answers[test])
            for check in cell.checks:
                if check.credit > 0:
                    tallies.setdefault((test, check.label), _Tally()).add(check, code)
    order = list(answers)
    found = sorted(tallies.items(), key=lambda item: order.index(item[0][0]))
    return tuple(_beliefs(kept.template.assignment, test, label, tally) for (test, label), tally in found)


def code_of(verdicts: KeptVerdicts, answers: tuple[str, ...]) -> str:
    """What a student wrote in some cells, cut where it is long."""
    text = "\n\n".join(verdicts.sources[name].strip() for name in answers if name in verdicts.sources)
    return f"{text[:_LONGEST]}\n…" if len(text) > _LONGEST else text


def same_value(found: str) -> str:
    """What is the same in answers that give the same value: numbers are rounded.

    Example:
        >>> same_value("10.46729"), same_value("10.467286"), same_value("a Series of 18 values")
        ('10.47', '10.47', 'a Series of 18 values')
    """
    return _NUMBER.sub(lambda number: f"{float(number[0]):.{_DIGITS}g}", found)


def _beliefs(assignment: str, test: str, label: str, tally: _Tally) -> Beliefs:
    unnamed = _ranked(tally.unnamed)
    shown = [(name, group) for name, group in unnamed if group.students > 1][:_VALUES]
    if len(shown) < _EXAMPLES:
        shown += [item for item in unnamed if item not in shown][: _EXAMPLES - len(shown)]
    return Beliefs(
        assignment=assignment,
        part=part_of(test),
        label=label,
        right=tally.right,
        partly=tally.partly,
        wrong=tally.wrong,
        misconceptions=tuple(
            Bar(name, group.students, group.hint, tuple(group.examples.values()))
            for name, group in _ranked(tally.named)
        ),
        unrecognized=tuple(
            Unrecognized(name or "nothing", group.students, tuple(group.examples.values()), _row(group))
            for name, group in shown
        ),
        others=sum(group.students for _, group in unnamed) - sum(group.students for _, group in shown),
    )


def _ranked(groups: dict[str, _Group]) -> list[tuple[str, _Group]]:
    return sorted(groups.items(), key=lambda item: (-item[1].students, item[0]))


def _row(group: _Group) -> str:
    """A row of a misconception for a value; its author completes name, computation, share and hint."""
    if not group.quantity or not group.found:
        return ""
    return "\n".join(_row_lines(group.quantity, group.found))


def _row_lines(quantity: str, found: str) -> Iterator[str]:
    yield "Mistake("
    yield '    name="say it in a few words",'
    yield f"    quantity={quantity!r},"
    if _NUMBER.fullmatch(found):
        yield f"    wrong=lambda data: {found},  # put in its place how this comes from the data"
    else:
        shown = " ".join(found.split())  # a carriage return begins a line of code, too
        yield f"    wrong=lambda data: ...,  # how this comes from the data: {shown}"
    yield "    keeps=0.25,  # share of the credit"
    yield '    hint="Explain the mistake, without the answer.",'
    yield "),"

"""Answers of two students that are more alike than chance, the question and usual ways of answering explain.

Texts are compared by their k-grams, as in winnowing (Schleimer, Wilkerson & Aiken 2003, *Winnowing: Local Algorithms
for Document Fingerprinting*), which MOSS and copydetect use. copydetect itself does not fit: its last release is of
March 2024; it compares files of a folder pair by pair, half a million pairs for one part of a class of 1,000; and what
it takes for common is a folder of templates, while here what many in the class wrote counts for nothing, which is what
keeps short honest answers off the list.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograder.course.results.kept import KeptClass
from autograder.course.results.table import part_of
from autograder.grading.record import KeptVerdicts

_TOKEN = re.compile(
    r"""(?:\b[rbfuRBFU]{1,2})?(?:'{3}[\s\S]*?'{3}|"{3}[\s\S]*?"{3}|'(?:\\.|[^'\\\n])*+'?|"(?:\\.|[^"\\\n])*+"?)"""
    r"|\#[^\n]*|\.?[^\W\d]\w*|\d[\w.]*|[^\w\s]|\n"  # text (one that never ends, too), note, name, number, sign
)
_WORD = re.compile(r"[^\W_]+")
_KEPT_WORDS = frozenset("for in as def lambda if else and or not import from return True False None".split())
_OPENING, _CLOSING, _COMPARING, _CALLED = frozenset("([{"), frozenset(")]}"), frozenset("=<>!"), frozenset("([")
_CODE_GRAM, _TEXT_GRAM = 6, 4  # tokens, words
_CODE_LEAST, _TEXT_LEAST = 12, 12  # passages that two answers share and hardly anybody else has
_ALIKE = 0.6  # share of the shorter answer's own passages
_RARE, _MOST_HOLDERS = 0.02, 8  # of the class, answers: a passage that more of them hold is usual
_FEWEST = 3  # a passage that so many hold is rare in any class
_SHOWN = 20  # pairs of an assignment
_LONGEST = 20_000  # characters of an answer that are compared
_NUMBER = re.compile(r"-?(\d*\.?\d+)(?:e[-+]?\d+)?")
_FACTORS = np.random.default_rng(1).integers(1, 2**63, 8, dtype=np.uint64) * np.uint64(2) + np.uint64(1)  # of a hash
_EXACT = 5  # significant digits by which a number says where it comes from


@dataclass(frozen=True)
class AlikePair:
    """Two answers that are alike."""

    assignment: str
    part: str
    students: tuple[str, str]
    texts: tuple[str, str]
    alike: float  # share of the shorter answer's own passages that the other has too
    shared: int  # passages of both that hardly anybody else has
    nobody_else: int  # of these, passages that no other answer of the class has
    answers: int  # in the class


@dataclass(frozen=True)
class SharedNumbers:
    """Wrong numbers that some students have to the last digit, and few others."""

    assignment: str
    students: tuple[str, ...]
    numbers: tuple[tuple[str, str, str], ...]  # part, label of the check, value


def alike_in(kept: KeptClass) -> tuple[AlikePair, ...]:
    """The pairs of answers of a notebook that are most unusually alike, the most unusual first."""
    found: list[tuple[float, AlikePair]] = []
    for cell in kept.template.cells:
        if not cell.solution or cell.locked:
            continue
        given = [cell.released, kept.solutions.get(cell.grade_id, "")]
        is_code = cell.cell_type == "code"
        answers = {student: one.sources.get(cell.grade_id, "")[:_LONGEST] for student, one in kept.verdicts.items()}
        skipped = _right_answers(kept, cell.grade_id) if is_code else frozenset[str]()
        texts = {
            student: text
            for student, text in answers.items()
            if text.strip() and not (student in skipped and _is_one_line(text))
        }
        for surprise, pair in _pairs(texts, given, is_code=is_code):
            found.append((surprise, _named(pair, kept.template.assignment, cell.grade_id)))
    found.sort(key=lambda item: (-item[0], item[1].part, item[1].students))
    return tuple(pair for _, pair in found[:_SHOWN])


def shared_numbers(kept: KeptClass) -> tuple[SharedNumbers, ...]:
    """Wrong numbers without a known misconception that two or a few students have in common."""
    holders: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    right: set[tuple[str, str, str]] = set()
    for student, verdicts in kept.verdicts.items():
        for test, cell in verdicts.cells.items():
            for check in cell.checks:
                if not is_telling(check.got):
                    continue
                value = (part_of(test), check.label, check.got)
                if check.earned >= check.credit:
                    right.add(value)
                elif not check.mistake:
                    holders[value].append(student)
    most = _most_holders(len(kept.verdicts))
    together: dict[tuple[str, ...], list[tuple[str, str, str]]] = defaultdict(list)
    for value, students in holders.items():
        if 2 <= len(students) <= most and value not in right:
            together[tuple(students)].append(value)
    rows = [SharedNumbers(kept.template.assignment, who, tuple(values)) for who, values in together.items()]
    return tuple(sorted(rows, key=lambda row: (-len(row.numbers), row.students)))[:_SHOWN]


def is_telling(found: str) -> bool:
    """Whether a value is a number with so many digits that two people hardly have it by chance.

    Example:
        >>> is_telling("10.467286"), is_telling("0.5"), is_telling("1200000"), is_telling("a Series")
        (True, False, False, False)
    """
    number = _NUMBER.fullmatch(found)
    return number is not None and len(number[1].replace(".", "").strip("0")) >= _EXACT


def normalized(text: str) -> tuple[str, ...]:
    """The tokens of Python code without comments and layout; names that the code itself gives are all the same.

    Example:
        >>> normalized("a = f(x)  # mine") == normalized("slope=f( x )")
        True
    """
    lines = [_line(line) for line in _logical_lines(text[:_LONGEST])]
    own = frozenset[str]().union(*(line.given for line in lines))
    return tuple("·" if token in own else token for line in lines for token in line.tokens)


class _Line(NamedTuple):
    tokens: tuple[str, ...]
    given: frozenset[str]  # names that are assigned, looped over, imported as or defined


def _logical_lines(text: str) -> Iterator[str]:
    """Lines of code; what is open in brackets goes on in the next one."""
    kept, depth = list[str](), 0
    for line in text.split("\n"):
        kept.append(line)
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth <= 0 and line.count('"""') != 1 and line.count("'''") != 1:
            yield "\n".join(kept)
            kept, depth = [], 0
    yield "\n".join(kept)


@functools.lru_cache(maxsize=50_000)
def _line(line: str) -> _Line:
    """One line; the students of a class write many lines that are the same."""
    tokens = [token for token in _TOKEN.findall(line) if token[0] not in "#\n"]
    given = frozenset(_given_names(tokens))
    kept = [
        f'"{token[1:-1]}"' if token[0] == "'" else token
        for token, following in zip(tokens, [*tokens, ""][1:], strict=True)
        if token != ";" and not (token == "," and following in _CLOSING)
    ]
    return _Line(tuple(kept), given)


def _given_names(tokens: Sequence[str]) -> set[str]:
    """Names that a line gives; arguments by name in calls are none."""
    found: set[str] = set()
    left: set[str] = set()  # of what may be an assignment
    depth, looping, last = 0, False, ""
    for token, following in zip(tokens, [*tokens, ""][1:], strict=True):
        depth += (token in _OPENING) - (token in _CLOSING)
        if token == ";":
            left = set()
        elif token in ("for", "in"):
            looping = token == "for"
        elif token == "=" and depth == 0 and last not in _COMPARING and following != "=":
            found |= left
        elif _is_name(token):
            if looping or last in ("as", "def"):
                found.add(token)
            elif following not in _CALLED and not following.startswith("."):
                left.add(token)
        last = token
    return found


def _is_name(token: str) -> bool:
    return (token[0].isalpha() or token[0] == "_") and not {"'", '"'} & set(token) and token not in _KEPT_WORDS


def _pairs(texts: Mapping[str, str], given: Sequence[str], *, is_code: bool) -> Iterator[tuple[float, AlikePair]]:
    least = _CODE_LEAST if is_code else _TEXT_LEAST
    passages = _Passages.of([*given, *texts.values()], len(given), is_code=is_code)
    students = list(texts)
    shared, alone = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    surprise: dict[tuple[int, int], float] = defaultdict(float)
    for holders in passages.rare(_most_holders(len(texts))):
        for both in itertools.combinations(holders, 2):
            shared[both] += 1
            alone[both] += len(holders) == 2
            surprise[both] += math.log(len(texts) / len(holders))
    for both, count in shared.items():
        if count >= least and (alike := passages.alike(*both)) >= _ALIKE:
            one, other = (students[at] for at in both)
            written = (texts[one], texts[other])
            pair = AlikePair("", "", (one, other), written, alike, count, alone[both], len(texts))
            yield surprise[both], pair


@dataclass(frozen=True)
class _Passages:
    """The k-grams of the answers to one part, beyond those that were given, as numbers."""

    grams: NDArray[np.int64]  # once for each answer that holds it, sorted
    answers: NDArray[np.int64]  # which answer it is

    @classmethod
    def of(cls, texts: Sequence[str], given: int, *, is_code: bool) -> _Passages:
        """The passages of the texts behind the first ``given`` ones that are in none of these."""
        size = _CODE_GRAM if is_code else _TEXT_GRAM
        number = defaultdict[str, int](itertools.count(1).__next__)
        tokens = [normalized(text) if is_code else _WORD.findall(text[:_LONGEST].casefold()) for text in texts]
        ends = [0] * (size - 1)  # no passage reaches from one text into the next
        row = np.fromiter(
            itertools.chain.from_iterable([*map(number.__getitem__, one), *ends] for one in tokens), np.int64
        )
        text = np.repeat(np.arange(len(texts)), [len(one) + size - 1 for one in tokens])
        count = max(len(row) - size + 1, 0)
        whole = np.ones(count, dtype=bool)
        hashed = np.zeros(count, dtype=np.uint64)
        for start, factor in enumerate(_FACTORS[:size]):
            whole &= row[start : start + count] > 0
            hashed += row[start : start + count].astype(np.uint64) * factor
        _, grams = np.unique(hashed[whole], return_inverse=True)
        pairs = np.unique(grams.astype(np.int64) * len(texts) + text[:count][whole])
        grams, answers = np.divmod(pairs, len(texts))
        known = np.zeros(int(grams.max()) + 1 if len(grams) else 0, dtype=bool)
        known[grams[answers < given]] = True
        own = (answers >= given) & ~known[grams]
        return cls(grams[own], answers[own] - given)

    def rare(self, most: int) -> Iterator[list[int]]:
        """For each passage that two to ``most`` answers hold: which."""
        held = np.bincount(self.grams) if len(self.grams) else np.zeros(0, dtype=np.int64)
        is_rare = (held[self.grams] >= 2) & (held[self.grams] <= most)
        grams, answers = self.grams[is_rare], self.answers[is_rare]
        for holders in np.split(answers, np.flatnonzero(np.diff(grams)) + 1):
            yield holders.tolist()

    def alike(self, one: int, other: int) -> float:
        """Share of the shorter answer's passages that the other one has."""
        ours, others = self.grams[self.answers == one], self.grams[self.answers == other]
        return len(np.intersect1d(ours, others, assume_unique=True)) / min(len(ours), len(others))


def _most_holders(answers: int) -> int:
    return min(max(_FEWEST, int(answers * _RARE)), _MOST_HOLDERS)


def _named(pair: AlikePair, assignment: str, part: str) -> AlikePair:
    return AlikePair(
        assignment, part, pair.students, pair.texts, pair.alike, pair.shared, pair.nobody_else, pair.answers
    )


def _right_answers(kept: KeptClass, answer: str) -> frozenset[str]:
    """Students whose answer earns everything."""
    tests = {cell.grade_id for cell in kept.template.cells if cell.is_test}
    judging = {test for test in tests if answer in kept.answers_to(test)}
    return frozenset(student for student, verdicts in kept.verdicts.items() if _is_right(verdicts, judging))


def _is_right(verdicts: KeptVerdicts, tests: Iterable[str]) -> bool:
    cells = [verdicts.cells[test] for test in tests if test in verdicts.cells]
    return bool(cells) and all(check.earned >= check.credit for cell in cells for check in cell.checks)


def _is_one_line(text: str) -> bool:
    return sum(bool(line.split("#")[0].strip()) for line in text.splitlines()) <= 1

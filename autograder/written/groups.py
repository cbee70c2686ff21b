"""Equal and near-equal answers of a class, so that each kind is marked once.

Answers are near-equal if they say the same words in the same order, small words, spelling and punctuation aside, and
the same numbers as far as these were written. Negations and directions are words as others are, so answers that differ
in one never meet; and a group forms around one answer, to which every other is compared, so that there are no chains.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Hamming

from autograder.written.context import DOWN, NEGATIONS, UP
from autograder.written.numbers import Number, numbers
from autograder.written.vocabulary import Vocabulary

ALIKE = 88.0  # percent, of the texts as a whole
_SPELLING = 85.0  # percent, of two words that may be one
_SHORTEST, _LONGEST_WORD = 5, 24  # letters of a word that may be misspelled
_MISSPELT = 0.1  # share of the words
_LONGEST = 3_000  # characters of a text that is compared; a longer one is equal to others or alone
_SMALL = frozenset(
    "a an the is are was were be been being of to in on at for and so that this these those it its their they there "
    "which who as has have had do does did about roughly approximately approx around ca circa nearly almost very quite "
    "rather really also clearly just here we i you can could will would seems seem see us".split()
)
_OPPOSED = UP | DOWN | NEGATIONS
_NUMBER = re.compile(r"[0-9]+(?:[.,\u00a0\u202f\u2009][0-9]+)*")
_SHORT_NOT = re.compile(r"n['’]t\b|\b(do|does|did|is|are|was|were|have|has|had|could|should|would)nt\b")
_WORD = re.compile(r"[^\W_]+|[^\w\s.,;:!?'’\"()\[\]{}*`~$\\|-]")  # a symbol is a word: "p < 0.05" is not "p > 0.05"
_DIGITS = re.compile(r"[0-9]+")
_DROPPED = re.compile(
    r"[*_`#~\"“”„()\[\]?;]|!(?!=)|:(?![0-9])|[.,](?![0-9])|^\s*>|(?<=[^\W\d_])-(?=[^\W\d_])|-(?=\s+[^\s0-9])",
    re.MULTILINE,
)


@dataclass(frozen=True)
class WrittenAnswer:
    """What one student wrote."""

    student: str
    text: str  # Markdown
    attached: str = ""  # digest of attached pictures, which belong to what was said


@dataclass(frozen=True)
class Group:
    """Answers that can be marked together."""

    answers: tuple[WrittenAnswer, ...]  # by student; the first is what the others are near to
    blank: bool = False  # nobody in it answered

    @property
    def students(self) -> tuple[str, ...]:
        """Who is in it."""
        return tuple(answer.student for answer in self.answers)

    def wordings(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The different texts with those who wrote them; the one that stands for the group first."""
        found: dict[str, list[str]] = {}
        for answer in self.answers:
            found.setdefault(answer.text.strip(), []).append(answer.student)
        return tuple((text, tuple(students)) for text, students in found.items())


def group_answers(
    answers: Iterable[WrittenAnswer], vocabulary: Vocabulary, blank: Iterable[str] = ()
) -> tuple[Group, ...]:
    """The groups of one part, the largest first and among equals by first student; who did not answer comes last.

    Args:
        answers: of those who answered.
        vocabulary: of the course, by which numbers in answers are read.
        blank: students who left the part as it was, or empty.
    """
    groups = [Group(tuple(wording.answers)) for wording in _merged(_wordings(answers, vocabulary))]
    groups.sort(key=lambda group: (-len(group.answers), group.answers[0].student))
    return (*groups, *_unanswered(blank))


def ungrouped(answers: Iterable[WrittenAnswer], blank: Iterable[str] = ()) -> tuple[Group, ...]:
    """Each answer as a group of its own, where nobody can compare them.

    Args:
        answers: of students who wrote something.
        blank: students who did not.
    """
    return (*(Group((answer,)) for answer in answers), *_unanswered(blank))


def _unanswered(blank: Iterable[str]) -> tuple[Group, ...]:
    answers = tuple(WrittenAnswer(student, "") for student in sorted(blank))
    return (Group(answers, blank=True),) if answers else ()


def _wordings(answers: Iterable[WrittenAnswer], vocabulary: Vocabulary) -> list[_Wording]:
    """Equal answers together; the commonest first, so that the result does not depend on names."""
    same: dict[tuple[str, str], list[WrittenAnswer]] = {}
    for answer in sorted(answers, key=lambda answer: answer.student):
        same.setdefault((answer.attached, normalized(answer.text)), []).append(answer)
    ordered = sorted(same.items(), key=lambda equal: (-len(equal[1]), equal[1][0].student))
    return [_Wording(text, equal, vocabulary) for (_, text), equal in ordered]


def _merged(wordings: Iterable[_Wording]) -> list[_Wording]:
    """Each wording joins the first near one before it; those that join none remain, with all that joined them."""
    leaders: list[_Wording] = []
    by_shape: dict[tuple[object, ...], list[_Wording]] = {}
    for wording in wordings:
        comparable = by_shape.setdefault((wording.answers[0].attached, *wording.shape), [])
        leader = _leader(wording, comparable)
        if leader is None:
            comparable.append(wording)
            leaders.append(wording)
        else:
            leader.answers.extend(wording.answers)
    return leaders


def normalized(text: str) -> str:
    """``text`` without case, whitespace, marks of Markdown and punctuation; numbers keep their signs."""
    text = unicodedata.normalize(
        "NFKC", text.replace("²", "^2").replace("−", "-").replace("–", "-").replace("!=", "≠")
    ).casefold()
    text = text.replace("cannot", "can not").replace("can't", "can not")
    text = _SHORT_NOT.sub(lambda short: f"{short[1] or ''} not", text)
    text = _DROPPED.sub(" ", text)
    return " ".join(text.split())


class _Wording:
    """One wording, with what decides whether another is near to it."""

    def __init__(self, text: str, answers: list[WrittenAnswer], vocabulary: Vocabulary) -> None:
        self.text = text  # normalized
        self.answers = answers
        self._vocabulary = vocabulary

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        return numbers(self.answers[0].text, self._vocabulary)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What is said, in order; each number is one word."""
        found = _WORD.findall(_NUMBER.sub(" # ", self.text))
        return tuple(word for word in found if word not in _SMALL)

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """What near-equal answers have in common to the letter."""
        if len(self.text) > _LONGEST:
            return (self.text,)
        signs = tuple((number.unit.measures, number.value < 0, number.direction) for number in self.numbers)
        # Digits that are no number to us, as those of a name or an exponent, have to be the same to the letter.
        digits = tuple(_DIGITS.findall(self.text))
        exact = digits if len(_NUMBER.findall(self.text)) != len(self.numbers) else ()
        return (len(self.words), signs, exact, tuple(word for word in self.words if word in _OPPOSED))


def _leader(wording: _Wording, leaders: Sequence[_Wording]) -> _Wording | None:
    if not leaders or len(wording.text) > _LONGEST:
        return None
    most = int(len(wording.words) * _MISSPELT) + 1
    choices = [leader.words for leader in leaders]
    near = process.extract(wording.words, choices, scorer=Hamming.distance, score_cutoff=most, limit=20)
    return next((leaders[place] for _, _, place in near if _near(wording, leaders[place])), None)


def _near(wording: _Wording, leader: _Wording) -> bool:
    return (
        all(map(_same_word, wording.words, leader.words))
        and all(map(_same_number, wording.numbers, leader.numbers))
        and fuzz.ratio(_NUMBER.sub("#", wording.text), _NUMBER.sub("#", leader.text), score_cutoff=ALIKE) > 0
    )


def _same_word(one: str, other: str) -> bool:
    """The same, or one of them misspelled; the first letter decides between "dependent" and "independent"."""
    if one == other:
        return True
    lengths = sorted((len(one), len(other)))
    if lengths[0] < _SHORTEST or lengths[1] > _LONGEST_WORD or not (one + other).isascii():
        return False
    return one[0] == other[0] and not {one, other} & _OPPOSED and fuzz.ratio(one, other) >= _SPELLING


def _same_number(one: Number, other: Number) -> bool:
    """Whether two numbers differ by rounding at most: the longer one, rounded as the shorter, is the shorter.

    The zeros of a whole number count here: 10 is not 14.
    """
    step = max(min(number.step, 1.0) for number in (one, other))
    difference = abs(one.value - other.value)
    return one.unit == other.unit and difference <= step / 2 * 1.02 + 1e-9 * abs(one.value)

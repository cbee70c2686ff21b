"""The numbers of a written answer beside the student's own results: where they do not fit, in short sentences.

A remark that is wrong costs a TA more than one that is missing, so every doubt is silent: a number that agrees with any
result, or follows from results in one step, is never remarked on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from autograder.values.views import type_of_array
from autograder.written import context
from autograder.written.derived import Derived, derived
from autograder.written.numbers import Number, Role, numbers
from autograder.written.plain import plain
from autograder.written.results import Origin, StudentResult
from autograder.written.vocabulary import Vocabulary

MAX_REMARKS = 12  # on one answer
_MAX_QUOTED = 60  # characters
_NEAR = 0.15  # of the result: nearer than that, the same quantity is meant
_SLACK = 1.02  # half a digit, and a little for decimal fractions that are none in binary
_SMALL_COUNT = 20
_CUSTOMARY = frozenset((1.96, 2.0, 3.0, 5.0, 50.0, 68.0, 95.0, 99.0, 99.7, 100.0, 1000.0))
_SPREAD = re.compile(r"\b(sds?|standard deviations?)\b[^0-9.;]{0,30}$")
_KEY = re.compile(r"[A-Za-z0-9_.]+")


@dataclass(frozen=True)
class KnownNumbers:
    """What the numbers of an answer are compared with."""

    results: tuple[StudentResult, ...]  # of the variables that tests asked for
    background: tuple[StudentResult, ...] = ()  # what the data, the figures and the printed lines hold
    given: frozenset[float] = frozenset()  # numbers of the question, and those that name something in the data
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    @cached_property
    def all(self) -> tuple[StudentResult, ...]:
        """Every number once: one of unknown unit gives way to the same number with its unit."""
        sure = [result for result in self.results if result.unit.name]
        others = [result for result in (*self.results, *self.background) if not result.unit.name]
        known = np.asarray([result.value for result in sure])
        values, steps = (
            np.asarray([getattr(result, name) for result in others])[:, None] for name in ("value", "step")
        )
        same = np.abs(values - known) <= steps / 2 * _SLACK + 1e-6 * np.abs(known)
        return (*sure, *(result for result, again in zip(others, same.any(axis=1), strict=True) if not again))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Names of all entries, of subjects for example."""
        return frozenset(result.key for result in self.all if result.key)

    @cached_property
    def _sizes(self) -> tuple[type_of_array, type_of_array, type_of_array]:
        """Of all numbers: size as it stands, size in the unit of comparison, half of the last digit."""
        sizes = np.asarray([(abs(result.value), result.unit.size, result.step / 2) for result in self.all]).reshape(
            -1, 3
        )
        return sizes[:, 0], sizes[:, 0] * sizes[:, 1], sizes[:, 2]

    def alike(self, number: Number) -> list[StudentResult]:
        """The numbers that may agree with a written one, as far as size goes."""
        raw, sizes, steps = self._sizes
        value, tolerance = abs(number.value), _tolerance(number) + steps
        close = np.abs(raw - value) <= tolerance
        close |= np.abs(sizes - value * number.unit.size) <= tolerance * number.unit.size
        return [self.all[place] for place in np.flatnonzero(close)]


def remarks(text: str, known: KnownNumbers) -> tuple[str, ...]:
    """What a TA may want to look at in ``text``; empty where everything fits, or where there is nothing to compare.

    Args:
        text: of one written answer, as Markdown.
        known: the student's own results, and what else a number may be.

    Returns:
        Sentences, 13 at most.
    """
    if not any(result.origin is not Origin.BACKGROUND for result in known.results):
        return ()
    judge = _Judge(known, frozenset(_KEY.findall(plain(text))))
    found = dict.fromkeys(said for number in numbers(text, known.vocabulary) if (said := judge.remark(number)))
    shown = list(found)
    more = len(shown) - MAX_REMARKS
    return (*shown[:MAX_REMARKS], *([f"And {more} more of this sort."] if more > 0 else ()))


@dataclass(frozen=True)
class _Judge:
    known: KnownNumbers
    words: frozenset[str]  # of the answer
    _made: dict[bool, Derived] = field(default_factory=dict)

    def remark(self, number: Number) -> str:
        """A sentence on one number, or ``""``."""
        if number.role in (Role.COUNT, Role.NAME) or self._is_known(number):
            return ""
        readings = [number]
        if number.other is not None:  # "10,467" for 10.467
            readings.append(replace(number, value=number.other, step=number.step / 1000))
        if any(self._fits(reading) for reading in readings):
            return ""
        quoted = f"“{number.text if len(number.text) <= _MAX_QUOTED else number.text[:_MAX_QUOTED] + '…'}”"
        for result, reason in self._differing(number):
            return f"{quoted}: `{result.label}` is {_shown(result, number)}: {reason}."
        return f"{quoted} is not among the student's own results." if self._is_odd(number) else ""

    def _is_known(self, number: Number) -> bool:
        """Whether a number without a unit is the name of something, or stands in the question."""
        return not number.unit.name and (number.value in self.known.given or str(int(number.value)) in self.known.keys)

    def _fits(self, number: Number) -> bool:
        return any(_agrees(number, result) for result in self.known.alike(number)) or self._follows(number)

    def _follows(self, number: Number) -> bool:
        made, units = self._derived(is_spread=_is_spread(number)), [number.unit]
        rates = self.known.vocabulary.rates_of(number.unit)
        units += [rate for rate in rates if context.has_any(number.sentence, rate.spoken)]
        tolerance = _tolerance(number)
        return any(made.near(abs(number.value) * unit.size, tolerance * unit.size, unit.measures) for unit in units)

    def _derived(self, *, is_spread: bool) -> Derived:
        """What follows from the results; a standard deviation is no change over some steps."""
        if is_spread not in self._made:
            words = self.known.vocabulary
            words = replace(words, rates=()) if is_spread else words
            self._made[is_spread] = derived(self.known.all, self.words, words)
        return self._made[is_spread]

    def _differing(self, number: Number) -> Sequence[tuple[StudentResult, str]]:
        """The result that is meant, with the reason; the likeliest first."""
        meant = [result for result in self.known.all if self._may_be_meant(result, number)]
        alike = [
            result
            for result in meant
            if _same_kind(number, result) and _equal(number, result, result.value * result.unit.size)
        ]
        if alike:
            said_in_words = number.direction and number.value >= 0
            reason = "the direction is opposite" if said_in_words else "the sign differs"
            return [(result, reason) for result in alike if _sign_matters(number, result)]
        if number.role in (Role.RANGE, Role.BOUND) or number.value in _CUSTOMARY or number.value in self.known.given:
            return []
        for result in meant:
            reason = _unit_reason(number, result)
            if reason:
                return [(result, reason)]
        swapped = [result for result in meant if _same_kind(number, result) and _swapped(number, result)]
        if swapped:
            return [(result, "two digits may be swapped") for result in swapped]
        exact = number.digits >= 2 and (bool(number.unit.name) or number.digits >= 3 or not number.whole)
        near = [
            result for result in meant if exact and _same_kind(number, result) and _distance(number, result) <= _NEAR
        ]
        return [(result, "the number differs") for result in sorted(near, key=lambda result: _distance(number, result))]

    def _may_be_meant(self, result: StudentResult, number: Number) -> bool:
        if result.origin is Origin.ENTRY:
            return bool(result.unit.name) and result.key in _KEY.findall(number.sentence)
        return result.origin is Origin.VARIABLE or (
            result.origin is Origin.ESTIMATE and number.unit.measures == "share"
        )

    def _is_odd(self, number: Number) -> bool:
        """Whether a number that fits nothing is worth a word."""
        if number.role is not Role.VALUE or number.value in _CUSTOMARY or number.value in self.known.given:
            return False
        if not number.unit.name and (number.other is not None or number.whole):
            return False  # a list, a year, a count
        if number.whole and abs(number.value) <= _SMALL_COUNT and not number.unit.is_compound:
            return False
        compound = number.unit.is_compound and number.digits >= 2
        measured = any(
            result.unit.measures == number.unit.measures for result in self.known.results if result.unit.name
        )
        return number.digits >= 3 or (compound and measured)


def _is_spread(number: Number) -> bool:
    """Whether a number is said to be a standard deviation: "SD 52.3", "a standard deviation of about 37 ms"."""
    before, found, _ = number.sentence.lower().partition(number.text.lower())
    return bool(found) and _SPREAD.search(before) is not None


def _tolerance(number: Number) -> float:
    """Half of the last digit that was written; twice that where the number is only said to be about right."""
    return number.step * (1.0 if number.about else 0.5) * _SLACK + 1e-9 * abs(number.value)


def _same_kind(number: Number, result: StudentResult) -> bool:
    """Whether units allow that the two are the same quantity; one that is not named allows everything."""
    kinds = {number.unit.measures, result.unit.measures}
    if "" in kinds or len(kinds) == 1:
        return True
    pairs = ((number.unit, result.unit), (result.unit, number.unit))
    return any(
        rate.rate_of == level.measures and context.has_any(number.sentence, rate.spoken) for level, rate in pairs
    )


def _size(number: Number, result: StudentResult) -> float:
    """What one unit of the written number is in the unit of comparison; as written where a unit is missing."""
    if not number.unit.name:
        return result.unit.size
    return number.unit.size


def _equal(number: Number, result: StudentResult, value: float) -> bool:
    size = _size(number, result)
    return abs(abs(number.value) * size - abs(value)) <= (_tolerance(number) + result.step / 2) * size


def _agrees(number: Number, result: StudentResult) -> bool:
    if not _same_kind(number, result):
        return False
    known = result if result.unit.name or number.unit.measures == "share" else replace(result, unit=number.unit)
    return _equal(number, known, known.value * known.unit.size) and not _sign_matters(number, result)


def _sign_matters(number: Number, result: StudentResult) -> bool:
    """Whether the sign that is written, or said, is not that of the result."""
    if number.role is Role.TERM or not result.value or not number.value:
        return False
    if number.direction:
        return (number.direction > 0) is not (result.value > 0)
    quiet = context.is_distance(number.sentence) or context.says_down(number.sentence)
    asked_for = result.origin in (Origin.VARIABLE, Origin.ENTRY) and number.role is Role.VALUE
    return result.value < 0 < number.value and asked_for and not quiet


def _unit_reason(number: Number, result: StudentResult) -> str:
    """Why a number with the right digits is not the result: another unit, or a factor of a thousand or a hundred."""
    if not result.unit.name:
        percent = number.unit.measures == "share" and number.digits >= 2 and abs(result.value) <= 1
        return "a share, not a percentage" if percent and _digits_of(number, result.value) else ""
    if number.digits < 3 or not number.unit.name:
        return ""
    if number.unit != result.unit and _digits_of(number, result.value):
        return "the unit differs" if not _same_kind(number, result) or number.unit.size != result.unit.size else ""
    if _same_kind(number, result) and any(
        _equal(number, result, result.value * result.unit.size * k) for k in (1e3, 1e-3)
    ):
        return "off by a factor of 1000"
    return ""


def _digits_of(number: Number, value: float) -> bool:
    return abs(abs(number.value) - abs(value)) <= _tolerance(number)


def _swapped(number: Number, result: StudentResult) -> bool:
    """Whether two neighboring digits of the result were interchanged, the commonest slip in copying."""
    if number.digits < 3 or number.step > 1 or (number.unit.name and number.unit != result.unit):
        return False
    decimals = max(0, round(-math.log10(number.step)))
    written, right = f"{abs(number.value):.{decimals}f}", f"{abs(result.value):.{decimals}f}"
    places = [place for place, (one, other) in enumerate(zip(written, right, strict=False)) if one != other]
    if len(written) != len(right) or len(places) != 2:
        return False
    first, second = places
    beside = written[first + 1 : second] in ("", ".")
    return beside and (written[first], written[second]) == (right[second], right[first])


def _distance(number: Number, result: StudentResult) -> float:
    """Relative to the result."""
    size, value = _size(number, result), abs(result.value * result.unit.size)
    return abs(abs(number.value) * size - value) / value if value else float("inf")


def _shown(result: StudentResult, number: Number) -> str:
    digits = max(5, number.digits + 1)
    value = f"{result.value:.{digits}g}"
    value = f"{result.value:.0f}" if "e" in value and 1 <= abs(result.value) < 1e12 else value
    return f"{value.replace('-', '−')} {result.unit.name}".rstrip()

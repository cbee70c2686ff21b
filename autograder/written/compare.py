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

from autograder.views import type_of_array
from autograder.written import surroundings
from autograder.written.follows import Derived, derived
from autograder.written.numbers import Number, Part, numbers
from autograder.written.own import Kind, Own
from autograder.written.plain import plain
from autograder.written.units import COMPOUND, Unit

MAX_REMARKS = 12  # on one answer
_MAX_QUOTED = 60  # characters
_NEAR = 0.15  # of the result: nearer than that, the same quantity is meant
_SLACK = 1.02  # half a digit, and a little for decimal fractions that are none in binary
_SMALL_COUNT = 20
_CUSTOMARY = frozenset((1.96, 2.0, 3.0, 5.0, 50.0, 68.0, 95.0, 99.0, 99.7, 100.0, 1000.0))
_KEY = re.compile(r"[A-Za-z0-9_.]+")


@dataclass(frozen=True)
class Book:
    """What the numbers of an answer are compared with."""

    results: tuple[Own, ...]  # of the variables that tests asked for
    background: tuple[Own, ...] = ()  # what the data, the figures and the printed lines hold
    known: frozenset[float] = frozenset()  # numbers of the question, names of subjects

    @cached_property
    def all(self) -> tuple[Own, ...]:
        """Every number once: one of unknown unit gives way to the same number with its unit."""
        sure = [own for own in self.results if own.unit.name]
        others = [own for own in (*self.results, *self.background) if not own.unit.name]
        known = np.asarray([own.value for own in sure])
        values, steps = (np.asarray([getattr(own, name) for own in others])[:, None] for name in ("value", "step"))
        same = np.abs(values - known) <= steps / 2 * _SLACK + 1e-6 * np.abs(known)
        return (*sure, *(own for own, again in zip(others, same.any(axis=1), strict=True) if not again))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Of all entries: the names of subjects."""
        return frozenset(own.key for own in self.all if own.key)

    @cached_property
    def _sizes(self) -> tuple[type_of_array, type_of_array, type_of_array]:
        """Of all numbers: size as it stands, size in the unit of comparison, half of the last digit."""
        sizes = np.asarray([(abs(own.value), own.unit.size, own.step / 2) for own in self.all]).reshape(-1, 3)
        return sizes[:, 0], sizes[:, 0] * sizes[:, 1], sizes[:, 2]

    def alike(self, number: Number) -> list[Own]:
        """The numbers that may agree with a written one, as far as size goes."""
        raw, sizes, steps = self._sizes
        value, tolerance = abs(number.value), _tolerance(number) + steps
        close = np.abs(raw - value) <= tolerance
        close |= np.abs(sizes - value * number.unit.size) <= tolerance * number.unit.size
        return [self.all[place] for place in np.flatnonzero(close)]


def remarks(text: str, book: Book) -> tuple[str, ...]:
    """What a TA may want to look at in ``text``; empty where everything fits, or where there is nothing to compare."""
    if not any(own.kind is not Kind.BACKGROUND for own in book.results):
        return ()
    judge = _Judge(book, frozenset(_KEY.findall(plain(text))))
    found = dict.fromkeys(said for number in numbers(text) if (said := judge.remark(number)))
    shown = list(found)
    more = len(shown) - MAX_REMARKS
    return (*shown[:MAX_REMARKS], *([f"And {more} more of this sort."] if more > 0 else ()))


@dataclass(frozen=True)
class _Judge:
    book: Book
    words: frozenset[str]  # of the answer
    _made: dict[str, Derived] = field(default_factory=dict)

    def remark(self, number: Number) -> str:
        """A sentence on one number, or ``""``."""
        if number.part in (Part.COUNT, Part.NAME) or self._is_known(number):
            return ""
        readings = [number]
        if number.other is not None:  # "10,467" for 10.467
            readings.append(replace(number, value=number.other, step=number.step / 1000))
        if any(self._fits(reading) for reading in readings):
            return ""
        quoted = f"“{number.text if len(number.text) <= _MAX_QUOTED else number.text[:_MAX_QUOTED] + '…'}”"
        for own, reason in self._differing(number):
            return f"{quoted}: `{own.label}` is {_shown(own, number)}: {reason}."
        return f"{quoted} is not among the student's own results." if self._is_odd(number) else ""

    def _is_known(self, number: Number) -> bool:
        """Whether a number without a unit is the name of something, or stands in the question."""
        return not number.unit.name and (number.value in self.book.known or str(int(number.value)) in self.book.keys)

    def _fits(self, number: Number) -> bool:
        return any(_agrees(number, own) for own in self.book.alike(number)) or self._follows(number)

    def _follows(self, number: Number) -> bool:
        if not self._made:
            self._made[""] = derived(self.book.all, self.words)
        made, units = self._made[""], [number.unit]
        if number.unit.measures == "time" and surroundings.speaks_of_days(number.sentence):
            units.append(Unit("ms per day"))
        tolerance = _tolerance(number)
        return any(made.near(abs(number.value) * unit.size, tolerance * unit.size, unit.measures) for unit in units)

    def _differing(self, number: Number) -> Sequence[tuple[Own, str]]:
        """The result that is meant, with the reason; the likeliest first."""
        meant = [own for own in self.book.all if self._may_be_meant(own, number)]
        alike = [own for own in meant if _same_kind(number, own) and _equal(number, own, own.value * own.unit.size)]
        if alike:
            said_in_words = number.direction and number.value >= 0
            reason = "the direction is opposite" if said_in_words else "the sign differs"
            return [(own, reason) for own in alike if _sign_matters(number, own)]
        if number.part in (Part.RANGE, Part.BOUND) or number.value in _CUSTOMARY or number.value in self.book.known:
            return []
        for own in meant:
            reason = _unit_reason(number, own)
            if reason:
                return [(own, reason)]
        swapped = [own for own in meant if _same_kind(number, own) and _swapped(number, own)]
        if swapped:
            return [(own, "two digits may be swapped") for own in swapped]
        exact = number.digits >= 2 and (bool(number.unit.name) or number.digits >= 3 or not number.whole)
        near = [own for own in meant if exact and _same_kind(number, own) and _distance(number, own) <= _NEAR]
        return [(own, "the number differs") for own in sorted(near, key=lambda own: _distance(number, own))]

    def _may_be_meant(self, own: Own, number: Number) -> bool:
        if own.kind is Kind.ENTRY:
            return bool(own.unit.name) and own.key in _KEY.findall(number.sentence)
        return own.kind is Kind.RESULT or (own.kind is Kind.ESTIMATE and number.unit.measures == "share")

    def _is_odd(self, number: Number) -> bool:
        """Whether a number that fits nothing is worth a word."""
        if number.part is not Part.VALUE or number.value in _CUSTOMARY or number.value in self.book.known:
            return False
        if not number.unit.name and (number.other is not None or number.whole):
            return False  # a list, a year, a count
        if number.whole and abs(number.value) <= _SMALL_COUNT and number.unit.measures not in COMPOUND:
            return False
        compound = number.unit.measures in COMPOUND and number.digits >= 2
        measured = any(own.unit.measures == number.unit.measures for own in self.book.results if own.unit.name)
        return number.digits >= 3 or (compound and measured)


def _tolerance(number: Number) -> float:
    """Half of the last digit that was written; twice that where the number is only said to be about right."""
    return number.step * (1.0 if number.about else 0.5) * _SLACK + 1e-9 * abs(number.value)


def _same_kind(number: Number, own: Own) -> bool:
    """Whether units allow that the two are the same quantity; one that is not named allows everything."""
    kinds = {number.unit.measures, own.unit.measures}
    if "" in kinds or len(kinds) == 1:
        return True
    return kinds == {"time", "time per day"} and surroundings.speaks_of_days(number.sentence)


def _size(number: Number, own: Own) -> float:
    """What one unit of the written number is in the unit of comparison; as written where a unit is missing."""
    if not number.unit.name:
        return own.unit.size
    return number.unit.size


def _equal(number: Number, own: Own, value: float) -> bool:
    size = _size(number, own)
    return abs(abs(number.value) * size - abs(value)) <= (_tolerance(number) + own.step / 2) * size


def _agrees(number: Number, own: Own) -> bool:
    if not _same_kind(number, own):
        return False
    known = own if own.unit.name or number.unit.measures == "share" else replace(own, unit=number.unit)
    return _equal(number, known, known.value * known.unit.size) and not _sign_matters(number, own)


def _sign_matters(number: Number, own: Own) -> bool:
    """Whether the sign that is written, or said, is not that of the result."""
    if number.part is Part.TERM or not own.value or not number.value:
        return False
    if number.direction:
        return (number.direction > 0) is not (own.value > 0)
    quiet = surroundings.is_distance(number.sentence) or surroundings.says_down(number.sentence)
    asked_for = own.kind in (Kind.RESULT, Kind.ENTRY) and number.part is Part.VALUE
    return own.value < 0 < number.value and asked_for and not quiet


def _unit_reason(number: Number, own: Own) -> str:
    """Why a number with the right digits is not the result: another unit, or a factor of a thousand or a hundred."""
    if not own.unit.name:
        percent = number.unit.measures == "share" and number.digits >= 2 and abs(own.value) <= 1
        return "a share, not per cent" if percent and _digits_of(number, own.value) else ""
    if number.digits < 3 or not number.unit.name:
        return ""
    if number.unit != own.unit and _digits_of(number, own.value):
        return "the unit differs" if not _same_kind(number, own) or number.unit.size != own.unit.size else ""
    if _same_kind(number, own) and any(_equal(number, own, own.value * own.unit.size * k) for k in (1e3, 1e-3)):
        return "off by a factor of 1000"
    return ""


def _digits_of(number: Number, value: float) -> bool:
    return abs(abs(number.value) - abs(value)) <= _tolerance(number)


def _swapped(number: Number, own: Own) -> bool:
    """Whether two neighbouring digits of the result were interchanged, the commonest slip in copying."""
    if number.digits < 3 or number.step > 1 or (number.unit.name and number.unit != own.unit):
        return False
    decimals = max(0, round(-math.log10(number.step)))
    written, right = f"{abs(number.value):.{decimals}f}", f"{abs(own.value):.{decimals}f}"
    places = [place for place, (one, other) in enumerate(zip(written, right, strict=False)) if one != other]
    if len(written) != len(right) or len(places) != 2:
        return False
    first, second = places
    beside = written[first + 1 : second] in ("", ".")
    return beside and (written[first], written[second]) == (right[second], right[first])


def _distance(number: Number, own: Own) -> float:
    """Relative to the result."""
    size, value = _size(number, own), abs(own.value * own.unit.size)
    return abs(abs(number.value) * size - value) / value if value else float("inf")


def _shown(own: Own, number: Number) -> str:
    digits = max(5, number.digits + 1)
    value = f"{own.value:.{digits}g}"
    value = f"{own.value:.0f}" if "e" in value and 1 <= abs(own.value) < 1e12 else value
    return f"{value.replace('-', '−')} {own.unit.name}".rstrip()

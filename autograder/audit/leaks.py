"""Reference values in what a student reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.checks.describe import describe, numbers_in
from autograder.checks.figures.panels import clean_figure, content
from autograder.checks.models.mixed import groupings_of
from autograder.checks.tolerance import Tolerance
from autograder.checks.values.containers import as_numbers
from autograder.grading.evidence import RecordedEvidence
from autograder.values.views import Model

_DIGITS = 3  # significant ones in which a number must agree with a reference value to give it away
_SMALL = 10  # whole numbers below count things everywhere
_EXACT = Tolerance(relative=1e-6)
_OWN = Tolerance(relative=1e-3)


def leaks(texts: Iterable[str], secrets: Sequence[Any], public: str, evidence: RecordedEvidence) -> Iterator[str]:
    """Find reference values in what a student reads.

    Args:
        texts: what a student reads of a check that is not passed.
        secrets: the reference values that the checks of the notebook were called with.
        public: the text of the released notebook.
        evidence: what the student's code computed, drew and printed in this part.
    """
    wanted = [abs(secret) for secret in as_numbers(secrets)]
    said = set(map(abs, numbers_in(public)))
    for text in texts:
        shown = {abs(number) for number in numbers_in(text)} - said
        given_away = [number for number in shown if any(_agrees(number, secret) for secret in wanted)]
        if given_away and not _are_own(given_away, evidence):
            yield f"shows a reference value: {text}"


def _agrees(number: float, secret: float) -> bool:
    if number.is_integer() and (number < _SMALL or (number < 10 ** (_DIGITS - 1) and not secret.is_integer())):
        return False  # a count of something, not a rounded estimate
    return _EXACT.within(number, secret) or _EXACT.rounded_to(number, secret) >= _DIGITS


def _are_own(numbers: Sequence[float], evidence: RecordedEvidence) -> bool:
    """Whether the student's own results, figures or prints hold all numbers."""
    own = np.abs(np.fromiter(_own_numbers(evidence), dtype=float))
    return all(any(_OWN.within(one, number) for one in own) for number in numbers)


def _own_numbers(evidence: RecordedEvidence) -> Iterator[float]:
    yield from numbers_in(evidence.printed())
    for name in evidence.part.answers:
        yield from _numbers_of(evidence.value(name))
    for figure in map(clean_figure, evidence.figures()):
        yield from numbers_in(content(figure))
        for axes in figure.axes:
            coordinates = [(one.x, one.y) for one in (*axes.lines, *axes.segments)]
            for x, y in (*coordinates, *((one.x, one.y) for one in axes.points)):
                yield from as_numbers([x, y])
                yield float(len(x))
            yield from (float(len(one.left)) for one in axes.bars)
            for text in (axes.title, *axes.texts, *(axes.legend or ())):
                yield from numbers_in(text)


def _numbers_of(value: Any) -> Iterator[float]:
    if isinstance(value, str):
        yield from numbers_in(value)
    elif isinstance(value, Model):
        yield from as_numbers([value.params, value.scale])
        yield float(len(value.endog))
        yield from (float(len(np.unique(groups))) for groups in groupings_of(value))
    else:
        yield from as_numbers(value)
        yield from numbers_in(describe(value))

"""One number for each subject (random effects, slopes …), in any container that keeps the subjects."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import describe, plural
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import (
    COARSE_HINT,
    COARSE_SHARE,
    CUT_OFF_HINT,
    PREDICTION,
    Match,
    Tolerance,
    distance,
    made_whole,
)
from autograder.checks.values.containers import Unfit, as_number, as_numbers, is_positive, is_usable, key, keys
from autograder.checks.values.number import CARRIED_HINT, own_result, unusable

NO_SUBJECTS_KEEPS = 0.5
_MAX_LABEL = 100  # characters that are looked through for a subject

Effects = dict[str, float]  # subject as text → effect


@dataclass(frozen=True)
class WantedEffects:
    """What is known about the right effects and about the student's earlier results.

    Raises:
        AuthorError: if a subject occurs twice, an effect is not finite, or ``scale`` is not > 0.
    """

    name: str
    values: pd.Series  # the reference, indexed by subject
    scale: float  # standard deviation of the effects in their unit; 5e-4 of it is no difference
    carried: Callable[[], Any] | None = None  # the effects that follow from the student's own earlier results
    each: str = "subject"  # what hints call one of them

    def __post_init__(self) -> None:
        if not is_positive(self.scale):
            raise AuthorError(
                f"the scale of effects is a standard deviation, a number > 0, got {self.scale!r}", self.scale
            )
        finite = all(math.isfinite(value) for value in self.by_subject.values())
        if len(self.by_subject) != len(self.values) or not self.by_subject or not finite:
            raise AuthorError("the reference effects need one finite number for each subject", self.values)

    @cached_property
    def by_subject(self) -> Effects:
        """Subject as text → effect."""
        return {key(label): float(value) for label, value in self.values.items()}

    @property
    def tolerance(self) -> Tolerance:
        """Absolute, never relative: some effects are close to zero."""
        return Tolerance(relative=0.0, absolute=PREDICTION * self.scale)

    def of(self, value: Any, *, first: bool = False) -> Effects | Unfit:
        """The effects that a value holds; see :func:`as_effects`.

        Args:
            value: the student's, or that of a misconception.
            first: of several numbers for a subject only the first counts.
        """
        return as_effects(value, set(self.by_subject), first=first)

    def match(self, got: Effects, want: Effects | None = None) -> Match:
        """How well effects agree with the reference, or with others: as well as the worst of them.

        Args:
            got: effects by subject; with other subjects they do not agree at all.
            want: what they are compared with; ``None``: the reference.
        """
        asked = self.by_subject if want is None else want
        if got.keys() != asked.keys():
            return Match.NONE
        return min((self.tolerance.match(got[subject], asked[subject]) for subject in asked), default=Match.NONE)


def judge_effects(answer: Any, want: WantedEffects, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as one number for each subject.

    It may be a dict, a Series, a DataFrame (subjects in the index, the columns or a column of their own) or a dict
    of one-element Series as statsmodels gives it, with subjects as number, text or category.

    Args:
        answer: the student's value.
        want: the reference by subject, and what is as good as it.
        rows: misconceptions about the variable, whose values are read like an answer.
    """
    got = want.of(answer)
    if isinstance(got, Unfit):
        first = want.of(answer, first=True) if got.kind == "several-per-subject" else got
        found = None if isinstance(first, Unfit) else _known(first, want, rows, Match.FULL)
        verdict = found or rows.named(_unfit(answer, got, want))
        return replace(verdict, got=describe(answer)).with_notes(rows.notes)
    match = want.match(got)
    if match is Match.FULL:
        return right(describe(answer))
    own = want.of(own_result(want.carried))
    if not isinstance(own, Unfit) and want.match(got, own) is Match.FULL:
        return right(describe(answer), CARRIED_HINT)
    found = _known(got, want, rows, Match.FULL if match is Match.COARSE else Match.COARSE)
    verdict = found or rows.named(_generic(got, want, match))
    return replace(verdict, got=describe(answer)).with_notes(rows.notes)


def _known(got: Effects, want: WantedEffects, rows: Misconceptions, at_least: Match) -> Verdict | None:
    def agrees(value: Any) -> Match:
        other = want.of(value)
        return Match.NONE if isinstance(other, Unfit) else want.match(got, other)

    def is_right(value: Any) -> bool:
        other = want.of(value)
        return not isinstance(other, Unfit) and want.match(other) is Match.FULL

    def far(value: Any) -> float:
        other = want.of(value)
        return math.inf if isinstance(other, Unfit) else max(distance(got[one], other[one]) for one in got)

    return rows.recognize(agrees, is_right, at_least, far)


def as_effects(value: Any, subjects: set[str], *, first: bool = False) -> Effects | Unfit:
    """The numbers by subject that a value holds; of several per subject only the ``first``, where asked for.

    Args:
        value: any container that keeps the subjects.
        subjects: those of the data as texts, by which labels and columns are recognized.
        first: of several numbers for a subject only the first counts.

    Returns:
        Subject as text → number; or why there is none: the kinds of ``as_number``, ``no-subjects`` (numbers
        without subjects), ``several-per-subject``, ``twice`` (a subject occurs twice).
    """
    if not is_usable(value) or isinstance(value, str | bytes | bool | np.bool_):
        unfit = as_number(value)
        return unfit if isinstance(unfit, Unfit) else Unfit("other")
    pairs = _pairs(value, subjects)
    if pairs is None:
        return Unfit("no-subjects")
    named = subjects_named([subject for subject, _ in pairs], subjects)
    pairs = [(subject, inner) for subject, (_, inner) in zip(named, pairs, strict=True)]
    if len({subject for subject, _ in pairs}) != len(pairs):
        return Unfit("twice")
    effects: Effects = {}
    for subject, inner in pairs:
        number = as_number(inner)
        if first and isinstance(number, Unfit):
            number = next(iter(as_numbers(inner)), number)
        if isinstance(number, Unfit):
            return Unfit("several-per-subject" if number.kind == "several" else number.kind)
        effects[subject] = number
    return effects if effects else Unfit("empty")


def _pairs(value: Any, subjects: set[str]) -> list[tuple[str, Any]] | None:
    match value:
        case Mapping():
            nested = next(iter(value.values())) if len(value) == 1 else None
            if isinstance(nested, Mapping | pd.Series) and key(next(iter(value))) not in subjects:
                return _pairs(nested, subjects)
            return [(key(label), inner) for label, inner in value.items()]
        case pd.Series():
            return list(zip(_labels(value.index, subjects), list(value), strict=True))
        case pd.DataFrame():
            return _pairs_of_table(value, subjects)
        case list() | tuple() if value and all(isinstance(item, Mapping) for item in value):
            return _pairs_of_table(pd.DataFrame(list(value)), subjects)
        case list() | tuple() if value and all(isinstance(item, list | tuple) and len(item) == 2 for item in value):
            return [(key(label), inner) for label, inner in value]
        case np.ndarray() if value.ndim == 2 and value.shape[1] == 2:
            return list(zip(keys(value[:, 0]), list(value[:, 1]), strict=True))
    return None


def _labels(index: pd.Index, subjects: set[str]) -> list[str]:
    """The subjects of an index; of several levels the one that holds them."""
    for level in range(index.nlevels):
        labels = keys(index.get_level_values(level))
        if subjects & set(labels):
            return labels
    return keys(index)


def _pairs_of_table(table: pd.DataFrame, subjects: set[str]) -> list[tuple[str, Any]] | None:
    if len(table) == 1 and subjects & set(keys(table.columns)):
        return list(zip(keys(table.columns), list(table.iloc[0]), strict=True))
    own = [place for place in range(table.shape[1]) if _holds_subjects(table.iloc[:, place], subjects)]
    numeric = [place for place in range(table.shape[1]) if place not in own[:1]]
    labels = keys(table.iloc[:, own[0]]) if own else _labels(table.index, subjects)
    labels = subjects_named(labels, subjects)
    if not subjects & set(labels) or not numeric:
        return None
    if len(numeric) == 1:
        return list(zip(labels, list(table.iloc[:, numeric[0]]), strict=True))
    return [(label, list(table.iloc[row, numeric])) for row, label in enumerate(labels)]


def _holds_subjects(column: pd.Series, subjects: set[str]) -> bool:
    labels = set(subjects_named(keys(column), subjects))
    return len(labels & subjects) * 2 > len(labels)


def subjects_named(labels: list[str], subjects: set[str]) -> list[str]:
    """The subjects that labels such as "Subject 308", "S308" or "(308, 'Group')" name; the labels, if one names none.

    A label names a subject where the words and numbers of exactly one subject stand in it.

    Args:
        labels: as they stand in an answer.
        subjects: those of the data, as texts.

    Example:
        >>> subjects_named(["Subject 308", "S309"], {"308", "309"})
        ['308', '309']
    """
    if subjects & set(labels) or len(labels) > 4 * len(subjects) or any(len(label) > _MAX_LABEL for label in labels):
        return labels
    words = {subject: _words(subject) for subject in subjects}
    found = []
    for label in labels:
        inside = _words(label)
        named = [subject for subject, own in words.items() if own and _contains(inside, own)]
        if len(named) != 1:
            return labels
        found += named
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", text.lower())


def _contains(words: list[str], own: list[str]) -> bool:
    return any(words[start : start + len(own)] == own for start in range(len(words) - len(own) + 1))


def _unfit(answer: Any, unfit: Unfit, want: WantedEffects) -> Verdict:
    if unfit.kind == "no-subjects":
        hint = (
            f"The numbers stand without their {want.each}s: keep the {want.each} with each number (a dict or a Series)."
        )
        in_order = dict(zip(want.by_subject, as_numbers(answer), strict=False))
        complete = len(as_numbers(answer)) == len(want.by_subject) and want.match(in_order) is Match.FULL
        return Verdict(NO_SUBJECTS_KEEPS if complete else 0.0, hint=hint, mistake=unfit.kind)
    if unfit.kind == "several-per-subject":
        hint = f"There are several numbers for each {want.each}: does your model have more than one random effect?"
        return wrong(hint=hint, mistake=unfit.kind)
    if unfit.kind == "twice":
        return wrong(hint=f"The same {want.each} occurs more than once.", mistake=unfit.kind)
    if unfit.kind == "text" and not isinstance(answer, str):
        return wrong(hint="The numbers are stored as texts.", mistake=unfit.kind)
    return unusable(want.name, answer, unfit.kind)


def _generic(got: Effects, want: WantedEffects, match: Match) -> Verdict:
    asked = want.by_subject
    if match is Match.COARSE:
        return Verdict(COARSE_SHARE, hint=COARSE_HINT, mistake="rounded")
    lost, added = asked.keys() - got.keys(), got.keys() - asked.keys()
    if lost:
        hint = f"{plural(len(lost), want.each).capitalize()} of the data not found among yours."
        return wrong(hint=hint, mistake="subjects")
    if added:
        return wrong(hint=f"There are entries that are not {want.each}s of the data: {len(added)}.", mistake="subjects")
    if want.match({subject: -value for subject, value in got.items()}) is Match.FULL:
        return wrong(hint="The sizes are right, the signs are not.", mistake="sign")
    whole = made_whole([got[subject] for subject in asked], list(asked.values()))
    if whole:
        return wrong(hint=CUT_OFF_HINT if whole == "cut-off" else COARSE_HINT, mistake=whole)
    differing = sum(want.tolerance.match(got[subject], asked[subject]) is Match.NONE for subject in asked)
    return wrong(hint=f"The numbers of {differing} out of {plural(len(asked), want.each)} are not what the data give.")

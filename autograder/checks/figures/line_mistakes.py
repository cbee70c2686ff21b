"""Rows of misconceptions for lines in figures."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.figures.lines import LineTolerance, Pair, lines_in, matched, pair
from autograder.checks.figures.panels import SWAPPED_KEEPS, transposed
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import Verdict
from autograder.checks.tolerance import Match
from autograder.checks.values.containers import key
from autograder.values.views import Figure, Line


def known_line(
    verdict: Verdict, figures: Sequence[Figure], want: Pair, tolerance: LineTolerance, rows: Misconceptions
) -> Verdict:
    """The verdict in the course's words where a row's line was drawn, perhaps with the axes exchanged.

    Args:
        verdict: the check's own.
        figures: of the part.
        want: the right intercept and slope.
        tolerance: range and scale.
        rows: misconceptions; ``wrong`` gives intercept and slope.
    """
    drawn = _drawn(figures)

    def agrees(value: Any, turned: bool) -> Match:
        other, within = pair(value), LineTolerance(None, None) if turned else tolerance
        return Match.FULL if any(within.on(line, other) for one in drawn(turned) for line in one) else Match.NONE

    return _told(verdict, agrees, lambda value: _same(pair(value), want, tolerance), rows)


def known_lines(
    verdict: Verdict,
    figures: Sequence[Figure],
    wants: Mapping[str, Pair],
    at_least: int,
    tolerance: LineTolerance,
    rows: Misconceptions,
) -> Verdict:
    """The verdict in the course's words where at least so many of a row's lines were drawn.

    Args:
        verdict: the check's own.
        figures: of the part.
        wants: name → the right intercept and slope.
        at_least: lines that are asked for; of a row with fewer lines, all of them.
        tolerance: range and scale.
        rows: misconceptions; ``wrong`` gives name → intercept and slope.
    """
    drawn = _drawn(figures)

    def agrees(value: Any, turned: bool) -> Match:
        others, within = _by_name(value), LineTolerance(None, None) if turned else tolerance
        enough = min(at_least, len(others))
        found = (len(matched(one, others, within)) for one in drawn(turned))
        return Match.FULL if others and any(count >= enough for count in found) else Match.NONE

    def is_right(value: Any) -> bool:
        others = _by_name(value)
        return others.keys() == wants.keys() and all(_same(others[name], wants[name], tolerance) for name in wants)

    return _told(verdict, agrees, is_right, rows)


def _drawn(figures: Sequence[Figure]) -> Callable[[bool], list[list[Line]]]:
    """The lines of each figure, as they are or with the axes exchanged; found once for all rows."""

    @functools.cache
    def drawn(turned: bool) -> list[list[Line]]:
        lines = [lines_in(one) for one in figures]
        return [[transposed(line) for line in one] for one in lines] if turned else lines

    return drawn


def _told(
    verdict: Verdict,
    agrees: Callable[[Any, bool], Match],
    is_right: Callable[[Any], bool],
    rows: Misconceptions,
) -> Verdict:
    """The verdict in the words of the rows that were drawn, or were drawn with the axes exchanged."""
    found = rows.recognize(lambda value: agrees(value, False), is_right)
    if found is None and verdict.mistake != "swapped":
        turned = rows.recognize(lambda value: agrees(value, True), is_right)
        found = turned and replace(
            turned,
            share=SWAPPED_KEEPS * turned.share,
            hint=f"The axes are exchanged. {turned.hint}",
            mistake=f"swapped, {turned.mistake}",
        )
    told = replace(found, got=verdict.got) if found is not None else rows.named(verdict)
    return told.with_notes(rows.notes)


def _by_name(value: Any) -> dict[str, Pair]:
    return {key(name): pair(line) for name, line in value.items()}


def _same(one: Pair, other: Pair, tolerance: LineTolerance) -> bool:
    """Whether two lines cannot be told apart over the range of the predictor."""
    x = np.array(tolerance.over or (0.0, 1.0), dtype=float)
    return tolerance.on(Line(x, one[0] + one[1] * x), other)

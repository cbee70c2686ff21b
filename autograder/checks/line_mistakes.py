"""Rows of misconceptions for lines in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.containers import key
from autograder.checks.mistakes import Misconceptions
from autograder.checks.straight_lines import Pair, Ruler, lines_in, matched, pair
from autograder.checks.tolerance import Match
from autograder.checks.verdict import Verdict
from autograder.views import Figure, Line


def known_line(verdict: Verdict, figures: Sequence[Figure], want: Pair, ruler: Ruler, rows: Misconceptions) -> Verdict:
    """The verdict in the course's words where a row's (intercept, slope) was drawn."""

    def agrees(value: Any) -> Match:
        other = pair(value)
        return Match.FULL if any(ruler.on(line, other) for one in figures for line in lines_in(one)) else Match.NONE

    return _told(verdict, rows.recognise(agrees, lambda value: _same(pair(value), want, ruler)), rows)


def known_lines(
    verdict: Verdict,
    figures: Sequence[Figure],
    wants: Mapping[str, Pair],
    at_least: int,
    ruler: Ruler,
    rows: Misconceptions,
) -> Verdict:
    """The verdict in the course's words where at least so many of a row's lines were drawn."""

    def agrees(value: Any) -> Match:
        others = _by_name(value)
        enough = min(at_least, len(others))
        return (
            Match.FULL if any(len(matched(lines_in(one), others, ruler)) >= enough for one in figures) else Match.NONE
        )

    def is_right(value: Any) -> bool:
        others = _by_name(value)
        return others.keys() == wants.keys() and all(_same(others[name], wants[name], ruler) for name in wants)

    return _told(verdict, rows.recognise(agrees, is_right), rows)


def _told(verdict: Verdict, found: Verdict | None, rows: Misconceptions) -> Verdict:
    told = replace(found, got=verdict.got) if found is not None else rows.named(verdict)
    return told.with_notes(rows.notes)


def _by_name(value: Any) -> dict[str, Pair]:
    return {key(name): pair(line) for name, line in value.items()}


def _same(one: Pair, other: Pair, ruler: Ruler) -> bool:
    """Whether two lines cannot be told apart over the range of the predictor."""
    x = np.array(ruler.over or (0.0, 1.0), dtype=float)
    return ruler.on(Line(x, one[0] + one[1] * x), other)

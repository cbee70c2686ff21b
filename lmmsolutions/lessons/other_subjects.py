"""Answers to question 4 that belong to another subject than the one asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from lmmsolutions.core.results import Mistake, type_of_numbers

SUBJECTS = (308, 309, 310, 330, 331, 332, 333, 334, 335, 337, 349, 350, 351, 352, 369, 370, 371, 372)

type_of_line = Callable[[pd.DataFrame, int], tuple[float, float]]  # data, subject → intercept, slope
type_of_points = Callable[[pd.DataFrame, int], tuple[type_of_numbers, type_of_numbers]]  # … → Days, Reaction

_HINT = "This belongs to another subject. Check which subject the filter selects."


def mistakes(asked: int, known: int, line: type_of_line, points: type_of_points) -> Iterator[Mistake]:
    """Numbers, lines and points of all subjects but the one asked for and another that has rows of its own."""
    for other in (one for one in SUBJECTS if one not in (asked, known)):
        name = f"subject {other}"
        yield Mistake(name, f"intercept_{asked}", lambda d, who=other: line(d, who)[0], 0.25, _HINT)
        yield Mistake(name, f"slope_{asked}", lambda d, who=other: line(d, who)[1], 0.25, _HINT)
        yield Mistake(name, f"line_{asked}", lambda d, who=other: line(d, who), 0.25, _HINT)
        yield Mistake(name, f"points_{asked}", lambda d, who=other: points(d, who), 0.25, _HINT)

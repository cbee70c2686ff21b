"""Wrong ways to what one subject's rows give: through its own rows, and by those of another subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from lmmsolutions.core.least_squares import fit_ols
from lmmsolutions.core.results import Mistake, type_of_numbers

SUBJECTS = (308, 309, 310, 330, 331, 332, 333, 334, 335, 337, 349, 350, 351, 352, 369, 370, 371, 372)

type_of_line = Callable[[pd.DataFrame, int], tuple[float, float]]  # data, subject → intercept, slope
type_of_points = Callable[[pd.DataFrame, int], tuple[type_of_numbers, type_of_numbers]]  # … → Days, Reaction

_HINT = "This belongs to another subject. Check which subject the filter selects."


def parabola(rows: pd.DataFrame) -> tuple[float, float]:
    """Constant and linear coefficient of a second-degree polynomial."""
    days = rows["Days"]
    design = pd.DataFrame({"constant": 1.0, "linear": days, "square": np.square(days)})
    constant, linear, _ = fit_ols(rows["Reaction"], design).fe_params
    return float(constant), float(linear)


def first_observation(rows: pd.DataFrame) -> float:
    """Reaction on the first day, ms."""
    return float(rows.sort_values("Days")["Reaction"].iloc[0])


def first_to_last(rows: pd.DataFrame) -> float:
    """Change from the first to the last day, per day."""
    ends = rows.sort_values("Days").iloc[[0, -1]]
    return float(np.diff(ends["Reaction"])[0] / np.diff(ends["Days"])[0])


def of_others(asked: int, known: int, line: type_of_line, points: type_of_points) -> Iterator[Mistake]:
    """Numbers, lines and points of all subjects but the one asked for and another that has rows of its own.

    Args:
        asked: the subject of the question.
        known: the other one, whose rows of misconceptions stand elsewhere.
        line: data and subject → intercept and slope.
        points: data and subject → Days and Reaction.

    Yields:
        Rows for ``intercept_308``, ``slope_308``, ``line_308`` and ``points_308``, where 308 is asked for.
    """
    for other in (one for one in SUBJECTS if one not in (asked, known)):
        name = f"subject {other}"
        yield Mistake(name, f"intercept_{asked}", lambda d, who=other: line(d, who)[0], 0.25, _HINT)
        yield Mistake(name, f"slope_{asked}", lambda d, who=other: line(d, who)[1], 0.25, _HINT)
        yield Mistake(name, f"line_{asked}", lambda d, who=other: line(d, who), 0.25, _HINT)
        yield Mistake(name, f"points_{asked}", lambda d, who=other: points(d, who), 0.25, _HINT)

"""Points: what checks are worth together, and what they earn."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograder.checks.errors import AuthorError
from autograder.checks.outcome import CheckResult

_SLACK = 1e-7  # thirds written as 1 / 3 add up, 0.333333 does not


def valid(credit: float) -> float:
    """The credit of one check in points.

    Raises:
        AuthorError: if it is not a number ≥ 0.
    """
    if isinstance(credit, bool) or not isinstance(credit, int | float) or not math.isfinite(credit) or credit < 0:
        raise AuthorError(f"a credit must be a number of points ≥ 0, got {credit!r}", credit)
    return float(credit)


def total(points: float, results: Sequence[CheckResult]) -> float:
    """The points earned, 0 … ``points``.

    Raises:
        AuthorError: if the credits of the checks do not add up to the points of the cell.
    """
    credits_sum = math.fsum(result.credit for result in results)
    if not results or abs(credits_sum - points) > _SLACK * max(1.0, points):
        listed = ", ".join(f"{result.label}: {result.credit:g}" for result in results) or "no checks"
        raise AuthorError(f"the credits add up to {credits_sum:g}, but the cell is worth {points:g} points ({listed})")
    earned = math.fsum(result.earned for result in results)
    if all(result.earned == result.credit for result in results):
        return float(points)
    return float(min(round(max(earned, 0.0), 9), points))

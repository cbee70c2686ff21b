"""The list of checks of one test cell: its points, its data, its results."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from autograder.checks import credit as points_of
from autograder.checks.errors import AuthorError
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import CheckResult
from autograder.checks.verdict import Verdict
from autograder.checks.watch import Asked, tell
from autograder.evidence import student


class Sheet:
    """Collects the results of checks and adds up their points.

    Args:
        points: what the test cell is worth; the credits of its checks add up to it.
        data: the data that misconceptions are computed on.

    Raises:
        AuthorError: if ``points`` is not a number ≥ 0.
    """

    def __init__(self, points: float, data: pd.DataFrame | None = None) -> None:
        if isinstance(points, bool) or not isinstance(points, int | float) or not math.isfinite(points) or points < 0:
            raise AuthorError(f"the points of a test cell must be a number ≥ 0, got {points!r}", points)
        self._points = float(points)
        self._data = data
        self._results: list[CheckResult] = []

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """The checks so far, in order."""
        return tuple(self._results)

    def score(self) -> float:
        """Hand the list of checks to the referee; the last expression of a test cell.

        Returns:
            The points earned, a plain ``float`` from 0 to the points of the cell.

        Raises:
            AuthorError: if the credits of the checks do not add up to the points of the cell.
        """
        earned = points_of.total(self._points, self._results)
        student.report(earned, self.results)
        return earned

    def _rows(self, mistakes: Iterable[Mistake], quantity: str) -> Misconceptions:
        return Misconceptions(mistakes, quantity, self._data)

    def _add(
        self,
        label: str,
        credit: float,
        verdict: Verdict,
        want: Any,
        rows: Misconceptions | None = None,
        measured: tuple[str, str] = ("", ""),
    ) -> None:
        """Add the line of one check; ``measured`` is the student's variable and its unit, where a unit is declared."""
        tell(Asked(label, want, rows.names if rows else ()))
        quantity, unit = measured if measured[1] else ("", "")
        self._results.append(replace(verdict.result(label, points_of.valid(credit)), quantity=quantity, unit=unit))

"""A misconception as an author writes it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One row of misconceptions, for ``Checks(mistakes=[…])``; it is a :class:`autograder.checks.mistakes.Mistake`.

    Attributes:
        name: short name for reports, such as ``"r-squared"``.
        quantity: what it belongs to: the student's variable, or the name of the figure's check.
        wrong: gives, of the tables that the test cell asked for, the value that the mistake leads to, or the name of
            a kind of mistake that the check sees by itself (``"swapped"``, see :mod:`autograder.checks.kinds`).
        hint: explains the mistake to the student, without the answer.
        keeps: share of the check's credit that is kept, 0 … 1.

    Example:
        >>> from autograder import Mistake
        >>> table = pd.DataFrame({"time": [250.0, 262.0, 268.0, 290.0]})
        >>> with trying(mean=265.0, data={"times.csv": table}):
        ...     data = student.data("times.csv")
        ...     checks = Checks(
        ...         mistakes=[
        ...             Mistake(
        ...                 name="median",
        ...                 quantity="mean",
        ...                 wrong=lambda data: data["time"].median(),
        ...                 keeps=0.25,
        ...                 hint="This is the value in the middle.",
        ...             )
        ...         ]
        ...     )
        ...     checks.number("mean", data["time"].mean())
        0.25 of 1 points
          ◐ `mean`: partly right, 0.25 of 1 points
              Found: 265
              Hint: This is the value in the middle.
    """

    name: str
    quantity: str
    wrong: Callable[..., Any]
    hint: str
    keeps: float = 0.0

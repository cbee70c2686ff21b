"""``Checks``: what the hidden tests of a test cell say, sentence by sentence."""

from __future__ import annotations

import functools
from typing import Any

from autograder.checks.custom import find
from autograder.checks.methods.answers import AnswerChecks
from autograder.checks.methods.drawings import DrawingChecks
from autograder.checks.methods.neighbors import NeighborChecks
from autograder.checks.methods.simulations import SimulationChecks
from autograder.checks.methods.structures import StructureChecks
from autograder.checks.methods.values import ValueChecks


class Checks(ValueChecks, StructureChecks, SimulationChecks, AnswerChecks, DrawingChecks, NeighborChecks):
    """All checks of one test cell.

    ::

        from autograder import Checks, student
        from lmmsolutions.lessons import ols

        reference = ols.solve(student.data("sleepstudy.csv"))
        checks = Checks(mistakes=ols.MISTAKES)
        checks.number("slope", reference.slope, credit=0.5, unit="ms per day")
        checks.line(reference.intercept, reference.slope, over=(0, 9), credit=0.5)

    Points come from the test cell, misconceptions are computed on the tables that the cell asked for, and the referee
    takes the list from the cell.  Kinds of check that others wrote (:func:`autograder.check`) are methods as well.

    Args:
        points: what the test cell is worth; default: what the cell's metadata say. The credits of the checks add up
            to it.
        data: the table that misconceptions are computed on, or several; default: those that the test cell has asked
            for with ``student.data``, in that order.
        mistakes: rows of misconceptions for all checks; each takes those of its own variable or figure.
        own_mistakes: a function without arguments that gives the same rows, computed on the student's own earlier
            result, for answers that ``mistakes`` do not explain.

    Raises:
        AuthorError: if ``points`` is not a number ≥ 0.

    Example:
        >>> with trying(slope=10.47, n_subjects=17):
        ...     checks = Checks(points=2)
        ...     checks.number("slope", 10.467286, credit=1.5)
        ...     checks.count("n_subjects", 18)
        1.5 of 2 points
          ✓ `slope`: right, 1.5 of 1.5 points
              Found: 10.47
          ✗ `n_subjects`: not right, 0 of 0.5 points
              Found: 17
              Hint: This is not the count that the data give.
    """

    def __getattr__(self, name: str) -> Any:
        method = None if name.startswith("_") else find(name)
        if method is None:
            raise AttributeError(f"there is no kind of check {name!r}; see `help(autograder.Checks)`")
        return functools.partial(method, self)

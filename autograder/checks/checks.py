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
    """

    def __getattr__(self, name: str) -> Any:
        method = None if name.startswith("_") else find(name)
        if method is None:
            raise AttributeError(f"there is no kind of check {name!r}; see `help(autograder.Checks)`")
        return functools.partial(method, self)

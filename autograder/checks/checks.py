"""``Checks``: what the hidden tests of a test cell say, sentence by sentence."""

from __future__ import annotations

from autograder.checks.figure_checks import FigureChecks
from autograder.checks.value_checks import ValueChecks


class Checks(ValueChecks, FigureChecks):
    """All checks of one test cell.

    ::

        checks = Checks(points=1, data=data)
        checks.number("slope", reference.slope, credit=0.5, mistakes=ols.MISTAKES)
        checks.line(reference.intercept, reference.slope, over=(0, 9), credit=0.5)
        checks.score()
    """

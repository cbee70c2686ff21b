"""A drawn data set with everything that screening asks of it, computed once and only when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

from lmmsolutions.core.data import load
from lmmsolutions.core.least_squares import fit_line
from lmmsolutions.core.results import LineFit, Mistake
from lmmsolutions.lessons.assignments import ASSIGNMENTS as ALL
from lmmsolutions.lessons.assignments import Assignment
from lmmsolutions.lessons.correlation import MISTAKES_IN_CLEANING
from lmmsolutions.lessons.mixed_model import MixedModel
from lmmsolutions.lessons.subject_comparisons import SubjectComparison
from lmmsolutions.variants.answers import Pair, Scale, has_value, pairs_apart
from lmmsolutions.variants.drawing import Variant
from lmmsolutions.variants.optimizers import OPTIMIZERS, StudentsFit, students_fit

ASSIGNMENTS: Mapping[str, Assignment] = {name: item for name, item in ALL.items() if name < "07"}
type_of_pairs = Mapping[tuple[str, Pair], float]  # (assignment, pair) → tolerances apart

# Rows, columns, subjects and days are kept, so that honest code that relies on them runs: these answers stay.
SAME_ANSWERS = ("data_shape", "days_min", "days_max", "subject_1", "subject_2")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A variant and what follows from it."""

    variant: Variant

    @property
    def complete(self) -> pd.DataFrame:
        """The table without faults."""
        return self.variant.complete

    @property
    def faulty(self) -> pd.DataFrame:
        """The table with missing values and zeros."""
        return self.variant.faulty

    @cached_property
    def solutions(self) -> Mapping[str, Any]:
        """Assignment → its solution.

        Raises:
            MixedFitError: the mixed model has no regular fit.
        """
        return {name: item.solve(self.variant.of(name)) for name, item in ASSIGNMENTS.items()}

    def line(self, subject: int) -> LineFit:
        """One subject's own line, without the other subjects' of assignment 4."""
        rows = self.complete[self.complete["Subject"] == subject]
        return fit_line(rows["Days"], rows["Reaction"])

    @property
    def mixed(self) -> MixedModel:
        """The solution of assignment 5."""
        solution: MixedModel = self.solutions["05-mixed-model"]
        return solution

    @property
    def comparison(self) -> SubjectComparison:
        """The solution of assignment 6."""
        solution: SubjectComparison = self.solutions["06-subject-comparisons"]
        return solution

    @cached_property
    def scale(self) -> Scale:
        """What differences are measured by."""
        return Scale.of(self.complete)

    @cached_property
    def wrong(self) -> Mapping[str, list[tuple[Mistake, Any]]]:
        """Assignment → its misconceptions, each with the value that it leads to."""
        return {
            name: [(row, row.wrong(self.variant.of(name))) for row in item.mistakes]
            for name, item in ASSIGNMENTS.items()
        }

    @cached_property
    def pairs(self) -> type_of_pairs:
        """How far misconceptions are from the right answer and from each other, in tolerances."""
        return {
            (name, pair): apart
            for name, values in self.wrong.items()
            for pair, apart in pairs_apart(self.solutions[name], values, self.scale).items()
        }

    @property
    def without_value(self) -> frozenset[tuple[str, str]]:
        """The misconceptions (quantity, name) that lead to nothing on these data."""
        return frozenset(_key(row) for values in self.wrong.values() for row, value in values if not has_value(value))

    @cached_property
    def answers(self) -> Mapping[tuple[str, str], Any]:
        """(assignment, quantity) → the right answer, of all that depend on Reaction."""
        return {
            (name, quantity): getattr(self.solutions[name], quantity)
            for name, item in ASSIGNMENTS.items()
            for quantity in dict.fromkeys(row.quantity for row in item.mistakes)
            if quantity not in SAME_ANSWERS
        }

    @cached_property
    def fits(self) -> Mapping[str, StudentsFit]:
        """Optimizer → how a student's fit with it compares with the reference."""
        return {name: students_fit(self.complete, self.mixed, name) for name in OPTIMIZERS}


@cache
def published() -> Candidate:
    """The published data, in the same terms; they have no faults."""
    data = load("sleepstudy")
    return Candidate(Variant(0, data, data))


@cache
def indistinct_as_published() -> frozenset[tuple[str, Pair]]:
    """The pairs that a check cannot tell apart on the published data either.

    Misconceptions about cleaning are not among them: the published data have nothing to clean, a variant has.
    """
    cleaning: set[tuple[str, str]] = {_key(row) for row in MISTAKES_IN_CLEANING}
    return frozenset(
        (name, pair)
        for (name, pair), apart in published().pairs.items()
        if apart <= 1 and not {(pair.quantity, pair.one), (pair.quantity, pair.other)} & cleaning
    )


def _key(row: Mistake) -> tuple[str, str]:
    return row.quantity, row.name

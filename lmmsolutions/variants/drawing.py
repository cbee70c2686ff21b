"""Draw other reaction times for the published subjects and days.

The population gets another line, each subject another intercept and slope and each row another residual, by the model
with random intercepts and slopes that fits the published data (Reaction ~ Days, REML).  The line is steeper: a slope
keeps two digits before the point, so that rounding it to two decimals stays harmless.  A subject's new effects
correlate with its predicted ones, so that fast subjects tend to stay fast; their distribution is that of the model.
Two accidents of the published data are kept, so that what was computed does not look as if it were typed in: no value
lies outside their range, to which a student may have fitted the bins of a histogram, and subject 371 is average
(:func:`_with_average_subject`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import truncnorm

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import MixedFitError
from lmmsolutions.lessons.mixed_model.models import random_slopes
from lmmsolutions.lessons.subject_comparisons import SUBJECT_1

WITH_FAULTS = "02-correlation"  # the one assignment whose question is about cleaning
DECIMALS = 4  # of a published reaction time
INSET = 0.01  # by this share the extremes lie inside the published ones
AVERAGE = 4.0  # ms by which the mean of an average subject may differ from that of all
MOVED = (1.0, 2.0)  # standard errors by which the population's intercept and slope move
LIKENESS = 0.8  # correlation of a subject's new effects with its predicted ones

# How many values of each kind the table with faults has; different numbers, so that no count passes for another.
FAULTS: tuple[tuple[str, float, int], ...] = (
    ("Reaction", float("nan"), 4),
    ("Reaction", 0.0, 2),
    ("Subject", float("nan"), 2),
    ("Subject", 0.0, 1),
)

type_of_floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Variant:
    """Other data under the name of the published ones."""

    seed: int
    complete: pd.DataFrame  # columns, types, rows, days and subjects of sleepstudy; other Reaction, ms
    faulty: pd.DataFrame  # the same with missing values and zeros in Reaction and Subject, so Subject is float

    def of(self, assignment: str) -> pd.DataFrame:
        """The table of one assignment, a fresh copy."""
        return (self.faulty if assignment == WITH_FAULTS else self.complete).copy()

    def content(self, assignment: str) -> bytes:
        """The CSV file of one assignment, in the form of the published one."""
        table = self.of(assignment).astype({"Subject": "Int64"})  # a subject stays a whole number beside a gap
        return table.to_csv(index=False, lineterminator="\n").encode()


@dataclass(frozen=True, eq=False)
class _Population:
    """The model to draw from."""

    fixed: type_of_floats  # intercept in ms, slope in ms per day
    errors: type_of_floats  # their standard errors
    root: type_of_floats  # Cholesky root of the covariance of a subject's intercept and slope, shape (2, 2)
    predicted: type_of_floats  # a subject's intercept and slope as deviations (BLUPs), shape (subjects, 2)
    residual_sd: float  # ms
    lowest: float  # ms
    highest: float  # ms


@cache
def _published() -> pd.DataFrame:
    return load("sleepstudy")


@cache
def _population() -> _Population:
    published = _published()
    fit = random_slopes(published)
    if fit is None or fit.boundary:
        raise MixedFitError("the published data have no regular fit with random slopes", fit)
    # Rounded, so that the last digits of the optimizer cannot show in the fourth decimal of a drawn value.
    return _Population(
        fixed=np.round(fit.fixed.to_numpy(float), 2),
        errors=np.round(fit.standard_errors.to_numpy(float), 2),
        root=np.linalg.cholesky(np.round(fit.random_covariance.to_numpy(float), 2)),
        predicted=np.round(fit.random_effects.to_numpy(float), 2),
        residual_sd=round(fit.residual_variance**0.5, 2),
        lowest=round((1 + INSET) * float(published["Reaction"].min()), 2),
        highest=round((1 - INSET) * float(published["Reaction"].max()), 2),
    )


def draw(seed: int) -> Variant:
    """The data set of a seed: a candidate, for better or worse."""
    rng = np.random.default_rng(seed)
    table = _published()
    complete = table.assign(Reaction=_reactions(table, _population(), rng))
    return Variant(seed, complete, _with_faults(complete, rng))


def _reactions(table: pd.DataFrame, population: _Population, rng: np.random.Generator) -> type_of_floats:
    """New reaction times for the rows of a table, ms."""
    codes, subjects = pd.factorize(table["Subject"])
    days = table["Days"].to_numpy(float)
    direction = np.array([rng.choice((-1, 1)), 1])
    fixed = population.fixed + direction * rng.uniform(*MOVED, 2) * population.errors
    fresh = rng.standard_normal((len(subjects), 2)) @ population.root.T
    own = fixed + LIKENESS * population.predicted + math.sqrt(1 - LIKENESS**2) * fresh
    line = own[codes, 0] + own[codes, 1] * days
    ends = [(end - line) / population.residual_sd for end in (population.lowest, population.highest)]
    reaction = line + population.residual_sd * truncnorm.ppf(rng.random(len(table)), *ends)
    deviation = float(rng.uniform(-AVERAGE, AVERAGE))
    reaction = _with_average_subject(reaction, table["Subject"].to_numpy() == SUBJECT_1, deviation)
    return np.asarray(np.round(reaction, DECIMALS), dtype=np.float64)


def _with_average_subject(reaction: type_of_floats, rows: NDArray[np.bool_], deviation: float) -> type_of_floats:
    """One subject's rows moved up or down, so that their mean is that of all rows but for ``deviation``, ms.

    The nearer a subject is to the average, the less it matters how far it is pulled there.  On the published data the
    intercept of subject 371 is therefore the same, to the tolerance, by maximum likelihood and by REML.
    """
    moved = reaction.copy()
    moved[rows] += reaction.mean() + deviation - reaction[rows].mean()
    return moved


def _with_faults(complete: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The table with faulty values, at most one in a row and one of a subject, none in the rows shown by ``head()``."""
    codes, subjects = pd.factorize(complete["Subject"])
    columns = {name: complete[name].to_numpy(float, copy=True) for name in dict.fromkeys(name for name, *_ in FAULTS)}
    chosen = iter(rng.permutation(np.arange(1, len(subjects))))
    for name, value, number in FAULTS:
        for _ in range(number):
            columns[name][rng.choice(np.flatnonzero(codes == next(chosen)))] = value
    return complete.assign(**columns)

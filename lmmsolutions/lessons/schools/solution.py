"""Scores of pupils in ten schools: score ~ hours, a random intercept per school, and how far each school is pulled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import MixedFit, fit_mixed
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers
from lmmsolutions.lessons.fits import icc

TRUE_SCHOOL_SD = 8.0  # points, of the simulation
TRUE_RESIDUAL_SD = 5.0  # points
COLUMNS = ("n", "raw", "factor", "blup")


@dataclass(frozen=True, eq=False)
class Schools:
    """The answers of assignment 9; scores in points, hours of homework a week."""

    slope_ols: Annotated[float, Means("slope of hours, schools ignored", "points per hour")]
    slope_mixed: Annotated[float, Means("slope of hours in the mixed model", "points per hour")]
    se_ols: Annotated[float, Means("standard error of slope_ols", "points per hour")]
    se_mixed: Annotated[float, Means("standard error of slope_mixed", "points per hour")]
    school_variance: Annotated[float, Means("variance of the schools' intercepts", "points²")]
    residual_variance: Annotated[float, Means("variance of the pupils of one school around its line", "points²")]
    icc: Annotated[float, Means("intraclass correlation, hours in the model")]
    true_school_variance: Annotated[float, Means("variance between schools in the simulation", "points²")]
    true_icc: Annotated[float, Means("intraclass correlation of the simulation")]
    shrinkage: Annotated[pd.DataFrame, Means("few schools: n, raw, factor, blup of each", "pupils, points, 1, points")]
    school_intercepts: Annotated[type_of_numbers, Means("intercept of each school's line in the mixed model", "points")]
    population_intercept: Annotated[float, Means("intercept of the line of an average school", "points")]
    points: tuple[type_of_numbers, type_of_numbers]  # what the figure shows: hours and score
    ols_results: FittedModel  # the fits, for checks of a whole model
    mixed_results: FittedModel

    @property
    def school_lines(self) -> Mapping[str, tuple[float, float]]:
        """School → (intercept in points, slope in points per hour)."""
        return {str(school): (value, self.slope_mixed) for school, value in self.school_intercepts.to_dict().items()}

    @property
    def population_line(self) -> tuple[float, float]:
        """Intercept in points, slope in points per hour."""
        return self.population_intercept, self.slope_mixed

    @property
    def pairs(self) -> Mapping[str, tuple[float, float]]:
        """School → (raw, blup) in points, which the figure of shrinkage joins."""
        both = zip(self.shrinkage["raw"].tolist(), self.shrinkage["blup"].tolist(), strict=True)
        return dict(zip(map(str, self.shrinkage.index), both, strict=True))


@cached_by_content
def solve(schools: pd.DataFrame, few: pd.DataFrame) -> Schools:
    """Fit score ~ hours with and without a random intercept, and follow the pull toward the population line.

    Args:
        schools: columns ``school``, ``hours`` (of homework a week) and ``score`` (points), a row for each pupil.
        few: the same, where two schools have few pupils.

    Returns:
        The answers; ``shrinkage`` has the schools as its index and the columns ``COLUMNS``.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit; a variance of zero between schools is a :class:`BoundaryFit`.
    """
    table = table_of(schools)
    line, fit = fit_line(table["hours"], table["score"]), _fit(table)
    total = TRUE_SCHOOL_SD**2 + TRUE_RESIDUAL_SD**2
    return Schools(
        slope_ols=line.slope,
        slope_mixed=float(fit.fixed["hours"]),
        se_ols=line.slope_se,
        se_mixed=float(fit.standard_errors["hours"]),
        school_variance=fit.group_variance,
        residual_variance=fit.residual_variance,
        icc=icc(fit),
        true_school_variance=TRUE_SCHOOL_SD**2,
        true_icc=TRUE_SCHOOL_SD**2 / total,
        shrinkage=shrinkage(table_of(few), _fit(table_of(few))),
        school_intercepts=intercepts(fit),
        population_intercept=float(fit.fixed["Intercept"]),
        points=(schools["hours"], schools["score"]),
        ols_results=fit_ols(table["score"], with_constant(table[["hours"]])),
        mixed_results=fit.model,
    )


def table_of(schools: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model, checked."""
    return require(schools, "score", "hours", labels=["school"])


def _fit(table: pd.DataFrame) -> MixedFit:
    return fit_mixed(table["score"], with_constant(table[["hours"]]), table["school"])


def intercepts(fit: MixedFit) -> pd.Series[float]:
    """Intercept of each school's line, points."""
    return (fit.fixed["Intercept"] + fit.random_effects["Intercept"]).rename("intercept").rename_axis("school")


def shrinkage(table: pd.DataFrame, fit: MixedFit) -> pd.DataFrame:
    """For each school, its pupils n, mean distance from the population line, factor and random effect.

    The effect is factor · raw with factor = τ² / (τ² + σ²/n) (Snijders & Bosker 2012, *Multilevel Analysis*, ch. 4.8).

    Args:
        table: as :func:`table_of` gives it.
        fit: of a random intercept model of this table, with the fixed effect ``hours``.

    Returns:
        Columns ``n`` (pupils), ``raw`` (points), ``factor`` (0 … 1) and ``blup`` (points), by school.
    """
    distance = table["score"] - fit.fixed["Intercept"] - fit.fixed["hours"] * table["hours"]
    by_school = distance.groupby(table["school"])
    n = by_school.size()
    factor = fit.group_variance / (fit.group_variance + fit.residual_variance / n)
    columns = [n, by_school.mean(), factor, fit.random_effects["Intercept"]]
    return pd.concat(columns, axis=1, keys=list(COLUMNS)).rename_axis("school")

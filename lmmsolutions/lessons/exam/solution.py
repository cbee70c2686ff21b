"""Test scores of one student's part of the schools: test_score ~ hours + prior_gpa, by school."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import MixedFit, RandomTerm, fit_terms
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers
from lmmsolutions.lessons.checking_planning.solution import conditional
from lmmsolutions.lessons.fits import icc
from lmmsolutions.lessons.model_comparison.solution import mixture

SCORE, SCHOOL, CLASS = "test_score", "school_id", "class_id"
PREDICTORS = ("hours", "prior_gpa")
STUDENT = {"hours": 1.0, "prior_gpa": 3.5}  # of the predictions: 15 hours

_MOST = 256  # draws whose answers are kept: those of a class, in which a neighbor's numbers are looked for
_of_class = functools.partial(cached_by_content, most=_MOST)


@dataclass(frozen=True, eq=False)
class Exam:
    """The answers of assignment 15; scores in points, one step of hours is five hours."""

    n_students: Annotated[int, Means("number of students")]
    n_classes: Annotated[int, Means("number of classes, each in one school")]
    correlation: Annotated[float, Means("correlation of hours and score")]
    slope_ols: Annotated[float, Means("least squares slope of hours", "points per step")]
    se_ols: Annotated[float, Means("its standard error", "points per step")]
    gpa_tenth: Annotated[float, Means("expected difference for a tenth of a grade point", "points")]
    school_variance: Annotated[float, Means("variance between schools, one slope for all", "points²")]
    residual_variance: Annotated[float, Means("variance within schools, one slope for all", "points²")]
    icc: Annotated[float, Means("share of the variance around the line that lies between schools")]
    design_effect: Annotated[float, Means("design effect of a predictor of the school, at the mean size of a school")]
    slope_variance: Annotated[float, Means("variance of the schools' slopes", "(points per step)²")]
    effects_correlation: Annotated[float, Means("correlation of the schools' intercepts and slopes")]
    slope_se: Annotated[float, Means("standard error of the mean slope with slopes of schools", "points per step")]
    lrt: Annotated[float, Means("likelihood ratio of slopes of schools against one slope, by ML")]
    p_slopes: Annotated[float, Means("its p-value, half χ² with 1 and half with 2 degrees of freedom")]
    pred_population: Annotated[float, Means("expected score at 15 hours and GPA 3.5, average school", "points")]
    school_difference: Annotated[float, Means("how much higher it is in the school of the smallest number", "points")]
    intercept_sd: float  # of the schools' intercepts, a scale for predictions
    residual_points: tuple[type_of_numbers, type_of_numbers]  # fitted values and residuals with the schools' effects
    ols_results: FittedModel
    intercepts_results: FittedModel
    slopes_results: FittedModel

    @property
    def scatter(self) -> tuple[type_of_numbers, type_of_numbers]:
        """What the figure shows, under the name that misconceptions have for it."""
        return self.residual_points


@cached_by_content
def solve(students: pd.DataFrame, *_: pd.DataFrame) -> Exam:
    """All answers on the data of one student.

    Args:
        students: as :func:`~lmmsolutions.lessons.exam.drawing.draw` gives them: columns ``school_id`` (a number),
            ``class_id``, ``hours`` (steps of five hours above ten), ``prior_gpa`` (0 to 4) and ``test_score`` (points).
        _: the table that they were drawn from, which misconceptions need and right answers do not.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    parts = (overview, squares, common_slope, own_slopes, likelihoods)
    return Exam(**{name: value for part in parts for name, value in vars(part(students)).items()})


def table_of(students: pd.DataFrame) -> pd.DataFrame:
    """The columns of the models, checked."""
    return require(students, SCORE, *PREDICTORS, labels=[SCHOOL, CLASS])


def fit_schools(
    table: pd.DataFrame,
    *,
    slopes: bool = False,
    reml: bool = True,
    predictors: tuple[str, ...] = PREDICTORS,
    correlated: bool = True,
    groups: str | list[str] = SCHOOL,
) -> MixedFit:
    """Test scores with a random intercept for each group, and a random slope of hours where that is asked for.

    Args:
        table: as :func:`table_of` gives it.
        slopes: whether groups have slopes of their own.
        reml: restricted (True) or ordinary (False) maximum likelihood.
        predictors: columns with fixed effects; a constant is added.
        correlated: whether intercept and slope of a group may be correlated.
        groups: the column that names the group, or the columns that name it together.

    Raises:
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    random = with_constant(table[["hours"]]) if slopes else None
    term = RandomTerm(table[groups], random, correlated)
    return fit_terms(table[SCORE], with_constant(table[list(predictors)]), [term], reml=reml)


@_of_class
def overview(students: pd.DataFrame, *_: Any) -> SimpleNamespace:
    """The answers of 15a."""
    table = table_of(students)
    return SimpleNamespace(
        n_students=len(table),
        n_classes=len(table[[SCHOOL, CLASS]].drop_duplicates()),
        correlation=float(table["hours"].corr(table[SCORE])),
    )


@_of_class
def squares(students: pd.DataFrame, *_: Any) -> SimpleNamespace:
    """The answers of 15b."""
    table = table_of(students)
    fit = fit_ols(table[SCORE], with_constant(table[list(PREDICTORS)]))
    return SimpleNamespace(
        slope_ols=float(fit.fe_params[1]),
        se_ols=float(fit.standard_errors[1]),
        gpa_tenth=float(fit.fe_params[2]) / 10,
        ols_results=fit,
    )


@_of_class
def common_slope(students: pd.DataFrame, *_: Any) -> SimpleNamespace:
    """The answers of 15c."""
    table = table_of(students)
    fit = fit_schools(table)
    return SimpleNamespace(
        school_variance=fit.group_variance,
        residual_variance=fit.residual_variance,
        icc=icc(fit),
        design_effect=design_effect(mean_size(table), icc(fit)),
        intercepts_results=fit.model,
    )


@_of_class
def own_slopes(students: pd.DataFrame, *_: Any) -> SimpleNamespace:
    """The answers of 15d, 15f and 15g."""
    table = table_of(students)
    fit = fit_schools(table, slopes=True)
    first = int(table[SCHOOL].min())
    fitted = conditional(fit, table, SCHOOL)
    asked = asked_for()
    return SimpleNamespace(
        slope_variance=float(fit.random_covariance.to_numpy()[1, 1]),
        effects_correlation=fit.terms[0].correlation,
        slope_se=float(fit.standard_errors["hours"]),
        pred_population=float(fit.population(asked).iloc[0]),
        school_difference=float(fit.of_group(first, asked).iloc[0] - fit.population(asked).iloc[0]),
        intercept_sd=float(fit.terms[0].standard_deviations["Intercept"]),
        residual_points=(fitted, table[SCORE] - fitted),
        slopes_results=fit.model,
    )


@_of_class
def likelihoods(students: pd.DataFrame, *_: Any) -> SimpleNamespace:
    """The answers of 15e."""
    table = table_of(students)
    one, own = (fit_schools(table, slopes=slopes, reml=False).log_likelihood for slopes in (False, True))
    return SimpleNamespace(lrt=2 * (own - one), p_slopes=mixture(2 * (own - one)))


def mean_size(table: pd.DataFrame) -> float:
    """Mean number of students in a school."""
    return len(table) / table[SCHOOL].nunique()


def design_effect(size: float, correlation: float) -> float:
    """How many rows are worth one independent row, for a predictor of the school (Kish 1965, *Survey Sampling*, ch. 5).

    Args:
        size: mean number of students in a school.
        correlation: intraclass correlation of a school.

    Example:
        >>> design_effect(25, 0.5)
        13.0
    """
    return 1 + (size - 1) * correlation


def asked_for() -> pd.DataFrame:
    """The design row of the student of 15f."""
    return with_constant(pd.DataFrame([STUDENT]))

"""What goes wrong with partial pooling."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.least_squares import fit_line
from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.fits import error, fixed, half_interval, icc, of_predictions, whole
from lmmsolutions.lessons.own_model import of_other_kind, on_own_model
from lmmsolutions.lessons.schools import models
from lmmsolutions.lessons.schools.models import as_asked, by_ml, line, of, without_hours
from lmmsolutions.lessons.schools.own_answers import QUANTITIES
from lmmsolutions.lessons.schools.shrinkage_mistakes import SHRINKAGE_MISTAKES
from lmmsolutions.lessons.schools.solution import TRUE_RESIDUAL_SD, TRUE_SCHOOL_SD, intercepts, table_of

type_of_lines = Callable[[pd.DataFrame, pd.DataFrame], dict[str, tuple[float, float]]]


def _between(fit: MixedFit) -> float:
    return fit.group_variance


def _within(fit: MixedFit) -> float:
    return fit.residual_variance


def _share_of_roots(fit: MixedFit) -> float:
    return math.sqrt(_between(fit)) / (math.sqrt(_between(fit)) + math.sqrt(_within(fit)))


def _share_of_means(schools: pd.DataFrame, _few: pd.DataFrame) -> float:
    return float(schools.groupby("school")["score"].mean().var() / schools["score"].var())


def _share_of_total(schools: pd.DataFrame, few: pd.DataFrame) -> float:
    return of(_between)(schools, few) / float(schools["score"].var())


def _own_lines(schools: pd.DataFrame, _few: pd.DataFrame) -> dict[str, tuple[float, float]]:
    found = {}
    for school, rows in table_of(schools).groupby("school"):
        line = fit_line(rows["hours"], rows["score"])
        found[str(school)] = (line.intercept, line.slope)
    return found


def _slope_with_dummies(schools: pd.DataFrame, few: pd.DataFrame) -> float:
    return float(models.schools_as_dummies(schools, few).fe_params[1])


def _dummy_lines(schools: pd.DataFrame, few: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Parallel lines through each school's own averages."""
    slope = _slope_with_dummies(schools, few)
    means = table_of(schools).groupby("school")[["hours", "score"]].mean()
    levels = means["score"] - slope * means["hours"]
    return {str(school): (level, slope) for school, level in levels.to_dict().items()}


def _deviations(schools: pd.DataFrame, few: pd.DataFrame) -> dict[str, tuple[float, float]]:
    fit = as_asked(schools, few)
    if fit is None:
        return {}
    alone = intercepts(fit) - fit.fixed["Intercept"]
    return {str(school): (value, fixed("hours")(fit)) for school, value in alone.to_dict().items()}


def _level_lines(schools: pd.DataFrame, few: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The schools' lines in the model without hours."""
    fit = without_hours(schools, few)
    return {} if fit is None else {str(school): (level, 0.0) for school, level in intercepts(fit).to_dict().items()}


def _level_line(schools: pd.DataFrame, few: pd.DataFrame) -> tuple[float, float]:
    return of(fixed("Intercept"), without_hours)(schools, few), 0.0


_POOLED = "This comes from ordinary least squares, which knows no schools."
_MIXED = "This comes from the mixed model. Here the fit that ignores the schools is asked for."
_DUMMIES = "Each school entered as a fixed effect. A random intercept treats the schools as a sample of schools."
_NO_HOURS = "This model has no hours in it, so what the pupils' hours explain counts as a difference of schools too."
_ROOTS = "Square roots went into the share. Variances add up, standard deviations do not."
_OTHER_SHARE = "This is a share of another variance. The model splits the scores around the line of hours in two parts."
_TRUTH = "This is the value that the data were simulated with. Estimate it from the data."
_ESTIMATE = "This was estimated. The question asks for what the simulation was told."
_NO_CONSTANT = "This line was forced through the origin. `sm.OLS` adds no constant by itself, and a formula has one."
_EIGHT = (
    "What does the second argument of `normal` mean: a variance, or its square root? Variances add up, roots do not."
)
_OWN = "These lines were fitted to each school alone. The mixed model has one slope and pulls the levels together."
_ALONE = "The fixed intercept is missing: a school's line starts at the fixed intercept plus the school's effect."
_OLS_LINE = "This is the line of ordinary least squares. Draw the population line of the mixed model."

MISTAKES: tuple[Mistake, ...] = (
    Mistake("mixed model", "ols_results", whole(as_asked), 0.25, _MIXED),
    Mistake("schools as fixed effects", "ols_results", models.schools_as_dummies, 0.25, _DUMMIES),
    Mistake("pooled OLS", "mixed_results", models.pooled, 0.0, _POOLED),
    Mistake("schools as fixed effects", "mixed_results", models.schools_as_dummies, 0.25, _DUMMIES),
    Mistake("ML for REML", "mixed_results", whole(by_ml), 0.5, hints.ML),
    Mistake("no effect of hours", "mixed_results", whole(without_hours), 0.25, _NO_HOURS),
    *several(
        "pooled OLS",
        0.25,
        _POOLED,
        slope_mixed=lambda s, _: line(s).slope,
        se_mixed=lambda s, _: line(s).slope_se,
        residual_variance=lambda s, _: line(s).residual_variance,
    ),
    *several("mixed model", 0.25, _MIXED, slope_ols=of(fixed("hours")), se_ols=of(error("hours"))),
    *several(
        "schools as fixed effects",
        0.25,
        _DUMMIES,
        slope_ols=lambda *t: float(models.schools_as_dummies(*t).fe_params[1]),
        se_ols=lambda *t: float(models.schools_as_dummies(*t).standard_errors[1]),
    ),
    *several(
        "no constant",
        0.25,
        _NO_CONSTANT,
        slope_ols=lambda *t: float(models.through_origin(*t).fe_params[0]),
        se_ols=lambda *t: float(models.through_origin(*t).standard_errors[0]),
    ),
    Mistake("half the interval", "se_mixed", of(half_interval("hours")), 0.25, hints.MARGIN),
    # Their standard errors agree to a tolerance with the mixed model's.
    Mistake(
        "schools as fixed effects",
        "slope_mixed",
        lambda s, f: float(models.schools_as_dummies(s, f).fe_params[1]),
        0.25,
        _DUMMIES,
    ),
    *several(
        "ML for REML",
        0.5,
        hints.ML,
        school_variance=of(_between, by_ml),
        residual_variance=of(_within, by_ml),
        icc=of(icc, by_ml),
        slope_mixed=of(fixed("hours"), by_ml),
        se_mixed=of(error("hours"), by_ml),
    ),
    *several(
        "no effect of hours",
        0.25,
        _NO_HOURS,
        icc=of(icc, without_hours),
        school_variance=of(_between, without_hours),
        residual_variance=of(_within, without_hours),
    ),
    *several(
        "standard deviation",
        0.5,
        hints.SD,
        school_variance=of(lambda fit: math.sqrt(_between(fit))),
        residual_variance=of(lambda fit: math.sqrt(_within(fit))),
        true_school_variance=lambda *_: TRUE_SCHOOL_SD,
    ),
    *several(
        "variance of the predicted effects",
        0.25,
        hints.OF_PREDICTIONS,
        school_variance=of(of_predictions),
        icc=of(lambda fit: of_predictions(fit) / (of_predictions(fit) + _within(fit))),
    ),
    *several(
        "variance ratio",
        0.5,
        hints.RATIO,
        school_variance=of(lambda fit: _between(fit) / _within(fit)),
    ),
    *several(
        "variance ratio",
        0.5,
        hints.RATIO_FOR_SHARE,
        icc=of(lambda fit: _between(fit) / _within(fit)),
        true_icc=lambda *_: TRUE_SCHOOL_SD**2 / TRUE_RESIDUAL_SD**2,
    ),
    *several(
        "variances exchanged", 0.25, hints.EACH_OTHER, school_variance=of(_within), residual_variance=of(_between)
    ),
    Mistake("standard deviations", "icc", of(_share_of_roots), 0.5, _ROOTS),
    Mistake("R squared", "icc", lambda s, _: line(s).r_squared, 0.25, _OTHER_SHARE),
    Mistake("share of the school means", "icc", _share_of_means, 0.25, _OTHER_SHARE),
    Mistake("share of the variance of all scores", "icc", _share_of_total, 0.25, _OTHER_SHARE),
    Mistake("true value", "school_variance", lambda *_: TRUE_SCHOOL_SD**2, 0.0, _TRUTH),
    Mistake("true value", "icc", lambda *_: TRUE_SCHOOL_SD**2 / (TRUE_SCHOOL_SD**2 + TRUE_RESIDUAL_SD**2), 0.0, _TRUTH),
    *several(
        "complement",
        0.5,
        hints.COMPLEMENT,
        icc=of(lambda fit: 1 - icc(fit)),
        true_icc=lambda *_: TRUE_RESIDUAL_SD**2 / (TRUE_SCHOOL_SD**2 + TRUE_RESIDUAL_SD**2),
    ),
    Mistake("residual variance", "true_school_variance", lambda *_: TRUE_RESIDUAL_SD**2, 0.25, hints.EACH_OTHER),
    *several("estimate", 0.25, _ESTIMATE, true_school_variance=of(_between), true_icc=of(icc)),
    Mistake(
        "standard deviations", "true_icc", lambda *_: TRUE_SCHOOL_SD / (TRUE_SCHOOL_SD + TRUE_RESIDUAL_SD), 0.5, _EIGHT
    ),
    Mistake(
        "standard deviation of the schools",
        "true_icc",
        lambda *_: TRUE_SCHOOL_SD / (TRUE_SCHOOL_SD + TRUE_RESIDUAL_SD**2),
        0.5,
        _EIGHT,
    ),
    *SHRINKAGE_MISTAKES,
    Mistake("schools' own lines", "school_lines", _own_lines, 0.25, _OWN),
    Mistake("schools as fixed effects", "school_lines", _dummy_lines, 0.25, _DUMMIES),
    Mistake("fixed intercept forgotten", "school_lines", _deviations, 0.25, _ALONE),
    *several("no effect of hours", 0.25, _NO_HOURS, school_lines=_level_lines, population_line=_level_line),
    Mistake("pooled OLS", "population_line", lambda s, _: (line(s).intercept, line(s).slope), 0.25, _OLS_LINE),
)


def mistakes_on(fit: Any) -> tuple[Mistake, ...]:
    """What going wrong gives with a model of somebody's own in the place of the one asked for.

    Args:
        fit: a mixed model under statsmodels' attribute names.
    """
    rows = on_own_model(MISTAKES, models.as_asked, fit)
    if len(fit.cov_re) == 1:
        return rows
    return (*of_other_kind(fit, "random slopes", 0.0, hints.SLOPES, QUANTITIES), *rows)

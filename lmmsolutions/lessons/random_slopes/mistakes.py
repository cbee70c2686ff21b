"""What goes wrong with random slopes."""

from __future__ import annotations

import math
from typing import Any

from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.fits import divided_by_variances, error, half_interval, whole
from lmmsolutions.lessons.mixed_model.models import pooled
from lmmsolutions.lessons.own_model import on_own_model
from lmmsolutions.lessons.random_slopes.paths import (
    as_asked,
    correlation,
    covariance,
    entries,
    entry,
    grouped_by_day,
    intercepts,
    number,
    of_blups,
    of_lines,
    random_covariance,
    slope_alone,
    slopes,
)
from lmmsolutions.lessons.random_slopes.prediction_mistakes import PREDICTION_MISTAKES

_PARALLEL = "In this model all lines have one slope. Which argument lets the slopes differ?"
_NO_CORRELATION = "This model forbids that intercept and slope go together. One `re_formula` with both allows it."
_DAY_GROUPS = "The groups are the days. Repeated measurements belong together by the person."
_POOLED = "This model makes no difference between subjects. Use a mixed model with random intercepts and slopes."
_SCATTER_OF_LINES = (
    "This comes from the subjects' own lines. They carry measurement noise, which adds to the variances and ties high "
    "starts to low slopes; the model takes it off."
)
_SCATTER_OF_BLUPS = (
    "This comes from the predicted effects. They are pulled together, so they vary less than the subjects do; the "
    "model estimates the variances directly."
)
_UNIT = "This is the covariance. A correlation has no unit."
_FIXED_CORRELATION = (
    "This is the correlation of the two estimates, not of the subjects' intercepts and slopes. It also equals that of "
    "the own lines on these data, which carry measurement noise."
)
_DAY_ZERO = (
    "The variance of the intercepts, the covariance and the correlation depend on the day from which is counted. Keep "
    "the days as they are in the table."
)
_OLS_SE = "This standard error comes from a model in which every row counts as a new person."
_PEOPLE = "This is the spread of people, not of their average."
_NOISE_TOO = "Each slope is measured with noise too, which this leaves out."
_EXCHANGED = "The two effects are exchanged. Look at their names in the result."


MISTAKES: tuple[Mistake, ...] = (
    Mistake("random intercepts only", "slopes_results", whole(intercepts), 0.25, _PARALLEL),
    Mistake("uncorrelated", "slopes_results", whole(slopes(correlated=False)), 0.5, _NO_CORRELATION),
    Mistake("no random intercepts", "slopes_results", whole(slope_alone), 0.25, hints.SLOPE_ALONE),
    Mistake("ML for REML", "slopes_results", whole(slopes(reml=False)), 0.5, hints.ML),
    Mistake("groups are the days", "slopes_results", whole(grouped_by_day), 0.25, _DAY_GROUPS),
    Mistake("pooled OLS", "slopes_results", pooled, 0.0, _POOLED),
    Mistake("random intercepts only", "intercept_variance", number(entry(0, 0), intercepts), 0.25, _PARALLEL),
    Mistake("random intercepts only", "slope_se", number(error("Days"), intercepts), 0.25, _PARALLEL),
    *several(
        "variance ratio", 0.5, hints.RATIO, **covariance(lambda fit: random_covariance(fit) / fit.residual_variance)
    ),
    *several(
        "standard deviation",
        0.5,
        hints.SD,
        intercept_variance=number(lambda fit: math.sqrt(entry(0, 0)(fit))),
        slope_variance=number(lambda fit: math.sqrt(entry(1, 1)(fit))),
    ),
    *several("ML for REML", 0.5, hints.ML, **covariance(random_covariance, slopes(reml=False))),
    Mistake("ML for REML", "slope_se", number(error("Days"), slopes(reml=False)), 0.5, hints.ML),
    Mistake("ML for REML", "correlation", number(lambda f: f.terms[0].correlation, slopes(reml=False)), 0.5, hints.ML),
    *several(
        "uncorrelated",
        0.5,
        _NO_CORRELATION,
        intercept_variance=number(entry(0, 0), slopes(correlated=False)),
        slope_variance=number(entry(1, 1), slopes(correlated=False)),
        covariance=lambda _: 0.0,
        correlation=lambda _: 0.0,
        slope_se=number(error("Days"), slopes(correlated=False)),
    ),
    *several("variances of the own lines", 0.25, _SCATTER_OF_LINES, **entries(of_lines)),
    *several("variances of the predicted effects", 0.25, _SCATTER_OF_BLUPS, **entries(of_blups)),
    Mistake("no random intercepts", "slope_variance", number(entry(0, 0), slope_alone), 0.25, hints.SLOPE_ALONE),
    *several(
        "variances exchanged",
        0.25,
        _EXCHANGED,
        intercept_variance=number(entry(1, 1)),
        slope_variance=number(entry(0, 0)),
    ),
    Mistake("covariance", "correlation", number(entry(0, 1)), 0.25, _UNIT),
    Mistake("correlation", "covariance", number(lambda fit: fit.terms[0].correlation), 0.25, _UNIT),
    Mistake(
        "correlation of the estimates",
        "correlation",
        number(lambda fit: correlation(fit.fixed_covariance.to_numpy(float))),
        0.25,
        _FIXED_CORRELATION,
    ),
    Mistake(
        "days centered",
        "correlation",
        number(lambda fit: fit.terms[0].correlation, slopes(centre=True)),
        0.5,
        _DAY_ZERO,
    ),
    *several(
        "days centered",
        0.5,
        _DAY_ZERO,
        intercept_variance=number(entry(0, 0), slopes(centre=True)),
        covariance=number(entry(0, 1), slopes(centre=True)),
    ),
    Mistake("pooled OLS", "slope_se", lambda d: float(pooled(d).standard_errors[1]), 0.25, _OLS_SE),
    Mistake("standard deviation of the slopes", "slope_se", number(lambda f: math.sqrt(entry(1, 1)(f))), 0.25, _PEOPLE),
    Mistake(
        "noise of the slopes left out",
        "slope_se",
        number(lambda fit: math.sqrt(entry(1, 1)(fit) / len(fit.random_effects))),
        0.5,
        _NOISE_TOO,
    ),
    Mistake("divided by the variances", "correlation", number(divided_by_variances), 0.25, hints.BY_VARIANCES),
    Mistake("half the interval", "slope_se", number(half_interval("Days")), 0.25, hints.MARGIN),
    *PREDICTION_MISTAKES,
)


def mistakes_on(fit: Any) -> tuple[Mistake, ...]:
    """What going wrong gives with a model of somebody's own in the place of the one asked for.

    Args:
        fit: a mixed model with random intercepts and slopes under statsmodels' attribute names.
    """
    return on_own_model(MISTAKES, as_asked, fit)

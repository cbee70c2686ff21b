"""What goes wrong with lines and predictions from random slopes.

A wrong column of a table of lines is called ``own_lines.slope`` and so on.
"""

from __future__ import annotations

import math

import numpy as np

from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.random_slopes.paths import (
    common_slope,
    diagonal,
    drawn_over_days,
    effects_alone,
    form,
    intercepts,
    line_of_308,
    mixed_column,
    new_spread,
    observed_means,
    observed_of_308,
    once,
    own_column,
    own_intercepts_of_centred_days,
    own_line_of_308,
    parallel_line_of_308,
    parallel_lines,
    population_line,
    slopes,
    type_of_floats,
    type_of_line,
    type_of_spread,
)
from lmmsolutions.lessons.random_slopes.solution import mixed_lines

_BY_ML, _CENTRED, _UNCORRELATED = slopes(reml=False), slopes(centre=True), slopes(correlated=False)

_NO_CORRELATION = "The model behind these forbids that intercept and slope go together. Let them be correlated."
_DAY_ZERO = "The model behind these counts days from their mean. Count them as they are in the table, here and there."
_OVER_DAYS = "These are lines over the days. In the plane each line is a single point: intercept across, slope upwards."
_ADDED = "Variances of independent parts add up, their standard deviations do not. Take the root at the end."
_AVERAGE = "This is the average subject's line. The subject's own effects are missing from it."
_OWN = "This line was fitted to the subject's rows alone. The model pulls it toward the population line."
_BOTH = "Both of the subject's effects belong into its line: one moves the height, the other the slope."
_ALONE = "These are the deviations alone. The line starts from the fixed effects."
_EXCHANGED = "The two effects are exchanged. Look at their names in the result."
_ONE_SUBJECT = "This is the line of one subject. An average subject has no effects of its own."
_OBSERVED_MEANS = (
    "These are the means of the observed days. The question asks for the model's line, also beyond the last day."
)
_OBSERVED = "These are the subject's observations. The question asks for the model's line, also beyond the last day."
_THREE = (
    "What varies for somebody who was never measured: the person, the measurement, and our estimate of the population "
    "line? Which of them is missing?"
)
_TOGETHER = "A person's intercept and slope vary together; their covariance adds twice the day."
_SQUARED = "A slope's variance is multiplied by the day squared, for the slope itself is multiplied by the day."
_SCALE = "`scale` is the residual variance already: there is nothing to square."
_ONE_SLOPE = "These lines share one slope. Fit the rows of each subject alone, so that each line has its own."
_NOT_ROOTED = "This is the variance. A standard deviation has the unit of Reaction."
_TURNED = "Intercept and slope are exchanged. `np.polyfit` gives the highest power first; look at the units of each."
_MODEL_LINES = "These are the lines of the mixed model. Here each subject's rows are fitted alone."
_OWN_LINES = "These lines were fitted to each subject alone. The model pulls them toward the population line."
_PARALLEL = "In this model all lines have one slope. Which argument lets the slopes differ?"


def _right_line(a: float, b: float, u: float, v: float) -> tuple[float, float]:
    return a + u, b + v


def _right_spread(x: type_of_floats, v: type_of_floats, g: type_of_floats, s: float) -> type_of_floats:
    return np.asarray(np.sqrt(form(x, v + g) + s))


_LINES_OF_308: tuple[tuple[str, type_of_line, float, str], ...] = (
    ("average subject", lambda a, b, _u, _v: (a, b), 0.25, _AVERAGE),
    ("slope effect forgotten", lambda a, b, u, _v: (a + u, b), 0.5, _BOTH),
    ("intercept effect forgotten", lambda a, b, _u, v: (a, b + v), 0.5, _BOTH),
    ("deviations alone", lambda _a, _b, u, v: (u, v), 0.25, _ALONE),
    ("effects exchanged", lambda a, b, u, v: (a + v, b + u), 0.25, _EXCHANGED),
)

# Design x, covariance v of the fixed effects, covariance g of a subject's effects, residual variance s.
_SPREADS: tuple[tuple[str, type_of_spread, float, str], ...] = (
    ("standard error of the mean", lambda x, v, _g, _s: np.sqrt(form(x, v)), 0.25, _THREE),
    ("without the measurement", lambda x, v, g, _s: np.sqrt(form(x, v + g)), 0.5, _THREE),
    ("measurement alone", lambda x, _v, _g, s: np.full(len(x), math.sqrt(s)), 0.25, _THREE),
    ("without the estimate's error", lambda x, _v, g, s: np.sqrt(form(x, g) + s), 0.75, _THREE),
    ("without covariance", lambda x, v, g, s: np.sqrt(form(x, v + diagonal(g)) + s), 0.5, _TOGETHER),
    ("without any covariance", lambda x, v, g, s: np.sqrt(form(x, diagonal(v + g)) + s), 0.5, _TOGETHER),
    ("day not squared", lambda x, v, g, s: np.sqrt(form(x, v) + once(x, g) + s), 0.5, _SQUARED),
    (
        "day not squared, without covariance",
        lambda x, v, g, s: np.sqrt(form(x, v) + once(x, diagonal(g)) + s),
        0.5,
        _SQUARED,
    ),
    ("variance", lambda x, v, g, s: form(x, v + g) + s, 0.5, _NOT_ROOTED),
    ("residual variance squared", lambda x, v, g, s: np.sqrt(form(x, v + g) + s**2), 0.5, _SCALE),
    (
        "standard deviations added",
        lambda x, v, g, s: np.sqrt(form(x, v)) + np.sqrt(form(x, g)) + math.sqrt(s),
        0.5,
        _ADDED,
    ),
)

PREDICTION_MISTAKES: tuple[Mistake, ...] = (
    *(
        row
        for column, other in (("intercept", "slope"), ("slope", "intercept"))
        for row in (
            Mistake("lines of the model", f"own_lines.{column}", mixed_column(column, mixed_lines), 0.25, _MODEL_LINES),
            Mistake("intercept and slope exchanged", f"own_lines.{column}", own_column(other), 0.5, _TURNED),
            Mistake(
                "intercept and slope exchanged", f"mixed_lines.{column}", mixed_column(other, mixed_lines), 0.5, _TURNED
            ),
            Mistake("own lines", f"mixed_lines.{column}", own_column(column), 0.25, _OWN_LINES),
            Mistake("deviations alone", f"mixed_lines.{column}", mixed_column(column, effects_alone), 0.5, _ALONE),
            Mistake(
                "random intercepts only",
                f"mixed_lines.{column}",
                mixed_column(column, parallel_lines, intercepts),
                0.25,
                _PARALLEL,
            ),
            Mistake(
                "uncorrelated",
                f"mixed_lines.{column}",
                mixed_column(column, mixed_lines, slopes(correlated=False)),
                0.5,
                _NO_CORRELATION,
            ),
            Mistake("ML for REML", f"mixed_lines.{column}", mixed_column(column, mixed_lines, _BY_ML), 0.5, hints.ML),
        )
    ),
    Mistake("own line", "pred_308", own_line_of_308, 0.25, _OWN),
    Mistake("random intercepts only", "pred_308", parallel_line_of_308, 0.25, _PARALLEL),
    Mistake("observations", "pred_308", observed_of_308, 0.0, _OBSERVED),
    *(Mistake(name, "pred_308", line_of_308(line), keeps, hint) for name, line, keeps, hint in _LINES_OF_308),
    Mistake("subject 308", "pred_population", line_of_308(lambda a, b, u, v: (a + u, b + v)), 0.25, _ONE_SUBJECT),
    Mistake("means of the days", "pred_population", observed_means, 0.25, _OBSERVED_MEANS),
    *(Mistake(name, "pred_new_sd", new_spread(spread), keeps, hint) for name, spread, keeps, hint in _SPREADS),
    Mistake("lines over the days", "pairs", drawn_over_days, 0.0, _OVER_DAYS),
    *(
        Mistake("one slope", f"own_lines.{column}", common_slope(column), 0.25, _ONE_SLOPE)
        for column in ("intercept", "slope")
    ),
    Mistake("days centered", "own_lines.intercept", own_intercepts_of_centred_days, 0.5, _DAY_ZERO),
    Mistake("days centered", "mixed_lines.intercept", mixed_column("intercept", mixed_lines, _CENTRED), 0.5, _DAY_ZERO),
    Mistake("days centered", "pred_population", population_line(_CENTRED), 0.25, _DAY_ZERO),
    Mistake("days centered", "pred_308", line_of_308(_right_line, _CENTRED), 0.25, _DAY_ZERO),
    Mistake("days centered", "pred_new_sd", new_spread(_right_spread, _CENTRED), 0.25, _DAY_ZERO),
    Mistake("uncorrelated", "pred_308", line_of_308(_right_line, _UNCORRELATED), 0.5, _NO_CORRELATION),
    Mistake("uncorrelated", "pred_new_sd", new_spread(_right_spread, _UNCORRELATED), 0.5, _NO_CORRELATION),
    # Its spread lies as near to that of the right fit without the estimate's error as the tolerance is wide.
    Mistake("ML for REML", "pred_308", line_of_308(_right_line, _BY_ML), 0.5, hints.ML),
    Mistake("random intercepts only", "pred_new_sd", new_spread(_right_spread, intercepts), 0.25, _PARALLEL),
    # The fit by maximum likelihood has lost its credit where it was asked for.
    *(
        Mistake(f"{name}, by ML", "pred_new_sd", new_spread(spread, _BY_ML), keeps, hint)
        for name, spread, keeps, hint in _SPREADS
        if name not in ("measurement alone", "residual variance squared")  # the same on balanced data, or nearly
    ),
)

"""What goes wrong with diagnostics and planning."""

from __future__ import annotations

import math

from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.checking_planning.paths import (
    against_observed,
    change_without,
    day_points,
    days_in_percent,
    intercept_effects,
    largest_residual,
    log_effect,
    log_points,
    marginal_residuals,
    observed_points,
    ols_percent,
    ols_points,
    own_lines,
    parallel_effects,
    parallel_residuals,
    population_points,
    predicted_slopes,
    ratio_of,
    rows_beyond,
    rows_beyond_above,
    rows_beyond_population,
    slope_effects,
    stay_model,
    stay_ols,
    steepest,
)
from lmmsolutions.lessons.checking_planning.power import RESIDUAL_VARIANCE, SLOPE_VARIANCE, Power, subjects_needed
from lmmsolutions.lessons.fits import whole

PARALLEL_RESIDUAL_VARIANCE = 960.4566  # ms², of the model with random intercepts alone

_RESPONSE = "These are the reaction times themselves. Which residuals has the model left?"
_MARGINAL = "These residuals still hold the subjects' own effects. Which residuals are left once they are taken off?"
_PARALLEL = "These residuals come from a model in which all lines are parallel. Slopes differ in the one asked for."
_TWO = "The limit was set lower than asked for. How many standard deviations does the task name?"
_ONE_SIDE = "These lie on one side of the line. A residual can stand out in either direction."
_UNSCALED = "These residuals are in milliseconds. Divide by the residual standard deviation before you compare."
_OWN_LINES = (
    "These come from the lines of each subject alone. The question is about the effects that the model predicts."
)
_INTERCEPT_EFFECTS = "These are the effects on the intercept once more. The effects on the slope are missing."
_PARALLEL_EFFECTS = (
    "These effects come from a model in which all lines are parallel. Slopes differ in the one asked for."
)
_NO_CLINICS = "This model has no clinics. Patients of one clinic are alike, whatever their age and treatment."
_DUMMIES = "Each clinic entered as a fixed effect. A random intercept treats the clinics as a sample of clinics."
_NO_AGE = "The age is missing from this model. Which two predictors does the task name?"
_OTHER_SCALE = "This is the other of the two models: one explains days, the other the logarithm of days."
_OTHER_RATIO = "This is the ratio of the other model. One explains days, the other their logarithm."
_SQUARED = "This is a ratio of variances. Standard deviations are asked for."
_INVERSE = "This ratio is upside down. The spread of the upper half comes first."
_POPULATION = "Fitted values and residuals leave the clinics' effects out. `fittedvalues` and `resid` have them in."
_OBSERVED = "The vertical axis shows the observed stays. What is left once the fitted value is taken off?"
_AGAINST = "Residuals rise with the observed values in any model. Against what does the task want them?"
_LOG = "A difference of logarithms is a ratio. Take its exponential before you speak of percent."
_FACTOR = "This is the factor by which the stay is multiplied. By how many percent does it change?"
_SHARE = "This is a share. In percent it is a hundred times as much."
_LESS = "The sign is the wrong way round. Do treated patients stay longer, or shorter?"
_DAYS = "This divides an effect in days by a mean. The model of the logarithm estimates the ratio itself."
_CHANGE = "This is the change of the slope. The slope that is left is asked for."
_SUBJECTS_SLOPE = "This is the slope of each subject itself. Leave the subject out, and fit the others."
_EFFECTS = "These are the subjects' effects. Leave each subject out, and fit the others."
_LOOK = "A row or a line that stands out need not move the average slope. Leave each out and look."
_DIFFER = "Do subjects differ in slope in your simulation? Each needs a slope of their own."
_SD = "`rng.normal` wants a standard deviation. What is the root of the variance?"
_ONE_SIDED = "This test looks at one direction. Both directions count."
_TEN = (
    "This rejects in ten percent of studies without an effect: in five on each side. Which quantile leaves five in all?"
)
_NORMAL = "With few subjects, the spread of their slopes is itself an estimate. Which distribution allows for that?"
_OTHER_POWER = "Which power does the task ask for, and for which slope?"
_HALF = "With so many subjects, about half of the studies find such a slope. Which power does the task ask for?"
_ROWS = "This counts measurements. Count people."

_PARALLEL_POWER = Power(0.0, PARALLEL_RESIDUAL_VARIANCE)
_NOISE_POWER = Power(0.0)
_ONE_SIDED_POWER = Power(two_sided=False)


def _people(power: Power, slope: float = 3.0, wanted: float = 0.8) -> float:
    return float(subjects_needed(power, slope, wanted))


MISTAKES: tuple[Mistake, ...] = (
    Mistake("reaction times", "qq_plot", lambda sleep, _: sleep["Reaction"], 0.25, _RESPONSE),
    Mistake("residuals from the population line", "qq_plot", marginal_residuals, 0.5, _MARGINAL),
    Mistake("residuals of parallel lines", "qq_plot", parallel_residuals, 0.25, _PARALLEL),
    Mistake("two standard deviations", "outliers", rows_beyond(2.0), 0.5, _TWO),
    Mistake("not divided", "outliers", rows_beyond(scaled=False), 0.25, _UNSCALED),
    Mistake("one direction", "outliers", rows_beyond_above, 0.25, _ONE_SIDE),
    Mistake("residuals from the population line", "outliers", rows_beyond_population, 0.25, _MARGINAL),
    Mistake("own lines", "qq_intercepts", own_lines("intercept"), 0.25, _OWN_LINES),
    Mistake("own lines", "qq_slopes", own_lines("slope"), 0.25, _OWN_LINES),
    Mistake("effects on the intercept", "qq_slopes", intercept_effects, 0.0, _INTERCEPT_EFFECTS),
    Mistake("effects of parallel lines", "qq_intercepts", parallel_effects, 0.25, _PARALLEL_EFFECTS),
    *(
        row
        for name, log in (("stay_results", False), ("log_results", True))
        for row in (
            Mistake("pooled OLS", name, stay_ols(logarithm=log), 0.0, _NO_CLINICS),
            Mistake("clinics as fixed effects", name, stay_ols(logarithm=log, dummies=True), 0.25, _DUMMIES),
            Mistake("ML for REML", name, whole(stay_model(logarithm=log, reml=False)), 0.5, hints.ML),
            Mistake("no age", name, whole(stay_model(logarithm=log, age=False)), 0.25, _NO_AGE),
            Mistake("other model", name, whole(stay_model(logarithm=not log)), 0.25, _OTHER_SCALE),
        )
    ),
    Mistake("without the clinics", "scatter", population_points, 0.5, _POPULATION),
    Mistake("observed stays", "scatter", observed_points, 0.25, _OBSERVED),
    Mistake("against the observed stays", "scatter", against_observed, 0.25, _AGAINST),
    Mistake("model of the logarithm", "scatter", log_points, 0.25, _OTHER_SCALE),
    Mistake("ratio of variances", "spread_ratio", ratio_of(day_points, 2), 0.5, _SQUARED),
    Mistake("upside down", "spread_ratio", ratio_of(day_points, -1), 0.5, _INVERSE),
    Mistake("model of the logarithm", "spread_ratio", ratio_of(log_points), 0.25, _OTHER_RATIO),
    Mistake("without the clinics", "spread_ratio", ratio_of(population_points), 0.5, _POPULATION),
    Mistake("pooled OLS", "spread_ratio", ratio_of(ols_points(logarithm=False)), 0.25, _NO_CLINICS),
    Mistake("pooled OLS", "log_spread_ratio", ratio_of(ols_points(logarithm=True)), 0.25, _NO_CLINICS),
    Mistake("ratio of variances", "log_spread_ratio", ratio_of(log_points, 2), 0.5, _SQUARED),
    Mistake("upside down", "log_spread_ratio", ratio_of(log_points, -1), 0.5, _INVERSE),
    Mistake("model of days", "log_spread_ratio", ratio_of(day_points), 0.25, _OTHER_RATIO),
    Mistake("difference of logarithms", "treatment_percent", log_effect(lambda b: 100 * b), 0.5, _LOG),
    Mistake("pooled OLS", "treatment_percent", ols_percent, 0.25, _NO_CLINICS),
    Mistake("factor", "treatment_percent", log_effect(math.exp), 0.5, _FACTOR),
    Mistake("factor in percent", "treatment_percent", log_effect(lambda b: 100 * math.exp(b)), 0.5, _FACTOR),
    Mistake("share", "treatment_percent", log_effect(math.expm1), 0.75, _SHARE),
    Mistake("wrong sign", "treatment_percent", log_effect(lambda b: -100 * math.expm1(b)), 0.5, _LESS),
    Mistake("days per intercept", "treatment_percent", days_in_percent(True), 0.25, _DAYS),
    Mistake("days per mean stay", "treatment_percent", days_in_percent(False), 0.25, _DAYS),
    Mistake("change of the slope", "slope_without", change_without(1), 0.5, _CHANGE),
    Mistake("change, other sign", "slope_without", change_without(-1), 0.5, _CHANGE),
    Mistake("slope of the subject", "slope_without", own_lines("slope"), 0.25, _SUBJECTS_SLOPE),
    Mistake("predicted slope of the subject", "slope_without", predicted_slopes, 0.25, _SUBJECTS_SLOPE),
    Mistake("predicted effects", "slope_without", slope_effects, 0.25, _EFFECTS),
    Mistake("largest residual", "most_influential", largest_residual, 0.25, _LOOK),
    Mistake("steepest line", "most_influential", steepest, 0.25, _LOOK),
    Mistake("random intercepts only", "power", lambda *_: _PARALLEL_POWER, 0.25, _DIFFER),
    Mistake("no slopes of their own", "power", lambda *_: _NOISE_POWER, 0.25, _DIFFER),
    Mistake("variance for a standard deviation", "power", lambda *_: Power(SLOPE_VARIANCE**2), 0.5, _SD),
    Mistake(
        "variances for standard deviations",
        "power",
        lambda *_: Power(SLOPE_VARIANCE**2, RESIDUAL_VARIANCE**2),
        0.5,
        _SD,
    ),
    Mistake("one-sided", "power", lambda *_: _ONE_SIDED_POWER, 0.5, _ONE_SIDED),
    Mistake("ten percent level", "power", lambda *_: Power(level=0.1), 0.5, _TEN),
    Mistake("normal quantile", "power", lambda *_: Power(normal_quantile=True), 0.75, _NORMAL),
    Mistake("no slopes of their own", "n_needed", lambda *_: _people(_NOISE_POWER), 0.25, _DIFFER),
    Mistake("random intercepts only", "n_needed", lambda *_: _people(_PARALLEL_POWER), 0.25, _DIFFER),
    Mistake("one-sided", "n_needed", lambda *_: _people(_ONE_SIDED_POWER), 0.5, _ONE_SIDED),
    Mistake("power of one half", "n_needed", lambda *_: _people(Power(), wanted=0.5), 0.25, _HALF),
    Mistake("higher power", "n_needed", lambda *_: _people(Power(), wanted=0.9), 0.5, _OTHER_POWER),
    Mistake("other slope", "n_needed", lambda *_: _people(Power(), slope=5.0), 0.5, _OTHER_POWER),
    Mistake("measurements counted", "n_needed", lambda *_: 10 * _people(Power()), 0.5, _ROWS),
)

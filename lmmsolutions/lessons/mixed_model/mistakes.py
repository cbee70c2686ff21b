"""What goes wrong with the mixed model: the table of misconceptions of assignment 5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.fits import number_of, whole
from lmmsolutions.lessons.mixed_model import models
from lmmsolutions.lessons.mixed_model.models import as_asked, effects_of, intercepts, own_intercepts, subject_means
from lmmsolutions.lessons.mixed_model.variance_mistakes import VARIANCE_MISTAKES
from lmmsolutions.lessons.own_model import on_own_model


def _fixed(name: str) -> Callable[[MixedFit], float]:
    return lambda fit: float(fit.fixed[name])


def _error(name: str) -> Callable[[MixedFit], float]:
    return lambda fit: float(fit.standard_errors[name])


def _z(name: str) -> Callable[[MixedFit], float]:
    return lambda fit: float(fit.fixed[name] / fit.standard_errors[name])


_EXCHANGED = "Intercept and slope are exchanged. Look at the row names of the summary, and at the units of each."
_SE = "This is the standard error of the estimate, the column beside it. The question asks for the estimate itself."
_Z = "This is the z-value, the estimate divided by its standard error. The question asks for the estimate."
_SECONDS = "You changed the unit to seconds. Give the estimate in the unit of the data, milliseconds."
_SWAPPED = (
    "Response and predictor are exchanged: the response stands on the left of the tilde. What is to be explained?"
)
_NO_CONSTANT = "The fixed intercept is missing from the model (`0 +` or `-1` in the formula removes it)."
_DAY_GROUPS = "The groups are the days. Repeated measurements belong together by the person: group by that column."
_DUMMIES = (
    "Each subject entered as a fixed effect of its own. A random intercept treats the subjects as a sample from a "
    "population and estimates the variance of that population."
)
_NO_SHRINKAGE = (
    "These are plain differences of averages. A mixed model pulls each subject toward the average, the more the less "
    "is known of the subject."
)
_VARIANCE = (
    "These are variances, which say how uncertain or how different the effects are. The predicted effects themselves "
    "have signs, and are stored beside them."
)
_ADDED = (
    "Two effects of each subject were added up, one of the intercept and one of the slope. The model that is asked for "
    "has a random intercept alone."
)
_OWN = "These come from a separate line for each subject. Use the random intercepts of the mixed model."
_ONE_SUBJECT = "This is the intercept of one subject. The fixed intercept belongs to the average subject."
_DUMMY_CONSTANT = (
    "This intercept belongs to the first subject: the subjects entered the model as fixed effects. Use a random "
    "intercept per subject."
)
_MEAN = "This is the mean of Reaction. The intercept is the expected Reaction where the predictor is zero."
_SIGN = "The sign is the wrong way round. Look at the scatter plot: does Reaction rise or fall with Days?"
_WHOLE_STUDY = "This is the change from the first to the last day. The slope is the change per day."

_FIXED_MISTAKES: tuple[Mistake, ...] = (
    Mistake("intercept and slope exchanged", "fixed_intercept", number_of(as_asked, _fixed("Days")), 0.5, _EXCHANGED),
    Mistake("standard error for the estimate", "fixed_intercept", number_of(as_asked, _error("Intercept")), 0.25, _SE),
    Mistake("z-value for the estimate", "fixed_intercept", number_of(as_asked, _z("Intercept")), 0.25, _Z),
    Mistake(
        "bar in the formula", "fixed_intercept", number_of(models.bar_in_formula, _fixed("Intercept")), 0.25, hints.BAR
    ),
    Mistake(
        "response and predictor exchanged",
        "fixed_intercept",
        number_of(models.swapped, _fixed("Intercept")),
        0.25,
        _SWAPPED,
    ),
    Mistake(
        "first day left out",
        "fixed_intercept",
        number_of(models.first_day_left_out, _fixed("Intercept")),
        0.5,
        hints.FIRST_DAY,
    ),
    Mistake("mean of Reaction", "fixed_intercept", lambda d: float(d["Reaction"].mean()), 0.25, _MEAN),
    Mistake(
        "intercept of the first subject",
        "fixed_intercept",
        number_of(as_asked, lambda fit: float(fit.fixed["Intercept"] + intercepts(fit).iloc[0])),
        0.25,
        _ONE_SUBJECT,
    ),
    Mistake(
        "subjects as fixed effects",
        "fixed_intercept",
        lambda d: float(models.subjects_as_dummies(d).fe_params[0]),
        0.25,
        _DUMMY_CONSTANT,
    ),
    Mistake(
        "seconds instead of ms",
        "fixed_intercept",
        number_of(as_asked, lambda fit: float(fit.fixed["Intercept"]) / 1000),
        0.75,
        _SECONDS,
    ),
    Mistake("intercept and slope exchanged", "fixed_slope", number_of(as_asked, _fixed("Intercept")), 0.5, _EXCHANGED),
    Mistake("standard error for the estimate", "fixed_slope", number_of(as_asked, _error("Days")), 0.25, _SE),
    Mistake("z-value for the estimate", "fixed_slope", number_of(as_asked, _z("Days")), 0.25, _Z),
    Mistake(
        "response and predictor exchanged", "fixed_slope", number_of(models.swapped, _fixed("Reaction")), 0.25, _SWAPPED
    ),
    Mistake("no fixed intercept", "fixed_slope", number_of(models.through_origin, _fixed("Days")), 0.25, _NO_CONSTANT),
    Mistake(
        "first day left out", "fixed_slope", number_of(models.first_day_left_out, _fixed("Days")), 0.5, hints.FIRST_DAY
    ),
    Mistake("wrong sign", "fixed_slope", number_of(as_asked, lambda fit: -float(fit.fixed["Days"])), 0.25, _SIGN),
    Mistake(
        "change over the whole study",
        "fixed_slope",
        lambda d: float(np.ptp(d["Days"])) * number_of(as_asked, _fixed("Days"))(d),
        0.5,
        _WHOLE_STUDY,
    ),
    Mistake(
        "seconds instead of ms",
        "fixed_slope",
        number_of(as_asked, lambda fit: float(fit.fixed["Days"]) / 1000),
        0.75,
        _SECONDS,
    ),
)

_EFFECT_MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "fixed intercept added",
        "random_effects",
        effects_of(as_asked, lambda effects, fit: effects + float(fit.fixed["Intercept"])),
        0.5,
        "These are whole intercepts of the subjects. A random effect is only the deviation from the fixed intercept.",
    ),
    Mistake(
        "sign exchanged",
        "random_effects",
        effects_of(as_asked, lambda effects, _: -effects),
        0.5,
        "The signs are the wrong way round: the deviation is the subject minus the average, not the reverse.",
    ),
    Mistake(
        "standardized",
        "random_effects",
        effects_of(as_asked, lambda effects, fit: effects / float(np.sqrt(fit.group_variance))),
        0.5,
        "You divided by the standard deviation. Give the deviations in milliseconds.",
    ),
    Mistake(
        "positions for subjects",
        "random_effects",
        effects_of(as_asked, lambda effects, _: effects.reset_index(drop=True)),
        0.5,
        "The values are numbered by position. Keep the subject's number with each, so that it can be found.",
    ),
    Mistake(
        "conditional variances", "random_effects", effects_of(as_asked, models.conditional_variances), 0.25, _VARIANCE
    ),
    Mistake(
        "variance for every subject",
        "random_effects",
        effects_of(as_asked, lambda effects, fit: 0 * effects + fit.group_variance),
        0.25,
        _VARIANCE,
    ),
    Mistake(
        "effects added up",
        "random_effects",
        effects_of(models.random_slopes, lambda _, fit: fit.random_effects.sum(axis=1)),
        0.25,
        _ADDED,
    ),
    Mistake("ML for REML", "random_effects", effects_of(models.maximum_likelihood), 0.5, hints.ML),
    Mistake("random slopes", "random_effects", effects_of(models.random_slopes), 0.25, hints.SLOPES),
    Mistake("groups are the days", "random_effects", effects_of(models.grouped_by_day), 0.25, _DAY_GROUPS),
    Mistake("bar in the formula", "random_effects", effects_of(models.bar_in_formula), 0.25, hints.BAR),
    Mistake("no effect of Days", "random_effects", effects_of(models.without_days), 0.25, hints.NO_DAYS),
    Mistake(
        "no shrinkage", "random_effects", lambda d: subject_means(d) - subject_means(d).mean(), 0.25, _NO_SHRINKAGE
    ),
    Mistake("means of the subjects", "random_effects", subject_means, 0.0, _NO_SHRINKAGE),
    Mistake("intercepts of separate lines", "random_effects", own_intercepts, 0.25, _OWN),
    Mistake(
        "deviations of separate lines",
        "random_effects",
        lambda d: own_intercepts(d) - own_intercepts(d).mean(),
        0.25,
        _OWN,
    ),
)

_MODEL_MISTAKES: tuple[Mistake, ...] = (
    Mistake("ML for REML", "mixed_results", whole(models.maximum_likelihood), 0.5, hints.ML),
    Mistake("pooled OLS", "mixed_results", models.pooled, 0.0, hints.POOLED),
    Mistake("random slopes", "mixed_results", whole(models.random_slopes), 0.25, hints.SLOPES),
    Mistake("no random intercepts", "mixed_results", whole(models.slopes_alone), 0.25, hints.SLOPE_ALONE),
    Mistake("groups are the days", "mixed_results", whole(models.grouped_by_day), 0.25, _DAY_GROUPS),
    Mistake("bar in the formula", "mixed_results", whole(models.bar_in_formula), 0.25, hints.BAR),
    Mistake("no effect of Days", "mixed_results", whole(models.without_days), 0.25, hints.NO_DAYS),
    Mistake("response and predictor exchanged", "mixed_results", whole(models.swapped), 0.25, _SWAPPED),
    Mistake("no fixed intercept", "mixed_results", whole(models.through_origin), 0.25, _NO_CONSTANT),
    Mistake("subjects as fixed effects", "mixed_results", models.subjects_as_dummies, 0.25, _DUMMIES),
    Mistake("first day left out", "mixed_results", whole(models.first_day_left_out), 0.5, hints.FIRST_DAY),
    Mistake("training days left out", "mixed_results", whole(models.training_left_out), 0.5, hints.TRAINING),
)

MISTAKES: tuple[Mistake, ...] = (*_FIXED_MISTAKES, *VARIANCE_MISTAKES, *_EFFECT_MISTAKES, *_MODEL_MISTAKES)


def mistakes_on(fit: Any) -> tuple[Mistake, ...]:
    """What going wrong gives with a model of somebody's own in the place of the one asked for.

    Args:
        fit: a mixed model under statsmodels' attribute names.
    """
    return on_own_model(MISTAKES, models.as_asked, fit)

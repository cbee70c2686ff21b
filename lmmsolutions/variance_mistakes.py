"""What goes wrong with the variances of the mixed model: a part of the table of question 5."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmmsolutions import model_hints as hints
from lmmsolutions import models
from lmmsolutions.fitting import MixedFit
from lmmsolutions.models import as_asked, intercepts, number_of, own_intercepts, subject_means
from lmmsolutions.results import Mistake


def _residual(fit: MixedFit) -> float:
    return fit.residual_variance


def _group(fit: MixedFit) -> float:
    return fit.group_variance


def _printed_error(fit: MixedFit) -> float:
    """What statsmodels' summary prints as the standard error of Group Var: that of the ratio, times the residual SD."""
    return fit.variance_ratio_se * float(np.sqrt(fit.residual_variance))


def _remaining(fit: MixedFit) -> float:
    """Sample variance of the residuals after the predicted random intercepts, response unit squared."""
    subjects = pd.Series(fit.model.groups).map(intercepts(fit)).to_numpy()
    return float(np.var(fit.model.endog - fit.model.fitted - subjects, ddof=1))


_SD = "This is the standard deviation. The question asks for the variance."
_EACH_OTHER = "The variance between subjects and the variance within a subject are exchanged."
_RATIO = (
    "This is the ratio of the group variance to the residual variance, which is how `params` stores it. The summary "
    "and the covariance of the random effects show the variance itself."
)
_PRINTED = (
    "This is the number printed beside the variance, under `Std.Err.`. It is not the variance, and not its standard "
    "error in these units either."
)
_ICC = "This is the intraclass correlation, the share of the variance that lies between subjects. It has no unit."
_BLUP_VARIANCE = (
    "This is the variance of the predicted random intercepts. They are pulled towards zero, so they vary less than the "
    "subjects themselves. The model estimates the variance directly."
)
_MEANS_VARIANCE = (
    "This is the variance of the subjects' averages or of their own lines' intercepts. It contains noise within the "
    "subjects too; the model estimates the part between subjects."
)
_TOTAL = "This is the variance of all Reaction values. The model splits it into parts; one of the parts is asked for."
_REMAINING = (
    "This is the variance of the residuals that are left when the predicted effects are taken off. It is too small, "
    "for those predictions were fitted to the same data. The model estimates the variance itself."
)
_OTHER_SD = (
    "This is the standard deviation, and of the other of the two: between subjects and within a subject are exchanged. "
    "The question asks for variances."
)
_RATIO_SE = (
    "This is a standard error that `bse` holds, of the ratio of the two variances. The question asks for the variance "
    "itself, which is in the covariance of the random effects."
)

VARIANCE_MISTAKES: tuple[Mistake, ...] = (
    Mistake("standard deviation", "group_variance", number_of(as_asked, lambda f: float(np.sqrt(_group(f)))), 0.5, _SD),
    Mistake(
        "residual standard deviation",
        "group_variance",
        number_of(as_asked, lambda f: float(np.sqrt(_residual(f)))),
        0.25,
        _OTHER_SD,
    ),
    Mistake(
        "standard error of the variance ratio",
        "group_variance",
        number_of(as_asked, lambda f: f.variance_ratio_se),
        0.25,
        _RATIO_SE,
    ),
    Mistake("residual variance", "group_variance", number_of(as_asked, _residual), 0.25, _EACH_OTHER),
    Mistake("variance ratio", "group_variance", number_of(as_asked, lambda f: _group(f) / _residual(f)), 0.5, _RATIO),
    Mistake("printed standard error", "group_variance", number_of(as_asked, _printed_error), 0.25, _PRINTED),
    Mistake(
        "intraclass correlation",
        "group_variance",
        number_of(as_asked, lambda f: _group(f) / (_group(f) + _residual(f))),
        0.25,
        _ICC,
    ),
    Mistake("ML for REML", "group_variance", number_of(models.maximum_likelihood, _group), 0.5, hints.ML),
    Mistake("random slopes", "group_variance", number_of(models.random_slopes, _group), 0.25, hints.SLOPES),
    Mistake("bar in the formula", "group_variance", number_of(models.bar_in_formula, _group), 0.25, hints.BAR),
    Mistake("no effect of Days", "group_variance", number_of(models.without_days, _group), 0.25, hints.NO_DAYS),
    Mistake("first day left out", "group_variance", number_of(models.first_day_left_out, _group), 0.5, hints.FIRST_DAY),
    Mistake(
        "variance of the predicted intercepts",
        "group_variance",
        number_of(as_asked, lambda fit: float(intercepts(fit).var())),
        0.25,
        _BLUP_VARIANCE,
    ),
    Mistake(
        "variance of the subjects' means",
        "group_variance",
        lambda d: float(subject_means(d).var()),
        0.25,
        _MEANS_VARIANCE,
    ),
    Mistake(
        "variance of the subjects' own intercepts",
        "group_variance",
        lambda d: float(own_intercepts(d).var()),
        0.25,
        _MEANS_VARIANCE,
    ),
    Mistake("variance of Reaction", "group_variance", lambda d: float(d["Reaction"].var()), 0.0, _TOTAL),
    Mistake(
        "standard deviation", "residual_variance", number_of(as_asked, lambda f: float(np.sqrt(_residual(f)))), 0.5, _SD
    ),
    Mistake(
        "standard deviation of the intercepts",
        "residual_variance",
        number_of(as_asked, lambda f: float(np.sqrt(_group(f)))),
        0.25,
        _OTHER_SD,
    ),
    Mistake("group variance", "residual_variance", number_of(as_asked, _group), 0.25, _EACH_OTHER),
    Mistake("pooled, or wrong groups", "residual_variance", lambda d: models.pooled(d).scale, 0.25, hints.POOLED),
    Mistake("ML for REML", "residual_variance", number_of(models.maximum_likelihood, _residual), 0.5, hints.ML),
    Mistake("random slopes", "residual_variance", number_of(models.random_slopes, _residual), 0.25, hints.SLOPES),
    Mistake("no effect of Days", "residual_variance", number_of(models.without_days, _residual), 0.25, hints.NO_DAYS),
    Mistake(
        "first day left out", "residual_variance", number_of(models.first_day_left_out, _residual), 0.5, hints.FIRST_DAY
    ),
    Mistake("variance of the residuals", "residual_variance", number_of(as_asked, _remaining), 0.5, _REMAINING),
    Mistake("variance of Reaction", "residual_variance", lambda d: float(d["Reaction"].var()), 0.0, _TOTAL),
)

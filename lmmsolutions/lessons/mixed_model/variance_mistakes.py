"""What goes wrong with the variances of the mixed model: a part of the table of assignment 5."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.fits import number_of, printed_error
from lmmsolutions.lessons.mixed_model import models
from lmmsolutions.lessons.mixed_model.models import as_asked, intercepts, own_intercepts, subject_means


def _residual(fit: MixedFit) -> float:
    return fit.residual_variance


def _group(fit: MixedFit) -> float:
    return fit.group_variance


def _remaining(fit: MixedFit) -> float:
    """Sample variance of the residuals after the predicted random intercepts, response unit squared."""
    subjects = pd.Series(fit.model.groups).map(intercepts(fit)).to_numpy()
    return float(np.var(fit.model.endog - fit.model.fitted - subjects, ddof=1))


_EACH_OTHER = "The variance between subjects and the variance within a subject are exchanged."
_NO_RATIO = "This is the ratio of the two variances. The question asks for the variance within a subject, in its unit."
_ICC = "This is the intraclass correlation, the share of the variance that lies between subjects. It has no unit."
_BLUP_VARIANCE = (
    "This is the variance of the predicted random intercepts. They are pulled toward zero, so they vary less than the "
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
    Mistake(
        "standard deviation", "group_variance", number_of(as_asked, lambda f: float(np.sqrt(_group(f)))), 0.5, hints.SD
    ),
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
    Mistake(
        "variance ratio", "group_variance", number_of(as_asked, lambda f: _group(f) / _residual(f)), 0.5, hints.RATIO
    ),
    Mistake("printed standard error", "group_variance", number_of(as_asked, printed_error), 0.25, hints.PRINTED),
    Mistake(
        "intraclass correlation",
        "group_variance",
        number_of(as_asked, lambda f: _group(f) / (_group(f) + _residual(f))),
        0.25,
        _ICC,
    ),
    Mistake("ML for REML", "group_variance", number_of(models.maximum_likelihood, _group), 0.5, hints.ML),
    Mistake("random slopes", "group_variance", number_of(models.random_slopes, _group), 0.25, hints.SLOPES),
    Mistake("no random intercepts", "group_variance", number_of(models.slopes_alone, _group), 0.25, hints.SLOPE_ALONE),
    Mistake(
        "squared standard error of the variance ratio",
        "group_variance",
        number_of(as_asked, lambda f: f.variance_ratio_se**2),
        0.25,
        _RATIO_SE,
    ),
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
        "standard deviation",
        "residual_variance",
        number_of(as_asked, lambda f: float(np.sqrt(_residual(f)))),
        0.5,
        hints.SD,
    ),
    Mistake(
        "standard deviation of the intercepts",
        "residual_variance",
        number_of(as_asked, lambda f: float(np.sqrt(_group(f)))),
        0.25,
        _OTHER_SD,
    ),
    Mistake(
        "variance ratio", "residual_variance", number_of(as_asked, lambda f: _group(f) / _residual(f)), 0.25, _NO_RATIO
    ),
    Mistake(
        "no random intercepts", "residual_variance", number_of(models.slopes_alone, _residual), 0.25, hints.SLOPE_ALONE
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

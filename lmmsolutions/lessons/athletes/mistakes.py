"""What goes wrong with the summary of the athletes' model."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.athletes import models
from lmmsolutions.lessons.athletes.models import line, of, of_ml, type_of_number
from lmmsolutions.lessons.athletes.own_answers import QUANTITIES
from lmmsolutions.lessons.athletes.solution import QUANTILE, differences, standard_error, table_of
from lmmsolutions.lessons.athletes.variance_mistakes import VARIANCE_MISTAKES
from lmmsolutions.lessons.fits import error, fixed, half_interval, whole
from lmmsolutions.lessons.own_model import of_other_kind, on_own_model


def _z(fit: MixedFit) -> float:
    return float(fit.fixed["session_high"] / fit.standard_errors["session_high"])


def _two_sided(fit: MixedFit) -> float:
    return float(2 * stats.norm.sf(abs(_z(fit))))


def _student(degrees: Callable[[MixedFit], int]) -> Callable[[MixedFit], float]:
    """Two-sided p-value by the t distribution."""
    return lambda fit: float(2 * stats.t.sf(abs(_z(fit)), degrees(fit)))


def _rows(fit: MixedFit) -> int:
    """Degrees of freedom of an effect within athletes: rows less athletes less the effect."""
    return len(fit.model.endog) - len(fit.random_effects) - 1


def _few(fit: MixedFit) -> int:
    return len(fit.random_effects) - 1


def _limits(quantile: float | Callable[[MixedFit], float]) -> dict[str, type_of_number]:
    """The interval of the effect with another quantile."""

    def limit(sign: int) -> Callable[[MixedFit], float]:
        def value(fit: MixedFit) -> float:
            steps = quantile(fit) if callable(quantile) else quantile
            return fixed("session_high")(fit) + sign * steps * error("session_high")(fit)

        return value

    return {"ci_low": of(limit(-1)), "ci_high": of(limit(1))}


def _intercept(fit: MixedFit) -> float:
    return fixed("Intercept")(fit)


def _effect(fit: MixedFit) -> float:
    return fixed("session_high")(fit)


def _ols_limit(data: pd.DataFrame, sign: int) -> float:
    """A limit as `conf_int()` of a least squares fit gives it, by the t distribution."""
    return line(data).slope + sign * float(stats.t.ppf(0.975, len(data) - 2)) * line(data).slope_se


def _observed_lines(data: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Athlete → start and rise of the line through its two session means."""
    low = table_of(data).query("session_high == 0").groupby("athlete_id")["correctness"].mean()
    rises = differences(table_of(data)).to_dict()
    return {str(athlete): (start, rises[athlete]) for athlete, start in low.to_dict().items()}


def _deviations(data: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Athlete → its line without the fixed intercept."""
    fit = models.as_asked(data)
    if fit is None:
        return {}
    alone = fit.random_effects["Intercept"].to_dict()
    return {str(athlete): (float(deviation), _effect(fit)) for athlete, deviation in alone.items()}


def _by_n(data: pd.DataFrame) -> float:
    values = differences(table_of(data))
    return float(np.std(values) / math.sqrt(len(values)))


def _paired(data: pd.DataFrame) -> float:
    return float(stats.ttest_1samp(differences(table_of(data)), 0).pvalue)


def _unpaired(data: pd.DataFrame) -> float:
    means = table_of(data).pivot_table(index="athlete_id", columns="session_high", values="correctness")
    return float(stats.ttest_ind(means[1.0], means[0.0]).pvalue)


_OLS = "This comes from a model without athletes. Which rows belong to one athlete, and where does your model say so?"
_DUMMIES = (
    "Each athlete entered as a fixed effect. A random intercept treats the athletes as a sample and estimates how much "
    "such athletes differ."
)
_NO_SESSION = "The session is missing from the fixed part, so its effect counts as noise of the repeats."
_STUDENT = "This p-value is from a t distribution. Which distribution does the summary name in the head of its column?"
_QUANTILE = (
    "The interval reaches as many standard errors to each side as the quantile says. Which quantile belongs to this "
    "level of confidence?"
)
_STUDENT_LIMITS = "These limits use a t quantile. The summary uses the normal distribution."
_MEANS = "Start at the intercept, the mean where the predictor is zero, and go one step of the predictor for the other."
_GRAND = "This is the mean of all repeats of both sessions together."
_EXCHANGED = "The two sessions are exchanged. For which of them is the predictor zero?"
_DIFFERENCES = (
    "A mean of four differences varies less than a difference does. By which root do you divide their standard "
    "deviation, and with which divisor is that one computed?"
)
_MODEL_ERROR = "This is the standard error of the mixed model. Here the four differences alone are to be used."
_UNPAIRED = "The same athlete stands behind two means. Test the differences, not two independent samples."
_ROWS = "This is the number of rows. A group is an athlete with all its repeats."
_SESSIONS = "This is the number of sessions. A group is an athlete with all its repeats."
_OBSERVED = (
    "These lines join the observed means of each athlete. The lines of the model share one slope, and their heights "
    "are pulled together."
)
_DEVIATIONS = "The fixed intercept is missing: an athlete's line starts at the fixed intercept plus its own deviation."
_LIMITS = "The two limits are exchanged. Which of them is the smaller?"

MISTAKES: tuple[Mistake, ...] = (
    Mistake("pooled OLS", "mixed_results", models.pooled, 0.0, _OLS),
    Mistake("athletes as fixed effects", "mixed_results", models.athletes_as_dummies, 0.25, _DUMMIES),
    Mistake("ML for REML", "mixed_results", whole(models.by_ml), 0.5, hints.ML),
    Mistake("no effect of the session", "mixed_results", whole(models.without_session), 0.25, _NO_SESSION),
    *several(
        "pooled OLS",
        0.25,
        _OLS,
        effect_se=lambda d: line(d).slope_se,
        z_value=lambda d: line(d).slope / line(d).slope_se,
        ci_low=lambda d: _ols_limit(d, -1),
        ci_high=lambda d: _ols_limit(d, 1),
        p_value=lambda d: float(2 * stats.t.sf(abs(line(d).slope / line(d).slope_se), len(d) - 2)),
        log_likelihood=lambda d: line(d).log_likelihood,
    ),
    *several(
        "ML for REML",
        0.5,
        hints.ML,
        log_likelihood=of_ml(lambda fit: fit.log_likelihood),
        p_value=of_ml(_two_sided),
    ),
    *several(
        "sign exchanged",
        0.5,
        hints.SIGN,
        effect=of(lambda fit: -_effect(fit)),
        z_value=of(lambda fit: -_z(fit)),
        ci_low=lambda d: -_limits(QUANTILE)["ci_high"](d),
        ci_high=lambda d: -_limits(QUANTILE)["ci_low"](d),
        effect_paired=lambda d: -float(differences(table_of(d)).mean()),
    ),
    Mistake("standard error for the estimate", "effect", of(error("session_high")), 0.25, hints.SE),
    Mistake("half the interval", "effect_se", of(half_interval("session_high")), 0.25, hints.MARGIN),
    *VARIANCE_MISTAKES,
    Mistake("zero", "p_value", lambda _: 0.0, 0.0, hints.ZERO),
    Mistake("one-sided", "p_value", of(lambda f: _two_sided(f) / 2), 0.5, hints.ONE_SIDED),
    Mistake("t distribution, rows", "p_value", of(_student(_rows)), 0.75, _STUDENT),
    Mistake("t distribution, athletes", "p_value", of(_student(_few)), 0.5, _STUDENT),
    *several("two standard errors", 0.75, _QUANTILE, **_limits(2.0)),
    *several("90 % interval", 0.5, _QUANTILE, **_limits(float(stats.norm.ppf(0.95)))),
    *several("one standard error", 0.5, _QUANTILE, **_limits(1.0)),
    *several("t distribution, athletes", 0.5, _STUDENT_LIMITS, **_limits(lambda f: float(stats.t.ppf(0.975, _few(f))))),
    *several(
        "limits exchanged", 0.5, _LIMITS, ci_low=_limits(QUANTILE)["ci_high"], ci_high=_limits(QUANTILE)["ci_low"]
    ),
    Mistake("number of rows", "n_athletes", len, 0.25, _ROWS),
    Mistake("number of sessions", "n_athletes", lambda d: int(d["session_high"].nunique()), 0.25, _SESSIONS),
    Mistake("effect alone", "mean_high", of(_effect), 0.25, _MEANS),
    Mistake("minus for plus", "mean_high", of(lambda f: _intercept(f) - _effect(f)), 0.5, _MEANS),
    *several(
        "mean of all repeats",
        0.25,
        _GRAND,
        mean_low=lambda d: float(d["correctness"].mean()),
        mean_high=lambda d: float(d["correctness"].mean()),
    ),
    *several(
        "sessions exchanged",
        0.5,
        _EXCHANGED,
        mean_low=of(lambda f: _intercept(f) + _effect(f)),
        mean_high=of(_intercept),
    ),
    Mistake("observed means", "lines", _observed_lines, 0.25, _OBSERVED),
    Mistake("deviations alone", "lines", _deviations, 0.25, _DEVIATIONS),
    Mistake(
        "standard deviation of the differences",
        "se_paired",
        lambda d: standard_error(table_of(d), 1),
        0.5,
        _DIFFERENCES,
    ),
    Mistake("divisor n", "se_paired", lambda d: _by_n(d), 0.5, _DIFFERENCES),
    Mistake("standard error of the model", "se_paired", of(error("session_high")), 0.25, _MODEL_ERROR),
    Mistake("one-sided", "p_paired", lambda d: _paired(d) / 2, 0.5, hints.ONE_SIDED),
    Mistake("unpaired", "p_paired", _unpaired, 0.25, _UNPAIRED),
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

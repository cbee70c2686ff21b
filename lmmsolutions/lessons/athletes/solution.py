"""The athletes' scores in two sessions: correctness ~ session_high, a random intercept per athlete."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from scipy import stats

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import MixedFit, fit_mixed
from lmmsolutions.core.least_squares import with_constant
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers
from lmmsolutions.lessons.fits import icc

QUANTILE = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, eq=False)
class Athletes:
    """The answers of assignment 8; correctness is a score from 0 to 1."""

    effect: Annotated[float, Means("change of the expected score from the low to the high session", "score")]
    effect_se: Annotated[float, Means("standard error of effect", "score")]
    z_value: Annotated[float, Means("effect / effect_se")]
    p_value: Annotated[float, Means("two-sided, by the normal distribution as the summary has it")]
    ci_low: Annotated[float, Means("lower limit of the 95 % interval of effect, by the normal quantile", "score")]
    ci_high: Annotated[float, Means("its upper limit", "score")]
    athlete_variance: Annotated[float, Means("variance of the athletes' intercepts", "score²")]
    athlete_sd: Annotated[float, Means("its square root", "score")]
    residual_variance: Annotated[float, Means("variance of the repeats of one athlete in one session", "score²")]
    icc: Annotated[float, Means("intraclass correlation, session in the model")]
    log_likelihood: Annotated[float, Means("restricted, natural logarithm")]
    n_athletes: Annotated[int, Means("groups", "athletes")]
    mean_low: Annotated[float, Means("expected score of an average athlete in the low session", "score")]
    mean_high: Annotated[float, Means("the same in the high session", "score")]
    effect_paired: Annotated[float, Means("mean of the athletes' differences of session means, high - low", "score")]
    se_paired: Annotated[float, Means("its standard error", "score")]
    p_paired: Annotated[float, Means("two-sided p-value of the paired t-test")]
    variance_low: Annotated[float, Means("lower limit of the 95 % interval of athlete_variance (χ²)", "score²")]
    variance_high: Annotated[float, Means("its upper limit", "score²")]
    athlete_intercepts: Annotated[type_of_numbers, Means("intercept of each athlete's line in the model", "score")]
    mixed_results: FittedModel  # the fit, for checks of a whole model

    @property
    def lines(self) -> Mapping[str, tuple[float, float]]:
        """Athlete → (intercept, slope) of the lines that the figure shows from session 0 to 1."""
        return {str(athlete): (value, self.effect) for athlete, value in self.athlete_intercepts.to_dict().items()}

    @property
    def population_line(self) -> tuple[float, float]:
        """Intercept and slope of the average athlete."""
        return self.mean_low, self.effect


@cached_by_content
def solve(athletes: pd.DataFrame) -> Athletes:
    """Fit the model by REML, and compare it with what the four differences alone can tell.

    Args:
        athletes: columns ``athlete_id``, ``session_high`` (0 or 1; each athlete has both) and ``correctness`` (a score
            from 0 to 1), a row for each repeat.

    Returns:
        The answers; ``athlete_intercepts`` has the athletes as its index.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit; a variance of zero between athletes is a :class:`BoundaryFit`.
    """
    table = table_of(athletes)
    fit = fit_mixed(table["correctness"], with_constant(table[["session_high"]]), table["athlete_id"])
    effect, error = float(fit.fixed["session_high"]), float(fit.standard_errors["session_high"])
    low, high = variance_interval(table, fit.residual_variance)
    paired = stats.ttest_1samp(differences(table), 0)
    return Athletes(
        effect=effect,
        effect_se=error,
        z_value=effect / error,
        p_value=float(2 * stats.norm.sf(abs(effect / error))),
        ci_low=effect - QUANTILE * error,
        ci_high=effect + QUANTILE * error,
        athlete_variance=fit.group_variance,
        athlete_sd=math.sqrt(fit.group_variance),
        residual_variance=fit.residual_variance,
        icc=icc(fit),
        log_likelihood=fit.log_likelihood,
        n_athletes=len(fit.random_effects),
        mean_low=float(fit.fixed["Intercept"]),
        mean_high=float(fit.fixed["Intercept"]) + effect,
        effect_paired=float(differences(table).mean()),
        se_paired=standard_error(table, len(differences(table))),
        p_paired=float(paired.pvalue),
        variance_low=low,
        variance_high=high,
        athlete_intercepts=_intercepts(fit),
        mixed_results=fit.model,
    )


def table_of(athletes: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model, checked."""
    return require(athletes, "correctness", "session_high", labels=["athlete_id"])


def differences(table: pd.DataFrame) -> pd.Series[float]:
    """Each athlete's mean score in the high session less that in the low one, by ``athlete_id``.

    Args:
        table: as :func:`table_of` gives it.

    Raises:
        KeyError: there is one session only.
    """
    means = table.pivot_table(index="athlete_id", columns="session_high", values="correctness")
    return pd.Series(means[1.0] - means[0.0])


def variance_interval(table: pd.DataFrame, residual_variance: float, degrees: int | None = None) -> tuple[float, float]:
    """95 % interval of the variance between athletes, from the variance of their means (Searle et al. 1992, ch. 3).

    (degrees · MSB / χ²-quantile - σ²) / n with MSB = n times the variance of the J means, n rows an athlete, and
    J - 1 degrees of freedom unless told otherwise.

    Args:
        table: columns ``athlete_id`` and ``correctness``, the same number of rows n for each of the J athletes.
        residual_variance: σ², in squared units of ``correctness``.
        degrees: of freedom of the variance of the means; default: J - 1.

    Returns:
        Lower and upper limit, in squared units of ``correctness``; the lower one may be negative.
    """
    means = table.groupby("athlete_id")["correctness"].mean()
    rows, degrees = len(table) / len(means), degrees or len(means) - 1
    squares = degrees * rows * float(means.var())
    quantiles = (float(stats.chi2.ppf(share, degrees)) for share in (0.975, 0.025))
    low, high = ((squares / quantile - residual_variance) / rows for quantile in quantiles)
    return low, high


def _intercepts(fit: MixedFit) -> pd.Series[float]:
    values = fit.fixed["Intercept"] + fit.random_effects["Intercept"]
    return values.rename("intercept").rename_axis("athlete_id")


def standard_error(table: pd.DataFrame, divisor: float) -> float:
    """Standard error of the mean of the athletes' differences: the root of their variance over a divisor.

    Args:
        table: as :func:`table_of` gives it.
        divisor: the number of athletes; misconceptions divide by something else.

    Returns:
        In units of ``correctness``; the variance has J - 1 degrees of freedom.
    """
    return float(np.sqrt(differences(table).var() / divisor))

"""What goes wrong with the variances of the athletes' model: a part of the table of assignment 8."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pandas as pd
from scipy import stats

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.athletes.models import line, of, of_ml, type_of_number, type_of_quantity
from lmmsolutions.lessons.athletes.solution import QUANTILE, table_of, variance_interval
from lmmsolutions.lessons.fits import icc, of_predictions, printed_error


def _group(fit: MixedFit) -> float:
    return fit.group_variance


def _residual(fit: MixedFit) -> float:
    return fit.residual_variance


def _group_sd(fit: MixedFit) -> float:
    return math.sqrt(fit.group_variance)


def _residual_sd(fit: MixedFit) -> float:
    return math.sqrt(fit.residual_variance)


def _ratio(fit: MixedFit) -> float:
    return fit.group_variance / fit.residual_variance


def _printed(fit: MixedFit) -> float:
    """What a summary with three decimals shows of the variance."""
    return round(fit.group_variance, 3)


def _share(between: float, within: float) -> float:
    return between / (between + within) if between + within else float("nan")


def _share_of_total(data: pd.DataFrame) -> float:
    return of(_group)(data) / float(table_of(data)["correctness"].var())


_PRINTED = "The summary prints three decimals, which leave next to nothing of a small variance. Take it from the fit."
_SQUARES = "`cov_re` and `scale` hold variances already: there is nothing to square."
_ROUNDED = (
    "Rounded numbers, or square roots, went into the ratio. Take the variances themselves from the fit, with all "
    "digits."
)
_TOTAL = "The variance of all scores contains the effect of the session too. The share is of the model's two variances."
_POOLED = (
    "This comes from a model without athletes. Which rows belong to one athlete, and where does your model say so?"
)
_SYMMETRIC = "A variance cannot be negative, and its interval is not symmetric. The printed error is on another scale."
_DEGREES = "Four means have fewer degrees of freedom than four: their own mean was estimated."
_LIMITS = "The two limits are exchanged. Which of them is the smaller?"
_OF_AN_ATHLETE = "The number of rows of an athlete counts the repeats of both sessions, and of no other athlete."
_MEAN_SQUARE = "The mean square MSB is the variance of the athletes' means times the number of rows of each."
_NOT_SUBTRACTED = "The means vary by the luck of their repeats too: the residual variance has to come off."

# What is taken for the athletes' variance: it shows there, and in what is calculated from it.
_TAKEN_FOR_THE_VARIANCE: tuple[tuple[str, type_of_quantity, float, str], ...] = (
    ("variance ratio", _ratio, 0.5, hints.RATIO),
    ("printed standard error", printed_error, 0.25, hints.PRINTED),
    ("printed variance", _printed, 0.25, _PRINTED),
    ("standard deviation", _group_sd, 0.5, hints.SD),
    ("square of the variance", lambda fit: _group(fit) ** 2, 0.5, _SQUARES),
    ("residual variance", _residual, 0.25, hints.EACH_OTHER),
    ("variance of the predicted effects", of_predictions, 0.25, hints.OF_PREDICTIONS),
)


def _root(taken: type_of_quantity) -> type_of_number:
    return of(lambda fit: math.sqrt(taken(fit)))


def _share_of(taken: type_of_quantity) -> type_of_number:
    return of(lambda fit: _share(taken(fit), _residual(fit)))


def _consequences() -> Iterator[Mistake]:
    """A wrong variance, its root, and its share."""
    for name, taken, keeps, hint in _TAKEN_FOR_THE_VARIANCE:
        yield Mistake(name, "athlete_variance", of(taken), keeps, hint)
        if name not in ("square of the variance", "residual variance"):  # these roots have rows of their own
            yield Mistake(f"root of the {name}", "athlete_sd", _root(taken), keeps, hint)
        if name != "residual variance":  # its share of itself is a half, whatever the data
            yield Mistake(f"share of the {name}", "icc", _share_of(taken), keeps, hint)


type_of_interval = Callable[[pd.DataFrame, MixedFit], tuple[float, float]]


def _interval(change: type_of_interval) -> dict[str, type_of_number]:
    """Another interval of the athletes' variance."""
    return {
        "variance_low": lambda data: of(lambda fit: change(table_of(data), fit)[0])(data),
        "variance_high": lambda data: of(lambda fit: change(table_of(data), fit)[1])(data),
    }


def _from_printed(_: pd.DataFrame, fit: MixedFit) -> tuple[float, float]:
    reach = QUANTILE * printed_error(fit)
    return fit.group_variance - reach, fit.group_variance + reach


def _limits_exchanged(table: pd.DataFrame, fit: MixedFit) -> tuple[float, float]:
    low, high = variance_interval(table, fit.residual_variance)
    return high, low


def _with_all_degrees(table: pd.DataFrame, fit: MixedFit) -> tuple[float, float]:
    return variance_interval(table, fit.residual_variance, len(fit.random_effects))


def _solved(rows: Callable[[pd.DataFrame], float], times: float | None = None, less: float = 1.0) -> type_of_interval:
    """The formula with another number of rows of an athlete, in MSB ``times`` that number, less some σ²."""

    def change(table: pd.DataFrame, fit: MixedFit) -> tuple[float, float]:
        means, n = table.groupby("athlete_id")["correctness"].mean(), rows(table)
        squares = (len(means) - 1) * (n if times is None else times) * float(means.var())
        quantiles = [float(stats.chi2.ppf(share, len(means) - 1)) for share in (0.975, 0.025)]
        low, high = ((squares / quantile - less * fit.residual_variance) / n for quantile in quantiles)
        return low, high

    return change


def _of_athlete(table: pd.DataFrame) -> float:
    return len(table) / table["athlete_id"].nunique()


def _of_session(session: int) -> Callable[[pd.DataFrame], float]:
    return lambda table: float((table["session_high"] == session).sum() / table["athlete_id"].nunique())


VARIANCE_MISTAKES: tuple[Mistake, ...] = (
    Mistake("pooled OLS", "residual_variance", lambda d: line(d).residual_variance, 0.25, _POOLED),
    *several(
        "ML for REML",
        0.5,
        hints.ML,
        athlete_variance=of_ml(_group),
        athlete_sd=of_ml(_group_sd),
        residual_variance=of_ml(_residual),
        icc=of_ml(icc),
    ),
    *_consequences(),
    Mistake("variance", "athlete_sd", of(_group), 0.5, hints.VARIANCE),
    Mistake("residual standard deviation", "athlete_sd", of(_residual_sd), 0.25, hints.EACH_OTHER),
    Mistake("printed standard error", "athlete_sd", of(printed_error), 0.25, hints.PRINTED),
    Mistake("group variance", "residual_variance", of(_group), 0.25, hints.EACH_OTHER),
    Mistake("standard deviation", "residual_variance", of(_residual_sd), 0.5, hints.SD),
    Mistake("square of the variance", "residual_variance", of(lambda f: _residual(f) ** 2), 0.5, _SQUARES),
    Mistake("rounded variances", "icc", of(lambda f: _share(_printed(f), round(_residual(f), 4))), 0.5, _ROUNDED),
    Mistake("standard deviations", "icc", of(lambda f: _share(_group_sd(f), _residual_sd(f))), 0.5, _ROUNDED),
    Mistake("squares of the variances", "icc", of(lambda f: _share(_group(f) ** 2, _residual(f) ** 2)), 0.5, _SQUARES),
    Mistake("share of the variance of all scores", "icc", _share_of_total, 0.25, _TOTAL),
    Mistake("variance ratio", "icc", of(_ratio), 0.5, hints.RATIO_FOR_SHARE),
    Mistake("complement", "icc", of(lambda f: 1 - icc(f)), 0.5, hints.COMPLEMENT),
    *several("limits exchanged", 0.5, _LIMITS, **_interval(_limits_exchanged)),
    *several("interval from the printed error", 0.25, _SYMMETRIC, **_interval(_from_printed)),
    *several("as many degrees of freedom as athletes", 0.5, _DEGREES, **_interval(_with_all_degrees)),
    *several("rows of the low session", 0.5, _OF_AN_ATHLETE, **_interval(_solved(_of_session(0)))),
    *several("rows of the high session", 0.5, _OF_AN_ATHLETE, **_interval(_solved(_of_session(1)))),
    *several("variance of the means for MSB", 0.5, _MEAN_SQUARE, **_interval(_solved(_of_athlete, times=1.0))),
    *several("residual variance not subtracted", 0.5, _NOT_SUBTRACTED, **_interval(_solved(_of_athlete, less=0.0))),
)

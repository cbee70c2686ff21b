"""Other data for the comparison of models: four tables, each drawn until its fit is of the published kind.

The variances between plots and of the schools' slopes are small beside the noise: many draws put them on the boundary,
as most draws without clinics' own effects of the treatment do.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import cache

import pandas as pd

from lmmsolutions.core.fitting import MixedFitError
from lmmsolutions.lessons.model_comparison import ModelComparison
from lmmsolutions.lessons.model_comparison.other_fits import as_statsmodels, correlation_of
from lmmsolutions.lessons.model_comparison.solution import (
    COVARIATES,
    LEVEL,
    intercepts_of_clinics,
    mixture,
    of_plots,
    schools_of,
    slopes_of_clinics,
    slopes_of_schools,
)
from lmmsolutions.variants import simulated
from lmmsolutions.variants.criteria import Finding
from lmmsolutions.variants.drawing import draw

_BLOCK = 1000  # seeds of one table that belong to one seed of all
_METHODS = ("bfgs", "lbfgs", "cg", "powell", "nm")
_SAME = 1e-3  # absolute, of a log-likelihood: ends of one optimizer and of another
_BEST = 3e-3  # absolute; within this the best of them counts as the maximum
_VARIANCE = 1e-3  # relative
_PERFECT = 5e-3  # distance of a correlation from one

type_of_tables = tuple[pd.DataFrame, ...]
type_of_drawing = Callable[[int], pd.DataFrame]


@cache
def drawn(seed: int, health: type_of_drawing) -> type_of_tables:
    """The four tables of a seed.

    Args:
        seed: of all.
        health: draws other recoveries of the published patients.
    """
    return (
        draw(seed).complete,
        _first(simulated.schools, seed, _has_slopes),
        _first(simulated.plots, seed, _has_plots),
        _first(health, seed, _is_singular),
    )


def _first(make: type_of_drawing, seed: int, suits: Callable[[pd.DataFrame], bool]) -> pd.DataFrame:
    return next(table for number in itertools.count(_BLOCK * seed) if suits(table := make(number)))


def _has_slopes(schools: pd.DataFrame) -> bool:
    """The random slopes are not on the boundary, and optimizers tell them as on the published data."""
    try:
        best = slopes_of_schools(schools).log_likelihood
    except MixedFitError:
        return False
    ends = [as_statsmodels("score ~ hours", schools, "school", method, "~hours") for method in _METHODS]
    if any(end is None or not math.isfinite(end.llf) for end in ends):
        return False
    likelihoods = [float(end.llf) for end in ends]
    return best - likelihoods[-1] <= _SAME and max(likelihoods) - min(likelihoods) > 2 * _SAME


def _has_plots(plots: pd.DataFrame) -> bool:
    """Plots differ, and the optimizers that find it on the published data find it here."""
    try:
        want = of_plots(plots).group_variance
    except MixedFitError:
        return False
    fits = [as_statsmodels("harvest ~ 1", plots, "plot", method) for method in ("cg", "powell", "nm")]
    return all(fit is not None and abs(float(fit.cov_re.iloc[0, 0]) / want - 1) <= _VARIANCE / 2 for fit in fits)


def _is_singular(health: pd.DataFrame) -> bool:
    """Clinics' own effects of the treatment have a correlation of one with their levels, and are not needed."""
    clinics = slopes_of_clinics(health)
    statistic = 2 * (clinics.log_likelihood - intercepts_of_clinics(health).log_likelihood)
    return clinics.boundary and clinics.terms[0].correlation > 1 - _PERFECT and mixture(statistic) > 2 * LEVEL


def student_fits(tables: type_of_tables, want: ModelComparison) -> Iterator[Finding]:
    """What students' own fits find on the tables: statsmodels' default has to reach the maximum where they rely on it.

    Args:
        tables: the lesson's four.
        want: the reference on them.
    """
    sleep, schools, _, health = tables
    yield _sleepstudy(sleep, want)
    centred = as_statsmodels("score ~ hours", schools_of(schools), "school", None, "~hours")
    lost = math.inf if centred is None else want.best_log_likelihood - float(centred.llf)
    yield Finding("centred hours", "the default fit finds the maximum", _within(lost, _BEST), lost <= _BEST)
    formula = f"recovery_days ~ {' + '.join(COVARIATES)}"
    clinics = as_statsmodels(formula, health, "clinic_id", None, "~treatment")
    apart = math.inf if clinics is None else abs(correlation_of(clinics.cov_re.to_numpy(float)) - 1)
    yield Finding("a perfect correlation", "the default fit finds it", _within(apart, _PERFECT), apart <= _PERFECT)


def _sleepstudy(sleep: pd.DataFrame, want: ModelComparison) -> Finding:
    """The three mixed models by maximum likelihood, as statsmodels' default finds them."""
    components = {"Days": "0 + Days"}
    fits = {
        "intercept": as_statsmodels("Reaction ~ Days", sleep, "Subject", None, reml=False),
        "uncorrelated": as_statsmodels(
            "Reaction ~ Days", sleep, "Subject", None, "1", reml=False, components=components
        ),
        "slopes": as_statsmodels("Reaction ~ Days", sleep, "Subject", None, "~Days", reml=False),
    }
    likelihoods = want.comparison["log_likelihood"].to_dict()
    lost = max(math.inf if fit is None else likelihoods[name] - float(fit.llf) for name, fit in fits.items())
    return Finding("models of sleepstudy", "default fits find the maximum", _within(lost, _BEST), lost <= _BEST)


def _within(apart: float, allowed: float) -> str:
    return f"{'within' if apart <= allowed else 'not within'} {allowed}"

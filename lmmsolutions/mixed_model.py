"""Question 5: the mixed model, Reaction ~ Days with a random intercept per Subject, fitted by REML."""

from __future__ import annotations

import math

import pandas as pd

from lmmsolutions.data import UnsuitableData
from lmmsolutions.mixed_mistakes import MISTAKES
from lmmsolutions.models import intercepts, random_intercept
from lmmsolutions.remembered import remembered
from lmmsolutions.results import MixedModel

__all__ = ["MISTAKES", "line_of", "solve"]


@remembered
def solve(data: pd.DataFrame) -> MixedModel:
    """Fit Reaction = (β₀ + uᵢ) + β₁ · Days + ε, uᵢ ~ N(0, τ²) for each Subject, ε ~ N(0, σ²), by REML.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit (see :mod:`lmmsolutions.fitting`).
    """
    fit = random_intercept(data)
    effects = intercepts(fit)
    return MixedModel(
        fixed_intercept=float(fit.fixed["Intercept"]),
        fixed_slope=float(fit.fixed["Days"]),
        fixed_intercept_se=float(fit.standard_errors["Intercept"]),
        fixed_slope_se=float(fit.standard_errors["Days"]),
        group_variance=fit.group_variance,
        group_sd=math.sqrt(fit.group_variance),
        icc=fit.group_variance / (fit.group_variance + fit.residual_variance),
        residual_variance=fit.residual_variance,
        random_effects=effects,
        log_likelihood=fit.log_likelihood,
        reml=fit.reml,
        n_observations=len(fit.model.endog),
        n_groups=len(effects),
        converged=fit.converged,
        warnings=fit.warnings,
        mixed_results=fit.model,
    )


def line_of(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    """Intercept (ms) and slope (ms per day) of one subject's line in the mixed model.

    Raises:
        UnsuitableData: the data cannot be analysed, or the subject is not among them.
        MixedFitError: the data have no regular fit.
    """
    solution = solve(data)
    if subject not in solution.random_effects.index:
        raise UnsuitableData(f"want the subject {subject}, got {solution.random_effects.index.tolist()}")
    return solution.fixed_intercept + float(solution.random_effects[subject]), solution.fixed_slope

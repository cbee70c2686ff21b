"""Assignment 5: the mixed model, Reaction ~ Days with a random intercept per Subject, fitted by REML."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from numpy.typing import ArrayLike

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import UnsuitableData
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers
from lmmsolutions.lessons.mixed_model.models import intercepts, random_intercept


@dataclass(frozen=True, eq=False)
class MixedModel:
    """Assignment 5: Reaction ~ Days with a random intercept per Subject, fitted by REML."""

    fixed_intercept: Annotated[float, Means("expected Reaction of an average subject at Days = 0", "ms")]
    fixed_slope: Annotated[float, Means("change of the expected Reaction, shared by all subjects", "ms per day")]
    fixed_intercept_se: Annotated[float, Means("standard error of fixed_intercept", "ms")]
    fixed_slope_se: Annotated[float, Means("standard error of fixed_slope", "ms per day")]
    group_variance: Annotated[float, Means("variance of the subjects' intercepts", "ms²")]
    group_sd: Annotated[float, Means("its square root, the scale of random_effects", "ms")]
    residual_variance: Annotated[float, Means("variance within a subject around its line", "ms²")]
    icc: Annotated[float, Means("intraclass correlation: share of the variance between subjects")]
    log_likelihood: Annotated[float, Means("restricted, natural logarithm")]
    n_observations: Annotated[int, Means("rows used", "rows")]
    n_groups: Annotated[int, Means("subjects", "subjects")]
    random_effects: Annotated[type_of_numbers, Means("deviation of each subject's intercept (BLUP)", "ms")]
    reml: bool  # restricted maximum likelihood
    converged: bool  # as established by lmmsolutions.core.fitting, not as reported by the optimizer
    mixed_results: FittedModel  # the same fit, for checks of a whole model

    def log_likelihood_at(self, fixed: ArrayLike, group_variance: float, residual_variance: float) -> float:
        """Restricted log-likelihood at other estimates, for fits of students that ended elsewhere.

        Args:
            fixed: intercept in ms, slope in ms per day.
            group_variance: of the subjects' intercepts, ms²; 0 is allowed.
            residual_variance: ms².

        Returns:
            Natural; ``-inf`` where the estimates are no variances.
        """
        return self.mixed_results.log_likelihood_at(fixed, group_variance, residual_variance)


@cached_by_content
def solve(data: pd.DataFrame) -> MixedModel:
    """Fit Reaction = (β₀ + uᵢ) + β₁ · Days + ε, uᵢ ~ N(0, τ²) for each Subject, ε ~ N(0, σ²), by REML.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.

    Returns:
        The answers; ``random_effects`` has the subjects as its index.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit (see :mod:`lmmsolutions.core.fitting`); a variance of zero between
            subjects is a :class:`BoundaryFit`.
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
        mixed_results=fit.model,
    )


def line_of(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    """Intercept (ms) and slope (ms per day) of one subject's line in the mixed model.

    Args:
        data: as for :func:`solve`.
        subject: its number.

    Raises:
        UnsuitableData: the data cannot be analyzed, or the subject is not among them.
        MixedFitError: the data have no regular fit.
    """
    solution = solve(data)
    if subject not in solution.random_effects.index:
        raise UnsuitableData(f"want the subject {subject}, got {solution.random_effects.index.tolist()}")
    return solution.fixed_intercept + float(solution.random_effects[subject]), solution.fixed_slope

"""The log-likelihood of a linear mixed model with one random intercept, in closed form.

Model: y = Xβ + Zu + ε with u ~ N(0, τ² I), ε ~ N(0, σ² I) and Z the indicator matrix of the groups.
The covariance V = σ² (I + ψ ZZᵀ), ψ = τ²/σ², is block diagonal with compound-symmetric blocks, so its determinant
and inverse are known (Pinheiro & Bates 2000, *Mixed-Effects Models in S and S-PLUS*, section 2.2).
Constants are those of lme4 and statsmodels, so the values can be compared with theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

type_of_floats = NDArray[np.float64]
type_of_codes = NDArray[np.intp]


def log_likelihood(
    endog: ArrayLike,
    exog: ArrayLike,
    groups: ArrayLike,
    fixed: ArrayLike,
    group_variance: float,
    residual_variance: float,
    *,
    reml: bool = True,
) -> float:
    """Log-likelihood of a random intercept model at *given* estimates.

    Under REML the value at the generalised least squares estimate of β is the restricted log-likelihood that lme4 and
    statsmodels print; any other β lowers it by its distance from that estimate.  Two fits of the same data can
    therefore be compared by this one number, whichever optimiser found them.

    Args:
        endog: response, shape (n,).
        exog: fixed-effects design matrix, shape (n, p), full column rank.
        groups: group label of each observation, shape (n,).
        fixed: fixed effects β in the order of the columns of ``exog``, shape (p,).
        group_variance: τ², variance of the random intercepts, response unit squared; 0 is allowed.
        residual_variance: σ², response unit squared.
        reml: restricted (True) or ordinary (False) log-likelihood.

    Returns:
        The natural log-likelihood; ``-inf`` where the estimates lie outside the parameter space (a negative or
        infinite variance, a residual variance of zero, NaN anywhere among the estimates).

    Raises:
        ValueError: the shapes do not fit each other.
    """
    y, x, beta = np.asarray(endog, float), np.asarray(exog, float), np.asarray(fixed, float)
    _require_shapes(y, x, np.asarray(groups), beta)
    variances = np.array([group_variance, residual_variance], dtype=float)
    if not (np.isfinite(variances).all() and np.isfinite(beta).all()) or group_variance < 0 or residual_variance <= 0:
        return -np.inf
    return _value(y, x, groups, beta, group_variance / residual_variance, residual_variance, reml)


def _value(
    y: type_of_floats,
    x: type_of_floats,
    groups: ArrayLike,
    beta: type_of_floats,
    ratio: float,
    residual_variance: float,
    reml: bool,
) -> float:
    codes, sizes = _coded(groups)
    residuals = y - x @ beta
    deviance = y.size * np.log(residual_variance) + np.log1p(sizes * ratio).sum()
    deviance += _form(residuals, residuals, codes, sizes, ratio) / residual_variance
    degrees = y.size
    if reml:
        information = _form(x, x, codes, sizes, ratio) / residual_variance
        deviance += np.linalg.slogdet(information)[1]
        degrees -= x.shape[1]
    return float(-0.5 * (deviance + degrees * np.log(2 * np.pi)))


def _coded(groups: ArrayLike) -> tuple[type_of_codes, type_of_codes]:
    """Groups as integers 0, 1, …, and the number of observations in each."""
    _, codes, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    return codes.ravel(), sizes


def _form(left: Any, right: Any, codes: type_of_codes, sizes: type_of_codes, ratio: float) -> Any:
    """leftᵀ (I + ψ ZZᵀ)⁻¹ right, by the Sherman-Morrison formula in each group."""
    shrink = ratio / (1 + sizes * ratio)
    left_sums, right_sums = (_group_sums(part, codes, sizes.size) for part in (left, right))
    return left.T @ right - (left_sums.T * shrink) @ right_sums


def _group_sums(values: Any, codes: type_of_codes, n_groups: int) -> Any:
    sums = np.zeros((n_groups, *values.shape[1:]))
    np.add.at(sums, codes, values)
    return sums


def _require_shapes(y: type_of_floats, x: type_of_floats, groups: NDArray[Any], beta: type_of_floats) -> None:
    if x.ndim != 2 or y.shape != (x.shape[0],) or groups.shape != y.shape or beta.shape != (x.shape[1],):
        raise ValueError(
            "the shapes do not fit: want endog (n,), exog (n, p), groups (n,) and fixed (p,), "
            f"got {y.shape}, {x.shape}, {groups.shape} and {beta.shape}"
        )

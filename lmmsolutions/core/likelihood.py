"""The log-likelihood of a linear mixed model at *given* estimates.

Model: y = Xβ + Σ Zₖuₖ + ε with uₖ ~ N(0, Ψₖ) for each group of term k, independent between groups and terms, and
ε ~ N(0, σ² I).  Constants are those of lme4 and statsmodels, so the values can be compared with theirs (Pinheiro &
Bates 2000, *Mixed-Effects Models in S and S-PLUS*, section 2.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lmmsolutions.core.blocks import Blocks, Term, coded

type_of_floats = NDArray[np.float64]
# Design (n, q) of the random effects, label of each row's group (n,), covariance (q, q) in the response unit squared.
type_of_term: TypeAlias = "tuple[ArrayLike, Any, ArrayLike]"


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
    """Log-likelihood of a random intercept model; a short form of :func:`log_likelihood_of`.

    Args:
        endog: response, shape (n,).
        exog: fixed-effects design matrix, shape (n, p), full column rank.
        groups: group label of each observation, shape (n,).
        fixed: fixed effects β in the order of the columns of ``exog``, shape (p,).
        group_variance: τ², variance of the random intercepts, response unit squared; 0 is allowed.
        residual_variance: σ², response unit squared.
        reml: restricted (True) or ordinary (False) log-likelihood.

    Returns:
        The natural log-likelihood; ``-inf`` where the estimates lie outside the parameter space.

    Raises:
        ValueError: the shapes do not fit each other.

    Example:
        Two groups of two, around a mean of 2, with τ² = 1 and σ² = 1:

        >>> value = log_likelihood([1, 2, 2, 3], [[1]] * 4, [1, 1, 2, 2], [2], 1.0, 1.0, reml=False)
        >>> round(value, 6)
        -5.441033
    """
    constant = np.ones((np.size(endog), 1))
    return log_likelihood_of(endog, exog, [(constant, groups, [[group_variance]])], fixed, residual_variance, reml=reml)


def log_likelihood_of(
    endog: ArrayLike,
    exog: ArrayLike,
    terms: Sequence[type_of_term],
    fixed: ArrayLike,
    residual_variance: float,
    *,
    reml: bool = True,
) -> float:
    """Log-likelihood of any linear mixed model at given estimates.

    Under REML the value at the generalized least squares estimate of β is the restricted log-likelihood that lme4 and
    statsmodels print; any other β lowers it by its distance from that estimate.  Two fits of the same data can
    therefore be compared by this one number, whichever optimizer found them and whichever parametrization they use:
    only the covariance that the random part implies counts, Σ ZₖΨₖZₖᵀ + σ²I.

    Args:
        endog: response, shape (n,).
        exog: fixed-effects design matrix, shape (n, p), full column rank.
        terms: the random part, one (design, groups, covariance) for each term; groups may be a table of several
            columns (a class within its school).
        fixed: fixed effects β in the order of the columns of ``exog``, shape (p,).
        residual_variance: σ², response unit squared.
        reml: restricted (True) or ordinary (False) log-likelihood.

    Returns:
        The natural log-likelihood; ``-inf`` where the estimates lie outside the parameter space (a covariance that is
        not positive semidefinite, a residual variance of zero, NaN or infinity anywhere among the estimates).

    Raises:
        ValueError: the shapes do not fit each other.
    """
    y, x, beta = np.asarray(endog, float), np.asarray(exog, float), np.asarray(fixed, float)
    designs = [_design(design, y.size) for design, _, _ in terms]
    covariances = [np.atleast_2d(np.asarray(covariance, float)) for _, _, covariance in terms]
    _require_shapes(y, x, beta, designs, covariances, [np.shape(labels)[:1] for _, labels, _ in terms])
    estimates = [beta, np.array([residual_variance], dtype=float), *(part.ravel() for part in covariances)]
    if not all(np.isfinite(part).all() for part in estimates) or residual_variance <= 0:
        return -np.inf
    roots = [_root(covariance / residual_variance) for covariance in covariances]
    if any(root is None for root in roots):
        return -np.inf
    parts = [Term(design, coded(labels)[0]) for design, (_, labels, _) in zip(designs, terms, strict=True)]
    return _value(y - x @ beta, x, parts, [root for root in roots if root is not None], residual_variance, reml)


def _value(
    residuals: type_of_floats,
    x: type_of_floats,
    terms: Sequence[Term],
    roots: Sequence[type_of_floats],
    residual_variance: float,
    reml: bool,
) -> float:
    """At roots of the covariances in units of the residual variance."""
    columns = np.column_stack([x, residuals])
    products = columns.T @ columns
    determinant = 0.0
    if terms:
        blocks = Blocks.of(terms, columns)
        factor = blocks.spread(roots)
        inner = np.linalg.cholesky(factor.T @ blocks.zz @ factor + np.eye(factor.shape[1]))
        half = np.linalg.solve(inner, factor.T @ blocks.zc)
        products -= np.einsum("gri,grj->ij", half, half)
        determinant = 2 * float(np.log(np.diagonal(inner, axis1=1, axis2=2)).sum())
    degrees = residuals.size
    deviance = degrees * np.log(residual_variance) + determinant + products[-1, -1] / residual_variance
    if reml:
        deviance += np.linalg.slogdet(products[:-1, :-1] / residual_variance)[1]
        degrees -= x.shape[1]
    return float(-0.5 * (deviance + degrees * np.log(2 * np.pi)))


def _root(covariance: type_of_floats) -> type_of_floats | None:
    """A square root, also of a singular covariance; ``None`` where there is none."""
    values, vectors = np.linalg.eigh(covariance)
    if not np.allclose(covariance, covariance.T) or values[0] < -1e-9 * max(float(values[-1]), 0.0):
        return None
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _design(design: ArrayLike, n: int) -> type_of_floats:
    """A design matrix; one column may come as a vector."""
    columns = np.asarray(design, float)
    return columns.reshape(n, -1) if columns.ndim == 1 and columns.size == n else columns


def _require_shapes(
    y: type_of_floats,
    x: type_of_floats,
    beta: type_of_floats,
    designs: Sequence[type_of_floats],
    covariances: Sequence[type_of_floats],
    labels: Sequence[tuple[int, ...]],
) -> None:
    fits = x.ndim == 2 and y.shape == (x.shape[0],) and beta.shape == (x.shape[1],)
    for design, covariance, size in zip(designs, covariances, labels, strict=True):
        fits = fits and design.ndim == 2 and design.shape[0] == y.size and size == y.shape
        fits = fits and covariance.shape == (design.shape[1], design.shape[1])
    if not fits:
        raise ValueError(
            "the shapes do not fit: want endog (n,), exog (n, p), fixed (p,), and for each term a design (n, q), "
            f"groups (n,) and a covariance (q, q); got {y.shape}, {x.shape}, {beta.shape}, "
            f"{[part.shape for part in designs]}, {list(labels)} and {[part.shape for part in covariances]}"
        )

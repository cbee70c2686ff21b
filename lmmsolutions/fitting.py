"""The one robust mixed-model fit of the reference solutions.

statsmodels' default fit can be wrong by a per cent and still report success, and warns when nothing is wrong.  Here
a derivative-free search (Powell) finds the region, BFGS with a tight gradient tolerance the optimum and Newton's method
its last digits.  The *Newton decrement* then decides whether it is one: the distance from the optimum in standard
errors, half of whose square is what the log-likelihood could still gain.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

from lmmsolutions.likelihood import log_likelihood
from lmmsolutions.results import FittedModel

__all__ = ["BoundaryFit", "MixedFit", "MixedFitError", "UnconvergedFit", "fit_mixed", "log_likelihood"]

_DECREMENT = 1e-6  # accepted distance from the optimum, in standard errors
_NEAR = 0.1  # standard errors from the optimum within which Newton's method is safe
_BOUNDARY = 1e-6  # smallest eigenvalue of the random effects' covariance, in units of the residual variance

_STEP = 1e-4  # a step away from the boundary, in units of the residual variance

type_of_floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MixedFit:
    """A fitted linear mixed model; variances in the squared unit of the response."""

    fixed: pd.Series[float]  # fixed effects, index: columns of the design matrix
    standard_errors: pd.Series[float]  # of the fixed effects, same index, by generalised least squares
    random_covariance: pd.DataFrame  # covariance of the random effects, shape (q, q)
    random_effects: pd.DataFrame  # BLUPs, one row a group, one column a random effect
    residual_variance: float
    log_likelihood: float  # restricted under REML
    reml: bool
    decrement: float  # Newton decrement: distance from the optimum in standard errors; NaN on the boundary
    boundary: bool  # the random effects' covariance is singular
    variance_ratio_se: float  # standard error of group variance / residual variance; NaN on the boundary
    warnings: tuple[str, ...]  # what the optimisers said on the way
    model: FittedModel  # the same fit under statsmodels' names

    @property
    def converged(self) -> bool:
        """The estimates are the optimum, to a millionth of their standard errors."""
        return self.decrement < _DECREMENT

    @property
    def group_variance(self) -> float:
        """Variance of the first random effect, the intercept."""
        return float(self.random_covariance.to_numpy()[0, 0])


class MixedFitError(RuntimeError):
    """A mixed model has no regular fit on these data; ``fit`` holds what was found, if anything."""

    def __init__(self, message: str, fit: MixedFit | None = None) -> None:
        super().__init__(message)
        self.fit = fit


class UnconvergedFit(MixedFitError):
    """The optimisers failed, or ended away from the optimum."""


class BoundaryFit(MixedFitError):
    """The optimum lies on the boundary: a variance is zero, or a correlation is one."""


def fit_mixed(
    endog: pd.Series[float],
    exog: pd.DataFrame,
    groups: pd.Series[Any],
    *,
    random: pd.DataFrame | None = None,
    reml: bool = True,
) -> MixedFit:
    """Fit a linear mixed model with one grouping factor.

    Equal problems are solved once per process: the grader asks for the same few fits for every submission.

    Args:
        endog: response, n values.
        exog: fixed-effects design matrix with its constant, n rows.
        groups: group of each observation, n labels.
        random: random-effects design matrix, n rows, its first column the constant; the constant alone by default.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Raises:
        ValueError: missing or infinite values, lengths that differ, or fewer than two groups.
        BoundaryFit: the optimum is on the boundary; ``error.fit`` is the fit there.
        UnconvergedFit: no optimum was found; ``error.fit`` is the last estimate or None.
    """
    if random is None:
        random = pd.DataFrame({"Intercept": np.ones(len(endog))}, index=endog.index)
    problem = _Problem.of(endog, exog, groups, random, reml)
    found = _optimum(problem)
    if isinstance(found, str):
        raise UnconvergedFit(f"the mixed model could not be fitted: {found}")
    fit = _fit(problem, found)
    if fit.boundary:
        raise BoundaryFit("the random effects' covariance is estimated as singular (on the boundary)", fit)
    if not fit.converged:
        raise UnconvergedFit(f"the fit ended {fit.decrement:.1g} standard errors from the optimum", fit)
    return fit


@dataclass(frozen=True)
class _Problem:
    """Data and model as hashable values, so that equal problems are solved once."""

    endog: bytes
    exog: bytes
    random: bytes
    groups: tuple[Hashable, ...]
    endog_name: str
    exog_names: tuple[str, ...]
    random_names: tuple[str, ...]
    reml: bool

    @classmethod
    def of(
        cls, endog: pd.Series[float], exog: pd.DataFrame, groups: pd.Series[Any], random: pd.DataFrame, reml: bool
    ) -> _Problem:
        y, x, z = (part.to_numpy(float) for part in (endog, exog, random))
        if not len(y) == len(x) == len(z) == len(groups):
            raise ValueError(f"the lengths differ: {len(y)} responses, {len(x)} rows of exog, {len(groups)} groups")
        if not all(np.isfinite(part).all() for part in (y, x, z)) or groups.isna().any():
            raise ValueError("a mixed model needs data without missing or infinite values")
        if groups.nunique() < 2:
            raise ValueError(f"a mixed model needs at least two groups, got {groups.nunique()}")
        columns = tuple(map(str, exog.columns)), tuple(map(str, random.columns))
        return cls(y.tobytes(), x.tobytes(), z.tobytes(), tuple(groups.tolist()), str(endog.name), *columns, reml)

    def arrays(self) -> tuple[type_of_floats, type_of_floats, type_of_floats]:
        """Response (n,), fixed-effects design (n, p) and random-effects design (n, q)."""
        n = len(self.groups)
        return (
            np.frombuffer(self.endog).copy(),
            np.frombuffer(self.exog).reshape(n, -1).copy(),
            np.frombuffer(self.random).reshape(n, -1).copy(),
        )


@dataclass(frozen=True)
class _Optimum:
    """Covariance of the random effects in units of the residual variance (row-wise), and how it was found."""

    ratios: tuple[float, ...]
    decrement: float
    ratio_se: float
    boundary: bool
    warnings: tuple[str, ...]


@lru_cache(maxsize=64)
def _optimum(problem: _Problem) -> _Optimum | str:
    """The optimum, or in words why there is none."""
    y, x, z = problem.arrays()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = MixedLM(y, x, groups=np.asarray(problem.groups), exog_re=z)
            rough = model.fit(reml=problem.reml, method="powell")
            fine = model.fit(reml=problem.reml, method="bfgs", gtol=1e-8, start_params=rough.params_object)
            ratios, decrement, ratio_se, boundary = _polished(model, fine.params_object)
            away = ratios + _STEP * np.eye(len(ratios))
            if boundary and _log_likelihood(problem, away) > _log_likelihood(problem, ratios):
                return "the search ended at a variance of zero although a larger one fits better"
        except (np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
            return f"{type(error).__name__}: {error}"
    said = tuple(dict.fromkeys(f"{item.category.__name__}: {item.message}" for item in caught))
    return _Optimum(tuple(ratios.ravel().tolist()), decrement, ratio_se, boundary, said)


def _polished(model: MixedLM, params: Any) -> tuple[type_of_floats, float, float, bool]:
    """Newton's method from BFGS's estimate: ratios (q, q), decrement, standard error of the first ratio, boundary."""
    q = model.k_re
    lower = np.tril_indices(q)
    for _ in range(6):
        values, vectors = np.linalg.eigh(params.cov_re)
        if values[0] < _BOUNDARY:
            return (vectors * np.where(values < _BOUNDARY, 0.0, values)) @ vectors.T, np.nan, np.nan, True
        gradient = np.concatenate(model.score_full(params, calc_fe=True))
        information = -model.hessian(params)[0]
        np.linalg.cholesky(information)  # refuses a point where the log-likelihood is not concave
        covariance = np.linalg.inv(information)
        decrement = float(np.sqrt(abs(gradient @ covariance @ gradient)))
        ratio_se = float(np.sqrt(covariance[model.k_fe, model.k_fe]))
        if decrement < _DECREMENT**2 or not decrement < _NEAR:
            break
        estimate = np.concatenate([params.fe_params, params.cov_re[lower]]) + covariance @ gradient
        ratios = np.zeros((q, q))
        ratios[lower] = estimate[model.k_fe :]
        ratios += np.tril(ratios, -1).T
        params = MixedLMParams.from_components(estimate[: model.k_fe], cov_re=ratios)
    return params.cov_re, decrement, ratio_se, False


@dataclass(frozen=True)
class _Gls:
    """Generalised least squares at given covariance ratios; covariances in units of the residual variance."""

    beta: type_of_floats  # fixed effects, shape (p,)
    information: type_of_floats  # Xᵀ V⁻¹ X, shape (p, p)
    rss: float  # (y − Xβ)ᵀ V⁻¹ (y − Xβ)
    log_determinant: float  # of V
    labels: NDArray[Any]  # groups, sorted
    blups: type_of_floats  # shape (groups, q)


def _gls(problem: _Problem, ratios: type_of_floats) -> _Gls:
    y, x, z = problem.arrays()
    p = x.shape[1]
    labels, codes = np.unique(np.asarray(problem.groups), return_inverse=True)
    blocks = [np.flatnonzero(codes == code) for code in range(len(labels))]
    covariances = [np.eye(len(rows)) + z[rows] @ ratios @ z[rows].T for rows in blocks]
    both = np.column_stack([x, y])
    weighted = np.empty_like(both)  # V⁻¹ (X, y)
    for rows, covariance in zip(blocks, covariances, strict=True):
        weighted[rows] = np.linalg.solve(covariance, both[rows])
    information = x.T @ weighted[:, :p]
    beta = np.linalg.solve(information, x.T @ weighted[:, p])
    whitened = weighted[:, p] - weighted[:, :p] @ beta  # V⁻¹ (y − Xβ)
    return _Gls(
        beta=np.asarray(beta, dtype=np.float64),
        information=information,
        rss=float((y - x @ beta) @ whitened),
        log_determinant=sum(float(np.linalg.slogdet(covariance)[1]) for covariance in covariances),
        labels=labels,
        blups=np.array([ratios @ z[rows].T @ whitened[rows] for rows in blocks]),
    )


def _degrees(problem: _Problem, gls: _Gls) -> int:
    """Degrees of freedom of the residual variance."""
    return len(problem.groups) - (len(gls.beta) if problem.reml else 0)


def _log_likelihood(problem: _Problem, ratios: type_of_floats) -> float:
    """Log-likelihood at given covariance ratios, maximised over everything else."""
    gls = _gls(problem, ratios)
    degrees = _degrees(problem, gls)
    determinant = gls.log_determinant + (float(np.linalg.slogdet(gls.information)[1]) if problem.reml else 0.0)
    return -0.5 * (degrees * (float(np.log(2 * np.pi * gls.rss / degrees)) + 1) + determinant)


def _fit(problem: _Problem, found: _Optimum) -> MixedFit:
    """Everything else follows from the covariance ratios."""
    y, x, z = problem.arrays()
    ratios = np.array(found.ratios).reshape(z.shape[1], z.shape[1])
    gls = _gls(problem, ratios)
    scale = gls.rss / _degrees(problem, gls)
    model = FittedModel(
        model_kind="MixedLM",
        endog_name=problem.endog_name,
        exog_names=problem.exog_names,
        endog=y,
        exog=x,
        fe_params=gls.beta,
        scale=scale,
        llf=_log_likelihood(problem, ratios),
        groups=np.asarray(problem.groups),
        cov_re=ratios * scale,
        method="REML" if problem.reml else "ML",
    )
    fixed_names, random_names = list(problem.exog_names), list(problem.random_names)
    standard_errors = np.sqrt(scale * np.diag(np.linalg.inv(gls.information)))
    return MixedFit(
        fixed=pd.Series(gls.beta, index=fixed_names),
        standard_errors=pd.Series(standard_errors, index=fixed_names),
        random_covariance=pd.DataFrame(ratios * scale, index=random_names, columns=random_names),
        random_effects=pd.DataFrame(gls.blups, index=gls.labels, columns=random_names),
        residual_variance=scale,
        log_likelihood=model.llf,
        reml=problem.reml,
        decrement=found.decrement,
        boundary=found.boundary,
        variance_ratio_se=found.ratio_se,
        warnings=found.warnings,
        model=model,
    )

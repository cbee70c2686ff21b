"""The one mixed-model fit of the reference solutions.

statsmodels' default fit can be wrong by a percent and still report success, and warns when nothing is wrong.  Here the
profiled likelihood has exact derivatives (:mod:`lmmsolutions.core.profile`), the search ends where Newton's method
finds nothing left to gain (:mod:`lmmsolutions.core.search`), and a fit on the boundary, a variance of zero or a
correlation of one, is as exact as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.blocks import Blocks, Term, coded, type_of_floats
from lmmsolutions.core.mixed_fit import BoundaryFit, MixedFit, MixedFitError, RandomEffects, UnconvergedFit
from lmmsolutions.core.profile import Problem
from lmmsolutions.core.results import FittedModel, FittedTerm
from lmmsolutions.core.search import NoOptimum, Optimum, optimum

__all__ = ["BoundaryFit", "MixedFit", "MixedFitError", "RandomTerm", "UnconvergedFit", "fit_mixed", "fit_terms"]

_DECREMENT = 1e-6  # accepted distance from the optimum, in standard errors


@dataclass(frozen=True, eq=False)
class RandomTerm:
    """Random effects of one grouping factor.

    Attributes:
        groups: label of each row's group; a table whose columns together name the group (a class within its school)
            for a nested factor.
        design: the effects' design matrix, n rows; the constant alone by default.
        correlated: whether the effects of a group may be correlated.
    """

    groups: pd.Series[Any] | pd.DataFrame
    design: pd.DataFrame | None = None
    correlated: bool = True


def fit_mixed(
    endog: pd.Series[float],
    exog: pd.DataFrame,
    groups: pd.Series[Any],
    *,
    random: pd.DataFrame | None = None,
    correlated: bool = True,
    reml: bool = True,
) -> MixedFit:
    """Fit a linear mixed model with one grouping factor; :func:`fit_terms` with a single term.

    Args:
        endog: response, n values.
        exog: fixed-effects design matrix with its constant, n rows.
        groups: group of each observation, n labels.
        random: random-effects design matrix, n rows; the constant alone by default.
        correlated: whether the random effects of a group may be correlated.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Returns:
        The fit; its first random effect is that of the constant, unless ``random`` says otherwise.

    Raises:
        ValueError: missing or infinite values, lengths that differ, or fewer than two groups.
        BoundaryFit: the optimum is on the boundary; ``error.fit`` is the fit there.
        UnconvergedFit: no optimum was found; ``error.fit`` is the last estimate or None.

    Example:
        >>> from lmmsolutions.core.data import load
        >>> from lmmsolutions.core.least_squares import with_constant
        >>> data = load("sleepstudy")
        >>> fit = fit_mixed(data["Reaction"], with_constant(data[["Days"]]), data["Subject"])
        >>> round(fit.group_variance, 2), round(fit.residual_variance, 2)  # ms²
        (1378.18, 960.46)
    """
    return fit_terms(endog, exog, [RandomTerm(groups, random, correlated)], reml=reml)


def fit_terms(
    endog: pd.Series[float], exog: pd.DataFrame, terms: Sequence[RandomTerm], *, reml: bool = True
) -> MixedFit:
    """Fit a linear mixed model with any number of grouping factors, nested or crossed.

    By default the likelihood is that of the contrasts of the response which do not depend on the fixed effects (REML;
    Patterson & Thompson 1971, *Recovery of inter-block information when block sizes are unequal*, Biometrika 58).
    Equal problems are solved once per process: the grader asks for the same few fits for every submission.

    Example:
        Classes within schools, ``test_score ~ study_hours + (1 | school_id / class_id)`` in R::

            fit_terms(
                data["test_score"],
                with_constant(data[["study_hours"]]),
                [RandomTerm(data["school_id"]), RandomTerm(data[["school_id", "class_id"]])],
            )

    Args:
        endog: response, n values.
        exog: fixed-effects design matrix with its constant, n rows, full column rank.
        terms: the random part; the first term's effects are ``fit.random_effects``.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Raises:
        ValueError: missing or infinite values, lengths that differ, fewer than two groups, or collinear columns.
        BoundaryFit: the optimum is on the boundary; ``error.fit`` is the fit there.
        UnconvergedFit: no optimum was found; ``error.fit`` is the last estimate or None.
    """
    designs = [_constant(endog) if term.design is None else term.design for term in terms]
    model = _Model.of(endog, exog, terms, designs, reml)
    found = _optimum(model)
    if isinstance(found, str):
        raise UnconvergedFit(f"the mixed model could not be fitted: {found}")
    labels = [coded(term.groups)[1] for term in terms]
    fit = _fit(model, found, endog, exog, labels, designs)
    if not fit.converged:
        raise UnconvergedFit(f"the fit ended {fit.decrement:.1g} standard errors from the optimum", fit)
    if fit.boundary:
        raise BoundaryFit("the random effects' covariance is estimated as singular (on the boundary)", fit)
    return fit


def _constant(endog: pd.Series[float]) -> pd.DataFrame:
    return pd.DataFrame({"Intercept": np.ones(len(endog))}, index=endog.index)


@dataclass(frozen=True)
class _Model:
    """Data and model as hashable values, so that equal problems are solved once."""

    endog: bytes
    exog: bytes
    designs: tuple[bytes, ...]
    codes: tuple[bytes, ...]
    correlated: tuple[bool, ...]
    n: int
    reml: bool

    @classmethod
    def of(
        cls,
        endog: pd.Series[float],
        exog: pd.DataFrame,
        terms: Sequence[RandomTerm],
        designs: Sequence[pd.DataFrame],
        reml: bool,
    ) -> _Model:
        y, x = endog.to_numpy(float), exog.to_numpy(float)
        z = [design.to_numpy(float) for design in designs]
        sizes = [len(y), len(x), *map(len, z), *(len(term.groups) for term in terms)]
        if len(set(sizes)) != 1:
            raise ValueError(f"the lengths differ: {len(y)} responses, {len(x)} rows of exog, {sizes[2:]} of the terms")
        if not all(np.isfinite(part).all() for part in (y, x, *z)):
            raise ValueError("a mixed model needs data without missing or infinite values")
        coding = [coded(term.groups) for term in terms]
        if any(len(labels) < 2 for _, labels in coding):
            raise ValueError(f"a mixed model needs at least two groups, got {[len(labels) for _, labels in coding]}")
        if np.linalg.matrix_rank(x) < x.shape[1]:
            raise ValueError(f"the columns {', '.join(map(str, exog.columns))} are collinear")
        codes = tuple(codes.tobytes() for codes, _ in coding)
        correlated = tuple(term.correlated for term in terms)
        return cls(y.tobytes(), x.tobytes(), tuple(part.tobytes() for part in z), codes, correlated, len(y), reml)

    def columns(self, content: bytes) -> type_of_floats:
        """A design matrix."""
        return np.frombuffer(content).reshape(self.n, -1).copy()

    @property
    def response(self) -> type_of_floats:
        """Shape (n,)."""
        return np.frombuffer(self.endog).copy()


@dataclass(frozen=True, eq=False)
class _Found:
    """The optimum in the parametrization of the search, and the way back."""

    optimum: Optimum
    triangle: type_of_floats  # X = basis · triangle, shape (p, p)
    plain: type_of_floats  # ordinary least squares estimates, shape (p,)
    scales: tuple[type_of_floats, ...]  # size of each random-effects column, which the search divides by


@lru_cache(maxsize=64)
def _optimum(model: _Model) -> _Found | str:
    """The optimum, or in words why there is none."""
    y, x = model.response, model.columns(model.exog)
    basis, triangle = np.linalg.qr(x)
    plain = np.linalg.solve(triangle, basis.T @ y)
    residuals = y - x @ plain
    designs = [model.columns(content) for content in model.designs]
    scales = tuple(np.sqrt(np.mean(np.square(design), axis=0)) for design in designs)
    terms = [
        Term(design / scale, np.frombuffer(codes, dtype=np.intp))
        for design, scale, codes in zip(designs, scales, model.codes, strict=True)
    ]
    size = float(np.sqrt(residuals @ residuals / model.n))  # so that the search knows no unit
    if not size > 1e-12 * float(np.abs(y).max(initial=0)):
        return "the fixed effects fit the response without a residual"
    problem = Problem(
        blocks=Blocks.of(terms, np.column_stack([basis, residuals])),
        n=model.n,
        p=x.shape[1],
        squares=float(residuals @ residuals),
        log_scale=2 * float(np.log(np.abs(np.diag(triangle))).sum()),
        reml=model.reml,
    )
    try:
        return _Found(optimum(problem, model.correlated), triangle, plain, scales)
    except (NoOptimum, np.linalg.LinAlgError) as error:
        return str(error)


def _fit(
    model: _Model,
    found: _Found,
    endog: pd.Series[float],
    exog: pd.DataFrame,
    labels: Sequence[pd.Index[Any]],
    designs: Sequence[pd.DataFrame],
) -> MixedFit:
    """Everything else follows from the covariance factors."""
    profile, names = found.optimum.profile, list(map(str, exog.columns))
    back = np.asarray(np.linalg.inv(found.triangle), dtype=np.float64)
    beta = found.plain + back @ profile.fixed
    covariance = profile.residual_variance * back @ profile.inverse @ back.T
    effects = tuple(
        _effects(found, number, index, list(map(str, design.columns)))
        for number, (index, design) in enumerate(zip(labels, designs, strict=True))
    )
    codes = [np.frombuffer(content, dtype=np.intp) for content in model.codes]
    terms = tuple(
        FittedTerm(design.to_numpy(float).copy(), _flat(index)[code], part.covariance.to_numpy().copy())
        for design, index, code, part in zip(designs, labels, codes, effects, strict=True)
    )
    fitted = FittedModel(
        model_kind="MixedLM",
        endog_name=str(endog.name),
        exog_names=tuple(names),
        endog=model.response,
        exog=model.columns(model.exog),
        fe_params=np.asarray(beta, dtype=np.float64),
        scale=profile.residual_variance,
        llf=profile.log_likelihood,
        groups=terms[0].groups,
        cov_re=terms[0].covariance,
        method="REML" if model.reml else "ML",
        terms=terms,
    )
    return MixedFit(
        fixed=pd.Series(fitted.fe_params.copy(), index=names),
        fixed_covariance=pd.DataFrame(covariance, index=names, columns=names),
        terms=effects,
        residual_variance=profile.residual_variance,
        log_likelihood=profile.log_likelihood,
        reml=model.reml,
        n_parameters=len(names) + sum(map(_parameters, effects, model.correlated)) + 1,
        decrement=found.optimum.decrement,
        tolerance=_DECREMENT,
        boundary=found.optimum.boundary,
        variance_ratio_se=found.optimum.ratio_se / float(found.scales[0][0]) ** 2,
        model=fitted,
    )


def _effects(found: _Found, number: int, labels: pd.Index[Any], names: list[str]) -> RandomEffects:
    """What is known of one term's effects."""
    profile, scale = found.optimum.profile, found.scales[number]
    blocks, factor = profile.problem.blocks, found.optimum.factors[number]
    relative = profile.factor @ profile.factor.T
    predicted = blocks.of_groups(number, profile.whitened @ relative) / scale
    pull = blocks.of_groups(number, relative @ profile.exposure) / scale[:, None] @ found.triangle
    first = blocks.places[number]
    spread = profile.conditional[first[:, 0, None, None], *_square(first[:, 1], len(scale))]
    ratios = (factor @ factor.T) / np.outer(scale, scale)
    return RandomEffects(
        covariance=pd.DataFrame(ratios * profile.residual_variance, index=names, columns=names),
        predicted=pd.DataFrame(predicted, index=labels, columns=names),
        conditional=spread * profile.residual_variance / np.outer(scale, scale),
        pull=pull,
    )


def _flat(labels: pd.Index[Any]) -> Any:
    """Labels of groups as an array; those of a nested factor, several to a group, joined as in R: "3/1"."""
    if isinstance(labels, pd.MultiIndex):
        return np.array(["/".join(map(str, parts)) for parts in labels])
    return labels.to_numpy()


def _square(first: Any, width: int) -> tuple[Any, Any]:
    """Rows and columns of the square blocks on a diagonal."""
    steps = np.arange(width)
    return first[:, None, None] + steps[:, None], first[:, None, None] + steps


def _parameters(effects: RandomEffects, correlated: bool) -> int:
    width = len(effects.covariance)
    return width * (width + 1) // 2 if correlated else width

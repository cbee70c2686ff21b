"""Variance components of crossed random effects, by restricted maximum likelihood.

y = mean + student + item (+ marker) + error, each but the mean a random effect of its own variance. statsmodels'
``MixedLM`` fits this model too, as variance components within one group; there the covariance of all observations is
one dense matrix, which for 1,000 students × 150 parts would have 2·10¹⁰ entries. The likelihood depends on the data
only through the sizes and sums of rows, columns and cells (the cross products of Henderson's mixed model equations;
Henderson 1953, Biometrics 9, 226-252; Searle, Casella & McCulloch 1992, *Variance Components*, ch. 7 and 8), so that
here the same estimates come from matrices of the order of the number of items. The tests hold both to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RandomEffect:
    """One random effect of a fit."""

    variance: float
    predicted: _Floats  # best linear unbiased prediction of each level (BLUP)
    covariance: _Floats | None  # of the errors of prediction, levels × levels; None for the largest effect

    def contrasts(self) -> tuple[_Floats, _Floats]:
        """Deviation of each level from the mean of all levels, and its standard error of prediction.

        Raises:
            ValueError: it is the largest effect, for which errors are not worked out.
        """
        if self.covariance is None:
            raise ValueError("errors of the largest effect are not worked out")
        size = len(self.predicted)
        centering = np.eye(size) - 1 / size
        variances = np.diag(centering @ self.covariance @ centering)
        return self.predicted - self.predicted.mean(), np.sqrt(np.maximum(variances, 0.0))


@dataclass(frozen=True)
class Components:
    """A fit of crossed random effects."""

    mean: float
    effects: Mapping[str, RandomEffect]
    residual: float  # variance
    log_likelihood: float  # restricted

    def shares(self) -> dict[str, float]:
        """Name of each effect, and "rest" → its share of the variance of one observation."""
        variances = {name: effect.variance for name, effect in self.effects.items()} | {"rest": self.residual}
        total = sum(variances.values())
        return {name: variance / total if total else 0.0 for name, variance in variances.items()}


def fit(values: _Floats, factors: Mapping[str, NDArray[np.intp]]) -> Components:
    """Fit a mean and crossed random effects.

    Args:
        values: observations.
        factors: name → level of each observation, counted from 0.

    Raises:
        ValueError: there are no more observations than one, or they are all equal.

    Example:
        >>> level = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
        >>> found = fit(np.array([1.0, 2, 3, 4.5, 5, 6]), {"student": level[0], "item": level[1]})
        >>> round(found.mean, 2), max(found.shares(), key=found.shares().get)
        (3.58, 'student')
    """
    if len(values) < 2 or float(np.ptp(values)) == 0.0:
        raise ValueError("there is no variance to be divided")
    equations = _Equations.of(values, factors)
    start: _Floats = np.full(len(factors), 0.7, dtype=np.float64)
    bounds = optimize.Bounds(np.zeros(len(factors)), np.full(len(factors), 1e3))
    best = optimize.minimize(equations.deviance, start, method="L-BFGS-B", bounds=bounds)
    return equations.fit(np.asarray(best.x))


@dataclass(frozen=True)
class _Solved:
    deviance: float  # -2 restricted log likelihood
    residual: float
    largest: _Floats  # solution of the largest effect, in residual standard deviations by its ratio
    rest: _Floats  # solution of the mean and the other effects
    factor: tuple[_Floats, bool]  # Cholesky factor of the reduced equations


@dataclass(frozen=True)
class _Equations:
    """The mixed model equations, of which the largest effect, whose block is diagonal, is eliminated first."""

    names: tuple[str, ...]  # the largest effect first
    sizes: tuple[int, ...]
    count: int  # observations
    squares: float  # sum of squared deviations from the mean of all
    center: float
    diagonal: _Floats  # observations of each level of the largest effect
    own: _Floats  # sum of the deviations in each of them
    cross: _Floats  # observations of each level × (mean, levels of the others)
    block: _Floats  # the same among the others
    sums: _Floats  # sums of the deviations in the others
    order: tuple[str, ...]

    @classmethod
    def of(cls, values: _Floats, factors: Mapping[str, NDArray[np.intp]]) -> _Equations:
        levels = {name: int(codes.max()) + 1 for name, codes in factors.items()}
        names = tuple(sorted(levels, key=lambda name: -levels[name]))
        center = float(values.mean())
        deviations = values - center
        first, others = names[0], names[1:]
        width = 1 + sum(levels[name] for name in others)
        starts = dict(zip(others, 1 + np.cumsum([0, *(levels[name] for name in others[:-1])]), strict=True))
        columns = [np.zeros(len(values), dtype=np.intp), *(factors[name] + starts[name] for name in others)]
        cross, block, sums = np.zeros((levels[first], width)), np.zeros((width, width)), np.zeros(width)
        for column in columns:
            cross += _counts(factors[first], column, cross.shape)
            sums += np.bincount(column, deviations, width)
            for other in columns:
                block += _counts(column, other, block.shape)
        return cls(
            names=names,
            sizes=tuple(levels[name] for name in names),
            count=len(values),
            squares=float(deviations @ deviations),
            center=center,
            diagonal=np.bincount(factors[first], minlength=levels[first]).astype(float),
            own=np.bincount(factors[first], deviations, levels[first]).astype(float),
            cross=cross,
            block=block,
            sums=sums,
            order=tuple(factors),
        )

    def _scales(self, ratios: _Floats) -> tuple[float, _Floats]:
        """Standard deviations in those of the rest: of the largest effect, and of each column of the others."""
        of = dict(zip(self.order, ratios, strict=True))
        repeated = [np.full(size, of[name]) for name, size in zip(self.names[1:], self.sizes[1:], strict=True)]
        return of[self.names[0]], np.concatenate([np.ones(1), *repeated])

    def deviance(self, ratios: _Floats) -> float:
        """-2 restricted log likelihood."""
        return self.solve(ratios).deviance

    def solve(self, ratios: _Floats) -> _Solved:
        """The equations for given ratios, which are scaled so that an effect without variance is no exception."""
        ratio, scale = self._scales(ratios)
        own = ratio**2 * self.diagonal + 1.0
        cross = ratio * self.cross * scale
        right, right_own = scale * self.sums, ratio * self.own
        identity = np.ones(len(scale))
        identity[0] = 0.0  # the mean is no random effect
        reduced = scale[:, None] * self.block * scale + np.diag(identity) - cross.T @ (cross / own[:, None])
        factor = linalg.cho_factor(reduced, lower=True, check_finite=False)
        rest = linalg.cho_solve(factor, right - cross.T @ (right_own / own), check_finite=False)
        largest = (right_own - cross @ rest) / own
        freedom = self.count - 1
        left = float(self.squares - right @ rest - right_own @ largest)
        residual = max(left, 1e-12 * self.squares) / freedom
        determinant = np.log(own).sum() + 2 * np.log(np.diag(factor[0])).sum()
        deviance = freedom * (np.log(2 * np.pi * residual) + 1) + determinant
        return _Solved(float(deviance), residual, largest, rest, factor)

    def fit(self, ratios: _Floats) -> Components:
        """The fit at the ratios that were found."""
        solved = self.solve(ratios)
        ratio, scale = self._scales(ratios)
        inverse = linalg.cho_solve(solved.factor, np.eye(len(scale)), check_finite=False)
        errors = solved.residual * scale[:, None] * inverse * scale
        effects = {self.names[0]: RandomEffect(ratio**2 * solved.residual, ratio * solved.largest, None)}
        start = 1
        for name, size in zip(self.names[1:], self.sizes[1:], strict=True):
            where = slice(start, start + size)
            variance = float(scale[start] ** 2 * solved.residual)
            effects[name] = RandomEffect(variance, scale[where] * solved.rest[where], errors[where, where])
            start += size
        ordered = {name: effects[name] for name in self.order}
        return Components(self.center + float(solved.rest[0]), ordered, solved.residual, -solved.deviance / 2)


def _counts(one: NDArray[np.intp], other: NDArray[np.intp], shape: tuple[int, ...]) -> _Floats:
    return np.bincount(one * shape[1] + other, minlength=shape[0] * shape[1]).reshape(shape).astype(float)

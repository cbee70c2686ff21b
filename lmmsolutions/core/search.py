"""The maximum of the likelihood over covariance factors, exact on the boundary too.

In terms of a factor Λ the boundary of the covariances ΛΛᵀ (a variance of zero, a correlation of one) is no boundary at
all: the likelihood is smooth there.  BFGS from several starts finds the region, Newton's method with exact second
derivatives the last digits.  A factor that has lost rank is then reduced to the rank it has, and the derivative by ΛΛᵀ
decides whether the optimum lies there: no admissible change of the covariance may raise the likelihood.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from lmmsolutions.core.blocks import Blocks, type_of_floats
from lmmsolutions.core.profile import Problem, Profile

_STARTS = (0.1, 1.5)  # standard deviations of the random effects, in residual standard deviations
_LARGE = 4.0  # one more start, for all of them
_SINGULAR = (1e-2, 1e-4, 1e-6)  # eigenvalues of a covariance, in residual variances, that may be zero at the optimum
_STEEP = 1e-7  # relative; a derivative that points out of the boundary by less is zero
_EVEN = 1e-12  # relative; a derivative that is zero to all digits
_ENDLESS = 1e8  # a variance ratio beyond which the likelihood has no maximum
_LEVEL = 1e-8  # absolute; a smaller difference of two deviances is none
_SMALL = 1e-12  # Newton decrement at which the last digit is reached
_FLAT = 1e-9  # relative; a curvature smaller than this leaves a parameter undetermined


class NoOptimum(ArithmeticError):
    """The likelihood has no maximum, or does not determine where it is."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where the likelihood is largest."""

    factors: tuple[type_of_floats, ...]  # Λ of each term, shape (q, rank)
    profile: Profile  # the likelihood there
    decrement: float  # Newton decrement: distance from the optimum in standard errors
    boundary: bool  # the covariance of a term is singular
    ratio_se: float  # standard error of the first variance in residual variances; NaN on the boundary


@dataclass(frozen=True, eq=False)
class _Shape:
    """Which entries of the factors vary: row and column of each, term by term."""

    blocks: Blocks
    sizes: tuple[tuple[int, int], ...]  # rows, columns of each factor
    entries: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def full(cls, blocks: Blocks, correlated: Sequence[bool]) -> _Shape:
        """Lower triangles where effects are correlated, diagonals where not."""
        entries = tuple(
            tuple((i, j) for i in range(width) for j in range(i + 1) if together or i == j)
            for width, together in zip(blocks.widths, correlated, strict=True)
        )
        return cls(blocks, tuple((width, width) for width in blocks.widths), entries)

    def factors(self, values: type_of_floats) -> tuple[type_of_floats, ...]:
        """The factor of each term."""
        found, first = [], 0
        for size, entries in zip(self.sizes, self.entries, strict=True):
            factor = np.zeros(size)
            for place, entry in enumerate(entries):
                factor[entry] = values[first + place]
            found.append(factor)
            first += len(entries)
        return tuple(found)

    def values(self, factors: Sequence[type_of_floats]) -> type_of_floats:
        """The varying entries of given factors."""
        pairs = zip(factors, self.entries, strict=True)
        return np.array([factor[entry] for factor, entries in pairs for entry in entries])

    def directions(self) -> type_of_floats:
        """The derivative of the whole block's factor by each entry, shape (entries, columns, ranks)."""
        count = sum(map(len, self.entries))
        return np.stack([self.blocks.spread(self.factors(unit)) for unit in np.eye(count)])


def optimum(problem: Problem, correlated: Sequence[bool]) -> Optimum:
    """Maximize the likelihood.

    Args:
        problem: the data; the columns of random-effects designs should be of a like size.
        correlated: for each term, whether its random effects may be correlated.

    Raises:
        NoOptimum: the likelihood grows without bound, or is flat.
    """
    shape = _Shape.full(problem.blocks, correlated)
    starts = _starts(sum(problem.blocks.widths))
    found = min((_polished(problem, shape, _searched(problem, shape, start)) for start in starts), key=_height)
    for singular in _SINGULAR:
        reduced = _reduced(shape, found.factors, singular)
        if reduced is None:
            break
        ended = _polished(problem, reduced[0], reduced[0].values(reduced[1]))
        steepness = _steepness(ended, shape)
        if ended.profile.deviance <= found.profile.deviance + _LEVEL and steepness > -_STEEP:
            _require(steepness > _EVEN)
            return replace(ended, boundary=True)
    curvatures = np.linalg.eigvalsh(_hessian(found.profile, shape.directions()))
    _require(bool(curvatures[0] > _FLAT * max(float(curvatures[-1]), 1.0)))
    return replace(found, ratio_se=_ratio_se(found.profile, shape))


def _starts(effects: int) -> list[type_of_floats]:
    """Standard deviations to start from: each effect small or large, for the likelihood may have several maxima."""
    if effects > 3:
        return [np.full(effects, size) for size in (*_STARTS, _LARGE)]
    return [*(np.array(sizes) for sizes in itertools.product(_STARTS, repeat=effects)), np.full(effects, _LARGE)]


def _height(found: Optimum) -> float:
    return found.profile.deviance


def _searched(problem: Problem, shape: _Shape, start: type_of_floats) -> type_of_floats:
    """The region of an optimum, by BFGS."""
    directions = shape.directions()
    parts = np.split(start, np.cumsum(problem.blocks.widths)[:-1])

    def height(values: type_of_floats) -> tuple[float, type_of_floats]:
        profile = problem.at(problem.blocks.spread(shape.factors(values)))
        return profile.deviance, _gradient(profile, directions)

    found = minimize(
        height, shape.values([np.diag(part) for part in parts]), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    )
    return np.asarray(found.x, dtype=np.float64)


def _gradient(profile: Profile, directions: type_of_floats) -> type_of_floats:
    if not np.isfinite(profile.deviance):
        raise NoOptimum("the model fits the response without a residual")
    return np.asarray(2 * np.einsum("ab,kbr,ar->k", profile.slope, directions, profile.factor))


def _polished(problem: Problem, shape: _Shape, values: type_of_floats) -> Optimum:
    """Newton's method."""
    directions = shape.directions() if len(values) else np.zeros((0, 0, 0))
    profile = problem.at(problem.blocks.spread(shape.factors(values)))
    decrement = 0.0
    for _ in range(50 if len(values) else 0):
        gradient = _gradient(profile, directions)
        step = _newton_step(profile, directions, gradient)
        decrement = math.sqrt(max(float(gradient @ step), 0.0) / 2)
        if decrement < _SMALL:
            break
        moved = _shorter(problem, shape, values, step, profile)
        if moved is None:
            break
        values, profile = moved
        if np.square(values).max() > _ENDLESS:
            raise NoOptimum("the likelihood grows without bound with a variance of the random effects")
    return Optimum(shape.factors(values), profile, decrement, boundary=False, ratio_se=float("nan"))


def _newton_step(profile: Profile, directions: type_of_floats, gradient: type_of_floats) -> type_of_floats:
    """Uphill in the likelihood even where it is not concave; directions in which nothing changes are left alone."""
    values, vectors = np.linalg.eigh(_hessian(profile, directions))
    sizes = np.abs(values)
    used = sizes > _FLAT * max(float(sizes.max()), 1e-300)
    return np.asarray(vectors[:, used] @ (vectors[:, used].T @ gradient / sizes[used]))


def _hessian(profile: Profile, directions: type_of_floats) -> type_of_floats:
    """Second derivatives of the deviance by the entries of the factors."""
    one_sided = np.einsum("kar,br->kab", directions, profile.factor)
    curved = profile.curvature(one_sided + one_sided.transpose(0, 2, 1))
    return np.asarray(curved + 2 * np.einsum("ab,kbr,lar->kl", profile.slope, directions, directions))


def _shorter(
    problem: Problem, shape: _Shape, values: type_of_floats, step: type_of_floats, profile: Profile
) -> tuple[type_of_floats, Profile] | None:
    """The step, halved until the likelihood does not fall; ``None`` where only rounding is left."""
    for halvings in range(40):
        candidate = values - step / 2**halvings
        moved = problem.at(problem.blocks.spread(shape.factors(candidate)))
        if moved.deviance < profile.deviance or (
            halvings == 0 and moved.deviance <= profile.deviance + 1e-12 * abs(profile.deviance)
        ):
            return candidate, moved
    return None


def _reduced(
    shape: _Shape, factors: Sequence[type_of_floats], singular: float
) -> tuple[_Shape, tuple[type_of_floats, ...]] | None:
    """The shape with the ranks that the factors have, and they in it; ``None`` where all have full rank."""
    sizes, entries, reduced = [], [], []
    for factor, size, places in zip(factors, shape.sizes, shape.entries, strict=True):
        uncorrelated = all(i == j for i, j in places) and size[0] > 1
        smaller = _lower_rank_diagonal(factor, singular) if uncorrelated else _lower_rank(factor, singular)
        reduced.append(smaller)
        sizes.append((smaller.shape[0], smaller.shape[1]))
        kept = zip(*np.nonzero(smaller), strict=True) if uncorrelated else np.ndindex(*smaller.shape)
        entries.append(tuple((int(i), int(j)) for i, j in kept if uncorrelated or j <= i))
    if sizes == list(shape.sizes):
        return None
    return _Shape(shape.blocks, tuple(sizes), tuple(entries)), tuple(reduced)


def _lower_rank(factor: type_of_floats, singular: float) -> type_of_floats:
    """Lower-trapezoidal factor of the same covariance without its vanishing eigenvalues."""
    values, vectors = np.linalg.eigh(factor @ factor.T)
    kept = values > singular
    if kept.all():
        return factor
    root = vectors[:, kept] * np.sqrt(values[kept])
    return np.asarray(np.tril(np.linalg.qr(root.T)[1].T)) if kept.any() else np.zeros((len(factor), 0))


def _lower_rank_diagonal(factor: type_of_floats, singular: float) -> type_of_floats:
    return np.asarray(factor[:, np.square(np.diag(factor)) > singular])


def _steepness(found: Optimum, full: _Shape) -> float:
    """The least derivative of the deviance by a variance that is zero, relative; negative where it should be larger.

    These are the conditions of Karush, Kuhn and Tucker: no admissible change of a covariance raises the likelihood.
    """
    slope, size, first = found.profile.slope, float(np.abs(found.profile.precision.sum(axis=0)).max()), 0
    lowest = [float("inf")]
    for factor, copies, entries in zip(found.factors, full.blocks.copies, full.entries, strict=True):
        width = len(factor)
        blocks = [slice(first + copy * width, first + (copy + 1) * width) for copy in range(copies)]
        total = np.sum([slope[block, block] for block in blocks], axis=0)
        first += copies * width
        if all(i == j for i, j in entries):
            lowest += np.diag(total)[~factor.any(axis=1)].tolist()
        else:
            values, vectors = np.linalg.eigh(factor @ factor.T)
            zero = vectors[:, values <= 1e-12 * max(float(values[-1]), 1.0)][:, : width - factor.shape[1]]
            lowest += np.linalg.eigvalsh(zero.T @ total @ zero).tolist()
    return min(lowest) / size


def _require(determined: bool) -> None:
    if not determined:
        raise NoOptimum("the likelihood is flat: the data do not determine the variances")


def _ratio_se(profile: Profile, shape: _Shape) -> float:
    """From the curvature of the likelihood by the entries of the covariances."""
    changes = []
    for term, places in enumerate(shape.entries):
        for i, j in places:
            units = [np.zeros((width, width)) for width in shape.blocks.widths]
            units[term][i, j] = units[term][j, i] = 1.0
            changes.append(shape.blocks.spread(units))
    covariance = np.linalg.inv(profile.curvature(np.stack(changes)) / 2)
    return float(np.sqrt(covariance[0, 0])) if covariance[0, 0] > 0 else float("nan")

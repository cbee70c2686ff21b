"""The profiled likelihood of a linear mixed model, with exact first and second derivatives.

Model: y = Xβ + Zu + ε, u ~ N(0, σ² ΛΛᵀ), ε ~ N(0, σ² I), so V = I + ZΛΛᵀZᵀ in units of σ².  For a given relative
covariance factor Λ the best β and σ² are known, and what is left is a function of Λ alone (Bates et al. 2015,
*Fitting linear mixed-effects models using lme4*, Journal of Statistical Software 67(1), sections 2 and 3).  Λ may be
singular: a variance of zero or a correlation of one is a point like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lmmsolutions.core.blocks import Blocks, type_of_floats


@dataclass(frozen=True, eq=False)
class Problem:
    """What the likelihood needs of the data.

    The response and the fixed-effects design enter as the residuals of ordinary least squares and an orthonormal
    basis, which costs no digits where columns are nearly collinear or far from zero.
    """

    blocks: Blocks  # cross products with the basis and, as the last column, the residuals
    n: int  # observations
    p: int  # columns of the basis
    squares: float  # residual sum of squares of ordinary least squares
    log_scale: float  # log-determinant of XᵀX
    reml: bool

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the residual variance."""
        return self.n - (self.p if self.reml else 0)

    def at(self, factor: type_of_floats) -> Profile:
        """The likelihood at a covariance factor Λ of a whole block, shape (columns, any)."""
        return Profile(self, factor)


@dataclass(frozen=True, eq=False)
class Profile:
    """The likelihood at one Λ, everything else at its best."""

    problem: Problem
    factor: type_of_floats

    @cached_property
    def _root(self) -> type_of_floats:
        """Cholesky factor of ΛᵀZᵀZΛ + I in each block."""
        product = self.factor.T @ self.problem.blocks.zz @ self.factor
        return np.asarray(np.linalg.cholesky(product + np.eye(self.factor.shape[1])), dtype=np.float64)

    def _solved(self, right: type_of_floats) -> type_of_floats:
        """The inverse of the root times a matrix, block by block."""
        return np.asarray(np.linalg.solve(self._root, right)) if self._root.size else right

    @cached_property
    def _half(self) -> type_of_floats:
        return self._solved(self.factor.T @ self.problem.blocks.zc)

    @cached_property
    def _moments(self) -> type_of_floats:
        """(X, y)ᵀ V⁻¹ (X, y), shape (p + 1, p + 1)."""
        plain = np.eye(self.problem.p + 1)
        plain[-1, -1] = self.problem.squares
        return np.asarray(plain - np.einsum("gri,grj->ij", self._half, self._half))

    @cached_property
    def inverse(self) -> type_of_floats:
        """(XᵀV⁻¹X)⁻¹ in the orthonormal basis: the covariance of the fixed effects in units of σ²."""
        return np.asarray(np.linalg.inv(self._moments[:-1, :-1]), dtype=np.float64)

    @cached_property
    def fixed(self) -> type_of_floats:
        """Fixed effects in the orthonormal basis, as differences from ordinary least squares, shape (p,)."""
        return np.asarray(self.inverse @ self._moments[:-1, -1])

    @cached_property
    def squares(self) -> float:
        """(y − Xβ)ᵀ V⁻¹ (y − Xβ)."""
        return float(self._moments[-1, -1] - self.fixed @ self._moments[:-1, -1])

    @property
    def residual_variance(self) -> float:
        """σ², response unit squared."""
        return self.squares / self.problem.degrees

    @cached_property
    def deviance(self) -> float:
        """−2 log-likelihood without the terms that do not depend on Λ; infinite where nothing is left over."""
        if not self.squares > 0:
            return float("inf")
        value = 2 * float(np.log(np.diagonal(self._root, axis1=1, axis2=2)).sum())
        if self.problem.reml:
            value += float(np.linalg.slogdet(self._moments[:-1, :-1])[1])
        return value + self.problem.degrees * float(np.log(self.squares))

    @property
    def log_likelihood(self) -> float:
        """With the constants of lme4 and statsmodels: −½ (degrees · (log 2π − log degrees + 1) + … )."""
        degrees = self.problem.degrees
        constant = degrees * (float(np.log(2 * np.pi / degrees)) + 1)
        return -0.5 * (self.deviance + constant + (self.problem.log_scale if self.problem.reml else 0.0))

    @cached_property
    def _reach(self) -> type_of_floats:
        return self._solved(self.factor.T @ self.problem.blocks.zz)

    @cached_property
    def _weighted(self) -> type_of_floats:
        """Zᵀ V⁻¹ (X, y), shape (blocks, columns, p + 1)."""
        return np.asarray(self.problem.blocks.zc - self._reach.transpose(0, 2, 1) @ self._half)

    @cached_property
    def precision(self) -> type_of_floats:
        """Zᵀ V⁻¹ Z, shape (blocks, columns, columns)."""
        return np.asarray(self.problem.blocks.zz - self._reach.transpose(0, 2, 1) @ self._reach)

    @property
    def exposure(self) -> type_of_floats:
        """Zᵀ V⁻¹ X in the orthonormal basis, shape (blocks, columns, p)."""
        return self._weighted[:, :, :-1]

    @cached_property
    def whitened(self) -> type_of_floats:
        """Zᵀ V⁻¹ (y − Xβ), shape (blocks, columns); ΛΛᵀ times it are the BLUPs."""
        return np.asarray(self._weighted[:, :, -1] - self.exposure @ self.fixed)

    @cached_property
    def conditional(self) -> type_of_floats:
        """Covariance of the random effects given data, β and Λ, in units of σ²; shape (blocks, columns, columns)."""
        reach = self._solved(np.broadcast_to(self.factor.T, (len(self._root), *self.factor.T.shape)))
        return np.asarray(reach.transpose(0, 2, 1) @ reach)

    @cached_property
    def slope(self) -> type_of_floats:
        """Derivative S of the deviance by ΛΛᵀ: a change E adds tr(S E).  Shape (columns, columns)."""
        total = self.precision.sum(axis=0)
        if self.problem.reml:
            total = total - np.einsum("gai,ij,gbj->ab", self.exposure, self.inverse, self.exposure)
        squared = np.einsum("ga,gb->ab", self.whitened, self.whitened)
        return np.asarray(total - self.problem.degrees / self.squares * squared)

    def curvature(self, changes: type_of_floats) -> type_of_floats:
        """Second derivatives of the deviance along symmetric changes of ΛΛᵀ.

        Args:
            changes: shape (k, columns, columns).

        Returns:
            Shape (k, k).
        """
        moved = np.einsum("gab,kbc->gkac", self.precision, changes)
        seen = np.einsum("kab,gbi->gkai", changes, self.exposure)  # E ZᵀV⁻¹X
        met = np.einsum("kab,gb->gka", changes, self.whitened)  # E ZᵀV⁻¹(y − Xβ)
        value = -np.einsum("gkab,glba->kl", moved, moved)
        if self.problem.reml:
            crossed = np.einsum("gkai,gab,glbj->klij", seen, self.precision, seen)
            value += 2 * np.einsum("klij,ij->kl", crossed, self.inverse)
            inside = np.einsum("gai,gkaj->kij", self.exposure, seen) @ self.inverse
            value -= np.einsum("kij,lji->kl", inside, inside)
        onto = np.einsum("gai,gka->ki", self.exposure, met)
        joint = np.einsum("gka,gab,glb->kl", met, self.precision, met) - onto @ self.inverse @ onto.T
        single = np.einsum("ga,gka->k", self.whitened, met)
        weight = self.problem.degrees / self.squares
        return np.asarray(value + weight * (2 * joint - np.outer(single, single) / self.squares))

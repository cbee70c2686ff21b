"""A fitted linear mixed model: estimates, their uncertainty, and what they predict."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lmmsolutions.core.blocks import type_of_floats
from lmmsolutions.core.results import FittedModel


@dataclass(frozen=True, eq=False)
class RandomEffects:
    """What is known of the random effects of one grouping factor, q for each group.

    The *predicted* effects are the best linear unbiased predictions (BLUPs, Robinson 1991, *That BLUP is a good
    thing*, Statistical Science 6): the group's deviation, pulled toward zero the more the less is known of the group.
    """

    covariance: pd.DataFrame  # of a group's effects, shape (q, q), response unit squared
    predicted: pd.DataFrame  # BLUPs, one row a group, one column an effect
    conditional: type_of_floats = field(repr=False)  # covariance of a group's effects given data, β and variances
    pull: type_of_floats = field(repr=False)  # ΨZᵀV⁻¹X: how the BLUPs follow the fixed effects, shape (groups, q, p)

    @property
    def conditional_sd(self) -> pd.DataFrame:
        """Standard deviation of each effect given the data; β and the variances count as known, as in lme4."""
        roots = np.sqrt(np.diagonal(self.conditional, axis1=1, axis2=2))
        return pd.DataFrame(roots, index=self.predicted.index, columns=self.predicted.columns)

    @property
    def standard_deviations(self) -> pd.Series[float]:
        """Standard deviation of each effect between groups, response unit."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.covariance.index)

    @property
    def correlation(self) -> float:
        """Correlation of the first two effects; NaN where one of them has no variance."""
        matrix = self.covariance.to_numpy()
        scale = math.sqrt(matrix[0, 0] * matrix[1, 1])
        return float(matrix[0, 1]) / scale if scale else float("nan")


@dataclass(frozen=True, eq=False)
class MixedFit:
    """A fitted linear mixed model; variances in the squared unit of the response."""

    fixed: pd.Series[float]  # fixed effects, index: columns of the design matrix
    fixed_covariance: pd.DataFrame  # V, their covariance by generalized least squares, shape (p, p)
    terms: tuple[RandomEffects, ...]  # one for each grouping factor
    residual_variance: float
    log_likelihood: float  # natural; restricted under REML; with the constants of lme4 and statsmodels
    reml: bool
    n_parameters: int  # fixed effects, variances and covariances, and the residual variance
    decrement: float  # Newton decrement: distance from the optimum in standard errors
    tolerance: float = field(repr=False)  # of the decrement
    boundary: bool  # the random effects' covariance is singular
    variance_ratio_se: float  # standard error of group variance / residual variance; NaN on the boundary
    model: FittedModel = field(repr=False)  # the same fit under statsmodels' names

    @property
    def converged(self) -> bool:
        """The estimates are the optimum, to a millionth of their standard errors."""
        return self.decrement < self.tolerance

    @property
    def standard_errors(self) -> pd.Series[float]:
        """Of the fixed effects, the variances taken as known."""
        return pd.Series(np.sqrt(np.diag(self.fixed_covariance)), index=self.fixed.index)

    @property
    def random_covariance(self) -> pd.DataFrame:
        """Covariance of the first term's random effects, shape (q, q)."""
        return self.terms[0].covariance

    @property
    def random_effects(self) -> pd.DataFrame:
        """BLUPs of the first term, one row a group, one column a random effect."""
        return self.terms[0].predicted

    @property
    def group_variance(self) -> float:
        """Variance of the first random effect, the intercept."""
        return float(self.random_covariance.to_numpy()[0, 0])

    @property
    def aic(self) -> float:
        """Akaike's information criterion, every variance counted as a parameter; NaN under REML."""
        return float("nan") if self.reml else 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion with the number of observations; NaN under REML."""
        penalty = math.log(len(self.model.endog)) * self.n_parameters
        return float("nan") if self.reml else penalty - 2 * self.log_likelihood

    def population(self, exog: pd.DataFrame) -> pd.Series[float]:
        """Expected response of an average group, Xβ.

        Args:
            exog: one row a prediction, with the columns of the fixed effects in any order; others make no difference.

        Raises:
            KeyError: a fixed effect has no column.
        """
        return pd.Series(exog[list(self.fixed.index)].to_numpy(float) @ self.fixed.to_numpy(), index=exog.index)

    def population_variance(self, exog: pd.DataFrame) -> pd.Series[float]:
        """Variance of that estimate, x'Vx, the variances of the model taken as known.

        Args:
            exog: as in :meth:`population`.
        """
        x = exog[list(self.fixed.index)].to_numpy(float)
        return pd.Series(np.einsum("ij,jk,ik->i", x, self.fixed_covariance, x), index=exog.index)

    def of_group(self, group: Hashable, exog: pd.DataFrame, random: ArrayLike | None = None) -> pd.Series[float]:
        """Expected response of one group of the first term, Xβ + Zb with its BLUPs b.

        Args:
            group: its label.
            exog: fixed-effects design, one row a prediction.
            random: random-effects design, shape (rows, q); by default the columns of ``exog`` that are called like
                the random effects.

        Raises:
            KeyError: no such group, or a column of a design is missing.
        """
        place = self.random_effects.index.get_loc(group)
        own = self._random_design(exog, random) @ self.random_effects.to_numpy(float)[place]
        return pd.Series(self.population(exog) + own, index=exog.index)

    def of_group_variance(
        self, group: Hashable, exog: pd.DataFrame, random: ArrayLike | None = None
    ) -> pd.Series[float]:
        """Variance of that prediction's error, by both the fixed effects' and the group's effects' uncertainty.

        With Henderson's equations: the part of the group's effects that follows the fixed effects is taken off
        (Henderson 1975, *Best linear unbiased estimation and prediction under a selection model*, Biometrics 31). The
        variances of the model count as known, which makes it somewhat too small where groups are few.

        Args:
            group: its label.
            exog: fixed-effects design, one row a prediction.
            random: random-effects design, as in :meth:`of_group`.

        Raises:
            KeyError: no such group, or a column of a design is missing.
        """
        place = self.random_effects.index.get_loc(group)
        z = self._random_design(exog, random)
        x = exog[list(self.fixed.index)].to_numpy(float) - z @ self.terms[0].pull[place]
        own = np.einsum("ij,jk,ik->i", z, self.terms[0].conditional[place], z)
        return pd.Series(np.einsum("ij,jk,ik->i", x, self.fixed_covariance, x) + own, index=exog.index)

    def new_observation_variance(
        self, exog: pd.DataFrame, random: Sequence[ArrayLike | None] = (None,)
    ) -> pd.Series[float]:
        """Variance of a new observation of a *new* group around ``population``: x'Vx + Σ z'Ψz + σ².

        Args:
            exog: fixed-effects design, one row a prediction.
            random: the design of each term, as in :meth:`of_group`; as many as there are terms.

        Raises:
            ValueError: there are more or fewer designs than terms.
        """
        total = self.population_variance(exog) + self.residual_variance
        for term, design in zip(self.terms, random, strict=True):
            z = self._random_design(exog, design, term)
            total = total + np.einsum("ij,jk,ik->i", z, term.covariance, z)
        return total

    def _random_design(
        self, exog: pd.DataFrame, random: ArrayLike | None, term: RandomEffects | None = None
    ) -> type_of_floats:
        names = list((term or self.terms[0]).covariance.columns)
        return exog[names].to_numpy(float) if random is None else np.asarray(random, float).reshape(len(exog), -1)


class MixedFitError(RuntimeError):
    """A mixed model has no regular fit on these data; ``fit`` holds what was found, if anything."""

    def __init__(self, message: str, fit: MixedFit | None = None) -> None:
        super().__init__(message)
        self.fit = fit


class UnconvergedFit(MixedFitError):
    """The likelihood has no maximum, or the search ended away from it."""


class BoundaryFit(MixedFitError):
    """The optimum lies on the boundary: a variance is zero, or a correlation is one.  ``fit`` is exact all the same."""

    fit: MixedFit

    def __init__(self, message: str, fit: MixedFit) -> None:
        super().__init__(message, fit)

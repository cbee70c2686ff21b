"""Seeing through a fitted linear model: which rows, which response, which fixed part.

Everything is judged by values, never by names: parameters may be called and ordered as they like, rows may be
sorted, and a design matrix may span the same predictors in another parametrization (a centered predictor).
Students' models come as :func:`clean_model` leaves them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from autograder.checks.outcome import AuthorError
from autograder.checks.tolerance import GREATEST, LEAST
from autograder.checks.values.containers import as_floats
from autograder.values.views import Model, type_of_array

_SAME = 1e-9  # relative to the range of a column
_EXACT_FIT = 1e-6  # of the range of the response: fitted values that the reference's predictors can give
_DIGITS = 8  # in which values that tell rows apart are compared


class ReferenceModel(Protocol):
    """A fitted reference under statsmodels' attribute names."""

    @property
    def endog(self) -> Any:
        """Response, shape (n,)."""

    @property
    def exog(self) -> Any:
        """Design matrix of the fixed effects with its constant column, shape (n, p)."""

    @property
    def fe_params(self) -> Any:
        """Fixed effects in the order of the columns of ``exog``, shape (p,)."""

    @property
    def scale(self) -> float:
        """Residual variance, response unit squared."""


class ReferenceTerm(Protocol):
    """One random term of a reference: effects of each group with a covariance, entering through a design."""

    @property
    def design(self) -> Any:
        """Design of the random effects, shape (n, q)."""

    @property
    def groups(self) -> Any:
        """Group label of each observation, shape (n,)."""

    @property
    def covariance(self) -> Any:
        """Covariance of a group's effects, shape (q, q), response unit squared."""


class ReferenceMixedModel(ReferenceModel, Protocol):
    """A reference with random effects, fitted by REML or by ML.

    It has ``terms``, a sequence of :class:`ReferenceTerm`, the outer of nested groups first; or, for a random
    intercept, only ``groups`` (shape (n,)) and ``cov_re`` (shape (1, 1)).
    """

    @property
    def llf(self) -> float:
        """Log-likelihood at the estimates, restricted under REML."""

    @property
    def method(self) -> Any:
        """``"REML"`` or ``"ML"``."""

    def log_likelihood_at(self, fixed: ArrayLike, random: float | Sequence[Any], residual_variance: float, /) -> float:
        """The same log-likelihood at other estimates.

        Args:
            fixed: in the order of the columns of ``exog``, shape (p,).
            random: variance of a random intercept; or for each term a tuple (design, groups, covariance).
            residual_variance: response unit squared.

        Returns:
            With the constant of ``llf``, so that the two can be subtracted.
        """


@dataclass(frozen=True)
class FixedPart:
    """A reference's response, its predictors and what it estimates of them."""

    response: type_of_array  # shape (n,)
    exog: type_of_array  # shape (n, p), one column constant
    params: type_of_array  # shape (p,)

    @cached_property
    def fitted(self) -> type_of_array:
        """Population-level predictions, one for each observation."""
        return np.asarray(self.exog @ self.params)

    @property
    def span(self) -> float:
        """The range of the response."""
        return float(np.ptp(self.response))

    @property
    def predictors(self) -> list[type_of_array]:
        """The columns that are not constant."""
        return [column for column in self.exog.T if np.ptp(column) > 0]

    @classmethod
    def of(cls, reference: ReferenceModel) -> FixedPart:
        """Take a reference apart.

        Raises:
            AuthorError: if its estimates do not belong to its design, the design is not of full rank or has no
                constant, or its numbers are not finite.
        """
        exog, params = np.asarray(reference.exog, dtype=float), as_floats(reference.fe_params)
        if exog.ndim != 2 or exog.shape[1] != len(params) or not len(params):
            raise AuthorError(f"a reference has {len(params)} estimates for a design of shape {exog.shape}", reference)
        if not (np.isfinite(params).all() and np.isfinite(exog).all()):
            raise AuthorError("a reference model needs finite data and estimates", reference)
        if not spans(exog, np.ones(len(exog))) or np.linalg.matrix_rank(exog) < exog.shape[1]:
            raise AuthorError("the design of a reference needs a constant, and columns that are independent", reference)
        return cls(as_floats(reference.endog), exog, params)

    def order_of(self, model: Model, groupings: Sequence[Any] = (), theirs: Sequence[Any] = ()) -> type_of_array | None:
        """The row of a model for each row of the reference; ``None`` if the responses are others.

        Rows in another order are matched by what does not depend on how a model is written: the response, its least
        squares fit, the leverage, and the company in which a row is in its groups.

        Args:
            model: whose rows are looked for.
            groupings: labels of the reference's groups, one sequence for each level.
            theirs: the same of the model.
        """
        endog = as_floats(model.endog)
        if not same_values(endog, self.response):
            return None
        if np.allclose(endog, self.response, rtol=0, atol=_slack(self.response)):
            return np.arange(len(endog))
        order = np.empty(len(endog), dtype=int)
        order[np.lexsort(_keys(self.response, self.exog, groupings))] = np.lexsort(_keys(endog, model.exog, theirs))
        return order

    def coefficients(self, model: Model) -> type_of_array | None:
        """A model's estimates for the reference's columns, shape (p,); ``None`` if it has not these predictors."""
        order, fitted = self.order_of(model), fitted_values(model)
        if order is None or len(fitted) != len(order) or not np.isfinite(fitted).all():
            return None
        solution, *_ = np.linalg.lstsq(self.exog, fitted[order], rcond=None)
        error = np.abs(self.exog @ solution - fitted[order]).max()
        return np.asarray(solution) if error <= _EXACT_FIT * self.span else None

    def distance(self, coefficients: type_of_array) -> float:
        """The greatest difference of two predictions, in ranges of the response."""
        far = np.abs(self.exog @ coefficients - self.fitted).max() / max(self.span, 1e-300)
        return float(far) if math.isfinite(far) else math.inf


def _keys(endog: type_of_array, exog: type_of_array, groupings: Sequence[Any]) -> tuple[type_of_array, ...]:
    """What tells rows apart, the least important first."""
    basis, _ = np.linalg.qr(exog) if np.isfinite(exog).all() else (exog, exog)
    leverage, fit = (_rounded(values) for values in ((basis**2).sum(axis=1), basis @ (basis.T @ endog)))
    response = _rounded(endog)
    # A number for what a row is; their mean over a group is the same for two groups only where all their rows are.
    row = np.cos(1e3 * response + 1e2 * fit + 10 * leverage)
    company = np.zeros(len(endog))
    for labels in groupings:
        numbers = group_numbers(labels)
        company += (np.bincount(numbers, weights=row) / np.bincount(numbers))[numbers]
    return _rounded(company), leverage, fit, response


def group_numbers(labels: Any) -> type_of_array:
    """A number from 0 for each observation's group, whatever the groups are called."""
    return np.unique([str(label) for label in np.asarray(labels).ravel().tolist()], return_inverse=True)[1]


def _rounded(values: type_of_array) -> type_of_array:
    unit = max(float(np.abs(values).max(initial=0.0)), 1e-300)
    return np.round(values / unit, _DIGITS)


def same_values(got: Any, want: Any) -> bool:
    """Whether two columns hold the same numbers, in any order.

    Args:
        got: numbers; NaN agrees with nothing.
        want: numbers; their range and size say how exactly they are compared.
    """
    one, other = np.sort(as_floats(got)), np.sort(as_floats(want))
    return len(one) == len(other) and len(one) > 0 and bool(np.allclose(one, other, rtol=0, atol=_slack(other)))


def belong_to(got: Any, want: Any) -> bool:
    """Whether all numbers of a column occur in another, however often.

    Args:
        got: numbers; none at all belong to nothing.
        want: the column in which they are looked for.
    """
    one, other = as_floats(got), as_floats(want)
    if not len(one) or not len(other) or not np.isfinite(one).all():
        return False
    return bool((np.abs(other[nearest(one, other)] - one) <= _slack(other)).all())


def nearest(got: type_of_array, want: type_of_array) -> type_of_array:
    """The place in a column of the number that is nearest to each number of another.

    Args:
        got: shape (m,).
        want: the column in which places are looked for, not empty.

    Returns:
        Shape (m,), places from 0.
    """
    order = np.argsort(want, kind="stable")
    known = want[order]
    above = np.clip(np.searchsorted(known, got), 1, max(len(known) - 1, 1))
    below, above = above - 1, np.minimum(above, len(known) - 1)
    return np.asarray(order[np.where(np.abs(known[below] - got) <= np.abs(known[above] - got), below, above)])


def spans(exog: type_of_array, column: ArrayLike) -> bool:
    """Whether a column is a linear combination of the columns of a design.

    Args:
        exog: the design, shape (n, p).
        column: shape (n,); one of another length is none.
    """
    target = np.asarray(column, dtype=float)
    if exog.size == 0 or len(exog) != len(target):
        return False
    solution, *_ = np.linalg.lstsq(exog, target, rcond=None)
    return bool(np.abs(exog @ solution - target).max() <= 1e-8 * max(float(np.abs(target).max()), 1.0))


def rank(columns: type_of_array) -> int:
    """How many columns of a design are independent of each other, whatever their units."""
    length = np.linalg.norm(columns, axis=0)
    return int(
        np.linalg.matrix_rank(columns[:, length > 0] / length[length > 0], tol=1e-8 * math.sqrt(len(length) or 1))
    )


def fitted_values(model: Model) -> type_of_array:
    """Population-level predictions, one for each observation; none where they cannot be computed."""
    params = as_floats(model.fe_params)
    return np.asarray(model.exog @ params) if model.exog.shape[1] == len(params) else np.empty(0)


def same_fit(model: Model, other: Any, relative: float) -> bool:
    """Whether a fit has the responses and fitted values of another model (a row's wrong one).

    Args:
        model: the student's, as :func:`clean_model` leaves it.
        other: with ``endog``, ``exog`` and ``fe_params``; its rows may be in another order.
        relative: greatest difference of two fitted values, in ranges of the response.
    """
    endog, fitted = as_floats(model.endog), fitted_values(model)
    theirs = as_floats(np.asarray(other.exog, dtype=float) @ as_floats(other.fe_params))
    if not same_values(endog, other.endog) or len(fitted) != len(theirs):
        return False
    if not np.allclose(endog, as_floats(other.endog), rtol=0, atol=_slack(endog)):
        fitted = fitted[np.lexsort((fitted, endog))]
        theirs = theirs[np.lexsort((theirs, as_floats(other.endog)))]
    ours = fitted
    return bool(np.abs(ours - theirs).max() <= relative * max(float(np.ptp(as_floats(other.endog))), 1e-300))


def _slack(values: type_of_array) -> float:
    return _SAME * max(float(np.ptp(values)) if len(values) else 0.0, float(np.abs(values).max(initial=0.0)))


def clean_model(model: Model) -> Model | None:
    """The model with numeric data and estimates of fitting shapes; ``None`` where its data are no numbers.

    Missing values (NaN) stay in the data, where they are a mistake of their own; estimates are cut to the columns
    of the design.
    """
    exog = _table(model.exog)
    endog = as_floats(model.endog)
    if exog is None or np.ndim(model.endog) != 1 or len(endog) == 0 or len(endog) != len(exog) or _absurd(endog):
        return None
    estimates = as_floats(model.params if model.fe_params is None else model.fe_params)[: exog.shape[1]]
    return replace(
        model,
        endog=endog,
        exog=exog,
        fe_params=pd.Series(np.where(np.abs(estimates) <= GREATEST, estimates, np.nan), dtype=float),
        cov_re=_covariance(model.cov_re),
        vcomp=None if model.vcomp is None else as_floats(model.vcomp),
        exog_re=None if model.exog_re is None or len(model.exog_re) != len(endog) else _table(model.exog_re),
        exog_vc=_components(model),
        groups=model.groups if model.groups is not None and np.shape(model.groups) == (len(endog),) else None,
        scale=model.scale if model.scale is not None and LEAST < model.scale <= GREATEST else None,
    )


def _components(model: Model) -> tuple[type_of_array, ...] | None:
    """The designs of the variance components, where there is one of numbers for each."""
    found = [one if one.ndim == 1 else _table(one) for one in model.exog_vc or ()]
    expected = 0 if model.vcomp is None else len(as_floats(model.vcomp))
    sound = [one for one in found if one is not None and one.dtype.kind in "biuf" and len(one) == len(model.endog)]
    return tuple(sound) if len(sound) == len(found) == expected else None


def has_missing_values(model: Model) -> bool:
    """Whether the data that a clean model was fitted to have gaps."""
    return bool(np.isnan(model.endog).any() or np.isnan(model.exog).any())


def _table(values: Any) -> type_of_array | None:
    """A two-dimensional table of numbers with at least one column, or ``None``."""
    table = np.asarray(values)
    table = table.reshape(-1, 1) if table.ndim == 1 else table
    if table.ndim != 2 or 0 in table.shape or table.dtype.kind not in "biuf" or _absurd(table):
        return None
    return table.astype(float)


def _absurd(values: type_of_array) -> bool:
    size = np.abs(values.astype(float))
    return bool(((size > GREATEST) | ((size < LEAST) & (size > 0))).any())


def _covariance(values: Any) -> pd.DataFrame | None:
    if values is None or np.shape(values) == (0, 0):
        return None
    numbers = as_floats(values)
    size = math.isqrt(len(numbers))
    if np.shape(values) != (size, size) or len(numbers) != size * size:
        return None
    return pd.DataFrame(np.where(np.abs(numbers) <= GREATEST, numbers, np.nan).reshape(size, size))

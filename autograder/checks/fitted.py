"""Seeing through a fitted linear model: which rows, which response, which line.

Everything is judged by values, never by names: parameters may be called and ordered as they like, rows may be
sorted, and a design matrix may span intercept and predictor in another parametrisation (a centred predictor).
Students' models come as :func:`autograder.checks.legible.legible` leaves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from autograder.checks.containers import as_floats
from autograder.checks.errors import AuthorError
from autograder.views import Model, type_of_array

_SAME = 1e-9  # relative to the range of a column
_EXACT_FIT = 1e-6  # of the range of the response: a line through fitted values


class ReferenceModel(Protocol):
    """A fitted reference with an intercept and one predictor, under statsmodels' attribute names."""

    @property
    def endog(self) -> Any:
        """Response, shape (n,)."""

    @property
    def exog(self) -> Any:
        """Design matrix of the fixed effects, shape (n, 2): one constant column, one predictor."""

    @property
    def fe_params(self) -> Any:
        """Fixed effects in the order of the columns of ``exog``, shape (2,)."""

    @property
    def scale(self) -> float:
        """Residual variance, response unit squared."""


class ReferenceMixedModel(ReferenceModel, Protocol):
    """A reference with a random intercept, fitted by REML or by ML."""

    @property
    def groups(self) -> Any:
        """Group label of each observation, shape (n,)."""

    @property
    def cov_re(self) -> Any:
        """Variance of the random intercept, shape (1, 1), response unit squared."""

    @property
    def llf(self) -> float:
        """Log-likelihood at the estimates, restricted under REML."""

    @property
    def method(self) -> Any:
        """``"REML"`` or ``"ML"``."""

    def log_likelihood_at(self, fixed: ArrayLike, group_variance: float, residual_variance: float, /) -> float:
        """The same log-likelihood at other estimates; ``fixed`` in the order of the columns of ``exog``."""


@dataclass(frozen=True)
class Straight:
    """A reference in its plainest terms: response = intercept + slope · predictor."""

    response: type_of_array
    predictor: type_of_array
    intercept: float
    slope: float
    constant_first: bool  # the order of the reference's columns

    @property
    def fitted(self) -> type_of_array:
        """The values on the line, one for each observation."""
        return np.asarray(self.intercept + self.slope * self.predictor)

    @classmethod
    def of(cls, reference: ReferenceModel) -> Straight:
        """Take a reference apart.

        Raises:
            AuthorError: if its design is not one constant column and one predictor, or its numbers are not finite.
        """
        exog, params = np.asarray(reference.exog, dtype=float), as_floats(reference.fe_params)
        if exog.ndim != 2 or exog.shape[1] != 2 or len(params) != 2:
            raise AuthorError(f"a reference model has a constant and one predictor, got a design of shape {exog.shape}")
        constant = [place for place in (0, 1) if np.ptp(exog[:, place]) == 0]
        if len(constant) != 1 or not np.isfinite(params).all():
            raise AuthorError("a reference model needs one constant column and finite estimates")
        place = constant[0]
        return cls(
            response=as_floats(reference.endog),
            predictor=exog[:, 1 - place],
            intercept=float(params[place] * exog[0, place]),
            slope=float(params[1 - place]),
            constant_first=place == 0,
        )


def reference_of(reference: Any, name: str, fields: tuple[str, ...]) -> Any:
    """The fitted model that a reference is, or holds under the student's name.

    Raises:
        AuthorError: if neither it nor its field ``name`` has the ``fields`` of a fitted model.
    """
    for candidate in (getattr(reference, name, None), reference):
        if candidate is not None and all(hasattr(candidate, one) for one in fields):
            return candidate
    wanted = ", ".join(fields)
    raise AuthorError(f"the reference of {name!r} must have (or hold as `.{name}`) the fields {wanted}", reference)


def same_values(got: Any, want: Any) -> bool:
    """Whether two columns hold the same numbers, in any order."""
    one, other = np.sort(as_floats(got)), np.sort(as_floats(want))
    return len(one) == len(other) and len(one) > 0 and bool(np.allclose(one, other, rtol=0, atol=_slack(other)))


def belong_to(got: Any, want: Any) -> bool:
    """Whether all numbers of a column occur in another."""
    one, other = as_floats(got), np.unique(as_floats(want))
    if not len(one) or not len(other) or not np.isfinite(one).all():
        return False
    nearest = np.clip(np.searchsorted(other, one), 1, max(len(other) - 1, 1))
    pairs = np.stack([other[nearest - 1], other[np.minimum(nearest, len(other) - 1)]])
    return bool((np.abs(pairs - one).min(axis=0) <= _slack(other)).all())


def spans(exog: type_of_array, column: ArrayLike) -> bool:
    """Whether a column is a linear combination of the columns of a design."""
    target = np.asarray(column, dtype=float)
    if exog.size == 0 or len(exog) != len(target):
        return False
    solution, *_ = np.linalg.lstsq(exog, target, rcond=None)
    return bool(np.abs(exog @ solution - target).max() <= 1e-8 * max(float(np.abs(target).max()), 1.0))


def fitted_values(model: Model) -> type_of_array:
    """Population-level predictions, one for each observation; none where they cannot be computed."""
    params = as_floats(model.fe_params)
    return np.asarray(model.exog @ params) if model.exog.shape[1] == len(params) else np.empty(0)


def line_of(model: Model, reference: Straight) -> tuple[float, float] | None:
    """Intercept and slope of the model along the reference's predictor; ``None`` if it is no line in it.

    The rows are matched by response (equal ones by fitted value), so their order plays no part.
    """
    endog, fitted = as_floats(model.endog), fitted_values(model)
    if not same_values(endog, reference.response) or len(fitted) != len(endog) or not np.isfinite(fitted).all():
        return None
    predictor = reference.predictor[np.lexsort((reference.fitted, reference.response))]
    fitted = fitted[np.lexsort((fitted, endog))]
    basis = np.column_stack([np.ones_like(predictor), predictor])
    (intercept, slope), *_ = np.linalg.lstsq(basis, fitted, rcond=None)
    error = np.abs(basis @ np.array([intercept, slope]) - fitted).max()
    return (float(intercept), float(slope)) if error <= _EXACT_FIT * float(np.ptp(reference.response)) else None


def same_fit(model: Model, other: Any, relative: float) -> bool:
    """Whether a fit has the responses and fitted values of another model (a row's wrong one)."""
    endog, fitted = as_floats(model.endog), fitted_values(model)
    theirs = as_floats(np.asarray(other.exog, dtype=float) @ as_floats(other.fe_params))
    if not same_values(endog, other.endog) or len(fitted) != len(theirs):
        return False
    ours, theirs = fitted[np.lexsort((fitted, endog))], theirs[np.lexsort((theirs, as_floats(other.endog)))]
    return bool(np.abs(ours - theirs).max() <= relative * max(float(np.ptp(as_floats(other.endog))), 1e-300))


def _slack(values: type_of_array) -> float:
    return _SAME * max(float(np.ptp(values)) if len(values) else 0.0, float(np.abs(values).max(initial=0.0)))

"""A fit of statsmodels as a reference, kept honest: what did not converge, or ended on a boundary, judges nobody."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.checks.models.linear import group_numbers
from autograder.checks.models.random_part import RandomTerm
from autograder.checks.outcome import AuthorError
from autograder.checks.values.containers import as_floats
from autograder.values.views import type_of_array

_KINDS = ("OLS", "WLS", "MixedLM")
_NOTHING_LOST = 1e-3  # log-likelihood: a variance that can be left out at this price is on its boundary
_SAME = 1e-2  # log-likelihood, as the fit says it and as its estimates give it
_REMEDY = "Choose a model that these data can carry, or fit it with another method: fit(method=['powell', 'bfgs'])."


@dataclass(frozen=True)
class FittedLine:
    """A fit by least squares; see :class:`autograder.checks.models.linear.ReferenceModel`."""

    endog: type_of_array
    exog: type_of_array
    fe_params: type_of_array
    scale: float
    llf: float
    model_kind: str


@dataclass(frozen=True)
class FittedMixed:
    """A fitted mixed model; see :class:`autograder.checks.models.linear.ReferenceMixedModel`."""

    endog: type_of_array
    exog: type_of_array
    fe_params: type_of_array
    scale: float
    method: str
    terms: tuple[RandomTerm, ...]
    blocks: type_of_array  # number of the group of statsmodels: observations of different groups are independent
    model_kind: str = "MixedLM"
    groups: None = None
    cov_re: None = None

    @property
    def llf(self) -> float:
        """The log-likelihood at the estimates, restricted under REML."""
        parts = [(term.design, term.groups, term.covariance) for term in self.terms]
        return self.log_likelihood_at(self.fe_params, parts, self.scale)

    def log_likelihood_at(self, fixed: ArrayLike, random: Sequence[Any], residual_variance: float) -> float:
        """The normal log-likelihood at other estimates, restricted under REML; -inf where they are none.

        It has the constants of statsmodels and lme4 (Pinheiro & Bates 2000, *Mixed-Effects Models in S and S-PLUS*,
        section 2.2). Under REML fixed effects other than the generalized least squares estimate lower it by their
        distance from that.

        Args:
            fixed: in the order of the columns of ``exog``, shape (p,).
            random: for each term (design, groups, covariance), of which only the covariance counts here.
            residual_variance: response unit squared.
        """
        error = self.endog - self.exog @ np.asarray(fixed, dtype=float)
        columns = np.column_stack([error, self.exog])
        total, information = 0.0, np.zeros((self.exog.shape[1], self.exog.shape[1]))
        for rows in self._rows():
            covariance = residual_variance * np.eye(len(rows))
            for term, (_, _, between) in zip(self.terms, random, strict=True):
                covariance += term.products(rows, np.asarray(between))
            try:
                half = np.linalg.solve(lower := np.linalg.cholesky(covariance), columns[rows])
            except np.linalg.LinAlgError:
                return -math.inf
            total += 2 * float(np.log(np.diag(lower)).sum()) + float(half[:, 0] @ half[:, 0])
            information += half[:, 1:].T @ half[:, 1:]
        free = len(self.endog)
        if self.method == "REML":
            total += float(np.linalg.slogdet(information)[1])
            free -= self.exog.shape[1]
        return -(total + free * math.log(2 * math.pi)) / 2

    def _rows(self) -> list[type_of_array]:
        order = np.argsort(self.blocks, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(self.blocks[order])) + 1)


def as_reference(value: Any) -> Any:
    """A fit of statsmodels as a reference, whatever it is worth; anything else as it is.

    Raises:
        AuthorError: it is a fit of another kind of model.
    """
    result = getattr(value, "_results", value)
    if not any(base.__name__ == "LikelihoodModelResults" for base in type(result).__mro__):
        return value
    kind = type(result.model).__name__
    if kind not in _KINDS:
        raise AuthorError(f"a fit of {kind} cannot be a reference; these can: {', '.join(_KINDS)}", kind, _KINDS)
    model = result.model
    endog, exog = as_floats(model.endog), np.asarray(model.exog, dtype=float)
    if kind != "MixedLM":
        return FittedLine(endog, exog, as_floats(result.params), float(result.scale), float(result.llf), kind)
    method = "REML" if model.reml else "ML"
    blocks = group_numbers(model.groups)
    terms = tuple(_terms(result, blocks))
    return FittedMixed(endog, exog, as_floats(result.fe_params), float(result.scale), method, terms, blocks)


def honest(value: Any, name: str) -> Any:
    """The same, for a reference that judges answers.

    Args:
        value: the reference.
        name: the student's variable that it judges.

    Raises:
        AuthorError: a mixed model did not converge, or a variance of it lies on its boundary, where other fits of the
            same model end elsewhere.
    """
    reference = as_reference(value)
    if not isinstance(reference, FittedMixed):
        return reference
    if not getattr(value, "converged", True):
        raise AuthorError(f"the reference of {name!r} did not converge.", value, remedy=_REMEDY)
    reached = reference.llf
    if not abs(reached - float(value.llf)) <= _SAME:
        raise AuthorError(
            f"the reference of {name!r} says a log-likelihood of {float(value.llf):.4f}, its estimates give "
            f"{reached:.4f};",
            value,
            remedy="fit it without penalty or constraints",
        )
    if any(smaller.llf >= reached - _NOTHING_LOST for smaller in _smaller(reference)):
        raise AuthorError(
            f"the reference of {name!r} lies on the boundary: a variance of its random effects is zero, or two of "
            "them are perfectly correlated.",
            value,
            remedy=_REMEDY,
        )
    return reference


def _smaller(reference: FittedMixed) -> Iterator[FittedMixed]:
    """The same model with what is least of each term taken away."""
    for place, term in enumerate(reference.terms):
        size = np.sqrt(np.maximum(np.diag(term.covariance), 0.0))
        unit = np.outer(size, size)
        values, vectors = np.linalg.eigh(np.divide(term.covariance, unit, out=np.zeros_like(unit), where=unit > 0))
        values[0] = 0.0
        least = replace(term, covariance=(vectors * values) @ vectors.T * unit)
        yield replace(reference, terms=(*reference.terms[:place], least, *reference.terms[place + 1 :]))


def _terms(result: Any, blocks: type_of_array) -> Iterator[RandomTerm]:
    model = result.model
    covariance = np.asarray(result.cov_re, dtype=float)
    if covariance.size:
        yield RandomTerm(np.asarray(model.exog_re, dtype=float).reshape(len(blocks), -1), blocks, covariance)
    for variance, designs in zip(as_floats(result.vcomp).tolist(), model.exog_vc.mats, strict=True):
        yield _component(model, designs, blocks, np.array([[variance]]))


def _component(model: Any, designs: Any, blocks: type_of_array, variance: type_of_array) -> RandomTerm:
    """A variance component: where its columns say to which inner group a row belongs, the effects of these groups."""
    columns = np.zeros((len(blocks), max(one.shape[1] for one in designs)))
    for group, one in zip(model.group_labels, designs, strict=True):
        columns[np.asarray(model.row_indices[group]), : one.shape[1]] = one
    if columns.shape[1] == 1:
        return RandomTerm(columns, blocks, variance)
    if ((columns == 0) | (columns == 1)).all() and (columns.sum(axis=1) == 1).all():
        inner = blocks * columns.shape[1] + columns.argmax(axis=1)
        return RandomTerm(np.ones((len(blocks), 1)), group_numbers(inner), variance)
    return RandomTerm(columns, blocks, variance, component=True)


def reference_of(reference: Any, name: str, fields: tuple[str, ...]) -> Any:
    """The fitted model that a reference is, or holds under the student's name.

    Args:
        reference: a fit of statsmodels, an object with the fields of one, or one that holds it as a field ``name``.
        name: the student's variable.
        fields: that a reference of this kind must have.

    Raises:
        AuthorError: neither it nor its field ``name`` has the ``fields`` of a fitted model, or a fit of statsmodels is
            not honest.
    """
    for candidate in (getattr(reference, name, None), reference):
        if candidate is not None and all(hasattr(found := honest(candidate, name), one) for one in fields):
            return found
    wanted = ", ".join(fields)
    raise AuthorError(
        f"the reference of {name!r} must be a fit of statsmodels, or have (or hold as `.{name}`) the fields {wanted}",
        reference,
    )

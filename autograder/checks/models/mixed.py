"""A fitted linear mixed model: any fixed part, any random part, by REML or by ML.

The fixed part is judged by the space of its columns, the random part by the covariances that it can imply
(:mod:`~autograder.checks.models.random_part`), and the estimates by the reference's log-likelihood *at the student's
estimates*: what an optimizer says of itself counts neither way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.mistakes import Misconceptions
from autograder.checks.models.fitted import as_reference
from autograder.checks.models.kinds import (
    LEAST_SQUARES,
    describe_model,
    finish,
    fixed_part,
    not_a_model,
    of_kind,
)
from autograder.checks.models.linear import (
    FixedPart,
    ReferenceMixedModel,
    clean_model,
    group_numbers,
    same_fit,
    spans,
)
from autograder.checks.models.random_part import Pairs, RandomTerm, Space, difference, sample
from autograder.checks.outcome import AuthorError, Verdict, right
from autograder.checks.tolerance import Match
from autograder.checks.values.containers import as_floats
from autograder.values.views import Model, type_of_array

FIELDS = ("endog", "exog", "fe_params", "scale", "groups", "llf", "method", "log_likelihood_at")
_LOG_LIKELIHOOD = 5e-3  # absolute; the worst honest optimizer measured (powell) loses 2e-3
_AT_THE_OPTIMUM = 5e-5  # absolute; estimates this likely differ by less than a hundredth of a standard error
_VARIANCE = 2.4e-2  # relative; of fits to 125 draws of the exam, the worst honest one (powell) is off by 1.6e-2
_FIXED = 1e-3  # of the range of the response; the worst honest optimizer measured is off by 2e-4
_ROW = 1e-2  # of the response's variance; a row's fit is compared with another fit of the same wrong model


@dataclass(frozen=True)
class _Reference:
    """A reference taken apart."""

    fixed: FixedPart
    terms: tuple[RandomTerm, ...]
    scale: float
    method: str
    model: Any

    @classmethod
    def of(cls, model: ReferenceMixedModel) -> _Reference:
        """Take a reference apart.

        Raises:
            AuthorError: it is no mixed model fitted by REML or ML, or its parts do not fit together.
        """
        if model.method not in ("REML", "ML"):
            raise AuthorError("a mixed reference is fitted by REML or by ML", model)
        return cls(FixedPart.of(model), _reference_terms(model), float(model.scale), str(model.method), model)

    def likely(self, fixed: type_of_array, covariances: list[type_of_array], scale: float) -> float:
        """The log-likelihood of other estimates; -inf where they are none."""
        sound = [np.isfinite(one).all() and np.linalg.eigvalsh(one).min() >= -1e-9 * scale for one in covariances]
        if not (scale > 0 and all(sound) and np.isfinite(fixed).all()):
            return -np.inf
        if getattr(self.model, "terms", ()):
            terms = self.model.terms
            parts = [(one.design, one.groups, found) for one, found in zip(terms, covariances, strict=True)]
            return float(self.model.log_likelihood_at(fixed, parts, scale))
        return float(self.model.log_likelihood_at(fixed, float(covariances[0][0, 0]), scale))


def judge_mixed(name: str, answer: Any, reference: ReferenceMixedModel, rows: Misconceptions) -> Verdict:
    """Judge a mixed model: by its kind, its rows, its fixed and random part, and the likelihood at its estimates.

    Estimates are right where the reference's log-likelihood is hardly lower at them than at its own, or at most 5e-3
    lower and fixed part and variances are near; what the student's optimizer reports makes no difference.

    Args:
        name: the student's variable.
        answer: its value.
        reference: a regular optimum, see :func:`~autograder.checks.models.fitted.honest`.
        rows: misconceptions, whose values are fits of wrong models.

    Raises:
        AuthorError: if the reference is no such model.
    """
    want = _Reference.of(reference)
    model = clean_model(answer) if isinstance(answer, Model) else None
    if model is None:
        return rows.named(not_a_model(name, answer)).with_notes(rows.notes)
    seen = _Seen(model, want)
    kind, got = seen.kind(), describe_model(model)
    if kind is None:
        return right(got)
    more = _about_groups(model) if kind == "groups" else ""
    found = rows.recognize(seen.match, lambda value: _is_reference(value, want))
    return finish(of_kind(kind, got, more), found, rows)


@dataclass(frozen=True)
class _Seen:
    """A student's model as the reference sees it."""

    model: Model
    want: _Reference

    def kind(self) -> str | None:
        """The kind of mistake, ``None`` if the model is right."""
        if self.model.model_kind != "MixedLM":
            return self._without_random_part()
        kind = fixed_part(self.model, self.want.fixed)
        if kind is not None:
            return kind
        if self.terms is None:
            return "groups" if self.model.groups is None else "no-random-intercept"
        kind = difference(self.space, Space(self.want.terms, self.pairs))
        if kind is not None:
            return kind
        if self.model.method in ("REML", "ML") and self.model.method != self.want.method:
            return self.model.method
        return self._estimates()

    @cached_property
    def order(self) -> type_of_array:
        """The student's row for each row of the reference."""
        groupings = [term.groups for term in self.want.terms]
        order = self.want.fixed.order_of(self.model, groupings, groupings_of(self.model))
        assert order is not None  # the response is the reference's: fixed_part has seen to that
        return order

    @cached_property
    def terms(self) -> tuple[RandomTerm, ...] | None:
        """The student's random part in the reference's order of rows; ``None`` if there is none."""
        return terms_of(self.model, self.order)

    @cached_property
    def pairs(self) -> Pairs:
        """Pairs of observations that tell both random parts apart."""
        return sample((*self.want.terms, *(self.terms or ())), len(self.want.fixed.response))

    @property
    def space(self) -> Space:
        """The covariances that the student's random part can imply."""
        return Space(self.terms or (), self.pairs)

    def _without_random_part(self) -> str:
        kind = self.model.model_kind
        if kind == "GEE":
            return "GEE"
        if not kind.startswith(LEAST_SQUARES):
            return "other-model"
        fixed = fixed_part(self.model, self.want.fixed)
        if fixed == "bar-formula":
            return fixed
        order = self.want.fixed.order_of(self.model)
        if fixed == "extra-predictors" and order is not None:
            groups = self.want.terms[0].groups
            shifts = np.random.default_rng(0).normal(size=int(groups.max()) + 1)[groups]
            if spans(self.model.exog[order], shifts):
                return "fixed-groups"
        return "pooled-OLS"

    def _estimates(self) -> str | None:
        fixed, scale = self.want.fixed.coefficients(self.model), self.model.scale
        if fixed is None or scale is None or not np.isfinite(implied := self.space.implied(scale)).all():
            return "estimates"
        want = Space(self.want.terms, self.pairs)
        weights = want.weights_of(implied)
        if weights is None:
            return "estimates"
        covariances, residual = want.covariances(weights), float(weights[-1])
        lost = float(self.want.model.llf) - self.want.likely(fixed, covariances, residual)
        if lost <= _AT_THE_OPTIMUM:
            return None
        pairs = [(residual, self.want.scale)]
        for got, term in zip(covariances, self.want.terms, strict=True):
            pairs += zip(np.diag(got), np.diag(term.covariance), strict=True)
        near = self.want.fixed.distance(fixed) <= _FIXED and all(
            abs(one - other) <= _VARIANCE * abs(other) for one, other in pairs
        )
        return None if near and lost <= _LOG_LIKELIHOOD else "not-optimal"

    def match(self, value: Any) -> Match:
        """Whether the student's fit is a row's wrong model."""
        value = as_reference(value)
        if not all(hasattr(value, field) for field in ("endog", "exog", "fe_params", "model_kind")):
            return Match.NONE
        alike = value.model_kind == self.model.model_kind and same_fit(self.model, value, _FIXED)
        if not alike or value.model_kind != "MixedLM":
            return Match.FULL if alike else Match.NONE
        if value.method != self.model.method or self.model.scale is None:
            return Match.NONE
        fixed = FixedPart(as_floats(value.endog), np.asarray(value.exog, dtype=float), as_floats(value.fe_params))
        theirs = terms_of(value) if isinstance(value, Model) else _reference_terms(value)
        groupings = [term.groups for term in theirs or ()]
        order = fixed.order_of(self.model, groupings, groupings_of(self.model))
        ours = None if order is None else terms_of(self.model, order)
        if ours is None or theirs is None:
            return Match.NONE
        same = _same_covariance((ours, self.model.scale), (theirs, float(value.scale)), len(fixed.response))
        return Match.FULL if same else Match.NONE


def _is_reference(value: Any, want: _Reference) -> bool:
    """Whether a row's model is the reference's own."""
    value = as_reference(value)
    if getattr(value, "model_kind", None) != "MixedLM" or value.method != want.method:
        return False
    if len(as_floats(value.endog)) != len(want.fixed.response):
        return False
    terms = terms_of(value) if isinstance(value, Model) else _reference_terms(value)
    fitted = np.asarray(value.exog, dtype=float) @ as_floats(value.fe_params)
    near = bool(np.abs(fitted - want.fixed.fitted).max() <= _FIXED * want.fixed.span)
    ours, theirs = (want.terms, want.scale), (terms or (), float(value.scale))
    return near and terms is not None and _same_covariance(ours, theirs, len(fitted), within=1e-3)


def _same_covariance(
    one: tuple[tuple[RandomTerm, ...], float],
    other: tuple[tuple[RandomTerm, ...], float],
    size: int,
    *,
    within: float = _ROW,
) -> bool:
    """Whether two fits, each the terms and the residual variance, imply the same covariance of the response."""
    pairs = sample((*one[0], *other[0]), size)
    got, want = (Space(terms, pairs).implied(scale) for terms, scale in (one, other))
    apart = np.abs(got - want)
    own = pairs[0] == pairs[1]
    # Differences between observations tell the residual variance, which covariances among others would hide.
    residual = abs(one[1] - other[1]) <= within * other[1]
    return bool(residual and (apart <= within * np.abs(want[own]).max()).all())


def _reference_terms(model: Any) -> tuple[RandomTerm, ...]:
    """The random part of a reference.

    Raises:
        AuthorError: its parts do not fit together.
    """
    size = len(as_floats(model.endog))
    given = getattr(model, "terms", ()) or ()
    if given:
        if all(isinstance(term, RandomTerm) for term in given):
            return tuple(given)
        found = [(np.asarray(t.design, float), group_numbers(t.groups), np.asarray(t.covariance, float)) for t in given]
    else:
        if model.groups is None or np.shape(model.cov_re) != (1, 1):
            raise AuthorError("a mixed reference has `terms`, or one random intercept in `cov_re`", model)
        found = [(np.ones((size, 1)), group_numbers(model.groups), np.asarray(model.cov_re, float))]
    for design, groups, covariance in found:
        q = design.shape[1] if design.ndim == 2 else 0
        if len(design) != size or len(groups) != size or covariance.shape != (q, q):
            raise AuthorError(f"a random term of a reference does not fit its {plural(size, 'row')}", model)
    return tuple(RandomTerm(design, groups, covariance) for design, groups, covariance in found)


def terms_of(model: Model, order: type_of_array | None = None) -> tuple[RandomTerm, ...] | None:
    """The random part of a fitted ``MixedLM``; ``None`` where nothing is random, or its parts do not fit together.

    Args:
        model: the student's, as :func:`~autograder.checks.models.linear.clean_model` leaves it.
        order: the place of the model's row for each row of the result; ``None``: as they are.
    """
    if model.groups is None:
        return None
    rows = np.arange(len(model.endog)) if order is None else order
    groups = group_numbers(model.groups)[rows]
    terms = []
    if model.cov_re is not None and len(model.cov_re):
        design = np.ones((len(rows), 1)) if model.exog_re is None else model.exog_re[rows]
        if design.shape[1] != len(model.cov_re):
            return None
        terms.append(RandomTerm(design, groups, np.asarray(model.cov_re, dtype=float)))
    variances = [] if model.vcomp is None else as_floats(model.vcomp).tolist()
    for variance, columns in zip(variances, model.exog_vc or (), strict=False):
        terms.append(RandomTerm(np.asarray(columns)[rows], groups, np.array([[variance]]), component=True))
    return tuple(terms) or None


def groupings_of(model: Model) -> list[type_of_array]:
    """How a fitted ``MixedLM`` groups its rows: by its groups, and within them by components with a column each."""
    if model.groups is None:
        return []
    outer = group_numbers(model.groups)
    columns = [np.asarray(one) for one in model.exog_vc or () if np.ndim(one) == 1]
    inner = [group_numbers(outer * (int(one.max(initial=0)) + 1) + one) for one in columns]
    return [outer, *inner] if model.cov_re is not None or not inner else inner


def _about_groups(model: Model) -> str:
    count = 0 if model.groups is None else int(group_numbers(model.groups).max()) + 1
    return f"Your model has {plural(count, 'group')}."

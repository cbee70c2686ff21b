"""The random part of a mixed model, seen through the covariance that it implies.

A random part says which covariances of the response are possible: those of the form Σ Z Ψ Zᵀ + σ²I.  Two ways to
write it (a centred predictor, ``vc_formula`` in place of ``re_formula``, one big group with a variance component
for each level) are the same model if and only if these possible covariances are the same linear space.  So spaces
are compared, on a sample of pairs of observations, and never the way in which they were written.

See Pinheiro & Bates (2000), *Mixed-Effects Models in S and S-PLUS*, section 2.2, for the covariance of such models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autograder.values.views import type_of_array

_SAME = 1e-7  # relative, of a vector's length: what lies this near to a space lies in it
_SHIFTS = (1, 2, 5)  # each observation is paired with those so many places behind it in its group
_FURTHER = 2000  # pairs of any observations


@dataclass(frozen=True)
class RandomTerm:
    """One random term: effects of each group with a covariance, entering through a design."""

    design: type_of_array  # shape (n, q); for a component of one-hot columns the column's number, shape (n,)
    groups: type_of_array  # number of each observation's group, shape (n,)
    covariance: type_of_array  # of a group's effects, shape (q, q), response unit squared; (1, 1) for a component
    component: bool = False  # a variance component: all its effects are independent, with one variance

    def entries(self, pairs: Pairs) -> Iterator[type_of_array]:
        """The covariances that span what this term can imply, at the pairs; in the order of :meth:`weights`."""
        first, second = pairs
        same = self.groups[first] == self.groups[second]
        if self.component:
            yield np.where(same, self._products(first, second), 0.0)
            return
        left, right = self.design[first], self.design[second]
        for a in range(self.design.shape[1]):
            for b in range(a + 1):
                product = left[:, a] * right[:, b]
                yield np.where(same, product if a == b else product + left[:, b] * right[:, a], 0.0)

    def _products(self, first: type_of_array, second: type_of_array) -> type_of_array:
        if self.design.ndim == 1:
            return np.asarray(self.design[first] == self.design[second], dtype=float)
        return np.asarray((self.design[first] * self.design[second]).sum(axis=-1))

    def products(self, rows: type_of_array, covariance: type_of_array) -> type_of_array:
        """The covariance that the effects give to some observations, where they have another covariance.

        Args:
            rows: places of the observations, shape (m,).
            covariance: of a group's effects, shape (q, q); (1, 1) for a component.

        Returns:
            Shape (m, m), response unit squared; 0 between groups.
        """
        if self.component:
            products = self._products(rows[:, None], rows[None, :])
            return np.asarray(covariance[0, 0] * np.where(self._same(rows), products, 0.0))
        return np.asarray(self._same(rows) * (self.design[rows] @ covariance @ self.design[rows].T))

    def _same(self, rows: type_of_array) -> type_of_array:
        return np.asarray(np.equal.outer(self.groups[rows], self.groups[rows]))

    def weights(self) -> type_of_array:
        """Its variances and covariances, one for each of :meth:`entries`."""
        if self.component:
            return np.asarray(self.covariance.ravel()[:1])
        return np.asarray(self.covariance[np.tril_indices(len(self.covariance))])


Pairs = tuple[type_of_array, type_of_array]  # two observations each


def sample(terms: Sequence[RandomTerm], size: int) -> Pairs:
    """Pairs of observations that tell the covariances of these terms apart: with itself, in a group, anywhere.

    Args:
        terms: of all models that are compared.
        size: number of observations.

    Returns:
        First and second observation of each pair; the same at each call.
    """
    own = np.arange(size)
    first, second = [own], [own]
    for term in terms:
        order = np.argsort(term.groups, kind="stable")
        for shift in _SHIFTS:
            first.append(order)
            second.append(np.roll(order, shift))
    anywhere = np.random.default_rng(0).integers(0, size, (2, _FURTHER))
    return np.concatenate([*first, anywhere[0]]), np.concatenate([*second, anywhere[1]])


@dataclass(frozen=True)
class Space:
    """The covariances that a random part can imply, at a sample of pairs; the residual's own is always among them."""

    terms: tuple[RandomTerm, ...]
    pairs: Pairs

    @cached_property
    def vectors(self) -> type_of_array:
        """What spans it, one column each; the residual variance comes last."""
        residual = (self.pairs[0] == self.pairs[1]).astype(float)
        return np.column_stack([*(entry for term in self.terms for entry in term.entries(self.pairs)), residual])

    @cached_property
    def rank(self) -> int:
        """How many variances and covariances can be told apart."""
        return _rank(self.vectors)

    def implied(self, scale: float) -> type_of_array:
        """The covariance at the pairs that the terms' own estimates and a residual variance imply."""
        weights = np.concatenate([*(term.weights() for term in self.terms), [scale]])
        return np.asarray(self.vectors @ weights)

    def holds(self, vectors: type_of_array) -> bool:
        """Whether these covariances are possible."""
        return _rank(np.column_stack([self.vectors, vectors])) == self.rank

    def without_residual(self) -> int:
        """Variances and covariances of the random effects."""
        return self.rank - 1

    def weights_of(self, implied: type_of_array) -> type_of_array | None:
        """Variances and covariances that imply a covariance at the pairs; ``None`` if none do."""
        length = np.linalg.norm(self.vectors, axis=0)
        length[length == 0] = 1.0
        solution, *_ = np.linalg.lstsq(self.vectors / length, implied, rcond=None)
        solution = np.asarray(solution / length)
        error = np.abs(self.vectors @ solution - implied).max(initial=0.0)
        return solution if error <= 1e-6 * max(float(np.abs(implied).max(initial=0.0)), 1e-300) else None

    def covariances(self, weights: type_of_array) -> list[type_of_array]:
        """The weights as the covariance matrix of each term."""
        found, start = [], 0
        for term in self.terms:
            size = 1 if term.component else term.design.shape[1]
            count = size * (size + 1) // 2
            matrix = np.zeros((size, size))
            matrix[np.tril_indices(size)] = weights[start : start + count]
            found.append(matrix + np.tril(matrix, -1).T)
            start += count
        return found


def _rank(vectors: type_of_array) -> int:
    length = np.linalg.norm(vectors, axis=0)
    kept = vectors[:, length > 0] / length[length > 0]
    if not kept.size:
        return 0
    values = np.linalg.svd(kept, compute_uv=False)
    return int((values > _SAME * values[0]).sum())


def difference(got: Space, want: Space) -> str | None:
    """The kind of mistake in a random part, ``None`` if it is the reference's.

    Args:
        got: what the student's random part can imply.
        want: what the reference's can, at the same pairs.

    Returns:
        One of :data:`autograder.checks.models.kinds.KINDS`.
    """
    together = _rank(np.column_stack([got.vectors, want.vectors]))
    if got.rank == want.rank == together:
        return None
    if together == got.rank:
        return "random-slopes" if want.without_residual() == 1 else "extra-random"
    if len(want.terms) > 1:
        return _between_levels(got, want)
    return _within_one_level(got, want, subset=together == want.rank)


def _within_one_level(got: Space, want: Space, *, subset: bool) -> str:
    constant = _constant(want.terms[0], want.pairs)
    if got.holds(constant):
        if subset:
            return "no-random-slope" if got.without_residual() == 1 else "uncorrelated"
        return "extra-random" if want.without_residual() > 1 else "random-slopes"
    groups = want.terms[0].groups
    inside = any(np.array_equal(term.groups, groups) for term in got.terms)
    return "no-random-intercept" if subset or inside else "groups"


def _between_levels(got: Space, want: Space) -> str:
    held = [got.holds(_constant(term, want.pairs)) for term in want.terms]
    if all(held):
        return "no-random-slope"
    if not any(held):
        return "groups"
    if held[0]:
        return "inner-level" if got.without_residual() == 1 else "inner-groups"
    return "outer-level"


def _constant(term: RandomTerm, pairs: Pairs) -> type_of_array:
    """The covariance of a shift that the members of a term's group share."""
    return np.asarray(term.groups[pairs[0]] == term.groups[pairs[1]], dtype=float)

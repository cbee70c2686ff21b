"""The random part of a linear mixed model as independent blocks of rows.

Observations that share no random effect are independent, so a likelihood is a sum over blocks: the groups of one
grouping factor, the outer groups of nested ones, or the whole table where two factors are crossed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

type_of_floats = NDArray[np.float64]
type_of_codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Term:
    """Random effects of one grouping factor: a vector of q effects for each group."""

    design: type_of_floats  # shape (n, q)
    codes: type_of_codes  # group of each observation as 0, 1, …, shape (n,)

    @property
    def width(self) -> int:
        """Number of random effects of a group, q."""
        return int(self.design.shape[1])


def coded(labels: Any) -> tuple[type_of_codes, pd.Index[Any]]:
    """Labels as integers in the order of the sorted labels, and those labels.

    Args:
        labels: shape (n,), or a table whose columns together name the group (a class within its school).

    Raises:
        ValueError: a label is missing.
    """
    if isinstance(labels, pd.DataFrame):
        index: pd.Index[Any] = pd.MultiIndex.from_frame(labels)
        missing = bool(labels.isna().any(axis=None))
    else:
        index = pd.Index(np.asarray(labels))
        missing = bool(index.isna().any())
    if missing:
        raise ValueError("a mixed model needs data without missing or infinite values: a group is missing")
    codes, distinct = pd.factorize(index, sort=True)
    return codes.astype(np.intp), pd.Index(distinct)


@dataclass(frozen=True, eq=False)
class Blocks:
    """Cross products of the random-effects designs, block by block.

    A block has room for the groups of each term that lie in the largest block; unused columns are zero.  The columns
    of a term are its groups' effects, group by group.
    """

    zz: type_of_floats  # ZᵀZ of each block, shape (blocks, columns, columns)
    zc: type_of_floats  # Zᵀ times the columns that were given, shape (blocks, columns, their number)
    widths: tuple[int, ...]  # random effects of a group, for each term
    copies: tuple[int, ...]  # groups in a block, for each term
    places: tuple[NDArray[np.intp], ...]  # for each term: block and first column of each group, shape (groups, 2)

    @classmethod
    def of(cls, terms: Sequence[Term], columns: type_of_floats) -> Blocks:
        """Sort rows into blocks and sum up.

        Args:
            terms: the random part; the groups of one may lie within those of another, or cross them.
            columns: what is multiplied by Zᵀ, shape (n, any).
        """
        outer = _outer(terms)
        counts = [_copies(term, outer) for term in terms]
        copies = tuple(int(count.max()) + 1 for count in counts)
        widths = tuple(term.width for term in terms)
        starts = np.cumsum([0, *(width * number for width, number in zip(widths, copies, strict=True))])
        places = tuple(
            np.column_stack([_block_of(term, outer), start + count * term.width])
            for term, start, count in zip(terms, starts, counts, strict=False)
        )
        full = np.zeros((len(outer), int(starts[-1])))
        rows = np.arange(len(outer))
        for term, place in zip(terms, places, strict=True):
            for effect in range(term.width):
                full[rows, place[term.codes, 1] + effect] = term.design[:, effect]
        order = np.argsort(outer, kind="stable")
        pieces = np.split(order, np.cumsum(np.bincount(outer))[:-1])
        return cls(
            zz=np.stack([full[piece].T @ full[piece] for piece in pieces]),
            zc=np.stack([full[piece].T @ columns[piece] for piece in pieces]),
            widths=widths,
            copies=copies,
            places=places,
        )

    def spread(self, factors: Sequence[type_of_floats]) -> type_of_floats:
        """One matrix for each term, repeated for its groups along the diagonal of one for a whole block."""
        parts = [np.kron(np.eye(number), part) for part, number in zip(factors, self.copies, strict=True)]
        total = np.zeros((sum(part.shape[0] for part in parts), sum(part.shape[1] for part in parts)))
        row = column = 0
        for part in parts:
            total[row : row + part.shape[0], column : column + part.shape[1]] = part
            row, column = row + part.shape[0], column + part.shape[1]
        return total

    def of_groups(self, term: int, values: type_of_floats) -> type_of_floats:
        """The rows of a block-wise result that belong to each group of a term.

        Args:
            term: its place among the terms.
            values: shape (blocks, columns, …).

        Returns:
            Shape (groups, q, …), groups in the order of their codes.
        """
        blocks, first = self.places[term].T
        return np.stack([values[blocks, first + effect] for effect in range(self.widths[term])], axis=1)


def _outer(terms: Sequence[Term]) -> type_of_codes:
    """The block of each observation: the coarsest grouping that all others lie within, else all rows together."""
    for term in sorted(terms, key=lambda term: int(term.codes.max())):
        if all(_lies_within(other.codes, term.codes) for other in terms):
            return term.codes
    return np.zeros(len(terms[0].codes), dtype=np.intp)


def _lies_within(inner: type_of_codes, outer: type_of_codes) -> bool:
    return len(np.unique(np.column_stack([inner, outer]), axis=0)) == int(inner.max()) + 1


def _block_of(term: Term, outer: type_of_codes) -> type_of_codes:
    """The block of each group."""
    blocks = np.zeros(int(term.codes.max()) + 1, dtype=np.intp)
    blocks[term.codes] = outer
    return blocks


def _copies(term: Term, outer: type_of_codes) -> type_of_codes:
    """The number of each group within its block, from 0."""
    blocks = pd.Series(_block_of(term, outer))
    return blocks.groupby(blocks).cumcount().to_numpy().astype(np.intp)

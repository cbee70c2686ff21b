"""What follows from a student's results in one step, as a person computes it for a sentence.

Square roots of variances, sums, differences and ratios of two results, shares of a sum, a line after some steps, a
mean and one or two standard deviations. A number that is among these is right as far as the student's results are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.values.views import type_of_array
from autograder.written.results import Origin, StudentResult
from autograder.written.vocabulary import Vocabulary

_MOST = 40  # results of which pairs are taken
_SPREADS = (1.0, 2.0, 1.96)


@dataclass(frozen=True)
class Derived:
    """Amounts by what they measure; those of unknown unit under ``""``."""

    amounts: dict[str, type_of_array]  # sizes without sign, in the unit that this kind of quantity is compared in

    def near(self, size: float, tolerance: float, measures: str) -> bool:
        """Whether an amount of this kind is there; every kind where ``measures`` is ``""``.

        Args:
            size: without sign, in the unit that this kind is compared in.
            tolerance: in the same unit.
            measures: what the amount measures, as units say it, such as "time".
        """
        kinds: Iterable[str] = self.amounts
        if measures:
            kinds = (measures,) if measures in self.amounts and measures != "share" else (measures, "")
        return any(
            bool(np.any(np.abs(self.amounts[kind] - size) <= tolerance)) for kind in kinds if kind in self.amounts
        )


def derived(results: Sequence[StudentResult], named: Collection[str], vocabulary: Vocabulary) -> Derived:
    """What follows from ``results``.

    Args:
        results: of the student.
        named: keys of entries that the text speaks of: only of these are differences taken.
        vocabulary: whose rates tell by how much a quantity changes after some steps.
    """
    found: dict[str, list[type_of_array]] = {}
    single = _by_measure(one for one in results if one.origin in (Origin.VARIABLE, Origin.ESTIMATE))
    entries = _by_measure(one for one in results if one.origin is Origin.ENTRY)
    spoken = _by_measure(one for one in results if one.origin is Origin.ENTRY and one.key in named)
    for measures, values in single.items():
        _pairs(found, measures, np.concatenate((values, spoken.get(measures, np.empty(0)))))
        ends = entries.get(measures, np.empty(0))
        ends = np.asarray([ends.min(), ends.max()]) if ends.size else ends
        _sums(found, measures, values, ends)
        _pairs(found, measures, ends)
    for squared in [measures for measures in single if measures.endswith("²") or not measures]:
        plain = squared.removesuffix("²")
        _spreads(found, plain, single[squared], single.get(plain, np.empty(0)))
    for rate in vocabulary.rates:
        steps = np.arange(rate.steps[0], rate.steps[1] + 1.0)
        for measures in vocabulary.measures_of(rate):
            changes = np.multiply.outer(steps, single.get(f"{measures} per {rate.per}", np.empty(0))).ravel()
            found.setdefault(measures, []).append(changes)
            _sums(found, measures, single.get(measures, np.empty(0)), changes)
    return Derived({kind: np.unique(np.abs(np.concatenate(parts))) for kind, parts in found.items()})


def _spreads(
    found: dict[str, list[type_of_array]], measures: str, variances: type_of_array, levels: type_of_array
) -> None:
    """Standard deviations of variances and of their sums, and the levels that lie so far from others."""
    variances = variances[variances > 0]
    roots = np.sqrt(np.concatenate((variances, _of_two(np.add, variances))))
    found.setdefault(measures, []).append(roots)
    if measures:
        for spread in _SPREADS:
            _sums(found, measures, levels, spread * roots)


def _by_measure(results: Iterable[StudentResult]) -> dict[str, type_of_array]:
    values: dict[str, dict[float, None]] = {}
    for one in results:
        values.setdefault(one.unit.measures, {})[one.value * one.unit.size] = None
    return {measures: np.asarray(list(found)[:_MOST]) for measures, found in values.items()}


def _of_two(operation: np.ufunc, values: type_of_array) -> type_of_array:
    return np.asarray(operation.outer(values, values)[np.triu_indices(len(values), 1)], dtype=float)


def _pairs(found: dict[str, list[type_of_array]], measures: str, values: type_of_array) -> None:
    sums, differences = _of_two(np.add, values), _of_two(np.subtract, values)
    found.setdefault(measures, []).append(np.concatenate((sums, differences)))
    usable = values[values != 0]
    ratios = np.divide.outer(usable, usable).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = ratios / (1 + ratios)
    together = np.concatenate((ratios, ratios - 1, shares[np.isfinite(shares)]))
    found.setdefault("share", []).append(together)


def _sums(found: dict[str, list[type_of_array]], measures: str, values: type_of_array, others: type_of_array) -> None:
    both = np.concatenate((np.add.outer(values, others).ravel(), np.subtract.outer(values, others).ravel()))
    found.setdefault(measures, []).append(both)

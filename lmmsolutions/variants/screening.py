"""The first seed whose data set meets every criterion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lmmsolutions.variants.candidate import Candidate
from lmmsolutions.variants.criteria import CRITERIA, Finding, find
from lmmsolutions.variants.drawing import Variant, draw

MOST_SEEDS = 10_000


class NoVariant(RuntimeError):
    """No seed gave a data set that meets every criterion."""


@dataclass(frozen=True)
class Rejected:
    """A seed and the first criterion that its data set failed."""

    seed: int
    finding: Finding

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.finding.name}: {self.finding.measured} (want: {self.finding.wants})"


@dataclass(frozen=True)
class Found:
    """The data set that was taken, why, and why not the others."""

    variant: Variant
    findings: tuple[Finding, ...]
    rejected: tuple[Rejected, ...]

    def reasons(self) -> dict[str, int]:
        """Criterion → the number of seeds that it rejected, in the order of the criteria."""
        return _reasons(self.rejected)


def screen(variant: Variant) -> Iterator[Finding]:
    """The findings on a data set, up to and including the first criterion that it fails.

    The later criteria take for granted what the earlier ones demand.
    """
    candidate = Candidate(variant)
    for criterion in CRITERIA:
        finding = find(criterion, candidate)
        yield finding
        if not finding.passed:
            return


def search(seeds: Iterable[int] = range(1, MOST_SEEDS + 1)) -> Found:
    """The first of the seeds whose data set passes.

    Raises:
        NoVariant: none does; the message counts the reasons.
    """
    rejected: list[Rejected] = []
    for seed in seeds:
        variant = draw(seed)
        findings = tuple(screen(variant))
        if findings[-1].passed:
            return Found(variant, findings, tuple(rejected))
        rejected.append(Rejected(seed, findings[-1]))
    counts = ", ".join(f"{name}: {number}" for name, number in _reasons(rejected).items())
    raise NoVariant(f"none of {len(rejected)} data sets meets every criterion; rejected by {counts}")


def _reasons(rejected: Iterable[Rejected]) -> dict[str, int]:
    counts = Counter(item.finding.name for item in rejected)
    return {criterion.name: counts[criterion.name] for criterion in CRITERIA if counts[criterion.name]}

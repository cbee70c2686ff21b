"""Numbers by simulation: right within the error that the student's own number of simulations leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from autograder.checks.describe import number
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import Match
from autograder.checks.values.containers import Unfit, as_number
from autograder.checks.values.number import unusable

PER_CENT_KEEPS = 0.5
TOO_FEW_KEEPS = 0.5  # right within the error of too few simulations
FAR_TOO_FEW = 10  # times fewer than asked for: chance then explains nearly anything


@dataclass(frozen=True)
class Simulation:
    """How many simulations there were, and how far the mean of as many may lie from what it estimates.

    Raises:
        AuthorError: if ``at_least`` is not ≥ 1, or ``sigmas`` or ``sd`` not > 0.
    """

    n_sim: Any  # the student's number of simulations
    at_least: int
    sigmas: float = 4.0
    sd: float | None = None  # of one simulation's result; None: the results are 0 or 1
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.at_least < 1 or not self.sigmas > 0 or not (self.sd is None or self.sd > 0):
            raise AuthorError("a simulation needs at_least ≥ 1 and sigmas and sd > 0", self)

    @property
    def count(self) -> int:
        """The student's number of simulations; 0 where it is none."""
        found = as_number(self.n_sim)
        whole = isinstance(found, float) and math.isfinite(found) and found.is_integer() and found > 0
        return int(found) if whole and not isinstance(found, Unfit) else 0

    def band(self, want: float) -> float:
        """The greatest distance from ``want`` that chance explains: ``sigmas`` standard errors, sd / √n.

        Args:
            want: the expected result. Where results are 0 or 1, sd is √(want · (1 − want)).
        """
        sd = math.sqrt(max(want * (1 - want), 0.0)) if self.sd is None else self.sd
        return self.sigmas * sd / math.sqrt(max(min(self.count, 10**12), 1)) + 1e-9

    def match(self, got: float, want: float) -> Match:
        """Whether chance explains the distance of a result from what it estimates; ``FULL`` or ``NONE``.

        Args:
            got: the student's mean, or share.
            want: its expectation.
        """
        return Match.FULL if abs(got - want) <= self.band(want) else Match.NONE

    def judge(self, column: str, name: str, answer: Any, want: float, rows: Misconceptions) -> Verdict:
        """Judge ``answer`` as an estimate of ``want``; too few simulations keep half at best.

        Args:
            column: not used; :class:`~autograder.checks.values.cells.CellJudge` has it.
            name: what hints call it.
            answer: the student's value.
            want: its expectation.
            rows: misconceptions, whose values are expectations too.
        """
        del column
        got = as_number(answer)
        if isinstance(got, Unfit):
            return rows.named(unusable(name, answer, got.kind)).with_notes(rows.notes)
        verdict = self._verdict(got, want, rows)
        return replace(verdict, got=number(got)).with_notes(rows.notes)

    def _verdict(self, got: float, want: float, rows: Misconceptions) -> Verdict:
        if not self.count:
            return wrong(hint="The number of simulations is not there, so this cannot be judged.", mistake="no-count")
        if self.count * FAR_TOO_FEW < self.at_least:
            return wrong(hint=self._more(), mistake="too-few")
        near = abs(got - want) <= self.band(want)
        if near and self.count >= self.at_least:
            return right()
        if near:
            return Verdict(TOO_FEW_KEEPS, hint=self._more(), mistake="too-few")

        def agrees(value: Any) -> Match:
            other = as_number(value)
            return Match.FULL if isinstance(other, float) and abs(got - other) <= self.band(other) else Match.NONE

        def is_right(value: Any) -> bool:
            other = as_number(value)
            return isinstance(other, float) and abs(other - want) < 1e-9

        return rows.recognize(agrees, is_right) or rows.named(self._generic(got, want))

    def _more(self) -> str:
        return f"With only {self.count} simulations this says little: take at least {self.at_least}."

    def _generic(self, got: float, want: float) -> Verdict:
        if got != got:
            return wrong(hint="This is not a number (NaN).", mistake="nan")
        if self.sd is None and got > 1 and abs(got / 100 - want) <= self.band(want):
            return Verdict(
                PER_CENT_KEEPS, hint="This is a percentage: a share lies between 0 and 1.", mistake="per-cent"
            )
        if self.sd is None and got > 1 and abs(got / self.count - want) <= self.band(want):
            return Verdict(
                PER_CENT_KEEPS, hint="This is a count: divide by the number of simulations.", mistake="count"
            )
        if self.sd is None and abs(1 - got - want) <= self.band(want):
            return wrong(hint="This is the share of the other simulations.", mistake="complement")
        return wrong(hint="This is further from the right value than chance explains.")

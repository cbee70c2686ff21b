"""Checks of functions, and of numbers by simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from autograder.checks.check_list import CheckList
from autograder.checks.kinds import KINDS
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import AuthorError, Verdict
from autograder.checks.student import student
from autograder.checks.tolerance import Tolerance
from autograder.checks.values.calls import Arguments, Case, WantedResults, judge_function, verdict_of
from autograder.checks.values.cells import judge_cells, read_values, wanted_values
from autograder.checks.values.containers import Unfit, as_number
from autograder.checks.values.simulation import Simulation


class SimulationChecks(CheckList):
    """Arguments mean the same as in ``ValueChecks``."""

    def function(
        self,
        name: str,
        calls: Sequence[Arguments],
        want: Sequence[Any] | Callable[..., Any] | None = None,
        *,
        judge: Callable[..., Any] | None = None,
        hint: str = "",
        relative: float = 1e-4,
        absolute: float = 0.0,
        n_sim: int | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A function, called in the sandbox on arguments that the student does not know.

        Each call has the time limit of a value. A call that fails is named in the hint with its arguments.

        Args:
            name: the student's function.
            calls: the arguments of each call, by name (a mapping) or by position (a tuple).
            want: what the calls should return (numbers, texts, True or False, arrays, tables), or a function that
                returns it; each call is worth an equal share.
            judge: in place of ``want``, judges the results, which it gets in the order of the calls: it returns True
                or False, the share of the credit, what is wrong (an object with ``name``, ``keeps`` and ``hint``), or a
                :class:`~autograder.checks.Verdict`.
            hint: what the student reads where ``judge`` says no.
            relative: tolerance of numbers, relative to what is wanted.
            absolute: tolerance of numbers in their unit.
            n_sim: the results are shares of so many simulations, right within four standard errors. Of two equal calls
                the results must be equal too: the arguments have a seed.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a list of results, a function that makes the mistake, or a kind; lists
                and functions need ``want``.
            label: what the feedback calls the check.

        Raises:
            AuthorError: if there is neither ``want`` nor ``judge``, or both.

        Example:
            >>> with trying(design_effect=lambda m, icc: 1 + m * icc):
            ...     checks = Checks()
            ...     checks.function("design_effect", [(25, 0.5), (1, 0.3)], lambda m, icc: 1 + (m - 1) * icc)
            0 of 1 points
              ✗ `design_effect`: not right, 0 of 1 points
                  Found: the function <lambda>
                  Hint: With 25, 0.5 it returns 13.5, which is not right.

            >>> def same_seed(first, again, other):
            ...     return first == again != other
            >>> with trying(draw=lambda seed: seed * 7 % 5):
            ...     checks = Checks()
            ...     checks.function("draw", [{"seed": 1}, {"seed": 1}, {"seed": 2}], judge=same_seed)
            1 of 1 points
              ✓ `draw`: right, 1 of 1 points
                  Found: the function <lambda>
        """
        cases = [Case.of(arguments) for arguments in calls]
        if (want is None) == (judge is None):
            raise AuthorError(f"the function {name!r} is judged either by `want` or by `judge`", name)
        if judge is not None:
            judged_by = judge
            by_want = None
        else:
            values = [case.call(want) for case in cases] if callable(want) else list(want or ())
            tolerance = Tolerance(relative, absolute) if n_sim is None else Simulation(n_sim, 1)
            by_want = WantedResults(cases, values, tolerance)

        def verdict(rows: Misconceptions) -> Verdict:
            answer = student.value(name)
            if by_want is None:
                return judge_function(name, answer, cases, lambda got: verdict_of(judged_by(*got), hint), rows)
            right = by_want.values
            return judge_function(
                name,
                answer,
                cases,
                by_want.judge,
                rows,
                by_want.all_same,
                lambda results: by_want.all_same(results, right),
            )

        self._check(
            label or f"`{name}`",
            verdict,
            None if by_want is None else by_want.values,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["function"],
        )

    def simulated(
        self,
        name: str,
        want: float | Mapping[str, float],
        n_sim: str | int,
        *,
        at_least: int = 1,
        sigmas: float = 4.0,
        sd: float | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A share or a mean by simulation, or several by name: right within the error of the student's own number.

        A share p of n simulations has the standard error √(p(1 − p)/n); with four of them, one honest answer in 16,000
        is refused. Misconceptions are compared with the same band, and told together where their bands overlap.

        Args:
            name: the student's variable.
            want: the exact value, or name → value.
            n_sim: the student's variable with the number of simulations, or the number.
            at_least: how many simulations there must be; fewer keep half.
            sigmas: standard errors that are allowed.
            sd: standard deviation of one simulation's result; left out: the result is 0 or 1.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a number (or numbers by name) or a kind.
            label: what the feedback calls the check.

        Example:
            >>> with trying(power=0.47, n_sim=2000):
            ...     checks = Checks()
            ...     checks.simulated("power", 0.4487, "n_sim", at_least=1000)
            1 of 1 points
              ✓ `power`: right, 1 of 1 points
                  Found: 0.47
        """
        several = isinstance(want, Mapping | pd.Series)
        wanted = wanted_values(name, want) if several else {("", ""): _share(name, want, sd)}
        names = tuple(cell[1] for cell in wanted)

        def verdict(rows: Misconceptions) -> Verdict:
            count = student.value(n_sim) if isinstance(n_sim, str) else n_sim
            simulation = Simulation(count, at_least, sigmas, sd, names)
            answer = student.value(name)
            if not several:
                return simulation.judge("", name, answer, wanted["", ""], rows)
            return judge_cells(name, answer, wanted, read_values(names), simulation, rows)

        self._check(
            label or f"`{name}`",
            verdict,
            list(wanted.values()),
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["simulated"],
        )


def _share(name: str, want: Any, sd: float | None) -> float:
    number = as_number(want)
    if isinstance(number, Unfit) or not (sd is not None or 0 <= number <= 1):
        raise AuthorError(
            f"the reference of {name!r} is a share from 0 to 1, or a mean with its `sd`, got {want!r}", want
        )
    return number

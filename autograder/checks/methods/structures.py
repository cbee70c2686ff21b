"""Checks of several numbers under one name, and of numbers with a scale of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from autograder.checks.check_list import CheckList
from autograder.checks.kinds import KINDS
from autograder.checks.mistakes import Misconceptions, Mistake, of_table
from autograder.checks.outcome import AuthorError, Verdict
from autograder.checks.student import student
from autograder.checks.values.array import WantedArray, judge_array
from autograder.checks.values.cells import (
    Comparison,
    judge_cells,
    judge_named_table,
    read_values,
    wanted_table,
    wanted_values,
)
from autograder.checks.values.containers import Unfit, as_floats, as_number
from autograder.checks.values.row_set import WantedRows, judge_rows, rows_of
from autograder.checks.values.scales import (
    LOG_LIKELIHOOD,
    WantedLogLikelihood,
    WantedProbability,
    judge_log_likelihood,
    judge_probability,
)


class StructureChecks(CheckList):
    """Named values, tables with named rows, arrays, sets of rows, p-values and log-likelihoods.

    Arguments mean the same as in ``ValueChecks``.
    """

    def _check_value(
        self,
        check: str,
        name: str,
        judge: Callable[[Any, Misconceptions], Verdict],
        want: Any,
        *,
        credit: float | None,
        mistakes: Iterable[Mistake] | None,
        label: str | None,
        unit: str = "",
    ) -> None:
        self._check(
            label or f"`{name}`",
            lambda rows: judge(student.value(name), rows),
            want,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS[check],
            unit=unit,
        )

    def p_value(
        self,
        name: str,
        want: Any,
        *,
        decades: float | None = None,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A p-value, compared on the scale of log10.

        A relative error of a test statistic z moves log10 p by z²/2.3 times as much, so what is allowed grows with z:
        2e-3 + 4e-4·z²/2.3. ``0.0`` and ``"<0.001"`` are mistakes; one-sided values, twice the value and the
        complement are named.

        Args:
            name: the student's variable.
            want: the reference.
            decades: the greatest difference of log10 p that does not matter; left out: from z as above.
            own: computes the p-value that follows from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a p-value or a kind.
            label: what the feedback calls the check.

        Example:
            >>> with trying(p=0.0):
            ...     checks = Checks()
            ...     checks.p_value("p", 3.23e-30)
            0 of 1 points
              ✗ `p`: not right, 0 of 1 points
                  Found: 0
                  Hint: No such probability is exactly zero: a table has few decimals, and `1 - cdf` rounds. Take `sf`.
        """
        wanted = WantedProbability(name, _number(name, want), decades, own)
        self._check_value(
            "p_value",
            name,
            lambda answer, rows: judge_probability(answer, wanted, rows),
            wanted.value,
            credit=credit,
            mistakes=mistakes,
            label=label,
        )

    def log_likelihood(
        self,
        name: str,
        want: Any,
        *,
        absolute: float = LOG_LIKELIHOOD,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A log-likelihood, AIC, BIC or likelihood ratio: two decimals are enough, four digits are not.

        Rounding to significant digits is no excuse: −458.1 equals the fits that should be told apart.

        Args:
            name: the student's variable.
            want: the reference.
            absolute: the greatest difference that does not matter.
            own: computes the value that follows from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a value or a kind.
            label: what the feedback calls the check.

        Example:
            >>> with trying(log_likelihood=-458.1):
            ...     checks = Checks()
            ...     checks.log_likelihood("log_likelihood", -458.05704)
            0.5 of 1 points
              ◐ `log_likelihood`: partly right, 0.5 of 1 points
                  Found: -458.1
                  Hint: Rounded too far: keep at least two decimals, which tell one fit from another.
        """
        wanted = WantedLogLikelihood(name, _number(name, want), absolute, own)
        self._check_value(
            "log_likelihood",
            name,
            lambda answer, rows: judge_log_likelihood(answer, wanted, rows),
            wanted.value,
            credit=credit,
            mistakes=mistakes,
            label=label,
        )

    def named(
        self,
        name: str,
        want: Mapping[str, float] | pd.Series,
        *,
        measures: Mapping[str, str] | None = None,
        relative: float | Mapping[str, float] = 1e-4,
        absolute: float | Mapping[str, float] = 0.0,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        unit: str = "",
    ) -> None:
        """Several numbers by name, each worth an equal share: a dict, a Series, or a table with one row.

        Args:
            name: the student's variable.
            want: name → reference; further names in the answer make no difference.
            measures: name → ``"number"`` (default), ``"count"``, ``"p-value"`` or ``"log-likelihood"``.
            relative: tolerance relative to the reference, for all or by name.
            absolute: tolerance in the unit of the reference, for all or by name.
            credit: points.
            mistakes: rows, whose ``wrong`` gives numbers by name, perhaps only some of them, or a kind.
            label: what the feedback calls the check.
            unit: of the numbers.

        Example:
            >>> with trying(rates={"within": 0.017, "between": 0.05}):
            ...     checks = Checks()
            ...     checks.named("rates", {"within": 0.0169, "between": 0.611}, absolute=0.01)
            0.5 of 1 points
              ◐ `rates`: partly right, 0.5 of 1 points
                  Found: a dict with 2 entries
                  Hint: `between`: This is not the value that the data give.
        """
        wanted = wanted_values(name, want)
        names = tuple(cell[1] for cell in wanted)
        comparison = Comparison(names, measures or {}, relative, absolute)
        self._check_value(
            "named",
            name,
            lambda answer, rows: judge_cells(name, answer, wanted, read_values(names), comparison, rows),
            list(wanted.values()),
            credit=credit,
            mistakes=mistakes,
            label=label,
            unit=unit,
        )

    def named_table(
        self,
        name: str,
        want: pd.DataFrame,
        *,
        measures: Mapping[str, str] | None = None,
        relative: float | Mapping[str, float] = 1e-4,
        absolute: float | Mapping[str, float] = 0.0,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A table whose rows and columns have names, in any order; each cell is worth an equal share.

        The names of the rows may stand in the index or in a column. A table with rows and columns exchanged keeps
        three quarters.

        Args:
            name: the student's variable.
            want: the reference, rows named by its index; further rows and columns in the answer make no difference.
            measures: column → ``"number"`` (default), ``"count"``, ``"p-value"`` or ``"log-likelihood"``.
            relative: tolerance relative to the reference, for all columns or by column.
            absolute: tolerance in the unit of the reference, for all columns or by column.
            own: computes the table that follows from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a table, perhaps with some of the cells only, or a kind. A row of
                ``name.column`` gives a Series by row.
            label: what the feedback calls the check.

        Example:
            >>> reference = pd.DataFrame({"aic": [1906.293, 1802.079], "k": [3, 4]}, index=["ols", "intercept"])
            >>> answer = pd.DataFrame({"k": [4, 3], "aic": [1802.08, 1904.29]}, index=["intercept", "ols"])
            >>> with trying(comparison=answer):
            ...     checks = Checks()
            ...     checks.named_table("comparison", reference, measures={"aic": "log-likelihood", "k": "count"})
            0.75 of 1 points
              ◐ `comparison`: partly right, 0.75 of 1 points
                  Found: a DataFrame with 2 rows and 2 columns
                  Hint: `ols, aic`: This is not the value that the data give.
        """
        wanted = wanted_table(name, want)
        comparison = Comparison(tuple(dict.fromkeys(cell[1] for cell in wanted)), measures or {}, relative, absolute)
        self._check_value(
            "named_table",
            name,
            lambda answer, rows: judge_named_table(name, answer, wanted, comparison, rows, own),
            list(wanted.values()),
            credit=credit,
            mistakes=tuple(of_table(self._mistakes if mistakes is None else mistakes, name)),
            label=label,
        )

    def array(
        self,
        name: str,
        want: Any,
        *,
        scale: float | None = None,
        relative: float = 1e-4,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        unit: str = "",
    ) -> None:
        """Numbers in an order: a list, an array, a Series, or a table with one column or row.

        Where more than half of them are right, these earn a share.

        Args:
            name: the student's variable.
            want: the reference, at least two numbers.
            scale: 5e-4 of it is allowed besides ``relative``: the standard deviation of an effect that the numbers
                contain, in their unit.
            relative: tolerance relative to each number.
            own: computes the numbers that follow from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives an array or a kind.
            label: what the feedback calls the check.
            unit: of the numbers.

        Example:
            >>> with trying(prediction=[261.87, 272.34, 282.81]):
            ...     checks = Checks()
            ...     checks.array("prediction", [251.4051, 261.8724, 272.3397], unit="ms")
            0.25 of 1 points
              ◐ `prediction`: partly right, 0.25 of 1 points
                  Found: [261.87, 272.34, 282.81]
                  Hint: The values are shifted by one place.
        """
        wanted = WantedArray(name, as_floats(want), scale, relative, own)
        self._check_value(
            "array",
            name,
            lambda answer, rows: judge_array(answer, wanted, rows),
            wanted.values,
            credit=credit,
            mistakes=mistakes,
            label=label,
            unit=unit,
        )

    def rows(
        self,
        name: str,
        want: Any,
        keys: str | Sequence[str],
        *,
        of: pd.DataFrame | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A set of rows of a table, in any order: a table, tuples of keys, labels of its index, or a mask.

        Each missing and each surplus row costs a share.

        Args:
            name: the student's variable.
            want: the reference: a table with the key columns, or tuples of keys.
            keys: the column, or the columns, that tell each row from all others.
            of: the table that they are rows of; without it, labels of the index and masks cannot be understood.
            credit: points.
            mistakes: rows of misconceptions, whose ``wrong`` gives a set of rows or a kind.
            label: what the feedback calls the check.

        Example:
            >>> with trying(outliers=[(308, 7), (332, 6)]):
            ...     checks = Checks()
            ...     checks.rows("outliers", [(332, 6), (308, 7), (332, 9), (308, 5)], ["Subject", "Days"])
            0.5 of 1 points
              ◐ `outliers`: partly right, 0.5 of 1 points
                  Found: a list of 2 values
                  Hint: These rows are right, but some are missing.
        """
        columns = (keys,) if isinstance(keys, str) else tuple(keys)
        wanted = WantedRows(name, rows_of(want, columns), columns, of)
        self._check_value(
            "rows",
            name,
            lambda answer, rows: judge_rows(answer, wanted, rows),
            None,
            credit=credit,
            mistakes=mistakes,
            label=label,
        )


def _number(name: str, want: Any) -> float:
    number = as_number(want)
    if isinstance(number, Unfit):
        raise AuthorError(f"the reference of {name!r} must be one number, got {want!r}", want)
    return number

"""Several numbers that are called by name: values by name, and tables whose rows and columns have names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import islice
from typing import Any, Protocol

import pandas as pd

from autograder.checks.describe import describe
from autograder.checks.mistakes import NO_MISCONCEPTIONS, Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import Tolerance
from autograder.checks.values.containers import Unfit, as_number, is_usable, key, keys
from autograder.checks.values.number import CARRIED_HINT, Wanted, judge, own_result, unusable
from autograder.checks.values.scales import (
    LOG_LIKELIHOOD,
    WantedLogLikelihood,
    WantedProbability,
    judge_log_likelihood,
    judge_probability,
)
from autograder.checks.values.table import judge_count
from autograder.values.views import Record

TRANSPOSED_KEEPS = 0.75
_MOST_CELLS = 4  # names of cells before one hint
_MOST_LABELS = 10_000  # of rows or columns that are looked at
_MOST_NAMED = 3  # different hints in one line of the feedback

Cell = tuple[str, str]  # row and column as text; the row is "" for values by name


class Measure(Enum):
    """How the numbers of a column are compared; settings name it by its value, a text."""

    NUMBER = "number"  # tolerance, or rounded to four significant digits
    COUNT = "count"  # exactly
    P_VALUE = "p-value"  # on the scale of log10
    LOG_LIKELIHOOD = "log-likelihood"  # absolute tolerance without rounding: also AIC, BIC and their differences


@dataclass(frozen=True)
class Comparison:
    """How each column, or each named value, is compared.

    Attributes:
        columns: their names.
        measures: column → value of a :class:`Measure`; a column that is not named holds plain numbers.
        relative: tolerance as a share of the number, for all columns or by column.
        absolute: tolerance in the column's unit, likewise; for log-likelihoods 0 stands for 0.006.

    Raises:
        AuthorError: if a measure is unknown, or a setting names a column that there is not.
    """

    columns: tuple[str, ...]
    measures: Mapping[str, str] = field(default_factory=dict)
    relative: float | Mapping[str, float] = 1e-4
    absolute: float | Mapping[str, float] = 0.0

    def __post_init__(self) -> None:
        known = {measure.value for measure in Measure}
        for measure in self.measures.values():
            if measure not in known:
                raise AuthorError(f"a measure is one of {sorted(known)}, got {measure!r}", measure)
        for setting in (self.measures, self.relative, self.absolute):
            unknown = set(map(key, setting)) - set(self.columns) if isinstance(setting, Mapping) else set()
            if unknown:
                raise AuthorError(f"there is no {sorted(unknown)} among {list(self.columns)}", setting)

    def judge(self, column: str, name: str, answer: Any, want: float, rows: Misconceptions) -> Verdict:
        """The verdict on one cell.

        Args:
            column: whose measure and tolerance count.
            name: what hints call the cell.
            answer: the student's value in it.
            want: the reference.
            rows: misconceptions about this cell.
        """
        relative, absolute = _of(self.relative, column, 1e-4), _of(self.absolute, column, 0.0)
        match Measure(_of(self.measures, column, "number")):
            case Measure.COUNT:
                return judge_count(name, answer, int(want), rows)
            case Measure.P_VALUE:
                return judge_probability(answer, WantedProbability(name, want), rows)
            case Measure.LOG_LIKELIHOOD:
                wanted = WantedLogLikelihood(name, want, absolute or LOG_LIKELIHOOD)
                return judge_log_likelihood(answer, wanted, rows)
        return judge(answer, Wanted(name, want, Tolerance(relative, absolute)), rows)


def _of(setting: Any, column: str, default: Any) -> Any:
    if not isinstance(setting, Mapping):
        return setting
    return {key(name): value for name, value in setting.items()}.get(column, default)


class CellJudge(Protocol):
    """Judges single cells."""

    def judge(self, column: str, name: str, answer: Any, want: float, rows: Misconceptions, /) -> Verdict:
        """The verdict on one cell."""


Read = Callable[[Any], "dict[Cell, Any] | Unfit"]


def judge_cells(
    name: str, answer: Any, want: Mapping[Cell, float], read: Read, comparison: CellJudge, rows: Misconceptions
) -> Verdict:
    """Judge numbers by name; each is worth an equal share, and the hints say which of them are meant.

    A misconception that explains all numbers that it speaks of is told before one that fits a single number by chance.

    Args:
        name: the student's variable.
        answer: the student's value.
        want: cell → reference.
        read: takes a value apart into cells.
        comparison: of the columns.
        rows: misconceptions, whose values are read like an answer; they may have a part of the cells only.
    """
    got = read(answer)
    if isinstance(got, Unfit):
        return rows.named(unusable(name, answer, got.kind)).with_notes(rows.notes)
    whole = rows.those(lambda value: _explains(read(value), got, want, comparison))
    verdicts: dict[Cell, Verdict] = {}
    for cell, wanted in want.items():
        called = f"{name}[{', '.join(filter(None, cell))}]"
        if cell not in got:
            verdicts[cell] = wrong(hint="not found in your answer.", mistake="lost")
            continue
        for known in (whole, rows):
            verdicts[cell] = comparison.judge(cell[1], called, got[cell], wanted, known.part(_picker(read, cell)))
            if verdicts[cell].passed or set(whole.names) & set(verdicts[cell].mistake.split(", ")):
                break
    for cell, likely in _likelier(verdicts):
        called, some = f"{name}[{', '.join(filter(None, cell))}]", rows.part(_picker(read, cell)).only(likely)
        verdicts[cell] = comparison.judge(cell[1], called, got[cell], want[cell], some)
    together = replace(_together(verdicts), got=describe(answer), carries=_is_worth(verdicts, comparison))
    return together.with_notes(rows.notes)


def _is_worth(verdicts: Mapping[Cell, Verdict], comparison: CellJudge) -> bool:
    """Whether later parts may be built on the values: counts alone, which anybody reads off, are no result."""
    counted = Measure.COUNT.value
    measures = comparison.measures if isinstance(comparison, Comparison) else {}
    others = [one for (_, column), one in verdicts.items() if _of(measures, column, "number") != counted]
    return any(one.share > 0 for one in others or verdicts.values())


def _likelier(verdicts: Mapping[Cell, Verdict]) -> list[tuple[Cell, set[str]]]:
    """Cells that several misconceptions fit, with those that explain most of the other cells too."""
    names = {cell: verdict.mistake.split(", ") for cell, verdict in verdicts.items() if verdict.mistake}
    told = Counter(name for several in names.values() for name in several)
    likely = {
        cell: {one for one in several if told[one] == max(told[other] for other in several)}
        for cell, several in names.items()
    }
    return [(cell, some) for cell, some in likely.items() if len(some) < len(names[cell])]


def _explains(
    value: dict[Cell, Any] | Unfit, got: Mapping[Cell, Any], want: Mapping[Cell, float], comparison: CellJudge
) -> bool:
    """Whether the numbers that a misconception leads to are all in the answer."""
    if isinstance(value, Unfit):
        return False
    numbers = {cell: as_number(item) for cell, item in value.items() if cell in want}
    return bool(numbers) and all(
        cell in got
        and isinstance(number, float)
        and comparison.judge(cell[1], "", got[cell], number, NO_MISCONCEPTIONS).passed
        for cell, number in numbers.items()
    )


def judge_named_table(
    name: str,
    answer: Any,
    want: Mapping[Cell, float],
    comparison: Comparison,
    rows: Misconceptions,
    own: Callable[[], Any] | None = None,
) -> Verdict:
    """Judge a table with named rows and columns, in any order; one that is transposed keeps three quarters.

    Args:
        name: the student's variable.
        answer: its value.
        want: cell, as (row, column) → reference; see :func:`wanted_table`.
        comparison: of the columns.
        rows: misconceptions, whose values are tables with some of the rows and columns.
        own: gives the table that follows from the student's own earlier results, which is as good.
    """
    verdict = _judge_named_table(name, answer, want, comparison, rows)
    carried = None if verdict.passed else own_result(own)
    if not isinstance(carried, pd.DataFrame):
        return verdict
    try:
        follows = {cell: number for cell, number in wanted_table(name, carried).items() if cell in want}
    except AuthorError:
        return verdict  # the earlier results are the student's: they may be anything
    if len(follows) == len(want) and _judge_named_table(name, answer, follows, comparison, rows).passed:
        return right(describe(answer), CARRIED_HINT)
    return verdict


def _judge_named_table(
    name: str, answer: Any, want: Mapping[Cell, float], comparison: Comparison, rows: Misconceptions
) -> Verdict:
    lines = tuple(dict.fromkeys(row for row, _ in want))
    read = read_table(lines, comparison.columns)
    if not is_transposed(answer, lines, comparison.columns):
        return judge_cells(name, answer, want, read, comparison, rows)
    turned = read_table(comparison.columns, lines)

    def read_turned(value: Any) -> dict[Cell, Any] | Unfit:
        if not is_transposed(value, lines, comparison.columns):
            return read(value)  # a misconception's table
        cells = turned(value)
        return cells if isinstance(cells, Unfit) else {(row, column): item for (column, row), item in cells.items()}

    verdict = judge_cells(name, answer, want, read_turned, comparison, rows)
    share = TRANSPOSED_KEEPS * min(verdict.share, 1.0)
    hint = f"Rows and columns are exchanged: the rows should be {', '.join(lines)}. {verdict.hint}".strip()
    mistake = ", ".join(filter(None, ("transposed", verdict.mistake)))
    return replace(verdict, share=share, hint=hint, mistake=mistake)


def _picker(read: Read, cell: Cell) -> Callable[[Any], Any]:
    def pick(value: Any) -> Any:
        cells = read(value)
        return None if isinstance(cells, Unfit) else cells.get(cell)

    return pick


def _together(verdicts: Mapping[Cell, Verdict]) -> Verdict:
    """One verdict on all cells."""
    share = math.fsum(min(verdict.share, 1.0) for verdict in verdicts.values()) / len(verdicts)
    by_hint: dict[str, list[Cell]] = {}
    for cell, verdict in verdicts.items():
        if not verdict.passed:
            by_hint.setdefault(verdict.hint, []).append(cell)
    hints = [f"{_called(cells, list(verdicts))}: {hint}" for hint, cells in list(by_hint.items())[:_MOST_NAMED]]
    if len(by_hint) > _MOST_NAMED:
        rest = sum(len(cells) for cells in list(by_hint.values())[_MOST_NAMED:])
        hints.append(f"And {rest} more of the numbers are not right.")
    mistakes = dict.fromkeys(verdict.mistake for verdict in verdicts.values() if verdict.mistake)
    whole = all(verdict.passed for verdict in verdicts.values())
    return Verdict(1.0 if whole else min(share, 1 - 1e-9), hint=" ".join(hints), mistake=", ".join(mistakes))


def _called(cells: Sequence[Cell], everything: Sequence[Cell]) -> str:
    """What some of the cells are called: a column of a table that is among them as a whole by its own name."""
    rows = Counter(column for _, column in everything)
    lost = Counter(column for _, column in cells)
    whole = {column for column in lost if lost[column] == rows[column] > 1}
    names = [column if column in whole else ", ".join(filter(None, (row, column))) for row, column in cells]
    several = [f"`{name.replace('`', '')}`" for name in dict.fromkeys(names)]  # stand out where hints follow each other
    more = f"; and {len(several) - _MOST_CELLS} more" if len(several) > _MOST_CELLS + 1 else ""
    return "; ".join(several[:_MOST_CELLS] if more else several) + more


def wanted_values(name: str, want: Any) -> dict[Cell, float]:
    """The reference of values by name.

    Args:
        name: the student's variable, for messages.
        want: name → number.

    Returns:
        Cells without a row: ("", name) → number.

    Raises:
        AuthorError: if it is no mapping or Series of finite numbers, or a name occurs twice.
    """
    items = list(want.items()) if isinstance(want, Mapping | pd.Series) else []
    cells = {("", key(label)): as_number(value) for label, value in items}
    return _finite(name, cells, len(items))


def wanted_table(name: str, want: Any) -> dict[Cell, float]:
    """The reference of a table with named rows.

    Args:
        name: the student's variable, for messages.
        want: the rows named by the index.

    Raises:
        AuthorError: if it is no DataFrame of finite numbers, or a name occurs twice.
    """
    if not isinstance(want, pd.DataFrame):
        raise AuthorError(f"the reference of {name!r} must be a DataFrame with named rows, got {want!r}", want)
    cells = _cells_of_frame(want)
    return _finite(name, {cell: as_number(value) for cell, value in cells.items()}, want.size)


def _finite(name: str, cells: Mapping[Cell, float | Unfit], count: int) -> dict[Cell, float]:
    numbers = {cell: value for cell, value in cells.items() if isinstance(value, float) and math.isfinite(value)}
    if not numbers or len(numbers) != count:
        raise AuthorError(f"the reference of {name!r} needs one finite number for each of its names", cells)
    return numbers


def read_values(names: Sequence[str]) -> Read:
    """Reads a dict, a Series, a record, or a DataFrame with one row or column, by name."""

    def read(value: Any) -> dict[Cell, Any] | Unfit:
        if isinstance(value, Record):
            value = value.fields
        if isinstance(value, pd.DataFrame) and 1 in value.shape:
            value = value.iloc[0] if len(value) == 1 else value.iloc[:, 0]
        if isinstance(value, pd.Series):
            value = dict(zip(value.index, value, strict=True))
        if isinstance(value, Mapping):
            found = {_fold(label): item for label, item in value.items()}
            return {("", name): found[_fold(name)] for name in names if _fold(name) in found}
        return _unfit(value, "no-names")

    return read


def read_table(rows: Sequence[str], columns: Sequence[str]) -> Read:
    """Reads a DataFrame whose rows are named by the index or by a column, or a dict of dicts or Series."""

    def read(value: Any) -> dict[Cell, Any] | Unfit:
        if isinstance(value, Mapping) and value and all(isinstance(one, Mapping | pd.Series) for one in value.values()):
            value = pd.DataFrame({label: dict(one.items()) for label, one in value.items()})
        if not isinstance(value, pd.DataFrame):
            return _unfit(value, "no-table")
        return _named_cells(value, rows, columns)

    return read


def is_transposed(value: Any, rows: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a table has the columns' names in its rows, and the rows' names in its columns."""
    as_asked, turned = read_table(rows, columns)(value), read_table(columns, rows)(value)
    return isinstance(turned, dict) and isinstance(as_asked, dict) and len(turned) > len(as_asked)


def _fold(label: Any) -> str:
    return key(label).casefold()


def _unfit(value: Any, kind: str) -> Unfit:
    if not is_usable(value) or isinstance(value, str | bytes | bool):
        unfit = as_number(value)
        return unfit if isinstance(unfit, Unfit) else Unfit(kind)
    return Unfit(kind)


def _named_cells(table: pd.DataFrame, rows: Sequence[str], columns: Sequence[str]) -> dict[Cell, Any]:
    """The cells asked for; where the index does not name the rows, a column may."""
    names = _places(table.index, rows)
    for place in range(min(table.shape[1], _MOST_LABELS)) if not names else ():
        names = names or _places(table.iloc[:, place], rows)
    return {
        (row, column): table.iat[at, place]
        for column, place in _places(table.columns, columns).items()
        for row, at in names.items()
    }


def _places(labels: Iterable[Any], wanted: Sequence[str]) -> dict[str, int]:
    """Where the wanted labels stand; of equal ones the last."""
    found = {_fold(label): place for place, label in enumerate(islice(labels, _MOST_LABELS))}
    return {name: found[_fold(name)] for name in wanted if _fold(name) in found}


def _cells_of_frame(table: pd.DataFrame) -> dict[Cell, Any]:
    labels, columns = keys(table.index), keys(table.columns)
    return {
        (row, column): table.iat[at, place] for at, row in enumerate(labels) for place, column in enumerate(columns)
    }

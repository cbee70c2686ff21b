"""A student's own results as labeled numbers: what a written answer is compared with."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.values.containers import Unfit, as_floats, as_number, key
from autograder.values.views import Figure, Line, Model, Record
from autograder.written.vocabulary import Unit, Vocabulary

MAX_RESULTS = 600  # of one notebook
_MAX_ENTRIES = 60  # of one container
_MAX_COLUMNS = 8
_MAX_ROWS = 5_000
_MAX_LINES = 40
_NORMAL = 1.959963984540054  # the 97.5 % quantile
_MAX_PRINTED = 20_000  # characters
_MAX_PRINTED_NUMBERS = 400
_PRINTED = re.compile(r"(?<![A-Za-z0-9_.])[-−]?[0-9]{1,15}(?:\.([0-9]{1,15}))?(?:e[-+][0-9]{1,2})?(?![A-Za-z0-9_])")


class Origin(Enum):
    """Where a number comes from, which decides what may be said of one that is near to it."""

    VARIABLE = auto()  # a variable that holds one number
    ENTRY = auto()  # one of many in a container, known by its key
    ESTIMATE = auto()  # of a fitted model
    BACKGROUND = auto()  # of the data, of a figure, or printed: agrees, and nothing else


@dataclass(frozen=True)
class StudentResult:
    """One number that the student's code computed."""

    label: str  # "group_variance", "random_effects[337]"
    value: float  # finite, in its unit
    unit: Unit  # the empty one where no test declares it
    origin: Origin
    key: str = ""  # of an entry: "337"
    step: float = 0.0  # what was printed is only known to this


def results_of(
    values: Mapping[str, Any], units: Mapping[str, str], vocabulary: Vocabulary
) -> tuple[StudentResult, ...]:
    """The numbers in variables that tests asked for.

    Args:
        values: by name, decoded.
        units: by name, as far as tests declare them.
        vocabulary: of the course.
    """
    found: list[StudentResult] = []
    for name, value in values.items():
        found.extend(_of(name, value, vocabulary.declared(units.get(name, ""))))
    return tuple(found[:MAX_RESULTS])


def _of(name: str, value: Any, unit: Unit) -> Iterator[StudentResult]:
    name = name.replace("`", "")
    match value:
        case Model():
            yield from _of_model(name, value, unit)
        case pd.DataFrame() | pd.Series() | np.ndarray() if value.size == 1:  # as `cov_re` holds one variance
            yield from _number(name, value, unit)
        case pd.DataFrame() if value.size > _MAX_ENTRIES:
            yield from of_table(name, value)
        case pd.DataFrame():
            cells = ((f"{row}, {column}", value.iat[i, j]) for i, row in enumerate(value.index)
                     for j, column in enumerate(value.columns))  # fmt: skip
            yield from _entries(name, cells, unit)
        case pd.Series():
            yield from _entries(name, value.iloc[:_MAX_ENTRIES].items(), unit)
        case Mapping():
            yield from _entries(name, value.items(), unit)
        case Record():
            yield from _entries(name, value.fields.items(), unit, "{}.{}")
        case np.ndarray() if value.ndim == 1:
            yield from _entries(name, enumerate(value[:_MAX_ENTRIES].tolist()), unit)
        case list() | tuple() if len(value) > 1:
            yield from _entries(name, enumerate(value), unit)
        case _:
            yield from _number(name, value, unit)


def _number(name: str, value: Any, unit: Unit) -> Iterator[StudentResult]:
    number = as_number(value)
    if not isinstance(number, Unfit) and math.isfinite(number):
        yield StudentResult(name, number, unit, Origin.VARIABLE)


def _entries(name: str, items: Iterable[tuple[Any, Any]], unit: Unit, form: str = "{}[{}]") -> Iterator[StudentResult]:
    for place, (label, value) in enumerate(items):
        if place >= _MAX_ENTRIES:
            return
        number = as_number(value)
        if not isinstance(number, Unfit) and math.isfinite(number):
            shown = key(label)[:40].replace("`", "")
            yield StudentResult(form.format(name, shown), number, unit, Origin.ENTRY, shown)


def _of_model(name: str, model: Model, unit: Unit) -> Iterator[StudentResult]:
    fixed = "params" if model.fe_params is None else "fe_params"
    estimates: dict[str, Any] = {"scale": model.scale, "rsquared": model.rsquared, fixed: getattr(model, fixed)}
    if model.cov_re is not None and model.cov_re.size <= 4:
        estimates["cov_re"] = model.cov_re
    beside: dict[str, Any] = {"bse": model.bse, "params": model.params, "llf": model.llf, "nobs": model.nobs}
    for origin, fields in ((Origin.ESTIMATE, estimates), (Origin.BACKGROUND, beside)):
        for field, value in fields.items():
            for result in _of(f"{name}.{field}", value, Unit()):
                yield replace(result, origin=origin, key="")
    for label, number in _tests(model):
        if math.isfinite(number):
            yield StudentResult(f"{name}, {label}", number, Unit(), Origin.BACKGROUND)
    yield from _entries(f"{name}.random_effects", (model.random_effects or {}).items(), unit)


def _tests(model: Model) -> Iterator[tuple[str, float]]:
    """What a summary prints beside the estimates: t, its square, and 95 % intervals."""
    if model.bse is None or len(model.bse) != len(model.params) or len(model.params) > _MAX_ENTRIES:
        return
    from scipy.special import stdtrit  # loaded when it is first needed, as it takes long

    estimates, errors = model.params.to_numpy(dtype=float), model.bse.to_numpy(dtype=float)
    degrees = model.df_resid if model.df_resid is not None and model.df_resid > 0 else math.inf
    wide = float(stdtrit(degrees, 0.975)) if math.isfinite(degrees) and model.cov_re is None else _NORMAL
    with np.errstate(all="ignore"):
        t = estimates / errors
        numbers = {"t": t, "F": t**2, "interval from": estimates - wide * errors, "to": estimates + wide * errors}
    for label, values in numbers.items():
        yield from ((label, float(value)) for value in values)


def of_table(name: str, table: pd.DataFrame) -> Iterator[StudentResult]:
    """What people say of a table: its size, and of each column of numbers where it lies and how far it spreads.

    Args:
        name: of the table, in the labels of the results.
        table: missing values are left out; the spread is divided by n - 1.
    """
    about = {f"rows of {name}": float(len(table))}
    for column in list(table.columns)[:_MAX_COLUMNS]:
        values = as_floats(table[column].iloc[:_MAX_ROWS]) if table.columns.is_unique else np.empty(0)
        values = values[np.isfinite(values)]
        if not values.size:
            continue
        low, first, middle, third, high = np.quantile(values, (0, 0.25, 0.5, 0.75, 1))
        spread = float(np.std(values, ddof=1)) if values.size > 1 else 0.0
        numbers = {"smallest": low, "lower quartile": first, "median": middle, "upper quartile": third, "largest": high}
        numbers |= {"mean": np.mean(values), "standard deviation": spread, "range": high - low, "iqr": third - first}
        about |= {f"{what} of {name}[{column}]": float(number) for what, number in numbers.items()}
    for label, number in about.items():
        if math.isfinite(number):
            yield StudentResult(label, number, Unit(), Origin.BACKGROUND)


def identifiers(table: pd.DataFrame) -> frozenset[float]:
    """Whole numbers that stand for something in a table: those of columns in which each occurs several times."""
    found: set[float] = set()
    for column in list(table.columns)[:_MAX_COLUMNS]:
        values = as_floats(table[column].iloc[:_MAX_ROWS]) if table.columns.is_unique else np.empty(0)
        values = values[np.isfinite(values)]
        different = np.unique(values)
        if 0 < different.size <= min(values.size // 2, 500) and bool(np.all(different == np.round(different))):
            found.update(different.tolist())
    return frozenset(found)


def of_figures(figures: Sequence[Figure]) -> Iterator[StudentResult]:
    """Heights and slopes of the straight lines in figures, which people read off."""
    lines = [line for figure in figures for axes in figure.axes for line in axes.lines if line.joined]
    for line in lines[:_MAX_LINES]:
        for label, number in _straight(line):
            if math.isfinite(number):
                yield StudentResult(f"{label} of a line", float(number), Unit(), Origin.BACKGROUND)


def _straight(line: Line) -> Iterator[tuple[str, float]]:
    if len(line.x) < 2 or not np.all(np.isfinite(line.x[[0, -1]])) or line.x[0] == line.x[-1]:
        return
    slope = (line.y[-1] - line.y[0]) / (line.x[-1] - line.x[0])
    yield from (("start", line.y[0]), ("end", line.y[-1]), ("slope", slope))


def of_printed(text: str) -> Iterator[StudentResult]:
    """The numbers of what a notebook printed, the last ones of a long text."""
    found = list(_PRINTED.finditer(text[-_MAX_PRINTED:]))[-_MAX_PRINTED_NUMBERS:]
    for one in dict.fromkeys((number[0], number[1] or "") for number in found):
        value = float(one[0].replace("−", "-"))
        yield StudentResult(
            "printed", value, Unit(), Origin.BACKGROUND, step=10.0 ** -len(one[1]) if "e" not in one[0] else 0.0
        )

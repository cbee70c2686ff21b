"""What goes wrong with the table ``shrinkage`` of assignment 9; a wrong column is called ``shrinkage.column``.

A wrong factor, or a wrong raw deviation, shows in the random effect too where this was calculated as their product.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pandas as pd

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.least_squares import fit_line
from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.schools.models import as_asked, of_few, of_few_by_ml
from lmmsolutions.lessons.schools.solution import COLUMNS, shrinkage, table_of

type_of_column = Callable[[pd.DataFrame, pd.DataFrame], "pd.Series[float]"]
type_of_change = Callable[[pd.DataFrame, MixedFit], "pd.Series[float]"]


def _column(change: type_of_change) -> type_of_column:
    """Another column of the table, from the right one and the fit; empty where there is no fit."""

    def wrong(schools: pd.DataFrame, few: pd.DataFrame) -> pd.Series[float]:
        fit = of_few(schools, few)
        return pd.Series(dtype=float) if fit is None else change(shrinkage(table_of(few), fit), fit)

    return wrong


def _kept(t: pd.DataFrame, between: float, within: float) -> pd.Series[float]:
    return pd.Series(0 * t["factor"] + between / (between + within))


def _of_size(n: Callable[[pd.DataFrame], float]) -> type_of_change:
    """The factor with one number of pupils for all."""
    return lambda t, fit: _kept(t, n(t) * fit.group_variance, fit.residual_variance)


def _of_roots(t: pd.DataFrame, fit: MixedFit) -> pd.Series[float]:
    between, within = math.sqrt(fit.group_variance), math.sqrt(fit.residual_variance)
    return pd.Series(t["n"] * between / (t["n"] * between + within))


def _counted_twice(t: pd.DataFrame, fit: MixedFit) -> pd.Series[float]:
    return pd.Series(t["n"] * fit.group_variance / (t["n"] * fit.group_variance + fit.residual_variance / t["n"]))


def _distances(few: pd.DataFrame, intercept: float, slope: float) -> pd.Series[float]:
    """Each school's mean distance from a line."""
    table = table_of(few)
    return pd.Series((table["score"] - intercept - slope * table["hours"]).groupby(table["school"]).mean())


def _from_grand_mean(_schools: pd.DataFrame, few: pd.DataFrame) -> pd.Series[float]:
    return _distances(few, float(table_of(few)["score"].mean()), 0.0)


def _from_line_of_full_table(schools: pd.DataFrame, few: pd.DataFrame) -> pd.Series[float]:
    fit = as_asked(schools, few)
    if fit is None:
        return pd.Series(dtype=float)
    return _distances(few, float(fit.fixed["Intercept"]), float(fit.fixed["hours"]))


def _from_least_squares(_schools: pd.DataFrame, few: pd.DataFrame) -> pd.Series[float]:
    line = fit_line(table_of(few)["hours"], table_of(few)["score"])
    return _distances(few, line.intercept, line.slope)


def _full_table(column: str) -> type_of_column:
    def wrong(schools: pd.DataFrame, few: pd.DataFrame) -> pd.Series[float]:
        fit = as_asked(schools, few)
        return pd.Series(dtype=float) if fit is None else shrinkage(table_of(schools), fit)[column]

    return wrong


def _by_ml(column: str) -> type_of_column:
    def wrong(schools: pd.DataFrame, few: pd.DataFrame) -> pd.Series[float]:
        fit = of_few_by_ml(schools, few)
        return pd.Series(dtype=float) if fit is None else shrinkage(table_of(few), fit)[column]

    return wrong


def _times_factor(raw: type_of_column) -> type_of_column:
    return lambda schools, few: _column(lambda t, _: t["factor"])(schools, few) * raw(schools, few)


_SIZE = "The factor depends on how many pupils the school itself has. How many are they?"
_ONE_MINUS = "This is the share that is taken away. The factor is what is left of the deviation."
_ROOTS = "Square roots went into the factor. It weighs variances, and standard deviations do not add up."
_ONCE = "The number of pupils enters the factor once: it divides the residual variance, or multiplies the other one."
_GRAND_MEAN = "Pupils who do more homework score more. Take that off first: distances are from the population line."
_OTHER_LINE = "The distances are from the line of another fit. Which table, and which model, give the line here?"
_FULL = "These numbers belong to the other table. Which table was asked for?"
_TWICE = "The deviation was pulled toward zero twice. The random effect is pulled already."
_INTERCEPT = "This is a whole intercept of the school. A random effect is only the deviation from the fixed intercept."

_FACTORS: tuple[tuple[str, type_of_change, float, str], ...] = (
    ("as many pupils in every school", _of_size(lambda t: float(t["n"].max())), 0.5, _SIZE),
    ("all pupils", _of_size(lambda t: float(t["n"].sum())), 0.25, _SIZE),
    ("pupils forgotten", _of_size(lambda _: 1.0), 0.5, _SIZE),
    ("pupils counted twice", _counted_twice, 0.5, _ONCE),
    ("share taken away", lambda t, _: 1 - t["factor"], 0.5, _ONE_MINUS),
    ("standard deviations", _of_roots, 0.5, _ROOTS),
)
_RAWS: tuple[tuple[str, type_of_column, float, str], ...] = (
    ("from the grand mean", _from_grand_mean, 0.5, _GRAND_MEAN),
    ("line of the full table", _from_line_of_full_table, 0.5, _OTHER_LINE),
    ("line of least squares", _from_least_squares, 0.5, _OTHER_LINE),
)


def _times_raw(factor: type_of_change) -> type_of_column:
    return _column(lambda t, fit: factor(t, fit) * t["raw"])


def _products() -> Iterator[Mistake]:
    """A wrong factor or raw deviation, and the random effect that is calculated with it."""
    for name, factor, keeps, hint in _FACTORS:
        yield Mistake(name, "shrinkage.factor", _column(factor), keeps, hint)
        yield Mistake(name, "shrinkage.blup", _times_raw(factor), keeps, hint)
    for name, raw, keeps, hint in _RAWS:
        yield Mistake(name, "shrinkage.raw", raw, keeps, hint)
        yield Mistake(name, "shrinkage.blup", _times_factor(raw), keeps, hint)


SHRINKAGE_MISTAKES: tuple[Mistake, ...] = (
    *_products(),
    *(Mistake("full table", f"shrinkage.{column}", _full_table(column), 0.25, _FULL) for column in COLUMNS),
    *(
        Mistake("ML for REML", f"shrinkage.{column}", _by_ml(column), 0.5, hints.ML)
        for column in ("raw", "factor", "blup")
    ),
    Mistake("no shrinkage", "shrinkage.blup", _column(lambda t, _: t["raw"]), 0.25, hints.NO_SHRINKAGE),
    Mistake("shrunk twice", "shrinkage.blup", _column(lambda t, _: t["factor"] * t["blup"]), 0.5, _TWICE),
    Mistake(
        "fixed intercept added",
        "shrinkage.blup",
        _column(lambda t, fit: t["blup"] + float(fit.fixed["Intercept"])),
        0.5,
        _INTERCEPT,
    ),
)

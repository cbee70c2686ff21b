"""Assignment 1: the table, its size and its ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.results import Means, Mistake, type_of_numbers

# What the axis of a histogram's heights may be called.
HEIGHTS = ("count", "number", "freq", "density", "share", "proportion", "percent", "%", "#", "how many")


@dataclass(frozen=True, eq=False)
class DataOverview:
    """Assignment 1: what the table holds."""

    sleep_study_data: Annotated[pd.DataFrame, Means("the table as loaded")]
    first_rows: Annotated[pd.DataFrame, Means("its first five rows")]
    data_shape: Annotated[tuple[int, int], Means("number of rows, number of columns")]
    days_min: Annotated[float, Means("smallest value of Days", "days")]
    days_max: Annotated[float, Means("largest value of Days", "days")]
    reaction_min: Annotated[float, Means("smallest value of Reaction", "ms")]
    reaction_max: Annotated[float, Means("largest value of Reaction", "ms")]

    @property
    def histogram(self) -> type_of_numbers:
        """What the histogram shows: Reaction, ms, without missing values."""
        return self.sleep_study_data["Reaction"].dropna()


@cached_by_content
def solve(data: pd.DataFrame) -> DataOverview:
    """First rows, size and ranges of the table; missing values do not count for the ranges.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``, with whatever gaps.

    Raises:
        KeyError: Days or Reaction is missing.
    """
    return DataOverview(
        sleep_study_data=data.copy(),
        first_rows=data.head(),
        data_shape=(len(data), len(data.columns)),
        days_min=float(data["Days"].min()),
        days_max=float(data["Days"].max()),
        reaction_min=float(data["Reaction"].min()),
        reaction_max=float(data["Reaction"].max()),
    )


_EXCHANGED = "You gave the largest value as the smallest, or the other way round. Look again at which is which."
_COLUMN = "This is the extreme of another column. Compare the name of the variable with the column you used."
_FIRST_ROWS = "This is the extreme of the first rows only. The question is about the whole table, not the part shown."
_MEAN = "This is the mean of the column. The question asks for an extreme value."
_QUARTILE = "This is a quartile, a row of `describe()` marked by a percentage. The extremes stand in other rows."
_POSITION = "This is the row at which the extreme stands (as `idxmin` or `idxmax` tell), not the value itself."
_RANGE = "This is the distance from the smallest to the largest value. Give the two values themselves."
_DISTINCT = "This is how many different values there are, not the largest of them."
_COUNT = "This is how many values there are, not the largest of them."
_ONE_ROW = "This is the value in the last row. The table is not sorted by this column."
_HISTOGRAM = "The histogram shows another column. Check which column you plotted, whatever the axis label says."
_FIRST_ROWS_SHOWN = "The histogram shows the first rows only. Plot the whole column."
_SECONDS = "You changed the unit to seconds. Give Reaction in the unit of the data, milliseconds."


def _range_mistakes(quantity: str, column: str, which: str, exchanged: str, other_column: str) -> tuple[Mistake, ...]:
    """What goes wrong with any of the four ranges."""

    def extreme(data: pd.DataFrame, name: str, method: str) -> float:
        return float(getattr(data[name], method)())

    quartile = 0.25 if which == "min" else 0.75
    return (
        Mistake("minimum and maximum exchanged", quantity, lambda d: extreme(d, column, exchanged), 0.5, _EXCHANGED),
        Mistake("wrong column", quantity, lambda d: extreme(d, other_column, which), 0.25, _COLUMN),
        Mistake("extreme of Subject", quantity, lambda d: extreme(d, "Subject", which), 0.25, _COLUMN),
        Mistake("mean instead of extreme", quantity, lambda d: extreme(d, column, "mean"), 0.0, _MEAN),
        Mistake(
            "quartile instead of extreme", quantity, lambda d: float(d[column].quantile(quartile)), 0.25, _QUARTILE
        ),
    )


def _header_as_row(data: pd.DataFrame) -> tuple[int, int]:
    return len(data) + 1, len(data.columns)


MISTAKES: tuple[Mistake, ...] = (
    *_range_mistakes("days_min", "Days", "min", "max", "Reaction"),
    *_range_mistakes("days_max", "Days", "max", "min", "Reaction"),
    *_range_mistakes("reaction_min", "Reaction", "min", "max", "Days"),
    *_range_mistakes("reaction_max", "Reaction", "max", "min", "Days"),
    Mistake("first rows only", "days_max", lambda d: float(d["Days"].head().max()), 0.25, _FIRST_ROWS),
    Mistake("number of distinct values", "days_max", lambda d: float(d["Days"].nunique()), 0.25, _DISTINCT),
    Mistake("number of values", "days_max", lambda d: float(d["Days"].count()), 0.0, _COUNT),
    Mistake("first rows only", "reaction_min", lambda d: float(d["Reaction"].head().min()), 0.25, _FIRST_ROWS),
    Mistake("first rows only", "reaction_max", lambda d: float(d["Reaction"].head().max()), 0.25, _FIRST_ROWS),
    Mistake("value in the last row", "reaction_max", lambda d: float(d["Reaction"].iloc[-1]), 0.0, _ONE_ROW),
    Mistake(
        "row of the extreme",
        "reaction_min",
        lambda d: float(np.nanargmin(d["Reaction"].to_numpy(float))),
        0.25,
        _POSITION,
    ),
    Mistake(
        "row of the extreme",
        "reaction_max",
        lambda d: float(np.nanargmax(d["Reaction"].to_numpy(float))),
        0.25,
        _POSITION,
    ),
    Mistake(
        "range instead of extreme",
        "reaction_max",
        lambda d: float(d["Reaction"].max() - d["Reaction"].min()),
        0.25,
        _RANGE,
    ),
    Mistake("seconds instead of ms", "reaction_min", lambda d: float(d["Reaction"].min()) / 1000, 0.75, _SECONDS),
    Mistake("seconds instead of ms", "reaction_max", lambda d: float(d["Reaction"].max()) / 1000, 0.75, _SECONDS),
    Mistake(
        "rows and columns exchanged",
        "data_shape",
        lambda d: (len(d.columns), len(d)),
        0.5,
        "The order is exchanged: pandas gives the number of rows first, then the number of columns.",
    ),
    Mistake(
        "number of cells",
        "data_shape",
        lambda d: int(d.size),
        0.25,
        "This is the number of cells (`size`). The question asks for the rows and the columns separately.",
    ),
    Mistake(
        "number of rows alone",
        "data_shape",
        lambda d: len(d),
        0.5,
        "This is the number of rows alone. The number of columns belongs to the size as well.",
    ),
    Mistake(
        "shape of the first rows",
        "data_shape",
        lambda d: d.head().shape,
        0.25,
        "This is the size of the part that you displayed, not of the whole table.",
    ),
    Mistake(
        "header read as a row",
        "data_shape",
        _header_as_row,
        0.5,
        "One row too many: the line with the column names was read as data (`header=None` does that).",
    ),
    Mistake(
        "first data row read as header",
        "data_shape",
        lambda d: (len(d) - 1, len(d.columns)),
        0.5,
        "One row too few: the first row of data was left out or taken for the column names.",
    ),
    Mistake(
        "a column used as the index",
        "data_shape",
        lambda d: (len(d), len(d.columns) - 1),
        0.5,
        "One column too few: a column of the file became the index (`index_col` does that) and is no longer counted.",
    ),
    Mistake(
        "index counted as a column",
        "data_shape",
        lambda d: (len(d), len(d.columns) + 1),
        0.5,
        "One column too many: the row labels became a column (`reset_index` does that).",
    ),
    Mistake(
        "last rows",
        "first_rows",
        lambda d: d.tail(),
        0.25,
        "These are the last rows of the table. The question asks for the first ones.",
    ),
    Mistake(
        "ten rows",
        "first_rows",
        lambda d: d.head(10),
        0.5,
        "You show more rows than the question asks for.",
    ),
    Mistake(
        "label slice includes its end",
        "first_rows",
        lambda d: d.head(6),
        0.5,
        "One row too many: a slice by labels (`loc`) includes its end, other than a slice by positions.",
    ),
    Mistake(
        "one row too few",
        "first_rows",
        lambda d: d.head(4),
        0.5,
        "One row too few: a slice by positions leaves its end out.",
    ),
    Mistake(
        "first row left out",
        "first_rows",
        lambda d: d.iloc[1:6],
        0.5,
        "The first row is missing: Python counts from zero.",
    ),
    Mistake(
        "sorted before",
        "first_rows",
        lambda d: d.sort_values("Reaction", kind="stable").head(),
        0.25,
        "These rows come from a sorted table. Show the first rows in the order of the file.",
    ),
    Mistake(
        "the whole table",
        "first_rows",
        lambda d: d.copy(),
        0.25,
        "This is the whole table. The question asks for its first rows only.",
    ),
    Mistake(
        "only the first rows kept",
        "sleep_study_data",
        lambda d: d.head(),
        0.25,
        "You overwrote the table with its first rows. Keep the whole table under this name.",
    ),
    Mistake(
        "a column used as the index",
        "sleep_study_data",
        lambda d: d.iloc[:, 1:],
        0.5,
        "A column of the file is missing, for example because it was read as the index (`index_col`).",
    ),
    Mistake("Days for Reaction", "histogram", lambda d: d["Days"].dropna(), 0.25, _HISTOGRAM),
    Mistake("Subject for Reaction", "histogram", lambda d: d["Subject"].dropna(), 0.25, _HISTOGRAM),
    Mistake(
        "means of the subjects",
        "histogram",
        lambda d: d.groupby("Subject")["Reaction"].mean().dropna(),
        0.25,
        "The histogram shows one mean for each subject. Plot the single reaction times, so that all of them are seen.",
    ),
    Mistake("first rows only", "histogram", lambda d: d["Reaction"].head().dropna(), 0.25, _FIRST_ROWS_SHOWN),
)

"""Clean data, and the correlation of Days and Reaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.results import Means, type_of_numbers

CHECKED = ["Reaction", "Subject"]  # the columns in which a zero is a faulty value


@dataclass(frozen=True, eq=False)
class Correlation:
    """Assignment 2: clean data and the correlation of Days and Reaction."""

    n_missing: Annotated[int, Means("missing values in Reaction and Subject together", "values")]
    n_zero: Annotated[int, Means("zeros in Reaction and Subject together", "values")]
    clean: Annotated[pd.DataFrame, Means("the rows without such values (the student's sleep_study_data)")]
    correlation: Annotated[float, Means("Pearson's r between Days and Reaction in the clean rows")]

    @property
    def sleep_study_data(self) -> pd.DataFrame:
        """``clean`` under the name that students give it."""
        return self.clean

    @property
    def scatter(self) -> tuple[type_of_numbers, type_of_numbers]:
        """What the scatter plot shows: Days and Reaction (ms) of the clean rows."""
        return self.clean["Days"], self.clean["Reaction"]


@cached_by_content
def solve(data: pd.DataFrame) -> Correlation:
    """Count missing values and zeros in Reaction and Subject, leave out their rows, and correlate Days with Reaction.

    Zero is a missing-value code here: no reaction takes no time, and no subject has the number zero.  Day 0 is a day.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``, with whatever gaps.

    Raises:
        KeyError: a column is missing.
    """
    checked = data[CHECKED]
    missing, zero = checked.isna(), checked == 0
    clean = data[~(missing | zero).any(axis=1)].copy()
    return Correlation(
        n_missing=int(missing.to_numpy().sum()),
        n_zero=int(zero.to_numpy().sum()),
        clean=clean,
        correlation=pearson(clean["Days"], clean["Reaction"]),
    )


def pearson(x: pd.Series[float], y: pd.Series[float]) -> float:
    """Pearson's r over the complete pairs; NaN where one of the two is constant.

    Args:
        x: numbers, missing ones allowed.
        y: the same; pairs are made by the index.

    Example:
        >>> round(pearson(pd.Series([1.0, 2.0, 3.0, None]), pd.Series([2.0, 1.0, 4.0, 9.0])), 6)
        0.654654
    """
    both = pd.DataFrame({"x": x, "y": y}).astype(float).dropna()
    deviations = both - both.mean()
    squares = np.square(deviations).sum()
    scale = float(np.sqrt(squares["x"] * squares["y"]))
    return float((deviations["x"] * deviations["y"]).sum()) / scale if scale else float("nan")

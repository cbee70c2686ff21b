"""Repeats of the same athletes in a t-test: too cautious, or far too bold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from scipy import stats

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.results import Means, type_of_numbers
from lmmsolutions.lessons.clusters.rejection import SD, between, within

DESIGNS = ("within", "between", "slopes")
ROWS, REPEATS, ICC = 200, 25, 0.5  # of 7d


@dataclass(frozen=True, eq=False)
class Clusters:
    """The answers of assignment 7."""

    t_naive: Annotated[float, Means("t of all repeats, high - low session, equal variances")]
    p_naive: Annotated[float, Means("its two-sided p-value")]
    t_means: Annotated[float, Means("t of the athletes' session means, paired, high - low")]
    p_means: Annotated[float, Means("its two-sided p-value")]
    false_positives: Annotated[type_of_numbers, Means("share of studies without an effect with p < 0.05")]
    design_effect: Annotated[float, Means("variance of a mean, relative to independent rows")]
    effective_n: Annotated[float, Means("independent rows that are worth as much", "rows")]


@cached_by_content
def solve(athletes: pd.DataFrame) -> Clusters:
    """Test the same table twice, and tell how often such tests reject where there is nothing.

    The design effect of a mean over groups of n rows is 1 + (n - 1) · ICC (Kish 1965, *Survey Sampling*, ch. 5).

    Args:
        athletes: columns ``athlete_id``, ``session_high`` (0 or 1; each athlete has both) and ``correctness`` (score).

    Returns:
        The answers; ``false_positives`` has the rows "within", "between" and "slopes". They, the design effect and the
        effective n belong to studies that the task describes, and do not depend on the data.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
    """
    table = table_of(athletes)
    high, low = sessions(table)
    naive = stats.ttest_ind(high, low)
    means = means_of(table)
    paired = stats.ttest_rel(means[1.0], means[0.0])
    effect = 1 + (REPEATS - 1) * ICC
    return Clusters(
        t_naive=float(naive.statistic),
        p_naive=float(naive.pvalue),
        t_means=float(paired.statistic),
        p_means=float(paired.pvalue),
        false_positives=rates(within().rejects(), between().rejects(), within(sd_effect=SD).rejects()),
        design_effect=effect,
        effective_n=ROWS / effect,
    )


def rates(*shares: float) -> pd.Series[float]:
    """The shares of the three designs by name."""
    return pd.Series(dict(zip(DESIGNS, shares, strict=True))).rename_axis("design")


def table_of(athletes: pd.DataFrame) -> pd.DataFrame:
    """The columns that are tested, checked."""
    return require(athletes, "correctness", "session_high", labels=["athlete_id"])


def sessions(table: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Scores of the high and of the low session."""
    return table["correctness"][table["session_high"] == 1], table["correctness"][table["session_high"] == 0]


def means_of(table: pd.DataFrame) -> pd.DataFrame:
    """Mean score by athlete and session."""
    return table.pivot_table(index="athlete_id", columns="session_high", values="correctness")

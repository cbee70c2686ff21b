"""What goes wrong with cleaning and correlation.

``MISTAKES`` show on any data; ``MISTAKES_IN_CLEANING`` only where there is something to clean, which the published
data do not have.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import pearsonr

from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons.correlation.solution import CHECKED, pearson, solve


def _rank(data: pd.DataFrame, method: str) -> float:
    """Spearman's or Kendall's coefficient in the clean rows."""
    clean = solve(data).clean
    return float(clean["Days"].corr(clean["Reaction"], method=method))  # type: ignore[arg-type]  # stubs want a Literal


def _moments(data: pd.DataFrame) -> tuple[float, float, float]:
    """Covariance of Days and Reaction (ms · days), standard deviations of Days and of Reaction."""
    clean = solve(data).clean[["Days", "Reaction"]].astype(float).dropna()
    return float(clean["Days"].cov(clean["Reaction"])), float(clean["Days"].std()), float(clean["Reaction"].std())


def _slope(data: pd.DataFrame) -> float:
    covariance, sd_days, _ = _moments(data)
    return covariance / sd_days**2


def _p_value(data: pd.DataFrame) -> float:
    """Two-sided p-value of Pearson's r."""
    clean = solve(data).clean[["Days", "Reaction"]].astype(float).dropna()
    return float(pearsonr(clean["Days"], clean["Reaction"]).pvalue)


def _mean_within_subjects(data: pd.DataFrame) -> float:
    clean = solve(data).clean
    return float(np.nanmean([pearson(rows["Days"], rows["Reaction"]) for _, rows in clean.groupby("Subject")]))


def _of_daily_means(data: pd.DataFrame) -> float:
    return pearson(*_daily_means(data))


def _without_first_day(data: pd.DataFrame) -> pd.DataFrame:
    return solve(data).clean.query("Days != 0")


def _without_training(data: pd.DataFrame) -> pd.DataFrame:
    """Without days 0 and 1."""
    return solve(data).clean.query("Days > 1")


def _without_outliers(data: pd.DataFrame) -> float:
    """Pearson's r without the reaction times beyond the whiskers of a box plot."""
    clean = solve(data).clean
    lower, upper = clean["Reaction"].quantile([0.25, 0.75])
    reach = 1.5 * (upper - lower)
    kept = clean[clean["Reaction"].between(lower - reach, upper + reach)]
    return pearson(kept["Days"], kept["Reaction"])


def _points(data: pd.DataFrame, x: str, y: str) -> tuple[pd.Series[float], pd.Series[float]]:
    """Two columns of the complete rows."""
    complete = data[[x, y]].dropna()
    return complete[x], complete[y]


def _daily_means(data: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    means = solve(data).clean.groupby("Days")["Reaction"].mean()
    return means.index.to_series(), means


def _faulty(data: pd.DataFrame) -> pd.Series[bool]:
    """True where Reaction or Subject is missing or zero."""
    checked = data[CHECKED]
    return (checked.isna() | (checked == 0)).any(axis=1)


_DAY_ZERO = (
    "You took the zeros in Days for faulty. The first day is numbered zero; only Reaction and Subject are checked."
)
_TRAINING = (
    "The first two days are missing. They were days of training, but the question removes rows with faulty values only."
)
_OUTLIERS = (
    "Large reaction times were removed. They are what the study found; only missing values and zeros are faulty here."
)
_PRESENT = "You counted the values that are in order, not the faulty ones."
_OTHER_COLUMN = "The subject numbers are plotted; they are only names. Check which two columns you passed."
_N_ROWS = "This is the number of rows. `count()` and `len()` count all entries, also where a condition is False."

MISTAKES: tuple[Mistake, ...] = (
    Mistake("values present counted", "n_missing", lambda d: int(d[CHECKED].notna().to_numpy().sum()), 0.25, _PRESENT),
    Mistake("number of rows", "n_missing", lambda d: len(d), 0.25, _N_ROWS),
    Mistake(
        "zeros counted as missing",
        "n_missing",
        lambda d: int((d == 0).to_numpy().sum() + d.isna().to_numpy().sum()),
        0.25,
        "A zero is not a missing value; missing values and zeros are asked for separately.",
    ),
    Mistake("day zero counted", "n_zero", lambda d: int((d == 0).to_numpy().sum()), 0.5, _DAY_ZERO),
    Mistake(
        "values other than zero counted", "n_zero", lambda d: int((d[CHECKED] != 0).to_numpy().sum()), 0.25, _PRESENT
    ),
    Mistake("number of rows", "n_zero", lambda d: len(d), 0.25, _N_ROWS),
    Mistake("first day removed", "sleep_study_data", _without_first_day, 0.5, _DAY_ZERO),
    Mistake("training days removed", "sleep_study_data", _without_training, 0.5, _TRAINING),
    Mistake(
        "faulty rows kept",
        "sleep_study_data",
        lambda d: d[_faulty(d)],
        0.25,
        "The filter is the wrong way round: it keeps the faulty rows and removes the others.",
    ),
    Mistake(
        "columns removed",
        "sleep_study_data",
        lambda d: solve(d).clean[CHECKED],
        0.5,
        "You removed a column. Take out rows only; Days is needed later.",
    ),
    Mistake(
        "one row per subject",
        "sleep_study_data",
        lambda d: solve(d).clean.drop_duplicates("Subject"),
        0.25,
        "Repeated subjects are no duplicates: each subject was measured on several days. Remove faulty rows only.",
    ),
    Mistake(
        "Spearman for Pearson",
        "correlation",
        lambda d: _rank(d, "spearman"),
        0.5,
        "This is Spearman's rank correlation. The question asks for the usual (linear) coefficient.",
    ),
    Mistake(
        "Kendall for Pearson",
        "correlation",
        lambda d: _rank(d, "kendall"),
        0.5,
        "This is Kendall's rank correlation. The question asks for the usual (linear) coefficient.",
    ),
    Mistake(
        "covariance for correlation",
        "correlation",
        lambda d: _moments(d)[0],
        0.25,
        "This is the covariance; it has a unit and can be larger than one. The correlation is the standardized form.",
    ),
    Mistake(
        "r squared",
        "correlation",
        lambda d: solve(d).correlation ** 2,
        0.5,
        "This is the square of the correlation, the share of explained variance. The coefficient itself is asked for.",
    ),
    Mistake(
        "in percent",
        "correlation",
        lambda d: 100 * solve(d).correlation,
        0.75,
        "You multiplied by a hundred. A correlation lies between minus one and one.",
    ),
    Mistake("outliers removed", "correlation", _without_outliers, 0.25, _OUTLIERS),
    Mistake(
        "slope for correlation",
        "correlation",
        _slope,
        0.25,
        "This is the slope of the regression line, in milliseconds per day. A correlation has no unit.",
    ),
    Mistake(
        "cut off, not rounded",
        "correlation",
        lambda d: float(np.trunc(100 * solve(d).correlation) / 100),
        0.5,
        "The digits were cut off instead of rounded. Store the computed value itself, not a typed one.",
    ),
    Mistake(
        "wrong sign",
        "correlation",
        lambda d: -solve(d).correlation,
        0.25,
        "The sign is the wrong way round. Look at the scatter plot: do the two rise together?",
    ),
    Mistake(
        "p-value",
        "correlation",
        _p_value,
        0.25,
        "This is the p-value of the test that the correlation is zero, not the coefficient.",
    ),
    Mistake(
        "Reaction with Subject",
        "correlation",
        lambda d: pearson(solve(d).clean["Subject"], solve(d).clean["Reaction"]),
        0.25,
        "This is the correlation of Reaction with the subject numbers, which are only names. Take the other column.",
    ),
    Mistake(
        "a variable with itself",
        "correlation",
        lambda _: 1.0,
        0.25,
        "This is an entry on the diagonal of the correlation matrix: a variable with itself.",
    ),
    Mistake(
        "mean of the subjects' correlations",
        "correlation",
        _mean_within_subjects,
        0.25,
        "You computed a correlation for each subject and took the mean. The question is about all rows together.",
    ),
    Mistake(
        "correlation of the daily means",
        "correlation",
        _of_daily_means,
        0.25,
        "You correlated the means of the days. Averaging first hides the spread between subjects; use the single rows.",
    ),
    Mistake(
        "first day removed",
        "correlation",
        lambda d: pearson(_without_first_day(d)["Days"], _without_first_day(d)["Reaction"]),
        0.5,
        _DAY_ZERO,
    ),
    Mistake(
        "training days removed",
        "correlation",
        lambda d: pearson(_without_training(d)["Days"], _without_training(d)["Reaction"]),
        0.5,
        _TRAINING,
    ),
    Mistake(
        "first rows only",
        "correlation",
        lambda d: pearson(solve(d).clean["Days"].head(10), solve(d).clean["Reaction"].head(10)),
        0.25,
        "This is the correlation in the first rows only, which belong to one subject. Use the whole table.",
    ),
    Mistake("Subject for Days", "scatter", lambda d: _points(d, "Subject", "Reaction"), 0.25, _OTHER_COLUMN),
    Mistake("Subject for Reaction", "scatter", lambda d: _points(d, "Days", "Subject"), 0.25, _OTHER_COLUMN),
    Mistake(
        "daily means",
        "scatter",
        _daily_means,
        0.5,
        "The figure shows the means of the days. Plot the single observations, so that their spread can be seen.",
    ),
    Mistake(
        "first rows only",
        "scatter",
        lambda d: _points(d.head(10), "Days", "Reaction"),
        0.25,
        "The figure shows the first rows only, which belong to one subject. Plot the whole table.",
    ),
)

_UNCLEAN = (
    "Rows with missing values or zeros are still in the table. Remove them, and store the result under this name."
)
_AFTERWARDS = "You counted after cleaning. Count first, then remove the rows."
_ONE_COLUMN = "You counted in Reaction alone. The question is about Reaction and Subject together."

MISTAKES_IN_CLEANING: tuple[Mistake, ...] = (
    Mistake("counted after cleaning", "n_missing", lambda _: 0, 0.25, _AFTERWARDS),
    Mistake("Reaction alone", "n_missing", lambda d: int(d["Reaction"].isna().sum()), 0.5, _ONE_COLUMN),
    Mistake("counted after cleaning", "n_zero", lambda _: 0, 0.25, _AFTERWARDS),
    Mistake("Reaction alone", "n_zero", lambda d: int((d["Reaction"] == 0).sum()), 0.5, _ONE_COLUMN),
    Mistake("nothing removed", "sleep_study_data", lambda d: d.copy(), 0.0, _UNCLEAN),
    Mistake("zeros left in", "sleep_study_data", lambda d: d.dropna(subset=CHECKED), 0.5, _UNCLEAN),
    Mistake("missing values left in", "sleep_study_data", lambda d: d[~(d[CHECKED] == 0).any(axis=1)], 0.5, _UNCLEAN),
    Mistake("on uncleaned data", "correlation", lambda d: pearson(d["Days"], d["Reaction"]), 0.5, _UNCLEAN),
)

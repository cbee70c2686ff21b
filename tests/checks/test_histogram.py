"""Histograms: any honest one is right, a wrong one says what is different."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns

from autograder.checks import Status
from tests.checks.drawings import drawn
from tests.checks.fakes import FakeEvidence, Row, judge, judge_figures

RNG = np.random.default_rng(7)
TABLE = pd.DataFrame(
    {
        "time": np.round(RNG.normal(300, 50, 180), 4),
        "day": np.tile(np.arange(10), 18),
        "who": np.repeat(np.arange(18), 10),
    }
)
TIME = TABLE["time"]
EARLY, LATE = TIME[TABLE["day"] < 5], TIME[TABLE["day"] >= 5]


def counted() -> None:
    heights, edges = np.histogram(TIME, bins=12)
    plt.bar(edges[:-1], heights, np.diff(edges), align="edge")


RIGHT: dict[str, Callable[[], object]] = {
    "lying": lambda: plt.hist(TIME, orientation="horizontal"),
    "lying outline": lambda: plt.hist(TIME, histtype="step", orientation="horizontal"),
    "pyplot": lambda: plt.hist(TIME),
    "20 bins with edges": lambda: plt.hist(TIME, bins=20, edgecolor="black"),
    "bins by rule": lambda: plt.hist(TIME, bins="fd"),
    "unequal bins": lambda: plt.hist(TIME, bins=[0, 250, 260, 300, 330, 600]),
    "edges on values": lambda: plt.hist(TIME, bins=sorted(TIME)[:1] + sorted(TIME)[20::53]),
    "density": lambda: plt.hist(TIME, density=True),
    "weights to shares": lambda: plt.hist(TIME, weights=np.full(180, 1 / 180)),
    "narrow bars": lambda: plt.hist(TIME, rwidth=0.8),
    "narrow bars, unequal bins": lambda: plt.hist(TIME, bins=[100, 250, 260, 300, 500], rwidth=0.7),
    "step": lambda: plt.hist(TIME, histtype="step"),
    "step filled": lambda: plt.hist(TIME, histtype="stepfilled", bins=13),
    "step density": lambda: plt.hist(TIME, histtype="step", density=True),
    "bars stacked": lambda: plt.hist([EARLY, LATE], stacked=True),
    "barstacked": lambda: plt.hist([EARLY, LATE], histtype="barstacked"),
    "stacked step": lambda: plt.hist([EARLY, LATE], histtype="step", stacked=True),
    "stacked step filled": lambda: plt.hist([EARLY, LATE], histtype="stepfilled", stacked=True),
    "axes": lambda: plt.subplots()[1].hist(TIME),
    "Series.hist": lambda: TIME.hist(),
    "Series.plot.hist": lambda: TIME.plot.hist(bins=15),
    "Series.plot(kind)": lambda: TIME.plot(kind="hist"),
    "DataFrame.hist": lambda: TABLE.hist(),
    "DataFrame.plot.hist": lambda: TABLE[["time", "day"]].plot.hist(),
    "seaborn": lambda: sns.histplot(TIME),
    "seaborn with a curve": lambda: sns.histplot(TIME, kde=True),
    "seaborn per cent": lambda: sns.histplot(TIME, stat="percent"),
    "seaborn probability": lambda: sns.histplot(TIME, stat="probability"),
    "seaborn frequency": lambda: sns.histplot(TIME, stat="frequency"),
    "seaborn step": lambda: sns.histplot(TIME, element="step"),
    "seaborn outline": lambda: sns.histplot(TIME, element="step", fill=False),
    "seaborn by group": lambda: sns.histplot(TABLE, x="time", hue=TABLE["day"] < 5, multiple="stack"),
    "seaborn displot": lambda: sns.displot(TIME),
    "numpy and bar": counted,
    "numpy and stairs": lambda: plt.stairs(*np.histogram(TIME, bins=12)),
    "numpy and filled stairs": lambda: plt.stairs(*np.histogram(TIME, bins=12), fill=True),
    "with a line for the mean": lambda: (plt.hist(TIME), plt.axvline(TIME.mean())),
    "with a rug": lambda: (plt.hist(TIME), sns.rugplot(TIME)),
    "in one panel of several": lambda: plt.subplots(2, 2)[1][1, 0].hist(TIME),
    "after a trial of another column": lambda: (plt.hist(TABLE["day"]), plt.figure(), plt.hist(TIME)),
    "missing values in the data drawn": lambda: plt.hist(pd.concat([TIME, pd.Series([np.nan])])),
}

WRONG: dict[str, tuple[Callable[[], object], str, float]] = {
    "nothing": (lambda: None, "no-figure", 0.0),
    "an empty figure": (lambda: plt.figure(), "no-figure", 0.0),
    "an empty panel": (lambda: plt.subplots(), "no-figure", 0.0),
    "another column": (lambda: plt.hist(TABLE["day"]), "other-values", 0.0),
    "a line plot": (lambda: plt.plot(TIME), "no-bars", 0.0),
    "a density curve": (lambda: sns.kdeplot(TIME), "no-bars", 0.0),
    "a box plot": (lambda: plt.boxplot(TIME), "no-bars", 0.0),
    "a bar for each observation": (lambda: plt.bar(np.arange(180), TIME), "raw-bars", 0.0),
    "half of the rows": (lambda: plt.hist(TIME[:90]), "other-values", 0.0),
    "means by day": (lambda: TABLE.groupby("day")["time"].mean().plot.bar(), "other-values", 0.0),
    "one bar": (lambda: plt.hist(TIME, bins=1), "one-bar", 0.25),
    "a part of the range": (lambda: plt.hist(TIME, range=(200, 320)), "part", 0.5),
    "cumulative": (lambda: plt.hist(TIME, cumulative=True), "cumulative", 0.5),
    "cumulative density": (lambda: plt.hist(TIME, cumulative=True, density=True), "cumulative", 0.5),
    "a value forged into one bin": (lambda: plt.hist(pd.concat([TIME, pd.Series([300.0])])), "other-values", 0.0),
}


@pytest.mark.parametrize("draw", RIGHT.values(), ids=RIGHT.keys())
def test_every_honest_histogram_is_right(draw: Callable[[], object]) -> None:
    result = judge_figures(drawn(draw), "histogram", TIME)
    assert (result.status, result.mistake) == (Status.PASSED, ""), result


@pytest.mark.parametrize(("draw", "mistake", "share"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_histogram_says_what_is_different(draw: Callable[[], object], mistake: str, share: float) -> None:
    result = judge_figures(drawn(draw), "histogram", TIME)
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint


def test_a_discrete_column_may_be_drawn_as_a_bar_chart_of_counts() -> None:
    figures = drawn(lambda: TABLE["day"].value_counts().sort_index().plot.bar())
    assert judge_figures(figures, "histogram", TABLE["day"]).status is Status.PASSED


def test_missing_reference_values_are_left_out() -> None:
    values = pd.concat([TIME, pd.Series([np.nan])])
    assert judge_figures(drawn(lambda: plt.hist(TIME)), "histogram", values).status is Status.PASSED


def test_a_row_names_the_column_that_was_drawn_instead() -> None:
    rows = [Row("wrong column", "histogram", lambda data: data["day"], 0.25, "look at the column")]
    evidence = FakeEvidence(drawn=drawn(lambda: plt.hist(TABLE["day"])))
    result = judge(lambda checks: checks.histogram(TIME, credit=1, mistakes=rows), evidence, TABLE)
    assert (result.mistake, result.earned, result.hint) == ("wrong column", 0.25, "look at the column")


def test_a_row_puts_its_words_in_place_of_a_kind() -> None:
    rows = [Row("summed", "histogram", "cumulative", 0.75, "count each once")]
    evidence = FakeEvidence(drawn=drawn(lambda: plt.hist(TIME, cumulative=True)))
    result = judge(lambda checks: checks.histogram(TIME, credit=1, mistakes=rows), evidence, TABLE)
    assert (result.mistake, result.earned, result.hint) == ("summed", 0.75, "count each once")

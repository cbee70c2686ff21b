"""Scatter plots: every point there, in whatever collections; else what is missing or different."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns

from autograder.checks import AuthorError, Status
from tests.checks.drawings import drawn
from tests.checks.fakes import FakeEvidence, Row, judge, judge_figures

RNG = np.random.default_rng(8)
TABLE = pd.DataFrame(
    {
        "day": np.tile(np.arange(10), 12),
        "time": np.round(RNG.normal(300, 50, 120), 3),
        "who": np.repeat(np.arange(301, 313), 10),
    }
)
DAY, TIME = TABLE["day"], TABLE["time"]


def by_subject(draw: Callable[[pd.DataFrame], object]) -> None:
    for _, rows in TABLE.groupby("who"):
        draw(rows)


def facets() -> None:
    _, axes = plt.subplots(3, 4)
    for panel, (_, rows) in zip(axes.ravel(), TABLE.groupby("who"), strict=True):
        panel.scatter(rows["day"], rows["time"])


RIGHT: dict[str, Callable[[], object]] = {
    "pyplot": lambda: plt.scatter(DAY, TIME),
    "markers only": lambda: plt.plot(DAY, TIME, "o"),
    "a dot for each": lambda: plt.plot(DAY, TIME, linestyle="", marker="."),
    "axes": lambda: plt.subplots()[1].scatter(DAY, TIME, alpha=0.5, c=TABLE["who"]),
    "pandas": lambda: TABLE.plot.scatter("day", "time"),
    "pandas kind": lambda: TABLE.plot(x="day", y="time", kind="scatter"),
    "pandas markers": lambda: TABLE.plot(x="day", y="time", style="x"),
    "seaborn": lambda: sns.scatterplot(TABLE, x="day", y="time"),
    "seaborn by subject": lambda: sns.scatterplot(TABLE, x="day", y="time", hue="who"),
    "seaborn relplot": lambda: sns.relplot(TABLE, x="day", y="time"),
    "seaborn regplot": lambda: sns.regplot(TABLE, x="day", y="time"),
    "seaborn lmplot in panels": lambda: sns.lmplot(TABLE, x="day", y="time", col="who", col_wrap=4, ci=None),
    "seaborn jitter": lambda: sns.regplot(TABLE, x="day", y="time", x_jitter=0.2, fit_reg=False),
    "seaborn stripplot": lambda: sns.stripplot(TABLE, x="day", y="time"),
    "seaborn pairplot": lambda: sns.pairplot(TABLE),
    "one collection for each subject": lambda: by_subject(lambda rows: plt.scatter(rows["day"], rows["time"])),
    "one line of markers for each subject": lambda: by_subject(lambda rows: plt.plot(rows["day"], rows["time"], "o-")),
    "a panel for each subject": facets,
    "sorted": lambda: plt.scatter(*TABLE.sort_values("time")[["day", "time"]].to_numpy().T),
    "with a line": lambda: (plt.scatter(DAY, TIME), plt.plot([0, 9], [250, 350])),
    "with means on top": lambda: (plt.scatter(DAY, TIME), plt.scatter(range(10), TIME.groupby(DAY).mean())),
    "with one subject on top": lambda: (plt.scatter(DAY, TIME), plt.scatter(DAY[:10], TIME[:10])),
    "with phantom points": lambda: (
        plt.scatter(DAY, TIME),
        plt.scatter([np.nan] * 3, [np.nan] * 3),
        plt.scatter([], []),
    ),
    "with a band": lambda: (plt.scatter(DAY, TIME), plt.fill_between([0, 9], [200, 200], [400, 400])),
    "error bars as markers": lambda: plt.errorbar(DAY, TIME, yerr=1.0, fmt="o"),
    "after a wrong trial": lambda: (plt.scatter(TIME, DAY), plt.figure(), plt.scatter(DAY, TIME)),
}

WRONG: dict[str, tuple[Callable[[], object], str, float]] = {
    "nothing": (lambda: None, "no-figure", 0.0),
    "an empty panel": (lambda: plt.subplots(), "no-figure", 0.0),
    "axes exchanged": (lambda: plt.scatter(TIME, DAY), "swapped", 0.5),
    "axes exchanged, markers": (lambda: plt.plot(TIME, DAY, "o"), "swapped", 0.5),
    "joined in order of the rows": (lambda: plt.plot(DAY, TIME), "joined", 0.5),
    "joined by subject": (lambda: by_subject(lambda rows: plt.plot(rows["day"], rows["time"])), "joined", 0.5),
    "another column": (lambda: plt.scatter(TABLE["who"], TIME), "other-points", 0.0),
    "one subject": (lambda: plt.scatter(DAY[:10], TIME[:10]), "incomplete", 0.0),
    "first day dropped": (lambda: plt.scatter(DAY[DAY > 0], TIME[DAY > 0]), "incomplete", 0.5),
    "in seconds": (lambda: plt.scatter(DAY, TIME / 1000), "other-points", 0.0),
    "means by day": (lambda: plt.scatter(range(10), TIME.groupby(DAY).mean()), "other-points", 0.0),
    "means joined": (lambda: sns.lineplot(TABLE, x="day", y="time"), "no-points", 0.0),
    "a histogram": (lambda: plt.hist(TIME), "no-points", 0.0),
    "shuffled": (lambda: plt.scatter(RNG.permutation(DAY), TIME), "incomplete", 0.0),
    "many points that are not in the data": (
        lambda: plt.scatter([*DAY, *DAY + 0.5], [*TIME, *TIME]),
        "extra",
        0.5,
    ),
}


@pytest.mark.parametrize("draw", RIGHT.values(), ids=RIGHT.keys())
def test_every_honest_scatter_plot_is_right(draw: Callable[[], object]) -> None:
    result = judge_figures(drawn(draw), "scatter", DAY, TIME)
    assert (result.status, result.mistake) == (Status.PASSED, ""), result


@pytest.mark.parametrize(("draw", "mistake", "share"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_scatter_plot_says_what_is_different(draw: Callable[[], object], mistake: str, share: float) -> None:
    result = judge_figures(drawn(draw), "scatter", DAY, TIME)
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint


ONE_OF_MANY: dict[str, tuple[Callable[[], object], str]] = {
    "alone": (lambda: plt.scatter(DAY[:10], TIME[:10]), ""),
    "on top of everybody": (lambda: (plt.scatter(DAY, TIME, c="grey"), plt.scatter(DAY[:10], TIME[:10])), ""),
    "beside another": (lambda: (plt.scatter(DAY[:10], TIME[:10]), plt.scatter(DAY[10:20], TIME[10:20])), ""),
    "everybody alike": (lambda: plt.scatter(DAY, TIME), "extra"),
    "each in a colour": (lambda: by_subject(lambda rows: plt.scatter(rows["day"], rows["time"])), "extra"),
}


@pytest.mark.parametrize(("draw", "mistake"), ONE_OF_MANY.values(), ids=ONE_OF_MANY.keys())
def test_one_subject_may_stand_out_from_others(draw: Callable[[], object], mistake: str) -> None:
    assert judge_figures(drawn(draw), "scatter", DAY[:10], TIME[:10]).mistake == mistake


@pytest.mark.parametrize(
    ("own", "status"),
    {
        "own points": (lambda: (DAY[DAY > 0], TIME[DAY > 0]), Status.PASSED),
        "other points": (lambda: (DAY[DAY > 4], TIME[DAY > 4]), Status.PARTIAL),
        "nothing to go by": (lambda: {}["table"], Status.PARTIAL),
        "unfit": (lambda: ([1.0, 2.0], [1.0]), Status.PARTIAL),
        "none": (None, Status.PARTIAL),
    }.values(),
)
def test_points_of_the_students_own_table_are_right_and_say_so(
    own: Callable[[], object] | None, status: Status
) -> None:
    figures = drawn(lambda: plt.scatter(DAY[DAY > 0], TIME[DAY > 0]))
    result = judge_figures(figures, "scatter", DAY, TIME, own=own)
    assert result.status is status
    assert ("your own" in result.hint) == (status is Status.PASSED)


def test_the_number_of_missing_and_extra_points_is_told() -> None:
    figures = drawn(lambda: plt.scatter([*DAY[2:], 3.3], [*TIME[2:], 111.1]))
    hint = judge_figures(figures, "scatter", DAY, TIME).hint
    assert "2 points of the data not shown" in hint
    assert "1 point shown that are not in the data" in hint or "1 point" in hint


def test_points_that_occur_twice_must_be_drawn_twice() -> None:
    figures = drawn(lambda: plt.scatter([1, 2], [3, 4]))
    assert judge_figures(figures, "scatter", [1, 1, 2], [3, 3, 4]).mistake == "incomplete"
    figures = drawn(lambda: plt.scatter([1, 1, 2], [3, 3, 4]))
    assert judge_figures(figures, "scatter", [1, 1, 2], [3, 3, 4]).status is Status.PASSED


def test_rows_with_missing_values_are_not_asked_for() -> None:
    time = TIME.astype(float).copy()
    time[3] = np.nan
    figures = drawn(lambda: plt.scatter(DAY, time))
    assert judge_figures(figures, "scatter", DAY, time).status is Status.PASSED


def test_a_row_names_the_points_that_were_drawn_instead() -> None:
    rows = [Row("subject for day", "scatter", lambda data: (data["who"], data["time"]), 0.25, "a name is no number")]
    evidence = FakeEvidence(drawn=drawn(lambda: plt.scatter(TABLE["who"], TIME)))
    result = judge(lambda checks: checks.scatter(DAY, TIME, credit=1, mistakes=rows), evidence, TABLE)
    assert (result.mistake, result.earned) == ("subject for day", 0.25)


def test_columns_of_different_length_are_the_authors_fault() -> None:
    with pytest.raises(AuthorError, match="as many x as y"):
        judge_figures((), "scatter", [1, 2], [1])


def test_points_that_follow_from_a_fit_are_the_same_within_the_slack() -> None:
    x, y = np.linspace(0, 10, 50), np.sin(np.arange(50))
    figures = drawn(lambda: plt.scatter(x + 1e-4, y - 1e-4))
    assert judge_figures(figures, "scatter", x, y, slack=1e-3).status is Status.PASSED
    assert judge_figures(figures, "scatter", x, y).status is not Status.PASSED

"""Joined pairs, QQ plots and caterpillars; residuals against fitted values; labels that are exchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from matplotlib.patches import ConnectionPatch, FancyArrowPatch
from scipy import stats

from autograder.checks import AuthorError, Checks, Status
from autograder.checks.student import judging
from autograder.sandbox.inside.figures.describe import Budget, describe
from autograder.values.figures import decode_figures
from autograder.values.views import Figure
from tests.checks.fakes import DATA, FakeEvidence, Row, judge, judge_figures


def drawn(draw: Callable[[], object]) -> tuple[Figure, ...]:
    """Everything that ``draw`` draws through pyplot, as a sandbox records it."""
    plt.close("all")
    try:
        draw()
        described = [describe(plt.figure(number), Budget(500_000, 10_000)) for number in plt.get_fignums()]
        return decode_figures([one for one in described if one is not None])
    finally:
        plt.close("all")


RAW = np.array([-13.51375, 7.95811, 2.5, -4.25, 0.75])
BLUP = np.array([-10.84708, 6.83748, 2.42, -4.115, 0.726])
PLACES = np.arange(5.0)
WRONG_BLUP = RAW * 0.968


def arrows() -> None:
    axes = plt.gca()
    axes.set(xlim=(-1, 5), ylim=(-15, 9))
    for place, start, end in zip(PLACES, RAW, BLUP, strict=True):
        axes.annotate("", (place, end), (place, start), arrowprops={"arrowstyle": "->"})


def one_line_with_gaps() -> None:
    x = np.column_stack([PLACES, PLACES, np.full(5, np.nan)]).ravel()
    y = np.column_stack([RAW, BLUP, np.full(5, np.nan)]).ravel()
    plt.plot(x, y)


def arrow_patches() -> None:
    for place, start, end in zip(PLACES, RAW, BLUP, strict=True):
        plt.gca().add_patch(FancyArrowPatch((start, place), (end, place), arrowstyle="->"))


def connections() -> None:
    for place, start, end in zip(PLACES, RAW, BLUP, strict=True):
        plt.gca().add_artist(ConnectionPatch((start, place), (end, place), "data", axesA=plt.gca(), axesB=plt.gca()))


def single_arrows() -> None:
    for place, start, end in zip(PLACES, RAW, BLUP, strict=True):
        plt.arrow(start, place, end - start, 0, head_width=0.2, length_includes_head=True)


DUMBBELLS: dict[str, Callable[[], object]] = {
    "lines across": lambda: plt.hlines(PLACES, RAW, BLUP),
    "lines upright": lambda: plt.vlines(PLACES, BLUP, RAW),
    "with both clouds": lambda: (plt.scatter(RAW, PLACES), plt.scatter(BLUP, PLACES), plt.hlines(PLACES, RAW, BLUP)),
    "a line each": lambda: [plt.plot(pair, [at, at], "o-") for at, pair in enumerate(zip(RAW, BLUP, strict=True))],
    "a slope graph": lambda: plt.plot([0, 1], [RAW, BLUP]),
    "one line with gaps": one_line_with_gaps,
    "arrows": arrows,
    "arrows one by one": single_arrows,
    "arrow patches": arrow_patches,
    "connections": connections,
    "quiver": lambda: plt.quiver(PLACES, RAW, np.zeros(5), BLUP - RAW, angles="xy", scale_units="xy", scale=1),
    "rounded": lambda: plt.hlines(PLACES, RAW.round(2), BLUP.round(2)),
    "in another order": lambda: plt.hlines(PLACES, RAW[::-1], BLUP[::-1]),
}


@pytest.mark.parametrize("draw", DUMBBELLS.values(), ids=DUMBBELLS)
def test_values_that_are_joined(draw: Callable[[], object]) -> None:
    result = judge_figures(drawn(draw), "pairs", RAW, BLUP)
    assert result.status is Status.PASSED, result


def wrong_partners() -> None:
    plt.scatter(RAW, PLACES)
    plt.scatter(BLUP, PLACES)
    for at, (start, end) in enumerate(zip(RAW, BLUP[[0, 1, 2, 4, 3]], strict=True)):
        plt.plot([start, end], [at, at])


PAIRS_WRONG: dict[str, tuple[Callable[[], object], str, float]] = {
    "no figure": (lambda: None, "no-figure", 0.0),
    "points alone": (lambda: (plt.scatter(RAW, PLACES), plt.scatter(BLUP, PLACES)), "not-joined", 0.5),
    "two with the wrong partner": (wrong_partners, "partners", 0.6),
    "three of five": (lambda: plt.hlines(PLACES[:3], RAW[:3], BLUP[:3]), "incomplete", 0.6),
    "no shrinkage": (lambda: plt.hlines(PLACES, 0 * RAW, RAW), "other-pairs", 0.0),
    "known": (lambda: plt.hlines(PLACES, RAW, WRONG_BLUP), "n for everybody", 0.25),
    "clouds of others": (lambda: plt.scatter(RAW, PLACES), "no-pairs", 0.0),
}


@pytest.mark.parametrize(("draw", "mistake", "share"), PAIRS_WRONG.values(), ids=PAIRS_WRONG)
def test_values_that_are_not_joined(draw: Callable[[], object], mistake: str, share: float) -> None:
    rows = [Row("n for everybody", "pairs", (RAW, WRONG_BLUP))]
    result = judge_figures(drawn(draw), "pairs", RAW, BLUP, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=0.0026)), result


PLANE = (np.array([244.2, 205.1, 203.5]), np.array([21.8, 2.3, 6.1]))
SHRUNK = (np.array([253.7, 211.0, 212.4]), np.array([19.7, 1.8, 5.0]))


def test_points_of_a_plane_are_joined() -> None:
    def segments() -> None:
        for x, y, u, v in zip(*PLANE, *SHRUNK, strict=True):
            plt.plot([x, u], [y, v])

    def turned() -> None:
        for x, y, u, v in zip(*PLANE, *SHRUNK, strict=True):
            plt.plot([y, v], [x, u])

    assert judge_figures(drawn(segments), "pairs", PLANE, SHRUNK).status is Status.PASSED
    result = judge_figures(drawn(turned), "pairs", PLANE, SHRUNK)
    assert (result.mistake, result.earned) == ("swapped", 0.5)


def test_points_of_the_students_own_results_that_are_not_joined_earn_half() -> None:
    figures = drawn(lambda: (plt.scatter(RAW, PLACES), plt.scatter(0.5 * RAW, PLACES)))
    result = judge_figures(figures, "pairs", RAW, BLUP, own=lambda: (RAW, 0.5 * RAW))
    assert (result.mistake, result.earned) == ("not-joined", 0.5), result


def test_a_figure_that_lacks_something_says_that_the_cell_stopped() -> None:
    evidence = FakeEvidence(drawn=drawn(lambda: plt.hlines(PLACES[:3], RAW[:3], BLUP[:3])), error="Cell 4 stopped.")
    result = judge(lambda one: one.pairs(RAW, BLUP, credit=1), evidence)
    assert result.hint == "3 of 5 pairs are joined as asked for. Cell 4 stopped."


def test_pairs_of_the_students_own_results_are_right_and_say_so() -> None:
    figures = drawn(lambda: plt.hlines(PLACES, RAW, 0.5 * RAW))
    result = judge_figures(figures, "pairs", RAW, BLUP, own=lambda: (RAW, 0.5 * RAW))
    assert (result.status, "your own results" in result.hint) == (Status.PASSED, True)
    assert judge_figures(figures, "pairs", RAW, BLUP, own=lambda: "x").status is Status.FAILED


SAMPLE = np.random.default_rng(7).standard_t(4, 180) * 25.6


def scores(count: int = 180, a: float = 0.375) -> Any:
    return stats.norm.ppf((np.arange(1, count + 1) - a) / (count + 1 - 2 * a))


QQ: dict[str, Callable[[], object]] = {
    "statsmodels": lambda: sm.qqplot(SAMPLE),
    "statsmodels, standardized": lambda: sm.qqplot(SAMPLE, fit=True, line="45"),
    "statsmodels with a line": lambda: sm.qqplot(SAMPLE, line="q"),
    "scipy": lambda: stats.probplot(SAMPLE, plot=plt),
    "by hand": lambda: plt.scatter(scores(), np.sort(SAMPLE)),
    "by hand with other positions": lambda: plt.plot(scores(a=0.5), np.sort(SAMPLE), "."),
    "standardized by hand": lambda: plt.scatter(scores(), np.sort(SAMPLE - SAMPLE.mean()) / SAMPLE.std()),
    "expected values": lambda: plt.scatter(scores() * SAMPLE.std() + SAMPLE.mean(), np.sort(SAMPLE)),
}


@pytest.mark.parametrize("draw", QQ.values(), ids=QQ)
def test_qq_plots(draw: Callable[[], object]) -> None:
    result = judge_figures(drawn(draw), "qq_plot", SAMPLE)
    assert result.status is Status.PASSED, result


OTHER = np.random.default_rng(8).normal(0, 47.6, 180)
QQ_WRONG: dict[str, tuple[Callable[[], object], str, float]] = {
    "no figure": (lambda: None, "no-figure", 0.0),
    "exchanged": (lambda: plt.scatter(np.sort(SAMPLE), scores()), "swapped", 0.5),
    "other residuals": (lambda: sm.qqplot(OTHER), "marginal residuals", 0.25),
    "another sample": (lambda: sm.qqplot(OTHER + 0.3 * SAMPLE), "other-sample", 0.0),
    "not sorted": (lambda: plt.scatter(scores(), SAMPLE), "other-quantiles", 0.0),
    "against ranks": (lambda: plt.scatter(np.arange(180), np.sort(SAMPLE)), "other-quantiles", 0.0),
    "a part": (lambda: sm.qqplot(SAMPLE[:90]), "incomplete", 0.0),
    "a histogram": (lambda: plt.hist(SAMPLE), "no-points", 0.0),
    "upside down": (lambda: plt.scatter(scores(), np.sort(-SAMPLE)), "other-sample", 0.0),
}


@pytest.mark.parametrize(("draw", "mistake", "share"), QQ_WRONG.values(), ids=QQ_WRONG)
def test_what_is_no_qq_plot(draw: Callable[[], object], mistake: str, share: float) -> None:
    rows = [Row("marginal residuals", "qq_plot", OTHER)]
    result = judge_figures(drawn(draw), "qq_plot", SAMPLE, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, share), result


def test_two_samples_may_share_a_figure() -> None:
    few = np.random.default_rng(9).normal(0, 1, 18)

    def both() -> None:
        figure, (left, right) = plt.subplots(1, 2)
        del figure
        stats.probplot(few, plot=left)
        stats.probplot(SAMPLE[:18], plot=right)

    with judging(FakeEvidence(drawn=drawn(both))):
        checks = Checks(1)
        checks.qq_plot(few)
        checks.qq_plot(SAMPLE[:18])
        assert checks.score() == 1


EFFECTS = {"1": 4.0, "2": -1.5, "3": 2.5}
MEMBERS = {"1": [5.0, 3.2], "2": [-3.0, 0.4], "3": [2.1, 3.0]}
ORDER = ["2", "3", "1"]


def caterpillar(order: list[str] = ORDER, *, turned: bool = False, shift: float = 0.0, moved: int = 0) -> None:
    groups = {name: place for place, name in enumerate(order)}
    x = [groups[name] for name in EFFECTS]
    inside = [
        ((groups[name] + moved) % 3 + shift * at, value) for name in MEMBERS for at, value in enumerate(MEMBERS[name])
    ]
    small = np.array(inside)
    draw = (lambda a, b: plt.scatter(b, a)) if turned else plt.scatter
    draw(x, list(EFFECTS.values()))
    draw(small[:, 0], small[:, 1])


CATERPILLARS: dict[str, tuple[Callable[[], object], str, float]] = {
    "upright": (caterpillar, "", 1.0),
    "lying": (lambda: caterpillar(turned=True), "", 1.0),
    "descending": (lambda: caterpillar(ORDER[::-1]), "", 1.0),
    "jittered members": (lambda: caterpillar(shift=0.2), "", 1.0),
    "names on the axis": (
        lambda: [plt.plot([name] * 3, [EFFECTS[name], *MEMBERS[name]], "o") for name in ORDER],
        "",
        1.0,
    ),
    "not sorted": (lambda: caterpillar(["1", "2", "3"]), "unsorted", 0.75),
    "members elsewhere": (lambda: caterpillar(moved=1), "misplaced", 0.5),
    "effects alone": (lambda: plt.scatter([0, 1, 2], [-1.5, 2.5, 4.0]), "incomplete", 3 / 9),
    "other values": (lambda: plt.scatter([0, 1, 2], [-10.0, 20.0, 40.0]), "other-points", 0.0),
    "bars": (lambda: plt.bar([0, 1, 2], [-1.5, 2.5, 4.0]), "no-points", 0.0),
    "no figure": (lambda: None, "no-figure", 0.0),
    "known": (lambda: plt.scatter([0, 1, 2], [-2.0, 3.0, 5.0]), "no shrinkage", 0.25),
    "known by its members": (
        lambda: [
            plt.plot([place] * 3, [EFFECTS[name], *(value - EFFECTS[name] for value in MEMBERS[name])], "o")
            for place, name in enumerate(ORDER)
        ],
        "members alone",
        0.25,
    ),
}


@pytest.mark.parametrize(("draw", "mistake", "share"), CATERPILLARS.values(), ids=CATERPILLARS)
def test_caterpillars(draw: Callable[[], object], mistake: str, share: float) -> None:
    alone = {name: [value - EFFECTS[name] for value in values] for name, values in MEMBERS.items()}
    rows = [
        Row("no shrinkage", "caterpillar", ({"1": 5.0, "2": -2.0, "3": 3.0}, None)),
        Row("members alone", "caterpillar", (EFFECTS, alone)),
    ]
    result = judge_figures(drawn(draw), "caterpillar", EFFECTS, MEMBERS, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=0.0026)), result


def test_effects_alone_are_a_caterpillar_too() -> None:
    figures = drawn(lambda: plt.errorbar([-1.5, 2.5, 4.0], [0, 1, 2], xerr=1.0, fmt="o"))
    assert judge_figures(figures, "caterpillar", pd.Series(EFFECTS)).status is Status.PASSED


FITTED = np.linspace(5, 40, 50)
RESIDUALS = np.sin(FITTED) * FITTED / 10

ZERO: dict[str, tuple[Callable[[], object], float]] = {
    "axhline": (lambda: plt.axhline(0), 1.0),
    "hlines": (lambda: plt.hlines(0, 5, 40), 1.0),
    "plot": (lambda: plt.plot([5, 40], [0, 0]), 1.0),
    "none": (lambda: None, 0.5),
    "elsewhere": (lambda: plt.axhline(1), 0.5),
    "upright": (lambda: plt.axvline(0), 0.75),
}


@pytest.mark.parametrize(("line", "points"), ZERO.values(), ids=ZERO)
def test_residuals_against_fitted_values_with_a_line_at_zero(line: Callable[[], object], points: float) -> None:
    figures = drawn(lambda: (plt.scatter(FITTED, RESIDUALS), line()))
    with judging(FakeEvidence(drawn=figures)):
        checks = Checks(1)
        checks.scatter(FITTED, RESIDUALS)
        checks.line(0, 0, over=pd.Series(FITTED), scale=pd.Series(RESIDUALS))
        assert checks.score() == points


LABELS: dict[str, tuple[str, str, bool, float]] = {
    "right": ("Day of the study", "Reaction (ms)", False, 1.0),
    "in other words": ("Tag", "Zeit", False, 1.0),
    "both named": ("Days before Reaction", "Reaction after Days", False, 1.0),
    "exchanged": ("Reaction (ms)", "days", False, 0.0),
    "one is the other": ("Reaction (ms)", "time", False, 0.5),
    "of a histogram that lies": ("Days", "Reaction", True, 0.0),
    "of a histogram that lies, rightly": ("Reaction", "Days", True, 1.0),
}


@pytest.mark.parametrize(("x", "y", "lies", "share"), LABELS.values(), ids=LABELS)
def test_a_label_that_names_the_other_variable_is_none(x: str, y: str, lies: bool, share: float) -> None:
    def draw() -> None:
        plt.hist(DATA["y"], orientation="horizontal" if lies else "vertical")
        plt.xlabel(x)
        plt.ylabel(y)

    with judging(FakeEvidence(drawn=drawn(draw))):
        checks = Checks(2)
        checks.histogram(DATA["y"])
        checks.labels(shown=(("day",), "Reaction"))
        assert checks.score() == 1 + share


@pytest.mark.parametrize(
    ("draw", "labels"),
    [
        (lambda: plt.scatter(DATA["y"], DATA["x"]), 1.0),  # exchanged axes, whose labels say so
        (lambda: plt.boxplot(DATA["y"]), 1.0),  # another figure, of which nothing is known
        (lambda: plt.scatter(DATA["x"], DATA["y"]), 0.0),
    ],
)
def test_labels_are_compared_with_what_the_figure_shows(draw: Callable[[], object], labels: float) -> None:
    def labeled() -> None:
        draw()
        plt.xlabel("Reaction")
        plt.ylabel("Days")

    with judging(FakeEvidence(drawn=drawn(labeled))):
        checks = Checks(2)
        checks.scatter(DATA["x"], DATA["y"])
        checks.labels(shown=("day", "reaction"))
        assert checks.results[-1].earned == labels


FAULTS: dict[str, Callable[[], object]] = {
    "pairs of different lengths": lambda: judge_figures((), "pairs", [1.0, 2.0], [1.0]),
    "pairs of nothing": lambda: judge_figures((), "pairs", [], []),
    "columns of different lengths": lambda: judge_figures((), "pairs", ([1.0], [1.0, 2.0]), ([1.0], [1.0])),
    "a sample of two": lambda: judge_figures((), "qq_plot", [1.0, 2.0]),
    "a sample without spread": lambda: judge_figures((), "qq_plot", [1.0, 1.0, 1.0]),
    "one group": lambda: judge_figures((), "caterpillar", {"a": 1.0}),
    "members of no group": lambda: judge_figures((), "caterpillar", {"a": 1.0, "b": 2.0}, {"c": [1.0]}),
}


@pytest.mark.parametrize("call", FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_drawn_is_the_authors_fault(call: Callable[[], object]) -> None:
    with pytest.raises(AuthorError):
        call()


def test_a_figure_of_this_kind_deserves_its_labels() -> None:
    def draw() -> None:
        plt.hlines(PLACES, RAW, BLUP)
        plt.xlabel("points")
        plt.ylabel("school")
        plt.figure()
        plt.plot([0, 1], [0, 1])

    def check(checks: Checks) -> None:
        checks.pairs(RAW, BLUP, credit=0.5)
        checks.labels(credit=0.5)

    assert judge(check, FakeEvidence(drawn=drawn(draw))).status is Status.PASSED

"""Labels: each asked piece has an equal share, blanks are no labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import seaborn as sns

from autograder.checks import AuthorError, Checks, Status
from autograder.checks.student import judging
from tests.checks.drawings import drawn
from tests.checks.fakes import FakeEvidence, judge_figures, own

TABLE = pd.DataFrame({"Days": [0, 1, 2, 3], "Reaction": [250, 260, 280, 275]})


def panels_with_legends(*names: str) -> None:
    _, axes = plt.subplots(1, len(names))
    for one, name in zip(axes, names, strict=True):
        one.plot([0, 1], label=name)
        one.legend()


def figure(x: str = "", y: str = "", title: str = "", text: str = "", legend: bool = False) -> None:
    plt.scatter(TABLE["Days"], TABLE["Reaction"], label="Subject 371")
    plt.plot([0, 3], [250, 280], label="Subject 337")
    plt.xlabel(x)
    plt.ylabel(y)
    plt.title(title)
    if text:
        plt.text(0.05, 0.95, text, transform=plt.gca().transAxes)
    if legend:
        plt.legend(title="Who")


def supper() -> None:
    canvas, axes = plt.subplots(1, 2)
    for panel in axes:
        panel.scatter(TABLE["Days"], TABLE["Reaction"])
    canvas.supxlabel("Days")
    canvas.supylabel("Reaction (ms)")
    canvas.suptitle("All")


LABELLED: dict[str, tuple[Callable[[], object], dict[str, Any], float]] = {
    "both": (lambda: figure("Days", "ms"), {}, 1.0),
    "one letter": (lambda: figure("x", "y"), {}, 1.0),
    "pandas": (lambda: TABLE.plot.scatter("Days", "Reaction"), {}, 1.0),
    "seaborn": (lambda: sns.scatterplot(TABLE, x="Days", y="Reaction"), {}, 1.0),
    "of the whole figure": (supper, {"title": True}, 1.0),
    "x alone": (lambda: figure("Days"), {}, 0.5),
    "neither": (lambda: figure(), {}, 0.0),
    "blanks": (lambda: figure("______", "__ __"), {}, 0.0),
    "dots": (lambda: figure("...", " "), {}, 0.0),
    "x not asked for": (lambda: figure(y="Reaction"), {"x": False}, 1.0),
    "title missing": (lambda: figure("a", "b"), {"title": True}, 2 / 3),
    "title there": (lambda: figure("a", "b", "c"), {"title": True}, 1.0),
    "legend missing": (lambda: figure("a", "b"), {"legend": True}, 2 / 3),
    "legend there": (lambda: figure("a", "b", legend=True), {"legend": True}, 1.0),
    "too few entries": (lambda: figure("a", "b", legend=True), {"legend": 4}, 2 / 3),
    "a legend in each of two panels": (
        lambda: panels_with_legends("371", "337"),
        {"x": False, "y": False, "legend": 2},
        1.0,
    ),
    "the same entry in each of two panels": (
        lambda: panels_with_legends("371", "371"),
        {"x": False, "y": False, "legend": 2},
        0.0,
    ),
    "enough entries": (lambda: figure("a", "b", legend=True), {"legend": 2}, 1.0),
    "the words asked for": (lambda: figure("Day of study", "Reaction time"), {"x": "day", "y": ["ms", "react"]}, 1.0),
    "other words": (lambda: figure("Reaction", "Days"), {"x": "day", "y": "react"}, 0.0),
    "equation": (lambda: figure(text="y = 21.76 * x + 244.19"), {"x": 0, "y": 0, "equation": (244.193, 21.765)}, 1.0),
    "equation in the legend": (
        lambda: (plt.plot([0, 1], label="244.2 + 21.8x"), plt.legend()),
        {"x": 0, "y": 0, "equation": (244.193, 21.765)},
        1.0,
    ),
    "falling": (lambda: figure(text="y = 244.19 - 21.76 x"), {"x": 0, "y": 0, "equation": (244.193, -21.765)}, 1.0),
    "wrong sign": (lambda: figure(text="y = 244.19 - 21.76 x"), {"x": 0, "y": 0, "equation": (244.193, 21.765)}, 0.0),
    "wrong equation": (lambda: figure(text="y = 21 x + 205"), {"x": 0, "y": 0, "equation": (244.193, 21.765)}, 0.0),
    "any equation": (lambda: figure(text="y = 21 x + 205"), {"x": 0, "y": 0, "equation": True}, 1.0),
    "no equation": (lambda: figure(text="Subject 308"), {"x": 0, "y": 0, "equation": True}, 0.0),
    "one of two equations": (
        lambda: figure(text="248.11 + 10.47 Days"),
        {"x": 0, "y": 0, "equation": [(248.1108, 10.46729), (323.5878, 10.46729)]},
        0.0,
    ),
    "nothing drawn": (lambda: (plt.subplots(), plt.xlabel("Days"), plt.ylabel("ms")), {}, 0.0),
}


@pytest.mark.parametrize(("draw", "asked", "share"), LABELLED.values(), ids=LABELLED.keys())
def test_labels(draw: Callable[[], object], asked: dict[str, Any], share: float) -> None:
    result = judge_figures(drawn(draw), "labels", **asked)
    assert result.earned == pytest.approx(share, abs=0.0026), result  # in steps of 0.005 points
    assert (result.hint == "") == (share == 1)


def test_each_missing_piece_is_named() -> None:
    hint = judge_figures(drawn(lambda: figure("____", "ms")), "labels", title=True, legend=True, equation=True).hint
    assert "x label" in hint
    assert "title" in hint
    assert "equation" in hint
    assert "y label" not in hint


def test_an_equation_may_state_the_students_own_numbers() -> None:
    figures = drawn(lambda: figure(text="y = 12.0 x + 240"))
    values = {"a": 240.0, "b": 12.0}
    asked: dict[str, Any] = {"x": False, "y": False, "equation": (244.193, 21.765)}
    assert judge_figures(figures, "labels", **asked, values=values).status is Status.FAILED
    assert judge_figures(figures, "labels", **asked, own=own("a", "b"), values=values).status is Status.PASSED


def test_labels_are_looked_for_in_the_figure_that_deserved_the_check_before() -> None:
    def draw() -> None:
        plt.hist(TABLE["Reaction"])
        plt.xlabel("Reaction")
        plt.ylabel("count")
        plt.figure()
        plt.scatter(TABLE["Days"], TABLE["Reaction"])

    evidence = FakeEvidence(drawn=drawn(draw))
    with judging(evidence):
        checks = Checks(3)
        checks.histogram(TABLE["Reaction"], credit=1)
        checks.scatter(TABLE["Days"], TABLE["Reaction"], credit=1)
        checks.labels(credit=1)
        assert checks.score() == 2.0
    with judging(evidence):
        checks = Checks(2)
        checks.scatter(TABLE["Days"], TABLE["Reaction"], credit=1)
        checks.labels(credit=1)
        assert checks.score() == 1.0
    with judging(evidence):
        checks = Checks(1)
        checks.labels(credit=1)
        assert checks.score() == 1.0


def test_the_best_labelled_of_equal_figures_counts() -> None:
    def draw() -> None:
        plt.scatter(TABLE["Days"], TABLE["Reaction"])
        plt.figure()
        figure("Days", "Reaction")

    with judging(FakeEvidence(drawn=drawn(draw))):
        checks = Checks(2)
        checks.scatter(TABLE["Days"], TABLE["Reaction"], credit=1)
        checks.labels(credit=1)
        assert checks.score() == 2.0


def test_labels_without_any_piece_are_the_authors_fault() -> None:
    with pytest.raises(AuthorError, match="at least one piece"):
        judge_figures((), "labels", x=False, y=False)

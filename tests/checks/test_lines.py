"""Straight lines: any honest way to draw them is right, a wrong one says what is different."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns

from autograder.checks import AuthorError, Status
from autograder.values.views import Axes, Figure, Line
from tests.checks.drawings import drawn
from tests.checks.fakes import FakeEvidence, Row, judge, judge_figures, own, own_lines

RNG = np.random.default_rng(9)
TABLE = pd.DataFrame({"day": np.tile(np.arange(10.0), 12), "who": np.repeat(np.arange(301, 313), 10)})
TABLE["time"] = 250 + 3.0 * (TABLE["who"] - 306) + (10 + (TABLE["who"] - 306)) * TABLE["day"] + RNG.normal(0, 20, 120)
DAY, TIME = TABLE["day"], TABLE["time"]
SLOPE, INTERCEPT = (float(one) for one in np.polyfit(DAY, TIME, 1))
ENDS, FINE = np.array([0.0, 9.0]), np.linspace(0, 9, 100)
FITS = {
    int(str(who)): tuple(float(one) for one in np.polyfit(rows["day"], rows["time"], 1)[::-1])
    for who, rows in TABLE.groupby("who")
}


def at(x: Any, intercept: float = INTERCEPT, slope: float = SLOPE) -> Any:
    return intercept + slope * np.asarray(x)


RIGHT: dict[str, Callable[[], object]] = {
    "200 points": lambda: plt.plot(np.linspace(0, 9, 200), at(np.linspace(0, 9, 200))),
    "two points": lambda: plt.plot(ENDS, at(ENDS)),
    "two points backwards": lambda: plt.plot(ENDS[::-1], at(ENDS[::-1])),
    "a point for each row": lambda: plt.plot(DAY, at(DAY)),
    "dashed, marked": lambda: plt.plot(FINE, at(FINE), "s--"),
    "on a scatter plot": lambda: (plt.scatter(DAY, TIME), plt.plot(FINE, at(FINE))),
    "rounded to four digits": lambda: plt.plot(FINE, at(FINE, float(f"{INTERCEPT:.4g}"), float(f"{SLOPE:.4g}"))),
    "longer than asked": lambda: plt.plot([-1, 12], at([-1, 12])),
    "axes": lambda: plt.subplots()[1].plot(ENDS, at(ENDS)),
    "pandas": lambda: pd.Series(at(FINE), index=FINE).plot(),
    "seaborn regplot": lambda: sns.regplot(TABLE, x="day", y="time"),
    "seaborn lmplot": lambda: sns.lmplot(TABLE, x="day", y="time", ci=None),
    "beside a reference line": lambda: (plt.axhline(TIME.mean()), plt.plot(ENDS, at(ENDS))),
    "in a LineCollection": lambda: plt.vlines([4], 0, 1) and plt.plot(ENDS, at(ENDS)),
    "in the second panel": lambda: plt.subplots(1, 2)[1][1].plot(ENDS, at(ENDS)),
    "with gaps": lambda: plt.plot([0, np.nan, 4, 9], at([0, np.nan, 4, 9])),
}

WRONG: dict[str, tuple[Callable[[], object], str, float]] = {
    "nothing": (lambda: None, "no-figure", 0.0),
    "the points alone": (lambda: plt.scatter(DAY, TIME), "no-line", 0.0),
    "another line": (lambda: plt.plot(ENDS, at(ENDS, INTERCEPT + 5)), "other-line", 0.0),
    "another slope": (lambda: plt.plot(ENDS, at(ENDS, INTERCEPT, SLOPE * 1.05)), "other-line", 0.0),
    "a horizontal line": (lambda: plt.axhline(TIME.mean()), "other-line", 0.0),
    "half of the range": (lambda: plt.plot([0, 4], at([0, 4])), "short", 0.5),
    "axes exchanged": (lambda: plt.plot(at(FINE), FINE), "swapped", 0.5),
    "coefficients exchanged": (lambda: plt.plot(FINE, at(FINE, SLOPE, INTERCEPT)), "exchanged", 0.25),
    "markers only": (lambda: plt.plot(DAY, at(DAY), "o"), "marks-only", 0.5),
    "the observations joined": (lambda: plt.plot(DAY, TIME), "not-straight", 0.0),
    "a curve": (lambda: plt.plot(FINE, INTERCEPT + FINE**2), "not-straight", 0.0),
    "a single point": (lambda: plt.plot([4], [at(4)]), "no-line", 0.0),
}


@pytest.mark.parametrize("draw", RIGHT.values(), ids=RIGHT.keys())
def test_every_honest_line_is_right(draw: Callable[[], object]) -> None:
    result = judge_figures(drawn(draw), "line", INTERCEPT, SLOPE, over=(0, 9))
    assert (result.status, result.mistake) == (Status.PASSED, ""), result


@pytest.mark.parametrize(("draw", "mistake", "share"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_line_says_what_is_different(draw: Callable[[], object], mistake: str, share: float) -> None:
    result = judge_figures(drawn(draw), "line", INTERCEPT, SLOPE, over=(0, 9), scale=200.0)
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint


def test_a_flat_line_drawn_from_rounded_numbers_is_right() -> None:
    figures = drawn(lambda: plt.plot([0, 9], [205.1, 205.1 + 9 * 2.262]))
    assert judge_figures(figures, "line", 205.0549, 2.261785, over=(0, 9)).status is Status.PASSED


def test_without_a_range_a_line_may_be_of_any_length() -> None:
    assert judge_figures(drawn(lambda: plt.plot([0, 4], at([0, 4]))), "line", INTERCEPT, SLOPE).status is Status.PASSED


@pytest.mark.parametrize(
    ("values", "status"),
    {
        "own numbers": ({"a": 240.0, "b": np.float64(12.0)}, Status.PASSED),
        "own one-element array": ({"a": np.array([240.0]), "b": 12}, Status.PASSED),
        "other numbers": ({"a": 240.0, "b": 11.0}, Status.FAILED),
        "nothing of one's own": ({}, Status.FAILED),
        "not numbers": ({"a": "240", "b": None}, Status.FAILED),
        "not finite": ({"a": float("nan"), "b": float("inf")}, Status.FAILED),
    }.values(),
)
def test_a_line_of_the_students_own_numbers_is_right_and_says_so(values: dict[str, Any], status: Status) -> None:
    figures = drawn(lambda: plt.plot(ENDS, 240 + 12 * ENDS))
    result = judge_figures(figures, "line", INTERCEPT, SLOPE, over=(0, 9), own=own("a", "b"), values=values)
    assert result.status is status
    if status is Status.PASSED:
        assert "your own `a` and `b`" in result.hint


def test_a_short_line_of_the_students_own_numbers_is_not_called_right() -> None:
    figures = drawn(lambda: plt.plot([4, 9], [288, 348]))
    result = judge_figures(
        figures, "line", INTERCEPT, SLOPE, over=(0, 9), own=own("a", "b"), values={"a": 240.0, "b": 12.0}
    )
    assert (result.mistake, result.earned) == ("short", 0.5)
    assert "your own `a` and `b`" in result.hint
    assert "right" not in result.hint


def test_a_line_away_from_the_predictor_is_drawn_over_another_variable() -> None:
    times = np.array([200.0, 400.0])
    figures = drawn(lambda: plt.plot(times, -5 + 0.03 * times))
    result = judge_figures(
        figures, "line", INTERCEPT, SLOPE, over=(0, 9), own=own("a", "b"), values={"a": -5.0, "b": 0.03}
    )
    assert (result.mistake, result.earned) == ("elsewhere", 0.25)
    assert "which variable" in result.hint


def test_a_row_names_the_line_that_was_drawn_instead() -> None:
    rows = [Row("mean", "line", (float(TIME.mean()), 0.0), 0.25, "a flat line")]
    evidence = FakeEvidence(drawn=drawn(lambda: plt.plot(ENDS, at(ENDS, TIME.mean(), 0.0))))
    result = judge(lambda one: one.line(INTERCEPT, SLOPE, over=(0, 9), credit=1, mistakes=rows), evidence)
    assert (result.mistake, result.earned) == ("mean", 0.25)


def subject_lines(count: int = 10, x: Any = FINE) -> object:
    for intercept, slope in list(FITS.values())[:count]:
        plt.plot(x, intercept + slope * np.asarray(x))
    return plt.gcf()


def panels() -> None:
    _, axes = plt.subplots(2, 5, sharey=True)
    for panel, who in zip(axes.ravel(), FITS, strict=False):
        panel.plot(ENDS, FITS[who][0] + FITS[who][1] * ENDS)


MANY: dict[str, tuple[Callable[[], object], str, float]] = {
    "ten": (lambda: subject_lines(10), "", 1.0),
    "all": (lambda: subject_lines(12, ENDS), "", 1.0),
    "ten with a line for all": (lambda: (subject_lines(10), plt.plot(ENDS, at(ENDS))), "", 1.0),
    "in panels": (panels, "", 1.0),
    "seaborn lmplot": (lambda: sns.lmplot(TABLE, x="day", y="time", hue="who", ci=None), "", 1.0),
    "seaborn lmplot in panels": (
        lambda: sns.lmplot(TABLE, x="day", y="time", col="who", col_wrap=4, n_boot=20),
        "",
        1.0,
    ),
    "nine": (lambda: subject_lines(9), "too-few", 0.9),
    "one ten times": (lambda: [plt.plot(ENDS, at(ENDS, *FITS[301])) for _ in range(10)], "too-few", 0.1),
    "the line for all ten times": (lambda: [plt.plot(ENDS, at(ENDS)) for _ in range(10)], "other-lines", 0.0),
    "in two figures": (
        lambda: (subject_lines(6), plt.figure(), [plt.plot(ENDS, at(ENDS, *FITS[who])) for who in range(307, 312)]),
        "too-few",
        0.6,
    ),
    "the observations joined": (
        lambda: [plt.plot(rows["day"], rows["time"]) for _, rows in TABLE.groupby("who")],
        "not-straight",
        0.0,
    ),
    "coefficients exchanged": (
        lambda: [plt.plot(FINE, at(FINE, slope, intercept)) for intercept, slope in FITS.values()],
        "exchanged",
        0.25,
    ),
    "axes exchanged": (lambda: [plt.plot(at(FINE, *fit), FINE) for fit in FITS.values()], "swapped", 0.5),
    "points alone": (lambda: plt.scatter(DAY, TIME), "no-line", 0.0),
    "nothing": (lambda: None, "no-figure", 0.0),
}


@pytest.mark.parametrize(("draw", "mistake", "share"), MANY.values(), ids=MANY.keys())
def test_subject_lines(draw: Callable[[], object], mistake: str, share: float) -> None:
    result = judge_figures(drawn(draw), "subject_lines", FITS, at_least=10, over=(0, 9))
    assert (result.mistake, result.earned) == (mistake, share), result


def test_lines_of_others_are_called_what_the_course_calls_them() -> None:
    result = judge_figures(drawn(lambda: subject_lines(9)), "subject_lines", FITS, at_least=10, each="school")
    assert result.label == "the schools' lines"
    assert result.hint == "The fitted lines of 9 schools were found, but 10 are asked for."


def test_subject_lines_take_objects_and_a_range_for_each() -> None:
    fits = {who: SimpleNamespace(intercept=fit[0], slope=fit[1]) for who, fit in FITS.items()}
    figures = drawn(lambda: subject_lines(10, [0, 4]))
    assert judge_figures(figures, "subject_lines", fits, over=dict.fromkeys(FITS, (0, 4))).status is Status.PASSED
    assert judge_figures(figures, "subject_lines", fits, over=dict.fromkeys(FITS, (0, 9))).status is Status.FAILED


def test_a_row_names_the_lines_that_were_drawn_instead() -> None:
    parallel = {who: (fit[0], SLOPE) for who, fit in FITS.items()}
    rows = [Row("parallel", "subject_lines", parallel, 0.5, "each has a slope of its own")]
    evidence = FakeEvidence(drawn=drawn(lambda: [plt.plot(ENDS, at(ENDS, *fit)) for fit in parallel.values()]))
    result = judge(lambda one: one.subject_lines(FITS, over=(0, 9), credit=1, mistakes=rows), evidence)
    assert (result.mistake, result.earned) == ("parallel", 0.5)


def test_a_row_names_lines_that_were_drawn_on_exchanged_axes() -> None:
    parallel = {who: (fit[0], SLOPE) for who, fit in FITS.items()}
    rows = [Row("parallel", "subject_lines", parallel, 0.5, "each has a slope of its own")]
    evidence = FakeEvidence(drawn=drawn(lambda: [plt.plot(at(ENDS, *fit), ENDS) for fit in parallel.values()]))
    result = judge(lambda one: one.subject_lines(FITS, over=(0, 9), credit=1, mistakes=rows), evidence)
    assert (result.mistake, result.earned) == ("swapped, parallel", 0.25)
    assert result.hint == "The axes are exchanged. each has a slope of its own"


def test_a_row_without_lines_on_these_data_explains_nothing() -> None:
    rows = [Row("a model without a fit", "subject_lines", {}, 0.5, "never said")]
    evidence = FakeEvidence(drawn=drawn(lambda: plt.plot(FINE, FINE)))
    result = judge(lambda one: one.subject_lines(FITS, over=(0, 9), credit=1, mistakes=rows), evidence)
    assert (result.mistake, result.hint) == ("other-lines", "None of the lines asked for was found.")


PAIR = {371: (248.11, 10.467), 337: (323.59, 10.467)}


def pair_lines(one: str = "Subject 371", two: str = "Subject 337", shift: float = 0.0) -> object:
    plt.plot(FINE, at(FINE, *PAIR[371]), label=one)
    return plt.plot(FINE, at(FINE, *PAIR[337]) + shift, label=two)


TWO: dict[str, tuple[Callable[[], object], str, float]] = {
    "both": (pair_lines, "", 1.0),
    "without names": (lambda: pair_lines("", ""), "", 1.0),
    "names of one's own": (lambda: pair_lines("the first", "the second"), "", 1.0),
    "on points": (lambda: (plt.scatter(DAY, TIME), pair_lines()), "", 1.0),
    "names exchanged": (lambda: pair_lines("Subject 337", "Subject 371"), "exchanged-labels", 0.5),
    "one": (lambda: plt.plot(FINE, at(FINE, *PAIR[371])), "incomplete", 0.5),
    "one wrong": (lambda: pair_lines(shift=20), "incomplete", 0.5),
    "axes exchanged": (lambda: [plt.plot(at(FINE, *line), FINE) for line in PAIR.values()], "swapped", 0.5),
    "other lines": (lambda: plt.plot(FINE, FINE), "other-lines", 0.0),
    "raw series": (
        lambda: [plt.plot(rows["day"], rows["time"]) for _, rows in list(TABLE.groupby("who"))[:2]],
        "not-straight",
        0.0,
    ),
    "points": (lambda: plt.scatter(DAY, TIME), "no-line", 0.0),
    "nothing": (lambda: None, "no-figure", 0.0),
}


@pytest.mark.parametrize(("draw", "mistake", "share"), TWO.values(), ids=TWO.keys())
def test_named_lines(draw: Callable[[], object], mistake: str, share: float) -> None:
    result = judge_figures(drawn(draw), "lines", PAIR, over=(0, 9))
    assert (result.mistake, result.earned) == (mistake, share), result


def test_a_line_that_a_label_names_is_not_called_missing() -> None:
    def hint(draw: Callable[[], object]) -> str:
        return judge_figures(drawn(draw), "lines", {**PAIR, 308: (0.0, 1.0)}, over=(0, 9)).hint

    assert hint(lambda: plt.plot(FINE, at(FINE, *PAIR[371]), label="371")) == "Not found: the line of 337, 308."
    assert hint(lambda: pair_lines(shift=20)) == (
        "Not found: the line of 308. In the figure, but not where it should be: the line of 337."
    )


def test_named_lines_of_the_students_own_numbers_are_right_and_say_so() -> None:
    theirs = own_lines({371: ("intercept_1", "slope"), 337: ("intercept_2", "slope")})
    values = {"intercept_1": 248.11, "intercept_2": 343.59, "slope": 10.467}
    result = judge_figures(drawn(lambda: pair_lines(shift=20)), "lines", PAIR, over=(0, 9), own=theirs, values=values)
    assert result.status is Status.PASSED
    assert "`intercept_2` and `slope`" in result.hint
    assert "intercept_1" not in result.hint


@pytest.mark.parametrize("order", [(371, 337), (337, 371)])
def test_lines_that_coincide_are_told_apart_by_their_names(order: tuple[int, int]) -> None:
    theirs = own_lines({371: ("a", "b"), 337: ("a", "b")})
    figures = drawn(lambda: [plt.plot(ENDS, 251 + 10 * ENDS, label=f"Subject {who}") for who in order])
    result = judge_figures(figures, "lines", PAIR, over=(0, 9), own=theirs, values={"a": 251.0, "b": 10.0})
    assert (result.status, result.mistake) == (Status.PASSED, ""), result


def test_exchanged_names_of_the_students_own_lines_are_not_called_right() -> None:
    theirs = own_lines({371: ("intercept_1", "slope"), 337: ("intercept_2", "slope")})
    values = {"intercept_1": 200.0, "intercept_2": 300.0, "slope": 10.0}
    lines = {"Subject 337": 200.0, "Subject 371": 300.0}
    figures = drawn(lambda: [plt.plot(ENDS, start + 10 * ENDS, label=name) for name, start in lines.items()])
    result = judge_figures(figures, "lines", PAIR, over=(0, 9), own=theirs, values=values)
    assert result.mistake == "exchanged-labels"
    assert "lines are right" not in result.hint


def test_coordinates_that_are_no_numbers_draw_nothing() -> None:
    odd = Line(np.array(["a", "b"], dtype=object), np.array([1.0, 2.0]))
    figures = (Figure((Axes(lines=(odd, Line(np.array([0.0]), np.array([1.0, 2.0])))),)),)
    assert judge_figures(figures, "line", 1.0, 2.0).mistake == "no-figure"


FAULTS: dict[str, Callable[[], object]] = {
    "range": lambda: judge_figures((), "line", 1.0, 2.0, over=(9, 0)),
    "scale": lambda: judge_figures((), "line", 1.0, 2.0, scale=0.0),
    "not finite": lambda: judge_figures((), "line", float("nan"), 2.0),
    "no lines": lambda: judge_figures((), "lines", {}),
    "too many asked": lambda: judge_figures((), "subject_lines", FITS, at_least=13),
    "own": lambda: judge_figures((), "line", 1.0, 2.0, own="slope"),
    "not a pair": lambda: judge_figures((), "lines", {"a": (1.0, 2.0, 3.0)}),
}


@pytest.mark.parametrize("ask", FAULTS.values(), ids=FAULTS.keys())
def test_impossible_questions_are_the_authors_fault(ask: Callable[[], object]) -> None:
    with pytest.raises(AuthorError):
        ask()


def carpet(lines: list[Line], figures: int = 1) -> tuple[Figure, ...]:
    """So many lines that the right one is among them."""
    share = -(-len(lines) // figures)
    parts = [lines[start : start + share] for start in range(0, len(lines), share)]
    return tuple(Figure((Axes(lines=tuple(part)),)) for part in parts)


def dashes(step: float) -> list[Line]:
    return [Line(np.array([4.5, 4.5001]), np.array([height, height])) for height in np.arange(200, 400, step)]


def all_lines() -> list[Line]:
    heights = np.arange(200, 400, 4.0)
    return [Line(ENDS, np.array([left, right])) for left in heights for right in heights]


@pytest.mark.parametrize("lines", [dashes(0.2), dashes(2.5), all_lines()], ids=["dashes", "few dashes", "lines"])
@pytest.mark.parametrize("figures", [1, 8, 40])
def test_a_carpet_of_lines_is_no_answer(lines: list[Line], figures: int) -> None:
    drawn_ones = carpet(lines, figures)
    scale = float(np.ptp(TIME))
    assert judge_figures(drawn_ones, "subject_lines", FITS, at_least=10, scale=scale).earned < 0.2
    assert judge_figures(drawn_ones, "line", INTERCEPT, SLOPE, over=(0, 9), scale=scale).earned == 0


def test_residuals_and_error_bars_are_no_carpet() -> None:
    def draw() -> None:
        plt.vlines(DAY, at(DAY), TIME)
        plt.errorbar(DAY, TIME, yerr=5, fmt="o")
        plt.plot(ENDS, at(ENDS))

    assert judge_figures(drawn(draw), "line", INTERCEPT, SLOPE, over=(0, 9)).earned == 1


@pytest.mark.parametrize("gaps", [DAY.where(DAY != 4), DAY.where(DAY != 4).to_numpy(), [0, 9, None]])
def test_range_and_scale_are_those_of_the_values_that_are_known(gaps: Any) -> None:
    drawn_line, short = drawn(lambda: plt.plot(ENDS, at(ENDS))), drawn(lambda: plt.plot([2, 9], at([2, 9])))
    scale = TIME.where(TIME < 300)
    assert judge_figures(drawn_line, "line", INTERCEPT, SLOPE, over=gaps, scale=scale).earned == 1
    assert judge_figures(short, "line", INTERCEPT, SLOPE, over=gaps, scale=scale).mistake == "short"
    with pytest.raises(AuthorError, match="got nan"):
        judge_figures(drawn_line, "line", INTERCEPT, SLOPE, scale=scale.where(scale > 1e9))

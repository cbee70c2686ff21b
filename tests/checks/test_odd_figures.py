"""Figures that no library draws: no view, however odd, breaks a check or earns points."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import Checks
from autograder.checks.student import judging
from autograder.values.views import Axes, Bars, Figure, Line, Outline, Points, type_of_array
from tests.checks.fakes import FakeEvidence, own_lines
from tests.processor_time import at_most

COORDINATES = st.one_of(
    st.floats(-5, 5), st.sampled_from([0.0, 1.0, np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, 1e-300, 0.1])
)


def arrays() -> st.SearchStrategy[type_of_array]:
    flat = st.lists(COORDINATES, max_size=6).map(lambda numbers: np.array(numbers, dtype=float))
    texts, tall = np.array(["a", "b"], dtype=object), np.array([[1.0], [2.0]])
    odd = st.sampled_from([np.array([]), texts, np.array([1, 2]), tall])
    return st.one_of(flat, flat, odd)


TEXTS = st.sampled_from(["", "____", "Days", "1 2 3", "\x00", "=" * 50])
LINES = st.builds(Line, arrays(), arrays(), TEXTS, st.booleans(), st.booleans())
AXES = st.builds(
    Axes,
    title=TEXTS,
    xlabel=st.sampled_from(["", "__"]),
    ylabel=st.just(""),
    legend=st.one_of(st.none(), st.tuples(TEXTS)),
    texts=st.tuples(TEXTS),
    lines=st.lists(LINES, max_size=3).map(tuple),
    points=st.lists(st.builds(Points, arrays(), arrays(), TEXTS), max_size=2).map(tuple),
    bars=st.lists(st.builds(Bars, arrays(), arrays(), arrays(), arrays(), TEXTS), max_size=2).map(tuple),
    outlines=st.lists(st.builds(Outline, arrays(), arrays(), TEXTS, st.booleans()), max_size=2).map(tuple),
    segments=st.lists(LINES, max_size=2).map(tuple),
)
FIGURES = st.lists(st.builds(Figure, st.lists(AXES, max_size=2).map(tuple)), max_size=2).map(tuple)

VALUES = np.linspace(100, 400, 37)
TIMES = 200 + 3.7 * VALUES


@settings(max_examples=40)
@given(FIGURES)
def test_no_figure_breaks_a_check(figures: tuple[Figure, ...]) -> None:
    with judging(FakeEvidence(drawn=figures)), warnings.catch_warnings():
        warnings.simplefilter("error")
        checks = Checks(6)
        checks.histogram(VALUES, credit=1)
        checks.scatter(VALUES, TIMES, credit=1)
        checks.line(250.0, 31.0, over=(100, 400), credit=1)
        checks.subject_lines({1: (250.0, 31.0), 2: (240.0, 32.0)}, at_least=2, over=(100, 400), credit=1)
        checks.lines({1: (250.0, 31.0), 2: (240.0, 32.0)}, over=(100, 400), own=own_lines({1: ("a", "b")}), credit=1)
        checks.labels(x=True, y=True, credit=1)
        assert checks.score() == 0.0
        assert all(result.hint for result in checks.results)


HOSTILE: dict[str, Figure] = {
    "thousands of bars of one": Figure(
        (Axes(bars=tuple(Bars(np.array([0.0]), np.ones(1), np.zeros(1), np.ones(1)) for _ in range(4000))),)
    ),
    "an endless staircase": Figure((Axes(outlines=(Outline(np.repeat(np.arange(5e4), 2), np.zeros(100_000)),)),)),
    "thousands of lines": Figure((Axes(lines=tuple(Line(np.arange(2.0), np.arange(2.0)) for _ in range(20_000))),)),
    "a text of blanks": Figure((Axes(texts=(" " * 100_000 + "x",), lines=(Line(np.arange(2.0), np.arange(2.0)),)),)),
    "a text of digits": Figure((Axes(texts=("1" * 100_000,), lines=(Line(np.arange(2.0), np.arange(2.0)),)),)),
}


@pytest.mark.parametrize("figure", HOSTILE.values(), ids=HOSTILE.keys())
def test_figures_made_to_keep_the_grader_busy_are_judged_in_seconds(figure: Figure) -> None:
    with at_most(10), judging(FakeEvidence(drawn=(figure,))):
        checks = Checks(5)
        checks.histogram(VALUES, credit=1)
        checks.scatter(VALUES, TIMES, credit=1)
        checks.line(250.0, 31.0, over=(100, 400), credit=1)
        checks.subject_lines({who: (250.0 + who, 31.0) for who in range(18)}, over=(100, 400), credit=1)
        checks.labels(x=False, y=False, equation=(250.0, 31.0), credit=1)
        assert checks.score() == 0.0

"""What is read aloud in the place of a figure."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.pages.alt import alt_text, alt_texts
from autograder.values.views import Axes, Bars, Figure, Line, Outline, Points

ROW = np.arange(10.0)
CLOUD = Points(ROW, ROW)
LINE = Line(ROW, ROW)

FIGURES = {
    "labels": (
        Figure((Axes(xlabel="Days", ylabel="Reaction (ms)", points=(CLOUD, CLOUD)),)),
        "scatter plot, 20 points; x: Days; y: Reaction (ms)",
    ),
    "a line through points, with a legend": (
        Figure((Axes(title="All", legend=("data", "fit"), points=(CLOUD,), lines=(LINE,)),)),
        "scatter plot, 10 points, 1 line; title: All; legend: data, fit",
    ),
    "points that plot drew": (
        Figure((Axes(lines=(Line(ROW, ROW, joined=False, marked=True),)),)),
        "scatter plot, 10 points",
    ),
    "a histogram": (Figure((Axes(xlabel="ms", bars=(Bars(ROW, ROW, ROW, ROW),)),)), "10 bars; x: ms"),
    "panels, one of them empty": (
        Figure((Axes(lines=(LINE,)), Axes(lines=(LINE, LINE)), Axes()), title="Subjects", xlabel="Days"),
        "Subjects. 2 panels. panel 1: 1 line; x: Days. panel 2: 2 lines; x: Days",
    ),
    "a band": (Figure((Axes(outlines=(Outline(ROW, ROW, band=True),)),)), "1 filled area"),
    "nothing": (Figure((Axes(xlabel="Days"),)), "an empty figure"),
}


@pytest.mark.parametrize(("figure", "text"), FIGURES.values(), ids=FIGURES)
def test_a_figure_in_words(figure: Figure, text: str) -> None:
    assert alt_text(figure) == text


def test_a_text_has_a_bound() -> None:
    assert len(alt_text(Figure((Axes(xlabel="x" * 5000, lines=(LINE,)),)))) == 300


def test_pictures_that_are_not_the_figures_get_no_text() -> None:
    figures = [Figure((Axes(lines=(LINE,)),))]
    assert alt_texts(figures, 1) == ["1 line"]
    assert alt_texts(figures, 2) == []

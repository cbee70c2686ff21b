"""Reference values in hints are found; a student's own numbers, counts and the task's are none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.audit.leaks import leaks
from autograder.grading.evidence import Part, RecordedEvidence
from autograder.values.views import Axes, Bars, Figure, Line, Model, Points

SECRETS = [251.40510, {308: -0.5, 309: 18.04}, (180, 3), None, [[1378.18, 0.0012345]]]


class Evidence(RecordedEvidence):
    """Values and figures as they are, without the wire."""

    def __init__(self, printed: str = "", figures: tuple[Figure, ...] = (), **values: Any) -> None:
        super().__init__(Part(dict.fromkeys(values), printed=printed), {})
        object.__setattr__(self, "given", values)
        object.__setattr__(self, "drawn", figures)

    def value(self, name: str) -> Any:
        return self.given[name]  # type: ignore[attr-defined]

    def figures(self) -> tuple[Figure, ...]:
        return self.drawn  # type: ignore[attr-defined, no-any-return]


def found(text: str, evidence: RecordedEvidence | None = None, public: str = "subject 308, 0.5 points") -> bool:
    return bool(list(leaks([text], SECRETS, public, evidence or Evidence())))


@pytest.mark.parametrize(
    "text",
    [
        "It should be 251.4051.",
        "It should be 251.",
        "It should be −251.4.",
        "There are 180 rows.",
        "18.04 is right",
        "0.00123 is right",
        "1378.2",
    ],
)
def test_a_reference_value_is_found_exact_or_rounded(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "This is not the value that the data give.",
        "250 is too small",
        "2 points of the data are missing; 10 lines were found",
        "18 subjects",
        "Subject 308 was not found, 0.5 of the credit is kept",
        "1400",
    ],
)
def test_other_numbers_counts_and_numbers_of_the_task_are_no_leak(text: str) -> None:
    assert not found(text)


LINE = Figure((Axes(lines=(Line(np.array([0.0, 9.0]), np.array([251.4, 345.6])),)),))
POINTS = Figure((Axes(points=(Points(np.zeros(180), np.ones(180)),)),))
KNOWN = np.where(np.arange(200) < 180, 1.0, np.nan)
SEVERAL = Figure(
    (Axes(points=(Points(np.zeros(100), np.ones(100)),)), Axes(points=(Points(np.zeros(80), np.ones(80)),)))
)
GAPS = Figure((Axes(points=(Points(np.ones(200), KNOWN),)),))
MIXED = Model(
    *("MixedLMResults", "MixedLM", pd.Series([1.0]), np.zeros(360), np.ones((360, 1)), "y", ("x",)),
    groups=np.repeat(np.arange(180), 2),
    cov_re=pd.DataFrame([[1.0]]),
)
BARS = Figure((Axes(bars=(Bars(*[np.ones(180)] * 4),)),))
TITLED = Figure((Axes(title="intercept 251.41"),))


@pytest.mark.parametrize(
    ("text", "evidence"),
    {
        "a value": ("251.4051", Evidence(slope=251.4051)),
        "a text": ("“251.4 ms”", Evidence(slope="251.4 ms")),
        "in a Series": ("[1378.18, 3]", Evidence(params=pd.Series([1378.18, 3.0]))),
        "the size of a table": ("a DataFrame with 180 rows", Evidence(table=pd.DataFrame({"x": np.zeros(180)}))),
        "printed": ("251.4", Evidence(printed="slope: 251.405")),
        "an end of a line": ("from (0, 251.4) to (9, 345.6)", Evidence(figures=(LINE,))),
        "a count of points": ("a figure with 180 points", Evidence(figures=(POINTS,))),
        "points of which some are missing": ("a figure with 180 points", Evidence(figures=(GAPS,))),
        "points of several panels": ("a figure with 180 points in 2 panels", Evidence(figures=(SEVERAL,))),
        "the groups of a model": ("Your model has 180 groups.", Evidence(model=MIXED)),
        "the length of a list": ("a list of 180 values", Evidence(rows=["x"] * 180)),
        "a count of bars": ("a figure with 180 bars", Evidence(figures=(BARS,))),
        "a title": ("title “251.41”", Evidence(figures=(TITLED,))),
    }.values(),
)
def test_what_the_student_has_already_is_no_leak(text: str, evidence: RecordedEvidence) -> None:
    assert found(text)
    assert not found(text, evidence)


def test_one_number_of_ones_own_does_not_hide_another() -> None:
    assert found("251.4 and 1378.2", Evidence(slope=251.4))


def test_a_count_that_is_not_the_students_is_a_leak() -> None:
    assert found(
        "There should be 180 points.", Evidence(figures=(Figure((Axes(points=(Points(np.zeros(9), np.ones(9)),)),)),))
    )
    assert found("There are 180 groups.", Evidence(model=replace(MIXED, groups=np.zeros(360))))

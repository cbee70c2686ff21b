"""Which numbers count as a student's own results."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.values.views import Axes, Figure, Line, Missing, Model, Opaque, Record
from autograder.written.results import MAX_RESULTS, Origin, identifiers, of_figures, of_printed, of_table, results_of
from tests.written.course import VOCABULARY

VALUES = {
    "number": (10.5, {"x": 10.5}),
    "NumPy number": (np.float64(10.5), {"x": 10.5}),
    "array of one": (np.array([10.5]), {"x": 10.5}),
    "Series": (pd.Series({337: 72.2, 309: -77.8}), {"x[337]": 72.2, "x[309]": -77.8}),
    "dict of Series": ({337: pd.Series({"Group": 72.2})}, {"x[337]": 72.2}),
    "list": ([1.5, 2.5], {"x[0]": 1.5, "x[1]": 2.5}),
    "small table": (pd.DataFrame({"b": [1.0, 2.0]}, index=["a", "c"]), {"x[a, b]": 1.0, "x[c, b]": 2.0}),
    "table of one, as cov_re": (pd.DataFrame({"Group": [1378.2]}, index=["Group"]), {"x": 1378.2}),
    "Series of one": (pd.Series({"Group": 72.2}), {"x": 72.2}),
    "record": (Record("LinregressResult", {"slope": 10.5, "stderr": 1.2}), {"x.slope": 10.5, "x.stderr": 1.2}),
    "infinite": (float("inf"), {}),
    "text": ("____", {}),
    "truth value": (True, {}),
    "missing": (Missing("x"), {}),
    "opaque": (Opaque("builtins.object"), {}),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_values(value: Any, expected: dict[str, float]) -> None:
    assert {own.label: own.value for own in results_of({"x": value}, {}, VOCABULARY)} == expected


def test_units_are_those_that_tests_declare() -> None:
    units = {"a": "ms/day", "b": "kg"}
    assert [own.unit.name for own in results_of({"a": 1.5, "b": 2.5, "c": 3.5}, units, VOCABULARY)] == [
        "ms per day",
        "kg",
        "",
    ]


def test_fitted_model() -> None:
    params = pd.Series({"Intercept": 250.0, "Days": 10.0})
    model = Model(
        "MixedLMResults",
        "MixedLM",
        params,
        np.zeros(2),
        np.zeros((2, 2)),
        "y",
        ("Intercept", "Days"),
        fe_params=params,
        scale=900.0,
        llf=-880.0,
        bse=pd.Series({"Intercept": 10.0, "Days": 2.0}),
        cov_re=pd.DataFrame([[1400.0]]),
        random_effects={337: pd.Series({"Group": 72.0})},
    )
    found = {own.label: (own.value, own.origin) for own in results_of({"m": model}, {}, VOCABULARY)}
    assert found["m.scale"] == (900.0, Origin.ESTIMATE)
    assert found["m.fe_params[Days]"] == (10.0, Origin.ESTIMATE)
    assert found["m.random_effects[337]"] == (72.0, Origin.ENTRY)
    assert found["m.llf"] == (-880.0, Origin.BACKGROUND)
    assert 1400.0 in [value for value, _ in found.values()]
    assert 5.0 in [value for value, _ in found.values()]  # t of Days


def test_large_containers_are_bounded() -> None:
    values = {f"x{place}": list(range(1_000)) for place in range(100)}
    assert len(results_of(values, {}, VOCABULARY)) == MAX_RESULTS
    table = pd.DataFrame(np.ones((100_000, 3)))
    assert len(results_of({"t": table}, {}, VOCABULARY)) < 50


def test_table_is_known_by_what_people_say_of_it() -> None:
    table = pd.DataFrame({"Reaction": [200.0, 300.0, 400.0, 500.0], "Subject": list("abcd")})
    found = {own.label: own.value for own in of_table("data", table)}
    assert found["rows of data"] == 4
    assert found["largest of data[Reaction]"] == 500
    assert found["median of data[Reaction]"] == 350


def test_identifiers_are_whole_numbers_that_come_back() -> None:
    table = pd.DataFrame({"Subject": [308, 308, 309, 309], "Reaction": [249.5, 258.7, 250.8, 321.4]})
    assert identifiers(table) == {308.0, 309.0}


def test_lines_of_figures() -> None:
    line = Line(np.array([0.0, 9.0]), np.array([250.0, 340.0]))
    points = Line(np.array([0.0, 9.0]), np.array([1.0, 2.0]), joined=False)
    found = [own.value for own in of_figures([Figure((Axes(lines=(line, points)),))])]
    assert found == [250.0, 340.0, 10.0]


def test_printed_numbers() -> None:
    found = {own.value: own.step for own in of_printed("slope_308 is 21.765, F: 7e+01, −3.5 and q3a, 12")}
    assert found == {21.765: pytest.approx(1e-3), 70.0: 0.0, -3.5: pytest.approx(0.1), 12.0: 1.0}
    assert len(list(of_printed("\n".join(map(str, range(100_000)))))) <= 400

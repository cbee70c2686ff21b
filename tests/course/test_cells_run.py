"""Solutions, visible tests and starters do what a student sees in a Jupyter of their own.

The solutions of the lessons from 07 on give the numbers of R and of closed forms, as near as honest fits come.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from autograder.values.views import Missing
from tests.course.lesson_numbers import NUMBERS, P_VALUES, VARIANCE
from tests.course.table import (
    CODE_PARTS,
    COURSE,
    Code,
    cell_of,
    folder_of,
    name_of,
    nbgrader_of,
    notebook_of,
    visible_part,
)

Namespace = dict[str, Any]
DATA = (pd.DataFrame, pd.Series, np.ndarray, list, dict)  # what a cell could change in place


@pytest.fixture(autouse=True)
def _figures_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        monkeypatch.setattr(plt, "show", lambda *_, **__: plt.close("all"))
        yield
        plt.close("all")


def run(source: str, namespace: Namespace) -> None:
    """Run one cell as plain Python; a warning is an error, but for the one that lesson 08 speaks of."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "The MLE may be on the boundary")
        exec(compile(source, "<cell>", "exec"), namespace)


@dataclass(frozen=True)
class Untouched:
    """What a starter does as students get it, in the notebook with all earlier parts solved."""

    stops: bool
    defined: Namespace
    draws: bool


@dataclass(frozen=True)
class Played:
    """A notebook run once from top to bottom, solutions and visible tests."""

    namespace: Namespace
    starters: dict[str, Untouched]  # by part


@cache
def played(assignment: str) -> Played:
    """Run the notebook in its folder; each starter is tried on copies just before its solution runs."""
    namespace: Namespace = {}
    starters = {}
    with chdir(folder_of(assignment)):
        for cell in notebook_of(assignment).cells:
            if cell.cell_type == "code":
                name = nbgrader_of(cell).get("grade_id")
                if name in {part.name for of, part in STARTERS if of == assignment}:
                    starters[name] = untouched(starter_of(cell.source), namespace)
                run(visible_part(cell.source), namespace)
    return Played(namespace, starters)


def untouched(starter: str, namespace: Namespace) -> Untouched:
    """Run a starter; nothing that the notebook goes on with is changed by it."""
    own = {name: deepcopy(value) if isinstance(value, DATA) else value for name, value in namespace.items()}
    plt.close("all")
    try:
        run(starter, own)
        stops = False
    except Exception:  # whatever pandas or statsmodels say of a blank
        stops = True
    draws = any(axes.has_data() for number in plt.get_fignums() for axes in plt.figure(number).axes)
    plt.close("all")
    return Untouched(stops, own, draws)


@pytest.mark.parametrize("assignment", COURSE)
def test_solutions_run_from_top_to_bottom(assignment: str) -> None:
    namespace = played(assignment).namespace
    variables = [name for part in COURSE[assignment] if isinstance(part, Code) for name in part.variables]
    assert set(variables) <= set(namespace)


@pytest.mark.parametrize("assignment", COURSE)
def test_the_visible_part_says_which_name_is_still_empty(assignment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder_of(assignment))
    namespace = played(assignment).namespace
    for part in COURSE[assignment]:
        for variable in part.variables if isinstance(part, Code) else ():
            visible = visible_part(cell_of(notebook_of(assignment), f"{part.name}-tests").source)
            with pytest.raises(AssertionError, match=f"`{variable}`"):
                run(visible, {**namespace, variable: None})


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_a_name_that_is_missing_fails_no_visible_check(assignment: str, part: Code) -> None:
    """The hidden checks tell what is missing; the other answers of the cell must still be looked at."""
    visible = visible_part(cell_of(notebook_of(assignment), f"{part.name}-tests").source)
    run(visible, {variable: Missing(variable) for variable in part.variables} | dict.fromkeys(part.given))


STARTERS = [(assignment, part) for assignment, part in CODE_PARTS if part.starter]


def starter_of(source: str) -> str:
    """The starter of a solution cell, as students get it."""
    lines = source.split("### BEGIN STARTER\n")[1].split("### END STARTER")[0].splitlines()
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)


@pytest.mark.parametrize(("assignment", "part"), [row for row in STARTERS if row[1].name != "q3b"], ids=name_of)
def test_an_untouched_starter_stops_at_a_blank(assignment: str, part: Code) -> None:
    found = played(assignment).starters[part.name]
    assert found.stops
    assert all(found.defined.get(variable, "____") == "____" for variable in part.variables)
    assert not found.draws


def test_the_starter_that_draws_a_given_line_leaves_its_texts_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 3b the seminar gives the drawing; what students fill in there are the texts."""
    monkeypatch.chdir(folder_of("03-ols"))
    namespace = dict(played("03-ols").namespace)
    monkeypatch.setattr(plt, "show", lambda: None)
    run(starter_of(cell_of(notebook_of("03-ols"), "q3b").source), namespace)
    axes = plt.gca()
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("____", "____", "____")


NUMBERED = [(assignment, name) for assignment, numbers in NUMBERS.items() for name in numbers]


@pytest.mark.parametrize(("assignment", "name"), NUMBERED)
def test_a_number_is_that_of_the_reference(assignment: str, name: str) -> None:
    want, relative = NUMBERS[assignment][name]
    assert float(played(assignment).namespace[name]) == pytest.approx(want, rel=relative)


@pytest.mark.parametrize("assignment", P_VALUES)
def test_a_p_value_is_that_of_the_reference(assignment: str) -> None:
    for name, (want, absolute) in P_VALUES[assignment].items():
        assert math.log10(played(assignment).namespace[name]) == pytest.approx(want, abs=absolute)


def test_the_table_of_shrinkage() -> None:
    table = played("09-schools").namespace["shrinkage"]
    assert table["n"].sum() == 125
    factors = {15: 0.968261, 3: 0.859190, 2: 0.802670}
    for _, row in table.iterrows():
        assert row["factor"] == pytest.approx(factors[int(row["n"])], rel=VARIANCE)
    assert table.loc["School 05", ["raw", "blup"]].tolist() == pytest.approx([-13.51375, -10.84708], abs=3e-3)
    assert table.loc["School 04", ["raw", "blup"]].tolist() == pytest.approx([7.95811, 6.83748], abs=3e-3)
    np.testing.assert_allclose(table["raw"] * table["factor"], table["blup"], rtol=1e-6)


def test_the_comparison_of_the_clinics_sizes() -> None:
    table = played("10-clinics").namespace["comparison"]
    assert table.loc["ols"].tolist() == pytest.approx([-0.0041775, 0.0031213, 0.18083], rel=3e-5)
    assert table.loc["mixed"].tolist() == pytest.approx([-0.0082203, 0.0112026, 0.46309], rel=3e-3)


def test_the_predictions_with_random_slopes() -> None:
    answers = played("11-random-slopes").namespace
    assert answers["pred_population"][9] == pytest.approx(345.610678, abs=5e-4)
    assert answers["pred_308"][[9, 12]] == pytest.approx([430.659991, 489.658765], abs=0.012)
    sds = (36.24370, 36.97801, 38.67897, 41.22712, 44.47707, 48.28733, 52.53613, 57.12570, 61.98039)
    np.testing.assert_allclose(answers["pred_new_sd"], [*sds, 67.04263, 72.26882, 77.62585, 83.08842], rtol=2e-3)


def test_the_comparison_of_four_models() -> None:
    table = played("12-model-comparison").namespace["comparison"]
    wanted = {
        "ols": [-950.14653, 3, 1906.29306, 1915.87193],
        "intercept": [-897.03932, 4, 1802.07864, 1814.85047],
        "uncorrelated": [-876.00163, 5, 1762.00325, 1777.96804],
        "slopes": [-875.96967, 6, 1763.93934, 1783.09709],
    }
    assert {name: table.loc[name].tolist() for name in wanted} == {
        name: pytest.approx(row, abs=1e-3) for name, row in wanted.items()
    }


def test_own_and_mixed_lines() -> None:
    own, mixed = played("11-random-slopes").namespace["own_lines"], played("11-random-slopes").namespace["mixed_lines"]
    assert own.var().tolist() == pytest.approx([838.342, 43.01034], rel=1e-5)
    assert own["intercept"].corr(own["slope"]) == pytest.approx(-0.137553, abs=1e-6)
    assert mixed["intercept"].corr(mixed["slope"]) == pytest.approx(0.263548, abs=1e-3)
    assert mixed.loc[308, "intercept"] + 9 * mixed.loc[308, "slope"] == pytest.approx(430.659991, abs=0.012)


def test_the_lines_of_the_athletes() -> None:
    effects = played("08-athletes").namespace["mixed_results"].random_effects
    lines = {
        athlete: played("08-athletes").namespace["mean_low"] + effect.iloc[0] for athlete, effect in effects.items()
    }
    wanted = {"alex_02": 0.866116, "david_04": 0.829783, "maya_03": 0.823417, "susan_01": 0.864068}
    assert lines == pytest.approx(wanted, abs=5e-4 * 0.0231856)


def test_the_lines_of_the_schools() -> None:
    fit = played("09-schools").namespace["mixed_results"]
    intercepts = [fit.fe_params["Intercept"] + effect.iloc[0] for effect in fit.random_effects.values()]
    wanted = [53.9085, 42.3063, 54.4365, 58.5946, 35.1014, 41.3257, 50.1202, 45.5629, 51.7461, 43.3789]
    assert intercepts == pytest.approx(wanted, abs=5e-4 * math.sqrt(54.32883))

"""Solutions, visible tests and starters do what a student sees in a Jupyter of their own."""

from __future__ import annotations

import io
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

"""Solutions, visible tests and starters do what a student sees in a Jupyter of their own."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
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


@pytest.fixture(autouse=True)
def _figures_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with matplotlib.rc_context():
        plt.switch_backend("Agg")
        monkeypatch.setattr(plt, "show", lambda *_, **__: plt.close("all"))
        yield
        plt.close("all")


def run(source: str, namespace: Namespace) -> None:
    """Run one cell as plain Python; a warning is an error, but for the one that lesson 08 speaks of."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "The MLE may be on the boundary")
        exec(compile(source, "<cell>", "exec"), namespace)


def solved(assignment: str) -> Namespace:
    """Everything that the solutions define, by running the notebook from top to bottom with its visible tests."""
    namespace: Namespace = {}
    for cell in notebook_of(assignment).cells:
        if cell.cell_type == "code":
            run(visible_part(cell.source), namespace)
    return namespace


@pytest.mark.parametrize("assignment", COURSE)
def test_solutions_run_from_top_to_bottom(assignment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder_of(assignment))
    namespace = solved(assignment)
    variables = [name for part in COURSE[assignment] if isinstance(part, Code) for name in part.variables]
    assert set(variables) <= set(namespace)


@pytest.mark.parametrize("assignment", COURSE)
def test_the_visible_part_says_which_name_is_still_empty(assignment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder_of(assignment))
    namespace = solved(assignment)
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


def before(assignment: str, part: Code) -> Namespace:
    """What the notebook has defined when it comes to a part, earlier parts solved."""
    namespace: Namespace = {}
    for cell in notebook_of(assignment).cells:
        if nbgrader_of(cell).get("grade_id") == part.name:
            return namespace
        if cell.cell_type == "code":
            run(visible_part(cell.source), namespace)
    raise LookupError(part.name)


@pytest.mark.parametrize(("assignment", "part"), [row for row in STARTERS if row[1].name != "q3b"], ids=name_of)
def test_an_untouched_starter_stops_at_a_blank(assignment: str, part: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder_of(assignment))
    namespace = before(assignment, part)
    with pytest.raises(Exception):  # noqa: B017, PT011  (whatever pandas or statsmodels say of a blank)
        run(starter_of(cell_of(notebook_of(assignment), part.name).source), namespace)
    assert all(namespace.get(variable, "____") == "____" for variable in part.variables)
    assert not any(axes.has_data() for number in plt.get_fignums() for axes in plt.figure(number).axes)


def test_the_starter_that_draws_a_given_line_leaves_its_texts_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 3b the seminar gives the drawing; what students fill in there are the texts."""
    monkeypatch.chdir(folder_of("03-ols"))
    _, part = next(row for row in STARTERS if row[1].name == "q3b")
    namespace = before("03-ols", part)
    monkeypatch.setattr(plt, "show", lambda: None)
    run(starter_of(cell_of(notebook_of("03-ols"), "q3b").source), namespace)
    axes = plt.gca()
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("____", "____", "____")

"""What students get: in step with the source, and without a word that gives an answer away."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from nbgrader.apps import NbGraderAPI
from traitlets.config import PyFileConfigLoader

from lmmsolutions.core import data
from lmmsolutions.core.results import stated
from lmmsolutions.lessons import correlation, mixed_model, ols, subject_comparisons, subject_fits
from lmmsolutions.lessons.assignments import ASSIGNMENTS
from tests.course.table import (
    CODE_PARTS,
    COURSE,
    WRITTEN_PARTS,
    Code,
    Written,
    cell_of,
    name_of,
    nbgrader_of,
    notebook_of,
)
from tests.course_folder import REPOSITORY

RELEASE = REPOSITORY / "release"
PACKAGES = ("lmmsolutions", "autograder")  # in no cell, no metadata, no spelling
MARKERS = ("BEGIN", "END", "SOLUTION", "STARTER", "HIDDEN", "MARK SCHEME", "Marking scheme", "Checks", "mistakes")


@dataclass(frozen=True)
class Released:
    """Where the releases lie."""

    folder: Path

    def notebook(self, assignment: str) -> nbformat.NotebookNode:
        """The notebook as students get it."""
        return nbformat.read(self.folder / assignment / f"{assignment}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """All releases, generated anew with the course's configuration and a gradebook of their own."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(REPOSITORY / "source", root / "source")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(REPOSITORY)).load_config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader calls alembic by name; it lies beside the interpreter.
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        api = NbGraderAPI(config=config)
        for assignment in COURSE:
            result = api.generate_assignment(assignment)
            assert result["success"], result.get("log") or result.get("error")
        yield Released(root / "release")


def files_of(folder: Path) -> dict[str, bytes]:
    """Relative path → content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_release_is_in_step_with_source(released: Released) -> None:
    generated, committed = files_of(released.folder), files_of(RELEASE)
    assert sorted(committed) == sorted(generated)
    stale = [name for name in generated if generated[name] != committed[name]]
    assert not stale, "run `make release`: source/ has changed since"


@pytest.mark.parametrize("assignment", COURSE)
def test_no_secret_word_is_released(released: Released, assignment: str) -> None:
    file = (released.folder / assignment / f"{assignment}.ipynb").read_text(encoding="utf-8")
    sources = "\n".join(cell.source for cell in released.notebook(assignment).cells)
    assert not [word for word in PACKAGES if word in file.lower()]
    assert not [word for word in MARKERS if word in sources]


def answers() -> dict[str, float]:
    """Every number that an assignment asks for and that a text could give away."""
    table = data.load("sleepstudy")
    fits, mixed, pair = subject_fits.solve(table), mixed_model.solve(table), subject_comparisons.solve(table)
    line = ols.solve(table)
    numbers = {
        "correlation": correlation.solve(table).correlation,
        "intercept": line.intercept,
        "slope": line.slope,
        "intercept_308": fits.intercept_308,
        "slope_308": fits.slope_308,
        "intercept_309": fits.intercept_309,
        "slope_309": fits.slope_309,
        "group_variance": mixed.group_variance,
        "residual_variance": mixed.residual_variance,
        "intercept_1": pair.intercept_1,
        "intercept_2": pair.intercept_2,
        "reaction_min": float(table["Reaction"].min()),
        "reaction_max": float(table["Reaction"].max()),
    }
    return numbers | {f"random effect of {key}": float(value) for key, value in mixed.random_effects.items()}


def spellings(value: float) -> set[str]:
    """How a text may write a number, sign left out: exactly enough to be an answer."""
    size = abs(value)
    places = (2, 3, 4) if size < 1 else (1, 2, 3, 4) if size < 100 else (0, 1, 2, 3, 4)
    return {f"{size:.{digits}f}" for digits in places} | {f"{size:.4g}"}


SAID = {  # answers that a text names on purpose, or another number that happens to be spelled alike
    ("09-schools", "population_intercept", "47.6"),  # not asked for, and compared with the truth in the text
    ("11-random-slopes", "pred_population 8", "335"),  # the subject
}
_FEWEST_DIGITS = 3  # significant ones; with fewer a number earns half at most


def own_answers(assignment: str) -> dict[str, float]:
    """Every number that an assignment itself asks for, those of tables and arrays too."""
    lesson = ASSIGNMENTS[assignment]
    solution = lesson.solve(*lesson.tables())
    found: dict[str, float] = {}
    for name in stated(type(solution)):
        value = getattr(solution, name)
        if isinstance(value, pd.DataFrame | pd.Series | np.ndarray | tuple):
            found |= {
                f"{name} {place}": float(one) for place, one in enumerate(np.ravel(np.asarray(value, dtype=float)))
            }
        elif isinstance(value, int | float):
            found[name] = float(value)
    return {name: value for name, value in found.items() if not value.is_integer()}  # a whole number counts something


@pytest.mark.parametrize("assignment", COURSE)
def test_no_answer_is_given_away(released: Released, assignment: str) -> None:
    text = "\n".join(cell.source for cell in released.notebook(assignment).cells)
    numbers = set(re.findall(r"\d+(?:\.\d+)?", text))
    given_away = {name: numbers & spellings(value) for name, value in answers().items()}
    assert not {name: found for name, found in given_away.items() if found}


@pytest.mark.parametrize("assignment", [name for name in COURSE if name >= "07"])
def test_no_answer_of_a_lesson_is_given_away_in_it(released: Released, assignment: str) -> None:
    text = "\n".join(cell.source for cell in released.notebook(assignment).cells)
    numbers = set(re.findall(r"\d+(?:\.\d+)?", text))
    found = {
        (assignment, name, number)
        for name, value in own_answers(assignment).items()
        for number in numbers & spellings(value)
        if len(number.replace(".", "").lstrip("0")) >= _FEWEST_DIGITS
    }
    assert found == {said for said in SAID if said[0] == assignment}


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_of_a_solution_nothing_is_left_but_its_starter(released: Released, assignment: str, part: Code) -> None:
    source = cell_of(notebook_of(assignment), part.name).source
    given = cell_of(released.notebook(assignment), part.name).source
    shown = source.split("### END STARTER")[0].splitlines() if part.starter else []
    starter = {line.removeprefix("#").removeprefix(" ") for line in shown}
    solution = {
        line for line in source.split("### END STARTER")[-1].splitlines() if line and not line.startswith("###")
    }
    assert not (solution - starter) & set(given.splitlines())
    assert ('"____"' in given) == part.starter


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_what_is_left_of_a_test_cell_imports_nothing(released: Released, assignment: str, part: Code) -> None:
    given = cell_of(released.notebook(assignment), f"{part.name}-tests").source
    assert "import" not in given
    ast.parse(given)


@pytest.mark.parametrize(("assignment", "part"), WRITTEN_PARTS, ids=name_of)
def test_a_written_part_keeps_its_question_and_nothing_else(released: Released, assignment: str, part: Written) -> None:
    question, answer = (cell_of(released.notebook(assignment), grade_id).source for grade_id in part.cells)
    asked = cell_of(notebook_of(assignment), part.cells[0]).source.split("### BEGIN MARK SCHEME")[0]
    assert question.rstrip() == asked.rstrip()
    assert answer == "YOUR ANSWER HERE"


@pytest.fixture
def _figures_stay_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with matplotlib.rc_context():
        plt.switch_backend("agg")
        monkeypatch.setattr(plt, "show", lambda *_, **__: None)
        yield
        plt.close("all")


@pytest.mark.usefixtures("_figures_stay_open")
@pytest.mark.parametrize("assignment", COURSE)
def test_an_untouched_release_answers_nothing(
    released: Released, assignment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(released.folder / assignment)
    namespace = run_all(released.notebook(assignment))
    asked = {name for part in COURSE[assignment] if isinstance(part, Code) for name in part.variables}
    given = {"sleep_study_data"} if assignment != "01-data-overview" else set()
    answered = {name for name in asked if not isinstance(namespace.get(name, "____"), str)}
    assert answered <= given
    assert not any(axes.has_data() for number in plt.get_fignums() for axes in plt.figure(number).axes)


def run_all(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Run all answer cells, going on after an error as grading does."""
    namespace: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and not nbgrader_of(cell)["grade"] and cell.id != "picture":
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(cell.source, "<cell>", "exec"), namespace)
    return namespace

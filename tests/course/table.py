"""The table of names that students see, as data, and access to the notebooks that must keep it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tests.course_folder import REPOSITORY


@dataclass(frozen=True)
class Code:
    """A part that is graded automatically: a solution cell and its test cell."""

    name: str  # grade_id of the solution cell
    points: float
    variables: tuple[str, ...] = ()  # what the student defines
    figure: tuple[str, ...] = ()  # checks of what the student draws
    starter: bool = False  # the seminar hands out code with blanks

    @property
    def cells(self) -> tuple[str, ...]:
        """Its cells by ``grade_id``, in order."""
        return (self.name, f"{self.name}-tests")


@dataclass(frozen=True)
class Written:
    """A part that a TA marks: a locked question with its marking scheme, and the answer."""

    name: str  # grade_id of the answer
    points: float

    @property
    def cells(self) -> tuple[str, ...]:
        """Its cells by ``grade_id``, in order."""
        return (f"{self.name}-question", self.name)


COURSE: dict[str, tuple[Code | Written, ...]] = {
    "01-data-overview": (
        Code("q1a", 0.5, ("sleep_study_data", "first_rows", "data_shape")),
        Code("q1b", 0.5, figure=("histogram", "labels")),
        Written("q1b-observation", 0.5),
        Code("q1c", 0.5, ("days_min", "days_max", "reaction_min", "reaction_max")),
    ),
    "02-correlation": (
        Code("q2a", 1.0, ("n_missing", "n_zero", "sleep_study_data")),
        Code("q2b", 0.5, figure=("scatter", "labels")),
        Code("q2c", 0.5, ("correlation",)),
    ),
    "03-ols": (
        Code("q3a", 1.0, ("model", "intercept", "slope"), starter=True),
        Code("q3b", 0.25, figure=("scatter", "line", "labels"), starter=True),
        Written("q3b-reflection", 0.25),
        Code("q3c", 0.25, figure=("subject_lines", "labels"), starter=True),
        Written("q3c-reflection", 0.25),
    ),
    "04-subject-fits": (
        Code("q4a", 0.75, ("slope_308", "intercept_308"), figure=("scatter", "line", "labels"), starter=True),
        Code("q4b", 0.75, ("slope_309", "intercept_309"), figure=("scatter", "line", "labels"), starter=True),
        Written("q4c-explanation", 0.5),
    ),
    "05-mixed-model": (
        Code("q5a", 0.5, ("mixed_results",), starter=True),
        Code("q5b", 0.5, ("fixed_intercept", "fixed_slope", "group_variance", "residual_variance")),
        Written("q5b-description", 0.25),
        Code("q5c", 0.5, ("random_effects",), starter=True),
        Written("q5c-explanation", 0.25),
    ),
    "06-subject-comparisons": (
        Code(
            "q6a",
            1.5,
            ("subject_1", "subject_2", "intercept_1", "intercept_2", "fixed_slope"),
            figure=("lines", "labels"),
            starter=True,
        ),
        Written("q6b-comparison", 0.5),
    ),
}

CODE_PARTS = [(assignment, part) for assignment, parts in COURSE.items() for part in parts if isinstance(part, Code)]
WRITTEN_PARTS = [
    (assignment, part) for assignment, parts in COURSE.items() for part in parts if isinstance(part, Written)
]

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"


def name_of(value: object) -> str | None:
    """A readable id for a parametrised test."""
    return value.name if isinstance(value, Code | Written) else None


def folder_of(assignment: str) -> Path:
    """The source folder of an assignment."""
    return REPOSITORY / "source" / assignment


def notebook_of(assignment: str) -> nbformat.NotebookNode:
    """The instructor's notebook."""
    return nbformat.read(folder_of(assignment) / f"{assignment}.ipynb", as_version=4)


def nbgrader_of(cell: nbformat.NotebookNode) -> dict[str, Any]:
    """What nbgrader knows of a cell; empty for a plain cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def cell_of(notebook: nbformat.NotebookNode, grade_id: str) -> nbformat.NotebookNode:
    """The one cell with this ``grade_id``."""
    (cell,) = [cell for cell in notebook.cells if nbgrader_of(cell).get("grade_id") == grade_id]
    return cell


def visible_part(test_cell: str) -> str:
    """What students see of a test cell."""
    return test_cell.split(BEGIN_HIDDEN)[0]


def hidden_part(test_cell: str) -> str:
    """What students do not see of a test cell."""
    return test_cell.split(BEGIN_HIDDEN)[1].split(END_HIDDEN)[0]


def in_words(points: float) -> str:
    """``0.5 points``, ``1 point``."""
    return f"{points:g} point" if points == 1 else f"{points:g} points"

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
    given: tuple[str, ...] = ()  # what its visible test reads of the setup cell

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
    "07-clusters": (
        Code("q7a", 0.4, ("simulate_athletes", "athletes_sim")),
        Code("q7b", 0.3, ("t_naive", "p_naive", "t_means", "p_means"), starter=True),
        Code("q7c", 0.7, ("n_sim", "false_positives", "p_between"), figure=("histogram", "labels"), starter=True),
        Code("q7d", 0.2, ("design_effect", "effective_n"), starter=True),
        Written("q7e-written", 0.4),
    ),
    "08-athletes": (
        Code("q8a", 0.3, ("mixed_results",), starter=True),
        Code(
            "q8b",
            0.6,
            (
                "effect",
                "effect_se",
                "z_value",
                "p_value",
                "ci_low",
                "ci_high",
                "athlete_variance",
                "athlete_sd",
                "residual_variance",
                "icc",
                "log_likelihood",
                "n_athletes",
            ),
            starter=True,
        ),
        Code("q8c", 0.3, ("mean_low", "mean_high"), figure=("lines", "labels"), starter=True),
        Code("q8d", 0.4, ("effect_paired", "se_paired", "p_paired", "variance_low", "variance_high"), starter=True),
        Written("q8e-written", 0.4),
    ),
    "09-schools": (
        Code(
            "q9a",
            0.4,
            ("ols_results", "mixed_results", "slope_ols", "slope_mixed", "se_ols", "se_mixed"),
            starter=True,
        ),
        Code("q9b", 0.4, ("school_variance", "residual_variance", "icc", "true_school_variance", "true_icc")),
        Code("q9c", 0.4, figure=("scatter", "subject_lines", "line", "labels"), starter=True),
        Code("q9d", 0.5, ("shrinkage",), figure=("pairs", "labels"), starter=True),
        Written("q9e-written", 0.3),
    ),
    "10-clinics": (
        Code("q10a", 0.4, ("health_results", "treatment_effect", "treatment_se", "treatment_p"), starter=True),
        Code(
            "q10b",
            0.4,
            ("age_per_decade", "intercept_centred", "recovery_untreated", "recovery_treated"),
            starter=True,
        ),
        Code("q10c", 0.4, ("comparison",), starter=True),
        Code("q10d", 0.4, ("effect_ols", "effect_mixed", "effect_within"), starter=True),
        Written("q10e-written", 0.4),
    ),
    "11-random-slopes": (
        Code("q11a", 0.3, ("slopes_results",), starter=True),
        Code(
            "q11b",
            0.4,
            ("intercept_variance", "slope_variance", "covariance", "correlation", "slope_se"),
            starter=True,
        ),
        Code("q11c", 0.4, ("own_lines", "mixed_lines"), figure=("pairs", "labels"), starter=True),
        Code("q11d", 0.5, ("pred_population", "pred_308", "pred_new_sd"), starter=True),
        Written("q11e-written", 0.4),
    ),
    "12-model-comparison": (
        Code("q12a", 0.5, ("comparison",), starter=True),
        Code(
            "q12b",
            0.4,
            ("lrt_slopes", "lrt_intercept", "p_slopes", "p_slopes_naive", "p_intercept"),
            starter=True,
        ),
        Code(
            "q12c",
            0.4,
            ("llf_by_method", "centred_results", "best_log_likelihood", "plot_variance"),
            starter=True,
        ),
        Code("q12d", 0.3, ("slope_correlation", "is_singular", "extra_parameters_needed"), starter=True),
        Written("q12e-written", 0.4),
    ),
    "13-nested": (
        Code("q13a", 0.2, ("n_schools", "n_classes", "pupils_per_class")),
        Code("q13b", 0.4, ("nested_results",), starter=True),
        Code(
            "q13c",
            0.5,
            ("school_variance", "class_variance", "residual_variance", "icc_same_school", "icc_same_class"),
            starter=True,
        ),
        Code("q13d", 0.3, ("lrt_school", "p_school", "lrt_class"), starter=True),
        Code("q13e", 0.3, figure=("caterpillar", "labels"), starter=True),
        Written("q13f-written", 0.3),
    ),
    "14-checking-planning": (
        Code("q14a", 0.4, ("outliers",), figure=("qq_plot", "labels"), starter=True),
        Code("q14b", 0.2, figure=("qq_plot", "qq_plot", "labels"), starter=True),
        Code(
            "q14c",
            0.5,
            ("stay_results", "spread_ratio", "log_results", "log_spread_ratio", "treatment_percent"),
            figure=("scatter", "line", "labels"),
            starter=True,
        ),
        Code("q14d", 0.2, ("slope_without", "most_influential"), starter=True),
        Code("q14e", 0.3, ("power", "n_needed"), starter=True),
        Written("q14f-written", 0.4),
    ),
    "15-exam": (
        Code("q15a", 0.2, ("student_id", "n_students", "n_classes", "correlation"), given=("login",)),
        Code("q15b", 0.3, ("ols_results", "slope_ols", "se_ols", "gpa_tenth")),
        Code("q15c", 0.3, ("intercepts_results", "school_variance", "residual_variance", "icc", "design_effect")),
        Code("q15d", 0.3, ("slopes_results", "slope_variance", "effects_correlation", "slope_se")),
        Code("q15e", 0.2, ("lrt", "p_slopes")),
        Code("q15f", 0.2, ("pred_population", "school_difference")),
        Code("q15g", 0.2, figure=("scatter", "line", "labels")),
        Written("q15h-written", 0.3),
    ),
}
EXAM = "15-exam"  # no picture; the student's id stands before the data that are drawn from it
WITH_SLIDERS = "09-schools"  # a cell to play with, which is not judged
LESSONS = tuple(assignment for assignment in COURSE if assignment >= "07")  # with a text to write last
UNITS = {
    "07-clusters": "score",
    "08-athletes": "score",
    "09-schools": "points",
    "10-clinics": "days",
    "13-nested": "points",
    "15-exam": "points",
}  # of the response; ms elsewhere

CODE_PARTS = [(assignment, part) for assignment, parts in COURSE.items() for part in parts if isinstance(part, Code)]
WRITTEN_PARTS = [
    (assignment, part) for assignment, parts in COURSE.items() for part in parts if isinstance(part, Written)
]

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
END_HIDDEN = "### END HIDDEN TESTS"


def name_of(value: object) -> str | None:
    """A readable id for a parametrized test."""
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

"""What follows from a student's own models and numbers in the exam."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.results import type_of_numbers
from lmmsolutions.lessons.exam.solution import PREDICTORS, SCHOOL, SCORE, STUDENT, design_effect, mean_size
from lmmsolutions.lessons.model_comparison.solution import mixture
from lmmsolutions.lessons.own_model import (
    AnswersOn,
    answers_if,
    correlation_of_effects,
    entry,
    has_form,
    same_numbers,
    share_between,
    type_of_quantities,
)

_OF_ONE_SLOPE: type_of_quantities = {
    "school_variance": entry(0, 0),
    "residual_variance": lambda fit: fit.scale,
    "icc": share_between,
}


def answers_on(fit: Any, students: pd.DataFrame) -> AnswersOn:
    """The answers of 15c on somebody's own model with one slope for all schools.

    Args:
        fit: under statsmodels' attribute names.
        students: the student's own data.

    Raises:
        AnotherKind: it has other data, or other random effects than an intercept for each school.
    """
    asked = same_numbers(fit.endog, students[SCORE]) and has_form(fit, 1, students[SCHOOL].nunique())
    return answers_if(asked, fit, _OF_ONE_SLOPE)


def answers_on_slopes(fit: Any, students: pd.DataFrame) -> AnswersOn:
    """The answers of 15d, 15f and 15g on somebody's own model with slopes of schools.

    Args:
        fit: under statsmodels' attribute names.
        students: the student's own data.

    Raises:
        AnotherKind: it has other data, or other random effects than an intercept and a slope for each school.
    """
    quantities: type_of_quantities = {
        "slope_variance": entry(1, 1),
        "effects_correlation": correlation_of_effects,
        "slope_se": lambda fit: fit.bse.iloc[1],
        "pred_population": _in_an_average_school,
        "school_difference": lambda fit: _of_the_first_school(fit, students),
        "residual_points": lambda fit: _residual_points(fit, students),
    }
    same = same_numbers(fit.exog_re[:, 1], students["hours"]) and same_numbers(fit.endog, students[SCORE])
    return answers_if(same and has_form(fit, 2, students[SCHOOL].nunique()), fit, quantities)


def _in_an_average_school(fit: Any) -> Any:
    return fit.fe_params["Intercept"] + sum(value * fit.fe_params[name] for name, value in STUDENT.items())


def _of_the_first_school(fit: Any, students: pd.DataFrame) -> Any:
    effects = fit.random_effects[students[SCHOOL].min()]
    return effects.iloc[0] + STUDENT["hours"] * effects.iloc[1]


def _residual_points(fit: Any, students: pd.DataFrame) -> tuple[Any, type_of_numbers]:
    """Fitted values and residuals with the schools' effects."""
    effects = np.array([fit.random_effects[school].to_numpy() for school in students[SCHOOL]])
    x = students[list(PREDICTORS)].to_numpy()
    fitted = fit.fe_params["Intercept"] + x @ fit.fe_params[list(PREDICTORS)].to_numpy()
    fitted = fitted + effects[:, 0] + effects[:, 1] * x[:, 0]
    return fitted, students[SCORE] - fitted


def design_effect_on(icc: float, students: pd.DataFrame) -> float | None:
    """The design effect that follows from a share of one's own; ``None`` from what is no share."""
    return design_effect(mean_size(students), icc) if 0 < icc < 1 else None


def p_slopes_on(lrt: float) -> float | None:
    """The p-value that follows from a likelihood ratio of one's own; ``None`` from one that is not positive."""
    return mixture(lrt) if lrt > 0 else None

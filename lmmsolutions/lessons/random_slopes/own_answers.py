"""What follows from a student's own model with random slopes in assignment 11, and whether a figure marks its line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.lessons.own_model import (
    AnswersOn,
    answers_if,
    correlation_of_effects,
    entry,
    has_form,
    same_numbers,
    type_of_quantities,
)
from lmmsolutions.lessons.random_slopes.solution import DAYS, SUBJECT

type_of_point = tuple[float, float]  # intercept and slope of a line

_NEAR = (0.5, 0.1)  # ms, ms per day
_QUANTITIES: type_of_quantities = {
    "intercept_variance": entry(0, 0),
    "slope_variance": entry(1, 1),
    "covariance": entry(0, 1),
    "correlation": correlation_of_effects,
    "slope_se": lambda fit: fit.bse.iloc[1],
}


def answers_on(fit: Any, data: pd.DataFrame) -> AnswersOn:
    """The answers of 11b on somebody's own model.

    Args:
        fit: under statsmodels' attribute names.
        data: of the question.

    Raises:
        AnotherKind: it has other random effects than an intercept and a slope for each subject, or other days.
    """
    asked = has_form(fit, 2, data["Subject"].nunique()) and _has_the_days(fit, data)
    return answers_if(asked, fit, _QUANTITIES)


def predictions_on(fit: Any, data: pd.DataFrame) -> AnswersOn:
    """The lines of 11c and the predictions of 11d on somebody's own model.

    Args:
        fit: under statsmodels' attribute names.
        data: of the question.

    Raises:
        AnotherKind: it has other days.
    """
    quantities: type_of_quantities = {
        "mixed_lines": lambda fit: _lines(fit, data["Subject"].nunique()),
        "pred_308": _line_of_308,
        "pred_new_sd": lambda fit: _spread_of_a_new_person(fit, data),
    }
    return answers_if(_has_the_days(fit, data), fit, quantities)


def population_on(fit: Any) -> type_of_point | None:
    """The line of the population in somebody's own model; ``None`` where it has no such line."""
    estimates = getattr(fit, "fe_params", None)
    if estimates is None or len(estimates) != 2:
        return None
    intercept, slope = estimates
    return intercept, slope


def is_marked(figures: Iterable[Any], *lines: type_of_point | None) -> bool:
    """Whether figures show one of the lines as a point of the plane of intercepts and slopes.

    On either axis: which belongs where is judged by the joined pairs.

    Args:
        figures: each with panels ``axes``, of which each has ``points`` and ``lines`` with the coordinates x and y.
        lines: of which one is enough.
    """
    return any(
        any(_is_at(line, drawn) for line in lines if line is not None)
        for figure in figures
        for axes in figure.axes
        for drawn in (*axes.points, *axes.lines)
    )


def _is_at(line: type_of_point, drawn: Any) -> bool:
    points = [*zip(drawn.x, drawn.y, strict=False), *zip(drawn.y, drawn.x, strict=False)]
    return any(abs(x - line[0]) < _NEAR[0] and abs(y - line[1]) < _NEAR[1] for x, y in points)


def _has_the_days(fit: Any, data: pd.DataFrame) -> bool:
    return all(same_numbers(design[:, 1], data["Days"]) for design in (fit.exog, fit.exog_re))


def _lines(fit: Any, subjects: int) -> pd.DataFrame | None:
    effects = pd.DataFrame(fit.random_effects).T
    if effects.shape != (subjects, 2):
        return None
    lines = effects.to_numpy() + fit.fe_params.to_numpy()
    return pd.DataFrame(lines, index=effects.index, columns=["intercept", "slope"])


def _design(days: Any) -> Any:
    return np.column_stack([np.ones(len(days)), days])


def _line_of_308(fit: Any) -> Any:
    return _design(DAYS) @ (fit.fe_params.to_numpy() + fit.random_effects[SUBJECT].to_numpy())


def _spread_of_a_new_person(fit: Any, data: pd.DataFrame) -> Any:
    covariance, scale = fit.cov_re.to_numpy(), fit.scale
    information = np.zeros((2, 2))
    for _, days in data.groupby("Subject")["Days"]:
        design = _design(days)
        of_subject = design @ covariance @ design.T + scale * np.eye(len(days))
        information += design.T @ np.linalg.solve(of_subject, design)
    x = _design(DAYS)
    return np.sqrt(np.einsum("ij,jk,ik->i", x, np.linalg.inv(information) + covariance, x) + scale)

"""What follows from a student's own mixed model in assignment 9."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lmmsolutions.lessons.own_model import AnswersOn, answers_if, entry, has_form, share_between, type_of_quantities

QUANTITIES: type_of_quantities = {
    "slope_mixed": lambda fit: fit.fe_params.iloc[1],
    "se_mixed": lambda fit: fit.bse.iloc[1],
    "school_variance": entry(0, 0),
    "residual_variance": lambda fit: fit.scale,
    "icc": share_between,
}


def answers_on(fit: Any, schools: pd.DataFrame) -> AnswersOn:
    """The answers of 9a and 9b on somebody's own model.

    Args:
        fit: under statsmodels' attribute names.
        schools: the data of the question.

    Raises:
        AnotherKind: it has other random effects than an intercept for each school, or other predictors than one.
    """
    asked = has_form(fit, 1, schools["school"].nunique()) and len(fit.fe_params) == 2
    return answers_if(asked, fit, QUANTITIES)

"""What follows from a student's own mixed model in assignment 8."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from lmmsolutions.lessons.athletes.solution import QUANTILE
from lmmsolutions.lessons.own_model import AnswersOn, answers_if, entry, has_form, share_between, type_of_quantities


def _z(fit: Any) -> Any:
    return fit.fe_params.iloc[1] / fit.bse.iloc[1]


QUANTITIES: type_of_quantities = {
    "effect_se": lambda fit: fit.bse.iloc[1],
    "z_value": _z,
    "p_value": lambda fit: 2 * stats.norm.sf(abs(_z(fit))),
    "ci_low": lambda fit: fit.fe_params.iloc[1] - QUANTILE * fit.bse.iloc[1],
    "ci_high": lambda fit: fit.fe_params.iloc[1] + QUANTILE * fit.bse.iloc[1],
    "athlete_variance": entry(0, 0),
    "athlete_sd": lambda fit: fit.cov_re.iloc[0, 0] ** 0.5,
    "residual_variance": lambda fit: fit.scale,
    "icc": share_between,
    "log_likelihood": lambda fit: fit.llf,
}


def answers_on(fit: Any, athletes: pd.DataFrame) -> AnswersOn:
    """The answers of 8b on somebody's own model.

    Args:
        fit: under statsmodels' attribute names.
        athletes: the data of the question.

    Raises:
        AnotherKind: it has other random effects than an intercept for each athlete, or did not end.
    """
    asked = has_form(fit, 1, athletes["athlete_id"].nunique()) and bool(np.isfinite(fit.llf))
    return answers_if(asked, fit, QUANTITIES)

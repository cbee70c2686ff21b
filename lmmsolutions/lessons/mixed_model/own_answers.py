"""What follows from a student's own mixed model in assignment 5."""

from __future__ import annotations

from typing import Any

from lmmsolutions.lessons.own_model import AnswersOn, answers_if, entry, type_of_quantities

_QUANTITIES: type_of_quantities = {
    "fixed_intercept": lambda fit: fit.fe_params["Intercept"],
    "fixed_slope": lambda fit: fit.fe_params["Days"],
    "group_variance": entry(0, 0),
    "residual_variance": lambda fit: fit.scale,
}


def answers_on(fit: Any) -> AnswersOn:
    """The answers of 5b on somebody's own model.

    Args:
        fit: under statsmodels' attribute names.

    Raises:
        AnotherKind: it has no random effects. A pooled line has a ``scale`` too, which is not to be carried forward.
    """
    return answers_if(fit.cov_re is not None, fit, _QUANTITIES)

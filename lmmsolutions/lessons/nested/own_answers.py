"""What follows from a student's own model of classes in schools in assignment 13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lmmsolutions.lessons.nested.solution import SCHOOL
from lmmsolutions.lessons.own_model import AnswersOn, answers_if, entry, has_form, type_of_quantities


def _class(fit: Any) -> Any:
    return fit.vcomp[0]


_school = entry(0, 0)


def _total(fit: Any) -> Any:
    return _school(fit) + _class(fit) + fit.scale


_QUANTITIES: type_of_quantities = {
    "school_variance": _school,
    "class_variance": _class,
    "residual_variance": lambda fit: fit.scale,
    "icc_same_school": lambda fit: _school(fit) / _total(fit),
    "icc_same_class": lambda fit: (_school(fit) + _class(fit)) / _total(fit),
}


def answers_on(fit: Any, nested: pd.DataFrame) -> AnswersOn:
    """The answers of 13c on somebody's own model.

    Args:
        fit: under statsmodels' attribute names.
        nested: the data of the question.

    Raises:
        AnotherKind: it has other random effects than an intercept for each school and one variance component.
    """
    asked = has_form(fit, 1, nested[SCHOOL].nunique()) and len(fit.vcomp) == 1
    return answers_if(asked, fit, _QUANTITIES)


def caterpillar_on(fit: Any) -> tuple[Mapping[Any, float], Mapping[Any, Any]]:
    """What the figure of 13e shows of somebody's own model: school → its effect, and its classes' with its own."""
    schools, members = {}, {}
    for school, effects in fit.random_effects.items():
        schools[school] = effects.iloc[0]
        members[school] = effects.iloc[0] + effects.iloc[1:].to_numpy()
    return schools, members

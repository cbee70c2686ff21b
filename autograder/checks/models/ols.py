"""A model fitted by least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.describe import describe
from autograder.checks.mistakes import Misconceptions
from autograder.checks.models.fitted import as_reference
from autograder.checks.models.kinds import (
    LEAST_SQUARES,
    describe_model,
    finish,
    fixed_part,
    not_a_model,
    of_kind,
)
from autograder.checks.models.linear import FixedPart, ReferenceModel, clean_model, same_fit
from autograder.checks.outcome import Verdict, right
from autograder.checks.tolerance import Match
from autograder.checks.values.containers import Unfit, as_number
from autograder.values.views import Model, Record

FIELDS = ("endog", "exog", "fe_params")
_RELATIVE = 1e-6  # of the range of the response; least squares fits agree to 1e-14


def judge_ols(name: str, answer: Any, reference: ReferenceModel, rows: Misconceptions) -> Verdict:
    """Judge a fit of the reference's response by its predictors: matrix or formula API, any names and order.

    A result of SciPy's ``linregress`` with the same line is right as well, where there is one predictor.

    Args:
        name: the student's variable.
        answer: its value.
        reference: of full rank, with a constant.
        rows: misconceptions, whose values are fits of wrong models.

    Raises:
        AuthorError: if the reference's parts do not fit together.
    """
    fixed = FixedPart.of(reference)
    if isinstance(answer, Record) and _is_line(answer, fixed):
        return right(describe(answer))
    model = clean_model(answer) if isinstance(answer, Model) else None
    if model is None:
        return rows.named(not_a_model(name, answer)).with_notes(rows.notes)
    kind, got = _kind(model, fixed), describe_model(model)
    if kind is None:
        return right(got)
    found = rows.recognize(lambda value: _match(model, value), lambda value: _is_reference(value, fixed))
    return finish(of_kind(kind, got), found, rows)


def _kind(model: Model, fixed: FixedPart) -> str | None:
    if "MixedLM" in (model.model_kind, model.kind.removesuffix("Results")):
        return "mixed"
    if not model.model_kind.startswith(LEAST_SQUARES):
        return "other-model"
    kind = fixed_part(model, fixed)
    if kind is not None:
        return kind
    estimates = fixed.coefficients(model)
    return None if estimates is not None and fixed.distance(estimates) <= _RELATIVE else "estimates"


def _is_line(record: Record, fixed: FixedPart) -> bool:
    numbers = [as_number(record.fields.get(field)) for field in ("intercept", "slope")]
    intercept, slope = numbers
    if len(fixed.predictors) != 1 or isinstance(intercept, Unfit) or isinstance(slope, Unfit):
        return False
    line = intercept + slope * fixed.predictors[0]
    return bool(np.abs(line - fixed.fitted).max() <= _RELATIVE * fixed.span)


def _match(model: Model, value: Any) -> Match:
    value = as_reference(value)
    if not all(hasattr(value, field) for field in FIELDS):
        return Match.NONE
    kind = getattr(value, "model_kind", model.model_kind)
    return Match.FULL if kind == model.model_kind and same_fit(model, value, _RELATIVE) else Match.NONE


def _is_reference(value: Any, fixed: FixedPart) -> bool:
    try:
        other = FixedPart.of(as_reference(value))
    except Exception:  # a row's model need not be a linear model at all
        return False
    same = len(other.response) == len(fixed.response) and other.exog.shape == fixed.exog.shape
    return same and bool(np.abs(other.fitted - fixed.fitted).max() <= _RELATIVE * fixed.span)

"""A fitted least squares line."""

from __future__ import annotations

import math
from typing import Any

from autograder.checks.containers import Unfit, as_number
from autograder.checks.describe import describe
from autograder.checks.fitted import ReferenceModel, Straight, line_of, same_fit
from autograder.checks.legible import legible
from autograder.checks.mistakes import Misconceptions
from autograder.checks.model import (
    LEAST_SQUARES,
    describe_model,
    finish,
    fixed_part,
    not_a_model,
    of_kind,
)
from autograder.checks.tolerance import Match
from autograder.checks.verdict import Verdict, right
from autograder.views import Model, Record

FIELDS = ("endog", "exog", "fe_params")
_RELATIVE = 1e-6  # of the range of the response; least squares fits agree to 1e-14


def judge_ols(name: str, answer: Any, reference: ReferenceModel, rows: Misconceptions) -> Verdict:
    """Judge a fit of the reference's response by its predictor: matrix or formula API, any names and order.

    A result of SciPy's ``linregress`` with the same line is right as well.
    """
    line = Straight.of(reference)
    if isinstance(answer, Record) and _is_line(answer, line):
        return right(describe(answer))
    model = legible(answer) if isinstance(answer, Model) else None
    if model is None:
        return rows.named(not_a_model(name, answer)).with_notes(rows.notes)
    kind, got = _kind(model, line), describe_model(model)
    if kind is None:
        return right(got)
    found = rows.recognise(lambda value: _match(model, value), lambda value: _is_reference(value, line))
    return finish(of_kind(kind, got), found, rows)


def _kind(model: Model, line: Straight) -> str | None:
    if "MixedLM" in (model.model_kind, model.kind.removesuffix("Results")):
        return "mixed"
    if not model.model_kind.startswith(LEAST_SQUARES):
        return "other-model"
    kind = fixed_part(model, line)
    if kind is not None:
        return kind
    estimates = line_of(model, line)
    return None if estimates is not None and _close(estimates, line) else "estimates"


def _close(estimates: tuple[float, float], line: Straight) -> bool:
    scale = float(line.response.max() - line.response.min())
    reach = float(abs(line.predictor).max())
    far = abs(estimates[0] - line.intercept) + abs(estimates[1] - line.slope) * reach
    return math.isfinite(far) and far <= _RELATIVE * scale


def _is_line(record: Record, line: Straight) -> bool:
    numbers = [as_number(record.fields.get(field)) for field in ("intercept", "slope")]
    intercept, slope = numbers
    if isinstance(intercept, Unfit) or isinstance(slope, Unfit):
        return False
    return _close((intercept, slope), line)


def _match(model: Model, value: Any) -> Match:
    if not all(hasattr(value, field) for field in FIELDS):
        return Match.NONE
    kind = getattr(value, "model_kind", model.model_kind)
    return Match.FULL if kind == model.model_kind and same_fit(model, value, _RELATIVE) else Match.NONE


def _is_reference(value: Any, line: Straight) -> bool:
    try:
        other = Straight.of(value)
    except Exception:  # a row's model need not be a line at all
        return False
    return len(other.response) == len(line.response) and _close((other.intercept, other.slope), line)

"""A fitted mixed model with a random intercept."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.containers import as_floats
from autograder.checks.describe import plural
from autograder.checks.errors import AuthorError
from autograder.checks.fitted import ReferenceMixedModel, Straight, line_of, same_fit
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
from autograder.views import Model, type_of_array

FIELDS = ("endog", "exog", "fe_params", "scale", "groups", "cov_re", "llf", "method", "log_likelihood_at")
_LOG_LIKELIHOOD = 5e-3  # absolute; the worst honest optimiser measured (powell) loses 2e-3
_VARIANCE = 1.5e-2  # relative; the worst honest optimiser measured is off by 1e-2
_FIXED = 1e-3  # of the range of the response; the worst honest optimiser measured is off by 2e-4
_ROW_VARIANCE = 1e-2  # relative; a row's fit is compared with another fit of the same wrong model
_ROW_SLACK = 1e-3  # of the residual variance; a group variance this small is zero


@dataclass(frozen=True)
class _Fit:
    """The estimates of a random intercept model."""

    intercept: float
    slope: float
    group_variance: float
    residual_variance: float


def judge_mixed(name: str, answer: Any, reference: ReferenceMixedModel, rows: Misconceptions) -> Verdict:
    """Judge a random intercept model: by its kind, its rows, its groups and the likelihood at its estimates.

    ``converged`` and warnings count neither way: a fit is right when the reference's log-likelihood at the
    student's estimates is as high as at the reference's own.

    Raises:
        AuthorError: if the reference is no such model.
    """
    line = Straight.of(reference)
    want = _reference_fit(reference, line)
    model = legible(answer) if isinstance(answer, Model) else None
    if model is None:
        return rows.named(not_a_model(name, answer)).with_notes(rows.notes)
    kind, got = _kind(model, reference, line, want), describe_model(model)
    if kind is None:
        return right(got)
    more = _about_groups(model) if kind == "groups" else ""
    found = rows.recognise(lambda value: _match(model, value), lambda value: _is_right(value, reference, want))
    return finish(of_kind(kind, got, more), found, rows)


def _kind(model: Model, reference: ReferenceMixedModel, line: Straight, want: _Fit) -> str | None:
    """The kind of mistake in a model, ``None`` if it is right."""
    if model.model_kind != "MixedLM":
        return _without_groups(model, line)
    kind = fixed_part(model, line) or _random_part(model)
    if kind is not None:
        return kind
    if not _same_groups(model, reference):
        return "groups"
    if model.method in ("REML", "ML") and model.method != reference.method:
        return model.method
    return _estimates(model, reference, line, want)


def _without_groups(model: Model, line: Straight) -> str:
    if not model.model_kind.startswith(LEAST_SQUARES):
        return "other-model"
    return "bar-formula" if fixed_part(model, line) == "bar-formula" else "pooled-OLS"


def _random_part(model: Model) -> str | None:
    size = 0 if model.cov_re is None else np.asarray(model.cov_re).shape[0]
    components = 0 if model.vcomp is None else len(as_floats(model.vcomp))
    if size + components > 1:
        return "random-slopes"
    if size == 1 and model.exog_re is not None and np.ptp(as_floats(model.exog_re)) > 0:
        return "no-random-intercept"
    return None if size + components == 1 else "no-random-intercept"


def _same_groups(model: Model, reference: ReferenceMixedModel) -> bool:
    if model.groups is None:
        return False
    if model.vcomp is not None and len(as_floats(model.vcomp)) == 1 and _partition_size(model.groups) == 1:
        # One variance component within a single group may be the same model; its likelihood will tell.
        return True
    return _partition(model.endog, model.groups) == _partition(reference.endog, reference.groups)


def _partition(endog: Any, groups: Any) -> Counter[tuple[float, ...]]:
    """How the responses fall into groups, whatever the groups are called and the rows sorted."""
    labels, values = np.asarray(groups).ravel(), as_floats(endog)
    if len(labels) != len(values):
        return Counter()
    members: dict[str, list[float]] = {}
    for label, value in zip(labels.tolist(), values, strict=True):
        members.setdefault(str(label), []).append(float(f"{value:.9g}"))
    return Counter(tuple(sorted(inside)) for inside in members.values())


def _partition_size(groups: type_of_array) -> int:
    return len({str(label) for label in np.asarray(groups).ravel().tolist()})


def _about_groups(model: Model) -> str:
    count = 0 if model.groups is None else _partition_size(model.groups)
    return f"Your model has {plural(count, 'group')}."


def _estimates(model: Model, reference: ReferenceMixedModel, line: Straight, want: _Fit) -> str | None:
    got = _student_fit(model, line)
    if got is None:
        return "estimates"
    if _near(got, want, line) and _as_likely(got, reference, line):
        return None
    return "not-optimal"


def _student_fit(model: Model, line: Straight) -> _Fit | None:
    estimates = line_of(model, line)
    between = as_floats(model.cov_re) if model.cov_re is not None else np.empty(0)
    if len(between) != 1 and model.vcomp is not None:
        between = as_floats(model.vcomp)
    if estimates is None or len(between) != 1 or model.scale is None:
        return None
    fit = _Fit(*estimates, float(between[0]), float(model.scale))
    numbers = (fit.intercept, fit.slope, fit.group_variance, fit.residual_variance)
    return (
        fit if all(math.isfinite(one) for one in numbers) and fit.residual_variance > 0 <= fit.group_variance else None
    )


def _near(got: _Fit, want: _Fit, line: Straight) -> bool:
    off = abs(got.intercept - want.intercept) + abs(got.slope - want.slope) * float(np.abs(line.predictor).max())
    between = abs(got.group_variance - want.group_variance) <= _VARIANCE * want.group_variance
    within = abs(got.residual_variance - want.residual_variance) <= _VARIANCE * want.residual_variance
    return off <= _FIXED * float(np.ptp(line.response)) and between and within


def _as_likely(got: _Fit, reference: ReferenceMixedModel, line: Straight) -> bool:
    fixed = (got.intercept, got.slope) if line.constant_first else (got.slope, got.intercept)
    reached = reference.log_likelihood_at(fixed, got.group_variance, got.residual_variance)
    return bool(reached >= reference.llf - _LOG_LIKELIHOOD)


def _reference_fit(reference: ReferenceMixedModel, line: Straight) -> _Fit:
    between = as_floats(reference.cov_re)
    if len(between) != 1 or reference.method not in ("REML", "ML"):
        raise AuthorError("a mixed reference has one random intercept and is fitted by REML or by ML", reference)
    return _Fit(line.intercept, line.slope, float(between[0]), float(reference.scale))


def _match(model: Model, value: Any) -> Match:
    """Whether the student's fit is a row's wrong model."""
    if not all(hasattr(value, field) for field in ("endog", "exog", "fe_params", "model_kind")):
        return Match.NONE
    alike = value.model_kind == model.model_kind and same_fit(model, value, _FIXED)
    if not alike or value.model_kind != "MixedLM":
        return Match.FULL if alike else Match.NONE
    same = value.method == model.method and _partition(model.endog, model.groups) == _partition(
        value.endog, value.groups
    )
    ours, theirs = as_floats(model.cov_re), as_floats(value.cov_re)
    close = len(ours) == len(theirs) and bool(
        np.allclose(ours, theirs, rtol=_ROW_VARIANCE, atol=_ROW_SLACK * float(value.scale))
    )
    return Match.FULL if same and close else Match.NONE


def _is_right(value: Any, reference: ReferenceMixedModel, want: _Fit) -> bool:
    """Whether a row's model is the reference's own."""
    if getattr(value, "model_kind", None) != "MixedLM" or value.method != reference.method:
        return False
    between = as_floats(value.cov_re)
    same = _partition(value.endog, value.groups) == _partition(reference.endog, reference.groups)
    pairs = ((float(between[0]), want.group_variance), (float(value.scale), want.residual_variance))
    return same and len(between) == 1 and all(abs(one - other) <= 1e-3 * other for one, other in pairs)

"""Fitted models: what was fitted to what, recognised from the fit itself.

Kinds of mistakes that the checks see by themselves, and that a row may name through a text from ``wrong(data)``:
``unfitted``, ``summary``, ``not-a-model``, ``pooled-OLS``, ``mixed``, ``other-model``, ``swapped``, ``bar-formula``,
``no-constant``, ``missing-values``, ``rows``, ``other-response``, ``wrong-predictor``, ``extra-predictors``,
``groups``, ``random-slopes``, ``no-random-intercept``, ``ML``, ``REML``, ``not-optimal``, ``estimates``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks.containers import Unfit, as_floats, as_number
from autograder.checks.describe import describe, plural
from autograder.checks.fitted import Straight, belong_to, line_of, same_values, spans
from autograder.checks.legible import has_missing_values
from autograder.checks.mistakes import Misconceptions
from autograder.checks.number import unusable
from autograder.checks.verdict import Verdict
from autograder.views import Model, Opaque, Record

LEAST_SQUARES = ("OLS", "WLS", "GLS", "GLM")


@dataclass(frozen=True)
class Kind:
    """What a kind of mistake keeps of the credit when no row of the course says otherwise, and what it tells."""

    keeps: float
    hint: str


KINDS: Mapping[str, Kind] = {
    "unfitted": Kind(0.25, "This is a model that was set up but not fitted: call its `.fit()`, with the parentheses."),
    "summary": Kind(0.25, "This is a printed summary: store the fitted result itself, and print its summary apart."),
    "not-a-model": Kind(0.0, "This is not a fitted model: store what `.fit()` returns."),
    "pooled-OLS": Kind(
        0.0,
        "This is ordinary least squares: it takes all observations for independent. A mixed model adds an effect that "
        "the repeated measurements of one group share.",
    ),
    "mixed": Kind(0.0, "This is a mixed model; ordinary least squares is asked for."),
    "other-model": Kind(0.0, "This is another kind of model than the one that is asked for."),
    "swapped": Kind(
        0.25, "Response and predictor are exchanged: the response is what the model explains, left of `~` in a formula."
    ),
    "bar-formula": Kind(
        0.0,
        "`(1|group)` is R's notation. In a statsmodels formula the bar is a bitwise OR of numbers, which makes a "
        "meaningless predictor; random effects are given through `groups=`.",
    ),
    "no-constant": Kind(
        0.25,
        "The model has no intercept: its line is forced through the origin. The matrix API needs `sm.add_constant`, "
        "and a formula must not say `- 1` or `+ 0`.",
    ),
    "missing-values": Kind(
        0.25, "The data of the fit have missing values, so its estimates mean nothing: leave such rows out before."
    ),
    "rows": Kind(0.25, "The model was not fitted to all rows of the data."),
    "other-response": Kind(0.0, "The response is not the variable that is asked for, or its values were changed."),
    "wrong-predictor": Kind(0.0, "The predictor is not the variable that is asked for."),
    "extra-predictors": Kind(0.25, "The model has further predictors besides the one that is asked for."),
    "groups": Kind(0.25, "The groups are not those of the data: which column says whose measurement a row is?"),
    "random-slopes": Kind(
        0.25, "The model also lets the slope vary between groups: a random intercept only is asked for."
    ),
    "no-random-intercept": Kind(0.0, "The random effect is not an intercept: each group needs a shift of its own."),
    "ML": Kind(
        0.5,
        "The model was fitted by maximum likelihood, which makes the variance components too small: it ignores that "
        "the fixed effects are estimated as well. Restricted maximum likelihood (REML) is asked for.",
    ),
    "REML": Kind(0.5, "The model was fitted by REML; maximum likelihood (ML) is asked for."),
    "not-optimal": Kind(
        0.5,
        "It is the right model, but the optimiser stopped before it reached the maximum of the likelihood, whatever it "
        'reports. Try another one, for example `.fit(method="lbfgs")` or `.fit(method="cg")`.',
    ),
    "estimates": Kind(0.0, "The estimates are not those of this model on the data."),
}


def of_kind(kind: str, got: str = "", more: str = "") -> Verdict:
    """The verdict of a kind of mistake, in the check's own words."""
    said = KINDS[kind]
    return Verdict(said.keeps, got, f"{said.hint} {more}".strip(), kind)


def not_a_model(name: str, answer: Any) -> Verdict:
    """The verdict on anything that is not a fitted statsmodels result."""
    got = describe(answer)
    if isinstance(answer, Model):
        return replace(of_kind("not-a-model", got), hint="The data of this fitted model could not be read.")
    if isinstance(answer, Opaque):
        last = answer.type_name.rsplit(".", 1)[-1]
        if last.startswith(LEAST_SQUARES) or last.startswith("MixedLM"):
            return (
                of_kind("unfitted", got)
                if "Results" not in last
                else replace(of_kind("not-a-model", got), hint=_unread(answer))
            )
    unfit = as_number(answer)
    kind = unfit.kind if isinstance(unfit, Unfit) else "number"
    if kind in ("missing", "empty"):
        return unusable(name, answer, kind)
    if kind == "not-called" and (isinstance(answer, Opaque) or "fit" in getattr(answer, "name", "")):
        return of_kind("unfitted", got)
    if kind == "summary":
        return of_kind("summary", got)
    if isinstance(answer, Record) and "summary" in answer.type_name.lower():
        return of_kind("summary", got)
    return of_kind("not-a-model", got)


def _unread(answer: Opaque) -> str:
    return f"The fitted model could not be read ({answer.reason or 'unknown reason'})."


def describe_model(model: Model) -> str:
    """What was fitted, in the student's own terms."""
    text = f"a fitted {model.model_kind} model of {model.endog_name or 'a response'}"
    predictors = [name for name in model.exog_names if name.lower() not in ("const", "intercept")]
    text += f" by {', '.join(predictors[:4])}" if predictors else ""
    count = len(as_floats(model.endog))
    text += f", {plural(count, 'row')}"
    return text + (f", fitted by {model.method}" if model.method in ("REML", "ML") else "")


def fixed_part(model: Model, reference: Straight) -> str | None:
    """The kind of mistake in the fixed part of a model: rows, response, predictors; ``None`` if there is none."""
    exog = model.exog
    if "|" in "".join((*model.exog_names, model.formula or "")):
        return "bar-formula"
    if has_missing_values(model):
        return "missing-values"
    if not same_values(model.endog, reference.response):
        return _other_rows(model, reference)
    if not spans(exog, np.ones(len(exog))):
        return "no-constant"
    if line_of(model, reference) is not None and np.linalg.matrix_rank(exog) == 2:
        return None
    if not _has_predictor(exog, reference):
        return "wrong-predictor"
    return "extra-predictors" if np.linalg.matrix_rank(exog) > 2 else "estimates"


def _other_rows(model: Model, reference: Straight) -> str:
    if same_values(model.endog, reference.predictor):
        return "swapped"
    endog = as_floats(model.endog)
    if len(endog) != len(reference.response) and belong_to(endog, reference.response):
        return "rows"
    if belong_to(endog, reference.predictor):
        return "swapped"
    return "other-response"


def _has_predictor(exog: Any, reference: Straight) -> bool:
    return any(same_values(column, reference.predictor) for column in exog.T)


def finish(verdict: Verdict, found: Verdict | None, rows: Misconceptions) -> Verdict:
    """Prefer the course's words for a wrong model to the check's own."""
    told = replace(found, got=verdict.got) if found is not None else rows.named(verdict)
    return told.with_notes(rows.notes)

"""Fitted models: what was fitted to what, recognized from the fit itself.

Kinds of mistakes that the checks see by themselves, and that a row may name through a text from ``wrong(data)``:
``unfitted``, ``summary``, ``not-a-model``, ``pooled-OLS``, ``mixed``, ``other-model``, ``swapped``, ``bar-formula``,
``no-constant``, ``missing-values``, ``rows``, ``other-response``, ``wrong-predictor``, ``missing-predictors``,
``extra-predictors``, ``fixed-groups``, ``GEE``, ``groups``, ``random-slopes``, ``extra-random``,
``no-random-intercept``, ``no-random-slope``, ``uncorrelated``, ``outer-level``, ``inner-level``, ``inner-groups``,
``ML``, ``REML``, ``not-optimal``, ``estimates``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks.describe import describe, plural
from autograder.checks.mistakes import Misconceptions
from autograder.checks.models.linear import FixedPart, belong_to, has_missing_values, nearest, rank, spans
from autograder.checks.outcome import Verdict
from autograder.checks.values.containers import Unfit, as_floats, as_number
from autograder.checks.values.number import unusable
from autograder.values.views import Model, Opaque, Record

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
    "missing-predictors": Kind(0.25, "The model lacks a predictor that is asked for."),
    "fixed-groups": Kind(
        0.25,
        "The groups entered this model as a fixed factor, a coefficient for each of them. A mixed model regards their "
        "effects as drawn from a distribution and estimates its variance.",
    ),
    "GEE": Kind(
        0.0,
        "This is a model of generalized estimating equations (GEE): it allows for correlated observations, but has no "
        "random effects. A mixed model is asked for.",
    ),
    "groups": Kind(0.25, "The groups are not those of the data: which column says whose measurement a row is?"),
    "random-slopes": Kind(
        0.25, "The model also lets the slope vary between groups: a random intercept only is asked for."
    ),
    "extra-random": Kind(0.25, "The model has further random effects besides those that are asked for."),
    "no-random-intercept": Kind(
        0.0, "The model has no random intercept: each group needs a shift of its own. Look at the rows of `cov_re`."
    ),
    "no-random-slope": Kind(
        0.25, "The model lets the groups differ in their level only: a random slope is asked for as well."
    ),
    "uncorrelated": Kind(
        0.5, "The model forbids that random intercept and random slope are correlated: estimate their covariance too."
    ),
    "outer-level": Kind(
        0.25,
        "The outer level of the groups is missing in the random part: `vc_formula` alone replaces the random "
        'intercept of `groups=`, and only `re_formula="1"` keeps it.',
    ),
    "inner-level": Kind(0.25, "The inner level of the groups is missing: observations of one inner group share more."),
    "inner-groups": Kind(
        0.25,
        "The inner groups are not those of the data: labels that are used again in another outer group stand for "
        "another inner group, and the formula must make one column for each of them (`0 + C(...)`).",
    ),
    "ML": Kind(
        0.5,
        "The model was fitted by maximum likelihood, which makes the variance components too small: it ignores that "
        "the fixed effects are estimated as well. Restricted maximum likelihood (REML) is asked for.",
    ),
    "REML": Kind(0.5, "The model was fitted by REML; maximum likelihood (ML) is asked for."),
    "not-optimal": Kind(
        0.5,
        "It is the right model, but the optimizer stopped before it reached the maximum of the likelihood, whatever it "
        'reports. Try another one, for example `.fit(method="cg")` or `.fit(method="powell")`, and compare `llf`.',
    ),
    "estimates": Kind(0.0, "The estimates are not those of this model on the data."),
}


# What is read off a model with another random part is another quantity, and earns nothing for following from it.
NOT_CARRIED = frozenset(
    (
        *("groups", "random-slopes", "extra-random", "no-random-intercept", "no-random-slope", "uncorrelated"),
        *("outer-level", "inner-level", "inner-groups", "unfitted", "summary", "not-a-model"),
    )
)


def of_kind(kind: str, got: str = "", more: str = "") -> Verdict:
    """The verdict of a kind of mistake, in the check's own words.

    Args:
        kind: one of ``KINDS``.
        got: the student's model in words.
        more: a sentence behind the hint.
    """
    said = KINDS[kind]
    return Verdict(said.keeps, got, f"{said.hint} {more}".strip(), kind, carries=kind not in NOT_CARRIED)


def not_a_model(name: str, answer: Any) -> Verdict:
    """The verdict on anything that is not a fitted statsmodels result.

    Args:
        name: the student's variable.
        answer: its value: also a fitted model whose data could not be read.
    """
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


def fixed_part(model: Model, reference: FixedPart) -> str | None:
    """The kind of mistake in the fixed part of a model: rows, response, predictors; ``None`` if there is none.

    Designs are compared as the spaces that their columns span, whatever columns are called and however they are coded.

    Args:
        model: the student's, as :func:`~autograder.checks.models.linear.clean_model` leaves it.
        reference: what it is compared with.
    """
    if "|" in "".join((*model.exog_names, model.formula or "")):
        return "bar-formula"
    if has_missing_values(model):
        return "missing-values"
    order = reference.order_of(model)
    if order is None:
        return _other_rows(model, reference)
    exog = model.exog[order]
    if not spans(exog, np.ones(len(exog))):
        return "no-constant"
    return _predictors(exog, reference)


def _predictors(exog: Any, reference: FixedPart) -> str | None:
    """How the columns of a design differ from the reference's as a space; ``None`` if they span the same."""
    got, want, together = (rank(columns) for columns in (exog, reference.exog, np.hstack([exog, reference.exog])))
    if got == want == together:
        return None
    if together == got:
        return "extra-predictors"
    if any(spans(exog, predictor) for predictor in reference.predictors):
        return "missing-predictors" if together == want else "wrong-predictor"
    return "wrong-predictor"


def _other_rows(model: Model, reference: FixedPart) -> str:
    """The kind of mistake of a model of other responses; numbers that are not the data's are no mistake with them."""
    endog = as_floats(model.endog)
    exchanged = any(belong_to(endog, predictor) for predictor in reference.predictors)
    if exchanged and any(belong_to(column, reference.response) for column in model.exog.T):
        return "swapped"
    if len(endog) == len(reference.response) or not belong_to(endog, reference.response):
        return "other-response"
    rows = nearest(endog, reference.response)
    part = FixedPart(reference.response[rows], reference.exog[rows], reference.params)
    return _predictors(model.exog, part) or "rows"


def finish(verdict: Verdict, found: Verdict | None, rows: Misconceptions) -> Verdict:
    """Prefer the course's words for a wrong model to the check's own.

    Args:
        verdict: the check's own.
        found: what rows recognized by the value of their wrong model; ``None`` where none did.
        rows: misconceptions, which may name the kind of mistake instead.
    """
    told = replace(found, got=verdict.got, carries=verdict.carries) if found is not None else rows.named(verdict)
    return told.with_notes(rows.notes)

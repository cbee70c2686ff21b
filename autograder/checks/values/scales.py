"""Numbers with a scale of their own: p-values, which count by their logarithm, and log-likelihoods."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from autograder.checks.describe import describe, number, numbers_in
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import COARSE_HINT, COARSE_SHARE, Match, Tolerance, made_whole
from autograder.checks.values.containers import Unfit, as_number, text_in
from autograder.checks.values.number import CARRIED_HINT, TEXT_KEEPS, distance_from, own_result, unusable

ONE_SIDED_KEEPS = 0.5  # the right test, for another question
DOUBLED_KEEPS = 0.5
COMPLEMENT_KEEPS = 0.25
LOGARITHM_KEEPS = 0.5
DEVIANCE_KEEPS = 0.5
SIGN_KEEPS = 0.25
LOG_LIKELIHOOD = 6e-3  # absolute: two decimals are enough
_FEWEST_DECADES = 2e-3
_OF_STATISTIC = 4e-4  # relative; what estimated variances of honest fits differ by, squared statistics likewise


@dataclass(frozen=True)
class WantedProbability:
    """A p-value and how far, on the scale of log10, a right answer may lie from it.

    An error of the test statistic z moves log10 p by about z²/2.3 times its relative size, so the allowance grows
    with z.

    Raises:
        AuthorError: if it is no probability above 0, or ``decades`` is not > 0.
    """

    name: str
    value: float
    decades: float | None = None  # None: from the statistic of a two-sided normal test with this p-value
    carried: Callable[[], Any] | None = None  # the value that follows from the student's own earlier results

    def __post_init__(self) -> None:
        if not 0 < self.value <= 1:
            raise AuthorError(f"the p-value of {self.name!r} must lie in (0, 1], got {self.value!r}", self.value)
        if self.decades is not None and not (math.isfinite(self.decades) and self.decades > 0):
            raise AuthorError(f"`decades` must be a number > 0, got {self.decades!r}", self.decades)

    @property
    def allowed(self) -> float:
        """The greatest difference of log10 p that is none."""
        if self.decades is not None:
            return self.decades
        from scipy.special import ndtri  # loaded when it is first needed: an author who tries a test waits for it

        z = float(-ndtri(self.value / 2))
        return _FEWEST_DECADES + _OF_STATISTIC * z**2 / math.log(10)

    def near(self, got: float, want: float) -> bool:
        """Whether two p-values are the same on the scale of log10."""
        if got == want:
            return True  # also two zeros, which have no logarithm
        return got > 0 and want > 0 and abs(math.log10(got) - math.log10(want)) <= self.allowed

    def match(self, got: float, want: float) -> Match:
        """The same, counting a number that is rounded to two or three digits as coarse."""
        if self.near(got, want):
            return Match.FULL
        return Match.COARSE if want != 0 and Tolerance().match(got, want) is not Match.NONE else Match.NONE


def judge_probability(answer: Any, want: WantedProbability, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as a p-value, on the scale of log10.

    Args:
        answer: the student's value.
        want: the reference, how far a right answer may lie from it, and what is as good.
        rows: misconceptions about the variable.

    Returns:
        A one-sided or doubled value, a logarithm, 1 − p, zero and a bound such as "<0.001" have hints of their own.
    """
    got = as_number(answer)
    if isinstance(got, Unfit):
        return rows.named(_no_probability(answer, got, want)).with_notes(rows.notes)
    match = want.match(got, want.value)
    if match is Match.FULL:
        return right(number(got))
    own = as_number(own_result(want.carried))
    if isinstance(own, float) and own > 0 and want.near(got, own):
        return right(number(got), CARRIED_HINT)

    def agrees(value: Any) -> Match:
        other = as_number(value)
        if isinstance(other, Unfit):
            return Match.NONE
        if match is Match.COARSE:  # then a row must give this very number, not one that would be rounded to it as well
            return Match.FULL if math.isclose(got, other, rel_tol=1e-9) else Match.NONE
        return want.match(got, other)

    def is_right(value: Any) -> bool:
        other = as_number(value)
        return isinstance(other, float) and want.near(other, want.value)

    found = rows.recognize(agrees, is_right, distance=distance_from(got))
    verdict = found or rows.named(_generic_probability(got, want, match))
    return replace(verdict, got=number(got)).with_notes(rows.notes)


def _no_probability(answer: Any, unfit: Unfit, want: WantedProbability) -> Verdict:
    text = text_in(answer).strip() if unfit.kind == "text" else ""
    if text.startswith(("<", "p<", "p <", "P<", "P <")):
        hint = f"`{want.name}` is a bound, not a number: compute the probability itself, however small."
        return wrong(describe(answer), hint, "bound")
    verdict = unusable(want.name, answer, unfit.kind)
    inside = numbers_in(text)
    if len(inside) == 1 and want.near(inside[0], want.value):
        return replace(verdict, share=TEXT_KEEPS)
    return verdict


def _generic_probability(got: float, want: WantedProbability, match: Match) -> Verdict:
    """The mistakes that any p-value can have."""
    if match is Match.COARSE:
        return Verdict(COARSE_SHARE, hint=COARSE_HINT, mistake="rounded")
    if got != got:
        return wrong(hint=f"`{want.name}` is not a number (NaN).", mistake="nan")
    if got == 0:
        hint = "No such probability is exactly zero: a table has few decimals, and `1 - cdf` rounds. Take `sf`."
        return wrong(hint=hint, mistake="zero")
    logarithms = (math.log10(want.value), math.log(want.value))
    if got < 0 and any(abs(got - one) <= want.allowed * max(one / logarithms[0], 1.0) for one in logarithms if one):
        hint = "This is the logarithm of the p-value: store the p-value itself."
        return Verdict(LOGARITHM_KEEPS, hint=hint, mistake="logarithm")
    if not 0 < got <= 1:
        return wrong(hint="A probability lies between 0 and 1.", mistake="no-probability")
    if want.near(got, want.value / 2):
        return Verdict(ONE_SIDED_KEEPS, hint="This is the p-value of a one-sided test.", mistake="half")
    if want.near(got, want.value * 2):
        return Verdict(DOUBLED_KEEPS, hint="This is twice the p-value.", mistake="double")
    if abs(got - (1 - want.value)) <= 1e-3 * min(want.value, 1 - want.value) + 1e-12:
        hint = "This is the probability of the other side: of a result that is less extreme."
        return Verdict(COMPLEMENT_KEEPS, hint=hint, mistake="complement")
    return wrong(hint="This is not the p-value that the data give.")


@dataclass(frozen=True)
class WantedLogLikelihood:
    """A log-likelihood, or a criterion made of it, and how far a right answer may lie from it.

    Attributes:
        name: the student's variable.
        value: the reference, in natural logarithms.
        absolute: tolerance; what tells two models apart does not shrink with the size of the number.
        carried: gives the value that follows from the student's own earlier results, which is as good.

    Raises:
        AuthorError: if ``absolute`` is not > 0.
    """

    name: str
    value: float
    absolute: float = LOG_LIKELIHOOD
    carried: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.absolute) and self.absolute > 0):
            raise AuthorError(f"`absolute` must be a number > 0, got {self.absolute!r}", self.absolute)

    def near(self, got: float, want: float) -> bool:
        """Whether two values are the same; rounding excuses nothing, since it hides which model was fitted."""
        return abs(got - want) <= self.absolute

    def is_rounded(self, got: float) -> bool:
        """Whether an answer is the right one, rounded to one decimal or none."""
        return any(abs(got - round(self.value, digits)) < 1e-9 for digits in (0, 1))


def judge_log_likelihood(answer: Any, want: WantedLogLikelihood, rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as a log-likelihood, AIC, BIC or likelihood ratio: by its distance alone.

    Args:
        answer: the student's value.
        want: the reference, in natural logarithms, and what is as good.
        rows: misconceptions about the variable.
    """
    got = as_number(answer)
    if isinstance(got, Unfit):
        verdict = unusable(want.name, answer, got.kind)
        inside = numbers_in(text_in(answer)) if got.kind == "text" else ()
        if len(inside) == 1 and want.near(inside[0], want.value):
            verdict = replace(verdict, share=TEXT_KEEPS)
        return rows.named(verdict).with_notes(rows.notes)
    if want.near(got, want.value):
        return right(number(got))
    own = as_number(own_result(want.carried))
    if isinstance(own, float) and want.near(got, own):
        return right(number(got), CARRIED_HINT)

    def agrees(value: Any) -> Match:
        other = as_number(value)
        return Match.FULL if isinstance(other, float) and want.near(got, other) else Match.NONE

    def is_right(value: Any) -> bool:
        other = as_number(value)
        return isinstance(other, float) and want.near(other, want.value)

    # A value that is rounded too far may be either; the benefit of the doubt is the student's.
    found = None if want.is_rounded(got) else rows.recognize(agrees, is_right, distance=distance_from(got))
    verdict = found or rows.named(_generic_log_likelihood(got, want))
    return replace(verdict, got=number(got)).with_notes(rows.notes)


def _generic_log_likelihood(got: float, want: WantedLogLikelihood) -> Verdict:
    if got != got:
        return wrong(hint=f"`{want.name}` is not a number (NaN).", mistake="nan")
    if math.isinf(got):
        hint = "An infinite likelihood means that the optimizer left the possible values: this is no fit."
        return wrong(hint=hint, mistake="infinite")
    if want.is_rounded(got):
        hint = "Rounded too far: keep at least two decimals, which tell one fit from another."
        return Verdict(COARSE_SHARE, hint=hint, mistake="rounded")
    if made_whole([got], [want.value]) == "cut-off":
        return wrong(
            hint="The decimals were cut off: keep at least two, rounded, which tell one fit from another.",
            mistake="cut-off",
        )
    if want.near(-got, want.value):
        return Verdict(SIGN_KEEPS, hint="The size is right, the sign is not.", mistake="sign")
    if want.near(got / -2, want.value) or want.near(got / 2, want.value):
        return Verdict(DEVIANCE_KEEPS, hint="This is twice the value that is asked for.", mistake="double")
    if want.near(got * 2, want.value):
        return Verdict(DEVIANCE_KEEPS, hint="This is half of the value that is asked for.", mistake="half")
    return wrong(hint="This is not the value that the data give.")

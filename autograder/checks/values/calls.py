"""Functions that the student defined, called on arguments that the student does not know."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import describe
from autograder.checks.mistakes import NO_MISCONCEPTIONS, Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, found_by_judge, right, wrong
from autograder.checks.tolerance import Match, Tolerance
from autograder.checks.values.array import as_sequence
from autograder.checks.values.containers import Unfit, as_number, key
from autograder.checks.values.number import unusable
from autograder.checks.values.simulation import Simulation
from autograder.checks.values.table import judge_table
from autograder.errors import CallFailed, SessionEnded
from autograder.values.views import Function, Missing

NOT_REPRODUCIBLE_KEEPS = 0.5  # right within chance, but another number each time
_LONGEST = 60  # characters of an argument that a hint shows
_PASSED_ON = (AuthorError, NameError, ImportError, SessionEnded)  # no fault of the results

Arguments = Mapping[str, Any] | tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """One call of a function: by name, or by position."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    @classmethod
    def of(cls, arguments: Arguments) -> Case:
        """From a mapping of names, or a tuple.

        Raises:
            AuthorError: it is neither.
        """
        if isinstance(arguments, Mapping):
            return cls((), dict(arguments))
        if isinstance(arguments, tuple):
            return cls(arguments, {})
        raise AuthorError(f"the arguments of a call are a mapping or a tuple, got {arguments!r}", arguments)

    def __str__(self) -> str:
        words = [_short(value) for value in self.args]
        return ", ".join(words + [f"{name}={_short(value)}" for name, value in self.kwargs.items()])

    def call(self, function: Callable[..., Any]) -> Any:
        """What a function returns; plain data are copied, so that no call changes another's arguments."""
        return function(*self.args, **self.kwargs)


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray | pd.Series | pd.DataFrame):
        return describe(value)
    text = repr(value)
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text


def judge_function(
    name: str,
    answer: Any,
    cases: Sequence[Case],
    judge: Callable[[Sequence[Any]], Verdict],
    rows: Misconceptions,
    matches: Callable[[Sequence[Any], Any], bool] | None = None,
    is_right: Callable[[Any], bool] | None = None,
) -> Verdict:
    """Judge a function by what its calls return.

    Args:
        name: the student's variable.
        answer: the student's value.
        cases: the calls, in order.
        judge: gives the verdict on the results.
        rows: misconceptions, whose value is a list of results, or a function that is called on the same cases.
        matches: whether results are those of a misconception.
        is_right: whether the results of a misconception are right.
    """
    if isinstance(answer, Missing) or not isinstance(answer, Function):
        return rows.named(_no_function(name, answer)).with_notes(rows.notes)
    results: list[Any] = []
    for case in cases:
        try:
            results.append(case.call(answer))
        except CallFailed as failure:
            hint = f"`{name}({case})` did not return: {failure}"
            return rows.named(wrong(describe(answer), hint, "raised")).with_notes(rows.notes)
        if results[-1] is None:
            hint = f"`{name}({case})` returned None: is `return` missing?"
            return rows.named(wrong(describe(answer), hint, "no-return")).with_notes(rows.notes)
    verdict = replace(_careful(judge, results), got=describe(answer))
    if verdict.passed:
        return verdict
    found = None
    if matches is not None and is_right is not None:
        found = rows.recognize(
            lambda value: Match.FULL if matches(results, _results_of(value, cases)) else Match.NONE,
            lambda value: is_right(_results_of(value, cases)),
        )
    told = replace(found, got=verdict.got) if found is not None else rows.named(verdict)
    return told.with_notes(rows.notes)


def _no_function(name: str, answer: Any) -> Verdict:
    unfit = as_number(answer)
    if isinstance(unfit, Unfit) and unfit.kind in ("missing", "empty"):
        return unusable(name, answer, unfit.kind)
    hint = f"`{name}` is {describe(answer)}: define a function of this name, and do not store what it returns under it."
    return wrong(describe(answer), hint, "not-a-function")


def _careful(judge: Callable[[Sequence[Any]], Verdict], results: Sequence[Any]) -> Verdict:
    """The verdict of an author's function on results that may be anything."""
    try:
        return judge(results)
    except _PASSED_ON:
        raise
    except Exception as error:
        return wrong(hint=f"What it returns is not what is asked for ({type(error).__name__}).", mistake="unfit")


def _results_of(value: Any, cases: Sequence[Case]) -> Any:
    return [case.call(value) for case in cases] if callable(value) else value


def verdict_of(judged: Any, hint: str) -> Verdict:
    """The verdict that a judge's result stands for: itself, a fault, True or False, or a share of the credit.

    Args:
        judged: what an author's function returned.
        hint: for the student, where it is not a verdict of its own; empty: a sentence that fits any function.

    Raises:
        AuthorError: it is none of them.
    """
    fallback = hint or "What the function returns is not what is asked for."
    if (found := found_by_judge(judged)) is not None:
        return found
    if isinstance(judged, bool | np.bool_):
        return right() if judged else wrong(hint=fallback, mistake="other-results")
    if isinstance(judged, int | float) and 0 <= judged <= 1:
        return right() if judged == 1 else Verdict(float(judged), hint=fallback, mistake="other-results")
    raise AuthorError(f"a judge returns a verdict, a fault, True, False or a share from 0 to 1, got {judged!r}", judged)


@dataclass(frozen=True)
class WantedResults:
    """What the calls should return: numbers, texts, arrays or tables.

    Attributes:
        cases: the calls, in order.
        values: their results, as many.
        tolerance: of each number in them; a :class:`Simulation` where results are shares of so many simulations.

    Raises:
        AuthorError: if there are no calls, or more or fewer than results.
    """

    cases: Sequence[Case]
    values: Sequence[Any]
    tolerance: Tolerance | Simulation

    def __post_init__(self) -> None:
        if len(self.cases) != len(self.values) or not self.cases:
            raise AuthorError(f"{len(self.cases)} calls need as many results, got {len(self.values)}", self.values)

    def same(self, got: Any, want: Any) -> bool:
        """Whether one result agrees with another of its type.

        Args:
            got: what the student's function returned.
            want: a number, a truth value, a text, numbers in an order, or a table; its type decides how it is compared.
        """
        if isinstance(want, pd.DataFrame):
            return judge_table("", got, want, NO_MISCONCEPTIONS).passed
        if isinstance(want, bool | np.bool_):
            return isinstance(got, bool | np.bool_) and bool(got) == bool(want)
        if isinstance(want, str):
            return isinstance(got, str) and key(got) == key(want)
        if np.ndim(want) or isinstance(want, pd.Series):
            one, other = as_sequence(got), as_sequence(want)
            if isinstance(one, Unfit) or isinstance(other, Unfit) or len(one) != len(other):
                return False
            return all(self.tolerance.match(float(a), float(b)) is Match.FULL for a, b in zip(one, other, strict=True))
        number, wanted = as_number(got), as_number(want)
        if isinstance(number, Unfit) or isinstance(wanted, Unfit):
            return False
        return self.tolerance.match(number, wanted) is Match.FULL

    def all_same(self, got: Sequence[Any], want: Any) -> bool:
        """Whether as many results agree with others, each with its own.

        Args:
            got: what the student's calls returned.
            want: what they are compared with, such as the results of a misconception.
        """
        return len(got) == len(want) and all(self.same(one, other) for one, other in zip(got, want, strict=True))

    def judge(self, results: Sequence[Any]) -> Verdict:
        """The verdict on the results; each is worth an equal share, and the hint names a call that went wrong."""
        if isinstance(self.tolerance, Simulation) and not self._reproducible(results):
            hint = "Two calls with the same arguments give two results: let the seed decide all that is drawn."
            return Verdict(NOT_REPRODUCIBLE_KEEPS, hint=hint, mistake="not-reproducible")
        good = [self.same(got, want) for got, want in zip(results, self.values, strict=True)]
        if all(good):
            return right()
        share = math.fsum(good) / len(good)
        at = good.index(False)
        hint = f"With {self.cases[at]} it returns {describe(results[at])}, which is not right."
        return Verdict(share, hint=hint, mistake="other-results" if not share else "some-results")

    def _reproducible(self, results: Sequence[Any]) -> bool:
        """Whether equal calls have equal results, or some results are wrong for another reason."""
        good = all(self.same(got, want) for got, want in zip(results, self.values, strict=True))
        pairs = [(a, b) for a in range(len(results)) for b in range(a) if self.cases[a] == self.cases[b]]
        return not good or all(as_number(results[a]) == as_number(results[b]) for a, b in pairs)

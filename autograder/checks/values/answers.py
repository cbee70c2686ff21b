"""Conditions, texts and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.describe import describe, not_defined, quoted
from autograder.checks.mistakes import Misconceptions
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.student import current, is_judging
from autograder.checks.tolerance import Match
from autograder.checks.values.containers import Unfit, as_number, key, text_in
from autograder.checks.values.number import unusable
from autograder.sandbox import CallFailed, SessionEnded
from autograder.values.views import Missing

TEXT_KEEPS = 0.5  # "True" for True
NOT_HELD = "This does not hold for your answer."
TESTS_OWN = (AuthorError, NameError, ImportError)  # what only the test itself can be wrong about
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def judge_condition(condition: bool | Callable[[], Any], hint: str) -> Verdict:
    """Judge whether a condition holds; one that reads a variable that is not defined never does.

    Args:
        condition: a value, or a function that computes it. An exception that comes from the student's values is a
            failed check.
        hint: for the student, where it does not hold.

    Raises:
        AuthorError: if the condition is neither true nor false.
        Exception: what the condition raised without having read a value of the student's.
    """
    if not callable(condition):
        return _held(condition, hint)
    reads = current().reads if is_judging() else []
    start = len(reads)
    try:
        held, problem = condition(), None
        held = held() if callable(held) else held  # a function that was passed by its name
    except (*TESTS_OWN, SessionEnded):
        raise
    except Exception as error:
        held, problem = None, error
    lost = [value for _, value in reads[start:] if isinstance(value, Missing)]
    if lost:
        return wrong("not defined", not_defined(lost[0]), "missing")
    if problem is None and (len(reads) == start or isinstance(held, bool | np.bool_)):
        return _held(held, hint)
    if isinstance(problem, CallFailed):
        return wrong("", f"Your function did not return: {problem}", "raised")
    if problem is not None and len(reads) == start:
        raise problem
    got = ", ".join(f"`{name}` is {describe(value)}" for name, value in dict(reads[start:]).items())
    return wrong(got, hint or NOT_HELD, "raised")


def _held(condition: Any, hint: str) -> Verdict:
    if isinstance(condition, Missing):
        return wrong("not defined", not_defined(condition), "missing")
    if not isinstance(condition, bool | np.bool_):
        raise AuthorError(f"a condition must be True or False, got {describe(condition)}", condition)
    return right() if condition else wrong("", hint or NOT_HELD, "false")


def judge_text(name: str, answer: Any, want: Sequence[str], rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as one of the texts of ``want``; case, and how many blanks there are, make no difference.

    Args:
        name: the student's variable.
        answer: its value; of a container, the first text in it.
        want: the texts that are right.
        rows: misconceptions, whose values are the texts that were given instead.
    """
    if not isinstance(answer, str):
        unfit = as_number(answer)
        kind = unfit.kind if isinstance(unfit, Unfit) else "number"
        if kind in ("missing", "empty"):
            return unusable(name, answer, kind)
        inside = text_in(answer)
        if not inside:
            return rows.named(wrong(describe(answer), f"`{name}` must be a text.", "not-a-text"))
        answer = inside
    said = _plain(answer)
    if not said:
        return unusable(name, None, "empty")
    if any(said == _plain(one) for one in want):
        return right(describe(answer))
    found = rows.recognize(
        lambda value: Match.FULL if _plain(str(value)) == said else Match.NONE,
        lambda value: any(_plain(str(value)) == _plain(one) for one in want),
    )
    verdict = found or rows.named(wrong(hint="This is not the text that is asked for.", mistake="other-text"))
    return replace(verdict, got=describe(answer)).with_notes(rows.notes)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def judge_choice(name: str, answer: Any, want: Any, options: Sequence[Any], rows: Misconceptions) -> Verdict:
    """Judge ``answer`` as a yes or no (``want`` is a bool), or as one of the options.

    0 and 1 are no answer to yes or no, and a text with the right word earns half.

    Args:
        name: the student's variable.
        answer: its value.
        want: True or False, or the right one of the options.
        options: all that can be chosen; of no account for a yes or no.
        rows: misconceptions, whose values are the options that were chosen instead.

    Raises:
        AuthorError: if the right choice is none of the options.
    """
    verdict = _yes_or_no(name, answer, want) if isinstance(want, bool) else _option(name, answer, want, options)
    found = None
    if verdict.mistake in ("other-option", "not-an-option"):
        found = rows.recognize(
            lambda value: Match.FULL if _plain(key(answer)) == _plain(key(value)) else Match.NONE,
            lambda value: _plain(key(value)) == _plain(key(want)),
        )
    told = replace(found, got=verdict.got) if found is not None else rows.named(verdict)
    return told.with_notes(rows.notes)


def _yes_or_no(name: str, answer: Any, want: bool) -> Verdict:
    got = describe(answer)
    value = answer.item() if isinstance(answer, np.ndarray) and answer.shape == () else answer
    if isinstance(value, bool | np.bool_):
        if bool(value) == want:
            return right(got)
        return wrong(got, "This is not what the data say.", "other-option")
    if isinstance(value, str) and value.strip():
        hint = f"`{name}` is a text: store True or False, without quotation marks."
        meant = _WORDS.get(_plain(value))
        return Verdict(TEXT_KEEPS if meant is want else 0.0, got, hint, "text")
    unfit = as_number(value)
    if not isinstance(unfit, Unfit):
        return wrong(got, f"`{name}` is a number: store True or False.", "number")
    if unfit.kind in ("missing", "empty"):
        return unusable(name, answer, unfit.kind)
    return wrong(got, f"`{name}` must be True or False.", "other")


def _option(name: str, answer: Any, want: Any, options: Sequence[Any]) -> Verdict:
    known = {_plain(key(option)): option for option in options}
    if _plain(key(want)) not in known:
        raise AuthorError(f"the right choice {want!r} is none of the options {list(options)!r}", want)
    unfit = as_number(answer)
    if isinstance(unfit, Unfit) and unfit.kind in ("missing", "empty"):
        return unusable(name, answer, unfit.kind)
    said = _plain(key(answer)) if isinstance(answer, str) or not isinstance(unfit, Unfit) else ""
    if said == _plain(key(want)):
        return right(describe(answer))
    if said in known:
        return wrong(describe(answer), "This is not what the data say.", "other-option")
    listed = ", ".join(quoted(str(option)) for option in options)
    return wrong(describe(answer), f"`{name}` must be one of: {listed}.", "not-an-option")


def resting_on(verdict: Verdict, needed: Iterable[tuple[str, Verdict]]) -> Verdict:
    """The verdict on a choice, which earns nothing without the answers that it rests on.

    Args:
        verdict: on the choice alone.
        needed: the student's variables that it rests on, with the verdicts on them.
    """
    lacking = [f"`{name}`" for name, other in needed if not other.passed]
    if not lacking or not verdict.share:
        return verdict
    hint = f"This counts only together with what it rests on, which is not right yet: {', '.join(lacking)}."
    return wrong(verdict.got, hint, "alone")

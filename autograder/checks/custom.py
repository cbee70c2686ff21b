"""Kinds of check that others write: a function and a decorator, no class."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Any, TypeVar

import numpy as np

from autograder.checks.describe import describe, not_defined
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import AuthorError, Verdict, found_by_judge, right, wrong
from autograder.checks.student import current, is_judging, student
from autograder.checks.tolerance import Match
from autograder.checks.values.answers import TESTS_OWN
from autograder.checks.values.containers import Unfit, as_number
from autograder.checks.values.number import unusable
from autograder.sandbox import CallFailed, SessionEnded
from autograder.values.views import Missing

ENTRY_POINTS = "autograder.checks"  # group under which a package registers kinds of check
MARK = "__autograder_check__"
NOT_ASKED = "This is not what is asked for."
_RESERVED = ("credit", "mistakes", "label", "unit")

Judge = TypeVar("Judge", bound=Callable[..., Any])


def check(function: Judge) -> Judge:
    """Make a function a kind of check: ``checks.<name of the function>(variable, …)``.

    The function gets the student's value and whatever else the call passes, and returns a
    :class:`~autograder.checks.Verdict`, or True, False or the share of the credit that is earned, or what is wrong: an
    object with ``name``, ``keeps`` and ``hint``. A reference, where there is one, is its second parameter, ``want``:
    rows of misconceptions are then recognized by calling it with their value in place of ``want``. ``credit``,
    ``mistakes``, ``label`` and ``unit`` are handled outside of it, and so is a variable that is not defined. An
    exception that it raises on a value is a check that failed: a number where a list is asked for has no ``len``.

    A kind that is defined in a test cell lasts as long as the cell. One that several assignments use belongs in a
    package, which names it as an entry point::

        [project.entry-points."autograder.checks"]
        palindrome = "mychecks:palindrome"

    Args:
        function: the judge.

    Raises:
        AuthorError: if a parameter of it has a name that is reserved, or ``Checks`` has a method of this name.

    Example:
        >>> @check
        ... def palindrome(answer, *, at_least=1):
        ...     if not isinstance(answer, str):
        ...         return wrong(hint="A text is asked for.", mistake="not-a-text")
        ...     return len(answer) >= at_least and answer == answer[::-1]
        >>> with trying(word="rotor"):
        ...     checks = Checks()
        ...     checks.palindrome("word", at_least=5)
        1 of 1 points
          ✓ `word`: right, 1 of 1 points
              Found: the text “rotor”
    """
    from autograder.checks.checks import Checks

    name = function.__name__
    taken = [one for one in inspect.signature(function).parameters if one in _RESERVED]
    if taken:
        raise AuthorError(f"the check {name!r} cannot have a parameter {taken[0]!r}, which every check has", function)
    known = getattr(Checks, name, None)
    if name.startswith("_") or (known is not None and not hasattr(known, MARK)):
        raise AuthorError(f"`Checks` has {name!r} already:", function, remedy="give the function another name")
    method = _method(function)
    if function.__module__ == "__test__" and is_judging():
        current().kinds[name] = method
    else:
        setattr(Checks, name, method)
    return function


def _method(function: Callable[..., Any]) -> Callable[..., None]:
    """The method of ``Checks`` that calls a judge."""

    @functools.wraps(function)
    def method(
        self: Any,
        name: str,
        *arguments: Any,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        unit: str = "",
        **named: Any,
    ) -> None:
        call = _Call(function, arguments, named)
        self._check(
            label or f"`{name}`",
            lambda rows: call.judge(name, rows),
            call.want,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=_AnyKind(),
            unit=unit,
        )

    setattr(method, MARK, True)
    return method


class _AnyKind(dict[str, str]):
    """The kinds of a judge that lists none."""

    def __contains__(self, _kind: object) -> bool:
        return True


@dataclass(frozen=True)
class _Call:
    """A judge with the arguments of one call."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]

    @property
    def _has_want(self) -> bool:
        names = list(inspect.signature(self.function).parameters)
        return len(names) > 1 and names[1] == "want"

    @property
    def want(self) -> Any:
        """The reference, where there is one."""
        if not self._has_want:
            return None
        return self.arguments[0] if self.arguments else self.named.get("want")

    def judge(self, name: str, rows: Misconceptions) -> Verdict:
        """The verdict on the student's value."""
        answer = student.value(name)
        if isinstance(answer, Missing):
            return wrong("not defined", not_defined(answer), "missing")
        verdict = self._first(name, answer)
        verdict = replace(verdict, got=verdict.got or describe(answer))
        if verdict.passed:
            return verdict
        found = None
        if self._has_want and verdict.mistake not in ("raised", "empty"):
            found = rows.recognize(
                lambda value: Match.FULL if self._verdict(answer, value).passed else Match.NONE,
                lambda value: self._verdict(value, self.want).passed,
            )
        told = replace(found, got=verdict.got) if found is not None else rows.named(verdict)
        return told.with_notes(rows.notes)

    def _first(self, name: str, answer: Any) -> Verdict:
        """The verdict by the reference; an exception is that of a call which cannot be meant, or of the answer."""
        inspect.signature(self.function).bind(answer, *self.arguments, **self.named)
        try:
            return self._verdict(answer, self.want)
        except (*TESTS_OWN, SessionEnded):
            raise
        except CallFailed as problem:
            return wrong("", f"Your function did not return: {problem}", "raised")
        except AssertionError as problem:
            return wrong("", str(problem) or NOT_ASKED, "raised")
        except Exception as problem:
            unfit = as_number(answer)
            if isinstance(unfit, Unfit) and unfit.kind == "empty":
                return unusable(name, answer, unfit.kind)
            # The fault may be the author's: `autograder try` shows the note.
            note = f"{self.function.__name__!r} raised {type(problem).__name__}: {problem}"
            return wrong("", NOT_ASKED, "raised").with_notes((note,))

    def _verdict(self, answer: Any, want: Any) -> Verdict:
        arguments = (want, *self.arguments[1:]) if self._has_want and self.arguments else self.arguments
        named = {**self.named, "want": want} if self._has_want and not self.arguments else self.named
        result = self.function(answer, *arguments, **named)
        if (found := found_by_judge(result)) is not None:
            return found
        if isinstance(result, bool | np.bool_):
            return right() if result else wrong(hint=NOT_ASKED)
        if isinstance(result, int | float | np.integer | np.floating) and 0 <= result <= 1:
            return Verdict(float(result), hint="" if result == 1 else "This is only partly what is asked for.")
        raise AuthorError(f"the check {self.function.__name__!r} returned {result!r}, which is no verdict", result)


def find(name: str) -> Callable[..., None] | None:
    """The method for a kind of check that is not one of ``Checks``; ``None`` where there is none.

    Those that the test cell defined come first, then those of installed packages.
    """
    if is_judging() and name in current().kinds:
        return current().kinds[name]
    for entry in metadata.entry_points(group=ENTRY_POINTS, name=name):
        return _method(entry.load())
    return None

"""Numbers and placeholders in texts: printed output, labels, an equation in a figure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.checks.tolerance import Match, Tolerance

_NUMBER = re.compile(r"(?:([-−–+])[ \t]{0,3})?(?<![\w.])(\d+(?:\.\d*)?|\.\d+)((?:[eE][-+]?\d+)?)")
_LONGEST = 100_000  # characters of a text that are looked at
_NOTHING = re.compile(r"[\W_]*", re.UNICODE)


def numbers_in(text: str) -> tuple[float, ...]:
    """All numbers of a text, with their signs; a minus may stand apart from its number."""
    found = _NUMBER.findall(text[:_LONGEST])
    return tuple(
        float(("-" if sign in ("-", "−", "–") and sign else "") + digits + power) for sign, digits, power in found
    )


def mentions(text: str, want: float, tolerance: Tolerance) -> bool:
    """Whether a number of the text is ``want``, at least rounded to two significant digits."""
    return any(tolerance.match(number, want) is not Match.NONE for number in numbers_in(text))


def is_placeholder(text: str) -> bool:
    """Whether a label says nothing: empty, or nothing but underscores, dots and blanks."""
    return _NOTHING.fullmatch(text) is not None


def says_one_of(text: str, words: Iterable[str]) -> bool:
    """Whether the text contains one of the words, whatever the case."""
    return any(word.casefold() in text.casefold() for word in words)

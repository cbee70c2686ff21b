"""A student's value in a few words, for the list of checks."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.tolerance import Match, Tolerance
from autograder.values.views import Function, Missing, Model, Opaque, Record

_LONGEST = 60  # characters of a quoted text
_MOST_WHOLE = 10**12  # larger whole numbers are shortened
_FEW = 4  # values that are written out


def number(value: float) -> str:
    """A number as a student would write it: at most eight significant digits."""
    return f"{value:.8g}" if math.isfinite(value) else str(float(value))


def quoted(text: str) -> str:
    """A text in quotation marks, cut where it is long."""
    shown = " ".join(text.split())
    return f"“{shown[:_LONGEST]}…”" if len(shown) > _LONGEST else f"“{shown}”"


def plural(count: int, noun: str) -> str:
    """``3 rows``, ``1 row``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def not_defined(missing: Missing) -> str:
    """Why there is no value, for the student."""
    if missing.reason:
        return f"`{missing.name}` is not defined. {missing.reason}"
    return f"You have not defined `{missing.name}`."


def describe(value: Any) -> str:  # noqa: C901 (one flat case for each kind of value)
    """What a value is, in words that fit behind “found:”."""
    match value:
        case Missing():
            return "not defined"
        case Opaque():
            return f"an object of type {short_type(value.type_name)}"
        case Record():
            return f"a result of type {short_type(value.type_name)}"
        case Function():
            return f"the function {value.name}"
        case Model():
            return f"a fitted {value.model_kind} model"
        case None:
            return "None"
        case bool() | np.bool_():
            return str(bool(value))
        case str():
            return f"the text {quoted(value)}"
        case pd.DataFrame():
            return f"a DataFrame with {plural(len(value), 'row')} and {plural(value.shape[1], 'column')}"
        case pd.Series():
            return f"a Series of {plural(len(value), 'value')}"
        case np.ndarray():
            return f"an array of shape {value.shape}" if value.ndim else describe(value.item())
        case Mapping():
            return f"a dict with {plural(len(value), 'entry').replace('entrys', 'entries')}"
        case list() | tuple() if len(value) <= _FEW and all(_is_single(item) for item in value):
            items = ", ".join(describe(item) for item in value)
            return f"({items})" if isinstance(value, tuple) else f"[{items}]"
        case list() | tuple() | set() | frozenset():
            return f"a {type(value).__name__} of {plural(len(value), 'value')}"
        case complex() | np.complexfloating():
            return f"the complex number {value}"
        case numbers.Real():
            return _real(value)
    return f"an object of type {short_type(type(value).__name__)}"


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, str | numbers.Real)


def short_type(name: str) -> str:
    """The last part of a qualified type name, cut where it is long."""
    return name.rsplit(".", 1)[-1][:_LONGEST]


def _real(value: Any) -> str:
    try:
        short = isinstance(value, numbers.Integral) and abs(int(value)) < _MOST_WHOLE
        return str(int(value)) if short else number(float(value))
    except (OverflowError, ValueError):
        return "a number too large to compare"


_NUMBER = re.compile(r"(?:([-−–+])[ \t]{0,3})?(?<![\w.])(\d+(?:\.\d*)?|\.\d+)((?:[eE][-+]?\d+)?)")
_LONGEST_TEXT = 100_000  # characters of a text that are looked at
_NOTHING = re.compile(r"[\W_]*", re.UNICODE)


def numbers_in(text: str) -> tuple[float, ...]:
    """All numbers of a text, with their signs; a minus may stand apart from its number."""
    found = _NUMBER.findall(text[:_LONGEST_TEXT])
    return tuple(
        float(("-" if sign in ("-", "−", "–") and sign else "") + digits + power) for sign, digits, power in found
    )


def mentions(text: str, want: float, tolerance: Tolerance) -> bool:
    """Whether a number of the text is ``want``, at least rounded to two significant digits.

    Args:
        text: of the student's; its first 100,000 characters are looked at.
        want: the number looked for.
        tolerance: how near counts as the number itself.
    """
    return any(tolerance.match(number, want) is not Match.NONE for number in numbers_in(text))


def is_placeholder(text: str) -> bool:
    """Whether a label says nothing: empty, or nothing but underscores, dots and blanks."""
    return _NOTHING.fullmatch(text) is not None


def says_one_of(text: str, words: Iterable[str]) -> bool:
    """Whether the text contains one of the words, whatever the case."""
    return any(word.casefold() in text.casefold() for word in words)

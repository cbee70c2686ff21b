"""A student's value in a few words, for the list of checks."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from autograder.views import Function, Missing, Model, Opaque, Record

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

"""From every honest container to a number, or to numbers by subject."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autograder.values.views import Function, Missing, Model, Opaque, Record, type_of_array

_DEEPEST = 6  # nested containers
_MOST = 10_000  # numbers looked at in one container


@dataclass(frozen=True)
class Unfit:
    """A value that is not what was asked for; ``kind`` says in which way."""

    kind: str


def as_number(value: Any, depth: int = 0) -> float | Unfit:
    """The one number that a value holds.

    Accepted are Python and NumPy numbers and any container that holds exactly one number. Infinite and missing
    numbers come back as they are: no comparison accepts them.

    Args:
        value: of the student's, as it was decoded.
        depth: containers around it; callers leave it out.

    Returns:
        The number, or why there is none: ``missing``, ``empty`` (None, ``...``, no element), ``boolean``,
        ``text``, ``several``, ``model``, ``record``, ``not-called`` (a function or method), ``summary``,
        ``opaque``, ``complex``, ``other``.

    Example:
        >>> as_number([[10.47]]), as_number("10.47").kind, as_number([1, 2]).kind
        (10.47, 'text', 'several')
    """
    kind = _kind_of_view(value)
    if kind is not None:
        return Unfit(kind)
    if isinstance(value, bool | np.bool_):
        return Unfit("boolean")
    if isinstance(value, str | bytes):
        return Unfit("text")
    if isinstance(value, numbers.Real):
        return _float(value)
    if isinstance(value, numbers.Complex):
        return Unfit("complex")
    if value is pd.NA or value is pd.NaT:
        return float("nan")
    items = _items(value)
    if items is None:
        return Unfit("other")
    if len(items) != 1 or depth >= _DEEPEST:
        return Unfit("several" if items else "empty")
    return as_number(items[0], depth + 1)


def as_numbers(value: Any) -> tuple[float, ...]:
    """All numbers that a value holds at any depth, in order; texts and other things are left out."""
    found: list[float] = []
    for number in _leaves(value, 0):
        found.append(number)
        if len(found) >= _MOST:
            break
    return tuple(found)


def text_in(value: Any, depth: int = 0) -> str:
    """The text that a value is or holds first; empty where there is none.

    Args:
        value: of the student's, as it was decoded.
        depth: containers around it; callers leave it out.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    items = _items(value) if is_usable(value) and depth < _DEEPEST else None
    return text_in(items[0], depth + 1) if items else ""


def is_positive(value: Any) -> bool:
    """Whether an author's scale is one finite number > 0, and not, for example, a column.

    Example:
        >>> is_positive(37.1), is_positive(0), is_positive([37.1])
        (True, False, False)
    """
    return isinstance(value, numbers.Real) and 0 < float(value) < math.inf


def is_usable(value: Any) -> bool:
    """Whether a value is plain data rather than missing, empty or a view."""
    return _kind_of_view(value) is None


def as_floats(values: Any) -> type_of_array:
    """A flat float array; what is not a number becomes NaN, what is not an array becomes empty."""
    try:
        return np.asarray(values, dtype=float).ravel()
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        series = pd.Series(np.asarray(values, dtype=object).ravel())
        return np.asarray(pd.to_numeric(series, errors="coerce"), dtype=float)
    except (TypeError, ValueError, OverflowError):
        return np.empty(0)


def key(label: Any) -> str:
    """A group label as text, so that 308, 308.0, ``np.int64(308)`` and ``"308"`` are the same subject."""
    if isinstance(label, bool | np.bool_):
        return str(label)
    if isinstance(label, numbers.Real):
        return _number_key(label)
    text = str(label).strip()
    try:
        return _number_key(float(text))
    except ValueError:
        return text


def keys(labels: Any) -> list[str]:
    """The group labels of an index, a column or a list as texts."""
    return [key(label) for label in list(labels)]


def _kind_of_view(value: Any) -> str | None:
    match value:
        case Missing():
            return "missing"
        case None:
            return "empty"
        case Model():
            return "model"
        case Record():
            return "record"
        case Function():
            return "not-called"
        case Opaque():
            return _kind_of_type(value.type_name)
    return "empty" if value is Ellipsis else None


def _kind_of_type(type_name: str) -> str:
    name = type_name.rsplit(".", 1)[-1].lower()
    if name == "ellipsis":
        return "empty"
    if name in ("function", "method", "builtin_function_or_method", "method-wrapper", "cached_function", "partial"):
        return "not-called"
    return "summary" if name.startswith("summary") else "opaque"


def _float(value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, ValueError, TypeError):
        return float("nan")


def _number_key(value: Any) -> str:
    number = _float(value)
    return str(int(number)) if np.isfinite(number) and number == int(number) else repr(number)


def _items(value: Any) -> list[Any] | None:
    """The elements of a container, ``None`` for anything else; long ones are cut after two."""
    match value:
        case pd.DataFrame():
            return [] if value.size == 0 else [value.iat[0, 0]] if value.size == 1 else [None, None]
        case pd.Series() | pd.Index():
            return list(value[:2])
        case np.ndarray():
            return list(value.ravel()[:2])
        case Mapping():
            return list(value.values())[:2]
        case list() | tuple() | set() | frozenset():
            return list(value)[:2]
    return None


def _leaves(value: Any, depth: int) -> Iterator[float]:
    if depth > _DEEPEST:
        return
    match value:
        case pd.DataFrame():
            inner: Any = [item for name in range(value.shape[1]) for item in value.iloc[:, name]]
        case np.ndarray():
            inner = value.ravel().tolist()
        case Record():
            inner = value.fields.values()
        case Mapping():
            inner = value.values()
        case pd.Series() | pd.Index() | list() | tuple() | set() | frozenset():
            inner = value
        case _:
            number = as_number(value)
            if isinstance(number, float):
                yield number
            return
    for item in inner:
        yield from _leaves(item, depth + 1)

"""Decode what the sandbox sent: bounded plain data of a closed set of types.

Every byte comes from a process that student code controls.  Whatever does not follow the format
to the letter raises :class:`MalformedValue` and nothing else; nothing is executed, imported or
looked up by name.  The format, written by ``sandbox/inside/encode/``, is strict JSON: ``null``,
booleans, whole numbers of 64 bits, finite floats and texts stand for themselves, everything else
is an object whose "t" names its kind.  Sets arrive as lists, in the order the student's process had.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from autograder.values import views
from autograder.values.models import assemble
from autograder.values.strict_json import (
    MAX_ELEMENTS,
    UNITS,
    MalformedValue,
    array_shape,
    choice,
    optional_text,
    parse,
    raw_array,
    text,
    typed,
)

__all__ = ["MalformedValue", "decode", "optional_text", "parse"]

MAX_DEPTH = 40
MAX_NODES = 300_000  # values of one message
TABLE_NODES = 20  # what an array or a part of a table counts for
MAX_NAME = 300
MAX_MESSAGE = 200
MAX_FUNCTIONS = 1 << 31
MAX_HASHED = 30_000  # elements of one message that pandas puts into hash tables: its hash of numbers is no secret
MAX_LEVELS = 32  # of an index; pandas' own work grows with their square
MAX_SAME_HASH = 16  # keys of one dict: Python's hash of numbers is no secret either
MASKED = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")
ZONE = re.compile(r"UTC([+-]\d\d:\d\d)?|[A-Z]\w*([/_+-]\w+)*", re.ASCII)  # no path: pandas would open it
HEXADECIMAL = re.compile(r"-?[0-9a-f]{1,1024}")
SPECIAL_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

KINDS = frozenset(
    (
        *("float", "int", "complex", "list", "tuple", "dict", "missing", "timestamp", "timedelta", "interval", "array"),
        *("categorical", "strings", "zoned", "masked", "intervals", "index", "range", "multiindex", "series", "frame"),
        *("opaque", "record", "function", "model"),
    )
)
TABLES = frozenset(("array", "categorical", "strings", "zoned", "masked", "intervals", "index", "range", "series"))
CLOSED = ("left", "right", "both", "neither")

Caller = Callable[[int, tuple[Any, ...], Mapping[str, Any]], Any]


def decode(node: Any, call: Caller | None = None) -> Any:
    """The value of a node.

    Args:
        node: as :func:`parse` returns it.
        call: runs a function of the student, given its handle, arguments and keyword arguments.

    Raises:
        MalformedValue: the node does not follow the format.
    """
    try:
        return _Decoder(call).value(node)
    except MalformedValue:
        raise
    except Exception as problem:  # NumPy and pandas refuse in many ways what does not fit together
        raise MalformedValue(f"{type(problem).__name__}: {problem}"[:MAX_MESSAGE]) from None


class _Decoder:
    def __init__(self, call: Caller | None) -> None:
        self._call = call
        self._depth = 0
        self._left = MAX_NODES
        self._room = MAX_ELEMENTS
        self._hashed = MAX_HASHED
        self._last_index: tuple[str, Any] = ("", None)  # as it was sent, and decoded

    def _spend(self, elements: int) -> None:
        """Count what a few bytes of the message will be in memory."""
        self._room -= elements
        if self._room < 0:
            raise MalformedValue("too many elements")

    def _will_be_hashed(self, elements: Any) -> None:
        """Count elements before pandas hashes them; numbers chosen for that would take it the square of their count."""
        self._hashed -= len(elements)
        if self._hashed < 0:
            raise MalformedValue("too many categories, or too many rows of an index of several levels")
        if elements.dtype == object:
            _spread(elements)

    def value(self, node: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise MalformedValue("too many values")
        if node is None or type(node) in (bool, int, float, str):
            return node
        tag = typed(node, "t", str)
        if tag not in KINDS:
            raise MalformedValue(f"unknown kind {tag[:20]!r}")
        self._left -= TABLE_NODES * (tag in TABLES)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise MalformedValue("nested too deeply")
        try:
            return getattr(self, f"_{tag}")(node)
        finally:
            self._depth -= 1

    def _float(self, node: dict[str, Any]) -> float:
        return SPECIAL_FLOATS[typed(node, "v", str)]

    def _int(self, node: dict[str, Any]) -> int:
        digits = typed(node, "v", str)
        if not HEXADECIMAL.fullmatch(digits):
            raise MalformedValue("not a whole number")
        return int(digits, 16)

    def _complex(self, node: dict[str, Any]) -> complex:
        real, imaginary = self.value(node["real"]), self.value(node["imag"])
        if not {type(real), type(imaginary)} <= {int, float}:
            raise MalformedValue("not a complex number")
        return complex(real, imaginary)

    def _list(self, node: dict[str, Any]) -> list[Any]:
        return [self.value(item) for item in typed(node, "v", list)]

    def _tuple(self, node: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(self._list(node))

    def _dict(self, node: dict[str, Any]) -> dict[Any, Any]:
        pairs = [self._pair(pair) for pair in typed(node, "v", list)]
        keys = [_key(self.value(key)) for key, _ in pairs]
        _spread(keys)
        made = dict(zip(keys, (self.value(item) for _, item in pairs), strict=True))
        if len(made) != len(pairs):
            raise MalformedValue("a key appears twice")
        return made

    @staticmethod
    def _pair(pair: Any) -> tuple[Any, Any]:
        if type(pair) is not list or len(pair) != 2:
            raise MalformedValue("not a pair")
        return pair[0], pair[1]

    def _missing(self, node: dict[str, Any]) -> Any:
        return {"NA": pd.NA, "NaT": pd.NaT}[typed(node, "v", str)]

    def _timestamp(self, node: dict[str, Any]) -> Any:
        unit: Any = choice(node, "unit", UNITS)
        return pd.Timestamp(np.datetime64(typed(node, "v", int), unit))

    def _timedelta(self, node: dict[str, Any]) -> Any:
        unit: Any = choice(node, "unit", UNITS)
        return pd.Timedelta(np.timedelta64(typed(node, "v", int), unit))

    def _interval(self, node: dict[str, Any]) -> Any:
        closed: Any = choice(node, "closed", CLOSED)
        return pd.Interval(self.value(node["left"]), self.value(node["right"]), closed)

    def _array(self, node: dict[str, Any]) -> views.type_of_array:
        if "items" not in node:
            return raw_array(node)
        return self._elements(node, typed(node, "dtype", str), array_shape(node))

    def _elements(self, node: dict[str, Any], name: str, shape: tuple[int, ...]) -> views.type_of_array:
        items = [self.value(item) for item in typed(node, "items", list)]
        if name not in ("str", "object") or len(items) != math.prod(shape):
            raise MalformedValue("shape and elements of an array differ")
        if name == "str":
            if any(type(item) is not str for item in items):
                raise MalformedValue("not an array of texts")
            self._spend(len(items) * max(map(len, items), default=0))
            return np.array(items, dtype=str).reshape(shape)
        array = np.empty(len(items), dtype=object)
        for position, item in enumerate(items):
            array[position] = item
        return array.reshape(shape)

    def _column(self, node: Any) -> Any:
        """Values of a Series, a column or an index: one-dimensional."""
        column = self.value(node)
        if not isinstance(column, (np.ndarray, pd.api.extensions.ExtensionArray)) or column.ndim != 1:
            raise MalformedValue("not a column")
        return column

    def _categorical(self, node: dict[str, Any]) -> Any:
        codes, categories = self._column(node["codes"]), self._as_index(node["categories"])
        if codes.dtype.kind != "i":
            raise MalformedValue("codes of categories that are not whole numbers")
        self._will_be_hashed(categories)
        return pd.Categorical.from_codes(codes, categories, ordered=typed(node, "ordered", bool))

    def _strings(self, node: dict[str, Any]) -> Any:
        items, dtype = typed(node, "items", list), typed(node, "dtype", str)
        if dtype not in ("str", "string") or any(item is not None and type(item) is not str for item in items):
            raise MalformedValue("not a column of texts")
        column: Any = pd.array(items, dtype="string") if dtype == "string" else pd.array(items, dtype="str")
        return column

    def _zoned(self, node: dict[str, Any]) -> Any:
        moments, zone = self._column(node["values"]), text(node.get("zone"), MAX_NAME)
        if moments.dtype.kind != "M":
            raise MalformedValue("not a column of moments")
        if not ZONE.fullmatch(zone):
            raise MalformedValue("not a time zone")
        return pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zone).array

    def _intervals(self, node: dict[str, Any]) -> Any:
        closed: Any = choice(node, "closed", CLOSED)
        return pd.arrays.IntervalArray.from_arrays(self._column(node["left"]), self._column(node["right"]), closed)

    def _masked(self, node: dict[str, Any]) -> Any:
        data, mask, name = self._column(node["data"]), self._column(node["mask"]), typed(node, "dtype", str)
        if not MASKED.fullmatch(name) or mask.dtype.kind != "b" or len(mask) != len(data):
            raise MalformedValue("not a column with missing values")
        if data.dtype.name != name.lower().replace("boolean", "bool"):
            raise MalformedValue("data of another dtype")
        column: Any = pd.array(data, dtype=cast(Any, name))
        column[mask] = pd.NA
        return column

    def _as_index(self, node: Any) -> Any:
        """An index; the many small series of a fitted model all have the same one."""
        sent = repr(node)
        if sent == self._last_index[0]:
            self._spend(len(self._last_index[1]))
        else:
            self._last_index = (sent, self._new_index(node))
        return self._last_index[1]

    def _new_index(self, node: Any) -> Any:
        index = self.value(node)
        if not isinstance(index, pd.Index):
            raise MalformedValue("not an index")
        # pandas gives out labels as attributes, and NumPy reads memory at the address that the attribute
        # `__array_interface__` names.
        if index.dtype.kind not in "biufcmM" and any(type(label) is str and label[:2] == "__" for label in index):
            raise MalformedValue("a label that is a name of Python's own")
        return index

    def _index(self, node: dict[str, Any]) -> Any:
        values = self._column(node["values"])
        return pd.Index(values, dtype=values.dtype, name=_key(self.value(node["name"])))

    def _range(self, node: dict[str, Any]) -> Any:
        start, stop, step = (typed(node, name, int) for name in ("start", "stop", "step"))
        if max(map(abs, (start, stop, step))) >= 1 << 62:
            raise MalformedValue("an index that is too long")
        self._spend(len(range(start, stop, step)))
        return pd.RangeIndex(start, stop, step, name=_key(self.value(node["name"])))

    def _multiindex(self, node: dict[str, Any]) -> Any:
        sent = typed(node, "levels", list)
        if len(sent) > MAX_LEVELS:
            raise MalformedValue("an index of too many levels")
        levels = [self._as_index(level) for level in sent]
        if any(isinstance(level, pd.MultiIndex) for level in levels):
            raise MalformedValue("a level of several levels")
        for level in levels:
            self._will_be_hashed(level)
        return pd.MultiIndex.from_arrays(levels, names=[level.name for level in levels])

    def _series(self, node: dict[str, Any]) -> Any:
        values, index = self._column(node["values"]), self._as_index(node["index"])
        if len(values) != len(index):
            raise MalformedValue("index and values of a series differ")
        return pd.Series(values, index=index, dtype=values.dtype, name=_key(self.value(node["name"])))

    def _frame(self, node: dict[str, Any]) -> Any:
        columns, index = self._as_index(node["columns"]), self._as_index(node["index"])
        data = [self._column(column) for column in typed(node, "data", list)]
        self._left -= TABLE_NODES * len(data)
        if len(data) != len(columns) or any(len(column) != len(index) for column in data):
            raise MalformedValue("index and columns of a table differ")
        series = {number: pd.Series(column, index=index, dtype=column.dtype) for number, column in enumerate(data)}
        frame = pd.DataFrame(series, index=index)
        frame.columns = columns
        return frame

    def _opaque(self, node: dict[str, Any]) -> views.Opaque:
        return views.Opaque(text(node.get("type"), MAX_NAME), text(node.get("reason"), MAX_NAME))

    def _record(self, node: dict[str, Any]) -> views.Record:
        pairs = [self._pair(pair) for pair in typed(node, "fields", list)]
        fields = {text(name, MAX_NAME): self.value(item) for name, item in pairs}
        if len(fields) != len(pairs):
            raise MalformedValue("a field appears twice")
        return views.Record(text(node.get("type"), MAX_NAME), fields)

    def _function(self, node: dict[str, Any]) -> views.Function:
        handle, call = typed(node, "handle", int), self._call
        if call is None or not 0 <= handle < MAX_FUNCTIONS:
            raise MalformedValue("a function that cannot be called")

        def caller(*args: Any, **kwargs: Any) -> Any:
            return call(handle, args, kwargs)

        return views.Function(text(node.get("name"), MAX_NAME), caller)

    def _model(self, node: dict[str, Any]) -> views.Model:
        fields = typed(node, "fields", dict)
        names = tuple(text(name, MAX_NAME) for name in typed(fields, "exog_names", list))
        decoded = {name: self.value(item) for name, item in fields.items() if name != "exog_names"}
        return assemble(exog_names=names, **decoded)


def _key(value: Any) -> Any:
    """A key of a dict, or a name of a series or an index: hashable.

    Raises:
        MalformedValue: it is not.
    """
    hash(value)
    if isinstance(value, (views.Opaque, views.Record, views.Function, views.Model)):
        raise MalformedValue("a key that is not plain")
    return value


def _spread(keys: Iterable[Any]) -> None:
    """Make sure that keys were not chosen to have the same hash.

    Raises:
        MalformedValue: many of them have.
    """
    hashes = sorted(map(hash, keys))
    if any(one == other for one, other in zip(hashes, hashes[MAX_SAME_HASH:], strict=False)):
        raise MalformedValue("keys that have the same hash")

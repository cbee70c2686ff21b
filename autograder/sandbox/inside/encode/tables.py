"""Nodes of NumPy and pandas values."""

from __future__ import annotations

import base64
import math
import sys
from typing import Any

from .nodes import Encodes, Node, opaque

TABLE_NODES = 20  # what an array, a series or an index counts for: the host spends more time on it than on a number
RAW_KINDS = "biufcmM"  # NumPy kinds that are sent as bytes
RAW_SIZES = (1, 2, 4, 8, 16)


def encode(encoder: Encodes, value: Any) -> Node | None:
    """The node of a NumPy or pandas value; ``None`` for any other."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    kind = type(value)
    if numpy is not None:
        if issubclass(kind, numpy.generic):
            return _scalar(encoder, value)
        if issubclass(kind, numpy.ndarray):
            return array(encoder, value)
    if pandas is None:
        return None
    for base, method in (
        (pandas.Series, _series),
        (pandas.DataFrame, _frame),
        (pandas.Index, index),
        (pandas.api.extensions.ExtensionArray, column),
    ):
        if issubclass(kind, base):
            return method(encoder, value)
    return _moment(encoder, value)


def array(encoder: Encodes, value: Any) -> Node:
    """The node of an array; elements of an object array are encoded one by one."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(float), math.nan) if value.dtype.kind in "biuf" else np.ma.filled(value)
    encoder.spend(0, TABLE_NODES)
    plain: Any = np.asarray(value)
    dtype = plain.dtype
    if dtype.kind == "f" and dtype.itemsize not in RAW_SIZES[1:4]:
        plain = plain.astype(float)
    elif dtype.kind == "c" and dtype.itemsize not in (8, 16):
        plain = plain.astype(complex)
    if dtype.kind in RAW_KINDS:
        plain = np.ascontiguousarray(plain.astype(plain.dtype.newbyteorder("<"), copy=False)).reshape(plain.shape)
        encoder.spend(plain.nbytes * 4 // 3 + 100)
        data = base64.b64encode(plain.tobytes()).decode("ascii")
        return {"t": "array", "dtype": plain.dtype.str, "shape": list(plain.shape), "data": data}
    if dtype.kind in "UO":
        encoder.spend(8 * plain.size, 0)
        items = [encoder.node(item) for item in plain.ravel().tolist()]
        name = "str" if dtype.kind == "U" else "object"
        return {"t": "array", "dtype": name, "shape": list(plain.shape), "items": items}
    return opaque(value, f"an array of dtype {dtype}")


def _scalar(encoder: Encodes, value: Any) -> Node:
    """A NumPy scalar as the Python scalar of its kind."""
    match value.dtype.kind:
        case "b":
            return bool(value)
        case "i" | "u":
            return encoder.whole(int(value))
        case "f":
            return encoder.real(float(value))
        case "c":
            return encoder.node(complex(value))
        case "U":
            return encoder.text(str(value))
        case "M" | "m":
            return _moment_node("timestamp" if value.dtype.kind == "M" else "timedelta", value)
        case _:
            return opaque(value, "")


def _moment_node(tag: str, value: Any) -> Node:
    import numpy as np

    if np.isnat(value):
        return {"t": "missing", "v": "NaT"}
    unit, count = np.datetime_data(value.dtype)
    if unit == "generic" or count != 1:
        return opaque(value, "a time without a usual unit")
    return {"t": tag, "v": int(value.astype("i8")), "unit": unit}


def _moment(encoder: Encodes, value: Any) -> Node | None:
    """pandas' scalars: missing values, moments, spans of time, intervals."""
    import pandas as pd

    kind = type(value)
    if value is pd.NA or value is pd.NaT:
        return {"t": "missing", "v": "NA" if value is pd.NA else "NaT"}
    if kind is pd.Timestamp and value.tz is None:
        return _moment_node("timestamp", value.to_datetime64())
    if kind is pd.Timedelta:
        return _moment_node("timedelta", value.to_timedelta64())
    if kind is pd.Interval:
        ends = [encoder.node(value.left), encoder.node(value.right)]
        return {"t": "interval", "left": ends[0], "right": ends[1], "closed": value.closed}
    return None


def column(encoder: Encodes, values: Any) -> Node:
    """The node of a one-dimensional NumPy or pandas array, with its dtype."""
    import numpy as np
    import pandas as pd

    dtype = values.dtype
    if isinstance(values, np.ndarray):
        return array(encoder, values)
    if isinstance(dtype, pd.CategoricalDtype):
        codes = array(encoder, values.codes)
        return {
            "t": "categorical",
            "codes": codes,
            "categories": index(encoder, values.categories),
            "ordered": values.ordered,
        }
    if isinstance(dtype, pd.StringDtype):
        missing = pd.isna(values)
        pairs = zip(values.astype(object), missing, strict=True)
        encoder.spend(0, len(values))
        items = [None if gone else encoder.text(str(item)) for item, gone in pairs]
        return {"t": "strings", "dtype": "string" if dtype.na_value is pd.NA else "str", "items": items}
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = array(encoder, values.tz_convert("UTC").tz_localize(None).to_numpy())
        return {"t": "zoned", "values": moments, "zone": str(dtype.tz)[:100]}
    if hasattr(values, "_mask") and hasattr(values, "_data"):  # pandas' nullable numbers and booleans
        data, mask = array(encoder, values._data), array(encoder, values._mask)
        return {"t": "masked", "dtype": str(dtype), "data": data, "mask": mask}
    if isinstance(dtype, pd.IntervalDtype):
        ends = {side: column(encoder, getattr(values, side).to_numpy()) for side in ("left", "right")}
        return {"t": "intervals", **ends, "closed": values.closed}
    plain = np.asarray(values)
    return array(encoder, plain if plain.dtype.kind in "mM" else np.asarray(values, dtype=object))


def index(encoder: Encodes, value: Any) -> Node:
    """The node of an index."""
    import pandas as pd

    encoder.spend(0, TABLE_NODES)
    if isinstance(value, pd.MultiIndex):
        encoder.spend(0, len(value))
        levels = [index(encoder, value.get_level_values(level)) for level in range(value.nlevels)]
        return {"t": "multiindex", "levels": levels}
    name = encoder.node(value.name)
    if isinstance(value, pd.RangeIndex):
        return {"t": "range", "start": value.start, "stop": value.stop, "step": value.step, "name": name}
    return {
        "t": "index",
        "values": column(encoder, value.array if _extended(value) else value.to_numpy()),
        "name": name,
    }


def _extended(value: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_extension_array_dtype(value.dtype))


def _values(encoder: Encodes, series: Any) -> Node:
    return column(encoder, series.array if _extended(series) else series.to_numpy())


def _series(encoder: Encodes, value: Any) -> Node:
    encoder.spend(0, TABLE_NODES)
    name = encoder.node(value.name)
    return {"t": "series", "name": name, "index": index(encoder, value.index), "values": _values(encoder, value)}


def _frame(encoder: Encodes, value: Any) -> Node:
    encoder.spend(0, value.shape[1] * TABLE_NODES)
    data = [_values(encoder, value.iloc[:, position]) for position in range(value.shape[1])]
    columns, rows = index(encoder, value.columns), index(encoder, value.index)
    return {"t": "frame", "columns": columns, "index": rows, "data": data}

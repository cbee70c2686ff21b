"""Decode the arguments of a call: plain data that the host made, so it is trusted here."""

from __future__ import annotations

import base64
import math
from typing import Any

FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def decode(node: Any) -> Any:
    """The value of a node that :mod:`.encoder` made on the host.

    Raises:
        ValueError: a kind of value that cannot be an argument.
    """
    if not isinstance(node, dict):
        return node
    match node["t"]:
        case "float":
            return FLOATS[node["v"]]
        case "int":
            return int(node["v"], 16)
        case "complex":
            return complex(decode(node["real"]), decode(node["imag"]))
        case "list":
            return [decode(item) for item in node["v"]]
        case "tuple":
            return tuple(decode(item) for item in node["v"])
        case "dict":
            return {decode(key): decode(value) for key, value in node["v"]}
        case "array":
            return _array(node)
        case "series" | "index" | "range" | "frame":
            return _table(node)
        case tag:
            raise ValueError(f"a value of kind {tag!r} cannot be an argument")


def _array(node: dict[str, Any]) -> Any:
    import numpy as np

    if "items" in node:
        kind = object if node["dtype"] == "object" else str
        array = np.empty(len(node["items"]), dtype=object)
        array[:] = [decode(item) for item in node["items"]]
        return array.astype(kind).reshape(node["shape"])
    data = base64.b64decode(node["data"])
    return np.frombuffer(data, dtype=np.dtype(node["dtype"])).reshape(node["shape"]).copy()


def _column(node: dict[str, Any]) -> Any:
    import pandas as pd

    match node["t"]:
        case "strings":
            return pd.array(node["items"], dtype=node["dtype"])
        case "categorical":
            categories = _table(node["categories"])
            return pd.Categorical.from_codes(_array(node["codes"]), categories, ordered=node["ordered"])
        case _:
            return decode(node)


def _table(node: dict[str, Any]) -> Any:
    import pandas as pd

    match node["t"]:
        case "range":
            return pd.RangeIndex(node["start"], node["stop"], node["step"], name=decode(node["name"]))
        case "index":
            return pd.Index(_column(node["values"]), name=decode(node["name"]))
        case "series":
            return pd.Series(_column(node["values"]), index=_table(node["index"]), name=decode(node["name"]))
        case _:
            columns = {position: _column(column) for position, column in enumerate(node["data"])}
            frame = pd.DataFrame(columns, index=_table(node["index"]))
            frame.columns = _table(node["columns"])
            return frame

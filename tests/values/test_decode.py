"""The decoder takes what the encoder makes, and refuses everything else with one kind of error."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.inside.encode.value import Encoder
from autograder.values import views
from autograder.values.decode import MalformedValue, decode, parse

LARGE = 16 << 20

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**4000), 2**4000)
    | st.floats()
    | st.complex_numbers(allow_nan=False)
    | st.text()
)
keys = st.text() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.tuples(st.text(), st.integers())
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=20,
)
numbers = st.lists(st.floats(), max_size=8)
labels = st.lists(st.text(max_size=5) | st.none(), max_size=8)


def through(value: Any) -> Any:
    """The value after its way from the sandbox to the host."""
    node = Encoder([], LARGE).encode(value)
    return decode(parse(json.dumps(node, allow_nan=False).encode()), call=lambda *_: None)


def same(got: Any, want: Any) -> bool:
    if type(got) is not type(want):
        return False
    match want:
        case list() | tuple():
            return len(got) == len(want) and all(map(same, got, want))
        case dict():
            return list(got) == list(want) and all(same(got[key], want[key]) for key in want)
        case float() | complex():
            return repr(got) == repr(want)
        case str():
            return bool(got == want.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        case _:
            return bool(got == want)


@given(plain)
def test_plain_values_come_back(value: Any) -> None:
    assert same(through(value), value)


@given(numbers, st.sampled_from(["f2", "f4", "f8", "c8", "c16"]))
def test_arrays_come_back(values: list[float], dtype: str) -> None:
    with np.errstate(over="ignore"):
        want = np.array(values).astype(dtype)
    got = through(want)
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(got, want)


@given(st.lists(st.integers(-128, 127), max_size=12), st.sampled_from(["i1", "i2", "i4", "i8", "M8[s]", "m8[D]", "?"]))
def test_other_arrays_come_back(values: list[int], dtype: str) -> None:
    want = np.array(values, dtype="i8").astype(dtype)
    got = through(want.reshape(1, -1))
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(got, want.reshape(1, -1))


@given(numbers, st.data())
def test_series_come_back(values: list[float], data: st.DataObject) -> None:
    index = data.draw(st.lists(st.text(max_size=5), min_size=len(values), max_size=len(values)))
    want = pd.Series(values, index=pd.Index(index, dtype=object), name="x", dtype=float)
    pd.testing.assert_series_equal(through(want), want)


@given(labels)
def test_text_columns_come_back(values: list[str | None]) -> None:
    for dtype in ("str", "string", "category", object):
        clean = [None if text is None else text.encode("utf-8", "replace").decode() for text in values]
        want = pd.DataFrame({"column": pd.Series(clean, dtype=dtype)})
        pd.testing.assert_frame_equal(through(want), want)


MALFORMED: dict[str, Any] = {
    "bare list": [1],
    "no kind": {},
    "kind that is no text": {"t": 1},
    "unknown kind": {"t": "mark", "v": 10},
    "method of the decoder": {"t": "pair", "v": []},
    "private name": {"t": "_list", "v": []},
    "list of nothing": {"t": "list"},
    "list that is a text": {"t": "list", "v": "abc"},
    "float by another name": {"t": "float", "v": "1.5"},
    "float that is none": {"t": "float", "v": "nan(1)"},
    "number in decimal": {"t": "int", "v": "12x"},
    "number too long": {"t": "int", "v": "f" * 1025},
    "number with blanks": {"t": "int", "v": " 12"},
    "number with underscores": {"t": "int", "v": "1_2"},
    "complex of texts": {"t": "complex", "real": "1", "imag": 0},
    "key twice": {"t": "dict", "v": [[1, 2], [1, 3]]},
    "key twice, by equality": {"t": "dict", "v": [[1, 2], [True, 3]]},
    "key that is a list": {"t": "dict", "v": [[{"t": "list", "v": []}, 1]]},
    "key that is opaque": {"t": "dict", "v": [[{"t": "opaque", "type": "x", "reason": ""}, 1]]},
    "pair of three": {"t": "dict", "v": [[1, 2, 3]]},
    "pair that is a dict": {"t": "dict", "v": [{"0": 1, "1": 2}]},
    "moment without a unit": {"t": "timestamp", "v": 1},
    "moment of another unit": {"t": "timestamp", "v": 1, "unit": "parsec"},
    "moment out of range": {"t": "timestamp", "v": 2**62, "unit": "Y"},
    "interval the wrong way": {"t": "interval", "left": 2, "right": 1, "closed": "left"},
    "interval of texts": {"t": "interval", "left": "a", "right": 1, "closed": "left"},
    "missing of another kind": {"t": "missing", "v": "None"},
    "object array as bytes": {"t": "array", "dtype": "|O", "shape": [1], "data": "AAAAAAAAAAA="},
    "structured array": {"t": "array", "dtype": "i4,i4", "shape": [1], "data": "AAAAAAAAAAA="},
    "text array as bytes": {"t": "array", "dtype": "<U1", "shape": [1], "data": "////fw=="},
    "bytes array": {"t": "array", "dtype": "|S4", "shape": [1], "data": "AAAAAA=="},
    "native order": {"t": "array", "dtype": "f8", "shape": [0], "data": ""},
    "long double": {"t": "array", "dtype": "<f16", "shape": [0], "data": ""},
    "shape larger than data": {"t": "array", "dtype": "<f8", "shape": [2], "data": "AAAAAAAAAAA="},
    "shape smaller than data": {"t": "array", "dtype": "<f8", "shape": [0], "data": "AAAAAAAAAAA="},
    "negative shape": {"t": "array", "dtype": "<f8", "shape": [-1], "data": ""},
    "shapes that cancel out": {"t": "array", "dtype": "<f8", "shape": [-1, -1], "data": "AAAAAAAAAAA="},
    "huge shape": {"t": "array", "dtype": "<f8", "shape": [2**62, 2**62], "data": ""},
    "shape of booleans": {"t": "array", "dtype": "<f8", "shape": [True], "data": "AAAAAAAAAAA="},
    "many dimensions": {"t": "array", "dtype": "|b1", "shape": [1] * 100, "data": "AA=="},
    "not base64": {"t": "array", "dtype": "|i1", "shape": [1], "data": "A?=="},
    "base64 with a newline": {"t": "array", "dtype": "|i1", "shape": [1], "data": "AA==\n"},
    "neither true nor false": {"t": "array", "dtype": "|b1", "shape": [1], "data": "Ag=="},
    "elements of another dtype": {"t": "array", "dtype": "<f8", "shape": [1], "items": [1.0]},
    "texts that are none": {"t": "array", "dtype": "str", "shape": [1], "items": [1]},
    "elements missing": {"t": "array", "dtype": "object", "shape": [2], "items": [1]},
    "texts that grow": {"t": "array", "dtype": "str", "shape": [60_000], "items": ["x"] * 59_999 + ["x" * 1000]},
    "codes out of range": {
        "t": "categorical",
        "codes": {"t": "array", "dtype": "|i1", "shape": [1], "data": "fw=="},
        "categories": {"t": "range", "start": 0, "stop": 1, "step": 1, "name": None},
        "ordered": False,
    },
    "strings of another dtype": {"t": "strings", "dtype": "object", "items": []},
    "unknown zone": {
        "t": "zoned",
        "values": {"t": "array", "dtype": "<M8[ns]", "shape": [0], "data": ""},
        "zone": "../../etc/passwd",
    },
    "masked dtype": {
        "t": "masked",
        "dtype": "Int64",
        "data": {"t": "array", "dtype": "<f8", "shape": [0], "data": ""},
        "mask": {"t": "array", "dtype": "|b1", "shape": [0], "data": ""},
    },
    "endless range": {"t": "range", "start": 0, "stop": 2**63, "step": 1, "name": None},
    "range without a step": {"t": "range", "start": 0, "stop": 1, "step": 0, "name": None},
    "index and values differ": {
        "t": "series",
        "name": None,
        "index": {"t": "range", "start": 0, "stop": 3, "step": 1, "name": None},
        "values": {"t": "array", "dtype": "<f8", "shape": [1], "data": "AAAAAAAAAAA="},
    },
    "values that are a table": {
        "t": "series",
        "name": None,
        "index": {"t": "range", "start": 0, "stop": 1, "step": 1, "name": None},
        "values": {"t": "array", "dtype": "<f8", "shape": [1, 1], "data": "AAAAAAAAAAA="},
    },
    "columns missing": {
        "t": "frame",
        "columns": {"t": "range", "start": 0, "stop": 2, "step": 1, "name": None},
        "index": {"t": "range", "start": 0, "stop": 0, "step": 1, "name": None},
        "data": [],
    },
    "field twice": {"t": "record", "type": "x", "fields": [["a", 1], ["a", 2]]},
    "opaque without a type": {"t": "opaque", "reason": ""},
    "long type": {"t": "opaque", "type": "x" * 1000, "reason": ""},
    "negative handle": {"t": "function", "name": "f", "handle": -1},
    "handle that is a boolean": {"t": "function", "name": "f", "handle": True},
    "empty model": {"t": "model", "fields": {}},
    "deep": json.loads('{"t": "list", "v": [' * 60 + "]}" * 60),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(name: str) -> None:
    with pytest.raises(MalformedValue):
        decode(MALFORMED[name], call=lambda *_: None)


NOT_STRICT: dict[str, bytes] = {
    "empty": b"",
    "blank": b" ",
    "two values": b"1 2",
    "NaN": b"NaN",
    "infinity": b"[-Infinity]",
    "float that overflows": b"1e400",
    "long number": b"1" * 30,
    "very long number": b"1" * 10_000,
    "key twice": b'{"a": 1, "a": 1}',
    "comment": b"[1 // 2\n]",
    "single quotes": b"['a']",
    "trailing comma": b"[1,]",
    "control character": b'"\n"',
    "not UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc0\x80"',
    "UTF-16": '"a"'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf1",
    "lone surrogate": b'"\\ud800"',
    "surrogate in a key": b'{"\\uDFFF": 1}',
    "deep list": b"[" * 200_000 + b"]" * 200_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "many": b"[" + b"1," * 1_500_001 + b"1]",
}


@pytest.mark.parametrize("name", NOT_STRICT)
def test_not_strict(name: str) -> None:
    with pytest.raises(MalformedValue):
        parse(NOT_STRICT[name])


@pytest.mark.parametrize("text", ['"\\ud83d\\ude42"', '"\\\\ud800"', '"🙂"', "[1, -2.5e3, true, null]"])
def test_strict(text: str) -> None:
    assert parse(text.encode()) == json.loads(text)


def test_too_many_values() -> None:
    row = {"t": "list", "v": [0] * 300_001}
    with pytest.raises(MalformedValue, match="too many values"):
        decode(row)


def test_function_is_called_by_its_handle() -> None:
    function = decode({"t": "function", "name": "f", "handle": 7}, call=lambda *asked: asked)
    assert isinstance(function, views.Function)
    assert function(1, a=2) == (7, (1,), {"a": 2})


def test_array_is_writable_and_its_own() -> None:
    got = through(np.arange(3))
    got[0] = 5
    assert got[0] == 5

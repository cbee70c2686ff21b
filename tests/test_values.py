"""The decoder takes what the encoder makes, and refuses everything else with one kind of error."""

from __future__ import annotations

import base64
import contextlib
import copy
import json
import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import views
from autograder.sandbox.channel import Malformed
from autograder.sandbox.drawings import decode_figures
from autograder.sandbox.inside.encoder import Encoder
from autograder.sandbox.limits import Limits
from autograder.sandbox.outputs import CellOutputs, TooMuch
from autograder.values import MalformedValue, decode, parse

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


# ── mutation: valid messages, changed a little ─────────────────────────────────────────────────


def model_node() -> Any:
    array = {"t": "array", "dtype": "<f8", "shape": [2], "data": base64.b64encode(bytes(16)).decode()}
    matrix = {**array, "shape": [2, 1]}
    names = {"t": "index", "values": {"t": "strings", "dtype": "str", "items": ["a", "b"]}, "name": None}
    series = {"t": "series", "name": None, "index": names, "values": array}
    frame = {"t": "frame", "columns": names, "index": names, "data": [array, array]}
    fields: dict[str, Any] = {
        **dict.fromkeys(("kind", "model_kind", "endog_name"), "x"),
        "formula": None,
        "method": "REML",
    }
    fields |= dict.fromkeys(("nobs", "llf", "scale", "df_resid", "rsquared"), 1.5)
    fields |= {**dict.fromkeys(("params", "bse", "fe_params"), series), "cov_re": frame, "converged": True}
    fields |= {"endog": array, "exog": matrix, "vcomp": array, "exog_re": matrix, "groups": array, "exog_names": ["a"]}
    return {"t": "model", "fields": {**fields, "random_effects": {"t": "dict", "v": [[308, series]]}}}


SEEDS: list[Any] = [
    model_node(),
    *(
        Encoder([], LARGE).encode(value)
        for value in (
            {"a": [1, 2.5, None], (1, "b"): {"c": (1j, math.nan)}},
            pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.Categorical(["u", "v"])}),
            pd.Series(pd.date_range("2020", periods=2, tz="UTC"), index=pd.MultiIndex.from_product([[1], ["a", "b"]])),
            pd.Series([1, None], dtype="Int64"),
            pd.cut(pd.Series([1, 2]), [0, 1, 2]),
            np.array([["a", "b"]]),
            np.array([1, "a", [pd.Timestamp("2020"), pd.Interval(0, 1), 2**100]], dtype=object),
            lambda: None,
            object(),
            np.poly1d([1, 2]),
        )
    ),
]
NUMBERS = {"t": "array", "dtype": "<f8", "shape": [1], "data": "AAAAAAAAAAA="}
LINE = {"x": NUMBERS, "y": NUMBERS, "label": "", "joined": True, "marked": False}
FIGURES = [
    {
        **dict.fromkeys(("title", "xlabel", "ylabel"), "t"),
        "axes": [
            {
                **dict.fromkeys(("title", "xlabel", "ylabel"), "t"),
                "legend": ["a"],
                "texts": ["b"],
                "lines": [LINE],
                "segments": [LINE],
                "points": [{"x": NUMBERS, "y": NUMBERS, "label": ""}],
                "bars": [{**dict.fromkeys(("left", "width", "bottom", "height"), NUMBERS), "label": ""}],
                "outlines": [{"x": NUMBERS, "y": NUMBERS, "label": "", "band": False}],
            }
        ],
    }
]
FRAMES: list[Any] = [
    {"kind": "stream", "name": "stdout", "text": "a"},
    {"kind": "display_data", "data": {"text/plain": "a", "image/png": "AAAA"}, "id": "x"},
    {"kind": "execute_result", "data": {"text/html": "a"}, "count": 1},
    {"kind": "error", "ename": "E", "evalue": "v", "traceback": ["a"]},
    {"kind": "update", "data": {"text/plain": "b"}, "id": "x"},
    {"kind": "clear", "wait": True},
]
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    2**62,
    10**300,
    1.5,
    "",
    "x",
    "<f8",
    "|O",
    "nan",
    "A" * 50,
    [],
    [[]],
    {},
    {"t": "list"},
]


def mutate(tree: Any, chance: random.Random) -> Any:
    """A copy of a JSON tree with a few places changed."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 3)):
        node, path = tree, []
        while isinstance(node, (dict, list)) and len(node) and chance.random() < 0.8:
            key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
            path.append((node, key))
            node = node[key]
        if not path:
            return chance.choice(JUNK)
        holder, key = path[-1]
        match chance.randrange(4):
            case 0:
                del holder[key]
            case 1:
                holder[key] = copy.deepcopy(chance.choice(SEEDS))
            case 2 if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            case _:
                holder[key] = chance.choice(JUNK)
    return tree


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_mutated_values(seed: int) -> None:
    chance = random.Random(seed)
    decode(SEEDS[seed], call=lambda *_: None)
    refused = 0
    for _ in range(300):
        try:
            decode(mutate(SEEDS[seed], chance), call=lambda *_: None)
        except MalformedValue:
            refused += 1
    assert refused > 50


def test_mutated_figures() -> None:
    chance = random.Random(1)
    assert decode_figures(FIGURES)[0].axes[0].lines[0].joined
    refused = 0
    for _ in range(1000):
        try:
            decode_figures(mutate(FIGURES, chance))
        except MalformedValue:
            refused += 1
    assert refused > 500


def test_mutated_outputs() -> None:
    chance = random.Random(1)
    for number in range(3000):
        outputs = CellOutputs(Limits(cell_output_kb=1), 1 << 20)
        try:
            for frame in (*FRAMES, mutate(FRAMES[number % len(FRAMES)], chance)):
                if isinstance(frame, dict) and isinstance(frame.get("kind"), str):
                    outputs.take(frame)
        except (Malformed, TooMuch):
            continue
        json.dumps(outputs.as_nbformat())


@given(st.binary(max_size=300))
def test_random_bytes(body: bytes) -> None:
    with contextlib.suppress(MalformedValue):
        decode(parse(body))


def test_changed_bytes() -> None:
    chance = random.Random(1)
    bodies = [json.dumps(seed).encode() for seed in SEEDS]
    for number in range(3000):
        body = bytearray(bodies[number % len(bodies)])
        for _ in range(chance.randint(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        with contextlib.suppress(MalformedValue):
            decode(parse(bytes(body)), call=lambda *_: None)


json_scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text()
json_keys = st.sampled_from(["t", "v", "shape", "dtype", "x"])
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(json_keys, inner),
    max_leaves=10,
)


@given(json_values)
def test_any_json(node: Any) -> None:
    with contextlib.suppress(MalformedValue):
        decode(node)
    with contextlib.suppress(MalformedValue):
        decode_figures(node)

"""Valid messages, changed a little, and noise: each is decoded, or refused with the one error."""

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

from autograder.sandbox.channel import Malformed
from autograder.sandbox.inside.encode.value import Encoder
from autograder.sandbox.limits import Limits
from autograder.sandbox.outputs import CellOutputs, TooMuch
from autograder.values.decode import MalformedValue, decode, parse
from autograder.values.figures import decode_figures

LARGE = 16 << 20


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
    fields |= {"exog_vc": {"t": "list", "v": [array, matrix]}}
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

"""No value takes long to read, however it was made; ``benchmarks/slowest_value.py`` searches for one that does."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UnreadableNotebook
from autograder.grading.evidence import VALUE_SECONDS
from autograder.grading.restoring.intake import read_notebook
from autograder.values.decode import MalformedValue, decode, parse
from autograder.values.figures import decode_figures
from autograder.written.groups import normalized
from autograder.written.numbers import numbers
from benchmarks.slowest_value import (
    SEEDS,
    complexes,
    floats_of_one_hash,
    index,
    keyed,
    large,
    message,
    mutated,
    raw,
    read,
    same_hash,
    sizes,
)
from tests.processor_time import at_most
from tests.written.course import VOCABULARY

MOST = 1 << 20  # bytes, a sixteenth of the largest: what grows with the square would take all the time there is


@pytest.mark.parametrize("name", SEEDS)
def test_what_was_made_to_be_slow(name: str) -> None:
    for body in sizes(SEEDS[name], MOST):
        with at_most(VALUE_SECONDS / 3):
            read(body)


NODES = [make(300) for make in SEEDS.values()]


@given(st.integers(0, 2**32))
def test_what_chance_makes_of_it(seed: int) -> None:
    """Parts repeated, exchanged, deepened, and replaced by parts of others: a kilobyte never takes long."""
    chance = random.Random(seed)
    node = chance.choice(NODES)
    for _ in range(chance.randrange(1, 5)):
        node = mutated(node, NODES, chance)
    body = message(node)
    with at_most(VALUE_SECONDS / 3 * max(1.0, len(body) / MOST)):
        read(body)


def figure(**parts: object) -> dict[str, object]:
    lists: dict[str, object] = {key: [] for key in ("texts", "lines", "points", "bars", "outlines", "segments")}
    panel = {"title": "", "xlabel": "", "ylabel": "", "legend": None} | lists | parts
    return {"title": "", "xlabel": "", "ylabel": "", "axes": [panel]}


def line(x: object) -> dict[str, object]:
    return {"x": x, "y": x, "label": "", "joined": True, "marked": False}


def cells(*sources: object, **more: object) -> bytes:
    found = [{"cell_type": "code", "source": source, "metadata": {}, **more} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found}).encode()


def read_numbers(text: str) -> None:
    numbers(text, VOCABULARY)


def cost(values: Any) -> float:
    started = time.process_time()
    pd.factorize(values)
    return time.process_time() - started


def drawn(node: object) -> None:
    with suppress(MalformedValue):
        decode_figures(parse(message(node)))


def submitted(content: bytes) -> None:
    with suppress(UnreadableNotebook):
        read_notebook(content)


DEEP = 450  # as deep as Python's own reader of JSON goes, and deeper than it goes in a test
# what → how it is read, and what was made to be slow
OTHERS: dict[str, tuple[Callable[[Any], object], Any]] = {
    "figures of many lines": (drawn, [figure(lines=[line(raw([1.0, 2.0]))] * 1000) for _ in range(4)]),
    "figures of one long line": (drawn, [figure(lines=[line(raw([1.0] * 40_000))])]),
    "figures of floats of one hash": (drawn, [figure(lines=[line(raw(floats_of_one_hash(20_000)))])]),
    "figures of texts": (drawn, [figure(texts=["x" * 300] * 4000)]),
    "many panels": (drawn, [figure(lines=[], legend=["a"] * 50) for _ in range(40)]),
    "a file of many cells": (submitted, cells(*["x"] * 2000)),
    "a file of lines without end": (submitted, cells(["x"] * 400_000)),
    "a file of deep metadata": (submitted, cells("x", metadata=json.loads('{"a":' * DEEP + "1" + "}" * DEEP))),
    "a file of attachments": (
        submitted,
        cells("x", cell_type="markdown", attachments={f"a{n}": {"image/png": ["x"] * 20} for n in range(4000)}),
    ),
    "a file of the same key": (submitted, b'{"nbformat":4,"cells":[' + b'{"a":1,"a":1},' * 60_000 + b"{}]}"),
    "a file of empty lists": (submitted, b'{"nbformat":4,"cells":[],"m":[' + b"[]," * 300_000 + b"[]]}"),
    "a file of digits": (submitted, b'{"nbformat":4,"cells":[],"m":' + b"9" * 4000 + b"}"),
    "numbers in words": (read_numbers, "is 1.5 ms and 2,5 " * 3000),
    "numbers in brackets": (read_numbers, "[(" * 5000 + "1.5" + ")]" * 5000),
    "numbers in formulas": (read_numbers, "$\\text{a_1^2}$ 10^5 " * 1000),
    "numbers of digits": (read_numbers, "1,234" * 4000),
    "stars and bars": (normalized, "*_`#~-" * 30_000),
    "letters of many kinds": (normalized, "ﷺ﷽ﬃ" * 10_000),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_else_is_read(what: str) -> None:
    reads, content = OTHERS[what]
    with at_most(VALUE_SECONDS / 3):
        reads(content)


def test_the_hashes_are_the_same() -> None:
    assert len({hash(number * ((1 << 61) - 1)) for number in range(1, 50)}) == 1
    values = [complex(node["real"], node["imag"]) for node in complexes(50)]
    assert len(set(values)) == 50
    assert len(set(map(hash, values))) == 1
    many = np.array(floats_of_one_hash(8000))
    assert len(set(many)) == 8000
    assert cost(many) > 20 * cost(many[::-1] * 1.25)  # 8,000 that are looked for among those before, or in their place
    assert len({(key >> 33 ^ key ^ key << 11) & 0xFFFFFFFF for key in same_hash(50)}) == 1


REFUSED = {
    "keys of one hash": (keyed(large(100)), "keys that have the same hash"),
    "too many categories": (
        {"t": "categorical", "codes": raw([0]), "categories": index(raw(list(range(40_000)))), "ordered": False},
        "too many categories",
    ),
    "too many rows of levels": ({"t": "multiindex", "levels": [index(raw(list(range(20_000))))] * 2}, "too many"),
    "too many levels": ({"t": "multiindex", "levels": [index(raw([1]))] * 40}, "too many levels"),
    "levels in levels": (
        {"t": "multiindex", "levels": [{"t": "multiindex", "levels": [index(raw([1]))]}]},
        "a level of several levels",
    ),
}


@pytest.mark.parametrize(("node", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(node: object, says: str) -> None:
    with pytest.raises(MalformedValue, match=says):
        decode(node)


def test_honest_keys_are_none_of_that() -> None:
    keys = [*range(-500, 500), *(number + 0.5 for number in range(500)), *(f"s{number}" for number in range(500))]
    assert list(decode(keyed(keys))) == keys
    assert len(message(keyed(keys))) > 1000

"""Search for the value that takes the grader the most processor time per kilobyte to read.

    python -m benchmarks.slowest_value 600      # seconds

Starts from inputs that were made to be slow (:data:`SEEDS`), changes and combines them at random, and keeps the
slowest. What it finds at last is printed with its time in a message of the largest size; the worst found so far stand
among the seeds, and ``tests/values/test_slow_values.py`` holds each to its bound.
"""

from __future__ import annotations

import base64
import json
import pickle
import random
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from autograder.values.decode import MalformedValue, decode, parse

Node = Any
MERSENNE = (1 << 61) - 1  # Python's hash of a whole number is its remainder by this
MESSAGE = 16 << 20  # bytes, as sandbox.Limits has them
SMALL = 1 << 14  # bytes of the inputs that are tried


def same_hash(count: int) -> list[int]:
    """Numbers of 64 bits that pandas' hash of them cannot tell apart: it keeps 32 bits, by a linear function."""
    found = []
    for high in range(1, count + 1):
        low = (high ^ high << 11 ^ high << 22) & 0xFFFFFFFF
        found.append(high << 33 | low)
    return found


_MURMUR, _32_BITS = 0x5BD1E995, 0xFFFFFFFF


def floats_of_one_hash(count: int) -> list[float]:
    """Floats that pandas' hash of them (MurmurHash2 of both halves) cannot tell apart.

    Its two steps can be undone: whatever the lower half is, an upper half leads to the same 32 bits.
    """
    back = pow(_MURMUR, -1, 1 << 32)
    start = (0xC70F6907 ^ 4) * _MURMUR & _32_BITS
    low = np.arange(1, count + count // 100 + 100, dtype=np.uint64)
    half = low * _MURMUR & _32_BITS
    half = (half ^ half >> 24) * _MURMUR & _32_BITS
    half = (start ^ half) * _MURMUR & _32_BITS
    half = half * back & _32_BITS
    high = (half ^ half >> 24) * back & _32_BITS
    numbers = high >> 20 & 0x7FF != 0x7FF  # neither infinite nor no number
    return (low | high << 32)[numbers][:count].view(np.float64).tolist()


def raw(numbers: list[int] | list[float]) -> Node:
    """An array node of 64-bit numbers."""
    kind = "d" if numbers and isinstance(numbers[0], float) else "q"
    data = base64.b64encode(struct.pack(f"<{len(numbers)}{kind}", *numbers)).decode()
    return {"t": "array", "dtype": "<f8" if kind == "d" else "<i8", "shape": [len(numbers)], "data": data}


def objects(items: list[Node]) -> Node:
    """An array node of objects."""
    return {"t": "array", "dtype": "object", "shape": [len(items)], "items": items}


def index(values: Node) -> Node:
    """An index node."""
    return {"t": "index", "values": values, "name": None}


def whole(number: int) -> Node:
    """The node of a whole number."""
    return number if abs(number) < 1 << 63 else {"t": "int", "v": f"{number:x}"}


def large(count: int) -> list[Node]:
    """Whole numbers that Python's hash cannot tell apart."""
    return [whole(number * MERSENNE) for number in range(1, count + 1)]


def complexes(count: int) -> list[Node]:
    """Complex numbers of one hash: it adds the real part to 1,000,003 times the imaginary one."""
    pairs = [(float(-1000003 * number), float(number)) for number in range(1, count + 1)]
    return [{"t": "complex", "real": real, "imag": imaginary} for real, imaginary in pairs]


def powers(count: int) -> list[Node]:
    """Floats that differ by powers of 2^61, which have one hash."""
    return [float(1 + number // 30) * 2.0 ** (61 * (number % 30 - 15)) for number in range(count)]


def keyed(keys: list[Node]) -> Node:
    """A dict node."""
    return {"t": "dict", "v": [[key, 0] for key in keys]}


def deep(kind: Callable[[Node], Node], depth: int, inner: Node) -> Node:
    """A node in a node."""
    for _ in range(depth):
        inner = kind(inner)
    return inner


def rows(count: int) -> Node:
    """An index of many rows in a few bytes."""
    return {"t": "range", "start": 0, "stop": count, "step": 1, "name": None}


def series(values: Node, labels: Node) -> Node:
    """A series node."""
    return {"t": "series", "values": values, "index": labels, "name": None}


# name → a node of about so many elements
SEEDS: dict[str, Callable[[int], Node]] = {
    "whole numbers of one hash as keys": lambda n: keyed(large(n)),
    "tuples of one hash as keys": lambda n: keyed([{"t": "tuple", "v": [number, 1]} for number in large(n)]),
    "complex numbers of one hash as keys": lambda n: keyed(complexes(n)),
    "floats of few hashes as keys": lambda n: keyed(powers(n)),
    "texts as keys": lambda n: keyed([f"key {number}" for number in range(n)]),
    "the same key": lambda n: keyed([1] * n),
    "categories of one hash": lambda n: {
        "t": "categorical",
        "codes": raw([0] * 3),
        "categories": index(raw(same_hash(n))),
        "ordered": False,
    },
    "categories that are objects of one hash": lambda n: {
        "t": "categorical",
        "codes": raw([0] * 3),
        "categories": index(objects(large(n))),
        "ordered": False,
    },
    "categories that are floats of one hash": lambda n: {
        "t": "categorical",
        "codes": raw([0] * 3),
        "categories": index(raw(floats_of_one_hash(n))),
        "ordered": False,
    },
    "levels that are floats of one hash": lambda n: {"t": "multiindex", "levels": [index(raw(floats_of_one_hash(n)))]},
    "levels of one hash": lambda n: {"t": "multiindex", "levels": [index(raw(same_hash(n // 2)))] * 2},
    "levels that are objects of one hash": lambda n: {"t": "multiindex", "levels": [index(objects(large(n)))]},
    "many levels": lambda n: {"t": "multiindex", "levels": [index(raw([1, 2, 3]))] * (n // 3)},
    "levels in levels": lambda n: deep(
        lambda node: {"t": "multiindex", "levels": [node]}, 30, index(raw(same_hash(n)))
    ),
    "many columns": lambda n: {
        "t": "frame",
        "columns": rows(n // 4),
        "index": rows(1),
        "data": [raw([1.5])] * (n // 4),
    },
    "long range": lambda n: series(raw([1.0] * n), rows(n)),
    "many ranges": lambda n: {"t": "list", "v": [series(raw([]), rows(0))] * (n // 4)},
    "different indexes": lambda n: {
        "t": "list",
        "v": [series(raw([1.0]), index(raw([number]))) for number in range(n // 8)],
    },
    "deep lists": lambda n: {
        "t": "list",
        "v": [deep(lambda node: {"t": "list", "v": [node]}, 38, 1) for _ in range(n // 38)],
    },
    "wide list": lambda n: {"t": "list", "v": list(range(n))},
    "digits": lambda n: {"t": "list", "v": [{"t": "int", "v": "f" * 1000} for _ in range(n // 100)]},
    "moments": lambda n: objects([{"t": "timestamp", "v": number, "unit": "ns"} for number in range(n)]),
    "intervals": lambda n: objects([{"t": "interval", "left": 0, "right": n, "closed": "left"} for _ in range(n)]),
    "zoned moments": lambda n: {
        "t": "zoned",
        "values": {**raw(list(range(n))), "dtype": "<M8[ns]"},
        "zone": "Europe/Berlin",
    },
    "masked numbers": lambda n: {
        "t": "masked",
        "data": raw([1] * n),
        "mask": {"t": "array", "dtype": "|b1", "shape": [n], "data": base64.b64encode(b"\1" * n).decode()},
        "dtype": "Int64",
    },
    "column of texts": lambda n: {"t": "strings", "items": [str(number) for number in range(n)], "dtype": "str"},
    "array of one long text": lambda n: {
        "t": "array",
        "dtype": "str",
        "shape": [n],
        "items": ["x" * 500, *[""] * (n - 1)],
    },
    "dimensions": lambda n: {"t": "list", "v": [{**raw([1.0]), "shape": [1] * 32}] * (n // 40)},
    "intervals of whole columns": lambda n: {
        "t": "intervals",
        "left": raw([float(number) for number in range(n)]),
        "right": raw([float(number + 1) for number in range(n)]),
        "closed": "left",
    },
    "labels that are objects": lambda n: series(raw([1.0] * n), index(objects([f"a{k}" for k in range(n)]))),
    "few values in a long column": lambda n: series(raw([0.0] * n + [1.0]), rows(n + 1)),
    "the same table again and again": lambda n: {
        "t": "list",
        "v": [{"t": "frame", "columns": index(raw([1, 2])), "index": rows(2), "data": [raw([1.5, 2.5])] * 2}]
        * (n // 20),
    },
    "records": lambda n: {"t": "record", "type": "R", "fields": [[f"field {k}", k] for k in range(n)]},
}


def message(node: Node) -> bytes:
    """A node as it comes."""
    return json.dumps(node, separators=(",", ":")).encode()


def sizes(make: Callable[[int], Node], most: int = MESSAGE) -> Iterator[bytes]:
    """Messages of a kind, each twice as large as the one before: some bound counts elements, another one bytes."""
    count = 1000
    while len(body := message(make(count))) <= most:
        yield body
        if len(body) > most / 2 + 1000:  # twice as many would be too large, and take as long to make as all before
            break
        count *= 2


def read(body: bytes) -> None:
    """Read a message as the grader does."""
    with suppress(MalformedValue):
        decode(parse(body), call=lambda *_: None)


def seconds(body: bytes) -> float:
    """Processor time to read a message."""
    started = time.process_time()
    read(body)
    return time.process_time() - started


def mutated(node: Node, others: list[Node], chance: random.Random) -> Node:
    """A node in which something was repeated, exchanged, deepened, or replaced by a part of another."""
    node = _copied(node)
    places = [(parent, key) for parent in _containers(node) for key in _keys(parent)]
    if not places:
        return node
    parent, key = chance.choice(places)
    other = chance.choice(others)
    match chance.randrange(6):
        case 0 if isinstance(parent, list):
            parent.extend([_copied(parent[key])] * chance.randrange(1, 200))
        case 1:
            parent[key] = {"t": chance.choice(("list", "tuple")), "v": [parent[key]]}
        case 2:
            parent[key] = _copied(other)
        case 3 if isinstance(parent[key], int):
            parent[key] = chance.choice((0, 1, -1, 1 << 20, 1 << 40, (1 << 63) - 1, parent[key] + 1))
        case 4:
            parts = [part[k] for part in _containers(other) for k in _keys(part)]
            parent[key] = _copied(chance.choice(parts)) if parts else other
        case _:
            if isinstance(parent, list) and len(parent) > 1:
                chance.shuffle(parent)
    return node


def _copied(node: Node) -> Node:
    return pickle.loads(pickle.dumps(node))  # faster than copy.deepcopy


def _containers(node: Node) -> list[Any]:
    found = [node] if isinstance(node, dict | list) else []
    for one in found:
        found += [one[key] for key in _keys(one) if isinstance(one[key], dict | list)]
        if len(found) > 2000:
            break
    return found


def _keys(node: Any) -> list[Any]:
    return list(node) if isinstance(node, dict) else list(range(min(len(node), 50)))


def search(limit: float, seed: int = 0) -> tuple[float, bytes]:
    """Seconds per kilobyte of the slowest input found, and the input."""
    chance = random.Random(seed)
    pool: list[tuple[float, Node]] = []
    for make in SEEDS.values():
        node = make(SMALL // 30)
        pool.append((_cost(node), node))
    ends = time.monotonic() + limit
    while time.monotonic() < ends:
        pool.sort(key=lambda pair: -pair[0])
        del pool[60:]
        _, parent = pool[min(int(chance.expovariate(0.1)), len(pool) - 1)]
        child = mutated(parent, [node for _, node in pool], chance)
        if len(message(child)) <= SMALL * 4:
            pool.append((_cost(child), child))
    cost, node = max(pool, key=lambda pair: pair[0])
    return cost, message(node)


def _cost(node: Node) -> float:
    body = message(node)
    return min(seconds(body) for _ in range(2)) / (len(body) / 1024 + 1)


def main() -> None:
    """Print the seeds in the largest size, then search."""
    for name, make in SEEDS.items():
        slowest, size = max((seconds(body), len(body)) for body in sizes(make))
        print(f"{slowest:8.3f} s  {size / 1e6:6.1f} MB  {name}", flush=True)
    cost, body = search(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
    print(
        f"\nthe slowest found: {cost * 1000:.3f} ms/KB, {cost * MESSAGE / 1024:.1f} s in a message, {len(body)} bytes"
    )
    print(body[:2000].decode())


if __name__ == "__main__":
    main()

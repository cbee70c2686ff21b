"""Strict JSON from a process that is not trusted, and typed access to its fields."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from typing import Any, NoReturn, TypeVar

import numpy as np

MAX_MARKS = 1_500_000  # commas and opening brackets of one message: bounds the objects that parsing it makes
MAX_ELEMENTS = 20_000_000  # of all arrays and indexes of one message, as they will be in memory
MAX_DIMENSIONS = 32
UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns")  # of time, as NumPy names them
DTYPE = re.compile(rf"\|b1|\|[iu]1|<[iu][248]|<f[248]|<c(8|16)|<[mM]8(\[({'|'.join(UNITS)})\])?")
MAX_DIGITS = 20  # of a whole number
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

T = TypeVar("T")


class MalformedValue(Exception):
    """The sandbox sent something that is not of the format."""


def marks(body: bytes) -> int:
    """How many commas and opening brackets there are: about as many as objects that parsing makes."""
    return body.count(b",") + body.count(b"[") + body.count(b"{")


def parse(body: bytes) -> Any:
    """Strict JSON: no NaN, no duplicate keys, whole numbers of at most 64 bits, valid text, bounded nesting.

    Raises:
        MalformedValue: it is anything else.
    """
    if marks(body) > MAX_MARKS:
        raise MalformedValue("too many values")
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_real,
        )
        if SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except MalformedValue:
        raise
    except (ValueError, RecursionError) as problem:
        raise MalformedValue(f"not JSON: {type(problem).__name__}") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise MalformedValue("a key appears twice")
    return made


def _constant(name: str) -> NoReturn:
    raise MalformedValue(f"{name} is not JSON")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise MalformedValue("a whole number of more than 64 bits")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise MalformedValue("a float out of range")
    return number


def optional_text(node: Any) -> str | None:
    """A text or ``None``.

    Raises:
        MalformedValue: it is neither.
    """
    if node is not None and not isinstance(node, str):
        raise MalformedValue("not a text")
    return node


def text(node: Any, longest: int) -> str:
    """A text of at most ``longest`` characters.

    Args:
        node: of a message, anything.
        longest: in characters, not bytes.

    Raises:
        MalformedValue: it is anything else.
    """
    if type(node) is not str or len(node) > longest:
        raise MalformedValue("not a text, or one too long")
    return node


def typed(node: Any, name: str, kind: type[T]) -> T:
    """Field ``name`` of a node, which must be exactly of type ``kind``.

    Args:
        node: of a message, anything.
        name: of the field.
        kind: of its value; a subclass will not do, so that True is no int.

    Raises:
        MalformedValue: it is not, or there is none.
    """
    if not isinstance(node, dict) or type(node.get(name)) is not kind:
        raise MalformedValue(f"{name} is not a {kind.__name__}")
    found: T = node[name]
    return found


def choice(node: dict[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """Field ``name`` of a node, which must be one of a few words.

    Args:
        node: of a message.
        name: of the field.
        allowed: the words.

    Raises:
        MalformedValue: it is another, or none.
    """
    word = typed(node, name, str)
    if word not in allowed:
        raise MalformedValue(f"{name} is not one of {allowed}")
    return word


def array_shape(node: dict[str, Any]) -> tuple[int, ...]:
    """The shape of an array node.

    Raises:
        MalformedValue: it is not a shape, or too large.
    """
    shape = typed(node, "shape", list)
    if len(shape) > MAX_DIMENSIONS or any(type(size) is not int or not 0 <= size <= MAX_ELEMENTS for size in shape):
        raise MalformedValue("not a shape")
    if math.prod(size for size in shape if size) > MAX_ELEMENTS:  # a size of 0 does not make the others harmless
        raise MalformedValue("an array that is too large")
    return tuple(shape)


def raw_array(node: dict[str, Any]) -> np.ndarray[Any, np.dtype[Any]]:
    """An array whose elements came as bytes: numbers, booleans, moments and spans of time.

    Raises:
        MalformedValue: the dtype is not allowed, or shape and data do not fit together.
    """
    shape, name = array_shape(node), typed(node, "dtype", str)
    if not DTYPE.fullmatch(name):
        raise MalformedValue("a dtype that is not allowed")
    dtype = np.dtype(name)
    try:
        data = base64.b64decode(typed(node, "data", str), validate=True)
    except binascii.Error:
        raise MalformedValue("not base64") from None
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise MalformedValue("shape and data of an array differ")
    if dtype.kind == "b" and data.translate(None, b"\0\1"):
        raise MalformedValue("a boolean that is neither")
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()

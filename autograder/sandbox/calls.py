"""Calls of a student's function: what a session is asked, and how they are spoken of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.sandbox.inside.encode.value import Encoder

MAX_ARGUMENTS = 64 << 20  # bytes, of a call; the session's own limit on messages holds as well


def name_of_call(function: int) -> str:
    """A call of the student's function with this handle, as the subject of a sentence."""
    return f"your function, the {function + 1}. that was read,"


def call_request(function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What a session is asked to call a function of the student, as JSON data.

    Raises:
        TypeError: an argument is not plain data.
    """
    encoder = Encoder([], MAX_ARGUMENTS)
    positional = [_argument(encoder, value) for value in args]
    named = {name: _argument(encoder, value) for name, value in kwargs.items()}
    return {"op": "call", "function": function, "args": positional, "kwargs": named}


def _argument(encoder: Encoder, value: Any) -> Any:
    node = encoder.encode(value)
    if isinstance(node, dict) and node["t"] in ("opaque", "function", "record", "model"):
        raise TypeError(f"a {type(value).__name__} cannot be an argument of a student's function")
    return node

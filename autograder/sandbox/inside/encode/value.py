"""Turn a student's value into plain JSON: a closed set of tagged nodes.

A node is ``null``, a boolean, a whole number, a finite float, a text, or an object whose "t"
names its kind.  What a value *is* is asked of its type alone (``type(value)``), never of the
value, which may lie.  What cannot be sent becomes ``opaque`` with the name of its type.
"""

from __future__ import annotations

import decimal
import fractions
import math
import types
from typing import Any

from ..channel import clean_text
from . import results, tables
from .nodes import Node, TooLarge, is_key, opaque, type_name

MAX_DEPTH = 24
MAX_NODES = 250_000  # values in containers, object arrays and text columns together; a table counts for many
MAX_INT_BITS = 4096
SMALL_INT = 1 << 63


class Encoder:
    """Encodes one value within bounds.

    Args:
        functions: where functions of the student are kept for later calls; a node holds the position.
        max_bytes: of array data and text together, as JSON.
    """

    def __init__(self, functions: list[Any], max_bytes: int) -> None:
        self.functions = functions
        self._bytes = max_bytes - 4096
        self._nodes = MAX_NODES
        self._depth = 0

    def encode(self, value: Any) -> Node:
        """The node of ``value``; an opaque one where it is beyond a bound."""
        try:
            return self.node(value)
        except TooLarge as bound:
            return opaque(value, str(bound))

    def spend(self, size: int, nodes: int = 1) -> None:
        """Count ``size`` bytes and some nodes.

        Raises:
            TooLarge: that is more than the value may take.
        """
        self._bytes -= size
        self._nodes -= nodes
        if self._bytes < 0 or self._nodes < 0:
            raise TooLarge("too large")

    def node(self, value: Any) -> Node:
        """The node of one value inside another.

        Raises:
            TooLarge: the bounds of the whole value are passed.
        """
        self.spend(12)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooLarge("nested too deeply")
        try:
            return self._any(value)
        finally:
            self._depth -= 1

    def text(self, text: str) -> str:
        """A text, counted and valid."""
        self.spend(len(text) * (1 if text.isascii() else 6), 0)
        return clean_text(text)

    def _any(self, value: Any) -> Node:
        if value is None or value is True or value is False:
            return value
        for kind in type(value).__mro__:
            method = self._KINDS.get(kind)
            if method is not None:
                return method(self, value)
        for extra in (tables.encode, results.encode):
            node = extra(self, value)
            if node is not None:
                return node
        return opaque(value)

    def whole(self, value: int) -> Node:
        """A whole number of at most ``MAX_INT_BITS`` bits."""
        number = int.__index__(value)
        if -SMALL_INT <= number < SMALL_INT:
            return number
        if number.bit_length() > MAX_INT_BITS:
            return opaque(value, f"a number of more than {MAX_INT_BITS} bits")
        return {"t": "int", "v": format(number, "x")}

    def real(self, value: float) -> Node:
        """A float, also an infinite one or NaN."""
        number = float.__float__(value)
        return number if math.isfinite(number) else {"t": "float", "v": str(number)}

    def _exact(self, value: Any) -> Node:
        """A decimal or a fraction, as the nearest float."""
        return self.real(float(value))

    def _complex(self, value: complex) -> Node:
        self.spend(24, 2)
        return {"t": "complex", "real": self.real(value.real), "imag": self.real(value.imag)}

    def _str(self, value: str) -> Node:
        return self.text(str.__str__(value))

    def _list(self, value: list[Any]) -> Node:
        return {"t": "list", "v": [self.node(item) for item in list.__iter__(value)]}

    def _set(self, value: set[Any] | frozenset[Any]) -> Node:
        return {"t": "list", "v": [self.node(item) for item in list(value)]}

    def _tuple(self, value: tuple[Any, ...]) -> Node:
        record = results.named_tuple(self, value)
        if record is not None:
            return record
        return {"t": "tuple", "v": [self.node(item) for item in tuple.__iter__(value)]}

    def _dict(self, value: dict[Any, Any]) -> Node:
        record = results.bunch(self, value)
        if record is not None:
            return record
        pairs = []
        for key, item in list(dict.items(value)):
            key_node = self.node(key)
            if not is_key(key_node):
                return opaque(value, f"a key of type {type_name(key)}")
            pairs.append([key_node, self.node(item)])
        return {"t": "dict", "v": pairs}

    def _function(self, value: Any) -> Node:
        self.functions.append(value)
        name = getattr(value, "__name__", "function")
        return {"t": "function", "name": self.text(str(name))[:200], "handle": len(self.functions) - 1}

    _KINDS: dict[type, Any] = {  # noqa: RUF012  a constant
        int: whole,
        float: real,
        complex: _complex,
        decimal.Decimal: _exact,
        fractions.Fraction: _exact,
        str: _str,
        list: _list,
        tuple: _tuple,
        dict: _dict,
        set: _set,
        frozenset: _set,
        types.FunctionType: _function,
        types.MethodType: _function,
    }

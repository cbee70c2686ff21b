"""What the encoders of the different kinds of value share."""

from __future__ import annotations

from typing import Any, Protocol

from ..channel import clean_text

Node = Any  # plain JSON


class TooLarge(Exception):
    """The value as a whole is beyond a bound; the message says which."""


class Encodes(Protocol):
    """What the encoders of single kinds need of the encoder of the whole value."""

    def spend(self, size: int, nodes: int = 1) -> None:
        """Count bytes and nodes; raises TooLarge."""

    def node(self, value: Any) -> Node:
        """Encode a value inside this one."""

    def text(self, text: str) -> str:
        """A text, counted and valid."""

    def whole(self, value: int) -> Node:
        """Encode a whole number."""

    def real(self, value: float) -> Node:
        """Encode a float."""


def type_name(value: Any) -> str:
    """Qualified name of a value's type: ``statsmodels.regression.linear_model.OLS``."""
    kind = type(value)
    module = type.__dict__["__module__"].__get__(kind)
    name = type.__dict__["__qualname__"].__get__(kind)
    plain = type(module) is not str or module == "builtins"
    return clean_text(str(name) if plain else f"{module}.{name}")[:200]


def opaque(value: Any, reason: str = "") -> Node:
    """The node of a value that is known by its type only."""
    return {"t": "opaque", "type": type_name(value), "reason": clean_text(reason)[:200]}


def is_key(node: Node) -> bool:
    """Whether a node can be a key: a scalar, a moment or a span of time, or a tuple of such."""
    if not isinstance(node, dict):
        return True
    if node["t"] == "tuple":
        return all(is_key(item) for item in node["v"])
    return node["t"] in ("float", "int", "missing", "timestamp", "timedelta", "interval")

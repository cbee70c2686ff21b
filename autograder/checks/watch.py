"""Listening to checks while a test cell is audited: what they were asked to compare with.

Grading never listens, so a reference value has no way into a result, a notebook or a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One check, as a test cell called it."""

    label: str
    want: Any  # the reference, or None where there is nothing to keep secret
    mistakes: tuple[str, ...]  # names of the misconceptions that it knows


_listening: ContextVar[list[Asked] | None] = ContextVar("autograder.checks.listening", default=None)


@contextmanager
def listening() -> Iterator[list[Asked]]:
    """Collect the checks that are called within a ``with`` block."""
    heard: list[Asked] = []
    token = _listening.set(heard)
    try:
        yield heard
    finally:
        _listening.reset(token)


def tell(asked: Asked) -> None:
    """Report a check to whoever listens."""
    heard = _listening.get()
    if heard is not None:
        heard.append(asked)

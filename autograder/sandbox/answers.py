"""What a session answers: the run of a cell, and values by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder import values, views


class CallFailed(Exception):
    """A function of the student raised an exception, or took too long; the message is one line."""


@dataclass(frozen=True)
class CellRun:
    """What came of running one cell."""

    outputs: tuple[dict[str, Any], ...]  # valid outputs of notebook format 4
    figures: tuple[views.Figure, ...]  # recorded while it ran, oldest first
    drawn: Any  # the same as JSON data, which `decode_figures` understands again
    printed: str  # text on standard output
    error: str | None  # "NameError: name 'x' is not defined"
    seconds: float  # wall time


def understood(name: str, answer: Mapping[str, Any], call: values.Caller | None = None) -> Any:
    """The value that an answer of a session stands for; see :meth:`Session.value`.

    Args:
        name: that was asked for.
        answer: of :meth:`Session.answer`, perhaps read from a file.
        call: runs a function of the student.
    """
    match answer["kind"]:
        case "missing":
            return views.Missing(name)
        case "raised":
            return views.Opaque("unknown", str(answer.get("error") or ""))
        case _:
            return decoded(answer, call)


def decoded(answer: Mapping[str, Any], call: values.Caller | None) -> Any:
    """The value of an answer that holds one; ``Opaque`` where it came malformed."""
    try:
        return values.decode(answer.get("value"), call=call)
    except values.MalformedValue as problem:
        return views.Opaque("unknown", f"malformed: {problem}")

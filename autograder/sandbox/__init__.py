"""Runs student code where it can reach nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograder.errors import CallFailed, SandboxUnavailable, SessionEnded
from autograder.sandbox.limits import Limits
from autograder.sandbox.preload import needed

if TYPE_CHECKING:
    from autograder.sandbox.outputs import CellRun, called, understood, unread
    from autograder.sandbox.requests import call_request, name_of_call
    from autograder.sandbox.sandbox import Sandbox
    from autograder.sandbox.session import READ_SECONDS, Session

__all__ = [
    "READ_SECONDS",
    "CallFailed",
    "CellRun",
    "Limits",
    "Sandbox",
    "SandboxUnavailable",
    "Session",
    "SessionEnded",
    "call_request",
    "called",
    "name_of_call",
    "needed",
    "understood",
    "unread",
]

_PLACES = {
    "outputs": ("CellRun", "called", "understood", "unread"),
    "requests": ("call_request", "name_of_call"),
    "sandbox": ("Sandbox",),
    "session": ("READ_SECONDS", "Session"),
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: a course's settings speak of limits, and reading them should not wait for pandas.
    for place, names in _PLACES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"{__name__}.{place}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

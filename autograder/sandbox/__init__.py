"""Runs student code where it can reach nothing."""

from autograder.errors import CallFailed, SandboxUnavailable, SessionEnded
from autograder.sandbox.calls import call_request, name_of_call
from autograder.sandbox.limits import Limits
from autograder.sandbox.outputs import CellRun, called, understood, unread
from autograder.sandbox.sandbox import Sandbox, needed
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

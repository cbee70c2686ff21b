"""Runs student code where it can reach nothing."""

from autograder.sandbox.answers import CallFailed, CellRun, understood
from autograder.sandbox.host import Sandbox
from autograder.sandbox.limits import Limits, SandboxUnavailable, SessionEnded
from autograder.sandbox.session import Session

__all__ = ["CallFailed", "CellRun", "Limits", "Sandbox", "SandboxUnavailable", "Session", "SessionEnded", "understood"]

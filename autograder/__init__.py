"""Automated grading on top of nbgrader: student code in a sandbox, judged by a referee on values alone."""

from autograder.checks import Checks
from autograder.evidence import student

__all__ = ["Checks", "student"]

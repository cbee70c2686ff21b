"""Checks that know statistics: what a hidden test compares a student's values and figures with.

A check judges one thing, in decoded values and views only, and says in words what it found. It knows no course:
references, misconceptions and the names of variables come as arguments.
"""

from autograder.checks.checks import Checks
from autograder.checks.custom import check
from autograder.checks.mistakes import Mistake
from autograder.checks.outcome import AuthorError, CheckResult, Status, Verdict, right, wrong

__all__ = ["AuthorError", "CheckResult", "Checks", "Mistake", "Status", "Verdict", "check", "right", "wrong"]

"""Automated grading on top of nbgrader: student code in a sandbox, judged by a referee on values alone."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.checks import Checks, check
    from autograder.checks.misconception import Mistake
    from autograder.checks.student import student
    from autograder.grading.trying import trying

__all__ = ["Checks", "Mistake", "__version__", "check", "student", "trying"]
__version__ = "0.1.0"

_PLACES = {
    "Checks": "autograder.checks",
    "Mistake": "autograder.checks.misconception",
    "check": "autograder.checks",
    "student": "autograder.checks.student",
    "trying": "autograder.grading.trying",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: nbgrader's commands import plugins from here and should not wait for pandas.
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value  # a module that is called like it may have been imported meanwhile
    return value

"""Automated grading on top of nbgrader: student code in a sandbox, judged by a referee on values alone."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.checks import Checks
    from autograder.evidence import student

__all__ = ["Checks", "student"]

# With this package, jsonschema compiles a grammar for a second when a notebook format is loaded, for a kind of address
# that no notebook's schema speaks of; without it, jsonschema does not check that kind.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's way to say: not to be imported


def __getattr__(name: str) -> Any:
    # Loaded when asked for: nbgrader's commands import plugins from here and should not wait for pandas.
    if name == "Checks":
        from autograder.checks import Checks

        return Checks
    if name == "student":
        from autograder.evidence import student

        return student
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

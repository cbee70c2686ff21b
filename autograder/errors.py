"""Every error that the grader raises at somebody, by whom it is for.

A message says what was found and what was expected, then what to do; both are there as attributes as well. An error
arrives in another process as it was raised, with its kind, text and attributes.

What only steers the reading of a frame, a value, a formula or a record stays where that is read: it is caught by the
caller and reaches nobody.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

_MAX_SHOWN = 200  # characters of a value that cannot travel
_PLAIN = (str, bytes, int, float, bool, type(None), PurePath)


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """A question for whoever mistyped a name; empty where no known name is like it.

    Example:
        >>> did_you_mean("03-lo", ["02-correlation", "03-ols"])
        " Did you mean '03-ols'?"
    """
    like = difflib.get_close_matches(found, list(known), n=1)
    return f" Did you mean {like[0]!r}?" if like else ""


class GraderError(Exception):
    """The base of all of them.

    Args:
        message: what was found and what was expected, in sentences.
        found: what was found, where it is one value.
        expected: what was expected, where it is one value or a choice.
        remedy: what to do, in sentences.

    Attributes:
        found: see above.
        expected: see above.
        remedy: see above.
        exit_status: of a command that ends with this error (see :mod:`autograder.commands`).
    """

    exit_status = 1

    def __init__(self, message: str, found: object = None, expected: object = None, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: _portable(value) for name, value in vars(self).items()}
        return _restored, (type(self), self.args, state)


def _restored(kind: type[GraderError], args: tuple[Any, ...], state: dict[str, Any]) -> GraderError:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(state)
    return error


def _portable(value: object) -> object:
    """A value that any process can read: of somebody else's class only the text."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple):
        return type(value)(_portable(item) for item in value) if type(value) in (list, tuple) else repr(value)
    if type(value) is dict:
        return {str(name): _portable(item) for name, item in value.items()}
    return repr(value)[:_MAX_SHOWN]


class AuthorError(GraderError):
    """For the author of an assignment: a hidden test, a starter, the bank of answers or a source notebook is wrong.

    Raised by a hidden test, it makes the part "needs review", and costs the student nothing.
    """

    exit_status = 3


class StarterError(AuthorError):
    """The markers of solution and starter in a source notebook do not belong together.

    Attributes:
        cell: its grade_id where there is one, else the cell's id.
        line_number: counted from 1, in the cell's source.
        line: as it stands there.
        problem: what is wrong with it.
    """

    def __init__(self, cell: str, line_number: int, line: str, problem: str, expected: object = None) -> None:
        super().__init__(f"cell {cell!r}, line {line_number}: {problem}\n    {line.strip()}", line, expected)
        self.cell = cell
        self.line_number = line_number
        self.line = line
        self.problem = problem


class BankError(AuthorError):
    """An entry in the bank of answers is not what it should be.

    Attributes:
        file: the path of the file.
        name: of the entry; empty where none is to blame.
        problem: what is wrong with it.
    """

    def __init__(
        self, file: Path, name: str, problem: str, found: object = None, expected: object = None, remedy: str = ""
    ) -> None:
        place = f"{file}: answer {name!r}" if name else str(file)
        super().__init__(f"{place}: {problem}", found, expected, remedy)
        self.file = file
        self.name = name
        self.problem = problem


class NotGrading(AuthorError):
    """``student`` was used where there is no submission; the message says how to try hidden tests."""


class SubmissionError(GraderError):
    """For the student: something about the submitted work; the message is shown to its author."""

    exit_status = 1


class UnreadableNotebook(SubmissionError):
    """What was submitted is not a notebook that can be graded."""


class SessionEnded(SubmissionError):
    """The process of a notebook died, hung, or passed a limit.

    Attributes:
        reason: "time", "memory", "cpu", "processes", "file", "folder", "files", "output", "figures", "reading",
            "protocol", "exit", "killed" or "closed".
        message: for the student: which limit, its value, which cell.
        cell_id: the cell that was running, or the last one that did.
        outputs: what that cell had shown until then.
        waited: whether it waited in vain, or was killed from outside: perhaps because of what ran beside it.
        step: the step of the grader that waited (see :mod:`autograder.deadline`), where that took too long.
    """

    def __init__(self, reason: str, message: str, cell_id: str) -> None:
        super().__init__(message, reason)
        self.reason = reason
        self.message = message
        self.cell_id = cell_id
        self.outputs: tuple[dict[str, object], ...] = ()
        self.waited = False
        self.step: tuple[str, ...] = ()


class CallFailed(SubmissionError):
    """A function of the student raised an exception, or took too long; the message is one line."""


class OperatorError(GraderError):
    """For whoever runs the command: course folder, configuration, gradebook or machine do not allow what was asked."""

    exit_status = 2


class CourseError(OperatorError):
    """Something that was asked for is not in the course, or the configuration cannot be meant."""


class EngineUnavailable(OperatorError):
    """The engine that was asked for cannot grade."""


class SandboxUnavailable(OperatorError):
    """Student code cannot be isolated on this machine; the message says what to install or to switch on."""


class ProcessDied(OperatorError):
    """The process that graded a submission died each time; the message says how."""

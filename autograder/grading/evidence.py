"""What a test cell was given to judge, kept so that a changed test can be run again without the student's code."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from autograder.deadline import OutOfTime, bounded
from autograder.errors import AuthorError, CallFailed, did_you_mean
from autograder.grading.stopped import Place, StoppedCells
from autograder.sandbox import (
    READ_SECONDS,
    CellRun,
    Session,
    call_request,
    called,
    name_of_call,
    understood,
    unread,
)
from autograder.values.figures import decode_figures
from autograder.values.views import Figure

VALUE_SECONDS = 3.0  # of processor time, to make a value of what the sandbox sent; the largest honest one takes 0.3


@dataclass(frozen=True)
class Part:
    """The evidence of one test cell, as JSON data."""

    answers: Mapping[str, Any] = field(default_factory=dict)  # name → what the sandbox answered when asked for it
    drawn: tuple[Any, ...] = ()  # figures of each cell since the previous test cell
    printed: str = ""
    stopped: str = ""  # the error that stopped a cell of the part, in a sentence
    ended: str = ""  # why there is nothing to judge, where the run had ended before


class NotRecorded(BaseException):
    """A test asks for something that was not asked for when the student's code ran.

    Not an ``Exception``, so that a test that catches those does not swallow it.
    """


@dataclass
class RecordedCalls:
    """Names under which the answers to calls of a student's functions are kept: the request, and which time it came.

    A function may answer otherwise the second time, so equal calls are told apart by their order.
    """

    _times: Counter[str] = field(default_factory=Counter)

    def name(self, request: Mapping[str, Any]) -> str:
        """The name for one more call."""
        text = json.dumps(request, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._times[digest] += 1
        return f"call {digest} {self._times[digest]}"


@dataclass(frozen=True)
class RecordedEvidence:
    """Answers a test cell from what was kept; see :class:`autograder.checks.student.Evidence`."""

    part: Part
    files: Mapping[str, bytes]
    _calls: RecordedCalls = field(default_factory=RecordedCalls)

    def value(self, name: str) -> Any:
        """The student's value of ``name``.

        Raises:
            NotRecorded: nobody asked for it when the code ran.
        """
        if name not in self.part.answers:
            raise NotRecorded(name)
        step, answer = f"decoding the value of {name!r}", self.part.answers[name]
        return bounded(
            step,
            VALUE_SECONDS,
            lambda: understood(name, answer, self._call),
            lambda late: understood(name, unread(late.message)),
        )

    def _call(self, function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a function of the student returned when the code ran.

        Raises:
            CallFailed: it raised an exception or took too long.
            NotRecorded: it was not called like this.
        """
        name = self._calls.name(call_request(function, args, kwargs))
        if name not in self.part.answers:
            raise NotRecorded(name)

        def refuse(late: OutOfTime) -> Any:
            raise CallFailed(late.message)

        answer = self.part.answers[name]
        return bounded(name_of_call(function), READ_SECONDS, lambda: called(answer, self._call), refuse)

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of one of the assignment's CSV files."""
        return read_data(self.files, filename)

    def figures(self) -> tuple[Figure, ...]:
        """The figures of this part."""
        return tuple(figure for drawn in self.part.drawn for figure in decode_figures(drawn))

    def stopped(self) -> str:
        """The error that stopped a cell of this part."""
        return self.part.stopped

    def printed(self) -> str:
        """What this part printed."""
        return self.part.printed


@dataclass
class SessionEvidence:
    """What a test cell can ask for, answered from a session and the assignment's own data files."""

    session: Session
    files: Mapping[str, bytes]
    seconds: float = 0.0  # wall time of the cells so far
    _figures: list[Figure] = field(default_factory=list)
    _drawn: list[Any] = field(default_factory=list)
    _printed: list[str] = field(default_factory=list)
    _answers: dict[str, Any] = field(default_factory=dict)
    _calls: RecordedCalls = field(default_factory=RecordedCalls)
    _values: dict[str, Any] = field(default_factory=dict)
    _stopped: StoppedCells = field(default_factory=StoppedCells)

    def ran(self, run: CellRun, source: str, place: Place = Place()) -> None:  # noqa: B008  frozen
        """Take note of what a cell of the student drew and printed, and of the error that stopped it.

        Args:
            run: what came of it.
            source: of the cell, in which names are looked for that it would have defined.
            place: of the cell in the notebook, for the sentence about the error.
        """
        self.seconds += run.seconds
        if run.error is not None:
            self._stopped.ran(source, run.error, place)
        self._figures.extend(run.figures)
        self._drawn.append(run.drawn)
        self._printed.append(run.printed)

    def in_part(self, title: str) -> None:
        """Cells of the part with this title come next."""
        self._stopped.in_part(title)

    def next_part(self) -> Part:
        """A test cell has been judged: what it was given is handed out, and the next part begins."""
        part = Part(dict(self._answers), tuple(self._drawn), self.printed(), stopped=self.stopped())
        self._stopped.next_part()
        self._calls = RecordedCalls()
        for kept in (self._figures, self._drawn, self._printed, self._answers, self._values):
            kept.clear()
        return part

    def value(self, name: str) -> Any:
        """The student's value of ``name``; ``Missing(name)`` where there is none. The same object in the whole part."""
        if name not in self._values:
            step = f"decoding the value of {name!r}"
            self._values[name] = bounded(
                step, VALUE_SECONDS, lambda: self._read(name), lambda late: self._skip(name, late)
            )
        return self._values[name]

    def _read(self, name: str) -> Any:
        return understood(name, self.answer(name), self._call)

    def answer(self, name: str) -> dict[str, Any]:
        """What the sandbox answers when it is asked for a value; kept, and not understood here."""
        answer = self.session.answer(name)
        reason = (self._stopped.reason(name) or self.stopped()) if answer["kind"] == "missing" else ""
        self._answers[name] = {**answer, "reason": reason} if reason else answer
        kept: dict[str, Any] = self._answers[name]
        return kept

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the sandbox answers to the call of a function; kept, and not understood here."""
        answer = self._answers[self._calls.name(request)] = self.session.answer_call(request)
        return answer

    def _call(self, function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a function of the student, and take note of its answer.

        Raises:
            CallFailed: it raised an exception or took too long.
        """
        request = call_request(function, args, kwargs)
        name = self._calls.name(request)

        def ask() -> Any:
            self._answers[name] = self.session.answer_call(request)
            return called(self._answers[name], self._call)

        def refuse(late: OutOfTime) -> Any:
            self._answers[name] = unread(late.message)
            raise CallFailed(late.message)

        return bounded(name_of_call(function), READ_SECONDS, ask, refuse)

    def _skip(self, name: str, late: OutOfTime) -> Any:
        self._answers[name] = unread(late.message)
        return understood(name, self._answers[name])

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of one of the assignment's CSV files."""
        return read_data(self.files, filename)

    def figures(self) -> tuple[Figure, ...]:
        """The figures drawn since the previous test cell."""
        return tuple(self._figures)

    def stopped(self) -> str:
        """The error that stopped a cell since the previous test cell."""
        return self._stopped.part

    def printed(self) -> str:
        """What was printed since the previous test cell."""
        return "".join(self._printed)


def read_data(files: Mapping[str, bytes], filename: str) -> pd.DataFrame:
    """One of the assignment's CSV files, a fresh table.

    Args:
        files: of the assignment, by relative name.
        filename: of the one asked for.

    Raises:
        AuthorError: it has no such file, and the message names those that it has; or the file is no CSV.
    """
    if filename not in files:
        known = sorted(files)
        raise AuthorError(
            f"the assignment has no data file {filename!r}; it has {', '.join(known) or 'none'}.",
            filename,
            known,
            f"Correct the name, or put the file beside the source notebook.{did_you_mean(str(filename), known)}",
        )
    try:
        return _table(files[filename]).copy()
    except ValueError as problem:  # no UTF-8, no table
        raise not_csv(filename, problem) from None


def not_csv(filename: str, problem: ValueError) -> AuthorError:
    """The error that says of a data file why it is no table."""
    why = str(problem).strip().rstrip(".")
    return AuthorError(
        f"the data file {filename!r} cannot be read as a CSV file in UTF-8: {why}.",
        why,
        "CSV in UTF-8",
        "Save the table as CSV in UTF-8, with commas.",
    )


@functools.lru_cache(maxsize=8)
def _table(content: bytes) -> pd.DataFrame:
    """Read once for all test cells and submissions."""
    return pd.read_csv(io.BytesIO(content))


def test_digest(source: str, points: float) -> str:
    """Tells whether a test cell is the one under which something was judged.

    Args:
        source: of the cell, hidden tests included.
        points: that it is worth.
    """
    return hashlib.sha256(f"{points!r}\n{source}".encode()).hexdigest()

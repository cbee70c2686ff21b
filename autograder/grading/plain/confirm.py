"""Test cells without ``Checks`` once more, on values: what passes only beside the student's code may be forged.

They run in a process that is forked for one notebook and has a folder of its own: nothing that a test does to modules,
files or itself reaches the process that grades.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from autograder.checks.describe import describe
from autograder.deadline import OutOfTime, bounded, held, refusing
from autograder.errors import CallFailed
from autograder.grading.evidence import VALUE_SECONDS, SessionEvidence, read_data
from autograder.grading.referee import Referee
from autograder.sandbox import READ_SECONDS, SessionEnded, call_request, called, name_of_call, understood, unread
from autograder.template import Delimiters, TemplateCell
from autograder.values.views import Figure

_TEST_SECONDS = 10.0  # of processor time
_WAIT_SECONDS = 30.0  # for the student's functions and values
_ANSWER_SECONDS = 45.0  # in which the process must say something
_MOST_SHOWN = 6  # values that a remark describes


@dataclass(frozen=True)
class OnValues:
    """What a test cell said of a submission on copies of its values.

    Attributes:
        points: that it earned; ``None``: it could not be judged so.
        why: for the TA, what it met; without the text of the test.
    """

    points: float | None
    why: str = ""


class Confirmer:
    """Judges the test cells of one notebook on values, in order, in a process of its own.

    Args:
        evidence: of the submission; it is asked in this process.
        files: the assignment's own files, which tests may read and import.
        delimiters: of hidden tests.
    """

    def __init__(self, evidence: SessionEvidence, files: Mapping[str, bytes], delimiters: Delimiters) -> None:
        self._evidence = evidence
        self._files = files
        self._delimiters = delimiters
        self._process = 0
        self._connection: Connection[Any, Any] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Confirmer:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        if self._folder is not None:
            self._folder.cleanup()

    def judge(self, cell: TemplateCell) -> OnValues:
        """Judge a test cell; what ends the process makes this cell and the later ones of the notebook unjudged."""
        if self._connection is None:
            self._start()
        assert self._connection is not None
        try:
            self._connection.send((cell.source, cell.points, cell.grade_id))
            while self._connection.poll(_ANSWER_SECONDS):
                kind, asked = self._connection.recv()
                if kind == "verdict":
                    return OnValues(*asked)
                self._connection.send(self._evidence.answer(asked) if kind == "value" else self._evidence.ask(asked))
        except (EOFError, OSError):
            return OnValues(None, "the process that judged it on values ended")
        except SessionEnded:
            return OnValues(None, "the run of the notebook ended while it was judged on values")
        self._connection.close()
        return OnValues(None, "it took too long on values")

    def _start(self) -> None:
        self._connection, theirs = Pipe()
        self._folder = tempfile.TemporaryDirectory(prefix="autograder-tests-", ignore_cleanup_errors=True)
        for name, content in self._files.items():
            path = Path(self._folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with warnings.catch_warnings(), held():
            warnings.simplefilter("ignore", DeprecationWarning)  # the only other thread waits for the parent's end
            self._process = os.fork()
        if self._process == 0:
            _serve(theirs, self._folder.name, self._files, self._delimiters)
        theirs.close()


def _serve(connection: Connection[Any, Any], folder: str, files: Mapping[str, bytes], hidden: Delimiters) -> NoReturn:
    """What the process does until nobody asks any more."""
    try:
        own = os.dup2(connection.fileno(), 3)
        connection = Connection(own)
        os.closerange(4, 1 << 12)
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.chdir(folder)
        sys.path.insert(0, folder)
        evidence = _AskedEvidence(connection, files)
        referee = Referee(evidence, hidden, _TEST_SECONDS, _WAIT_SECONDS)
        with refusing({}, lambda _: None):
            while True:
                source, points, name = connection.recv()
                evidence.values.clear()
                verdict = referee.judge(source, points, name)
                why = verdict.review or verdict.message
                seen = [f"`{known}` was {describe(value)}" for known, value in evidence.values.items()]
                connection.send(("verdict", (verdict.points, "; ".join([why, *seen[:_MOST_SHOWN]]) if why else "")))
    finally:
        os._exit(0)


@dataclass
class _AskedEvidence:
    """Asks the process that has the session; see :class:`autograder.checks.student.Evidence`."""

    connection: Connection[Any, Any]
    files: Mapping[str, bytes]
    values: dict[str, Any] = field(default_factory=dict)  # of this cell

    def _asked(self, kind: str, what: Any) -> Any:
        self.connection.send((kind, what))
        return self.connection.recv()

    def value(self, name: str) -> Any:
        """The student's value of ``name``; the same object in the whole cell."""
        if name not in self.values:
            self.values[name] = bounded(
                f"decoding the value of {name!r}",
                VALUE_SECONDS,
                lambda: understood(name, self._asked("value", name), self._call),
                lambda late: understood(name, unread(late.message)),
            )
        return self.values[name]

    def _call(self, function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        request = call_request(function, args, kwargs)

        def refuse(late: OutOfTime) -> Any:
            raise CallFailed(late.message)

        step = name_of_call(function)
        return bounded(step, READ_SECONDS, lambda: called(self._asked("call", request), self._call), refuse)

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of one of the assignment's CSV files."""
        return read_data(self.files, filename)

    def figures(self) -> tuple[Figure, ...]:
        """None: a test cell without ``Checks`` does not ask for figures."""
        return ()

    def stopped(self) -> str:
        """Nothing is said of cells that stopped."""
        return ""

    def printed(self) -> str:
        """Nothing that was printed is asked for."""
        return ""

"""What a test cell was given to judge, kept so that a changed test can be run again without the student's code."""

from __future__ import annotations

import functools
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from autograder.sandbox import understood
from autograder.sandbox.drawings import decode_figures
from autograder.views import Figure


@dataclass(frozen=True)
class Part:
    """The evidence of one test cell, as JSON data."""

    answers: Mapping[str, Any] = field(default_factory=dict)  # name → what the sandbox answered when asked for it
    drawn: tuple[Any, ...] = ()  # figures of each cell since the previous test cell
    printed: str = ""
    ended: str = ""  # why there is nothing to judge, where the run had ended before

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {"answers": self.answers, "drawn": self.drawn, "printed": self.printed, "ended": self.ended}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Part:
        """Read from a file that :meth:`as_json` made."""
        return cls(data["answers"], tuple(data["drawn"]), data["printed"], data["ended"])


class NotRecorded(BaseException):
    """A test asks for something that was not asked for when the student's code ran.

    Not an ``Exception``, so that a test that catches those does not swallow it.
    """


@dataclass(frozen=True)
class RecordedEvidence:
    """Answers a test cell from what was kept; see :class:`autograder.evidence.Evidence`."""

    part: Part
    files: Mapping[str, bytes]

    def value(self, name: str) -> Any:
        """The student's value of ``name``.

        Raises:
            NotRecorded: nobody asked for it when the code ran.
        """
        if name not in self.part.answers:
            raise NotRecorded(name)
        return understood(name, self.part.answers[name], _call)

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of one of the assignment's CSV files."""
        return read_data(self.files, filename)

    def figures(self) -> tuple[Figure, ...]:
        """The figures of this part."""
        return tuple(figure for drawn in self.part.drawn for figure in decode_figures(drawn))

    def printed(self) -> str:
        """What this part printed."""
        return self.part.printed

    def report(self, points: float, results: object) -> None:
        """Reports go to the referee; evidence keeps none."""


def _call(function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    raise NotRecorded(f"function {function}{args}{kwargs}")


def read_data(files: Mapping[str, bytes], filename: str) -> pd.DataFrame:
    """One of the assignment's CSV files.

    Raises:
        FileNotFoundError: it has no such file; the message names those that it has.
    """
    try:
        content = files[filename]
    except KeyError:
        known = ", ".join(sorted(files)) or "none"
        raise FileNotFoundError(f"the assignment has no data file {filename!r}; it has {known}") from None
    return _table(content).copy()


@functools.lru_cache(maxsize=8)
def _table(content: bytes) -> pd.DataFrame:
    """Read once for all test cells and submissions."""
    return pd.read_csv(io.BytesIO(content))


def test_digest(source: str, points: float) -> str:
    """Tells whether a test cell is the one under which something was judged."""
    return hashlib.sha256(f"{points!r}\n{source}".encode()).hexdigest()

"""What is kept of a graded submission, so that nothing is graded twice and a changed test can be run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograder.checks.outcome import CheckResult
from autograder.grading.evidence import Part

FORMAT = 3  # 1 had no number, 2 no line of its own for the verdicts; raise it when a field changes its meaning


class UnreadableRecord(ValueError):
    """A record is damaged, or of another version; its submission counts as not graded."""


class CheckRecord(NamedTuple):
    """What is kept of one check: what its student reads, and what it is about."""

    label: str
    earned: float  # points
    credit: float  # points to be earned
    got: str = ""  # what was found, in words
    hint: str = ""
    mistake: str = ""  # the recognized misconception
    quantity: str = ""  # the student's variable, or what rows of misconceptions call the figure

    @classmethod
    def of(cls, check: CheckResult) -> CheckRecord:
        """What is kept of a line of the list of checks."""
        return cls(check.label, check.earned, check.credit, check.got, check.hint, check.mistake, check.name)


@dataclass(frozen=True)
class CellRecord:
    """What is kept of one test cell."""

    test: str  # digest of the test cell under which it was judged
    points: float | None  # None: needs review
    checks: tuple[CheckRecord, ...]
    part: Part  # what it was judged on


@dataclass(frozen=True)
class KeptVerdict:
    """What one test cell said of a submission, without what it was judged on."""

    points: float | None  # None: needs review
    checks: tuple[CheckRecord, ...]


@dataclass(frozen=True)
class KeptVerdicts:
    """The short part of a record, for reading a whole class."""

    cells: Mapping[str, KeptVerdict]  # grade_id → of the test cell
    sources: Mapping[str, str]  # grade_id → what the student wrote in this cell


@dataclass(frozen=True)
class SubmissionRecord:
    """What is kept of one graded notebook.

    The file has a line with the fingerprint, a line with the verdicts and the answers' sources, then a line of
    evidence for each test cell: who wants little reads little. The first line holds a digest of the others: what was
    written by this class is what is read.
    """

    fingerprint: str  # of everything that the grading depended on
    code: str  # digest of the packages that the test cells import
    cells: Mapping[str, CellRecord]  # grade_id → test cell
    sources: Mapping[str, str] = field(default_factory=dict)  # grade_id → source of an answer that is not blank
    work: str = ""  # fingerprint without the hidden tests and what they import
    submitted: str = ""  # digest of what was handed in

    def to_bytes(self) -> bytes:
        """The content of the file."""
        verdicts = {
            name: {"test": cell.test, "points": cell.points, "checks": cell.checks} for name, cell in self.cells.items()
        }
        lines = [{"cells": verdicts, "sources": dict(self.sources)}, *map(_evidence, self.cells.values())]
        body = "\n".join(map(json.dumps, lines)).encode()
        head = {"format": FORMAT, "fingerprint": self.fingerprint, "code": self.code, "digest": _digest(body)}
        head |= {"work": self.work, "submitted": self.submitted}
        return json.dumps(head).encode() + b"\n" + body

    @classmethod
    def from_bytes(cls, content: bytes) -> SubmissionRecord:
        """Read the content of a file.

        Raises:
            UnreadableRecord: it was not written by this version, or has changed since.
        """
        head, _, body = content.partition(b"\n")
        about = _head(head)
        if about.get("digest") != _digest(body):
            raise UnreadableRecord("the record is damaged")
        known = str(about.get("work", "")), str(about.get("submitted", ""))
        with _of_this_version():
            first, *parts = map(json.loads, body.splitlines())
            cells = {
                name: CellRecord(cell["test"], cell["points"], _checks(cell), _part(part))
                for (name, cell), part in zip(first["cells"].items(), parts, strict=True)
            }
            return cls(about["fingerprint"], about["code"], cells, first["sources"], *known)


class Prints(NamedTuple):
    """What the first line of a record says of what a grading depended on; see :class:`SubmissionRecord`."""

    fingerprint: str = ""
    work: str = ""
    submitted: str = ""


def prints_in(first_line: bytes) -> Prints:
    """The first line of a record; all empty where it is no record of this version."""
    try:
        about = _head(first_line)
    except UnreadableRecord:
        return Prints()
    return Prints(*(str(about.get(name, "")) for name in Prints._fields))


def verdicts_in(first_line: bytes, second_line: bytes) -> KeptVerdicts:
    """What the first two lines of a record say: enough for a report, and a small part of the file.

    Args:
        first_line: with the number of the format and the fingerprints.
        second_line: with the verdicts and the answers' sources.

    Raises:
        UnreadableRecord: they are not the beginning of a record of this version.
    """
    _head(first_line)
    with _of_this_version():
        found = json.loads(second_line)
        cells = {name: KeptVerdict(cell["points"], _checks(cell)) for name, cell in found["cells"].items()}
        return KeptVerdicts(cells, found["sources"])


@contextmanager
def _of_this_version() -> Iterator[None]:
    """Have what lacks a field, or holds another one, be no record, whoever wrote it."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableRecord("the record is damaged") from None


def _head(line: bytes) -> dict[str, Any]:
    try:
        about = json.loads(line)
    except ValueError:
        raise UnreadableRecord("the record is damaged") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT or not {"fingerprint", "code"} <= about.keys():
        raise UnreadableRecord("the record is of another version")
    return about


def _evidence(cell: CellRecord) -> dict[str, Any]:
    part = cell.part
    return {
        "answers": part.answers,
        "drawn": part.drawn,
        "printed": part.printed,
        "stopped": part.stopped,
        "ended": part.ended,
    }


def _part(data: Mapping[str, Any]) -> Part:
    return Part(data["answers"], tuple(data["drawn"]), data["printed"], data["stopped"], data["ended"])


def _checks(data: Mapping[str, Any]) -> tuple[CheckRecord, ...]:
    return tuple(CheckRecord(*check) for check in data["checks"])


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()

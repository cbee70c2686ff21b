"""Who gave which mark, and in which order: nbgrader's gradebook keeps neither.

A line of JSON for each mark, in ``.autograder/ASSIGNMENT/marks.jsonl``. The points that count are the gradebook's; a
line says only where they came from.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from autograder.course.files import write_atomically


class MarkOrigin(NamedTuple):
    """Where a mark came from."""

    notebook: str
    grade_id: str
    student: str
    points: float
    marker: str  # who gave it
    position: int | None  # in the marker's sheet, from 0, equal answers together; None: see ``time``
    time: float  # seconds since 1970 when it was written
    answer: str = ""  # digest of the answer that was marked, as far as it is known


def login_name() -> str:
    """Who runs this process, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "somebody"


class MarkJournal:
    """The marks of one assignment as they were given.

    Args:
        root: the course folder.
        assignment: by name.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self.path = root / ".autograder" / assignment / "marks.jsonl"

    def read(self) -> dict[tuple[str, str, str], MarkOrigin]:
        """(notebook, ``grade_id``, student) → who gave the points that it has now; lines that are none are skipped."""
        found: dict[tuple[str, str, str], MarkOrigin] = {}
        try:
            lines = self.path.read_bytes().splitlines()
        except OSError:
            return {}
        for line in lines:
            with suppress(ValueError, TypeError):
                origin = MarkOrigin(*json.loads(line))
                found[origin.notebook, origin.grade_id, origin.student] = origin
        return found

    def latest(self) -> dict[str, float]:
        """Student → when the latest mark was given, in seconds since 1970."""
        latest: dict[str, float] = {}
        for mark in self.read().values():
            latest[mark.student] = max(mark.time, latest.get(mark.student, 0.0))
        return latest

    def add(self, origins: Iterable[MarkOrigin]) -> None:
        """Note marks. One that gives the points that were there before stays whose it is, for the answer of now."""
        known = self.read()
        new = [told for told in (_told(origin, known) for origin in origins) if told is not None]
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:  # what is added in one piece is not mixed with what others add
                file.write("".join(f"{json.dumps(origin)}\n" for origin in new).encode())


def _told(origin: MarkOrigin, known: Mapping[tuple[str, str, str], MarkOrigin]) -> MarkOrigin | None:
    """What a mark adds to what is known; ``None`` where that is nothing."""
    before = known.get((origin.notebook, origin.grade_id, origin.student))
    if before is None or before.points != origin.points:
        return origin
    return None if origin.answer in ("", before.answer) else before._replace(answer=origin.answer)


class Markers:
    """Who shares the written answers of an assignment.

    Args:
        root: the course folder.
        assignment: by name.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self.path = root / ".autograder" / assignment / "markers.json"

    def read(self) -> dict[str, dict[str, str]]:
        """Part → student → who marks it; empty where the answers were not shared out."""
        try:
            found = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, shares: Mapping[str, Mapping[str, str]]) -> None:
        """Keep who marks which answer."""
        write_atomically(self.path, json.dumps(shares).encode())

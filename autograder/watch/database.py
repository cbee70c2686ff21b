"""The small database behind what the service remembers: its file, transactions, and moments as text that sorts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.errors import CourseError

_BUSY_SECONDS = 10.0


class Database:
    """A file of SQLite.

    Args:
        path: where it lies, or will.
        tables: statements that make what is not there yet.

    Raises:
        CourseError: it cannot be used; so does every method.
    """

    def __init__(self, path: Path, tables: str) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
            self._connection.executescript(tables)
        except sqlite3.Error as problem:
            raise self._unusable(problem) from None

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def one(self, query: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """The first row that is found."""
        return next(iter(self.rows(query, values)), None)

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows that are found."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as problem:
            raise self._unusable(problem) from None

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """Change something; how many rows were changed."""
        try:
            return self._connection.execute(statement, values).rowcount
        except sqlite3.Error as problem:
            raise self._unusable(problem) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is changed within, or nothing; nobody else changes anything meanwhile."""
        self.run("begin immediate")
        try:
            yield
        except BaseException:
            self.run("rollback")
            raise
        self.run("commit")

    def _unusable(self, problem: sqlite3.Error) -> CourseError:
        return CourseError(f"The journal of the service, {self._path}, cannot be used: {problem}.", str(problem))


def as_text(moment: datetime) -> str:
    """A moment as the database keeps it."""
    return moment.isoformat(" ", "microseconds")


def moment_of(text: str) -> datetime:
    """The moment of such a text."""
    return datetime.fromisoformat(text)

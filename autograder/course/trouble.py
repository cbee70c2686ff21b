"""What keeps a command from using the course folder and the gradebook, whatever the submission.

It would come again with the next submission, so the command ends and says in a sentence what to do.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader import api
from nbgrader.api import InvalidEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from autograder.errors import CourseError

_AGAIN = "run the same command again; what was graded is written."
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_FORBIDDEN = frozenset((errno.EROFS, errno.EACCES, errno.EPERM))


def trouble(problem: BaseException, root: Path, db_url: str) -> CourseError | None:
    """The error for whoever runs the command; ``None`` where a problem is another one.

    Args:
        problem: what was raised while the course folder or the gradebook were used.
        root: the course folder.
        db_url: of the gradebook.
    """
    if isinstance(problem, InvalidEntry):  # nbgrader's, for many kinds
        problem = problem.__context__ or problem
    if isinstance(problem, OperationalError):
        return of_gradebook(problem, db_url)
    number = problem.errno if isinstance(problem, OSError) else None
    if number in _FULL:
        why = os.strerror(number or 0)
        return CourseError(
            f"There is no space left where the course folder {root} lies ({why}).",
            why,
            remedy=f"Free some, then {_AGAIN}",
        )
    if number in _FORBIDDEN:
        return CourseError(
            f"The course folder {root} cannot be written ({problem}).",
            str(problem),
            remedy=f"Change that, then {_AGAIN}",
        )
    return None


def of_gradebook(problem: SQLAlchemyError | InvalidEntry, db_url: str) -> CourseError:
    """The error that says in a sentence what is wrong with the gradebook."""
    url = make_url(db_url).render_as_string(hide_password=True)
    why = str(getattr(problem, "orig", None) or problem).strip().splitlines()[0]
    remedy = f"Where another program holds it, wait until that one has ended, then {_AGAIN}"
    if "full" in why:
        remedy = f"Free some space where it lies, then {_AGAIN}"
    elif "readonly" in why or "read-only" in why:
        remedy = f"Let yourself write to it and to its folder, then {_AGAIN}"
    return CourseError(f"The gradebook {url} cannot be used: {why}.", why, remedy=remedy)


@contextmanager
def told_once() -> Iterator[None]:
    """Keep nbgrader from logging a problem with the gradebook, and its traceback, before it raises it."""

    def keeps(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Rolling back session")

    api.app_log.addFilter(keeps)
    try:
        yield
    finally:
        api.app_log.removeFilter(keeps)

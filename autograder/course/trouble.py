"""What keeps a command from using the course folder and the gradebook, whatever the submission.

It would come again with the next submission, so the command ends and says in a sentence what to do.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader import api
from nbgrader.api import InvalidEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from traitlets import TraitError
from traitlets.config.loader import FileConfigLoader

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


def shown_address(db_url: str) -> str:
    """The address of a database as an error may show it: without a password.

    Args:
        db_url: in the form of SQLAlchemy, or what somebody took for it.

    Example:
        >>> shown_address("postgresql+psycopg://ada:secret@host/gradebook")
        'postgresql+psycopg://ada:***@host/gradebook'
    """
    try:
        url = make_url(db_url)
        hidden = {name: "hidden" for name in url.query if "pass" in name.lower()}
        return url.update_query_dict(hidden).render_as_string(hide_password=True)
    except ArgumentError:
        return re.sub(r":[^:@/]*@", ":***@", db_url)


def of_gradebook(problem: SQLAlchemyError | InvalidEntry | ImportError, db_url: str) -> CourseError:
    """The error that says in a sentence what is wrong with the gradebook, and what to do.

    Args:
        problem: that the database raised; an ``ImportError`` where the package for this kind of database is missing.
        db_url: of the gradebook; its password is not shown.
    """
    url = shown_address(db_url)
    why = str(getattr(problem, "orig", None) or problem).strip().splitlines()[0].replace(db_url, url)
    if isinstance(problem, ArgumentError | ImportError):
        return CourseError(
            f"{url} is no gradebook that can be opened: {why}.",
            url,
            "sqlite:///gradebook.db, or postgresql+psycopg://user@host/gradebook",
            "Correct c.CourseDirectory.db_url in nbgrader_config.py, or install the package that this database needs.",
        )
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


@contextmanager
def told_of_configuration() -> Iterator[None]:
    """Tell what keeps a configuration from being read, which traitlets would pass over, as if there were none.

    Raises:
        CourseError: naming the file and, where it is known, the line.
    """
    try:
        yield
    except CourseError:
        raise
    except SystemExit as ended:  # of traitlets, which has told the reason, or of the file itself
        raise CourseError(
            "The configuration of this course cannot be used, and nothing was done.",
            ended.code,
            remedy="Correct it; what is above this line may say where.",
        ) from None
    except TraitError as problem:
        raise CourseError(
            f"A setting of this course has a value that it cannot have: {problem}", str(problem)
        ) from None
    except Exception as problem:
        why = f"{type(problem).__name__}: {getattr(problem, 'msg', problem)}"
        raise CourseError(f"{_place(problem)} cannot be read, and nothing was done. {why}", why) from None


def _place(problem: Exception) -> str:
    """The configuration file that raised something, and the line."""
    frames = list(traceback.walk_tb(problem.__traceback__))
    readers = [one for frame, _ in frames if isinstance(one := frame.f_locals.get("self"), FileConfigLoader)]
    if not readers:
        return "The configuration of this course"
    path = readers[-1].full_filename
    lines = [line for frame, line in frames if frame.f_code.co_filename == path]
    if isinstance(problem, SyntaxError) and problem.filename == path and problem.lineno:
        lines = [problem.lineno]
    return f"{path}, line {lines[-1]}," if lines else path

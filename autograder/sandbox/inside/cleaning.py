"""Empty the folders that a session could write to."""

from __future__ import annotations

import itertools
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path


class TooSlow(Exception):
    """A folder could not be emptied in time."""


def wipe(folder: Path, mode: int, deadline: float) -> None:
    """Remove everything below ``folder``.

    Nested folders are moved up before they are removed, so that no path grows long however
    deep they were.

    Args:
        folder: a mount point, so it stays what it is; it is left empty, without attributes, of no date.
        mode: what its permissions shall be.
        deadline: in seconds of the monotonic clock.

    Raises:
        TooSlow: the deadline has passed.
    """
    numbers = (f".wiped-{os.getpid()}-{number}" for number in itertools.count())
    folder.chmod(0o700)
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while names := os.listdir(top):  # noqa: PTH208  a descriptor, not a path: names in here are the student's
            for name in names:
                if time.monotonic() > deadline:
                    raise TooSlow(str(folder))
                _remove(top, name, numbers)
        for attribute in os.listxattr(top):
            os.removexattr(top, attribute)
        os.fchmod(top, mode)
        os.utime(top, (0, 0))
    finally:
        os.close(top)


def dirty(folder: Path) -> bool:
    """Whether anything is left in ``folder``, or attached to it."""
    return bool(os.listdir(folder) or os.listxattr(folder))  # noqa: PTH208


def _remove(top: int, name: str, numbers: Iterator[str]) -> None:
    if not stat.S_ISDIR(os.lstat(name, dir_fd=top).st_mode):
        os.unlink(name, dir_fd=top)
        return
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for entry in os.listdir(inner):  # noqa: PTH208
            if stat.S_ISDIR(os.lstat(entry, dir_fd=inner).st_mode):
                os.chmod(entry, 0o700, dir_fd=inner)
                os.rename(entry, next(numbers), src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(entry, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)

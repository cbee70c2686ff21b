"""Reading what was submitted. A folder may hold links, pipes, devices, endless files and names of any bytes.

Nothing of it is followed, waited for, or read beyond a bound.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePosixPath

from dateutil import parser
from nbgrader.utils import parse_utc

from autograder.errors import UnreadableNotebook
from autograder.grading.restoring.intake import MAX_BYTES as MAX_NOTEBOOK

MAX_FILES = 200
MAX_BYTES = 20_000_000  # of all files beside the notebooks together
TIMESTAMP = "timestamp.txt"  # nbgrader's name for it
MAX_TIMESTAMP = 200  # bytes
_TWO_DAYS = datetime(2000, 1, 1), datetime(2001, 2, 2)  # in place of what a timestamp leaves out
_MAX_DEPTH = 8  # folders in folders
_MAX_OTHERS = 10  # notebooks under other names
_NOTEBOOK = re.compile(r"\.(ipynb(\.\w{1,5})?|json)$", re.IGNORECASE)
_MAX_ENTRIES = 5_000  # looked at in one folder
_MAX_LOOKED = 20_000  # names in all folders of a submission together
_MAX_NOTEBOOKS = 5 * MAX_NOTEBOOK  # bytes of the notebooks in a folder together
_MAX_NAME = 255  # bytes of a file's name, as file systems have it


@dataclass(frozen=True)
class SubmittedFolder:
    """A folder that somebody else may have made, and may be changing while it is read.

    It is opened name by name from a folder of ours, and no name is followed where it is a link; what lies in it is
    opened from there. So what is read is what lies there, wherever a link is put in meanwhile.

    Args:
        ours: a folder of which nobody else can change a part of its path.
        names: of the folders from there on, each in the one before.
    """

    ours: Path
    names: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """For messages."""
        return self.ours.joinpath(*self.names)

    @contextmanager
    def opened(self) -> Iterator[int | None]:
        """The folder as a descriptor, to be used in a ``with`` statement; ``None`` where it is a link or not there."""
        with ExitStack() as stack:
            handle = stack.enter_context(_opened(str(self.ours), None, follow=True))
            for name in self.names:
                handle = None if handle is None else stack.enter_context(_opened(name, handle))
            yield handle

    def notebook(self, name: str) -> bytes:
        """The content of a notebook in it, or one byte more than is accepted.

        Raises:
            UnreadableNotebook: it is not there, or no ordinary file; the message is meant for its author.
        """
        with self.opened() as handle:
            content = None if handle is None else read_regular(name, MAX_NOTEBOOK + 1, inside=handle)
            if content is not None:
                return content
            if handle is not None and not _is_there(name, handle):
                raise UnreadableNotebook(f"The notebook {name} was not handed in.", expected=name)
        raise UnreadableNotebook(
            "The file is a link or a special file, not a notebook.", remedy="Hand in the notebook itself."
        )

    def other_notebooks(self, known: Collection[str]) -> dict[str, bytes]:
        """Files below it that may be notebooks, by relative name, without the ``known`` ones; within bounds."""
        found: dict[str, bytes] = {}
        left = MAX_NOTEBOOK
        with self.opened() as handle:
            for relative, inside, name in [] if handle is None else _files(handle, _MAX_DEPTH):
                if relative in known or not _NOTEBOOK.search(name) or ".ipynb_checkpoints/" in relative:
                    continue
                content = _read_whole(name, left, None, inside)
                if content is not None:
                    found[relative] = content
                    left -= len(content)
                if len(found) == _MAX_OTHERS:
                    break
        return found

    def files(self) -> dict[str, bytes]:
        """Ordinary files below it by relative name, notebooks aside; within bounds, whatever lies there."""
        with self.opened() as handle:
            return {} if handle is None else _read(handle, None)

    def all_files(self) -> tuple[dict[str, bytes], list[str]]:
        """The same with the notebooks, only files of its owner.

        A notebook has at most one byte more than is accepted; what is beyond a bound for all of them is left out.

        Returns:
            The files, and the names in it of which nothing was read.
        """
        with self.opened() as handle:
            if handle is None:
                return {}, []
            owner = os.fstat(handle).st_uid
            found: dict[str, bytes] = {}
            left = _MAX_NOTEBOOKS
            for name, inside, _ in _files(handle, 0):
                if name.endswith(".ipynb") and left > 0:
                    content = read_regular(name, MAX_NOTEBOOK + 1, owner, inside)
                    if content is not None and len(content) <= left:
                        found[name] = content
                    left -= len(content or b"")
            found |= _read(handle, owner)
            taken = {PurePosixPath(name).parts[0] for name in found}
            return found, [name for name in _names(handle) if name not in taken]

    def content(self, name: str, max_bytes: int) -> bytes:
        """The beginning of a small file in it; empty where there is none.

        Args:
            name: of a file in the folder itself; a link is not followed.
            max_bytes: of which no more are read.
        """
        with self.opened() as handle:
            return b"" if handle is None else read_regular(name, max_bytes, inside=handle) or b""

    def text(self, name: str, max_bytes: int) -> str:
        """The same as ASCII text, without blanks around it; other characters are replaced.

        Args:
            name: as in :meth:`content`.
            max_bytes: as in :meth:`content`.
        """
        return self.content(name, max_bytes).decode("ascii", "replace").strip()

    def timestamp(self) -> datetime | None:
        """When a submission was made, as the file says that nbgrader keeps for that; ``None`` where it says nothing."""
        return moment(self.text(TIMESTAMP, MAX_TIMESTAMP))

    def changed(self) -> datetime | None:
        """When anything in the folder changed last (UTC); unlike other times this one cannot be set by its owner."""
        with self.opened() as handle:
            if handle is None:
                return None
            times = [os.fstat(handle).st_ctime]
            for name in _names(handle):
                with suppress(OSError):
                    times.append(os.stat(name, dir_fd=handle, follow_symlinks=False).st_ctime)
        return datetime.fromtimestamp(max(times), UTC).replace(tzinfo=None)

    def state(self) -> tuple[int, ...]:
        """What changes whenever the folder is put here anew, or anything directly in it is changed."""
        with self.opened() as handle:
            if handle is None:
                return ()
            found = [os.fstat(handle)]
            for name in _names(handle):
                with suppress(OSError):
                    found.append(os.stat(name, dir_fd=handle, follow_symlinks=False))
        return (found[0].st_ino, len(found), max(about.st_ctime_ns for about in found))


def read_regular(path: Path | str, max_bytes: int, owner: int | None = None, inside: int | None = None) -> bytes | None:
    """Up to ``max_bytes`` of a regular file, or ``None`` if it is missing, unreadable or not a regular file.

    Args:
        path: the file.
        max_bytes: to be read.
        owner: whose it must be; ``None``: anybody's.
        inside: the folder, opened, that ``path`` is a name in.
    """
    try:
        # O_NONBLOCK so that a pipe cannot block us; fstat of what was opened, so that the name may change meanwhile.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=inside)
    except (OSError, ValueError):
        return None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or owner not in (None, about.st_uid):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(max_bytes)
    except OSError:
        return None
    finally:
        os.close(handle)


def _read_whole(name: str, most: int, owner: int | None, inside: int) -> bytes | None:
    """A regular file of at most ``most`` bytes; a larger one is not read: there may be thousands of them."""
    try:
        if os.stat(name, dir_fd=inside, follow_symlinks=False).st_size > most:
            return None
    except (OSError, ValueError):
        return None
    content = read_regular(name, most + 1, owner, inside)
    return content if content is not None and len(content) <= most else None


def within_bounds(files: Iterable[tuple[str, bytes]]) -> tuple[dict[str, bytes], list[str]]:
    """What counts of a submission that came as names and contents, by the same bounds as a folder's.

    Args:
        files: relative names, which may be anything, and contents.

    Returns:
        The files, and the names that were left out: no relative name of a file below a folder, one that another file
        is in the way of, or beyond a bound of number, depth or size.
    """
    kept: dict[str, bytes] = {}
    above: set[PurePosixPath] = set()
    left_out = []
    left = MAX_BYTES
    for name, content in files:
        path = PurePosixPath(name)
        notebook = name.endswith(".ipynb")
        own_size = 0 if notebook else len(content)
        fits = len(kept) < MAX_FILES and own_size <= left
        named = _is_relative_name(path, name, 1 if notebook else _MAX_DEPTH + 1)
        if not (fits and named) or path in above or any(str(way) in kept for way in (path, *path.parents)):
            left_out.append(name)
            continue
        kept[str(path)] = content[: MAX_NOTEBOOK + 1]  # one byte more than is accepted, so that grading says so
        above.update(path.parents)
        left -= own_size
    return kept, left_out


def _is_relative_name(path: PurePosixPath, name: str, max_parts: int) -> bool:
    plain = name == str(path) and name.isprintable() and not path.is_absolute() and 0 < len(path.parts) <= max_parts
    return plain and all(part != ".." and len(part.encode()) <= _MAX_NAME for part in path.parts)


def moment(text: str) -> datetime | None:
    """The moment (UTC) that a timestamp of nbgrader's names; ``None`` where it names none.

    What names no date, such as "10:00", would be another moment each day that it is read.

    Example:
        >>> moment("2026-05-01 10:00:00 UTC"), moment("10:00"), moment("12")
        (datetime.datetime(2026, 5, 1, 10, 0), None, None)
    """
    # dateutil opens any file that a time zone names by its full path.
    if not text or "/." in text or " /" in text:
        return None
    try:
        one, other = (parser.parse(text, default=day).date() for day in _TWO_DAYS)
        if one != other:
            return None
        found: datetime = parse_utc(text)
    except Exception:  # dateutil fails in many ways on what is no time
        return None
    return found


@contextmanager
def _opened(name: str, inside: int | None, *, follow: bool = False) -> Iterator[int | None]:
    try:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        handle = os.open(name, flags, dir_fd=inside)
    except (OSError, ValueError):
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def _read(folder: int, owner: int | None) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for relative, inside, name in _files(folder, _MAX_DEPTH):
        if name.endswith(".ipynb"):
            continue
        content = _read_whole(name, left, owner, inside)
        if content is None:
            continue
        left -= len(content)
        found[relative] = content
        if len(found) >= MAX_FILES:
            break
    return found


def _files(folder: int, depth: int) -> Iterator[tuple[str, int, str]]:
    """Ordinary files below an open folder: the relative name, the open folder that each lies in, its name there."""
    for relative, inside, name, kind in islice(_entries(folder, depth), _MAX_LOOKED):
        if stat.S_ISREG(kind):
            yield relative, inside, name


def _entries(folder: int, depth: int, above: str = "") -> Iterator[tuple[str, int, str, int]]:
    """Everything below an open folder, with its mode."""
    for name in _names(folder):
        kind = _mode(name, folder) if name.isprintable() else 0
        yield f"{above}{name}", folder, name, kind
        if depth and stat.S_ISDIR(kind):
            with _opened(name, folder) as inner:
                if inner is not None:
                    yield from _entries(inner, depth - 1, f"{above}{name}/")


def _names(folder: int) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in islice(entries, _MAX_ENTRIES))
    except OSError:
        return []


def _mode(name: str, folder: int) -> int:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except (OSError, ValueError):
        return 0


def _is_there(name: str, folder: int) -> bool:
    return _mode(name, folder) != 0

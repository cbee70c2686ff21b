"""Reading what was handed in, and writing what was graded, in the course folder.

A folder that was handed in may hold links, pipes, devices, endless files and names of any bytes. Nothing of it
is followed, waited for, or read beyond a bound.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath

from nbgrader.utils import parse_utc

from autograder.intake import MAX_BYTES as MAX_NOTEBOOK
from autograder.intake import UnreadableNotebook

MAX_FILES = 200
MAX_BYTES = 20_000_000  # of all files beside the notebooks together
_MAX_DEPTH = 8  # folders in folders
_MAX_ENTRIES = 5_000  # looked at in one folder
_MAX_TIMESTAMP = 200  # bytes

# What a browser shows as a picture or as text. nbgrader serves and publishes what lies beside a graded notebook.
_SHOWN = frozenset(".csv .tsv .txt .dat .json .md .py .png .jpg .jpeg .gif .xlsx".split())


def read_notebook_file(path: Path) -> bytes:
    """The content of a notebook that was handed in, or one byte more than is accepted.

    Raises:
        UnreadableNotebook: it is not there, or no ordinary file; the message is meant for its author.
    """
    if not path.parent.is_symlink():
        content = read_regular(path, MAX_NOTEBOOK + 1)
        if content is not None:
            return content
        if not os.path.lexists(path):
            raise UnreadableNotebook(f"The notebook {path.name} was not handed in.")
    raise UnreadableNotebook("The file is a link or a special file, not a notebook. Hand in the notebook itself.")


def read_regular(path: Path, most: int, owner: int | None = None) -> bytes | None:
    """At most so many bytes of an ordinary file; ``None`` where it is not there, cannot be read, or is none.

    Args:
        path: the file.
        most: bytes.
        owner: whose it must be; ``None``: anybody's.
    """
    try:
        # Not waiting is for pipes; what it is, is asked of what was opened, not of a name that may change meanwhile.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or owner not in (None, about.st_uid):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most)
    except OSError:
        return None
    finally:
        os.close(handle)


def read_files(folder: Path) -> dict[str, bytes]:
    """Ordinary files below ``folder`` by relative name, notebooks aside; within bounds, whatever lies there."""
    return _read((path for path in _files(folder, _MAX_DEPTH) if path.suffix != ".ipynb"), folder, None)


def read_all_files(folder: Path, owner: int) -> dict[str, bytes]:
    """The same with the notebooks, each of at most one byte more than is accepted; only files of one owner."""
    found = {
        path.name: content
        for path in _files(folder, 0)
        if path.suffix == ".ipynb" and (content := read_regular(path, MAX_NOTEBOOK + 1, owner)) is not None
    }
    others = (path for path in _files(folder, _MAX_DEPTH) if path.suffix != ".ipynb")
    return found | _read(others, folder, owner)


def _read(paths: Iterable[Path], folder: Path, owner: int | None) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for path in paths:
        content = read_regular(path, left + 1, owner)
        if content is None or len(content) > left:
            continue
        left -= len(content)
        found[str(path.relative_to(folder))] = content
        if len(found) >= MAX_FILES:
            break
    return found


def _files(folder: Path, depth: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            known = sorted(islice(entries, _MAX_ENTRIES), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in known:
        if not entry.name.isprintable() or entry.is_symlink():
            continue
        if entry.is_file():
            yield Path(entry.path)
        elif depth and entry.is_dir():
            yield from _files(Path(entry.path), depth - 1)


def beside(handed_in: dict[str, bytes], own: Collection[str]) -> dict[str, bytes]:
    """What of a hand-in can lie beside the files called ``own``: it replaces none of them and is in nobody's way."""
    taken = {PurePosixPath(name) for name in own}
    above = {parent for path in taken for parent in path.parents}
    kept: dict[str, bytes] = {}
    for name, content in handed_in.items():
        path = PurePosixPath(name)
        if path not in taken | above and not taken.intersection(path.parents):
            kept[name] = content
    return kept


def shown_beside(handed_in: Path, own: Collection[str]) -> dict[str, bytes]:
    """What of a folder that was handed in can lie beside a graded notebook, for whoever looks at it.

    Args:
        handed_in: the folder.
        own: names of the notebooks and of the assignment's own files.
    """
    found = beside(read_files(handed_in), own)
    shown = {name: content for name, content in found.items() if Path(name).suffix.lower() in _SHOWN}
    if "timestamp.txt" in shown and moment(read_timestamp(handed_in)) is None:
        shown["timestamp.txt"] = b""  # nbgrader takes this for no time stamp, and stops at anything that is none
    return shown


def read_timestamp(folder: Path) -> str:
    """The text of nbgrader's time stamp in a folder that was handed in; empty where there is none."""
    content = read_regular(folder / "timestamp.txt", _MAX_TIMESTAMP) or b""
    return content.decode("ascii", "replace").strip()


def moment(text: str) -> datetime | None:
    """The moment (UTC) that a time stamp of nbgrader's names; ``None`` where it names none."""
    # dateutil opens any file that a time zone names by its full path.
    if not text or "/." in text or " /" in text:
        return None
    try:
        found: datetime = parse_utc(text)
    except Exception:  # dateutil fails in many ways on what is no time
        return None
    return found


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a run that is killed, sees either the old or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)  # noqa: PTH105  unlike a move it never ends up inside a folder of that name
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def clear_but(folder: Path, names: Collection[str]) -> None:
    """Remove what an earlier grading left in ``folder``, except for the files called ``names``."""
    keep = {PurePosixPath(name) for name in names}
    above = {parent for path in keep for parent in path.parents}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        known = PurePosixPath(path.relative_to(folder))
        if known in keep and path.is_file() and not path.is_symlink():
            continue
        if known in above and path.is_dir() and not path.is_symlink():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

"""Reading what was handed in, and writing what was graded, in the course folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MAX_FILES = 200
MAX_BYTES = 20_000_000  # of all files beside the notebooks together


def read_files(folder: Path) -> dict[str, bytes]:
    """Regular files below ``folder`` by relative name, notebooks aside; links are not followed."""
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        size += path.stat().st_size
        if size > MAX_BYTES or len(found) >= MAX_FILES:
            break
        found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a run that is killed, sees either the old or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        shutil.move(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

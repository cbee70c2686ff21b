"""What students handed in, as it lies in the course folder."""

from __future__ import annotations

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

"""Reading what was made, whatever it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAX_BYTES = 50_000_000


def files_in(folder: Path) -> dict[str, bytes]:
    """Files below a folder by relative name; links are read like the files that they lead to."""
    found = {}
    for here, _, names in os.walk(folder):
        for name in names:
            path = Path(here, name)
            if stat.S_ISREG(path.stat().st_mode):
                with path.open("rb") as file:
                    found[str(path.relative_to(folder))] = file.read(MAX_BYTES)
    return found

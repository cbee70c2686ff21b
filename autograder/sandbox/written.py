"""Files that a notebook wrote into its folder: what is taken of them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

WRITTEN_FILES, WRITTEN_BYTES = 50, 4 << 20  # what is kept of them
_WRITTEN = re.compile(r"\w[\w .()+-]{0,99}(/\w[\w .()+-]{0,99}){0,3}")  # their names


def written_in(answer: Mapping[str, Any], endings: Collection[str], given: Collection[str]) -> dict[str, bytes]:
    """The files of an answer, which may hold anything: those with names that any folder may hold, within the bounds.

    Args:
        answer: to the request for what was written.
        endings: that names may have.
        given: names that are none of its files.
    """
    value = answer.get("value")
    found = value.get("files") if isinstance(value, dict) else None
    kept: dict[str, bytes] = {}
    left = WRITTEN_BYTES
    for name, text in list(found.items())[:WRITTEN_FILES] if isinstance(found, dict) else []:
        path = PurePosixPath(name)
        if name in given or not _WRITTEN.fullmatch(name) or path.suffix.lower() not in endings or type(text) is not str:
            continue
        try:
            content = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            continue
        if len(content) <= left and not any(PurePosixPath(other) in path.parents for other in (*kept, *given)):
            kept[name] = content
            left -= len(content)
    return kept

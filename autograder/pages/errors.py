"""Errors of a student's cells on a page: the line that says what happened, and the way there, folded."""

from __future__ import annotations

import re
from typing import NamedTuple

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_SAYS = re.compile(r"[A-Za-z_][\w.]*(: .*)?")  # "KeyError: 371"; the lines before it are indented, or have an arrow
_SHORT = 3  # lines that need not be folded


class Error(NamedTuple):
    """An error as it is shown."""

    says: str  # "KeyError: 371"
    way: str  # the whole text, where it is longer than what need not be folded


def error_of(text: str) -> Error:
    """Take the text of an error apart.

    Args:
        text: with the colors of a terminal.

    Example:
        >>> error_of("KeyError: 371")
        Error(says='KeyError: 371', way='')
    """
    lines = text.rstrip().splitlines()
    if len(lines) <= _SHORT:
        return Error(text, "")
    said = [plain for line in lines if _SAYS.fullmatch(plain := _COLOR.sub("", line).rstrip()) and ":" in plain]
    return Error(said[-1] if said else _COLOR.sub("", lines[-1]), text)

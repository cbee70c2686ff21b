"""Cells of tables that people open in a spreadsheet: text that no program takes for a formula."""

from __future__ import annotations

import re

# At the beginning of a cell, and behind anything that a spreadsheet may be told to take for the end of one. Signs
# that show nothing do not count: some programs leave them out when they read a file.
_FORMULA = re.compile(r"(^|[,;|\t\r\n])([\s'\"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def as_text(cell: str) -> str:
    """A cell so that no program takes it, or a part of it, for a formula: an apostrophe comes before what begins one.

    Example:
        >>> as_text("=1+1"), as_text("fine; =cmd"), as_text("-0.5")
        ("'=1+1", "fine; '=cmd", '-0.5')
    """
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub(r"\1\2'", cell)

"""Text of somebody else's in other programs: no spreadsheet takes it for a formula, and no terminal acts on it."""

from __future__ import annotations

import re

# At the beginning of a cell, and behind anything that a spreadsheet may be told to take for the end of one. Signs
# that show nothing do not count: some programs leave them out when they read a file.
_FORMULA = re.compile(r"(^|[,;|\t\r\n])([\s'\"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")

# Control characters but tab and line feed, separators of lines, and what changes the direction of text.
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def for_spreadsheet(cell: str) -> str:
    """A cell so that no program takes it, or a part of it, for a formula: an apostrophe comes before what begins one.

    Example:
        >>> for_spreadsheet("=1+1"), for_spreadsheet("fine; =cmd"), for_spreadsheet("-0.5")
        ("'=1+1", "fine; '=cmd", '-0.5')
    """
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub(r"\1\2'", cell)


def for_terminal(text: str) -> str:
    r"""Shows characters that a terminal would act on as Python writes them.

    Example:
        >>> print(for_terminal("a\x1b[2J\u202eb"))
        a\x1b[2J\u202eb
    """
    return _ACTS.sub(lambda found: ascii(found[0])[1:-1], text)


def on_one_line(text: str) -> str:
    """The same without line feeds and tabs, for a text that is a part of a line."""
    return for_terminal(" ".join(text.split()))

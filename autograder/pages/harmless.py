"""Text on a terminal: what somebody else wrote moves no cursor, sets no title and turns no line round."""

from __future__ import annotations

import re

# Control characters but tab and line feed, separators of lines, and what changes the direction of text.
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


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

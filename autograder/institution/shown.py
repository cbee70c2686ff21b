"""Tables for a terminal, out of texts that other people wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of a table, a line each.

    Example:
        >>> list(aligned([("student", "now"), ("ada", "1.50")]))
        ['  student  now', '  ada      1.50']
    """
    table = [[plain(cell) for cell in row] for row in rows]
    widths = [max(cell_len(cell) for cell in column) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def plain(text: str) -> str:
    """A text that moves no cursor and breaks no line: each sign that would is replaced."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)

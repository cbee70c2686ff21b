"""Texts of students without what would act on a terminal."""

from __future__ import annotations

import pytest

from autograder.pages.notebook import shown_outputs, without_terminal_codes

CODES = {
    "color": ("\x1b[31mred\x1b[0m", "red"),
    "cursor": ("a\x1b[2J\x1b[10;10Hb\x1b[?25lc", "abc"),
    "title": ("a\x1b]0;owned\x07b", "ab"),
    "link": ("\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"),
    "string of a device": ("a\x1bPq#0\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d", "abcd"),
    "eight-bit codes": ("a\x9b31mb\x9d0;title\x9cc\x90q\x9cd", "abcd"),
    "character set": ("a\x1b(Bb\x1bcc", "abc"),
    "never closed": ("a\x1b]0;title", "a"),
    "alone at the end": ("a\x1b", "a"),
    "bell and backspace": ("a\x07\x08b", "ab"),
    "lines and tabs stay": ("a\tb\nc", "a\tb\nc"),
    "no code": ("[31m is text; ü, …, −", "[31m is text; ü, …, −"),
}


@pytest.mark.parametrize(("text", "expected"), CODES.values(), ids=CODES)
def test_terminal_codes(text: str, expected: str) -> None:
    assert without_terminal_codes(text) == expected


def test_pages_keep_colors_and_nothing_else() -> None:
    (output,) = shown_outputs([{"output_type": "stream", "text": "\x1b[31mred\x1b[0m \x1b]0;owned\x07\x1b[2Jend"}])
    assert output.text == "\x1b[31mred\x1b[0m end"

"""Tracebacks as IPython lays them out, in a quarter of the time: most notebooks that are handed in show some."""

from __future__ import annotations

import functools
import inspect
import linecache
from types import FrameType
from typing import Any

import pygments  # type: ignore[import-untyped]
import stack_data.core
from IPython.core.ultratb import FAST_THRESHOLD
from pygments.lexers.python import Python3Lexer  # type: ignore[import-untyped]

OF_MODULES = (".py", ".pyc", ".so")  # how names of files end that a module may come from


class Source(stack_data.core.Source):
    """What a traceback is made of: a file, parsed."""

    @classmethod
    def for_frame(cls, frame: FrameType, use_cache: bool = True) -> Any:
        """The source of a frame; an empty one of files so long that IPython shows their frames without it."""
        name = frame.f_code.co_filename
        if len(linecache.getlines(name, frame.f_globals)) > FAST_THRESHOLD:
            return cls(name, ())
        return super().for_frame(frame, use_cache)


class Lexer(Python3Lexer):  # type: ignore[misc]  # Pygments has no types
    """Marks the parts of a text that ran when the error came up."""

    ranges: Any = ()  # pairs of places in the text

    def get_tokens(self, text: str) -> Any:
        """Kinds and texts of tokens, those that begin in one of the ranges of a kind of their own."""
        length = 0
        for kind, value in super().get_tokens(text):
            marked = any(start <= length < end for start, end in self.ranges)
            length += len(value)
            yield (kind.ExecutingNode if marked else kind), value


def highlighted(formatter: Any, code: str, ranges: Any) -> list[str]:
    """Lines of code in colors, as ``stack_data`` does it, which makes a class, and reads all its rules, each time."""
    lexer: Any = Lexer(stripnl=False)
    lexer.ranges = ranges
    try:
        text: str = pygments.highlight(code, lexer, formatter)
    except Exception:
        text = code
    return text.splitlines()


def finding_modules(find: Any) -> Any:
    """``inspect.getmodule`` that finds no module for a frame of a cell or of a compiled library without looking.

    It would ask all modules that are loaded for their files, five times for each of these frames.
    """

    @functools.wraps(find)
    def getmodule(object: Any, _filename: str | None = None) -> Any:  # noqa: A002  as it is called there
        if isinstance(object, FrameType) and not object.f_code.co_filename.endswith(OF_MODULES):
            return None
        return find(object, _filename)

    return getmodule


def make_fast() -> None:
    """Have tracebacks take less time, and look the same.

    IPython gives each part of a traceback to a library that goes on to its end, and drops the frames of long files.
    Those of ``pandas/core/frame.py`` and ``generic.py`` have 20,000 and 13,000 lines.
    """
    stack_data.core.Source = Source  # type: ignore[misc]
    stack_data.core._pygmented_with_ranges = highlighted  # type: ignore[attr-defined]
    inspect.getmodule = finding_modules(inspect.getmodule)

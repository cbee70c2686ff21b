"""Cells of the student's that stopped with an error, and the names that are missing because of it.

A later cell stops too where it uses such a name. What its author needs to read is the first error, not the last.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.pages.harmless import on_one_line

_NAME_ERROR = re.compile(r"NameError: name '(\w+)' is not defined")
_ASSIGNED = re.compile(r"^[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*=(?!=)", re.MULTILINE)
_ABSENT = (
    ("module", re.compile(r"No module named '(\w+)")),
    ("module", re.compile(r"[Ii]mport \W?(\w+)\W? failed|requires (?:the )?(\w+) (?:package )?to be installed")),
    ("file", re.compile(r"No such file or directory: '([^']{1,100})'")),
)
_LONGEST = 200  # characters of an error that a hint repeats
_BLANK = re.compile(r"^[^#\n]*?(?<!\w)_{3,}(?!\w)", re.MULTILINE)  # left in code, not in a remark
_TOO_LONG = "this cell ran longer than its limit of time"  # as the session says, in the sandbox
_TIPS = (
    (re.compile(r"'(MixedLM|OLS|GLS|WLS|GLM|GEE)' object has no attribute"), "Is `.fit()` missing?"),
    (
        re.compile(r"ModuleNotFoundError|ImportError"),
        "This package is not available where submissions are graded; do it with the packages of the course.",
    ),
    (
        re.compile(r"FileNotFoundError"),
        "The data file lies beside the notebook: read it by its plain name, without a folder.",
    ),
    (re.compile(r"^NotImplementedError: ?$"), "Is the line that was given there still in it?"),
    (re.compile(r"SyntaxError|IndentationError"), "Python could not read this cell, so none of it ran."),
)


@dataclass(frozen=True)
class Place:
    """Where a cell stands, in words with which its author finds it.

    Attributes:
        title: of its part, from the heading above it; empty where there is none.
        number: that Jupyter shows beside it when all cells have run.
        answers: whether it is a cell of the assignment that is there for an answer.
    """

    title: str = ""
    number: int = 0
    answers: bool = False

    def named(self, here: str) -> str:
        """The cell for who reads of it in the part with the title ``here``."""
        if not self.title:
            return f"cell [{self.number}]"
        part = "this part" if self.title == here else f"“{self.title}”"
        return f"the answer cell of {part}" if self.answers else f"a cell of {part}"


@dataclass(frozen=True)
class _Stop:
    place: Place
    error: str
    blanks: bool

    def sentence(self, here: str) -> str:
        cell, how = self.place.named(here), f"stopped with {_one_line(self.error)}"
        if self.error == f"KeyboardInterrupt: {_TOO_LONG}":  # what the session raised; nobody interrupted it
            how = f"was stopped: {_TOO_LONG}"
        if self.blanks:
            return f"Blanks (`____`) were left in {cell}, which {how}."
        tips = [tip for pattern, tip in _TIPS if pattern.search(self.error)]
        return " ".join([f"{cell[0].upper()}{cell[1:]} {how}.", *tips[:1]])


@dataclass
class StoppedCells:
    """What the cells of a notebook failed to define, as they are run."""

    _stops: dict[str, _Stop] = field(default_factory=dict)  # name → why it is missing
    _first: _Stop | None = None  # of this part
    _title: str = ""  # of this part

    @property
    def part(self) -> str:
        """The first error of this part."""
        return "" if self._first is None else self._first.sentence(self._title)

    def ran(self, source: str, error: str, place: Place) -> None:
        """Take note of a cell that stopped.

        Args:
            source: of the cell.
            error: that ended it, such as "KeyError: 371".
            place: of the cell.
        """
        blanks = _BLANK.search(source) is not None
        cause = _NAME_ERROR.search(error)
        stop = self._stops.get(cause.group(1)) if cause and not blanks else None
        stop = stop or _Stop(place, error, blanks)
        for name in assigned(source):
            self._stops.setdefault(name, stop)
        self._first = self._first or stop

    def reason(self, name: str) -> str:
        """Why a name is missing; empty where no cell that stopped would have defined it."""
        return self._stops[name].sentence(self._title) if name in self._stops else ""

    def in_part(self, title: str) -> None:
        """Cells of the part with this title come next."""
        self._title = title

    def next_part(self) -> None:
        """A test cell has been judged; the next part begins."""
        self._first = None


def absent(cells: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Modules and files whose absence stopped cells, such as "module tqdm", each once.

    Args:
        cells: of a notebook that has run.
    """
    errors = [
        str(output.get("evalue", ""))
        for cell in cells
        for output in cell.get("outputs", ())
        if output.get("output_type") == "error"
        and output.get("ename") in ("ModuleNotFoundError", "ImportError", "FileNotFoundError")
    ]
    found = [(kind, pattern.search(error)) for error in errors for kind, pattern in _ABSENT]
    names = [(kind, on_one_line(match[match.lastindex or 0])) for kind, match in found if match]
    return tuple(dict.fromkeys(f"{kind} {name}" for kind, name in names))


def assigned(source: str) -> set[str]:
    r"""The global names that a cell gives values to, as far as its text tells.

    Example:
        >>> sorted(assigned("a, b = 1, 2\nfor c in x: pass"))
        ['a', 'b', 'c']
    """
    try:
        return set(_assigned(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics are no Python, nor is a slip of the pen
        return {name.strip() for names in _ASSIGNED.findall(source) for name in names.split(",")}


def _assigned(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((alias.asname or alias.name).split(".")[0] for alias in names)


def _one_line(error: str) -> str:
    line = " ".join(error.split()).rstrip(".: ")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"

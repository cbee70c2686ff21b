"""The assignment as the instructor wrote it: which cells a submission must have, and what they are worth."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


def grade_id_of(cell: Mapping[str, Any]) -> str:
    """nbgrader's name of a notebook's cell, ``""`` where it has none; anything may stand in the metadata."""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, Mapping) else None
    grade_id = about.get("grade_id") if isinstance(about, Mapping) else None
    return grade_id if isinstance(grade_id, str) else ""


def is_test(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of an instructor's notebook is a test cell."""
    about = cell["metadata"].get("nbgrader", {}) if grade_id_of(cell) else {}
    return bool(cell.get("cell_type") == "code" and about.get("grade") and not about.get("solution"))


@functools.lru_cache(maxsize=1024)
def uses_checks(source: str) -> bool:
    """Whether a test cell uses the grader's ``Checks``; any other one was written for the kernel of the student."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # magic commands of a notebook, for example
        return _FROM_GRADER.search(source) is not None
    return any(_GRADER in _packages(node) for node in nodes)


def _packages(node: ast.AST) -> list[str]:
    """Top-level packages that a statement imports."""
    match node:
        case ast.Import(names=names):
            return [alias.name.split(".")[0] for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.split(".")[0]]
        case _:
            return []


NOTES = "grader-notes"  # id of the cell that the grader puts on top of a graded notebook
_GRADER = __name__.partition(".")[0]
_FROM_GRADER = re.compile(rf"^[ \t]*(from|import)[ \t]+{_GRADER}\b", re.MULTILINE)


@dataclass(frozen=True)
class Delimiters:
    """The texts that begin and end a region of a cell wherever they stand in a line, as nbgrader reads them.

    The line of a delimiter belongs to its region.  A course sets its own in ``nbgrader_config.py``, for example
    ``c.ClearHiddenTests.begin_test_delimeter = "VVV"``; :meth:`configured` reads them from there.
    """

    begin_hidden: str = "BEGIN HIDDEN TESTS"
    end_hidden: str = "END HIDDEN TESTS"
    begin_scheme: str = "BEGIN MARK SCHEME"
    end_scheme: str = "END MARK SCHEME"
    begin_solution: str = "BEGIN SOLUTION"
    end_solution: str = "END SOLUTION"
    begin_starter: str = "BEGIN STARTER"
    end_starter: str = "END STARTER"

    @classmethod
    def configured(cls, config: Mapping[str, Any]) -> Delimiters:
        """The delimiters of a course, from its configuration as traitlets read it; nbgrader's where it sets none."""
        chosen: dict[str, str] = {}
        for section, setting, name in _SETTINGS:
            value = config.get(section, {}).get(setting)
            if isinstance(value, str):
                chosen[name] = value
        return cls(**chosen)

    def of_solution(self, line: str) -> str:
        """The field whose delimiter, of a solution or of a starter, ``line`` holds; ``""`` where it holds none."""
        names = ("begin_solution", "end_solution", "begin_starter", "end_starter")
        return next((name for name in names if getattr(self, name) in line), "")

    def released(self, source: str) -> str:
        """A cell as students get it: without hidden tests and marking schemes."""
        return self.without_scheme(self.without_hidden(source))

    def without_hidden(self, source: str) -> str:
        """``source`` without its hidden tests."""
        return _outside(source, self.begin_hidden, self.end_hidden)

    def without_scheme(self, source: str) -> str:
        """``source`` without its marking schemes."""
        return _outside(source, self.begin_scheme, self.end_scheme)

    def schemes(self, source: str) -> list[str]:
        """The marking schemes in a cell, as the instructor wrote them."""
        return list(_regions(source, self.begin_scheme, self.end_scheme))

    def first_hidden(self, source: str) -> int | None:
        """The line, counted from 1, in which hidden tests begin; ``None`` where there are none."""
        lines = enumerate(source.split("\n"), 1)
        return next((number for number, line in lines if self.begin_hidden in line), None)

    def is_hidden(self, statement: ast.stmt, source: str) -> bool:
        """Whether a statement of ``source`` reaches into its hidden tests, or comes after they began.

        A statement is visible or hidden as a whole: an ``if`` around a region of hidden tests is hidden too.

        Args:
            statement: of the parsed cell.
            source: the cell as the instructor wrote it, from which the statement was parsed.
        """
        first = self.first_hidden(source)
        return first is not None and (statement.end_lineno or statement.lineno) >= first


_SETTINGS = (  # section and name in nbgrader's spelling, field of Delimiters; a later line wins
    ("ClearHiddenTests", "begin_test_delimeter", "begin_hidden"),
    ("ClearHiddenTests", "end_test_delimeter", "end_hidden"),
    ("ClearMarkScheme", "begin_mark_scheme_delimeter", "begin_scheme"),
    ("ClearMarkScheme", "end_mark_scheme_delimeter", "end_scheme"),
    ("ClearSolutions", "begin_solution_delimeter", "begin_solution"),
    ("ClearSolutions", "end_solution_delimeter", "end_solution"),
    ("StarterSolutions", "begin_solution_delimeter", "begin_solution"),
    ("StarterSolutions", "end_solution_delimeter", "end_solution"),
    ("StarterSolutions", "begin_starter_delimiter", "begin_starter"),
    ("StarterSolutions", "end_starter_delimiter", "end_starter"),
)


def _outside(source: str, begin: str, end: str) -> str:
    return "\n".join(line for line, part in _parted(source, begin, end) if part == "outside")


def _regions(source: str, begin: str, end: str) -> Iterator[str]:
    """What stands between each ``begin`` and the next ``end``."""
    lines: list[str] = []
    for line, part in _parted(source, begin, end):
        if part == "inside":
            lines.append(line)
        elif part == "end":
            yield "\n".join(lines).strip()
            lines = []


def _parted(source: str, begin: str, end: str) -> Iterator[tuple[str, str]]:
    """Every line with "begin", "end", "inside" or "outside", read as nbgrader's preprocessors read it."""
    inside = False
    for line in source.split("\n"):
        if begin in line:
            inside = True
            yield line, "begin"
        elif end in line:
            inside = False
            yield line, "end"
        else:
            yield line, "inside" if inside else "outside"


@dataclass(frozen=True)
class TemplateCell:
    """One cell that nbgrader knows by its ``grade_id``."""

    grade_id: str
    cell_type: str  # "code", "markdown" or "raw"
    source: str  # with hidden tests and marking scheme, without the solution
    released: str  # as students got it
    locked: bool  # a student's edits are undone
    grade: bool  # worth points
    solution: bool  # the student's answer goes here
    task: bool = False
    points: float = 0.0
    checksum: str = ""

    @classmethod
    def of_source(cls, cell: Mapping[str, Any], delimiters: Delimiters) -> TemplateCell:
        """A cell of an instructor's notebook that has not been recorded anywhere; it has no points and no checksum.

        Args:
            cell: of the notebook, as JSON data.
            delimiters: of the course.
        """
        source, test = str(cell["source"]), is_test(cell)
        about = cell["metadata"].get("nbgrader", {}) if grade_id_of(cell) else {}
        return cls(
            grade_id=grade_id_of(cell),
            cell_type=str(cell["cell_type"]),
            source=source,
            released=delimiters.released(source),
            locked=bool(about.get("locked")),
            grade=test,
            solution=bool(about.get("solution")),
        )

    @property
    def is_test(self) -> bool:
        """A cell that is judged automatically."""
        return self.grade and not self.solution and self.cell_type == "code"

    @property
    def is_plain(self) -> bool:
        """A test cell without ``Checks``: nbgrader's own verdict counts, in the student's process."""
        return self.is_test and not uses_checks(self.source)

    @property
    def is_manual(self) -> bool:
        """A cell that a TA marks."""
        return (self.grade and self.solution) or self.task or (self.grade and self.cell_type != "code")

    def metadata(self) -> dict[str, Any]:
        """The nbgrader metadata that this cell has by right, whatever a submission says."""
        nbgrader: dict[str, Any] = {
            "grade": self.grade,
            "grade_id": self.grade_id,
            "locked": self.locked,
            "schema_version": 3,
            "solution": self.solution,
            "task": self.task,
            "checksum": self.checksum,
            "cell_type": self.cell_type,
        }
        if self.grade or self.task:
            nbgrader["points"] = self.points
        return {"nbgrader": nbgrader, "deletable": False, "editable": not self.locked}


@dataclass(frozen=True)
class Template:
    """All cells of one notebook of an assignment that nbgrader knows, in the order of the source notebook."""

    assignment: str
    notebook: str
    cells: tuple[TemplateCell, ...]
    kernelspec: dict[str, Any] = field(default_factory=dict)
    delimiters: Delimiters = field(default_factory=Delimiters)  # of the regions in ``source`` of its cells
    texts: tuple[str, ...] = ()  # of the cells that nbgrader does not know, stripped

    def by_id(self) -> dict[str, TemplateCell]:
        """``grade_id`` → cell."""
        return {cell.grade_id: cell for cell in self.cells}

    @property
    def draws_by_id(self) -> bool:
        """Whether a test cell judges by the id under which work was submitted."""
        return self._test_says(r"\bstudent\.id\b|\bdraw=")

    @property
    def compares_with_class(self) -> bool:
        """Whether a test cell asks whose answers these are."""
        return self._test_says(r"\.whose\(")

    def _test_says(self, pattern: str) -> bool:
        return any(cell.is_test and re.search(pattern, cell.source) for cell in self.cells)

"""Starter code for students: an nbgrader preprocessor that knows one more region inside a solution.

An author writes, in a solution cell of the source notebook::

    ### BEGIN SOLUTION
    ### BEGIN STARTER
    # X = sleep_study_data["____"]  # the predictor
    ### END STARTER
    X = sleep_study_data["Days"]
    ### END SOLUTION

The source notebook runs as it stands, because the starter is only comments there.  Students get, in place of the
whole solution, the lines of the starter with one comment mark taken off.  A solution without a starter becomes
nbgrader's usual stub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from traitlets import Unicode

from autograder.errors import StarterError
from autograder.template import Delimiters, grade_id_of

_COMMENT = re.compile(r"(?P<indent>\s*)#(?: (?P<code>.*))?$")


@dataclass
class _Region:
    """A solution region while it is read."""

    begins: tuple[int, str]  # line number and text of its first line
    lines: list[str] = field(default_factory=list)  # as written, with both markers of the solution
    starter: list[str] | None = None  # as students get it; None without a starter
    starter_begins: tuple[int, str] | None = None  # set while the starter is open


@dataclass
class _Reader:
    """Reads one cell line by line, and knows where in it a mistake is."""

    cell: str
    delimiters: Delimiters
    region: _Region | None = None
    number: int = 0

    def released(self, source: str) -> Iterator[str]:
        """Lines of ``source``, a solution that has a starter replaced by it."""
        for self.number, line in enumerate(source.split("\n"), 1):
            marker = self.delimiters.of_solution(line)
            if marker == "begin_solution":
                self._open_solution(line)
            elif self.region is None:
                if marker:
                    raise self._wrong(line, f"{getattr(self.delimiters, marker)!r} outside a solution")
                yield line
            else:
                self._inside(self.region, marker, line)
                if marker == "end_solution":
                    yield from self.region.lines if self.region.starter is None else self.region.starter
                    self.region = None
        if self.region is not None:
            missing = self.delimiters.end_solution
            raise StarterError(self.cell, *self.region.begins, f"no {missing!r} follows", missing)

    def _open_solution(self, line: str) -> None:
        if self.region is not None:
            raise self._wrong(line, "a solution inside a solution")
        self.region = _Region((self.number, line), [line])

    def _inside(self, region: _Region, marker: str, line: str) -> None:
        region.lines.append(line)
        open_starter = region.starter_begins
        if marker == "begin_starter":
            if region.starter is not None:
                raise self._wrong(line, "a second starter in one solution")
            region.starter, region.starter_begins = [], (self.number, line)
        elif marker == "end_starter":
            if open_starter is None:
                missing = self.delimiters.begin_starter
                raise self._wrong(line, f"no {missing!r} before it", missing)
            region.starter_begins = None
        elif marker == "end_solution" and open_starter is not None:
            missing = self.delimiters.end_starter
            raise StarterError(self.cell, *open_starter, f"no {missing!r} follows in this solution", missing)
        elif open_starter is not None and region.starter is not None:
            region.starter.append(self._uncommented(line))

    def _uncommented(self, line: str) -> str:
        if not line.strip():
            return ""
        comment = _COMMENT.match(line)
        if comment is None:
            problem = "a line of a starter must begin with '# ', so that the solution runs without it"
            raise self._wrong(line, problem, "# ")
        return (comment["indent"] + (comment["code"] or "")).rstrip()

    def _wrong(self, line: str, problem: str, expected: str | None = None) -> StarterError:
        return StarterError(self.cell, self.number, line, problem, expected)


def put_starters(source: str, cell: str, delimiters: Delimiters = Delimiters()) -> str:  # noqa: B008  frozen
    """``source`` with each solution that has a starter replaced by it; other solutions stay as they are.

    Args:
        source: a code cell of the source notebook.
        cell: the name of the cell, for the error message.
        delimiters: of solutions and starters.

    Raises:
        StarterError: a region is not closed, stands where it may not, or holds a line that is not a comment.
    """
    return "\n".join(_Reader(cell, delimiters).released(source))


class StarterSolutions(ClearSolutions):  # type: ignore[misc]  # nbgrader ships no type information
    """nbgrader's ClearSolutions, with starters; takes its place in ``GenerateAssignment.preprocessors``."""

    begin_starter_delimiter = Unicode("BEGIN STARTER", help="The delimiter marking the beginning of starter code").tag(
        config=True
    )
    end_starter_delimiter = Unicode("END STARTER", help="The delimiter marking the end of starter code").tag(
        config=True
    )

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        """Put starters in their places, then nbgrader's stub; says whether anything was replaced."""
        before = cell.source
        name = grade_id_of(cell) or cell.get("id", "without a name")
        if cell.cell_type == "code":
            cell.source = put_starters(before, name, self._delimiters())
        else:
            self._refuse_starters(before, name)
        replaced = super()._replace_solution_region(cell, language)
        return bool(replaced or cell.source != before)

    def _refuse_starters(self, text: str, name: str) -> None:
        for number, line in enumerate(text.split("\n"), 1):
            if self._delimiters().of_solution(line).endswith("starter"):
                raise StarterError(name, number, line, "starters are for code cells only")

    def _delimiters(self) -> Delimiters:
        return Delimiters(
            begin_solution=self.begin_solution_delimeter,
            end_solution=self.end_solution_delimeter,
            begin_starter=self.begin_starter_delimiter,
            end_starter=self.end_starter_delimiter,
        )

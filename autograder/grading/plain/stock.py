"""Test cells without ``Checks``: they were written for the student's kernel, and nbgrader's own verdict counts.

The run whose outputs are shown holds such a cell only as it was released. Where the notebook has hidden tests of this
kind, it runs once more in a fresh process, whole and in order, as nbgrader runs it. Of that run nothing is shown but
whether each test passed: student code can read the tests there, and can take nothing away from it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import nbformat

from autograder.grading.referee import Verdict
from autograder.sandbox import CellRun, Session, SessionEnded
from autograder.template import Delimiters, Template, TemplateCell, grade_id_of

MOST_RUNS = 4  # of one notebook: each further one leaves out the tests that did not come to their end
HIDDEN_FAILED = "A hidden test did not pass."
_FAILED = "A test of this cell did not pass."
STOPPED = "This test did not come to its end: it reached a limit, or ended the process."
_NOT_REACHED = "The run of this notebook ended before this part, so there is nothing to judge."
_WARNED = "This test wrote to the error stream, for which nbgrader gives no points."
_DIGITS = 9  # decimals of partial credit that are kept
_LONGEST = 160  # characters of a line that a message repeats


@dataclass(frozen=True)
class StockRun:
    """nbgrader's verdicts on the plain test cells of a notebook."""

    verdicts: Mapping[str, Verdict]  # grade_id → verdict
    disturbed: bool = False  # it waited in vain, perhaps because of what ran beside it


def has_hidden(template: Template) -> bool:
    """Whether a plain test cell of a notebook has hidden tests: all of them are judged in a run of their own then."""
    return any(cell.is_plain and cell.source != cell.released for cell in template.cells)


def hidden_verdicts(
    notebook: nbformat.NotebookNode, template: Template, open_session: Callable[[], Session]
) -> StockRun:
    """Run a notebook with its hidden tests, for the verdicts alone.

    Args:
        notebook: restored; it is not changed.
        template: of the notebook.
        open_session: opens a fresh session with the assignment's files.

    Returns:
        A verdict on each plain test cell; none where no such cell has hidden tests.
    """
    if not has_hidden(template):
        return StockRun({})
    known, found, left_out, disturbed = template.by_id(), dict[str, Verdict](), set[str](), False
    for _ in range(MOST_RUNS):
        with open_session() as session:
            run = _Run(known, session, left_out)
            run.all(notebook.cells)
            disturbed = disturbed or (session.ended is not None and session.ended.waited)
        found |= run.verdicts
        if not run.ended_in or run.ended_in in left_out:
            break
        left_out |= {run.ended_in, *run.interrupted}
    tests = [cell.grade_id for cell in template.cells if cell.is_plain]
    return StockRun({test: found.get(test, Verdict(0.0, message=_NOT_REACHED)) for test in tests}, disturbed)


class _Run:
    """One run of a notebook as nbgrader runs it.

    Attributes:
        verdicts: ``grade_id`` → verdict.
        ended_in: the test cell that ended the run, if one did.
        interrupted: test cells that took too long.
    """

    def __init__(self, known: Mapping[str, TemplateCell], session: Session, left_out: set[str]) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.ended_in = ""
        self.interrupted: list[str] = []
        self._known = known
        self._session = session
        self._left_out = left_out

    def all(self, cells: Sequence[nbformat.NotebookNode]) -> None:
        """Run all cells but those of tests that are judged elsewhere."""
        for cell in cells:
            about = self._known.get(grade_id_of(cell))
            try:
                if about is not None and about.is_test:
                    self._test(about)
                elif cell.cell_type == "code":
                    self._session.run(cell.source, "", interrupted=True, traced=False)  # nbgrader goes on, too
            except SessionEnded:
                return

    def _test(self, about: TemplateCell) -> None:
        if not about.is_plain or about.grade_id in self._left_out:
            return
        try:
            run = self._session.run(about.source, about.grade_id, interrupted=True, traced=False)
        except SessionEnded:
            self.verdicts[about.grade_id] = Verdict(0.0, message=STOPPED)
            self.ended_in = about.grade_id
            raise
        failed = _FAILED if about.source == about.released else HIDDEN_FAILED
        self.verdicts[about.grade_id] = stock_verdict(run, about, failed)
        if is_interrupted(run):
            self.interrupted.append(about.grade_id)


def is_interrupted(run: CellRun) -> bool:
    """Whether a cell was interrupted; student code that says so of itself only loses by it."""
    return run.error is not None and run.error.startswith("KeyboardInterrupt")


def stock_verdict(run: CellRun, about: TemplateCell, failed: str = "") -> Verdict:
    """nbgrader's verdict on a test cell that ran in the student's process, read off its outputs.

    An error, or anything on the error stream, is no credit; a number as the value of the last expression is partial
    credit, where the test ends with an expression; anything else is full credit.  Where nbgrader itself stops, it
    needs review.

    Args:
        run: of the cell.
        about: the cell.
        failed: what the student reads where there is no credit.
    """
    for output in run.outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            return Verdict(0.0, message=STOPPED if is_interrupted(run) else failed)
        if output["output_type"] == "execute_result" and _ends_with_a_value(about.source):
            return _partial_credit(str(output["data"].get("text/plain", "")), about.points)
    return Verdict(about.points) if run.error is None else Verdict(0.0, message=failed)


def _ends_with_a_value(source: str) -> bool:
    """Whether the last statement of a test cell is an expression; a number from any other cell is student code's."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):  # magic commands of a notebook, or a top-level await
        return True
    return bool(body) and isinstance(body[-1], ast.Expr)


def _partial_credit(shown: str, points: float) -> Verdict:
    try:
        credit = float(shown)
    except ValueError:
        return Verdict(points) if shown else Verdict(None, review="the test cell ended with a value that shows nothing")
    if credit > points:
        return Verdict(None, review=f"the test cell ended with a number larger than its {points:g} points")
    return Verdict(round(credit, _DIGITS)) if credit >= 0 else Verdict(points)


def visible_complaint(run: CellRun, about: TemplateCell, delimiters: Delimiters) -> str:
    """What the released part of a test cell said of an answer, in its own words; empty where it said nothing.

    Args:
        run: of the cell as it was released.
        about: the cell.
        delimiters: of hidden tests.
    """
    if is_interrupted(run):
        return STOPPED
    hidden = delimiters.first_hidden(about.source)
    if run.error is None:
        warned = hidden is None and any(output.get("name") == "stderr" for output in run.outputs)
        return _WARNED if warned else ""
    lines = about.released.split("\n")
    number = run.line or 0
    if not 0 < number <= len(lines):
        return "A visible check in this cell failed." if hidden is None else ""
    if hidden is not None and number >= hidden:
        return ""  # what stands behind hidden tests may need what they define
    if not run.error.startswith("AssertionError"):
        code = lines[number - 1].strip()[:_LONGEST]
        return f"The check in line {number} of this cell, `{code}`, stopped with an error: {run.error}"
    return _literal_message(about.released, number) or _unexplained(lines, number)


def _unexplained(lines: Sequence[str], number: int) -> str:
    return f"The check in line {number} of this cell did not pass: `{lines[number - 1].strip()[:_LONGEST]}`"


def _literal_message(source: str, line: int) -> str:
    """The message of the ``assert`` in a line, where it stands there as it is said."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # magic commands of a notebook, for example
        return ""
    for node in nodes:
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or node.lineno):
            message = node.msg
            return str(message.value) if isinstance(message, ast.Constant) else ""
    return ""

"""Grading one restored notebook: the student's cells run in a sandbox session, the test cells in the referee.

Nothing here reads or writes files or databases; the result holds all that is to be written.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import nbformat
import pandas as pd

from autograder.checks.rendering import as_html, as_text
from autograder.record import Part, read_data, test_digest
from autograder.referee import Referee, Verdict, from_outputs
from autograder.sandbox import CellRun, Session, SessionEnded, understood
from autograder.template import Template, TemplateCell
from autograder.views import Figure

_REVIEW = (
    "This part could not be judged automatically. That is not your fault and costs nothing: "
    "a teaching assistant will look at it."
)


@dataclass(frozen=True)
class CellGrade:
    """The outcome of one test cell."""

    grade_id: str
    points: float | None  # None: needs review
    max_points: float
    verdict: Verdict
    part: Part  # what it was judged on
    test: str  # digest of the test cell

    def as_json(self) -> dict[str, Any]:
        """What is kept of it, so that a changed test can be run again."""
        checks = [[check.label, check.earned, check.credit] for check in self.verdict.checks]
        return {"test": self.test, "points": self.points, "checks": checks, "part": self.part.as_json()}


@dataclass(frozen=True)
class Graded:
    """A graded notebook, ready to be written, with the points of its test cells."""

    notebook: nbformat.NotebookNode
    grades: tuple[CellGrade, ...]
    notes: tuple[str, ...] = ()  # what happened to the run as a whole, for the student and the TA


@dataclass
class SessionEvidence:
    """What a test cell can ask for, answered from a session and the assignment's own data files."""

    session: Session
    files: Mapping[str, bytes]
    _figures: list[Figure] = field(default_factory=list)
    _drawn: list[Any] = field(default_factory=list)
    _printed: list[str] = field(default_factory=list)
    _answers: dict[str, Any] = field(default_factory=dict)

    def ran(self, run: CellRun) -> None:
        """Take note of what a cell of the student drew and printed."""
        self._figures.extend(run.figures)
        self._drawn.append(run.drawn)
        self._printed.append(run.printed)

    def next_part(self) -> Part:
        """A test cell has been judged: what it was given is handed out, and the next part begins."""
        part = Part(dict(self._answers), tuple(self._drawn), self.printed())
        for kept in (self._figures, self._drawn, self._printed, self._answers):
            kept.clear()
        return part

    def value(self, name: str) -> Any:
        """The student's value of ``name``; ``Missing(name)`` where there is none."""
        if name not in self._answers:
            self._answers[name] = self.session.answer(name)
        return understood(name, self._answers[name], self.session.call)

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of one of the assignment's CSV files."""
        return read_data(self.files, filename)

    def figures(self) -> tuple[Figure, ...]:
        """The figures drawn since the previous test cell."""
        return tuple(self._figures)

    def printed(self) -> str:
        """What was printed since the previous test cell."""
        return "".join(self._printed)

    def report(self, points: float, results: object) -> None:
        """Reports go to the referee; evidence keeps none."""


def grade(
    notebook: nbformat.NotebookNode,
    template: Template,
    session: Session,
    files: Mapping[str, bytes],
    beside_the_student: Container[str] = (),
) -> Graded:
    """Run and judge a restored notebook (see :mod:`autograder.restore`), which is changed in place and returned.

    Args:
        notebook: restored.
        template: of the notebook.
        session: in which the student's cells run.
        files: the assignment's data files, for tests that ask for them.
        beside_the_student: ids of test cells that run in the student's own process, because they cannot run on
            values. Such a test can be cheated, and its source can be read there.
    """
    evidence = SessionEvidence(session, files)
    referee = Referee(evidence)
    known = template.by_id()
    grades: list[CellGrade] = []
    ended: SessionEnded | None = None
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        template_cell = known.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if template_cell is not None and template_cell.is_test:
            verdict = _verdict(template_cell, session, referee, ended, template_cell.grade_id in beside_the_student)
            part = evidence.next_part() if ended is None else Part(ended=ended.message)
            grades.append(show(cell, template_cell, verdict, part))
            continue
        count += 1
        cell.execution_count = count
        ended = _run(cell, session, evidence, ended)
    notes = () if ended is None else (ended.message,)
    return Graded(notebook, tuple(grades), notes)


def _run(
    cell: nbformat.NotebookNode, session: Session, evidence: SessionEvidence, ended: SessionEnded | None
) -> SessionEnded | None:
    """Run one cell of the student's, unless the run has ended already."""
    if ended is not None:
        cell.outputs = [_notice("Not run", "The run of this notebook had already ended.")]
        return ended
    name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", ""))
    try:
        run = session.run(cell.source, name)
    except SessionEnded as now:
        shown = [nbformat.from_dict(output) for output in now.outputs]
        cell.outputs = [*shown, _notice("Run ended", now.message)]
        return now
    cell.outputs = [nbformat.from_dict(output) for output in run.outputs]
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
    evidence.ran(run)
    return session.ended


def _verdict(
    template_cell: TemplateCell, session: Session, referee: Referee, ended: SessionEnded | None, beside: bool
) -> Verdict:
    if ended is not None:
        return not_reached(ended.message)
    if not beside:
        return referee.judge(template_cell.source, template_cell.points)
    try:
        return from_outputs(session.run(template_cell.source, template_cell.grade_id), template_cell.points)
    except SessionEnded as now:
        return Verdict(0.0, message=now.message)


def not_reached(reason: str) -> Verdict:
    """The verdict on a part that the student's run did not come to."""
    return Verdict(0.0, message=f"{reason} This part was not reached, so there is nothing to judge.")


def show(cell: nbformat.NotebookNode, template_cell: TemplateCell, verdict: Verdict, part: Part) -> CellGrade:
    """Write a verdict into the test cell of a notebook."""
    cell.execution_count = None
    cell.outputs = _outputs(verdict, template_cell.points)
    cell.metadata["autograder"] = {"review": verdict.review} if verdict.review else {}
    test = test_digest(template_cell.source, template_cell.points)
    return CellGrade(template_cell.grade_id, verdict.points, template_cell.points, verdict, part, test)


def _outputs(verdict: Verdict, max_points: float) -> list[nbformat.NotebookNode]:
    """What a test cell shows: the list of checks, and the points as one plain number."""
    messages = [verdict.message] if verdict.message else []
    if verdict.points is None:
        messages.append(_REVIEW)
    elif not verdict.checks:
        messages.insert(0, f"{verdict.points:g} of {max_points:g} points")
    html = "".join(f"<p>{escape(message)}</p>" for message in messages)
    text = "\n".join(messages)
    if verdict.checks and verdict.points is not None:
        html += as_html(verdict.points, verdict.checks)
        text = "\n".join([*messages, as_text(verdict.points, verdict.checks)])
    shown = {"text/html": html, "text/plain": text}
    outputs: list[dict[str, Any]] = [{"output_type": "display_data", "metadata": {}, "data": shown}]
    if verdict.points is not None:
        number = {"text/plain": repr(float(verdict.points))}
        outputs.append({"output_type": "execute_result", "metadata": {}, "data": number, "execution_count": None})
    return [nbformat.from_dict(output) for output in outputs]


def _notice(title: str, text: str) -> nbformat.NotebookNode:
    notice: nbformat.NotebookNode = nbformat.v4.new_output(
        "error", ename=title, evalue=text, traceback=[f"{title}: {text}"]
    )
    return notice

"""The run of a notebook as its author has it: without hidden tests, and with all that it shows."""

from __future__ import annotations

import functools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import nbformat

from autograder.checks.student import NOBODY, Submitter
from autograder.grading.evidence import Part, SessionEvidence
from autograder.grading.plain.confirm import Confirmer, OnValues
from autograder.grading.plain.stock import STOPPED, stock_verdict, visible_complaint
from autograder.grading.referee import Referee, Verdict
from autograder.grading.stopped import Place
from autograder.pages.alt import alt_texts
from autograder.pages.parts import heading_of
from autograder.pages.shows import SHOWN_FILES
from autograder.sandbox import CellRun, Session, SessionEnded
from autograder.template import Template, TemplateCell, grade_id_of

_PNG = "image/png"


@dataclass(frozen=True)
class JudgedCell:
    """A test cell in the run that is shown."""

    cell: nbformat.NotebookNode
    about: TemplateCell
    verdict: Verdict  # of a plain test cell: on the part that was released
    part: Part
    on_values: OnValues | None = None


class ShownRun:
    """One run.

    Attributes:
        judged: the test cells so far.
        ended: why the run did not come to its end.
        ended_in: the plain test cell that ended it, if one did.
        written: files that the notebook wrote, by name.
        ended_on_values: the plain test cell that ended it while it was judged on values, if one did.
    """

    def __init__(
        self,
        template: Template,
        session: Session,
        files: Mapping[str, bytes],
        left_out: Container[str],
        confirmed: Sequence[str],
        unread: Container[str],
        submitter: Submitter = NOBODY,
    ) -> None:
        self.evidence = SessionEvidence(session, files)
        self.judged: list[JudgedCell] = []
        self.ended: SessionEnded | None = None
        self.ended_in = ""
        self.ended_on_values = ""
        self.written: Mapping[str, bytes] = {}
        self._template = template
        self._known = template.by_id()
        self._session = session
        self._left_out = left_out
        self._confirmed = confirmed
        self._unread = unread
        self._confirmer = Confirmer(self.evidence, files, template.delimiters)
        self._referee = Referee(self.evidence, delimiters=template.delimiters, submitter=submitter)
        self._has_plain = any(cell.is_plain for cell in template.cells)
        self._has_checks = any(cell.is_test and not cell.is_plain for cell in template.cells)

    def all(self, notebook: nbformat.NotebookNode) -> None:
        """Run all cells of a notebook and write down what they show."""
        with self._confirmer:
            self._all(notebook)

    def take_files(self) -> None:
        """Keep what the notebook wrote, once everything has run and been judged."""
        if self._session.ended is None:
            self.written = self._session.written(SHOWN_FILES)

    def _all(self, notebook: nbformat.NotebookNode) -> None:
        count, title = 0, ""
        for cell in notebook.cells:
            about = self._known.get(grade_id_of(cell))
            if cell.cell_type != "code":
                title = heading_of(cell) or title
                continue
            self.evidence.in_part(title)
            count += bool(cell.source.strip())  # as Jupyter does
            if about is not None and about.is_test:
                on_values = self._on_values(about)
                verdict = self._verdict(about)
                part = self.evidence.next_part() if self.ended is None else Part(ended=self.ended.message)
                self.judged.append(JudgedCell(cell, about, verdict, part, on_values))
                continue
            cell.execution_count = count
            given = about is not None and about.locked and not about.solution
            place = Place(title, count, answers=about is not None and about.solution)
            run = functools.partial(_run, cell, self._session, self.evidence, self.ended, place)
            self.ended = run(given=given, interrupted=self._has_plain, traced=not self._confirmed)

    def _on_values(self, about: TemplateCell) -> OnValues | None:
        """The verdict on values, before anything of the cell runs beside the student's code."""
        if self.ended is not None or not about.is_plain or about.grade_id not in self._confirmed:
            return None
        if about.grade_id in self._unread:
            return OnValues(None, "the run of the notebook ended while its values were read")
        found = self._confirmer.judge(about)
        if self._session.ended is not None:
            self.ended, self.ended_on_values = self._session.ended, about.grade_id
        return found

    def _verdict(self, about: TemplateCell) -> Verdict:
        if self.ended is not None:
            return not_reached(self.ended.message)
        if about.is_plain:
            return self._released(about)
        if self._confirmed:
            return Verdict(0.0)
        return self._referee.judge(about.source, about.points, about.grade_id)

    def _released(self, about: TemplateCell) -> Verdict:
        """Run a plain test cell as it was released, so that later cells find what it defines."""
        if self._has_checks:
            self._referee.define(about.source)
        if about.grade_id in self._left_out:
            return Verdict(0.0, message=STOPPED)
        try:
            run = self._session.run(about.released, about.grade_id, interrupted=True, traced=False)
        except SessionEnded as ended:
            self.ended, self.ended_in = ended, about.grade_id
            return Verdict(0.0, message=ended.message)
        verdict = stock_verdict(run, about)
        complaint = visible_complaint(run, about, self._template.delimiters)
        return replace(verdict, message=complaint) if verdict.points == 0.0 else verdict


def _run(
    cell: nbformat.NotebookNode,
    session: Session,
    evidence: SessionEvidence,
    ended: SessionEnded | None,
    place: Place,
    *,
    given: bool,
    interrupted: bool,
    traced: bool,
) -> SessionEnded | None:
    """Run one cell that is no test, unless the run has ended already; what a given one draws is no answer.

    Where a notebook has plain tests, a cell that takes too long is interrupted, as by nbgrader; else it ends the run.
    Where the run is not shown, errors need no traceback.
    """
    if ended is not None:
        cell.outputs = [_notice("Not run", "The run of this notebook had already ended.")]
        return ended
    name = grade_id_of(cell) or cell.get("id", "")
    try:
        run = session.run(cell.source, name, interrupted=interrupted, traced=traced)
    except SessionEnded as now:
        shown = [nbformat.from_dict(output) for output in now.outputs]
        cell.outputs = [*shown, _notice("Run ended", now.message)]
        return now
    cell.outputs = [nbformat.from_dict(output) for output in run.outputs]
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
    _describe_pictures(cell.outputs, run)
    answer = replace(run, figures=(), drawn=[]) if given else run
    evidence.ran(answer, cell.source, place)
    return session.ended


def _describe_pictures(outputs: Sequence[nbformat.NotebookNode], run: CellRun) -> None:
    """Put what a figure shows in the place of its size, for those who cannot see it."""
    pictures = [output for output in outputs if _PNG in output.get("data", {})]
    for output, text in zip(pictures, alt_texts(run.figures, len(pictures)), strict=False):
        output.metadata[_PNG] = {**output.metadata.get(_PNG, {}), "alt": text}


def not_reached(reason: str) -> Verdict:
    """The verdict on a part that the student's run did not come to."""
    return Verdict(0.0, message=f"{reason} This part was not reached, so there is nothing to judge.")


def _notice(title: str, text: str) -> nbformat.NotebookNode:
    error = {"output_type": "error", "ename": title, "evalue": text, "traceback": [f"{title}: {text}"]}
    notice: nbformat.NotebookNode = nbformat.from_dict(error)
    return notice

"""Grading one restored notebook: the student's cells run in a sandbox session, the test cells in the referee.

Nothing here reads or writes files or databases; the result holds all that is to be written.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import nbformat

from autograder.checks.student import NOBODY, Submitter
from autograder.grading.evidence import Part, test_digest
from autograder.grading.plain.confirm import OnValues
from autograder.grading.plain.stock import HIDDEN_FAILED, MOST_RUNS, StockRun, has_hidden, hidden_verdicts
from autograder.grading.record import CellRecord, CheckRecord
from autograder.grading.referee import Verdict
from autograder.grading.shown_run import JudgedCell, ShownRun
from autograder.pages.checks import as_html, as_text, messages_as_html
from autograder.sandbox import (
    Session,
    SessionEnded,
)
from autograder.template import Template, TemplateCell, grade_id_of

_CLOSE = 1e-6  # points
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

    def record(self) -> CellRecord:
        """What is kept of it, so that a changed test can be run again."""
        checks = tuple(map(CheckRecord.of, self.verdict.checks))
        return CellRecord(self.test, self.points, checks, self.part)


@dataclass(frozen=True)
class NotebookRun:
    """What came of running a notebook once and judging its test cells."""

    notebook: nbformat.NotebookNode
    grades: tuple[CellGrade, ...]
    notes: tuple[str, ...] = ()  # what happened to the run as a whole, for the student and the TA
    ended: SessionEnded | None = None  # why the run as a whole did not come to its end
    seconds: float = 0.0  # wall time of the student's cells
    disturbed: bool = False  # it waited in vain, perhaps because of what ran beside it
    doubts: Mapping[str, str] = field(default_factory=dict)  # grade_id → why a TA should look, although it passed
    on_values: Mapping[str, OnValues] = field(default_factory=dict)  # grade_id → verdict on values, where it was asked
    written: Mapping[str, bytes] = field(default_factory=dict)  # files that the notebook wrote, by name


@dataclass(frozen=True)
class PlainTests:
    """How the test cells without ``Checks`` of a notebook are judged; see :mod:`~.plain.stock`.

    Attributes:
        blocked: ``grade_id`` → why a cell cannot run beside the student's code. It is judged on values alone where
            it is among the ``confirmed``, and else by a person.
        confirmed: cells that are judged on values too, because the instructor's solution and the blank release get
            there what they should (see :mod:`~.plain.confirm`).
        keeps_points: whether a cell that passed and could not be confirmed keeps its points until somebody has looked.
        shown: whether anybody looks at the notebook; where only the verdicts on these cells are asked, the run that
            shows it is left out, unless they depend on it.
    """

    blocked: Mapping[str, str] = field(default_factory=dict)
    confirmed: Sequence[str] = ()
    keeps_points: bool = True
    shown: bool = True

    def need_no_other_run(self, template: Template) -> bool:
        """Whether the run on values and the one with hidden tests say all that is asked."""
        return not self.shown and bool(self.confirmed) and not self.blocked and has_hidden(template)


def grade(
    notebook: nbformat.NotebookNode,
    template: Template,
    open_session: Callable[[], Session],
    files: Mapping[str, bytes],
    plain: PlainTests | None = PlainTests(),
    submitter: Submitter = NOBODY,
    discarded: Callable[[SessionEnded | None], bool] = lambda _: False,
) -> NotebookRun:
    """Run and judge a notebook that has been restored; it is changed in place and returned.

    Args:
        notebook: restored.
        template: of the notebook.
        open_session: opens a session in which the student's cells run.
        files: the assignment's data files, for tests that ask for them.
        plain: how test cells without ``Checks`` are judged; ``None``: not at all, only the others are.
        submitter: whose work it is.
        discarded: whether a run that ended so is made again, without what ended it; then it has no grades.
    """
    if plain is not None and plain.need_no_other_run(template):
        return _rehearsed(notebook, template, open_session, files, plain)
    untouched = copy.deepcopy(notebook) if plain is not None and plain.confirmed else None
    keeps_files = plain is not None
    run, ended = _shown(notebook, template, open_session, files, submitter=submitter, keeps_files=keeps_files)
    if discarded(ended):  # before anything runs that the next attempt must not learn from
        return NotebookRun(notebook, (), ended=ended)
    on_values: dict[str, OnValues] = {}
    if untouched is not None and plain is not None:
        # Functions are called with arguments of hidden tests, so that nothing of this run may be shown either. It comes
        # before the run in which student code can read hidden tests: that could tell this one, if only by the clock.
        beside, _ = _shown(untouched, template, open_session, files, plain.confirmed)
        on_values = _on_values(beside)
        run.judged = [replace(one, on_values=on_values.get(one.about.grade_id)) for one in run.judged]
    if plain is None:
        stock = StockRun({})
        judged = [one for one in run.judged if not one.about.is_plain]
    else:
        stock, judged = hidden_verdicts(notebook, template, open_session), run.judged
    grades = tuple(show(one.cell, one.about, _final(one, stock, plain), one.part) for one in judged)
    return NotebookRun(
        notebook,
        grades,
        () if run.ended is None else (run.ended.message,),
        ended,
        run.evidence.seconds,
        stock.disturbed or (ended is not None and ended.waited),
        doubts={} if plain is None else _doubts(judged, stock, plain),
        on_values=on_values,
        written=run.written,
    )


def _rehearsed(
    notebook: nbformat.NotebookNode,
    template: Template,
    open_session: Callable[[], Session],
    files: Mapping[str, bytes],
    plain: PlainTests,
) -> NotebookRun:
    """The verdicts on the plain test cells, and nothing else."""
    beside, _ = _shown(notebook, template, open_session, files, plain.confirmed)
    stock = hidden_verdicts(notebook, template, open_session)
    judged = [one for one in beside.judged if one.about.is_plain]
    grades = tuple(show(one.cell, one.about, _final(one, stock, plain), one.part) for one in judged)
    return NotebookRun(notebook, grades, disturbed=stock.disturbed, on_values=_on_values(beside))


def _on_values(run: ShownRun) -> dict[str, OnValues]:
    return {one.about.grade_id: one.on_values for one in run.judged if one.on_values is not None}


def _shown(
    notebook: nbformat.NotebookNode,
    template: Template,
    open_session: Callable[[], Session],
    files: Mapping[str, bytes],
    confirmed: Sequence[str] = (),
    submitter: Submitter = NOBODY,
    *,
    keeps_files: bool = False,
) -> tuple[ShownRun, SessionEnded | None]:
    """The run without hidden tests; a plain test cell that ends it costs no other cell: it is left out.

    Args:
        notebook: restored; what it shows is written into it.
        template: of the notebook.
        open_session: opens a session.
        files: the assignment's data files.
        confirmed: cells that are judged on values; where there are some, no other ones are judged.
        submitter: whose work it is.
        keeps_files: whether files that the notebook writes are kept.
    """
    left_out, unread = set[str](), set[str]()
    while True:
        with open_session() as session:
            run = ShownRun(template, session, files, left_out, confirmed, unread, submitter)
            run.all(notebook)
            ended = session.ended
            if keeps_files:
                run.take_files()
        if not (run.ended_in or run.ended_on_values) or len(left_out) + len(unread) == MOST_RUNS:
            return run, ended
        left_out |= {run.ended_in} - {""}
        unread |= {run.ended_on_values} - {""}


def _doubts(judged: Sequence[JudgedCell], stock: StockRun, plain: PlainTests) -> dict[str, str]:
    """``grade_id`` → what a TA should look at, although there are points or none."""
    found = {one.about.grade_id: _doubt(one, stock, plain) for one in judged if plain.keeps_points}
    found |= {one.about.grade_id: _lost(one) for one in judged if one.about.grade_id in plain.blocked}
    return {grade_id: doubt for grade_id, doubt in found.items() if doubt}


def _lost(one: JudgedCell) -> str:
    """What a TA reads of a plain cell that was judged on values alone, and not passed."""
    found = one.on_values
    if found is None or found.points is None or found.points >= one.about.points - _CLOSE:
        return ""
    return (
        "Judged on copies of the student's values alone, because it imports what student code must not read: "
        f"{found.why or 'no reason is known'}. A right answer of another type may fail there: look at the code."
    )


def _doubt(one: JudgedCell, stock: StockRun, plain: PlainTests) -> str:
    """What a TA reads of a plain cell that passed beside the student's code, and not on values."""
    points = stock.verdicts.get(one.about.grade_id, one.verdict).points
    if one.about.grade_id not in plain.confirmed or not points:
        return ""
    # A run on values that ended before this cell has confirmed nothing: student code can end it.
    found = one.on_values or OnValues(None, "that run had ended before")
    partial = points < one.about.points - _CLOSE  # a number that student code may have chosen
    agree = found.points is not None and found.points >= points - _CLOSE
    if agree and not (partial and abs((found.points or 0.0) - points) >= _CLOSE):
        return ""
    return (
        f"Passed beside the student's code ({points:g} of {one.about.points:g} points), and not on copies of its "
        f"values: {found.why or 'it earned another number of points there'}. The answer may be of another type, or the "
        "test may have passed for another reason than the answer: look at the code."
    )


def _final(one: JudgedCell, stock: StockRun, plain: PlainTests | None) -> Verdict:
    """The verdict that counts: on a plain cell nbgrader's, with the words of the part that was released."""
    grade_id = one.about.grade_id
    if not one.about.is_plain:
        return one.verdict
    if plain is not None and grade_id in plain.blocked:
        return _only_on_values(one, plain.blocked[grade_id], trusted=grade_id in plain.confirmed)
    doubt = "" if plain is None or plain.keeps_points else _doubt(one, stock, plain)
    if doubt:
        return Verdict(None, review=doubt)
    verdict = stock.verdicts.get(grade_id, one.verdict)
    lost = verdict.points == 0.0 and bool(verdict.message)
    return replace(verdict, message=one.verdict.message) if lost and one.verdict.message else verdict


def _only_on_values(one: JudgedCell, why: str, *, trusted: bool) -> Verdict:
    """The verdict on a plain cell that imports what student code must not read; ``why`` says so to a TA."""
    if one.verdict.points == 0.0 and one.verdict.message:
        return one.verdict
    if not trusted or one.on_values is None or one.on_values.points is None:
        return Verdict(None, review=why)
    return Verdict(one.on_values.points, message="" if one.on_values.points else HIDDEN_FAILED)


def not_graded(notebook: nbformat.NotebookNode, template: Template, why: str) -> NotebookRun:
    """A restored notebook that the grader has given up on, because a bound was reached; every test earns 0.

    Args:
        notebook: restored.
        template: of the assignment.
        why: which bound it was, as the end of a sentence for the student.
    """
    said = f"This notebook could not be judged: {why}."
    return replace(_unrun(notebook, template, Verdict(0.0, message=said), said), notes=(said,))


def earning_nothing(notebook: nbformat.NotebookNode, template: Template, why: str) -> NotebookRun:
    """The blank release in place of a notebook that was not handed in, or cannot be read.

    Its cells show what was asked and do not run: a test that passes on the blank release earns nothing, as in stock
    nbgrader, and nobody has to look at it.

    Args:
        notebook: the blank release.
        template: of the assignment.
        why: there is nothing to judge, in sentences.
    """
    return _unrun(notebook, template, Verdict(0.0, message=why), why)


def waits_for_a_person(notebook: nbformat.NotebookNode, template: Template, why: str) -> NotebookRun:
    """An empty notebook in place of one that was handed in, but as something else: every test needs review.

    Args:
        notebook: the blank release.
        template: of the assignment.
        why: what was handed in instead, for the TA.
    """
    return _unrun(notebook, template, Verdict(None, review=why), "")


def _unrun(notebook: nbformat.NotebookNode, template: Template, verdict: Verdict, ended: str) -> NotebookRun:
    """The same verdict on every test cell; ``ended`` says why there is nothing to judge again."""
    known = template.by_id()
    cells = [(cell, known.get(grade_id_of(cell))) for cell in notebook.cells]
    tests = [(cell, about) for cell, about in cells if about is not None and about.is_test]
    return NotebookRun(notebook, tuple(show(cell, about, verdict, Part(ended=ended)) for cell, about in tests))


def show(cell: nbformat.NotebookNode, template_cell: TemplateCell, verdict: Verdict, part: Part) -> CellGrade:
    """Write a verdict into the test cell of a notebook.

    Args:
        cell: is changed: its outputs, and what the TA reads of it.
        template_cell: the cell as the instructor wrote it, with its points.
        verdict: points, checks and messages.
        part: what it was judged on, to be kept.
    """
    cell.execution_count = None
    cell.outputs = _outputs(verdict, template_cell.points)
    said = verdict.review or verdict.remark
    cell.metadata["autograder"] = {"review": said} if said else {}
    test = test_digest(template_cell.source, template_cell.points)
    return CellGrade(template_cell.grade_id, verdict.points, template_cell.points, verdict, part, test)


def _outputs(verdict: Verdict, max_points: float) -> list[nbformat.NotebookNode]:
    """What a test cell shows: the list of checks, and the points as one plain number."""
    messages = [verdict.message] if verdict.message else []
    if verdict.points is None:
        messages.append(_REVIEW)
    elif not verdict.checks:
        messages.insert(0, f"{verdict.points:g} of {max_points:g} points")
    html, text = messages_as_html(messages), "\n".join(messages)
    if verdict.checks and verdict.points is not None:
        html = as_html(verdict.points, verdict.checks, messages)
        text = "\n".join([*messages, as_text(verdict.points, verdict.checks)])
    shown = {"text/html": html, "text/plain": text}
    outputs: list[dict[str, Any]] = [{"output_type": "display_data", "metadata": {}, "data": shown}]
    if verdict.points is not None:
        number = {"text/plain": repr(float(verdict.points))}
        outputs.append({"output_type": "execute_result", "metadata": {}, "data": number, "execution_count": None})
    return [nbformat.from_dict(output) for output in outputs]

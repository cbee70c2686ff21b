"""A small assignment, answers to it and how they were judged, all made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat

from autograder.audit.bank import Answer
from autograder.audit.cases import AuditCase, Vary, cases
from autograder.audit.one_case import CaseResult, CellResult
from autograder.audit.report import Report, conclude
from autograder.checks.outcome import CheckResult, Status
from autograder.course.release.generate import Rehearsal
from autograder.grading.task import Task
from autograder.sandbox import Limits
from autograder.template import Template, TemplateCell

SOLUTION = "slope = data.mixedlm"


def cell(grade_id: str, *, test: bool, points: float = 0.0, kind: str = "code") -> TemplateCell:
    return TemplateCell(
        grade_id, kind, f"source of {grade_id}", f"text of {grade_id}", test, test, not test, points=points
    )


CELLS = (
    cell("setup-tests", test=True, points=0.0),
    cell("q1", test=False),
    cell("q1-tests", test=True, points=1.0),
    cell("q1-more-tests", test=True, points=0.5),
    cell("written", test=False, points=0.5, kind="markdown"),
    cell("q2", test=False),
    cell("q2-tests", test=True, points=0.5),
)


def rehearsal() -> Rehearsal:
    notebook = nbformat.v4.new_notebook()
    for one in CELLS:
        new = nbformat.v4.new_code_cell if one.cell_type == "code" else nbformat.v4.new_markdown_cell
        notebook.cells.append(new(one.released, metadata={"nbgrader": {"grade_id": one.grade_id}}))
    task = Task("", None, Template("ps1", "ps1", CELLS), {"data.csv": b"old"}, {}, Limits())
    return Rehearsal(task, nbformat.writes(notebook).encode(), {"q1": SOLUTION, "q2": "x = 2"})


def with_other_data() -> Rehearsal:
    one = rehearsal()
    return replace(one, task=replace(one.task, second_files={"data.csv": b"new"}))


def with_data_of_ones_own() -> Rehearsal:
    one = rehearsal()
    drawing = [replace(test, source="data = draw(student.id)") if test.is_test else test for test in CELLS]
    return replace(one, task=replace(one.task, template=replace(one.task.template, cells=tuple(drawing))))


def answer(
    name: str = "an answer",
    code: Mapping[str, str] | None = None,
    earns: Mapping[str, float] | None = None,
    says: Mapping[str, Mapping[str, str]] | None = None,
    one_id: bool = False,
) -> Answer:
    code = code or {"q1": "slope = 1"}
    return Answer(name, "does something", Path("bank.toml"), code, earns or {}, says or {}, one_id)


def check(
    earned: float, credit: float = 1.0, *, label: str = "`slope`", mistake: str = "", hint: str = ""
) -> CheckResult:
    status = Status.PASSED if earned == credit else Status.PARTIAL if earned else Status.FAILED
    return CheckResult(label, status, earned, credit, "", hint, mistake)


RIGHT = check(1.0)
EXCHANGED = check(0.25, mistake="swapped, exchanged", hint="Response and predictor are exchanged.")
MISTAKES = {"`slope`": ("swapped", "exchanged", "never seen, by anybody")}


def judged(*checks: CheckResult, grade_id: str = "q1-tests", max_points: float = 1.0, message: str = "") -> CellResult:
    return CellResult(grade_id, sum(one.earned for one in checks), max_points, checks, message, "", MISTAKES)


def case_result(first: CellResult, leaks: Sequence[str] = ()) -> CaseResult:
    """Full points in the other cells, none where the first earns none."""
    share = 1.0 if first.points is None or first.points else 0.0
    more = judged(check(0.5 * share, 0.5, label="more", hint="more"), grade_id="q1-more-tests", max_points=0.5)
    last = judged(check(0.5 * share, 0.5, label="last", hint="last"), grade_id="q2-tests", max_points=0.5)
    setup = CellResult("setup-tests", 0.0, 0.0, (), "", "", {})
    return CaseResult((setup, first, more, last), tuple(leaks), (), 0.5)


GIVEN = {
    "solution": case_result(judged(RIGHT)),
    "blank": case_result(judged(check(0.0, mistake="missing", hint="You have not defined `slope`."))),
}


def report(
    answers: Sequence[Answer] = (),
    results: Sequence[CaseResult] = (),
    vary: Vary = Vary.NOTHING,
    **given: CaseResult,
) -> Report:
    """What is concluded when answers are judged like that."""
    both = {**GIVEN, **given}
    tried: list[AuditCase] = list(cases(rehearsal(), answers, vary))
    plain = [both["solution"], both["blank"], *results]
    varied = [both.get("varied", both["solution"])] * (len(tried) - len(plain))
    return conclude(rehearsal(), tried, [*plain, *varied])

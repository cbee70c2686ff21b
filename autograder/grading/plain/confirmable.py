"""Which test cells without ``Checks`` can be confirmed on values: the solution and the blank release rehearse them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace

from autograder.grading.own_file import NAMED
from autograder.grading.plain.confirm import OnValues
from autograder.grading.submission import GradedSubmission, as_file, grade_submission, restored
from autograder.grading.task import Task
from autograder.sandbox import Sandbox
from autograder.template import Template, TemplateCell

_CLOSE = 1e-6  # points
_ON_VALUES = "on values"
_REPLACEABLE = "which student code can replace"
_OWN_FILE = "it looks at the notebook's own file, which lies beside the student's code alone"
_INSTEAD = (  # what a test speaks of → the kind of check that judges it on values
    (r"\b(plt|gca|gcf|get_axes|get_lines|axes|figure)\b", "`checks.scatter`, `checks.line`, `checks.labels` …"),
    (r"\bmixedlm\b|\b(cov_re|random_effects|fe_params)\b", "`checks.mixed_model`"),
    (r"\.(params|rsquared|pvalues|fittedvalues|bse)\b", "`checks.ols_model`, or `checks.number` of a single result"),
    (
        r"\braises\b|\bexcept\b|\bassertRaises",
        "`checks.that` with a function that calls `student.value(…)` in a `try`",
    ),
    (r"assert_(frame|series)_equal|DataFrame|\.(columns|shape|iloc|loc)\b", "`checks.table` or `checks.named_table`"),
    (r"np\.(testing|allclose|array)|assert_all", "`checks.array`"),
    (r"\bisclose\b|\bapprox\b|\babs\(|\bround\(", "`checks.number`"),
)
_ELSE = "`checks.function` for what it calls, `checks.that` for a condition on values"


def rehearse(task: Task, sandbox: Sandbox) -> dict[str, str]:
    """Judge every test cell without ``Checks`` beside the code and on values, for the solution and the blank release.

    Args:
        task: whose content is the instructor's notebook with the solutions.
        sandbox: see :func:`autograder.grading.submission.grade_submission`.

    Returns:
        ``grade_id`` of each such cell → why its verdict cannot be confirmed on values; "" where it can.
    """
    plain = tuple(cell.grade_id for cell in task.template.cells if cell.is_plain)
    if not plain:
        return {}
    both = replace(task, confirmed=plain, keeps_points=True, second_files={}, extra={}, shown=False)
    solution = grade_submission(both, sandbox)
    released = as_file(restored(task.template, None).notebook)
    blank = grade_submission(replace(both, content=released), sandbox)
    found = {grade_id: _problem(grade_id, solution, blank) for grade_id in plain}
    max_points = {cell.grade_id: cell.points for cell in task.template.cells}
    for cell in task.template.cells:
        if found.get(cell.grade_id, "").startswith(_ON_VALUES) and NAMED in cell.source:
            found[cell.grade_id] = _OWN_FILE
    for grade_id, names in _replaceable(task.template).items():
        found[grade_id] = found[grade_id] or f"it uses {names}, {_REPLACEABLE}"
    for grade_id in task.blocked:  # no other verdict would show what is lost on values
        earned = _points(solution).get(grade_id) or 0.0
        if not found[grade_id] and earned < max_points[grade_id] - _CLOSE:
            found[grade_id] = f"on values the instructor's solution earns {earned:g} of {max_points[grade_id]:g} points"
        if found[grade_id]:
            found[grade_id] += f": {task.blocked[grade_id]}"
    return found


def instead(cell: TemplateCell, why: str) -> str:
    """What to write in place of a test cell that cannot be confirmed on values.

    Args:
        cell: the test cell.
        why: it cannot be confirmed, as :func:`rehearse` says.
    """
    if _REPLACEABLE in why:
        return "define what it relies on in the hidden test itself"
    if why == _OWN_FILE:
        return "`checks.function` or `checks.that` for what the answer does; how it is written is no value"
    kind = next((check for pattern, check in _INSTEAD if re.search(pattern, cell.source)), _ELSE)
    return f"{kind} (docs/checks.md)"


def _replaceable(template: Template) -> dict[str, str]:
    """Plain test cells → the names they use that a given cell defines: copies of them are the student's as well."""
    given = {
        name
        for cell in template.cells
        if cell.locked and cell.cell_type == "code" and not cell.is_test
        for name in _names(cell.source, ast.Store)
    }
    used = {cell.grade_id: sorted(given & _names(cell.source, ast.Load)) for cell in template.cells if cell.is_plain}
    return {grade_id: ", ".join(f"`{name}`" for name in names) for grade_id, names in used.items() if names}


def _names(source: str, context: type[ast.expr_context]) -> set[str]:
    """Variables that a cell reads, or defines; none of a cell with magic commands."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return set()
    found = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Store:
        found |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return found


def _problem(grade_id: str, solution: GradedSubmission, blank: GradedSubmission) -> str:
    points = _points(solution)
    if points.get(grade_id) is None:
        return "it could not be judged for the instructor's solution"
    if not points[grade_id]:
        return "the instructor's solution earns nothing"
    return _difference("the instructor's solution", grade_id, solution) or _difference(
        "the blank release", grade_id, blank
    )


def _difference(whose: str, grade_id: str, graded: GradedSubmission) -> str:
    points = _points(graded).get(grade_id)
    found = graded.on_values.get(grade_id, OnValues(None, "the run had ended"))
    if points is not None and found.points is not None and abs(points - found.points) < _CLOSE:
        return ""
    earned = "cannot be judged" if found.points is None else f"earns {found.points:g}"
    expected = "nothing" if points is None else f"{points:g}"
    return f"{_ON_VALUES} {whose} {earned}, not {expected} points ({found.why or 'without an error'})"


def _points(graded: GradedSubmission) -> Mapping[str, float | None]:
    return {cell.grade_id: cell.points for cell in graded.grades}

"""What is wrong: with a test cell as it is written, with one that cannot be run, with how an answer was judged."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from autograder.audit.bank import Answer
from autograder.audit.cases import BLANK, SOLUTION
from autograder.audit.one_case import CaseResult, CellResult
from autograder.checks.outcome import CheckResult, Status
from autograder.template import Template, TemplateCell

_CLOSE = 1e-4  # points; thirds are declared to four decimals
_LINE = re.compile(r'File "<test cell>", line (\d+)')
_LONGEST = 120  # characters of a line that a fault repeats
_TITLES = 2  # answers that a fault of a test names


def layout_faults(template: Template) -> Iterator[str]:
    """Hidden tests that begin inside a statement, and cells that are no Python any more without them."""
    for cell in (cell for cell in template.cells if cell.is_test):
        statements = _statements(cell.source)
        first = template.delimiters.first_hidden(cell.source)
        if statements is None or first is None:
            continue
        around = [one for one in statements if one.lineno < first <= (one.end_lineno or one.lineno)]
        for statement in around:
            line = cell.source.split("\n")[statement.lineno - 1].strip()
            yield (
                f"{cell.grade_id}: its hidden tests begin inside the statement `{line}` in line {statement.lineno}, so "
                "that all of it counts as hidden; put them at the top level of the cell"
            )
        if _statements(cell.released) is None:
            yield f"{cell.grade_id}: without its hidden tests, as students get it, it is not valid Python"


def _statements(source: str) -> list[ast.stmt] | None:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return None  # a cell that cannot be judged is told by every answer


def test_faults(template: Template, judged: Mapping[str, CaseResult]) -> Iterator[str]:
    """Tests that could not judge answers: each fault once, with its line and the answers that met it.

    Args:
        template: of the notebook.
        judged: title of an answer → how it was judged.
    """
    cells = template.by_id()
    met: dict[tuple[str, str], list[str]] = {}
    for title, result in judged.items():
        for cell in result.cells:
            if cell.points is None:
                met.setdefault((cell.grade_id, told(cell, cells[cell.grade_id])), []).append(title)
    for (grade_id, what), titles in met.items():
        more = f" and {len(titles) - _TITLES} more" if len(titles) > _TITLES else ""
        whose = "every answer" if len(titles) == len(judged) else f"{', '.join(titles[:_TITLES])}{more}"
        yield f"{grade_id} could not be judged: {what} ({whose})"


def dead_mistakes(cells: Iterable[CellResult]) -> Iterator[str]:
    """Misconceptions whose hint nobody can ever read: they cannot be computed, or give nothing to compare with.

    Args:
        cells: of an answer for which every misconception was computed.
    """
    for cell in cells:
        for label, problems in cell.dead.items():
            for problem in problems:
                yield f"{cell.grade_id}, {label}: {problem}"


def told(judged: CellResult, cell: TemplateCell) -> str:
    """Why a test cell could not judge an answer: the error, and the line of the cell in which it came up.

    Args:
        judged: what the test cell said; it has a ``review``.
        cell: as it was written.
    """
    review = judged.review.strip()
    what = review.splitlines()[-1] if review else "without a reason"
    numbers = _LINE.findall(review)
    lines = cell.source.split("\n")
    if not numbers or int(numbers[-1]) > len(lines):
        return what
    line = lines[int(numbers[-1]) - 1].strip()[:_LONGEST]
    return f"{what.removeprefix('autograder.errors.')}, in line {numbers[-1]}: {line}"


def answer_faults(
    title: str, answer: Answer | None, result: CaseResult, parts: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """How an answer was judged otherwise than it should be; a test that could not judge it is :func:`test_faults`."""
    for cell in result.cells:
        if title == BLANK and cell.points:
            yield f"{cell.grade_id} earns {cell.points:g}"
        elif title == SOLUTION and cell.points is not None and not cell.is_full:
            yield f"{cell.grade_id} earns {cell.points:g} of {cell.max_points:g}: {_read(cell)}"
        for check in cell.checks:
            if check.status is not Status.PASSED and not check.hint:
                yield f"{cell.grade_id}, {check.label}: there is no hint"
    yield from result.leaks
    if answer is not None:
        cells = {cell.grade_id: cell for cell in result.cells}
        for part, tests in parts.items():
            yield from _part_faults(part, answer, [cells[test] for test in tests])


def _part_faults(part: str, answer: Answer, cells: Sequence[CellResult]) -> Iterator[str]:
    if any(cell.points is None for cell in cells):
        return
    max_points = sum(cell.max_points for cell in cells)
    deserved, earned = answer.earns.get(part, max_points), sum(cell.points or 0.0 for cell in cells)
    if abs(deserved - earned) > _CLOSE:
        read = " ".join(text for cell in cells if (text := _read(cell)))
        yield f"{part} earns {earned:g}, not {deserved:g}: {read or 'everything is right'}"
    for label, text in answer.says.get(part, {}).items():
        if not any(_says(cell, label, text) for cell in cells):
            read = " ".join(_read(cell) for cell in cells)
            yield f"{part} does not say {text!r} of {label}, but: {read or 'nothing'}"


def _says(cell: CellResult, label: str, text: str) -> bool:
    if label == "message":
        return text in cell.message
    return any(
        is_among(text, check.mistake) or text in check.hint
        for check in cell.checks
        if label.replace("`", "") in (name := check.label.replace("`", ""), name.partition(",")[0])
    )


def is_among(name: str, mistakes: str) -> bool:
    """Whether a misconception is one of those that were recognized together."""
    return f", {name}, " in f", {mistakes}, "


def _read(cell: CellResult) -> str:
    """What a student reads of what is not right."""
    lost = [check for check in cell.checks if check.status is not Status.PASSED]
    return " ".join([cell.message, *map(_line, lost)]).strip()


def _line(check: CheckResult) -> str:
    return f"{check.label} {check.earned:g} of {check.credit:g} [{check.mistake or 'nothing recognized'}] {check.hint}"

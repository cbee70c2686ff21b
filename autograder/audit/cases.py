"""What an audit hands in: the solution, the blank notebook, and the answers of the bank in all circumstances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import nbformat

from autograder.audit.bank import Answer, BankError
from autograder.audit.variations import OTHER_DATA, PLAIN, VARIATIONS, Variation
from autograder.plugins.rehearsal import Rehearsal
from autograder.submission import Task
from autograder.template import Template

SOLUTION = "the solution"
BLANK = "the blank release"


class Vary(Enum):
    """Which answers are also tried in other circumstances."""

    NOTHING = "nothing"
    SOLUTION = "solution"
    RIGHT = "right"


@dataclass(frozen=True)
class Case:
    """One notebook that is handed in."""

    title: str
    answer: Answer | None  # None: the solution or the blank release
    variation: Variation
    task: Task


def parts_of(template: Template) -> dict[str, tuple[str, ...]]:
    """``grade_id`` of each solution cell with code → the test cells between it and the next one."""
    parts: dict[str, tuple[str, ...]] = {}
    current = ""
    for cell in template.cells:
        if cell.solution and cell.cell_type == "code":
            current = cell.grade_id
            parts[current] = ()
        elif cell.is_test and current:
            parts[current] = (*parts[current], cell.grade_id)
    return parts


def check_answer(answer: Answer, template: Template) -> None:
    """Make sure that an answer speaks of cells that there are.

    Raises:
        BankError: it does not.
    """
    parts, points = parts_of(template), {cell.grade_id: cell.points for cell in template.cells}
    for part in (*answer.code, *answer.earns, *answer.says):
        if part not in parts:
            raise BankError(answer.file, answer.name, f"there is no solution cell {part!r}; there are {list(parts)}")
    for part, earned in answer.earns.items():
        most = sum(points[test] for test in parts[part])
        if not 0 <= earned <= most:
            raise BankError(answer.file, answer.name, f"earns.{part} = {earned:g} is not between 0 and {most:g}")


def cases(rehearsal: Rehearsal, answers: Sequence[Answer], vary: Vary) -> Iterator[Case]:
    """Everything that is to be handed in for one notebook.

    Raises:
        BankError: an answer speaks of cells that the notebook does not have.
    """
    for one in answers:
        check_answer(one, rehearsal.template)
    plain: list[tuple[str, Answer | None, Mapping[str, str]]] = [
        (SOLUTION, None, rehearsal.solutions),
        (BLANK, None, {}),
        *((one.title, one, {**rehearsal.solutions, **one.code}) for one in answers),
    ]
    for title, answer, code in plain:
        yield _case(rehearsal, title, answer, code, PLAIN)
    for title, answer, code in plain:
        if _is_varied(title, answer, vary):
            others = (OTHER_DATA, *VARIATIONS) if rehearsal.task.second_files else VARIATIONS
            text = "\n".join(code.values())
            yield from (_case(rehearsal, title, answer, code, other) for other in others if other.matters(text))


def _is_varied(title: str, answer: Answer | None, vary: Vary) -> bool:
    if title == SOLUTION:
        return vary is not Vary.NOTHING
    return vary is Vary.RIGHT and answer is not None and answer.is_right


def _case(
    rehearsal: Rehearsal, title: str, answer: Answer | None, code: Mapping[str, str], variation: Variation
) -> Case:
    student = f"{rehearsal.template.assignment}/{rehearsal.template.notebook}/{title}/{variation.name}"
    task = replace(rehearsal.task, student=student, content=handed_in(rehearsal.released, code, variation.before))
    if variation is OTHER_DATA:
        task = replace(task, files={**task.files, **task.second_files})
    return Case(title, answer, variation, task)


def handed_in(released: bytes, code: Mapping[str, str], before: str = "") -> bytes:
    """The released notebook with answers filled in, after a cell of the student's own where there is one."""
    notebook = nbformat.reads(released.decode("utf-8"), as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = code.get(grade_id, cell.source)
    if before:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    return str(nbformat.writes(notebook)).encode("utf-8")

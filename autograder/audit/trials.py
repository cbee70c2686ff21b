"""What hidden tests say of answers, while they are being written."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from rich.console import Console
from rich.markup import escape

from autograder.audit.bank import Answer, find_bank, read_answers, read_bank, refuse
from autograder.audit.cases import SOLUTION, filled_in, misfits, parts_of
from autograder.audit.faults import dead_mistakes, told
from autograder.audit.one_case import CaseResult, CellResult, run_case
from autograder.course.course import Course
from autograder.course.files import read_notebook_file
from autograder.course.release.generate import Rehearsal, rehearse
from autograder.errors import CourseError, did_you_mean
from autograder.pages.checks import as_text
from autograder.template import Template, grade_id_of

_FILES = (".ipynb", ".py", ".toml")  # what an answer can be in; any other text is the name of one


@dataclass(frozen=True)
class _Trial:
    """One notebook to be graded."""

    title: str
    content: bytes
    answer: Answer | None = None  # of the bank


@dataclass(frozen=True)
class Tried:
    """What the tests of the parts that were asked for said of one notebook."""

    template: Template
    title: str
    result: CaseResult
    cells: Mapping[str, tuple[CellResult, ...]]  # part → its test cells
    faults: tuple[str, ...]  # a misconception nobody can meet, other points than due, a hint that shows a reference

    @property
    def is_well(self) -> bool:
        """Whether all was judged, and as the bank says."""
        return not self.faults and all(cell.points is not None for cells in self.cells.values() for cell in cells)

    def not_judged(self, cell: CellResult) -> str:
        """Why a test cell could not judge; empty where it could."""
        return told(cell, self.template.by_id()[cell.grade_id]) if cell.points is None else ""


def try_answers(course: Course, options: argparse.Namespace, pool: Executor) -> Iterator[Tried]:
    """Submit answers, one after the other.

    Args:
        course: where the assignment is.
        options: arguments of ``autograder try``.
        pool: whose processes judge them.

    Yields:
        What the tests said, as soon as it is known.

    Raises:
        CourseError: there is no such assignment, part or answer.
        BankError: an entry of the bank is not what it should be.
    """
    (name,) = options.assignment
    for rehearsal in rehearse(course, [name])[name]:
        parts = parts_of(rehearsal.template)
        if options.part and options.part not in parts:
            raise CourseError(
                f"{rehearsal.template.notebook} has no part {options.part!r}; it has {', '.join(parts)}.",
                options.part,
                list(parts),
                did_you_mean(options.part, parts).strip(),
            )
        chosen = {part: parts[part] for part in ([options.part] if options.part else parts)}
        shortened = _until(rehearsal, [test for tests in chosen.values() for test in tests])
        for number, trial in enumerate(_trials(rehearsal, course, options, list(chosen))):
            student = options.id or shortened.task.student
            task = replace(shortened.task, student=student, content=_cut(trial.content, shortened.template))
            result = pool.submit(run_case, task, number == 0).result()  # the first one tells of all mistakes
            yield _tried(result, trial, chosen, rehearsal.template)


def _tried(result: CaseResult, trial: _Trial, parts: Mapping[str, tuple[str, ...]], template: Template) -> Tried:
    cells = {cell.grade_id: cell for cell in result.cells}
    judged = {part: tuple(cells[test] for test in tests if test in cells) for part, tests in parts.items()}
    asked = [cell for found in judged.values() for cell in found]
    other_points = [_differs(part, found, trial) for part, found in judged.items()]
    begins = tuple(f"{cell.grade_id}{end}" for cell in asked for end in (",", ":"))
    own_leaks = [leak for leak in result.leaks if leak.startswith(begins)]
    faults = (*dead_mistakes(asked), *filter(None, other_points), *own_leaks)
    return Tried(template, trial.title, result, judged, faults)


def _trials(rehearsal: Rehearsal, course: Course, options: argparse.Namespace, parts: list[str]) -> Iterator[_Trial]:
    """The notebooks that the arguments name.

    Raises:
        CourseError: they name none.
    """
    file = Path(options.answer) if options.answer else None
    if file is not None and file.suffix in _FILES and not file.is_file():
        raise CourseError(f"There is no file {file}.", str(file))
    if file is not None and file.suffix == ".ipynb":
        yield _Trial(str(file), read_notebook_file(file))
        return
    if file is not None and file.suffix == ".py":
        if not options.part:
            raise CourseError(
                f"{file} may be the answer to any cell.",
                expected=parts,
                remedy=f"Say with --part which one it answers: {', '.join(parts)}.",
            )
        code = {**rehearsal.solutions, options.part: file.read_text("utf-8", "replace")}
        yield _Trial(str(file), filled_in(rehearsal.released, code))
        return
    if not options.answer:
        yield _Trial(SOLUTION, filled_in(rehearsal.released, rehearsal.solutions))
    answers = list(_answers(rehearsal, course, options.answer, parts))
    if options.answer and not answers:
        raise CourseError(
            f"{options.answer!r} is no file, and no answer of the bank to {', '.join(parts)} is called so.",
            options.answer,
            remedy="To try all of them, leave out --answer.",
        )
    for answer in answers:
        code = {**rehearsal.solutions, **answer.code}
        yield _Trial(answer.title, filled_in(rehearsal.released, code), answer)


def _answers(rehearsal: Rehearsal, course: Course, wanted: str | None, parts: list[str]) -> Iterator[Answer]:
    """The answers to the parts, of a file or of the bank; of the bank perhaps only those of a name."""
    try:
        if wanted and wanted.endswith(".toml"):
            found = read_answers(Path(wanted))
        else:
            bank = find_bank(course.root)
            all_of_them = read_bank(bank / rehearsal.template.assignment) if bank else ()
            found = [one for one in all_of_them if not wanted or wanted.casefold() in one.title.casefold()]
        asked = [answer for answer in found if set(answer.code) & set(parts)]
        refuse([problem for answer in asked for problem in misfits(answer, rehearsal.template)])
        yield from asked
    except OSError as problem:
        raise CourseError(
            f"{problem.filename} cannot be read: {problem.strerror}.",
            str(problem.filename),
            remedy="Let yourself read it.",
        ) from None


def _until(rehearsal: Rehearsal, tests: list[str]) -> Rehearsal:
    """The assignment up to the last of some test cells: what comes later makes no difference to them."""
    template = rehearsal.template
    last = max((place for place, cell in enumerate(template.cells) if cell.grade_id in tests), default=-1)
    return replace(
        rehearsal, task=replace(rehearsal.task, template=replace(template, cells=template.cells[: last + 1]))
    )


def _cut(content: bytes, template: Template) -> bytes:
    """A notebook up to the last cell of the template."""
    notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
    last = template.cells[-1].grade_id if template.cells else ""
    places = [place for place, cell in enumerate(notebook.cells) if grade_id_of(cell) == last]
    if places:
        notebook.cells = notebook.cells[: places[-1] + 1]
    return str(nbformat.writes(notebook)).encode("utf-8")


def show(tried: Tried, console: Console, known: set[str]) -> None:
    """Show the verdict on the parts.

    Args:
        tried: what the tests said.
        console: for results.
        known: why tests could not judge earlier answers, to tell each in full once; is added to.
    """
    console.rule(escape(tried.title), align="left")
    for error in tried.result.errors:
        console.print(f"[yellow]raised in {escape(error)}[/]", highlight=False, soft_wrap=True)
    for cells in tried.cells.values():
        for cell in cells:
            why = tried.not_judged(cell)
            console.print(escape(_text(cell, why, again=why in known)), highlight=False, soft_wrap=True)
            known.add(why)
    for fault in tried.faults:
        console.print(f"[bold red]✗[/] {escape(fault)}", highlight=False, soft_wrap=True)


def as_json(tried: Tried) -> dict[str, Any]:
    """The same for another program."""
    cells = [
        {
            "part": part,
            "grade_id": cell.grade_id,
            "points": cell.points,
            "max_points": cell.max_points,
            "message": cell.message,
            "not_judged": tried.not_judged(cell),
            "checks": [{**asdict(check), "status": check.status.value} for check in cell.checks],
        }
        for part, found in tried.cells.items()
        for cell in found
    ]
    return {
        "notebook": tried.template.notebook,
        "answer": tried.title,
        "cells": cells,
        "raised": list(tried.result.errors),
        "faults": list(tried.faults),
    }


def _text(cell: CellResult, not_judged: str, *, again: bool) -> str:
    lines = [cell.message] if cell.message else []
    if cell.points is None:
        lines += [f"could not be judged: {not_judged}", *([] if again else [cell.review])]
    elif cell.checks:
        lines.append(as_text(cell.points, cell.checks))
    else:
        lines.append(f"{cell.points:g} of {cell.max_points:g} points")
    notes = [f"    for you: {note}" for check in cell.checks for note in check.notes]
    return "\n".join([f"{cell.grade_id}:", *lines, *notes])


def _differs(part: str, judged: Sequence[CellResult], trial: _Trial) -> str:
    """What is other than the solution deserves, or the bank says; empty where nothing is."""
    max_points = sum(cell.max_points for cell in judged)
    if (trial.answer is None and trial.title != SOLUTION) or any(cell.points is None for cell in judged):
        return ""
    due = max_points if trial.answer is None else trial.answer.earns.get(part, max_points)
    earned = sum(cell.points or 0.0 for cell in judged)
    return "" if abs(earned - due) < 1e-6 else f"{part}: earns {earned:g}, but should earn {due:g}"

"""One submission from the bytes that were handed in to its graded notebook: a pure function of its task."""

from __future__ import annotations

import copy
import html
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import nbformat
from nbformat.v4 import rwbase

from autograder.beside import put_beside
from autograder.grading import CellGrade, Graded, grade
from autograder.intake import UnreadableNotebook, read_notebook
from autograder.restore import Restored, restore
from autograder.sandbox import Limits, Sandbox, Session, SessionEnded
from autograder.second_run import unmoved
from autograder.template import Template


@dataclass(frozen=True)
class Task:
    """Everything that grading one notebook needs; it can travel to another machine."""

    student: str
    content: bytes | None  # the file as handed in; None where it was not handed in at all
    template: Template
    files: Mapping[str, bytes]  # the assignment's own data files by relative name
    extra: Mapping[str, bytes]  # other files that the student handed in; the assignment's own win
    limits: Limits
    beside_the_student: tuple[str, ...] = ()  # test cells that run in the student's process (see grading.grade)
    second_files: Mapping[str, bytes] = field(default_factory=dict)  # other data for a second run; empty: none
    isolated: bool = True  # False: student code runs with the grader's own rights
    problem: str = "The notebook was not handed in."  # why there is no content, for its author


@dataclass(frozen=True)
class Finished:
    """A graded notebook as it is to be written."""

    student: str
    assignment: str
    name: str  # of the notebook
    notebook: nbformat.NotebookNode
    grades: tuple[CellGrade, ...]
    notes: tuple[str, ...]
    flags: Mapping[str, str]  # grade_id → what a TA should look at, although it was judged
    seconds: float  # wall time of grading


@dataclass(frozen=True)
class Packed:
    """A finished submission for the process that writes all of them, which has nothing left to compute."""

    student: str
    assignment: str
    name: str  # of the notebook
    content: bytes  # the graded notebook as a file
    cells: str  # see kept_cells
    points: Mapping[str, float | None]  # of its test cells; None: needs review
    blank: frozenset[str]  # see left_blank
    flags: Mapping[str, str]  # grade_id → what a TA should look at, although it was judged
    seconds: float  # wall time of grading


def pack(finished: Finished, template: Template) -> Packed:
    """Turn a finished submission into bytes; its notebook is not to be used afterwards."""
    about = (finished.student, finished.assignment, finished.name)
    blank = left_blank(finished.notebook, template)
    points = {grade.grade_id: grade.points for grade in finished.grades}
    content = as_file(finished.notebook)
    return Packed(*about, content, kept_cells(finished.grades), points, blank, finished.flags, finished.seconds)


def as_file(notebook: nbformat.NotebookNode) -> bytes:
    """The bytes that nbformat writes, which would copy the whole notebook first; it is not to be used afterwards."""
    plain = rwbase.strip_transient(rwbase.split_lines(notebook))
    text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": "))
    return f"{text}\n".encode()


def kept_cells(grades: Sequence[CellGrade]) -> str:
    """JSON: ``grade_id`` of each test cell → what it was judged on, under which test, and with what result."""
    return json.dumps({grade.grade_id: grade.as_json() for grade in grades})


def left_blank(notebook: nbformat.NotebookNode, template: Template) -> frozenset[str]:
    """``grade_id`` of cells that are as they were released, or gone."""
    sources = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in notebook.cells}
    released = {cell.grade_id: cell.released for cell in template.cells}
    return frozenset(name for name, text in released.items() if sources.get(name, text).strip() == text.strip())


def restored(template: Template, content: bytes | None, problem: str = "") -> Restored:
    """The submission in the shape of the assignment; what cannot be read becomes an empty one that says so."""
    try:
        if content is None:
            raise UnreadableNotebook(problem)
        return restore(template, read_notebook(content).cells)
    except UnreadableNotebook as problem:
        return Restored(restore(template, ()).notebook, (f"{problem} Nothing of it could be graded.",))


def grade_submission(task: Task, sandbox: Sandbox) -> Finished:
    """Restore, run and judge one submission."""
    return grade_restored(restored(task.template, task.content, task.problem), task, sandbox)


def grade_restored(ready: Restored, task: Task, sandbox: Sandbox) -> Finished:
    """Run and judge a submission that has been restored; where there is other data, also on that."""
    started = time.monotonic()
    again = copy.deepcopy(ready.notebook) if task.second_files else None
    first = _run(ready.notebook, task, sandbox, {})
    put_beside(first, task.template, task.files)
    flags: Mapping[str, str] = {}
    if again is not None and any(cell.points for cell in first.grades):
        flags = unmoved(first, _run(again, task, sandbox, task.second_files))
    for cell in first.notebook.cells:
        flag = flags.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if flag:
            cell.metadata["autograder"] = {"review": flag}
    open_notes = () if task.isolated else ("Graded without isolation, because the instructor has switched it off.",)
    notes = (*open_notes, *ready.notes, *first.notes)
    with_notes(first.notebook, notes)
    seconds = time.monotonic() - started
    about = (task.student, task.template.assignment, task.template.notebook)
    return Finished(*about, first.notebook, first.grades, notes, flags, seconds)


def _run(notebook: nbformat.NotebookNode, task: Task, sandbox: Sandbox, other: Mapping[str, bytes]) -> Graded:
    files = {**task.files, **other}
    session, notes = _session(task, sandbox, files)
    with session:
        graded = grade(notebook, task.template, session, files, task.beside_the_student)
    return replace(graded, notes=(*notes, *graded.notes))


def _session(task: Task, sandbox: Sandbox, files: Mapping[str, bytes]) -> tuple[Session, tuple[str, ...]]:
    """A session with the assignment's files, and with the student's own where they fit."""
    try:
        return sandbox.session({**task.extra, **files}, task.limits), ()
    except (ValueError, SessionEnded):
        if not task.extra:
            raise
        note = "The files beside the notebook do not fit into its working folder; it ran without them."
        return sandbox.session(files, task.limits), (note,)


def with_notes(notebook: nbformat.NotebookNode, notes: Sequence[str]) -> None:
    """Put what was restored, ignored or ended early at the top of the notebook, for the student and the TA."""
    if not notes:
        return
    lines = "\n".join(f"- {html.escape(note)}" for note in notes)
    cell = nbformat.v4.new_markdown_cell(f"**Notes of the grader**\n\n{lines}")
    cell["id"] = "grader-notes"
    notebook.cells.insert(0, cell)

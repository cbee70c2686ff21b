"""One submission from the bytes that were handed in to its graded notebook: a pure function of its task."""

from __future__ import annotations

import copy
import functools
import html
import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import nbformat
from nbformat.v4 import rwbase

from autograder.checks.student import Submitter
from autograder.deadline import Path, bounded, refusing
from autograder.errors import AuthorError, UnreadableNotebook
from autograder.grading.again import hardcoded_answers, not_judged_again
from autograder.grading.cells import (
    CellGrade,
    NotebookRun,
    PlainTests,
    earning_nothing,
    grade,
    not_graded,
    waits_for_a_person,
)
from autograder.grading.own_file import own_file
from autograder.grading.plain.confirm import OnValues
from autograder.grading.record import SubmissionRecord
from autograder.grading.remarks import add_remarks, not_compared
from autograder.grading.restoring.intake import read_notebook
from autograder.grading.restoring.restore import Restored, restore
from autograder.grading.stopped import absent
from autograder.grading.task import Task, left_blank
from autograder.pages.parts import NOTHING_READ
from autograder.sandbox import Sandbox, SandboxUnavailable, Session, SessionEnded
from autograder.template import NOTES, Template, grade_id_of

READ_SECONDS = 10.0  # of processor time, as all of these; for the file that was handed in
SUBMISSION_SECONDS = 120.0  # for all that the grader itself does about a submission; an honest one takes 0.2
REMARKS_SECONDS = 10.0
_NOTHING = "Nothing was filled in."
_MOST_AGAIN = 3  # runs without what held up the one before


@dataclass(frozen=True)
class GradedSubmission:
    """A graded notebook as it is to be written."""

    student: str
    assignment: str
    name: str  # of the notebook
    notebook: nbformat.NotebookNode
    grades: tuple[CellGrade, ...]
    notes: tuple[str, ...]
    flags: Mapping[str, str]  # grade_id → what a TA should look at, although it was judged
    seconds: float  # wall time of grading
    nothing: str = ""  # see SubmissionResult
    elsewhere: frozenset[str] = frozenset()  # see Restored
    unseen: bool = False  # something was handed in, and the grader could not read it
    disturbed: bool = False  # see SubmissionResult
    on_values: Mapping[str, OnValues] = field(default_factory=dict)  # grade_id → the verdict that confirms, or not
    written: Mapping[str, bytes] = field(default_factory=dict)  # files that the notebook wrote, by name


@dataclass(frozen=True)
class SubmissionResult:
    """A finished submission for the process that writes all of them, which has nothing left to compute."""

    student: str
    assignment: str
    name: str  # of the notebook
    content: bytes  # the graded notebook as a file
    record: bytes  # what is kept of it (autograder.grading.record)
    points: Mapping[str, float | None]  # of its test cells; None: needs review
    blank: frozenset[str]  # see left_blank
    flags: Mapping[str, str]  # grade_id → what a TA should look at, although it was judged
    seconds: float  # wall time of grading
    notes: tuple[str, ...] = ()  # what was restored, ignored or ended early
    reviews: Mapping[str, str] = field(default_factory=dict)  # grade_id → why a test cell could not be judged
    nothing: str = ""  # why nothing of it was graded
    absent: tuple[str, ...] = ()  # modules and files whose absence stopped cells
    fingerprint: str = ""  # of the task, as the next
    submitted: str = ""
    disturbed: bool = False  # it waited in vain, perhaps because of what ran beside it
    written: Mapping[str, bytes] = field(default_factory=dict)  # files that the notebook wrote, by name


def pack(finished: GradedSubmission, task: Task) -> SubmissionResult:
    """Turn a finished submission into bytes; its notebook is not to be used afterwards.

    Args:
        finished: of :func:`grade_submission`.
        task: that it was made from, with the fingerprints that are kept beside it.
    """
    blank = left_blank(finished.notebook, task.template)
    unanswered = all(cell.locked or cell.grade_id in blank for cell in task.template.cells)
    kept = {cell.grade_id: cell.record() for cell in finished.grades}
    missing = absent(finished.notebook.cells)
    answers = answers_in(finished.notebook, task.template, blank)
    record = SubmissionRecord(task.fingerprint, task.code, kept, answers, task.work, task.submitted)
    return SubmissionResult(
        student=finished.student,
        assignment=finished.assignment,
        name=finished.name,
        content=as_file(finished.notebook),
        record=record.to_bytes(),
        points={grade.grade_id: grade.points for grade in finished.grades},
        blank=frozenset() if finished.unseen else blank - finished.elsewhere,  # what nobody has seen waits for a mark
        nothing=finished.nothing or (_NOTHING if unanswered else ""),
        notes=finished.notes,
        absent=missing,
        fingerprint=task.fingerprint,
        submitted=task.submitted,
        reviews={grade.grade_id: grade.verdict.review for grade in finished.grades if grade.points is None},
        flags=finished.flags,
        seconds=finished.seconds,
        disturbed=finished.disturbed,
        written=finished.written,
    )


def as_file(notebook: nbformat.NotebookNode) -> bytes:
    """The bytes that nbformat writes, which would copy the whole notebook first; it is not to be used afterwards."""
    plain = rwbase.strip_transient(rwbase.split_lines(notebook))
    text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": "))
    return f"{text}\n".encode()


def answers_in(notebook: nbformat.NotebookNode, template: Template, blank: Collection[str]) -> Mapping[str, str]:
    """``grade_id`` → source of the answer cells that are not blank.

    Args:
        notebook: in the shape of the assignment.
        template: of the assignment.
        blank: ``grade_id`` of cells that are; see :func:`~autograder.grading.task.left_blank`.
    """
    answers = {cell.grade_id for cell in template.cells if cell.solution} - set(blank)
    return {grade_id_of(cell): cell.source for cell in notebook.cells if grade_id_of(cell) in answers}


def restored(template: Template, content: bytes | None, problem: str = "") -> Restored:
    """The submission in the shape of the assignment; what cannot be read becomes an empty one that says so.

    Args:
        template: of the assignment.
        content: the file as it was handed in; ``None`` where there is none.
        problem: why there is none, for the student.
    """
    try:
        if content is not None:
            return restore(template, read_notebook(content).cells)
    except UnreadableNotebook as unreadable:
        problem = str(unreadable)
    return Restored(restore(template, ()).notebook, (f"{problem} {NOTHING_READ}",), unread=problem)


def grade_submission(task: Task, sandbox: Sandbox) -> GradedSubmission:
    """The way of one submission, step by step; a step that takes too long costs no other submission.

    1. Restore the submission in the shape of the assignment.
    2. Run it and judge what it did.
    3. Compare the numbers of written answers with its own results.
    4. Run it on other data, and point out answers that do not follow them.
    5. Put flags for the TA at the cells.
    6. Put notes for the student at the top.

    Args:
        task: the submission.
        sandbox: hides ``task.hidden``.
    """
    started = time.monotonic()
    ready = _restore(task)
    run, flags = bounded(
        "the submission",
        SUBMISSION_SECONDS,
        lambda: _run_and_judge(ready, task, sandbox),
        lambda late: (not_graded(ready.notebook, task.template, late.message), {}),
    )
    remarks = {cell.grade_id: cell.verdict.remark for cell in run.grades if cell.verdict.remark}
    flags = _together(_elsewhere(run, task.template, ready.elsewhere), run.doubts, remarks, flags)
    _add_flags(run.notebook, flags)
    notes = _add_notes(run.notebook, task, (*ready.notes, *run.notes))
    return GradedSubmission(
        student=task.student,
        assignment=task.template.assignment,
        name=task.template.notebook,
        notebook=run.notebook,
        grades=run.grades,
        notes=notes,
        flags=flags,
        seconds=time.monotonic() - started,
        nothing=ready.unread,
        elsewhere=ready.elsewhere,
        unseen=bool(ready.unread) and (task.unclear or bool((task.content or b"").strip())),
        disturbed=run.disturbed,
        on_values=run.on_values,
        written=run.written,
    )


def _restore(task: Task) -> Restored:
    """Step 1: the submission in the shape of the assignment."""
    return bounded(
        "reading the file",
        READ_SECONDS,
        lambda: restored(task.template, task.content, task.problem),
        lambda late: restored(task.template, None, f"{late.message}."),
    )


def _run_and_judge(ready: Restored, task: Task, sandbox: Sandbox) -> tuple[NotebookRun, Mapping[str, str]]:
    """Steps 2 to 4: the run that counts, remarks on written answers, and what a run on other data shows up."""
    notebook = ready.notebook
    if task.unclear:
        return waits_for_a_person(notebook, task.template, task.problem), {}
    if ready.unread:
        return earning_nothing(notebook, task.template, ready.notes[0]), {}
    untouched = copy.deepcopy(notebook) if task.second_files else None
    run = _run(notebook, task, sandbox, {})
    _add_remarks(run, task)
    if untouched is None or not any(cell.points and cell.verdict.checks for cell in run.grades):
        return run, {}
    return _second_run(run, untouched, task, sandbox)


def _run(notebook: nbformat.NotebookNode, task: Task, sandbox: Sandbox, other: Mapping[str, bytes]) -> NotebookRun:
    """Step 2: run a notebook; again without a value or a function that held it up, which so costs no later part."""
    refused: dict[Path, str] = {}

    def held_up(ended: SessionEnded | None) -> Path:
        """The step to refuse in another run; none where this one counts."""
        step = ended.step if ended is not None else ()
        return () if step in refused or len(refused) == _MOST_AGAIN else step

    while True:
        with refusing(refused):
            graded = _run_once(notebook, task, sandbox, other, lambda ended: bool(held_up(ended)))
        step = held_up(graded.ended)
        if not step:
            return graded
        refused[step] = f"it took longer than {task.limits.value_seconds:g} seconds"


def _run_once(
    notebook: nbformat.NotebookNode,
    task: Task,
    sandbox: Sandbox,
    other: Mapping[str, bytes],
    discarded: Callable[[SessionEnded | None], bool],
) -> NotebookRun:
    files = {**task.files, **other}
    notes: dict[str, None] = {}

    copies = _copies_replaced(task.extra, task.files, other)
    beside = {**copies, **own_file(notebook, task.template, {**task.extra, **files})}
    open_session = functools.partial(_session, replace(task, extra=beside), sandbox, files, notes)
    plain = None if other else PlainTests(task.blocked, task.confirmed, task.keeps_points, task.shown)
    # Whose answers they may be is asked of the run that counts.
    submitter = Submitter(task.student, () if other else task.others)
    graded = grade(notebook, task.template, open_session, files, plain, submitter, discarded)
    return replace(graded, notes=(*notes, *graded.notes))


def _copies_replaced(
    extra: Mapping[str, bytes], files: Mapping[str, bytes], other: Mapping[str, bytes]
) -> Mapping[str, bytes]:
    """The student's own files, with other data in each copy of a data file, wherever it lies, whatever its name."""
    lines = {b"\n".join(files[name].split()): other[name] for name in other if name in files}
    return {name: lines.get(b"\n".join(content.split()), content) for name, content in extra.items()}


def _session(task: Task, sandbox: Sandbox, files: Mapping[str, bytes], notes: dict[str, None]) -> Session:
    """A session with the assignment's files, and with the student's own where they fit; else there is a note.

    Raises:
        SandboxUnavailable: none can be opened, whatever the student handed in.
        AuthorError: the assignment's own files do not fit.
    """
    if task.extra:
        with suppress(ValueError, SessionEnded, SandboxUnavailable):
            return sandbox.session({**task.extra, **files}, task.limits)
        notes["The files beside the notebook do not fit into its working folder; it ran without them."] = None
    try:
        return sandbox.session(files, task.limits)
    except SessionEnded as ended:
        raise SandboxUnavailable(f"a session could not be opened: {ended}", str(ended)) from ended
    except ValueError as problem:
        raise AuthorError(
            f"{str(problem).rstrip('.')}.",
            {name: len(content) for name, content in files.items()},
            remedy="Make the files beside the source notebook smaller, or raise c.Autograder.limits.",
        ) from None


def _add_remarks(run: NotebookRun, task: Task) -> None:
    """Step 3: remarks on written answers whose numbers do not fit the student's own results."""
    bounded(
        "the remarks",
        REMARKS_SECONDS,
        lambda: add_remarks(run, task.template, task.files, task.vocabulary),
        lambda _: not_compared(run, task.template),
    )


def _second_run(
    first: NotebookRun, untouched: nbformat.NotebookNode, task: Task, sandbox: Sandbox
) -> tuple[NotebookRun, Mapping[str, str]]:
    """Step 4: ``grade_id`` → what the same notebook on other data points out to the TA."""

    def compared() -> tuple[NotebookRun, Mapping[str, str]]:
        second = _run(untouched, task, sandbox, task.second_files)
        return replace(first, disturbed=first.disturbed or second.disturbed), hardcoded_answers(first, second)

    return bounded(
        "the second run",
        SUBMISSION_SECONDS / 3,
        compared,
        lambda late: (first, not_judged_again(first, late.message)),
    )


def _together(*flags: Mapping[str, str]) -> dict[str, str]:
    """``grade_id`` → all that is to be said of a cell."""
    cells = dict.fromkeys(grade_id for one in flags for grade_id in one)
    return {grade_id: " ".join(filter(None, (one.get(grade_id) for one in flags))) for grade_id in cells}


def _elsewhere(run: NotebookRun, template: Template, elsewhere: Collection[str]) -> dict[str, str]:
    """Test cells → that the answer they judge was missing, where other code of the student may hold it."""
    lost = {grade.grade_id for grade in run.grades if (grade.points or 0.0) < grade.max_points}
    flags: dict[str, str] = {}
    missing = ""
    for cell in template.cells:
        if cell.grade_id in elsewhere and cell.cell_type == "code":
            missing = cell.grade_id
        elif cell.is_test and missing:
            if cell.grade_id in lost:
                flags[cell.grade_id] = f"The cell `{missing}` was missing; an added cell may hold the answer."
            missing = ""
    return flags


def _add_flags(notebook: nbformat.NotebookNode, flags: Mapping[str, str]) -> None:
    """Step 5: flags stand at the test cells that they are about."""
    for cell in notebook.cells:
        flag = flags.get(grade_id_of(cell))
        if flag:
            cell.metadata["autograder"] = {"review": flag}


def _add_notes(notebook: nbformat.NotebookNode, task: Task, notes: Sequence[str]) -> tuple[str, ...]:
    """Step 6: what was restored, ignored or ended early stands at the top, for the student and the TA."""
    warning = () if task.isolated else ("Graded without isolation, because the instructor has switched it off.",)
    notes = (*warning, *task.notes, *notes)
    if notes:
        lines = "\n".join(f"- {html.escape(note)}" for note in notes)
        cell = {"cell_type": "markdown", "id": NOTES, "metadata": {}, "source": f"**Notes of the grader**\n\n{lines}"}
        notebook.cells.insert(0, nbformat.from_dict(cell))  # new_markdown_cell compiles a grammar, to look at it
    return notes

"""The written answers of a class, with what nbgrader's gradebook holds of their marks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from autograder.course.course import Course
from autograder.course.results.marks import MarkJournal, MarkOrigin
from autograder.deadline import bounded
from autograder.errors import CourseError
from autograder.marking.given import Mark, compared, marks_of, noted_answers
from autograder.pages.notebook import remarks_of
from autograder.template import Template, grade_id_of
from autograder.written.cells import answer_cells, is_written, text_of
from autograder.written.groups import Group, WrittenAnswer, group_answers, ungrouped
from autograder.written.vocabulary import Vocabulary

_QUOTED = re.compile(r"“[^”]*”")  # a remark quotes the answer, whose wording is no difference
_NO_TEXT = "no text"  # keeps such answers apart from texts of punctuation alone
GROUP_SECONDS = 60.0  # of processor time, for the answers of a class to one part


@dataclass(frozen=True)
class Counts:
    """How far the marking of one part is, among the answers that are shown."""

    answers: int
    groups: int  # of answers
    blank: int  # students without an answer
    marked: int  # answers that have points, for what they say now


@dataclass(frozen=True)
class WrittenPart:
    """One part that is answered in words."""

    name: str  # "q5b-description"; with the notebook's name before it where an assignment has several
    notebook: str
    grade_id: str
    max_points: float
    question: str  # Markdown
    scheme: str  # Markdown
    groups: tuple[Group, ...]
    attachments: Mapping[str, Mapping[str, Any]]  # student → pictures in the answer
    remarks: Mapping[str, tuple[str, ...]]  # student → numbers that do not fit the student's own results
    marked: Mapping[str, Mark]  # by student

    @property
    def counts(self) -> Counts:
        """How many answers there are, and how many are marked."""
        answered = [len(group.answers) for group in self.groups if not group.blank]
        blank = sum(len(group.answers) for group in self.groups if group.blank)
        here = (student for group in self.groups if not group.blank for student in group.students)
        marked = sum(self.marked.get(student, Mark()).stands for student in here)
        return Counts(sum(answered), len(answered), blank, marked)

    @cached_property
    def digests(self) -> dict[str, str]:
        """Student → digest of the answer, by which a changed answer is noticed."""
        return _digests(self.groups)


@dataclass(frozen=True)
class Written:
    """All written parts of an assignment."""

    assignment: str
    parts: tuple[WrittenPart, ...]
    ungraded: tuple[str, ...]  # students whose submission has not been graded yet and is not among the answers

    def by_name(self) -> dict[str, WrittenPart]:
        """Name → part."""
        return {part.name: part for part in self.parts}


def read_written(course: Course, gradebook: Gradebook, assignment: str) -> Written:
    """Read autograded notebooks and marks, and group the answers.

    Args:
        course: where the notebooks are.
        gradebook: of the course.
        assignment: by name.

    Raises:
        CourseError: there is no such assignment, no written part, or nothing graded.
    """
    templates = course.templates(gradebook, assignment)
    parts: list[WrittenPart] = []
    ungraded: set[str] = set()
    for template in templates:
        known = [cell for cell in template.cells if is_written(cell)]
        if not known:
            continue
        notebooks = dict(_notebooks(course, template))
        ungraded.update(set(course.students(assignment)) - set(notebooks))
        prefix = f"{template.notebook}: " if len(templates) > 1 else ""
        noted = MarkJournal(course.root, assignment).read()
        parts.extend(_parts(gradebook, template, notebooks, prefix, course.vocabulary, noted))
    if not parts:
        raise CourseError(f"{assignment!r} has no part that is answered in words.", assignment)
    if not any(part.groups for part in parts):
        raise CourseError(
            f"Nothing of {assignment!r} has been graded.", remedy=f"Grade it first: autograder grade {assignment}"
        )
    return Written(assignment, tuple(parts), tuple(sorted(ungraded)))


def read_again(written: Written, course: Course, gradebook: Gradebook) -> Written:
    """The same answers with the marks that the gradebook holds now.

    Args:
        written: as it was read before; groups stay as they are.
        course: that it was read from.
        gradebook: open.
    """
    marked = {one.notebook: marks_of(gradebook, one)[0] for one in course.templates(gradebook, written.assignment)}
    noted = MarkJournal(course.root, written.assignment).read()
    parts = []
    for part in written.parts:
        marks = marked[part.notebook].get(part.grade_id, {})
        known = noted_answers(noted, part.notebook, part.grade_id)
        parts.append(replace(part, marked=compared(marks, part.digests, known)))
    return replace(written, parts=tuple(parts))


def _notebooks(course: Course, template: Template) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    for student in course.students(template.assignment):
        path = course.folder("autograded", student, template.assignment) / f"{template.notebook}.ipynb"
        if path.is_file():
            yield student, nbformat.read(path, as_version=4)


def _parts(
    gradebook: Gradebook,
    template: Template,
    notebooks: Mapping[str, nbformat.NotebookNode],
    prefix: str,
    vocabulary: Vocabulary,
    noted: Mapping[tuple[str, str, str], MarkOrigin],
) -> Iterator[WrittenPart]:
    marked, settled = marks_of(gradebook, template)
    given = {student: answer_cells(notebook, template) for student, notebook in notebooks.items()}
    cells = {student: _by_id(notebook) for student, notebook in notebooks.items()}
    texts = _texts(template)
    for cell in template.cells:
        if not is_written(cell):
            continue
        name = cell.grade_id
        own = {student: found[name] for student, found in given.items() if name in found}
        attachments = {student: _attachments(answered) for student, answered in own.items()}
        answers = [WrittenAnswer(who, text_of(answered), _pictures(attachments[who])) for who, answered in own.items()]
        silent = set(notebooks) - set(own)
        waiting = silent & marked.get(name, {}).keys() - settled.get(name, set())  # as a task without a text
        answers += [WrittenAnswer(student, "", _NO_TEXT) for student in waiting]
        said = {student: tuple(remarks_of(found[name])) for student, found in cells.items() if name in found}
        groups = _told_apart(_grouped(answers, vocabulary, silent - waiting), said)
        known = noted_answers(noted, template.notebook, name)
        yield WrittenPart(
            f"{prefix}{name}",
            template.notebook,
            name,
            cell.points,
            *texts[name],
            groups=groups,
            attachments=attachments,
            remarks=said,
            marked=compared(marked.get(name, {}), _digests(groups), known),
        )


def _grouped(answers: list[WrittenAnswer], vocabulary: Vocabulary, blank: set[str]) -> tuple[Group, ...]:
    """The groups of a part; where comparing takes too long, each answer is one of its own."""
    return bounded(
        "comparing the answers",
        GROUP_SECONDS,
        lambda: group_answers(answers, vocabulary, blank),
        lambda _: ungrouped(answers, blank),
        kills=False,
    )


def _told_apart(groups: tuple[Group, ...], remarks: Mapping[str, tuple[str, ...]]) -> tuple[Group, ...]:
    """Equal answers that fit their students' own results otherwise are not to be marked together."""
    found: list[Group] = []
    for group in groups:
        by_remarks: dict[tuple[str, ...], list[WrittenAnswer]] = {}
        for answer in group.answers:
            said = tuple(_QUOTED.sub("", sentence) for sentence in remarks.get(answer.student, ()))
            by_remarks.setdefault(said, []).append(answer)
        found += [Group(tuple(answers), group.blank) for answers in by_remarks.values()]
    found.sort(key=lambda group: (group.blank, -len(group.answers)))
    return tuple(found)


def _by_id(notebook: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    return {grade_id_of(cell): cell for cell in notebook.cells}


def _texts(template: Template) -> dict[str, tuple[str, str]]:
    """``grade_id`` → question and marking scheme: of the cell itself, and of the texts before it."""
    found: dict[str, tuple[str, str]] = {}
    question, schemes = "", list[str]()
    for cell in template.cells:
        schemes += template.delimiters.schemes(cell.source)
        if is_written(cell):
            found[cell.grade_id] = (cell.released if cell.task else question, "\n\n".join(schemes))
            question, schemes = "", []
        elif cell.cell_type == "markdown" and cell.locked:
            question = cell.released
    return found


def _attachments(cells: list[nbformat.NotebookNode]) -> dict[str, Any]:
    return {name: bundle for cell in cells for name, bundle in cell.get("attachments", {}).items()}


def _pictures(attachments: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(attachments, sort_keys=True).encode()).hexdigest() if attachments else ""


def _digests(groups: tuple[Group, ...]) -> dict[str, str]:
    return {answer.student: _digest(answer) for group in groups for answer in group.answers}


def _digest(answer: WrittenAnswer) -> str:
    return hashlib.sha256(f"{answer.attached}\n{answer.text}".encode()).hexdigest()[:16]


class SheetRecord:
    """Digests of the answers that a sheet was made from, so that marks never go to a text that changed since.

    Args:
        root: the course folder.
        assignment: whose sheet it is.
        marker: the TA whose sheet it is, where the answers were shared out.
    """

    def __init__(self, root: Path, assignment: str, marker: str = "") -> None:
        self.path = root / ".autograder" / assignment / (f"written.{marker}.json" if marker else "written.json")

    def read(self) -> dict[str, dict[str, str]]:
        """Part → student → digest; empty where no sheet has been written."""
        try:
            found = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @staticmethod
    def content(written: Written) -> bytes:
        """The record as a JSON file."""
        return json.dumps({part.name: part.digests for part in written.parts}).encode()

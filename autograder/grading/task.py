"""What grading one notebook needs. Nothing of what grades is loaded for it: whoever makes tasks should not wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import nbformat

from autograder.sandbox.limits import Limits
from autograder.template import Template, TemplateCell, grade_id_of
from autograder.written.vocabulary import Vocabulary


@dataclass(frozen=True)
class Task:
    """Everything that grading one notebook needs; it can travel to another machine."""

    student: str  # the id under which it was submitted
    content: bytes | None  # the file as handed in; None where it was not handed in at all
    template: Template
    files: Mapping[str, bytes]  # the assignment's own data files by relative name
    extra: Mapping[str, bytes]  # other files that the student handed in; the assignment's own win
    limits: Limits
    blocked: Mapping[str, str] = field(default_factory=dict)  # this and the next two: see grading.cells.PlainTests
    confirmed: tuple[str, ...] = ()
    keeps_points: bool = True
    shown: bool = True  # False: a rehearsal, of which only the verdicts on test cells without ``Checks`` are asked
    second_files: Mapping[str, bytes] = field(default_factory=dict)  # other data for a second run; empty: none
    others: tuple[str, ...] = ()  # ids of the rest of the class, where a test cell compares with them
    vocabulary: Vocabulary = field(default_factory=Vocabulary)  # of the course, for written answers
    hidden: tuple[str, ...] = ()  # packages that student code must not be able to read
    isolated: bool = True  # False: student code runs with the grader's own rights
    problem: str = "The notebook was not handed in."  # why there is no content, for its author
    notes: tuple[str, ...] = ()  # on how it was handed in, for the student and the TA
    unclear: bool = False  # there is no content, but something else that a person has to look at
    fingerprint: str = ""  # of everything that grading it depends on; this and the next three: kept with the result
    work: str = ""  # of the same without the hidden tests and what they import
    submitted: str = ""  # of what was handed in
    code: str = ""  # digest of the packages that the test cells import; kept with the result


def left_blank(notebook: nbformat.NotebookNode, template: Template) -> frozenset[str]:
    """``grade_id`` of cells that are as they were released, or gone, and of texts that were emptied.

    Blanks around a cell's text make no difference; a text with an attachment is not empty.

    Args:
        notebook: in the shape of the assignment.
        template: of the assignment.
    """
    cells = {grade_id_of(cell): cell for cell in notebook.cells}
    return frozenset(known.grade_id for known in template.cells if _is_blank(known, cells.get(known.grade_id)))


def _is_blank(known: TemplateCell, cell: nbformat.NotebookNode | None) -> bool:
    if cell is None or cell.source.strip() == known.released.strip():
        return True
    return known.cell_type == "markdown" and not cell.source.strip() and not cell.get("attachments")

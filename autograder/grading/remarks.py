"""Remarks for the TA on written answers: numbers that do not fit the student's own results.

Nothing here changes a mark, and nothing that goes wrong here costs one.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import nbformat
import pandas as pd

from autograder.grading.cells import CellGrade, NotebookRun
from autograder.grading.evidence import Part, RecordedEvidence
from autograder.template import Template, grade_id_of
from autograder.written.cells import answer_cells, text_of
from autograder.written.compare import KnownNumbers, remarks
from autograder.written.numbers import numbers
from autograder.written.results import StudentResult, identifiers, of_figures, of_printed, of_table, results_of
from autograder.written.vocabulary import Vocabulary

NOT_COMPARED = "The numbers of this answer could not be compared with the student's own results"
_MAX_TABLES = 4
_MAX_TABLE = 2_000_000  # bytes


def add_remarks(run: NotebookRun, template: Template, files: Mapping[str, bytes], vocabulary: Vocabulary) -> None:
    """Write remarks into the metadata of the cells of written answers, as ``autograder.remarks``.

    Args:
        run: the notebook as it was run on the published data; its metadata are changed.
        template: of the notebook.
        files: the assignment's own data files.
        vocabulary: of the course.
    """
    given = {grade_id: text_of(cells) for grade_id, cells in answer_cells(run.notebook, template).items()}
    try:
        vocabulary = vocabulary.knowing(check.unit for cell in run.grades for check in cell.verdict.checks)
        # Reading numbers is cheap; the results are taken apart only where there is something to compare.
        given = {grade_id: text for grade_id, text in given.items() if numbers(text, vocabulary)}
        found = _remarks(given, run, template, files, vocabulary) if given else {}
    except Exception as problem:  # a TA can do without this help, a student not without the marks
        found = dict.fromkeys(given, (f"{NOT_COMPARED} ({type(problem).__name__}).",))
    for cell in run.notebook.cells:
        said = found.get(grade_id_of(cell))
        if said:
            cell.metadata["autograder"] = {"remarks": list(said)}


def not_compared(run: NotebookRun, template: Template) -> None:
    """Remark on each written answer that it could not be compared in time.

    Args:
        run: whose notebook's metadata are changed.
        template: of the notebook.
    """
    for cells in answer_cells(run.notebook, template).values():
        for cell in cells:
            cell.metadata["autograder"] = {"remarks": [f"{NOT_COMPARED} in time."]}


def _remarks(
    given: Mapping[str, str],
    run: NotebookRun,
    template: Template,
    files: Mapping[str, bytes],
    vocabulary: Vocabulary,
) -> dict[str, tuple[str, ...]]:
    results = _results(run.grades, vocabulary)
    background, names = _of_files(files)
    drawn = tuple(of_figures([figure for cell in run.grades for figure in RecordedEvidence(cell.part, {}).figures()]))
    asked = _numbers_of_questions(tuple(cell.released for cell in template.cells), vocabulary)
    found = {}
    for grade_id, text in given.items():
        printed = tuple(of_printed(_printed_before(run.notebook, template, grade_id)))
        known = KnownNumbers(results, (*background, *drawn, *printed), asked | names, vocabulary)
        found[grade_id] = remarks(text, known)
    return found


def _results(grades: Sequence[CellGrade], vocabulary: Vocabulary) -> tuple[StudentResult, ...]:
    answers: dict[str, Any] = {}
    units: dict[str, str] = {}
    for cell in grades:
        answers |= cell.part.answers
        units |= {check.quantity: check.unit for check in cell.verdict.checks if check.unit}
    evidence = RecordedEvidence(Part(_without_repeats(answers)), {})
    values = {name: evidence.value(name) for name in answers}
    return results_of(values, units, vocabulary)


def _without_repeats(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as JSON data, without a model's predicted effects where a variable holds them too: decoding is slow."""
    single = [answer.get("value") for answer in answers.values()]
    found: dict[str, Any] = {}
    for name, answer in answers.items():
        value = answer.get("value")
        fields = value.get("fields") if isinstance(value, dict) and value.get("t") == "model" else None
        if isinstance(fields, dict) and fields.get("random_effects") in single:
            answer = {**answer, "value": {**value, "fields": {**fields, "random_effects": None}}}
        found[name] = answer
    return found


@lru_cache(maxsize=8)
def _numbers_of_questions(questions: tuple[str, ...], vocabulary: Vocabulary) -> frozenset[float]:
    """The numbers in the texts of the assignment as students got them."""
    return frozenset(number.value for text in questions for number in numbers(text, vocabulary))


@lru_cache(maxsize=8)
def _of_file(name: str, content: bytes) -> tuple[tuple[StudentResult, ...], frozenset[float]]:
    try:
        table = pd.read_csv(io.BytesIO(content))
    except Exception:  # not every file of an assignment is a table
        return (), frozenset()
    return tuple(of_table(name, table)), identifiers(table)


def _of_files(files: Mapping[str, bytes]) -> tuple[tuple[StudentResult, ...], frozenset[float]]:
    """What the assignment's tables hold: numbers that anybody may quote, and those that name something."""
    tables = [name for name in sorted(files) if name.endswith(".csv") and len(files[name]) <= _MAX_TABLE]
    read = [_of_file(name, files[name]) for name in tables[:_MAX_TABLES]]
    return tuple(result for found, _ in read for result in found), frozenset().union(*(names for _, names in read))


def _printed_before(notebook: nbformat.NotebookNode, template: Template, grade_id: str) -> str:
    """What the student's own cells showed as text above a cell."""
    tests = {cell.grade_id for cell in template.cells if cell.is_test}
    texts: list[str] = []
    for cell in notebook.cells:
        name = grade_id_of(cell)
        if name == grade_id:
            break
        if cell.cell_type == "code" and name not in tests:
            texts += [
                str(output.get("text", "")) or str(output.get("data", {}).get("text/plain", ""))
                for output in cell.outputs
            ]
    return "\n".join(texts)

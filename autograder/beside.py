"""What a TA finds beside the written answers of a graded notebook: numbers that do not fit the student's own results.

Nothing here changes a mark, and nothing that goes wrong here costs one.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import nbformat
import pandas as pd

from autograder.grading import CellGrade, Graded
from autograder.record import Part, RecordedEvidence
from autograder.template import Template, TemplateCell
from autograder.written.compare import Book, remarks
from autograder.written.numbers import numbers
from autograder.written.own import Own, identifiers, of_figures, of_printed, of_table, own_results

NOT_COMPARED = "The numbers of this answer could not be compared with the student's own results"
_MAX_TABLES = 4
_MAX_TABLE = 2_000_000  # bytes


def answer_cells(notebook: nbformat.NotebookNode, template: Template) -> dict[str, list[nbformat.NotebookNode]]:
    """``grade_id`` → cells of the written answers that were given; those left as they were released are not there.

    The answer to an nbgrader *task* stands in the cells that the student added below it.
    """
    known = template.by_id()
    found: dict[str, list[nbformat.NotebookNode]] = {}
    task = ""
    for cell in notebook.cells:
        about = known.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if about is not None:
            task = about.grade_id if about.task else ""
            if is_written(about) and not about.task and cell.source.strip() not in ("", about.released.strip()):
                found[about.grade_id] = [cell]
        elif task and cell.cell_type == "markdown" and cell.source.strip():
            found.setdefault(task, []).append(cell)
    return found


def text_of(cells: Sequence[nbformat.NotebookNode]) -> str:
    """The text of an answer."""
    return "\n\n".join(cell.source for cell in cells)


def is_written(cell: TemplateCell) -> bool:
    """Whether a cell is answered in words and marked by a person."""
    return cell.task or (cell.is_manual and cell.solution and cell.cell_type == "markdown")


def put_beside(graded: Graded, template: Template, files: Mapping[str, bytes]) -> None:
    """Write remarks into the metadata of the cells of written answers, as ``autograder.beside``.

    Args:
        graded: the notebook as it was run on the published data; its metadata are changed.
        template: of the notebook.
        files: the assignment's own data files.
    """
    given = {grade_id: text_of(cells) for grade_id, cells in answer_cells(graded.notebook, template).items()}
    try:
        # Reading numbers is cheap; the results are taken apart only where there is something to compare.
        given = {grade_id: text for grade_id, text in given.items() if numbers(text)}
        found = _remarks(given, graded, template, files) if given else {}
    except Exception as problem:  # a TA can do without this help, a student not without the marks
        found = dict.fromkeys(given, (f"{NOT_COMPARED} ({type(problem).__name__}).",))
    for cell in graded.notebook.cells:
        said = found.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if said:
            cell.metadata["autograder"] = {"beside": list(said)}


def _remarks(
    given: Mapping[str, str], graded: Graded, template: Template, files: Mapping[str, bytes]
) -> dict[str, tuple[str, ...]]:
    results = _results(graded.grades)
    background, names = _of_files(files)
    drawn = tuple(
        of_figures([figure for cell in graded.grades for figure in RecordedEvidence(cell.part, {}).figures()])
    )
    asked = _asked(tuple(cell.released for cell in template.cells))
    found = {}
    for grade_id, text in given.items():
        printed = tuple(of_printed(_printed_before(graded.notebook, template, grade_id)))
        found[grade_id] = remarks(text, Book(results, (*background, *drawn, *printed), asked | names))
    return found


def _results(grades: Sequence[CellGrade]) -> tuple[Own, ...]:
    answers: dict[str, Any] = {}
    units: dict[str, str] = {}
    for cell in grades:
        answers |= cell.part.answers
        units |= {check.quantity: check.unit for check in cell.verdict.checks if check.unit}
    evidence = RecordedEvidence(Part(_without_repeats(answers)), {})
    values = {name: evidence.value(name) for name in answers}
    return own_results(values, units)


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
def _asked(questions: tuple[str, ...]) -> frozenset[float]:
    """The numbers in the texts of the assignment as students got them."""
    return frozenset(number.value for text in questions for number in numbers(text))


@lru_cache(maxsize=8)
def _of_file(name: str, content: bytes) -> tuple[tuple[Own, ...], frozenset[float]]:
    try:
        table = pd.read_csv(io.BytesIO(content))
    except Exception:  # not every file of an assignment is a table
        return (), frozenset()
    return tuple(of_table(name, table)), identifiers(table)


def _of_files(files: Mapping[str, bytes]) -> tuple[tuple[Own, ...], frozenset[float]]:
    """What the assignment's tables hold: numbers that anybody may quote, and names of subjects."""
    tables = [name for name in sorted(files) if name.endswith(".csv") and len(files[name]) <= _MAX_TABLE]
    read = [_of_file(name, files[name]) for name in tables[:_MAX_TABLES]]
    return tuple(own for found, _ in read for own in found), frozenset().union(*(names for _, names in read))


def _printed_before(notebook: nbformat.NotebookNode, template: Template, grade_id: str) -> str:
    """What the student's own cells showed as text above a cell."""
    tests = {cell.grade_id for cell in template.cells if cell.is_test}
    texts: list[str] = []
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name == grade_id:
            break
        if cell.cell_type == "code" and name not in tests:
            texts += [
                str(output.get("text", "")) or str(output.get("data", {}).get("text/plain", ""))
                for output in cell.outputs
            ]
    return "\n".join(texts)

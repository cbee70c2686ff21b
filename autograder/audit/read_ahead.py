"""Which code a trial will run, read before the assignment is generated, so that the sandbox can start meanwhile."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.audit.bank import find_bank, read_bank
from autograder.course.course import Course
from autograder.errors import GraderError
from autograder.grading.restoring.intake import read_notebook
from autograder.sandbox import needed
from autograder.template import grade_id_of, is_test, uses_checks
from autograder.workers.beginning import warm
from autograder.workers.pool import Pool


def begun(course: Course, options: argparse.Namespace) -> Pool:
    """A process whose sandbox starts now; one for all answers, as starting it takes longest.

    Args:
        course: where the assignment is.
        options: of ``autograder try``.
    """
    (name,) = options.assignment
    folder_mb, preload = course.settings.limits_of(name).folder_mb, needed(code_of(course, name, options))
    return Pool(1, functools.partial(warm, folder_mb, course.hidden_packages(), True, preload))


def code_of(course: Course, name: str, options: argparse.Namespace) -> str:
    """All code that may run for a part, in one text; what cannot be read is left out, and told of later.

    Args:
        course: where the assignment is.
        name: of the assignment.
        options: of ``autograder try``.
    """
    folder = course.folder("source", ".", name)
    texts = [path.read_text("utf-8", "replace") for path in folder.rglob("*.py")]
    run: dict[str, str] = {}
    for path in folder.glob("*.ipynb"):
        with suppress(OSError, GraderError):
            cells = _until(read_notebook(path.read_bytes()).cells, options.part)
            texts += (source for _, source in cells)
            run |= dict(cells)
    with suppress(OSError, GraderError):
        texts += _of_bank(course, name, options.part, run)
    if options.answer and Path(options.answer).is_file():
        texts.append(Path(options.answer).read_text("utf-8", "replace"))
    return "\n".join(texts)


def _until(cells: Sequence[Mapping[str, Any]], part: str | None) -> list[tuple[str, str]]:
    """Name and code of the cells of a notebook in ``source/`` that run beside an answer, up to the part's last test."""
    found: list[tuple[str, str]] = []
    passed = False
    for cell in cells:
        name, source = grade_id_of(cell), str(cell["source"])
        if cell["cell_type"] != "code" or (is_test(cell) and uses_checks(source)):
            continue
        if passed and cell["metadata"].get("nbgrader", {}).get("solution"):
            break
        passed = passed or name == part
        found.append((name, source))
    return found


def _of_bank(course: Course, name: str, part: str | None, run: Mapping[str, str]) -> Iterator[str]:
    bank = find_bank(course.root)
    for answer in read_bank(bank / name) if bank else ():
        if part is None or part in answer.code:
            yield from (source for known, source in answer.code.items() if known in run)

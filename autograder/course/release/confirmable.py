"""Which test cells without ``Checks`` can be confirmed on values: rehearsed once, then remembered in the course."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograder.course.cache import Cache
from autograder.course.course import Course
from autograder.course.files import write_atomically
from autograder.errors import GraderError
from autograder.sandbox import needed
from autograder.template import Template
from autograder.workers.engines import Engine, rehearse_here

_IMPORT = re.compile(r"(?:\b|\\n)(?:from[ \t]+(\w+)\S*[ \t]+import\b|import[ \t]+(\w+))")  # in a notebook's file


@dataclass(frozen=True)
class Confirmable:
    """What a rehearsal found.

    Attributes:
        why: ``grade_id`` of each test cell without ``Checks`` → why it cannot be confirmed on values; "" where it can.
        problem: why nothing is known; no verdict is confirmed then.
    """

    why: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The cells that can be confirmed."""
        return tuple(grade_id for grade_id, why in self.why.items() if not why)

    @property
    def forgeable(self) -> Mapping[str, str]:
        """Those that cannot, with the reason."""
        return {grade_id: why for grade_id, why in self.why.items() if why}


def confirmable(course: Course, template: Template, engine: Engine) -> Confirmable:
    """Rehearse the test cells of a notebook, unless that has been done since it changed.

    Args:
        course: with the source notebook, whose solutions rehearse the tests.
        template: of the notebook; what is found is kept beside its records.
        engine: where the rehearsal runs.

    Returns:
        Nothing where there is no such cell or no source notebook.
    """
    path = course.folder("source", ".", template.assignment) / f"{template.notebook}.ipynb"
    if not any(cell.is_plain for cell in template.cells) or not path.is_file():
        return Confirmable()
    cache = Cache(course.root, template)
    task = cache.identified(course.task(template, ".", path.read_bytes()))
    kept = cache.folder.with_name(f"{template.notebook}.confirmable.json")
    found = _read(kept.read_bytes() if kept.is_file() else b"", task.fingerprint)
    if found is None:
        try:
            found = engine.submit(rehearse_here, task).result()
        except Exception as problem:
            return Confirmable(problem=rehearsal_failed(problem))
        write_atomically(kept, json.dumps({"fingerprint": task.fingerprint, "cells": found}).encode())
    return Confirmable(found)


def code_of(course: Course, assignment: str) -> str:
    """All code of an assignment in `source/`, with its texts: it tells which libraries are likely to be needed."""
    folder = course.folder("source", ".", assignment)
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".ipynb", ".py") and path.is_file()]
    return "\n".join(path.read_text("utf-8", "replace") for path in paths)


def preload(course: Course, assignments: Iterable[str]) -> tuple[str, ...] | None:
    """What the sandboxes of a class load before the first submission: everything, or nothing at all.

    Loading takes seconds. It is spared where each assignment imports modules of Python's own only, as far as its files
    can be read; a student who uses a library all the same loads it alone.

    Returns:
        As :func:`autograder.workers.engines.local` takes it.
    """
    try:
        codes = [code_of(course, name) for name in assignments]
    except OSError:
        return None
    return () if all(code and not _speaks_of_a_library(code) for code in codes) else None


def _speaks_of_a_library(code: str) -> bool:
    """Whether code, or a text beside it, names a library; where in doubt, it does."""
    imported = {whole or part for part, whole in _IMPORT.findall(code)}
    return bool(needed(code)) or not imported <= sys.stdlib_module_names | {"autograder"}


def rehearsal_failed(problem: Exception) -> str:
    """In a sentence that holds nothing of a test, that a rehearsal failed."""
    why = str(problem).strip() if isinstance(problem, GraderError) else type(problem).__name__
    return f"The tests without `Checks` could not be rehearsed, so that none is confirmed on values: {why}"


def _read(content: bytes, fingerprint: str) -> dict[str, str] | None:
    try:
        kept = json.loads(content)
    except ValueError:
        return None
    return dict(kept["cells"]) if kept.get("fingerprint") == fingerprint else None

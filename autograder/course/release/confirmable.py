"""Which test cells without ``Checks`` can be confirmed on values: rehearsed once, then remembered in the course."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.course.cache import Cache
from autograder.course.course import Course
from autograder.course.files import write_atomically
from autograder.errors import GraderError
from autograder.template import Template
from autograder.workers.engines import Engine, rehearse_here


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
    """All code that a rehearsal may run, with the texts beside it: it tells which libraries are likely to be needed."""
    folder = course.folder("source", ".", assignment)
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in (".ipynb", ".py") and path.is_file()]
    return "\n".join(path.read_text("utf-8", "replace") for path in paths)


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

"""What is kept of each graded submission, in ``.autograder/`` of the course folder.

The fingerprint tells whether grading it again could change anything; the evidence of each test cell lets
a changed test be run again without the student's code.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from autograder.grading import CellGrade
from autograder.plugins.files import write_atomically
from autograder.submission import Task
from autograder.template import Template

_LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "ipython")


class Kept:
    """What is kept of the submissions of one notebook.

    Args:
        root: the course folder.
        template: of the notebook.
    """

    def __init__(self, root: Path, template: Template) -> None:
        self.folder = root / ".autograder" / template.assignment / template.notebook
        self.code = _digest(*(content for name in sorted(_packages(template)) for content in _code(name)))
        versions = (f"{name}={_version(name)}".encode() for name in _LIBRARIES)
        self._common = _digest(repr(template).encode(), sys.version.encode(), self.code.encode(), *versions)

    def fingerprint(self, task: Task) -> str:
        """The fingerprint of a submission as it lies there now."""
        named = {**task.extra, **task.files} | {f"second/{name}": task.second_files[name] for name in task.second_files}
        files = [part for name, content in sorted(named.items()) for part in (name, content)]
        parts = [part.encode() if isinstance(part, str) else part for part in files]
        rules = repr((astuple(task.limits), task.beside_the_student, task.isolated)).encode()
        return _digest(self._common.encode(), rules, task.content or task.problem.encode(), *parts)

    def of(self, student: str) -> dict[str, Any]:
        """What is kept of a submission; empty where it was not graded."""
        try:
            kept = json.loads(self.path(student).read_bytes())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def forget(self, student: str) -> None:
        """From now on, and until recorded again, this submission counts as not graded."""
        self.path(student).unlink(missing_ok=True)

    def record(self, student: str, fingerprint: str, grades: Sequence[CellGrade]) -> None:
        """Note that this submission has been graded and written."""
        cells = {grade.grade_id: kept_cell(grade) for grade in grades}
        kept = {"fingerprint": fingerprint, "code": self.code, "cells": cells}
        write_atomically(self.path(student), json.dumps(kept).encode())

    def path(self, student: str) -> Path:
        """The file of a submission."""
        return self.folder / f"{student}.json"


def kept_cell(grade: CellGrade) -> dict[str, Any]:
    """One judged test cell as JSON data."""
    checks = [[check.label, check.earned, check.credit] for check in grade.verdict.checks]
    return {"test": grade.test, "points": grade.points, "checks": checks, "part": grade.part.as_json()}


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _packages(template: Template) -> set[str]:
    """Top-level packages that the test cells import, the grader's own included."""
    found = {"autograder"}
    for cell in template.cells:
        if not cell.is_test:
            continue
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:
            continue
        found |= {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        found |= {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return found - set(_LIBRARIES) - set(sys.stdlib_module_names)


def _code(package: str) -> Iterator[bytes]:
    """The files of a package; they decide what its tests mean."""
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(location).rglob("*")):
            if path.suffix in (".py", ".csv", ".json"):
                yield path.read_bytes()

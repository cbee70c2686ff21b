"""Knowing which submissions need no grading, because nothing that their grades depend on has changed."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import astuple
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.submission import Task
from autograder.template import Template

_LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "ipython")


class Fingerprints:
    """What was graded, under which tests, data, limits and environment; kept in ``.autograder/`` of the course folder.

    Args:
        root: the course folder.
        template: of the notebook.
    """

    def __init__(self, root: Path, template: Template) -> None:
        self._folder = root / ".autograder" / template.assignment / template.notebook
        self._common = _digest(
            repr(template).encode(),
            sys.version.encode(),
            *(f"{name}={_version(name)}".encode() for name in _LIBRARIES),
            *(content for name in sorted(_packages(template)) for content in _code(name)),
        )

    def of(self, task: Task) -> str:
        """The fingerprint of a submission as it lies there now."""
        named = {**task.extra, **task.files} | {f"second/{name}": task.second_files[name] for name in task.second_files}
        files = [part for name, content in sorted(named.items()) for part in (name, content)]
        parts = [part.encode() if isinstance(part, str) else part for part in files]
        rules = repr((astuple(task.limits), task.beside_the_student)).encode()
        return _digest(self._common.encode(), rules, task.content or b"none", *parts)

    def recorded(self, student: str) -> str:
        """The fingerprint under which a submission was graded last; empty where it was not."""
        try:
            return self._path(student).read_text()
        except OSError:
            return ""

    def forget(self, student: str) -> None:
        """From now on, and until recorded again, this submission counts as not graded."""
        self._path(student).unlink(missing_ok=True)

    def record(self, student: str, fingerprint: str) -> None:
        """Note that this submission has been graded and written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(student).write_text(fingerprint)

    def _path(self, student: str) -> Path:
        return self._folder / student


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

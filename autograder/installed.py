"""What is installed that decides points: the same submission and the same installation earn the same."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.template import Template

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "ipython")


def libraries() -> dict[str, str]:
    """Library → version; "none" where it is not installed."""
    return {name: _version(name) for name in LIBRARIES}


def code(template: Template) -> dict[str, str]:
    """Top-level packages that the test cells import, the grader's own included → digest of their files."""
    names = _packages(tuple(cell.source for cell in template.cells if cell.is_test))
    return {name: _digest_of(name) for name in names}


@functools.lru_cache(maxsize=64)
def _packages(sources: tuple[str, ...]) -> tuple[str, ...]:
    found = {"autograder"}
    for source in sources:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except SyntaxError:
            continue
        found |= {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        found |= {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return tuple(sorted(found - set(LIBRARIES) - set(sys.stdlib_module_names)))


def digest(*parts: bytes) -> str:
    """A digest of byte strings that tells also where one ends and the next begins."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


@functools.cache  # as below
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


@functools.cache  # a process runs the code that it has loaded, whatever happens to the files meanwhile
def _digest_of(package: str) -> str:
    return digest(*_code(package))


def _code(package: str) -> Iterator[bytes]:
    """The files of a package; they decide what its tests mean."""
    spec = importlib.util.find_spec(package)
    for location in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(location).rglob("*")):
            if path.suffix in (".py", ".csv", ".json"):
                yield path.read_bytes()

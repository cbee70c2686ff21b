"""What is installed that decides points: the same submission and the same installation earn the same."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from autograder.sandbox.building.bubblewrap import numerical_settings
from autograder.template import Template
from autograder.workers import packages

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "ipython")


def libraries() -> dict[str, str]:
    """Library → version; "none" where it is not installed."""
    return {name: _version(name) for name in LIBRARIES}


def installed(template: Template) -> dict[str, str]:
    """Everything that has to be the same on all machines that grade an assignment: versions, code, settings."""
    return {**libraries(), **numerical_settings(), **code(template)}


def code(template: Template) -> dict[str, str]:
    """Top-level packages that the test cells import, the grader's own included → digest of their files."""
    names = _packages(tuple(cell.source for cell in template.cells if cell.is_test))
    return {name: _digest_of(name) for name in names}


def is_outdated(templates: Iterable[Template]) -> bool:
    """Whether the files of packages that assignments depend on are not what this process has loaded any more."""
    known = {name: loaded for template in templates for name, loaded in code(template).items()}
    return any(digest(*_contents(name)) != loaded for name, loaded in known.items())


@functools.lru_cache(maxsize=64)
def _packages(sources: tuple[str, ...]) -> tuple[str, ...]:
    found = {packages.GRADER, *(name for source in sources for name in packages.imports(source))}
    return tuple(sorted(found - set(LIBRARIES)))


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
    return digest(*_contents(package))


def _contents(package: str) -> list[bytes]:
    return [content for _, content in packages.files(package)]

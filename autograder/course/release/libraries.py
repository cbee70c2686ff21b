"""Whether the sandboxes of a class load libraries before the first submission, which takes seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course.course import Course
from autograder.errors import UnreadableNotebook
from autograder.grading.restoring.intake import read_notebook
from autograder.sandbox import needed
from autograder.workers.packages import imports


def preload(course: Course, assignments: Iterable[str]) -> tuple[str, ...] | None:
    """What the sandboxes load: everything, or nothing where no assignment speaks of a library.

    A student who uses a library all the same loads it alone, within the limits of the cell.

    Args:
        course: with the assignments in its source folder; where one is missing, or a file cannot be read, everything
            is loaded.
        assignments: that are graded.

    Returns:
        As :func:`autograder.workers.engines.local` takes it.
    """
    try:
        return () if all(_needs_none(course.folder("source", ".", name)) for name in assignments) else None
    except (OSError, UnreadableNotebook):
        return None


def _needs_none(folder: Path) -> bool:
    """Whether an assignment has sources, and none of them speaks of a library."""
    texts = [text for path in sorted(folder.rglob("*")) for text in _texts(path)]
    return bool(texts) and not any(needed(text) or imports(text) - {"autograder"} for text in texts)


def _texts(path: Path) -> Iterator[str]:
    """Code and text of a module, or of a notebook cell by cell; nothing of other files."""
    if path.suffix == ".py" and path.is_file():
        yield path.read_text("utf-8", "replace")
    elif path.suffix == ".ipynb" and path.is_file():
        yield from (cell["source"] for cell in read_notebook(path.read_bytes()).cells)

"""Cells that have lost their nbgrader metadata: which cell of the assignment each of them is.

Editors and notebook services drop metadata, and students retype a cell that they deleted. A locked cell is recognized
by its text, an answer by its place between two cells that are known. What it cannot place stays the student's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.template import Template, TemplateCell, grade_id_of


def as_released(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is as nbgrader once released it: its checksum is that of its text, role, id and points.

    Who edits a cell and computes the checksum anew is believed; nothing but the words of a note depends on it.
    """
    about = cell["metadata"].get("nbgrader", {})
    grade, solution = bool(about.get("grade", False)), bool(about.get("solution", False))
    roles = [grade, solution, not solution and (grade or bool(about.get("locked", False)))]
    parts = [cell["source"], cell["cell_type"], *map(str, roles), grade_id_of(cell)]
    points = about.get("points", 0.0)
    if grade and isinstance(points, int | float):
        parts.append(str(float(points)))
    digest = hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    return bool(digest == about.get("checksum"))


def recognized(template: Template, submitted: Sequence[Mapping[str, Any]], known: Mapping[str, int]) -> dict[str, int]:
    """``grade_id`` → index of the submitted cell, for cells that are missing by name.

    Args:
        template: of the assignment.
        submitted: the cells that were handed in.
        known: ``grade_id`` → index of those that still have their name.
    """
    missing = [cell for cell in template.cells if cell.grade_id not in known]
    nameless = [index for index, cell in enumerate(submitted) if not grade_id_of(cell) and cell["source"].strip()]
    found: dict[str, int] = {}
    for cell in missing:
        same = [index for index in nameless if cell.locked and _is_copy(submitted[index], cell)]
        if same:
            found[cell.grade_id] = same[0]
            nameless.remove(same[0])
    given = {cell.released.strip() for cell in template.cells if cell.locked} | set(template.texts)
    nameless = [index for index in nameless if submitted[index]["source"].strip() not in given]
    for cell in missing:
        if not cell.locked:
            place = _by_place(cell, template, submitted, nameless, {**known, **found})
            if place is not None:
                found[cell.grade_id] = place
                nameless.remove(place)
    return found


def _is_copy(submitted: Mapping[str, Any], cell: TemplateCell) -> bool:
    return bool(submitted["cell_type"] == cell.cell_type and submitted["source"].strip() == cell.released.strip())


def _by_place(
    cell: TemplateCell,
    template: Template,
    submitted: Sequence[Mapping[str, Any]],
    nameless: Sequence[int],
    known: Mapping[str, int],
) -> int | None:
    """The nameless cell between the neighbors of a missing answer: of texts the longest, of code the last."""
    place = template.cells.index(cell)
    before = [known[other.grade_id] for other in template.cells[:place] if other.grade_id in known]
    after = [known[other.grade_id] for other in template.cells[place + 1 :] if other.grade_id in known]
    if not before and not after:
        return None
    first, last = max(before, default=-1), min(after, default=len(submitted))
    between = [index for index in nameless if first < index < last and submitted[index]["cell_type"] == cell.cell_type]
    if not between:
        return None
    if cell.cell_type == "code":
        return between[-1]
    return max(between, key=lambda index: len(submitted[index]["source"]))

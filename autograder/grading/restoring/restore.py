"""Putting a submission into the shape of the assignment, so that a student's file decides answers and nothing else.

Cells that nbgrader knows are rebuilt from the template: their order, type, points, checksum and, where
locked, their source as it was released. Of the student's file only the answers remain, the student's own
additional cells (without any metadata) and pictures attached to written answers. What was restored or
ignored becomes a note that TAs and the student can read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat

from autograder.grading.restoring.intake import MAX_SOURCE
from autograder.grading.restoring.recognize import as_released, recognized
from autograder.template import Template, TemplateCell, grade_id_of

_PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
_MAX_PICTURE = 4_000_000  # characters of base64
_MOST_NOTES = 40  # somebody has to read them


@dataclass(frozen=True)
class Restored:
    """A notebook ready to be graded, and what had to be changed to make it so."""

    notebook: nbformat.NotebookNode
    notes: tuple[str, ...]
    unread: str = ""  # why nothing of what was handed in could be read
    elsewhere: frozenset[str] = frozenset()  # answers that were missing, where added cells may hold them


def restore(template: Template, submitted: Sequence[Mapping[str, Any]]) -> Restored:
    """Rebuild a submission from its template and the cells that were handed in.

    Locked cells come from the template, answers from the submission, in the order of the template; cells that students
    added stay behind the answer that they stood behind.

    Args:
        template: of the assignment.
        submitted: cells as :mod:`~.intake` gives them, in their order; none for a blank release.
    """
    notes: list[str] = []
    for number, cell in enumerate(submitted, 1):
        if cell["metadata"].get("cut"):
            notes.append(f"Cell {number} is longer than {MAX_SOURCE:,} characters; what is behind them was left out.")
    answers = _answers(template, submitted, notes)
    before: list[Mapping[str, Any]] = []
    after: dict[str, list[Mapping[str, Any]]] = {cell.grade_id: [] for cell in template.cells}
    bucket = before
    chosen = {index: grade_id for grade_id, index in answers.items()}
    for index, cell in enumerate(submitted):
        if index in chosen:
            bucket = after[chosen[index]]
        elif _claims_locked(template, cell):
            continue  # a copy of a locked cell: the original has been put back already
        else:
            bucket.append(cell)
    earlier = _of_earlier_release(template, submitted, answers)
    if earlier:
        names = ", ".join(f"`{grade_id}`" for grade_id in earlier)
        notes.append(f"The notebook is from an earlier release: {names} changed since. The current release counts.")
    cells = [_own(cell) for cell in before]
    for known in template.cells:
        at = answers.get(known.grade_id)
        cells.append(_known(known, None if at is None else submitted[at], notes, earlier))
        cells.extend(_own(cell) for cell in after[known.grade_id])
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    metadata: dict[str, Any] = {"kernelspec": template.kernelspec} if template.kernelspec else {}
    notebook = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})
    return Restored(notebook, _legible(notes), elsewhere=_elsewhere(template, submitted, answers))


def _elsewhere(
    template: Template, submitted: Sequence[Mapping[str, Any]], answers: Mapping[str, int]
) -> frozenset[str]:
    """Open cells that are missing or blank, where an added cell of the same type may hold the answer."""
    released = {cell.released.strip() for cell in template.cells} | set(template.texts)
    taken = set(answers.values())
    added = {
        cell["cell_type"]
        for index, cell in enumerate(submitted)
        if index not in taken and cell["source"].strip() and cell["source"].strip() not in released
    }

    def is_open(cell: TemplateCell) -> bool:
        at = answers.get(cell.grade_id)
        if cell.cell_type == "code":  # a blank cell of code may stand beside code of the student's for good reasons
            return at is None
        return at is None or submitted[at]["source"].strip() in ("", cell.released.strip())

    return frozenset(
        cell.grade_id for cell in template.cells if not cell.locked and cell.cell_type in added and is_open(cell)
    )


def _legible(notes: Sequence[str]) -> tuple[str, ...]:
    more = len(notes) - _MOST_NOTES
    return (*notes[:_MOST_NOTES], f"And {more} more of this sort.") if more > 0 else tuple(notes)


def _claims_locked(template: Template, cell: Mapping[str, Any]) -> bool:
    known = template.by_id().get(grade_id_of(cell))
    return known is not None and known.locked


def _answers(template: Template, submitted: Sequence[Mapping[str, Any]], notes: list[str]) -> dict[str, int]:
    """``grade_id`` → index of the submitted cell that counts as this cell."""
    claims: dict[str, list[int]] = {}
    for index, cell in enumerate(submitted):
        grade_id = grade_id_of(cell)
        if grade_id:
            claims.setdefault(grade_id, []).append(index)
    answers: dict[str, int] = {}
    for known in template.cells:
        found = claims.pop(known.grade_id, [])
        if not found:
            continue
        if len(found) > 1:
            which = "the last one that was filled in" if not known.locked else "one"
            notes.append(f"The cell `{known.grade_id}` was there {len(found)} times; {which} counts.")
        filled = [index for index in found if submitted[index]["source"].strip() not in ("", known.released.strip())]
        answers[known.grade_id] = (filled or found)[-1]
    nameless = recognized(template, submitted, answers)
    answers |= nameless
    if nameless:
        names = ", ".join(f"`{grade_id}`" for grade_id in nameless)
        notes.append(f"Cells without their nbgrader metadata were recognized by their text or their place: {names}.")
    absent = [cell.grade_id for cell in template.cells if cell.grade_id not in answers]
    notes += [f"The cell `{grade_id}` was missing and was put back." for grade_id in absent]
    notes += _unknown(name for name, found in claims.items() if any(map(_has_role, (submitted[at] for at in found))))
    in_order = [answers[cell.grade_id] for cell in template.cells if cell.grade_id in answers]
    if in_order != sorted(in_order):
        notes.append("Cells of the assignment had been moved; they were put back in order.")
    return answers


def _has_role(cell: Mapping[str, Any]) -> bool:
    """Whether a cell claims a role; nbgrader leaves the id where an author took the role away."""
    about = cell["metadata"].get("nbgrader", {})
    return any(about.get(role) for role in ("grade", "solution", "locked", "task"))


def _unknown(claims: Iterable[str]) -> Iterator[str]:
    for grade_id in claims:
        shown = repr(grade_id[:60])
        yield f"A cell claims the id {shown}, which this assignment does not have; it counts as an added cell."


def _of_earlier_release(
    template: Template, submitted: Sequence[Mapping[str, Any]], answers: Mapping[str, int]
) -> tuple[str, ...]:
    """Locked cells that are as nbgrader once released them, and not as it does now."""
    given = {cell.grade_id: submitted[answers[cell.grade_id]] for cell in template.cells if cell.grade_id in answers}
    return tuple(
        known.grade_id
        for known in template.cells
        if known.locked and known.grade_id in given and _is_earlier(known, given[known.grade_id])
    )


def _is_earlier(known: TemplateCell, cell: Mapping[str, Any]) -> bool:
    points = cell["metadata"].get("nbgrader", {}).get("points", known.points)
    same = cell["source"].strip() in (known.released.strip(), known.source.strip()) and points == known.points
    return not same and as_released(cell)


def _known(
    known: TemplateCell, submitted: Mapping[str, Any] | None, notes: list[str], earlier: Sequence[str] = ()
) -> dict[str, Any]:
    source = known.released  # what is hidden stays in the template; graded notebooks are shown to students
    attachments: dict[str, Any] = {}
    if submitted is not None:
        handed_in, is_earlier = submitted["source"], known.grade_id in earlier
        if not known.locked:
            source = handed_in
            attachments = _pictures(submitted.get("attachments", {}))
        elif handed_in.strip() not in (known.released.strip(), known.source.strip()) and not is_earlier:
            notes.append(f"The locked cell `{known.grade_id}` had been edited; the original was restored.")
        # The points of an answer are part of the release too, and its checksum is gone with the first word of it.
        _note_metadata(known, submitted, notes, is_earlier=is_earlier or (bool(earlier) and not known.locked))
    cell = _cell(known.cell_type, source, attachments)
    cell["metadata"] = known.metadata()
    return cell


def _note_metadata(known: TemplateCell, submitted: Mapping[str, Any], notes: list[str], *, is_earlier: bool) -> None:
    metadata = submitted["metadata"]
    if submitted["cell_type"] != known.cell_type:
        notes.append(f"The cell `{known.grade_id}` had become a {submitted['cell_type']} cell; its type was restored.")
    if metadata.get("tags"):
        notes.append(f"Tags on the cell `{known.grade_id}` were ignored.")
    claimed, rightful = metadata.get("nbgrader", {}), known.metadata()["nbgrader"]
    changed = [key for key in ("grade", "solution", "locked", "task", "points") if _differs(claimed, rightful, key)]
    if changed and not (is_earlier and set(changed) <= {"points"}):
        notes.append(f"Changed nbgrader metadata of the cell `{known.grade_id}` was ignored ({', '.join(changed)}).")


def _differs(claimed: Mapping[str, Any], rightful: Mapping[str, Any], key: str) -> bool:
    return key in claimed and claimed[key] != rightful.get(key, claimed[key] if key == "points" else False)


def _own(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell that the student added: its text, and nothing that could steer anything."""
    return _cell(cell["cell_type"], cell["source"], _pictures(cell.get("attachments", {})))


def _cell(cell_type: str, source: str, attachments: dict[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": cell_type, "metadata": {}, "source": source}
    if cell_type == "code":
        cell.update(outputs=[], execution_count=None)
    elif attachments:
        cell["attachments"] = attachments
    return cell


def _pictures(attachments: Mapping[str, Any]) -> dict[str, Any]:
    """The attached pictures that are what they say they are."""
    kept: dict[str, Any] = {}
    for name, bundle in attachments.items():
        if not isinstance(bundle, dict) or len(name) > 200:
            continue
        for mime, magic in _PICTURES.items():
            data = bundle.get(mime)
            if isinstance(data, str) and len(data) <= _MAX_PICTURE and _starts_with(data, magic):
                kept[name] = {mime: "".join(data.split())}
    return kept


def _starts_with(data: str, magic: bytes) -> bool:
    try:
        return base64.b64decode("".join(data.split()), validate=True).startswith(magic)
    except (binascii.Error, ValueError):
        return False

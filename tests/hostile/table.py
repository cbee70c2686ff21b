"""All rows, by the name of the student who hands them in."""

from __future__ import annotations

import os
import re
from types import ModuleType

import pytest

from tests.hostile import (
    crashing,
    exhausting,
    forging_cells,
    forging_values,
    leaking,
    malforming_files,
    malforming_notebooks,
    reading,
    scripting,
    writing,
)
from tests.hostile.row import Row

FAMILIES: dict[str, tuple[ModuleType, ...]] = {
    "forging": (forging_cells, forging_values),
    "leaking": (leaking,),
    "reading": (reading,),
    "writing": (writing,),
    "exhausting": (exhausting,),
    "crashing": (crashing,),
    "malforming": (malforming_notebooks, malforming_files),
    "scripting": (scripting,),
}


def _named() -> dict[str, Row]:
    rows = [(family, row) for family, modules in FAMILIES.items() for module in modules for row in module.ROWS]
    named = {f"{family}-{re.sub('[^a-z0-9]+', '-', row.name.lower()).strip('-')}": row for family, row in rows}
    assert len(named) == len(rows), "two rows of a family have the same name"
    return named


def _asked_for(pattern: str) -> dict[str, Row]:
    found = {student: row for student, row in _named().items() if re.search(pattern, student)}
    if not found:
        raise pytest.UsageError(
            f"HOSTILE={pattern!r} selects no row. Rows are selected by their family and their name in lower case, with "
            "hyphens: 'missing notebook' of malforming_files.py is malforming-missing-notebook."
        )
    return found


# A smaller class, while one row is being written: HOSTILE=forging-liar pytest tests/hostile/test_class.py
ROWS = _asked_for(os.environ.get("HOSTILE", ""))

# Both commands grade a submission by the same function and write it by the same writer. nbgrader's command differs in
# how it comes to a folder, and in what it says of a submission: it gets all whose folder holds anything but a notebook,
# those whose own words it would say, and a sample of the others.
SAID = ("scripting-codes-for-a-terminal", "scripting-notes")
_OTHERS = [student for student, row in ROWS.items() if not row.has_odd_folder and student not in SAID]
ROWS_OF = {
    "autograder": ROWS,
    "nbgrader": {student: row for student, row in ROWS.items() if student not in _OTHERS or student in _OTHERS[6::16]},
}

# A page is made of the graded notebook, and what a row must not let out is looked for in that notebook too. Those get a
# page that want something of it: to run in it, to be filled in by it, to publish a file beside it, or to break it by
# parts that no editor would save.
_OF_PAGES = {"leaking", "scripting"}
_OF_FOLDERS = {"malforming", "reading", "writing"}
PAGES = {
    student
    for student, row in ROWS.items()
    if (family := student.partition("-")[0]) in _OF_PAGES
    or (family in _OF_FOLDERS and (row.has_odd_folder or row.edit is not None))
}

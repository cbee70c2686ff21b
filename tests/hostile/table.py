"""All rows, by the name of the student who hands them in."""

from __future__ import annotations

import os
import re
from types import ModuleType

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


# A smaller class, while one row is being written: HOSTILE=forging-liar pytest tests/hostile
ROWS = {student: row for student, row in _named().items() if re.search(os.environ.get("HOSTILE", ""), student)}

# Both commands grade a submission by the same function. nbgrader's command, which is given the folders one by one, gets
# the families that differ before a cell runs, and a sample of the others.
BEFORE_A_CELL_RUNS = ("malforming", "reading")
_OTHERS = [student for student in ROWS if not student.startswith(BEFORE_A_CELL_RUNS)]
ROWS_OF = {
    "autograder": ROWS,
    "nbgrader": {student: row for student, row in ROWS.items() if student not in _OTHERS or student in _OTHERS[::10]},
}

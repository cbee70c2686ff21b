"""The assignment as the instructor wrote it: which cells a submission must have, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

BEGIN_HIDDEN = "BEGIN HIDDEN TESTS"
END_HIDDEN = "END HIDDEN TESTS"


@dataclass(frozen=True)
class TemplateCell:
    """One cell that nbgrader knows by its ``grade_id``."""

    grade_id: str
    cell_type: str  # "code", "markdown" or "raw"
    source: str  # with hidden tests and marking scheme, without the solution
    released: str  # as students got it
    locked: bool  # a student's edits are undone
    grade: bool  # worth points
    solution: bool  # the student's answer goes here
    task: bool = False
    points: float = 0.0
    checksum: str = ""

    @property
    def is_test(self) -> bool:
        """A cell whose points the referee gives."""
        return self.grade and not self.solution and self.cell_type == "code"

    @property
    def is_manual(self) -> bool:
        """A cell that a TA marks."""
        return (self.grade and self.solution) or self.task or (self.grade and self.cell_type != "code")

    def metadata(self) -> dict[str, Any]:
        """The nbgrader metadata that this cell has by right, whatever a submission says."""
        nbgrader: dict[str, Any] = {
            "grade": self.grade,
            "grade_id": self.grade_id,
            "locked": self.locked,
            "schema_version": 3,
            "solution": self.solution,
            "task": self.task,
            "checksum": self.checksum,
            "cell_type": self.cell_type,
        }
        if self.grade or self.task:
            nbgrader["points"] = self.points
        return {"nbgrader": nbgrader, "deletable": False, "editable": not self.locked}


@dataclass(frozen=True)
class Template:
    """All cells of one notebook of an assignment that nbgrader knows, in the order of the source notebook."""

    assignment: str
    notebook: str
    cells: tuple[TemplateCell, ...]
    kernelspec: dict[str, Any] = field(default_factory=dict)

    def by_id(self) -> dict[str, TemplateCell]:
        """``grade_id`` → cell."""
        return {cell.grade_id: cell for cell in self.cells}


def without_region(source: str, begin: str, end: str) -> str:
    """``source`` without the lines from the one that contains ``begin`` to the one that contains ``end``."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            inside = True
        if not inside:
            kept.append(line)
        if end in line:
            inside = False
    return "\n".join(kept)

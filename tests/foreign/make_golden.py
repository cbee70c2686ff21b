"""Write ``golden.json``: the points that stock nbgrader gives. Run by ``python -m tests.foreign.make_golden`` in an activated environment."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.foreign.the_course import ASSIGNMENT, STOCK, make, points_of

GOLDEN = Path(__file__).with_name("golden.json")


def main() -> None:
    """Grade the course with nbgrader's own configuration."""
    with tempfile.TemporaryDirectory() as folder:
        course = make(Path(folder) / "course", STOCK)
        course.nbgrader("autograde", ASSIGNMENT)
        found = {student: dict(sorted(points.items())) for student, points in sorted(points_of(course).items())}
    GOLDEN.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()

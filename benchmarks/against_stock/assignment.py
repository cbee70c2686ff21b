"""A small assignment in nbgrader style, which both can grade: four parts, one of them written.

The mean rests on the total, and a student who got that wrong is not to lose the mean too: each system says so its way.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import nbformat

NAME = "ps"
NOTEBOOK = f"{NAME}.ipynb"
POINTS = 3.0  # that tests give; a fourth one is a person's
HIDDEN = "canary-of-the-hidden-tests"
SOLUTION = "canary-of-the-solutions"

TOTAL = f"### BEGIN SOLUTION\ntotal = sum(map(float, open('numbers.csv')))  # {SOLUTION}\n### END SOLUTION"
AREA = "### BEGIN SOLUTION\ndef area(radius):\n    return 3.14159265 * radius**2\n### END SOLUTION"
TOTAL_TESTS = f"""assert total is not None
### BEGIN HIDDEN TESTS
# {HIDDEN}
assert abs(total - 5050) < 0.5
### END HIDDEN TESTS"""
AREA_TESTS = f"""assert area is not None
### BEGIN HIDDEN TESTS
# {HIDDEN}
assert abs(area(2) - 12.566) < 0.01
### END HIDDEN TESTS"""
MEAN = "### BEGIN SOLUTION\nmean = total / 100\n### END SOLUTION"
MEAN_TESTS = f"""assert mean is not None
### BEGIN HIDDEN TESTS
# {HIDDEN}
assert abs(mean - total / 100) < 0.01
### END HIDDEN TESTS"""
MEAN_CHECKS = f"""assert mean is not None
### BEGIN HIDDEN TESTS
# {HIDDEN}
from autograder import Checks
checks = Checks()
checks.number("mean", 50.5, own=lambda: total / 100)
### END HIDDEN TESTS"""
NUMBERS = "".join(f"{number}\n" for number in range(1, 101))
ANSWERS = {"q1": TOTAL, "q2": AREA, "q4": MEAN, "q3": "Because."}


def write_source(folder: Path, mean_tests: str) -> None:
    """Write the assignment as an instructor has it, with the tests of the mean."""
    folder.mkdir(parents=True)
    (folder / "numbers.csv").write_text(NUMBERS)
    cells = [
        _cell("code", "q1", TOTAL, solution=True),
        _cell("code", "q1-tests", TOTAL_TESTS, grade=True, points=1),
        _cell("code", "q2", AREA, solution=True),
        _cell("code", "q2-tests", AREA_TESTS, grade=True, points=1),
        _cell("code", "q4", MEAN, solution=True),
        _cell("code", "q4-tests", mean_tests, grade=True, points=1),
        _cell("markdown", "q3", "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", solution=True, grade=True, points=1),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / NOTEBOOK)


def filled(released: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
    """A released notebook with answers in it."""
    document = copy.deepcopy(released)
    for cell in document["cells"]:
        grade_id = cell["metadata"]["nbgrader"]["grade_id"]
        cell["source"] = answers.get(grade_id, cell["source"])
    return document


def _cell(
    kind: str, grade_id: str, source: str, *, solution: bool = False, grade: bool = False, points: int = 0
) -> nbformat.NotebookNode:
    about = {
        "grade_id": grade_id,
        "solution": solution,
        "grade": grade,
        "locked": grade and not solution,
        "task": False,
    }
    about |= {"schema_version": 3, **({"points": points} if grade else {})}
    new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    cell: nbformat.NotebookNode = new(source, metadata={"nbgrader": about})
    return cell

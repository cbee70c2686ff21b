"""The course map speaks of the assignments and parts that there are, and of all of them."""

import re

import nbformat
import pytest

from tests.course_folder import ASSIGNMENTS, REPOSITORY

MAP = (REPOSITORY / "docs" / "course.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(q\d+[a-z][-\w]*)`", MAP))


def notebook(assignment: str) -> nbformat.NotebookNode:
    return nbformat.read(REPOSITORY / "source" / assignment / f"{assignment}.ipynb", as_version=4)


def parts(assignment: str) -> set[str]:
    known = (cell.metadata.get("nbgrader", {}) for cell in notebook(assignment).cells)
    return {about["grade_id"] for about in known if about.get("solution") or about.get("task")}


def test_each_part_is_in_the_map_and_each_part_of_the_map_exists() -> None:
    assert {part for assignment in ASSIGNMENTS for part in parts(assignment) if part.startswith("q")} == NAMED


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_first_cell_says_what_it_builds_on_and_how_long_it_takes(assignment: str) -> None:
    assert f"| `{assignment}` |" in MAP
    first = notebook(assignment).cells[0].source.lower()
    assert "builds on" in first
    assert re.search(r"takes\W.*(hour|minutes)", first)

"""What the sandboxes of a class load before the first submission: nothing where no assignment speaks of a library."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course.course import Course
from autograder.course.release.libraries import preload

NOTHING, EVERYTHING = (), None
SOURCES: dict[str, tuple[list[nbformat.NotebookNode], tuple[str, ...] | None]] = {
    "plain Python": ([new_code_cell("import math\nx = math.sqrt(2)"), new_code_cell("assert x > 1")], NOTHING),
    "checks": ([new_code_cell("x = 1"), new_code_cell("from autograder import Checks\nChecks(1)")], NOTHING),
    "a table": ([new_code_cell("import pandas as pd\nx = pd.DataFrame()")], EVERYTHING),
    "a figure of a given table": ([new_code_cell("table.plot()")], EVERYTHING),
    "several in a line": ([new_code_cell("import math, sklearn")], EVERYTHING),
    "behind a magic command": ([new_code_cell("%time\nimport sklearn")], EVERYTHING),
    "another library": ([new_code_cell("from sklearn import datasets")], EVERYTHING),
    "a library in the text": ([new_markdown_cell("Use `numpy`."), new_code_cell("x = 1")], EVERYTHING),
}


@pytest.mark.parametrize(("cells", "loaded"), SOURCES.values(), ids=SOURCES)
def test_an_assignment_that_speaks_of_no_library_needs_none(
    cells: list[nbformat.NotebookNode], loaded: tuple[str, ...] | None, tmp_path: Path
) -> None:
    (tmp_path / "source" / "hw").mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), tmp_path / "source" / "hw" / "hw.ipynb")
    with chdir(tmp_path):
        assert preload(Course.here(), ["hw"]) == loaded


def test_all_assignments_count_and_all_their_files(tmp_path: Path) -> None:
    for name, code in {"one": "x = 1", "two": "import tools", "three": "x = 3"}.items():
        (tmp_path / "source" / name).mkdir(parents=True)
        nbformat.write(new_notebook(cells=[new_code_cell(code)]), tmp_path / "source" / name / f"{name}.ipynb")
    (tmp_path / "source" / "two" / "tools.py").write_text("import pandas")
    with chdir(tmp_path):
        course = Course.here()
        assert preload(course, ["one", "three"]) == NOTHING
        assert preload(course, ["one", "two"]) == EVERYTHING


def test_without_a_source_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "source" / "hw").mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), tmp_path / "source" / "hw" / "hw.ipynb")
    with chdir(tmp_path):
        course = Course.here()
        assert [preload(course, names) for names in (["hw"], ["two"], ["two", "three"], ["hw", "two"])] == [
            NOTHING,
            EVERYTHING,
            EVERYTHING,
            EVERYTHING,
        ]


def test_a_file_that_cannot_be_read_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source" / "hw").mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell("x = 1")]), tmp_path / "source" / "hw" / "hw.ipynb")
    with chdir(tmp_path):
        course = Course.here()
        (tmp_path / "source" / "hw" / "other.ipynb").write_text("no notebook")
        assert preload(course, ["hw"]) == EVERYTHING
        (tmp_path / "source" / "hw" / "other.ipynb").unlink()
        assert preload(course, ["hw"]) == NOTHING
        monkeypatch.setattr(Path, "read_bytes", Mock(side_effect=PermissionError))
        assert preload(course, ["hw"]) == EVERYTHING

"""Files that notebooks write lie in autograded/, as nbgrader keeps them, and in nobody's way."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import nbformat

from autograder.cli import main
from tests.audit.small_course import SOUND, make
from tests.course_folder import Course

CODE = """
import pathlib
for name in ("plot.txt", "timestamp.txt", "data.csv"):
    pathlib.Path(name).write_text("2099-01-01 00:00:00 UTC")
"""


def test_what_a_notebook_wrote_is_there_until_it_writes_something_else(tmp_path: Path) -> None:
    root = make(tmp_path / "course")
    course = Course(root)
    course.nbgrader("generate_assignment", SOUND)
    folder = root / "autograded" / "ada" / SOUND

    def grade(code: str) -> set[str]:
        notebook = course.release(SOUND)
        notebook.cells.insert(0, nbformat.v4.new_code_cell(code))
        course.submit("ada", SOUND, notebook)
        with chdir(root):
            assert main(["grade", SOUND, "--workers", "1"]) == 0
        return {path.name for path in folder.iterdir()}

    assert grade(CODE) == {f"{SOUND}.ipynb", "data.csv", "plot.txt"}
    assert (folder / "data.csv").read_text() == (root / "source" / SOUND / "data.csv").read_text()
    assert not (root / "submitted" / "ada" / SOUND / "plot.txt").exists()
    assert grade("pass") == {f"{SOUND}.ipynb", "data.csv"}

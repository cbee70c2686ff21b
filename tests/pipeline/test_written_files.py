"""Files that notebooks write lie in autograded/, as nbgrader keeps them, and in nobody's way."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.course.cache import Cache
from autograder.template import Template
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


@pytest.mark.parametrize(
    ("kept", "names"),
    [
        pytest.param(b'["plot.png"]', ["plot.png"], id="the first format"),
        pytest.param(b'{"format": 2, "names": ["plot.png"]}', ["plot.png"], id="the present one"),
        pytest.param(b'{"format": 99, "files": 3}', [], id="one to come"),
        pytest.param(b'{"format": 2, "names": 3}', [], id="damaged"),
        pytest.param(b"[", [], id="cut off"),
    ],
)
def test_lists_of_any_format_are_read(tmp_path: Path, kept: bytes, names: list[str]) -> None:
    cache = Cache(tmp_path, Template("hw", "hw", (), {}))
    cache.keep_written("ada", ["other.png"])
    assert cache.written("ada") == ["other.png"]
    (cache.folder / "ada.written").write_bytes(kept)
    assert cache.written("ada") == names

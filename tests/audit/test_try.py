"""`autograder try` in a course folder: which answers it hands in, what it shows and returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from tests.audit.small_course import make


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = make(tmp_path_factory.mktemp("small"))
    (root / "mine.py").write_text("mean = 4.117\n")
    notebook = nbformat.read(root / "source" / "sound" / "sound.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "q1":
            cell.source = "mean = values[7]"
    nbformat.write(notebook, root / "handed_in.ipynb")
    with chdir(root):
        yield root


TRIALS: dict[str, tuple[list[str], int, list[str], list[str]]] = {
    "the solution and the bank": (
        ["sound"],
        0,
        ["the solution", "1 of 1 points", "answers: NumPy", "answers: sum", "✗ `mean`: not right, 0 of 1 points"],
        [],
    ),
    "one part": (["sound", "--part", "q1"], 0, ["q1-tests:", "answers: NumPy"], []),
    "an answer of the bank": (["sound", "--answer", "sum"], 0, ["answers: sum", "Hint: This is not"], ["NumPy"]),
    "a file of the bank": (["sound", "--answer", "answers/sound/answers.toml"], 0, ["NumPy", "sum"], ["the solution"]),
    "code of a part": (["sound", "--part", "q1", "--answer", "mine.py"], 0, ["mine.py", "✓ `mean`"], ["NumPy"]),
    "a notebook": (
        ["sound", "--answer", "handed_in.ipynb"],
        0,
        ["raised in q1: IndexError", "`mean` is not defined"],
        [],
    ),
    "what the bank does not expect": (["generous"], 3, ["earns 1, but should earn 0"], []),
    "a test that cannot judge": (["raises"], 3, ["could not be judged", "KeyError"], []),
    "a hint that shows the reference": (["leak"], 3, ["shows a reference value"], []),
    "no such part": (["sound", "--part", "q9"], 2, ["no part 'q9'; it has q1"], []),
    "no such answer": (["sound", "--answer", "Bayes"], 2, ["no answer of the bank to q1"], []),
    "no such assignment": (["unsound"], 2, ["no assignment 'unsound'"], []),
    "code without its part": (["sound", "--answer", "mine.py"], 2, ["Say with --part"], []),
}


@pytest.mark.parametrize(("arguments", "status", "shown", "not_shown"), TRIALS.values(), ids=TRIALS)
def test_trials(
    course: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    shown: list[str],
    not_shown: list[str],
) -> None:
    del course
    assert main(["try", *arguments]) == status
    told = capsys.readouterr()
    output = told.out + told.err
    assert [text for text in shown if text not in output] == [], output
    assert [text for text in not_shown if text in output] == [], output

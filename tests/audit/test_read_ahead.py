"""What `autograder try` loads before the assignment is generated: what the part needs, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace
from contextlib import chdir
from pathlib import Path

import pytest

from autograder.audit.read_ahead import code_of
from autograder.cli import main
from autograder.course.course import Course
from autograder.sandbox import Sandbox, needed


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ahead") / "statistics"
    assert main(["new", "course", str(folder)]) == 0
    with chdir(folder):
        assert main(["new", "assignment", "01-first"]) == 0
    (folder / "mine.py").write_text("import scipy.stats\n")
    return folder


MODELS = ("statsmodels.api", "statsmodels.formula.api")
NEEDED = {
    "numbers": ("q1", "", ("numpy", "pandas", "matplotlib")),
    "a model": ("q4", "", ("numpy", "pandas", *MODELS, "matplotlib")),
    "a figure, after a model": ("q5", "", ("numpy", "pandas", "matplotlib.pyplot", *MODELS)),
    "an answer of one's own": ("q1", "mine.py", ("numpy", "pandas", "scipy.stats", "matplotlib")),
}


@pytest.mark.parametrize(("part", "answer", "loaded"), NEEDED.values(), ids=NEEDED)
def test_what_a_part_needs(root: Path, part: str, answer: str, loaded: tuple[str, ...]) -> None:
    with chdir(root):
        code = code_of(Course.here(), "01-first", Namespace(part=part, answer=answer))
    assert needed(code) == loaded
    assert "Checks" not in code  # which runs elsewhere


def test_all_parts(root: Path) -> None:
    with chdir(root):
        assert "statsmodels.api" in needed(code_of(Course.here(), "01-first", Namespace(part=None, answer=None)))


def test_what_cannot_be_read_is_told_of_later(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = root / "source" / "broken" / "broken.ipynb"
    source.parent.mkdir()
    source.write_text("{")
    with chdir(root):
        assert code_of(Course.here(), "broken", Namespace(part="q1", answer=None)) == ""
        assert main(["try", "broken"]) == 3
    assert "'broken' cannot be generated" in capsys.readouterr().err


def test_a_process_that_grades_an_answer_loads_nothing_that_it_may_not_need() -> None:
    program = "import sys, autograder.audit.preload, json; print(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    loaded = {name.split(".")[0] for name in json.loads(said)}
    assert "autograder" in loaded
    assert not loaded & {"nbgrader", "sqlalchemy", "scipy", "statsmodels", "matplotlib"}


def test_what_was_left_out_works_and_is_recorded() -> None:
    drawn = "import matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 4])\nplt.show()"
    with Sandbox(preload=needed("")) as box, box.session({}) as session:
        run = session.run(drawn, "q1")
        assert (run.error, len(run.figures)) == (None, 1)
        assert session.run("from statsmodels.api import OLS\nimport scipy.stats\nundefined", "q2").error == (
            "NameError: name 'undefined' is not defined"
        )

"""What was typed in is flagged, what was computed is not, and points come from the first run alone."""

import nbformat
import pytest

from autograder.restore import restore
from autograder.sandbox import Limits, Sandbox
from autograder.submission import Finished, Task, grade_restored
from autograder.template import Template, TemplateCell

TEST = """### BEGIN HIDDEN TESTS
from autograder import Checks, student
checks = Checks(points=2)
checks.number("total", float(student.data("numbers.csv")["x"].sum()), credit=1)
checks.number("mean", float(student.data("numbers.csv")["x"].mean()), credit=1)
checks.score()
### END HIDDEN TESTS"""
TEMPLATE = Template(
    "hw",
    "hw",
    (
        TemplateCell("q1", "code", "", "", locked=False, grade=False, solution=True),
        TemplateCell("q1-tests", "code", TEST, "", locked=True, grade=True, solution=False, points=2),
    ),
)
READ = "import pandas as pd\nx = pd.read_csv('numbers.csv')['x']\n"

ANSWERS = {
    "computed": (READ + "total, mean = x.sum(), x.mean()", 2, ()),
    "one typed in": (READ + "total, mean = 6, x.mean()", 2, ("total",)),
    "all typed in": ("total, mean = 6, 2", 2, ("total", "mean")),
    "wrong stays wrong": (READ + "total, mean = 7, x.mean()", 1, ()),
    "fails on other data": (READ + "assert x.sum() == 6\ntotal, mean = 6, 2", 2, ("total", "mean")),
    "kills the second run": (
        READ + "import os\nif x.sum() != 6: os._exit(1)\ntotal, mean = 6, 2",
        2,
        ("total", "mean"),
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    with Sandbox() as sandbox:
        yield sandbox


def run(sandbox: Sandbox, code: str) -> Finished:
    cells = [{"cell_type": "code", "source": code, "metadata": {"nbgrader": {"grade_id": "q1"}}}]
    files, other = {"numbers.csv": b"x\n1\n2\n3\n"}, {"numbers.csv": b"x\n4\n5\n9\n"}
    task = Task("someone", None, TEMPLATE, files, {}, Limits(), second_files=other)
    return grade_restored(restore(TEMPLATE, cells), task, sandbox)


@pytest.mark.parametrize(("code", "points", "typed"), ANSWERS.values(), ids=ANSWERS)
def test_answers_that_do_not_follow_the_data(
    sandbox: Sandbox, code: str, points: float, typed: tuple[str, ...]
) -> None:
    finished = run(sandbox, code)
    assert [cell.points for cell in finished.grades] == [points]
    flag = finished.flags.get("q1-tests", "")
    assert bool(flag) == bool(typed)
    assert all(name in flag for name in typed)
    test_cell = finished.notebook.cells[-1]
    assert isinstance(test_cell, nbformat.NotebookNode)
    assert test_cell.metadata.get("autograder", {}).get("review", "") == flag

"""What was typed in is flagged, what was computed is not, and points come from the first run alone."""

import json

import nbformat
import pytest

from autograder.grading.submission import GradedSubmission, grade_submission
from autograder.grading.task import Task
from autograder.sandbox import Limits, Sandbox
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
    "computed from a copy of one's own": (
        READ.replace("numbers", "data/own") + "total, mean = x.sum(), x.mean()",
        2,
        (),
    ),
    "kills the second run": (
        READ + "import os\nif x.sum() != 6: os._exit(1)\ntotal, mean = 6, 2",
        2,
        ("total", "mean"),
    ),
}


def run(sandbox: Sandbox, code: str) -> GradedSubmission:
    cells = [{"cell_type": "code", "source": code, "metadata": {"nbgrader": {"grade_id": "q1"}}}]
    files, other = {"numbers.csv": b"x\n1\n2\n3\n"}, {"numbers.csv": b"x\n4\n5\n9\n"}
    content = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
    copies = {"data/own.csv": b"x\r\n1\r\n2\r\n3\r\n"}
    task = Task("someone", content, TEMPLATE, files, copies, Limits(), second_files=other)
    return grade_submission(task, sandbox)


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

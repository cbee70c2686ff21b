"""The notebook's own file lies in its working folder: what the student wrote, and nothing that is hidden."""

from __future__ import annotations

import json

import pytest

from autograder.grading.own_file import own_file
from autograder.grading.plain.confirmable import instead, rehearse
from autograder.grading.submission import GradedSubmission, grade_submission, restored
from autograder.grading.task import Task
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template, TemplateCell

SECRET = "assert answer == 41 + 1"
VISIBLE = """\
import json
with open("hw.ipynb") as file:
    cells = json.load(file)["cells"]
own = [cell["source"] for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == "q1"]
assert "# because" in own[0]"""
TEST = f"{VISIBLE}\n### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS"
READS = "answer = 42  # because\nprint(open('hw.ipynb').read())"


def template(test: str, released: str) -> Template:
    answer = TemplateCell("q1", "code", "", "", locked=False, grade=False, solution=True, checksum="1111")
    tests = TemplateCell("q1-tests", "code", test, released, True, True, False, points=2, checksum="2222")
    return Template("hw", "hw", (answer, tests))


def handed_in(code: str) -> bytes:
    metadata = {"nbgrader": {"grade_id": "q1"}}
    output = {"output_type": "stream", "name": "stdout", "text": "shown before"}
    cell = {"cell_type": "code", "source": code, "metadata": metadata, "outputs": [output], "execution_count": 7}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


def graded(sandbox: Sandbox, code: str, **more: object) -> GradedSubmission:
    task = Task("ada", handed_in(code), template(TEST, VISIBLE), {}, {}, Limits(), **more)  # type: ignore[arg-type]
    return grade_submission(task, sandbox)


ANSWERS = {
    "right": ("answer = 42  # because", 2.0),
    "a wrong value": ("answer = 41  # because", 0.0),
    "without the comment that the test looks for": ("answer = 42", 0.0),
    "that removes the file": ("answer = 42  # because\nimport os\nos.remove('hw.ipynb')", 0.0),
}


@pytest.mark.parametrize(("code", "points"), ANSWERS.values(), ids=ANSWERS)
def test_tests_find_the_answer_in_the_notebook(sandbox: Sandbox, code: str, points: float) -> None:
    assert [grade.points for grade in graded(sandbox, code).grades] == [points]


def test_student_code_reads_nothing_hidden_in_it(sandbox: Sandbox) -> None:
    done = graded(sandbox, READS)
    assert [grade.points for grade in done.grades] == [2.0]
    shown = json.dumps(done.notebook)
    assert "# because" in shown
    assert "41 + 1" not in shown


def test_the_run_with_hidden_tests_has_the_same_file(sandbox: Sandbox) -> None:
    # It can send a bit home: whether its test passed.
    spying = "answer = 42 if '41' + ' + 1' in open('hw.ipynb').read() else 0  # because"
    assert [grade.points for grade in graded(sandbox, spying).grades] == [0.0]


def test_values_are_judged_without_it(sandbox: Sandbox) -> None:
    done = graded(sandbox, "answer = 42  # because", confirmed=("q1-tests",))
    assert done.on_values["q1-tests"].points == 0.0
    assert "FileNotFoundError" in done.on_values["q1-tests"].why


def test_the_audit_says_why_such_a_test_cannot_be_confirmed(sandbox: Sandbox) -> None:
    task = Task("", handed_in("answer = 42  # because"), template(TEST, VISIBLE), {}, {}, Limits())
    why = "it looks at the notebook's own file, which lies beside the student's code alone"
    assert rehearse(task, sandbox) == {"q1-tests": why}
    assert instead(task.template.cells[1], why).startswith(
        "`checks.function` or `checks.that` for what the answer does"
    )


def test_it_holds_neither_checksums_nor_outputs() -> None:
    cells = template(TEST, VISIBLE)
    content = own_file(restored(cells, handed_in(READS)).notebook, cells, {})["hw.ipynb"].decode()
    for hidden in ("2222", "1111", "checksum", "41 + 1", "shown before"):
        assert hidden not in content
    assert json.loads(content)["cells"][1]["source"] == VISIBLE


ASKS = {
    "nobody": ("assert answer", "", {}, False),
    "a test": ("import os\nassert os.path.exists('hw.ipynb')", "", {}, True),
    "an answer": ("assert answer", "import glob\nanswer = glob.glob('*.ipynb')", {}, True),
    "a module": ("assert answer", "", {"helper.py": b"NAME = 'hw.ipynb'"}, True),
    "data": ("assert answer", "", {"names.csv": b"hw.ipynb"}, False),
}


@pytest.mark.parametrize(("test", "code", "files", "given"), ASKS.values(), ids=ASKS)
def test_it_is_there_where_somebody_speaks_of_it(test: str, code: str, files: dict[str, bytes], given: bool) -> None:
    cells = template(test, test)
    assert (own_file(restored(cells, handed_in(code)).notebook, cells, files) != {}) is given

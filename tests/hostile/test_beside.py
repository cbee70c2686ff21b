"""Hidden tests beside the student's code: what is read there gets nowhere, and what is forged is seen.

A course without ``Checks``: `q1`, `q2` and `q4` can be confirmed on values, `q3` cannot, because it looks at a class.
"""

from __future__ import annotations

from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.cli import main
from tests.course_folder import Course

NAME = "beside"
SECRET = "canary-of-the-hidden-test"
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
PARTS = {  # part → solution, visible test, hidden test
    "q1": ("slope = 10.5", "assert slope > 0, 'positive'", f"{NAME}_key = '{SECRET}'\nassert abs(slope - 10.5) < 1e-6"),
    "q2": (
        "def square(x):\n    return x * x",
        "assert square(2) == 4",
        "assert square(7071) == 49999041 and square(-3) == 9",
    ),
    "q3": ("class Box:\n    size = 3", "Box()", f"key = '{SECRET}'\nassert Box.size == 3 and isinstance(Box(), Box)"),
    "q4": (
        "import pandas as pd\ntable = pd.DataFrame({'x': [1, 2]})",
        "assert table is not None",
        "import pandas as pd\nassert table.equals(pd.DataFrame({'x': [1, 2]}))",
    ),
}
CONFIG = (
    "from autograder.plugins import configure\nc = get_config()\nconfigure(c)\n"
    "c.Autograder.limits = {'cell_seconds': 2}\n"
)
READ = """
import sys
def loot():
    frame, seen = sys._getframe(), []
    while frame is not None:
        seen += [repr(frame.f_locals)[:5000], repr(frame.f_globals.get("In"))]
        frame = frame.f_back
    return "".join(seen)
"""
TAKE = {  # ways to take away what a hidden test says: code of q2, code of the cell behind everything
    "arguments": ("globals().setdefault('args', []).append(x)", "print(globals().get('args'))"),
    "print": ("print(loot())", "print(loot()); print(In)"),
    "raise": ("raise AssertionError(loot())", "raise ValueError(str(In))"),
    "store": ("globals()['kept'] = loot()", "print(globals().get('kept'), globals().get('beside_key'))"),
    "file": ("open('kept.txt', 'w').write(loot())", "print(open('kept.txt').read())"),
    "temporary file": (
        "open('/tmp/kept', 'w').write(loot())",
        "import os; print(os.path.exists('/tmp/kept') and open('/tmp/kept').read())",
    ),
    "display": ("from IPython.display import display, HTML; display(HTML(loot()))", "In"),
    "figure": ("import matplotlib.pyplot as plt; plt.title(loot()[:500]); plt.show()", "plt.show()"),
    "value": ("globals().update(slope=loot())", "slope"),
    "name of an exception": ("raise type(loot()[-200:], (Exception,), {})", "1 / 0"),
    "exit status": ("import os; os._exit(len(loot()) % 200)", "print('alive')"),
    "thread": (
        "import threading; threading.Timer(0.3, lambda: open('/tmp/t', 'w').write(loot())).start()",
        "import time; time.sleep(0.5); print(open('/tmp/t').read())",
    ),
    "child": (
        "import os\n    if os.fork() == 0:\n        open('/tmp/c', 'w').write(loot()); os._exit(0)",
        "print(open('/tmp/c').read())",
    ),
    "socket": (
        "import socket; socket.socket(socket.AF_UNIX).bind('\\0' + loot()[:80])",
        "print(open('/proc/net/unix').read())",
    ),
}
ALWAYS = """
class Always(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __gt__(self, other): return True
    def __eq__(self, other): return True
    __hash__ = float.__hash__
slope = Always(1)
def square(x): return Always(1)
"""
METHODS = """
from collections import namedtuple
slope = 1
square = abs
table = namedtuple("Table", "equals")(lambda other: True)
"""
FORGE = {  # ways to pass without the answers: code of q1
    "equal to everything": ALWAYS,
    "a method of its own": METHODS,
    "assert taken out": "import ast, IPython\nclass Out(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)\nget_ipython().ast_transformers.append(Out())\nslope = 1\nsquare = abs",
    "cells made empty": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\nslope = 1\nsquare = abs",
    "abs replaced": "import builtins\nbuiltins.abs = lambda x: 0\nslope = 1\ndef square(x): return 4",
    "no errors shown": "get_ipython().showtraceback = lambda *a, **k: None\nget_ipython()._showtraceback = lambda *a: None\nslope = 1\nsquare = abs",
    "a run that says done": "import types\nshell = get_ipython()\nown = shell.run_cell\ndef run(source, **k): return own('pass' if 'assert' in source else source, **k)\nshell.run_cell = run\nslope = 1\nsquare = abs",
    "an answer of its own": "import json, os, struct, sys\nnames = sys.modules['__main__']\nslope = 1\nsquare = abs\nshell = get_ipython()\nown = shell.run_cell\ndef run(source, **k):\n    result = own(source, **k)\n    result.error_in_exec = result.error_before_exec = None\n    return result\nshell.run_cell = run",
}


@dataclass(frozen=True)
class Graded:
    """The class after grading."""

    course: Course


def notebook(code: dict[str, str], *, source: bool = False, end: str = "") -> nbformat.NotebookNode:
    cells = []
    for part, (solution, visible, hidden) in PARTS.items():
        answer = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION" if source else code.get(part, solution)
        test = "\n".join([visible, HIDDEN.format(hidden)]) if source else visible
        cells.append(new_code_cell(answer, metadata=about(part, solution=True)))
        cells.append(new_code_cell(test, metadata=about(f"{part}-tests", grade=True, locked=True, points=1)))
    cells += [new_code_cell(end)] if end else []
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def about(name: str, **flags: object) -> dict[str, object]:
    nothing = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**nothing, "grade_id": name, **flags}}


def thief(act: str) -> str:
    """An answer to q2 that acts when a hidden test calls it, and is right."""
    return f"{READ}\ndef square(x):\n    if x not in (2,):\n        {act.replace(chr(10), chr(10) + '    ')}\n    return x * x"


def class_of(root: Path, config: str = CONFIG, only: str = "") -> Course:
    course = Course(root)
    (root / "source" / NAME).mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config)
    nbformat.write(notebook({}, source=True), root / "source" / NAME / f"{NAME}.ipynb")
    course.nbgrader("generate_assignment", NAME)
    nothing = {"q1": "slope = 1", "q2": "square = abs", "q3": "class Box: pass", "q4": "table = 1"}
    endless = {"q2": f"{PARTS['q2'][0]}\nimport time\nwhile True: time.sleep(1)"}
    handed_in = {"honest": notebook({}), "wrong": notebook(nothing), "endless": notebook(endless)}
    handed_in |= {f"takes-{name}": notebook({"q2": thief(act)}, end=end) for name, (act, end) in TAKE.items()}
    handed_in |= {
        f"forges-{name}": notebook({**nothing, "q1": code, "q2": "pass", "q4": "pass"}) for name, code in FORGE.items()
    }
    for student, made in handed_in.items():
        if student.startswith(only):
            course.submit(student.replace(" ", "-"), NAME, made)
    return course


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    course = class_of(tmp_path_factory.mktemp(NAME) / "course")
    with chdir(course.root), pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        assert main(["grade", NAME]) == 0
    course.nbgrader("generate_feedback", NAME)
    return Graded(course)


def remarks(course: Course, student: str) -> dict[str, str]:
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.get("autograder", {}).get("review", "")
        for cell in course.autograded(student, NAME).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


def test_honest_and_wrong_answers_get_what_they_deserve_without_a_remark(graded: Graded) -> None:
    tests = [f"{part}-tests" for part in PARTS]
    assert graded.course.points("honest", NAME) == dict.fromkeys(tests, 1)
    assert graded.course.points("wrong", NAME) == dict.fromkeys(tests, 0)
    for student in ("honest", "wrong"):
        assert not any(remarks(graded.course, student).values())


def test_a_cell_that_never_ends_costs_no_later_one(graded: Graded) -> None:
    """nbgrader interrupts it and goes on."""
    assert graded.course.points("endless", NAME) == {f"{part}-tests": 1 for part in PARTS}


@pytest.mark.parametrize("name", TAKE)
def test_what_a_hidden_test_says_gets_nowhere(graded: Graded, name: str) -> None:
    student = f"takes-{name}".replace(" ", "-")
    assert graded.course.points(student, NAME)["q1-tests"] == 1
    assert graded.course.points(student, NAME)["q3-tests"] == 1
    for step in ("autograded", "feedback"):
        for path in (graded.course.root / step / student).rglob("*"):
            said = path.read_bytes() if path.is_file() else b""
            assert SECRET.encode() not in said, path
            assert b"7071" not in said, path


@pytest.mark.parametrize("name", FORGE)
def test_no_forgery_of_a_cell_that_can_be_confirmed_is_unseen(graded: Graded, name: str) -> None:
    student = f"forges-{name}".replace(" ", "-")
    points, said = graded.course.points(student, NAME), remarks(graded.course, student)
    for test in ("q1-tests", "q2-tests", "q4-tests"):
        assert not points[test] or "not on copies of its values" in said[test], (test, points, said)
    assert not said["q3-tests"]


def test_a_course_may_give_none_until_somebody_has_looked(tmp_path: Path) -> None:
    course = class_of(tmp_path, f'{CONFIG}c.Autograder.unconfirmed = "none"\n', "forges-equal")
    with chdir(course.root):
        assert main(["grade", NAME, "--workers", "1"]) == 0
    assert course.points("forges-equal-to-everything", NAME)["q1-tests"] is None

"""A course of small assignments, one of them sound and each of the others wrong in its own way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tests.course_folder import REPOSITORY

SOLUTION = "mean = sum(values) / len(values)"
HIDDEN = """\
from autograder import Checks, student

checks = Checks(points=1, data=student.data("data.csv"))
checks.number("mean", student.data("data.csv")["x"].mean(), credit=1)
checks.score()
"""
LEAKING = """\
from types import SimpleNamespace

from autograder import Checks, student

data = student.data("data.csv")
rows = [SimpleNamespace(
    name="sum", quantity="mean", wrong=lambda d: d["x"].sum(), keeps=0.5, hint=f"It is {data['x'].mean():.2f}."
)]
checks = Checks(points=1, data=data)
checks.number("mean", data["x"].mean(), credit=1, mistakes=rows)
checks.score()
"""
DEAD = """\
from autograder import Checks, Mistake, student

data = student.data("data.csv")
mistakes = [
    Mistake(name="median", quantity="mean", wrong=lambda d: d["x"].median(), hint="The value in the middle."),
    Mistake(name="no such column", quantity="mean", wrong=lambda d: d["y"].mean(), hint="Never read."),
    Mistake(name="as text", quantity="mean", wrong=lambda d: float("x"), hint="Never read."),
    Mistake(name="no kind", quantity="mean", wrong=lambda d: "swaped", hint="Never read."),
]
checks = Checks(mistakes=mistakes)
checks.number("mean", data["x"].mean())
"""
BANK = """
[[answer]]
name = "NumPy"
does = "takes NumPy's mean"
code.q1 = "import numpy as np; mean = np.mean(values)"

[[answer]]
name = "sum"
does = "forgets to divide"
code.q1 = "mean = sum(values)"
earns.q1 = {earns}
says.q1 = {{ mean = "{says}" }}
"""


@dataclass(frozen=True)
class Small:
    """One assignment: a mean of three numbers."""

    solution: str = SOLUTION
    hidden: str = HIDDEN
    earns: float = 0
    says: str = "This is not the value"


SOUND = "sound"
ASSIGNMENTS = {
    SOUND: Small(),
    "credits": Small(hidden=HIDDEN.replace("credit=1", "credit=0.5")),
    "solution": Small(solution="mean = values[0]"),
    "leak": Small(hidden=LEAKING, earns=0.5, says="sum"),
    "raises": Small(hidden=HIDDEN.replace('"x"', '"y"')),
    "seeds": Small(solution="import numpy as np; mean = sum(values) / len(values) + (np.random.rand() > 0.42)"),
    "hash": Small(solution=f"{SOLUTION} + (hash('a') % 7 != 5)"),
    "dead": Small(hidden=DEAD),
    "generous": Small(hidden=HIDDEN.replace("credit=1", "credit=1, absolute=100.0")),
}


def make(root: Path) -> Path:
    """The course folder with its bank."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for name, small in ASSIGNMENTS.items():
        folder = root / "source" / name
        folder.mkdir(parents=True)
        (folder / "data.csv").write_text("x\n3.5\n4.25\n4.6\n")
        nbformat.write(_notebook(small), folder / f"{name}.ipynb")
        bank = root / "answers" / name
        bank.mkdir(parents=True)
        (bank / "answers.toml").write_text(BANK.format(earns=small.earns, says=small.says))
    return root


def _notebook(small: Small) -> nbformat.NotebookNode:
    solution = f"values = [3.5, 4.25, 4.6]\n### BEGIN SOLUTION\n{small.solution}\n### END SOLUTION"
    test = f"assert mean is not None\n### BEGIN HIDDEN TESTS\n{small.hidden}### END HIDDEN TESTS"
    cells = [
        nbformat.v4.new_code_cell("values = [3.5, 4.25, 4.6]"),
        _cell("q1", solution, solution=True),
        _cell("q1-tests", test, solution=False),
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=spec)


def _cell(grade_id: str, source: str, *, solution: bool) -> nbformat.NotebookNode:
    about = {
        "grade_id": grade_id,
        "solution": solution,
        "grade": not solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
    }
    if not solution:
        about["points"] = 1
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": about})

"""Classes of right submissions, in a course that this project grades and in one that stock nbgrader grades."""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from autograder.template import grade_id_of

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
ASSIGNMENTS = tuple(sorted(folder.name for folder in (REPOSITORY / "source").iterdir() if folder.is_dir()))
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"

STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.ClearMarkScheme.enforce_metadata = False
"""
# What an instructor writes for stock nbgrader: module of the reference solution, and the numbers to compare.
# A figure is not there any more when a test cell runs, so that those parts have no hidden test.
PLAIN = {
    "q1a-tests": ("data_overview", ()),
    "q1c-tests": ("data_overview", ("days_min", "days_max", "reaction_min", "reaction_max")),
    "q2a-tests": ("correlation", ("n_missing", "n_zero")),
    "q2c-tests": ("correlation", ("correlation",)),
    "q3a-tests": ("ols", ("intercept", "slope")),
    "q4a-tests": ("subject_fits", ("slope_308", "intercept_308")),
    "q4b-tests": ("subject_fits", ("slope_309", "intercept_309")),
    "q5b-tests": ("mixed_model", ("fixed_intercept", "fixed_slope", "group_variance", "residual_variance")),
    "q6a-tests": ("subject_comparisons", ("subject_1", "subject_2", "intercept_1", "intercept_2", "fixed_slope")),
}
PLAIN_TEST = """{begin}
import pandas
from lmmsolutions.lessons import {module} as solutions

reference = solutions.solve(pandas.read_csv("sleepstudy.csv"))
for name in {names!r}:
    want = getattr(reference, name)
    assert abs(globals()[name] - want) <= 1e-3 * abs(want), name
{end}"""


@dataclass(frozen=True)
class Course:
    """A course folder with released assignments."""

    root: Path

    def run(self, *command: str) -> str:
        """Run a command of the environment in the course folder; returns what it wrote.

        Raises:
            RuntimeError: it failed; the message ends with what it said.
        """
        environment = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]], cwd=self.root, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def generate(self, *assignments: str) -> None:
        """Release assignments, again where they are released already."""
        for assignment in assignments:
            self.run("nbgrader", "generate_assignment", assignment, "--force")

    def ungraded(self) -> Course:
        """Forget all grading."""
        for folder in ("autograded", ".autograder"):
            shutil.rmtree(self.root / folder, ignore_errors=True)
        return self

    def submit(self, assignment: str, students: int) -> None:
        """Have ``students`` students hand in the instructor's solution."""
        content = nbformat.writes(solved(assignment)).encode()
        for number in range(students):
            folder = self.root / "submitted" / f"student-{number:04d}" / assignment
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{assignment}.ipynb").write_bytes(content)

    def points(self, assignment: str) -> dict[tuple[str, str], float]:
        """(student, test cell) → automatic points."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            return {
                (submission.student.id, grade.name): grade.auto_score
                for submission in gradebook.assignment_submissions(assignment)
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.name.endswith("-tests")
            }


def ours(root: Path, assignments: Sequence[str] = ASSIGNMENTS) -> Course:
    """A course as the repository has it; a second run on other data is off."""
    config = (REPOSITORY / "nbgrader_config.py").read_text()
    return _course(root, f"{config}\nc.Autograder.no_second_run = {list(ASSIGNMENTS)!r}\n", None, assignments)


def stock(root: Path, assignments: Sequence[str] = ASSIGNMENTS) -> Course:
    """The same assignments for stock nbgrader, with plain tests."""
    return _course(root, STOCK, _with_plain_tests, assignments)


def _course(root: Path, config: str, change: object, assignments: Sequence[str]) -> Course:
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config)
    shutil.copy(REPOSITORY / "vocabulary.toml", root)
    for assignment in assignments:
        shutil.copytree(REPOSITORY / "source" / assignment, root / "source" / assignment)
        if callable(change):
            path = root / "source" / assignment / f"{assignment}.ipynb"
            nbformat.write(change(nbformat.read(path, as_version=4)), path)
    course = Course(root)
    course.generate(*assignments)
    return course


def solved(assignment: str) -> nbformat.NotebookNode:
    """The released notebook with the instructor's solutions in it."""
    source, release = (
        nbformat.read(REPOSITORY / kind / assignment / f"{assignment}.ipynb", as_version=4)
        for kind in ("source", "release")
    )
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in release.cells:
        cell.source = answers.get(grade_id_of(cell), cell.source)
    return release


def _with_plain_tests(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        before, begin, _ = cell.source.partition(BEGIN_HIDDEN)
        if not begin:
            continue
        module, names = PLAIN.get(cell.metadata.nbgrader.grade_id, ("", ()))
        hidden = PLAIN_TEST.format(begin=BEGIN_HIDDEN, end=END_HIDDEN, module=module, names=names)
        cell.source = before + (hidden if module else "")
    return notebook

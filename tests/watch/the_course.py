"""A course of one small assignment with an exchange, and what its students do there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from tests.course_folder import REPOSITORY, Course

NAME = "mean"
START = datetime(2026, 5, 1, 10)  # UTC, of the clock that tests give to the service
RIGHT, WRONG = "mean = 4", "mean = 5"
TEST = """\
assert mean is not None
### BEGIN HIDDEN TESTS
from autograder import Checks

checks = Checks(points=1)
checks.number("mean", 4, credit=1)
checks.score()
### END HIDDEN TESTS"""


@dataclass(frozen=True)
class Watched(Course):
    """The course; each submission is a second later than the one before."""

    secrets: list[str] = field(default_factory=list)

    @classmethod
    def make_one(cls, root: Path) -> Watched:
        """Generate and release the assignment."""
        folder = root / "source" / NAME
        folder.mkdir(parents=True)
        shutil.copy(REPOSITORY / "nbgrader_config.py", root)
        nbformat.write(_source(), folder / f"{NAME}.ipynb")
        (root / "exchange").mkdir()
        course = cls(root)
        course.nbgrader("generate_assignment", NAME)
        course.nbgrader("release_assignment", NAME)
        return course

    def copy(self, root: Path, settings: str = "") -> Watched:
        """The same in another folder, with more lines in its configuration."""
        shutil.copytree(self.root, root)
        with (root / "nbgrader_config.py").open("a") as file:
            file.write(f"\n{settings}\nc.CarefulCollect.believe_changes = False\n")  # submissions here are of 2026
        return type(self)(root)

    @property
    def inbound(self) -> Path:
        return self.root / "exchange" / "lmm" / "inbound"

    def hand_in(self, student: str, answer: str = RIGHT, *, finished: bool = True, name: str = NAME) -> str:
        """Put a submission into the exchange as `nbgrader submit` does, as a file of a name; returns its secret."""
        self.secrets.append(f"{len(self.secrets):0128}")
        stamp = f"{START + timedelta(seconds=len(self.secrets)):%Y-%m-%d %H:%M:%S.%f} UTC"
        folder = self.inbound / f"{student}+{NAME}+{stamp}+x{len(self.secrets)}"
        folder.mkdir()
        notebook = self.release(NAME)
        for cell in notebook.cells:
            cell.source = {"q1": answer, "q2": "Because."}.get(cell.metadata.nbgrader.grade_id, cell.source)
        nbformat.write(notebook, folder / f"{name}.ipynb")
        (folder / "timestamp.txt").write_text(stamp)
        (folder / "submission_secret.txt").write_text(self.secrets[-1])
        if finished:
            folder.chmod(0o777)
        return self.secrets[-1]

    def fetched(self, secret: str, notebook: str = NAME) -> str:
        """The page that `nbgrader fetch_feedback` finds for a submission; empty where there is none."""
        name = notebook_hash(secret=secret, notebook_id=notebook)
        path = self.root / "exchange" / "lmm" / "feedback" / f"{name}.html"
        return path.read_text() if path.is_file() else ""

    def set_due(self, due: datetime) -> None:
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            gradebook.update_or_create_assignment(NAME, duedate=due)

    def earned(self, student: str) -> float | None:
        """The automatic points of the code part."""
        return self.points(student, NAME)["q1-tests"]


def _source() -> nbformat.NotebookNode:
    about = {"schema_version": 3, "task": False}
    solution = {"grade_id": "q1", "grade": False, "solution": True, "locked": False, **about}
    tests = {"grade_id": "q1-tests", "grade": True, "solution": False, "locked": True, "points": 1, **about}
    text = {"grade_id": "q2", "grade": True, "solution": True, "locked": False, "points": 1, **about}
    solved = f"### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION"
    cells = [
        new_code_cell(solved, metadata={"nbgrader": solution}),
        new_code_cell(TEST, metadata={"nbgrader": tests}),
        new_markdown_cell("Why?", metadata={"nbgrader": text}),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})

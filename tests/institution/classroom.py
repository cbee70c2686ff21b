"""A class made directly in a gradebook: one student for each thing that may be said of a grade."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

CONFIG = """
from pathlib import Path

c = get_config()
root = Path(__file__).resolve().parent
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
"""


@dataclass(frozen=True)
class Marks:
    """What the gradebook holds of a student's `hw1`."""

    tests: float | None
    written: float | None = None
    extra: float | None = None
    penalty: float = 0.0
    comment: str = ""


# id: email, number in the other system, first name, last name
STUDENTS = {
    "ada": ("ada@uni.edu", "101", "Ada", "Love, lace"),
    "bob": ("bob@uni.edu", "102", "Bob", "Builder"),
    "cleo": ("cleo@uni.edu", "103", "Cleo", "O'Patra"),
    "dan": ("dan@uni.edu", "104", "Dan", "Missing"),
    "eve": ("eve@uni.edu", "105", "Eve", "Extra"),
    "fay": ("fay@uni.edu", "106", "Fay", "Ungraded"),
    "gil": ("gil@uni.edu", "107", "Gil", "Zero"),
    "hal": ("hal@uni.edu", "108", "=HYPERLINK(1)", "Late"),
}
# hw1 is worth 3 points: 2 of tests, 1 of a written answer; hw2 is worth 1 point, in two notebooks
MARKS = {
    "ada": Marks(1.5, 1.0, comment="=1+1"),
    "bob": Marks(2.0, 0.255, penalty=0.5),
    "cleo": Marks(2.0),
    "eve": Marks(2.0, 1.0, extra=0.5),
    "gil": Marks(0.0, 0.0),
    "hal": Marks(1.0, 0.0, penalty=2.0),
}
# what counts, with two decimals; who is not here has no score
SCORES = {"ada": "2.50", "bob": "1.76", "eve": "3.50", "gil": "0.00", "hal": "0.00"}


def make(root: Path) -> Path:
    """Make the course folder with its gradebook; `fay` has handed in and is not graded."""
    root.mkdir(parents=True, exist_ok=True)
    url = url_of(root)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (root / "submitted" / "fay" / "hw1").mkdir(parents=True)
    with warnings.catch_warnings(), Gradebook(url) as gradebook:
        warnings.filterwarnings("ignore", "Object of type", SAWarning)  # nbgrader's own way to fill it
        gradebook.add_assignment("hw1", duedate="2026-05-01 12:00:00")
        _notebook(gradebook, "hw1", "hw1")
        gradebook.add_assignment("hw2")
        for name in ("a", "b"):
            gradebook.add_notebook(name, "hw2")
            _tests(gradebook, "q1", name, "hw2", 0.5)
        for name, (email, number, first, last) in STUDENTS.items():
            gradebook.add_student(name, email=email, lms_user_id=number, first_name=first, last_name=last)
        for name, marks in MARKS.items():
            _hand_in(gradebook, name, marks)
    return root


def url_of(root: Path) -> str:
    """Where the gradebook is."""
    return f"sqlite:///{root / 'gradebook.db'}"


def _notebook(gradebook: Gradebook, name: str, assignment: str) -> None:
    gradebook.add_notebook(name, assignment)
    _tests(gradebook, "q1", name, assignment, 2.0)
    gradebook.add_grade_cell("q2", name, assignment, max_score=1.0, cell_type="markdown")
    gradebook.add_solution_cell("q2", name, assignment)
    gradebook.add_source_cell("q2", name, assignment, cell_type="markdown", source="")


def _tests(gradebook: Gradebook, cell: str, notebook: str, assignment: str, points: float) -> None:
    gradebook.add_grade_cell(cell, notebook, assignment, max_score=points, cell_type="code")
    gradebook.add_source_cell(cell, notebook, assignment, cell_type="code", source="")


def _hand_in(gradebook: Gradebook, student: str, marks: Marks) -> None:
    submission: Any = gradebook.add_submission("hw1", student)
    (notebook,) = submission.notebooks
    notebook.late_submission_penalty = marks.penalty
    for grade in notebook.grades:
        if grade.name == "q1":
            grade.auto_score, grade.extra_credit = marks.tests, marks.extra
            grade.needs_manual_grade = False
        else:
            grade.manual_score, grade.needs_manual_grade = marks.written, marks.written is None
    for comment in notebook.comments:
        comment.manual_comment = marks.comment or None
    gradebook.db.commit()

"""The parts as a course: eight notebooks of one assignment, and what four students submitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook

from autograder.template import Delimiters
from tests.course_folder import Course
from tests.foreign import analyses, beginners, classes, functions, models, notebooks, programs, values
from tests.foreign.part import NOTHING, Part

ASSIGNMENT = "foreign"
FAMILIES: dict[str, tuple[Part, ...]] = {
    "values": values.PARTS,
    "functions": functions.PARTS,
    "classes": classes.PARTS,
    "analyses": analyses.PARTS,
    "notebooks": notebooks.PARTS,
    "programs": programs.PARTS,
    "beginners": beginners.PARTS,
    "models": models.PARTS,
}
SETUP = {"analyses": analyses.SETUP, "models": models.SETUP}
FILES = {
    "rows.csv": "n\n1\n2\n3\n",
    "helper.py": "def double(x):\n    return 2 * x\n\ndef check_triple(f):\n    assert f(5) == 15\n",
    "only_hidden.py": "def times(f):\n    return f(1)\n",
}
STOCK = f'c = get_config()\nc.CourseDirectory.course_id = "{ASSIGNMENT}"\n'
LIMITS = 'c.Autograder.limits = {"value_seconds": 3}\n'  # one wrong answer takes all of it
OURS = f"from autograder.plugins import configure\n{STOCK}configure(c)\n{LIMITS}"
SOLUTION = "### BEGIN SOLUTION\n{}\n### END SOLUTION"

Answer = Callable[[int, Part], str]
STUDENTS: dict[str, Answer] = {
    "right": lambda _, part: part.right,
    "wrong": lambda _, part: part.wrong,
    "half": lambda number, part: (part.right, part.wrong)[number % 2],
    "blank": lambda *_: NOTHING,
}
# Who has every other part right submits the families in which a part needs the one before it.
SUBMITTED = {**dict.fromkeys(STUDENTS, tuple(FAMILIES)), "half": ("notebooks", "programs", "models")}

Points = dict[str, dict[str, float | None]]


def cell_name(family: str, number: int) -> str:
    """The ``grade_id`` of a test cell."""
    return f"{family}-{number:02}-tests"


def part_of(name: str) -> Part:
    """The part that a test cell belongs to."""
    family, number, _ = name.split("-")
    return FAMILIES[family][int(number) - 1]


def notebook_of(family: str, answer: Answer, shown: Callable[[str], str] = str) -> nbformat.NotebookNode:
    """A notebook with answers in its solution cells, and test cells as ``shown`` makes them."""
    cells = [_cell(SETUP.get(family, "pass"), f"{family}-setup", locked=True)]
    for number, part in enumerate(FAMILIES[family], 1):
        cells.append(_cell(answer(number, part), f"{family}-{number:02}", solution=True))
        about = {"locked": True, "grade": True, "points": part.points}
        cells.append(_cell(shown(part.cell), cell_name(family, number), **about))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(source: str, name: str, **flags: object) -> nbformat.NotebookNode:
    """A cell with code; nbformat's own function would validate each of thousands, and the notebook as well."""
    nothing = {"grade": False, "locked": False, "solution": False, "task": False}
    about = {"nbgrader": {**nothing, "schema_version": 3, "grade_id": name, **flags}}
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    return nbformat.from_dict({**code, "id": name, "source": source, "metadata": about})


def make(root: Path, config: str) -> Course:
    """The course with all submissions, not graded yet."""
    course = Course(root)
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(config)
    for name, text in FILES.items():
        (source / name).write_text(text)
    for family in FAMILIES:
        nbformat.write(notebook_of(family, lambda _, part: SOLUTION.format(part.right)), source / f"{family}.ipynb")
    course.nbgrader("generate_assignment", ASSIGNMENT, "--IncludeHeaderFooter.header=")
    for student, answer in STUDENTS.items():
        folder = root / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        for family in SUBMITTED[student]:
            nbformat.write(notebook_of(family, answer, Delimiters().released), folder / f"{family}.ipynb")
    return course


def points_of(course: Course) -> Points:
    """Student → test cell → automatic points in the gradebook; ``None`` where a person has to look."""
    found: Points = {}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            found[submission.student.id] = {
                grade.name: None if grade.needs_manual_grade else grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
    return found

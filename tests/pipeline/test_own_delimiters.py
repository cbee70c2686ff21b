"""A course with delimiters of its own: what it hides reaches neither graded notebooks nor anything students read."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps import NbGrader

from autograder.cli import main
from tests.course_folder import REPOSITORY, Course, filled
from tests.pages import pages

NAME = "clinic"
CONFIG = """
c.ClearHiddenTests.begin_test_delimeter = "<<< tests"
c.ClearHiddenTests.end_test_delimeter = ">>> tests"
c.ClearMarkScheme.begin_mark_scheme_delimeter = "<<< marks"
c.ClearMarkScheme.end_mark_scheme_delimeter = ">>> marks"
c.StarterSolutions.begin_solution_delimeter = "<<< solution"
c.StarterSolutions.end_solution_delimeter = ">>> solution"
c.StarterSolutions.begin_starter_delimiter = "<<< starter"
c.StarterSolutions.end_starter_delimiter = ">>> starter"
"""
SOLUTION = "# <<< solution\n# <<< starter\n# x = ____\n# >>> starter\nx = 40 + 2  # solved\n# >>> solution"
TESTS = {
    "top-tests": "assert x is not None\n# <<< tests\nassert x == 42, 'secret: it is 42'\n# >>> tests",
    "block-tests": "if True:\n    assert x\n    # <<< tests\n    assert x == 42, 'secret: it is 42'\n    # >>> tests",
    "checks-tests": "# <<< tests\nfrom autograder import Checks\nsecret = 42\nchecks = Checks(points=1)\n"
    "checks.number('x', secret, credit=1)\nchecks.score()\n# >>> tests",
}
QUESTION = "Why?\n\n<<< marks\nThe secret scheme.\n>>> marks"
SECRETS = ("secret", "<<<", ">>>", "solved")
STUDENTS = {"right": "x = 41 + 1", "wrong": "x = 7"}


def cell(
    grade_id: str, source: str, kind: str = "code", points: int = 0, *, solution: bool = False
) -> nbformat.NotebookNode:
    about = {
        "grade_id": grade_id,
        "grade": points > 0,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
        **({"points": points} if points else {}),
    }
    new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return new(source, metadata={"nbgrader": about})


def make(root: Path) -> Course:
    folder = root / "source" / NAME
    folder.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text() + CONFIG)
    cells = [
        cell("x", SOLUTION, solution=True),
        *(cell(name, source, points=1) for name, source in TESTS.items()),
        cell("question", QUESTION, "markdown"),
        cell("why", "Type here.", "markdown", points=1, solution=True),
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), folder / f"{NAME}.ipynb")
    course = Course(root)
    course.nbgrader("generate_assignment", NAME)
    for student, answer in STUDENTS.items():
        course.submit(student, NAME, filled(course.release(NAME), {"x": answer, "why": "Because."}))
    return course


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Not graded yet."""
    return make(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="module", params=["autograder grade", "nbgrader autograde"])
def course(request: pytest.FixtureRequest, handed_in: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = handed_in.copy(tmp_path_factory.mktemp("graded") / "course")
    if request.param == "nbgrader autograde":
        made.nbgrader("autograde", NAME)
    else:
        with chdir(made.root):
            assert main(["grade", NAME, "--workers", "1"]) == 0
    made.nbgrader("generate_feedback", NAME)
    return made


def shown(course: Course) -> dict[str, str]:
    """File → all that is in it, of everything that leaves the instructor's folder."""
    folders = [course.root / name for name in ("release", "autograded", "feedback")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(course.root)): path.read_text() for path in files}


def test_points(course: Course) -> None:
    assert course.points("right", NAME) == {**dict.fromkeys(TESTS, 1.0), "why": None}
    assert course.points("wrong", NAME) == {**dict.fromkeys(TESTS, 0.0), "why": None}


def test_nothing_hidden_is_shown(course: Course) -> None:
    files = shown(course)
    assert {Path(name).suffix for name in files} == {".ipynb", ".html"}
    found = [(name, secret) for name, text in files.items() for secret in SECRETS if secret in _without_styles(text)]
    assert found == []


def _without_styles(text: str) -> str:
    """Colours of a style sheet are numbers too."""
    return text.split("</style>")[-1]


def test_students_get_the_starter(handed_in: Course) -> None:
    released = handed_in.release(NAME)
    assert released.cells[0].source == "x = ____"
    assert released.cells[2].source == "if True:\n    assert x"


def test_a_solution_earns_what_a_student_with_it_earns(handed_in: Course) -> None:
    """The audit reads the course's delimiters too, and names the test in a block."""
    with chdir(handed_in.root):
        (handed_in.root / "answers").mkdir(exist_ok=True)
        assert main(["audit", NAME, "--vary", "nothing", "--workers", "1"]) == 3
    (page,) = handed_in.root.rglob("audit/*.html")
    assert "block-tests: its hidden tests begin inside the statement" in page.read_text()
    assert "earns 0 of" not in page.read_text()


def test_the_formgrader_shows_the_scheme_beside_the_answer_and_nothing_else_of_it(course: Course) -> None:
    with chdir(course.root):
        app = NbGrader()
        app.initialize([])
    page = pages.formgrader(course.autograded("wrong", NAME).cells, NAME, "wrong", app.config)
    assert page.count("The secret scheme.") == 1
    assert "it is 42" not in page
    assert "<<<" not in page
    assert "&lt;&lt;&lt;" not in page


def test_a_new_assignment_is_written_with_them(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text() + CONFIG)
    course = Course(tmp_path)
    with chdir(course.root):
        assert main(["new", "assignment", "01-first"]) == 0
    source = "".join(cell.source for cell in course.source("01-first").cells)
    assert source.count("<<< tests") == source.count(">>> tests") == 7
    course.nbgrader("generate_assignment", "01-first")
    release = "".join(cell.source for cell in course.release("01-first").cells)
    assert not [
        secret for secret in ("import Checks", "checks.", "<<<", ">>>", ".mean()", "One point for") if secret in release
    ]

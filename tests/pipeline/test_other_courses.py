"""The execution is a drop-in for any nbgrader course: nbgrader's own example gets stock nbgrader's points."""

import shutil
from pathlib import Path

import nbgrader
import pytest
from nbgrader.api import Gradebook

from autograder.course.release.confirmable import Confirmable
from autograder.template import Template
from autograder.workers.engines import Engine
from tests.course_folder import REPOSITORY, Course
from tests.golden import verdicts

EXAMPLE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
STUDENTS = ("bitdiddle", "hacker")
STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "example"\n'
# The same stub as the students of the example got, so that what they left untouched is known as untouched.
OURS = r"""
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
"""


def example_course(root: Path, config: str) -> Course:
    for part in ("source/ps1", *(f"submitted/{student}/ps1" for student in STUDENTS)):
        shutil.copytree(EXAMPLE / part, root / part)
    (root / "nbgrader_config.py").write_text(config)
    course = Course(root)
    course.nbgrader("generate_assignment", "ps1", "--IncludeHeaderFooter.header=")
    course.nbgrader("autograde", "ps1")
    return course


def our_example(root: Path) -> Course:
    """The example course, graded by this project's configuration."""
    return example_course(root, (REPOSITORY / "nbgrader_config.py").read_text() + OURS)


def scores(course: Course) -> dict[tuple[str, str, str], tuple[float | None, bool]]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {
            (student, notebook.name, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for student in STUDENTS
            for notebook in gradebook.find_submission("ps1", student).notebooks
            for grade in notebook.grades
        }


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """The example course graded by stock nbgrader and by this project's configuration."""
    root = tmp_path_factory.mktemp("example")
    return example_course(root / "stock", STOCK), our_example(root / "ours")


def test_points_cell_by_cell(both: tuple[Course, Course]) -> None:
    stock, ours = both
    expected = scores(stock)
    assert len(expected) == 18
    assert scores(ours) == expected


def test_one_sandbox_serves_the_rehearsals_of_all_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsed: list[tuple[str, Engine]] = []

    def confirmable(_course: object, template: Template, engine: Engine) -> Confirmable:
        rehearsed.append((template.notebook, engine))
        return Confirmable({template.cells[-1].grade_id: f"{template.notebook} reads the clock"})

    monkeypatch.setattr("autograder.plugins.forgeable.confirmable", confirmable)
    course = Course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text())
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    for name in ("one", "two", "zero"):  # in the third is no test
        known = EXAMPLE / "source" / "ps1" / ("problem2.ipynb" if name == "zero" else "problem1.ipynb")
        shutil.copy(known, tmp_path / "source" / "ps1" / f"{name}.ipynb")
    said = course.nbgrader("generate_assignment", "ps1", "--IncludeHeaderFooter.header=")
    assert [notebook for notebook, _ in rehearsed] == ["one", "two"]
    assert len({id(engine) for _, engine in rehearsed}) == 1
    assert all(f"can be forged, as in stock nbgrader: {notebook} reads the clock" in said for notebook, _ in rehearsed)


def test_everybody_reads_what_is_kept(both: tuple[Course, Course]) -> None:
    _, ours = both
    verdicts.assert_same("example", verdicts.verdicts_of(ours.root))

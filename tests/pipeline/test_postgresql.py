"""The gradebook in PostgreSQL: the whole loop on it, and several who write at the same time."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.cli import main
from demo.course import load_config
from demo.student_side import StudentFolder
from tests.course_folder import REPOSITORY, Course, answers_of, filled
from tests.pipeline.postgresql import Server, server

pytestmark = pytest.mark.slow

NAME = "05-mixed-model"
WRITTEN = "q5b-description"
STUDENTS = tuple(f"student-{number}" for number in range(5))
Points = dict[str, float | None]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with server() as started:
        yield started


@dataclass(frozen=True)
class Graders:
    """A course folder whose gradebook lies at ``url``."""

    course: Course
    url: str

    @classmethod
    def make(cls, root: Path, url: str) -> Graders:
        """Generate the assignment, with the class list and gradebook in that database."""
        root.mkdir(parents=True)
        config = (REPOSITORY / "nbgrader_config.py").read_text()
        (root / "nbgrader_config.py").write_text(f"{config}\nc.CourseDirectory.db_url = {url!r}\n")
        shutil.copytree(REPOSITORY / "source" / NAME, root / "source" / NAME)
        course = Course(root)
        course.nbgrader("generate_assignment", NAME)
        return cls(course, url)

    def autograder(self, *arguments: str) -> int:
        with chdir(self.course.root):
            return main(arguments)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Another process that grades."""
        command = [str(Path(sys.executable).parent / "autograder"), "grade", NAME, "--workers", "1", *arguments]
        return subprocess.Popen(command, cwd=self.course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def points(self) -> dict[str, Points]:
        """Student → cell → automatic points, of everybody in the gradebook, each once."""
        with Gradebook(self.url, "lmm") as gradebook:
            submissions = gradebook.assignment_submissions(NAME)
            assert max(Counter(one.student.id for one in submissions).values()) == 1
            return {
                one.student.id: {
                    grade.name: grade.auto_score for notebook in one.notebooks for grade in notebook.grades
                }
                for one in submissions
            }

    def mark(self, student: str, points: float) -> None:
        """A TA marks a written part in the formgrader."""
        with Gradebook(self.url, "lmm") as gradebook:
            gradebook.find_grade(WRITTEN, NAME, NAME, student).manual_score = points
            gradebook.find_comment(WRITTEN, NAME, NAME, student).manual_comment = f"well seen, {student}"
            gradebook.db.commit()

    def marks(self) -> dict[str, tuple[float | None, str | None]]:
        """Student → points and comment that a TA gave."""
        with Gradebook(self.url, "lmm") as gradebook:
            return {
                student: (
                    gradebook.find_grade(WRITTEN, NAME, NAME, student).manual_score,
                    gradebook.find_comment(WRITTEN, NAME, NAME, student).manual_comment,
                )
                for student in STUDENTS
            }


def hand_ins(course: Course) -> dict[str, nbformat.NotebookNode]:
    """Right, wrong, rounded and blank ones."""
    answers = answers_of(course.source(NAME))
    wrong = {**answers, "q5b": answers["q5b"] + "\ngroup_variance = group_variance ** 0.5"}
    coarse = {**answers, "q5b": answers["q5b"] + "\nfixed_slope = 10.45"}
    release = course.release(NAME)
    kinds = (course.solved(NAME), filled(release, wrong), filled(release, coarse), release)
    return {student: kinds[number % len(kinds)] for number, student in enumerate(STUDENTS)}


def test_the_whole_loop(postgresql: Server, tmp_path: Path) -> None:
    graders = Graders.make(tmp_path / "course", postgresql.new_database("loop"))
    course = graders.course
    course.nbgrader("release_assignment", NAME)
    for student, notebook in hand_ins(course).items():
        hand_in(course, student, notebook, tmp_path)
    course.nbgrader("collect", NAME)
    course.nbgrader("autograde", NAME, "--student", STUDENTS[0])
    assert graders.autograder("grade", NAME) == 0
    first = graders.points()
    assert first == on_sqlite(tmp_path / "beside", graders.course)

    graders.mark("student-3", 0.2)
    with Gradebook(graders.url, "lmm") as gradebook:
        cell = gradebook.find_source_cell("q5b-tests", NAME, NAME)
        assert cell.source.count("reference.fixed_slope,\n") == 1
        cell.source = cell.source.replace("reference.fixed_slope,\n", "reference.fixed_slope, absolute=0.05,\n")
        gradebook.db.commit()
    assert graders.autograder("regrade", NAME, "--yes") == 0
    assert {student for student in STUDENTS if graders.points()[student] != first[student]} == {"student-2"}
    assert graders.autograder("regrade", NAME, "--undo") == 0
    assert graders.points() == first

    assert graders.autograder("written", NAME) == 0
    give(course, "student-0", "0.1")
    assert graders.autograder("written", NAME, "--apply") == 0
    assert graders.marks()["student-0"][0] == 0.1
    assert graders.marks()["student-3"] == (0.2, "well seen, student-3")

    course.nbgrader("generate_feedback", NAME)
    assert len(list(course.root.glob(f"feedback/*/{NAME}/{NAME}.html"))) == len(STUDENTS)
    course.nbgrader("export")
    with (course.root / "grades.csv").open(newline="") as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    automatic = {student: sum(points or 0 for points in first[student].values()) for student in STUDENTS}
    manual = {student: marks[0] or 0.0 for student, marks in graders.marks().items()}
    assert exported == pytest.approx({student: automatic[student] + manual[student] for student in STUDENTS})


def hand_in(course: Course, student: str, notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Fetch, fill in, submit."""
    own = StudentFolder(student, folder / student, load_config(course.root))
    nbformat.write(notebook, own.fetch(NAME) / f"{NAME}.ipynb")
    own.submit(NAME)


def give(course: Course, student: str, points: str) -> None:
    """Fill a mark into the sheet of written answers."""
    sheet = course.root / "written" / f"{NAME}.csv"
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    (row,) = [one for one in rows if one["part"] == WRITTEN and student in one["students"].split("; ")]
    row["points"] = points
    with sheet.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def on_sqlite(root: Path, course: Course) -> dict[str, Points]:
    """The same class, graded on SQLite."""
    beside = Graders.make(root, f"sqlite:///{root / 'gradebook.db'}")
    shutil.copytree(course.root / "submitted", root / "submitted")
    assert beside.autograder("grade", NAME) == 0
    return beside.points()


@pytest.fixture
def two_graders(postgresql: Server, tmp_path: Path) -> Graders:
    """A class that has handed in; on SQLite, test_one_road has three graders at once."""
    graders = Graders.make(tmp_path / "course", postgresql.new_database("two"))
    for student, notebook in hand_ins(graders.course).items():
        graders.course.submit(student, NAME, notebook)
    return graders


def test_two_graders_at_once_lose_nothing(two_graders: Graders) -> None:
    """Both on everybody, then each on a half while a TA marks."""
    assert [one.wait() for one in [two_graders.start(), two_graders.start()]] == [0, 0]
    points = two_graders.points()
    assert sorted(points) == list(STUDENTS)
    halves = [[f"--student={student}" for student in STUDENTS[half::2]] for half in (0, 1)]
    running = [two_graders.start("--force", *half) for half in halves]
    for number, student in enumerate(STUDENTS):
        two_graders.mark(student, number / 100)
    assert [one.wait() for one in running] == [0, 0]
    assert two_graders.points() == points
    assert two_graders.marks() == {
        student: (number / 100, f"well seen, {student}") for number, student in enumerate(STUDENTS)
    }

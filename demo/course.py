"""The instructor's side: nbgrader's own steps on one course folder."""

import datetime
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, get_config
from traitlets.config.loader import PyFileConfigLoader
from traitlets.log import get_logger


class StepFailed(Exception):
    """A step of nbgrader failed; ``log`` is what nbgrader said about it."""

    def __init__(self, step: str, log: str) -> None:
        super().__init__(f"{step} failed")
        self.step = step
        self.log = log


def load_config(root: Path) -> Config:
    """The configuration that nbgrader's commands would read in the folder ``root``."""
    get_config().clear()
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Send what nbgrader's classes log in this process to the file ``path`` and nowhere else."""
    logger = logging.getLogger(get_logger().name)
    kept, propagate, level = list(logger.handlers), logger.propagate, logger.level
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    logger.handlers[:], logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.handlers[:], logger.propagate = kept, propagate
        logger.setLevel(level)
        handler.close()


class Course:
    """A course folder and its gradebook."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = load_config(root)
        self._directory = CourseDirectory(config=self.config)
        self._api = NbGraderAPI(coursedir=self._directory, config=self.config)

    @property
    def assignments(self) -> tuple[str, ...]:
        """Names of the assignments in ``source/``, in order."""
        return tuple(sorted(self._api.get_source_assignments()))

    def enrol(self, student: str) -> None:
        """Put a student on the class list; a demo student's name is what they do."""
        with self.gradebook() as gradebook:
            gradebook.update_or_create_student(student, last_name=student, first_name="Student")

    def release(self, assignment: str) -> None:
        """Generate the students' version and put it on the exchange."""
        _expect("generate_assignment", self._api.generate_assignment(assignment))
        self.publish(assignment)

    def publish(self, assignment: str) -> None:
        """Put the students' version, as it was generated, on the exchange."""
        _expect("release_assignment", self._api.release_assignment(assignment))

    def collect(self, assignment: str) -> None:
        """Fetch what was handed in into ``submitted/``."""
        _expect("collect", self._api.collect(assignment))

    def generate_feedback(self, assignment: str) -> None:
        """Write the pages that students get, into ``feedback/``."""
        _expect("generate_feedback", self._api.generate_feedback(assignment))

    def release_feedback(self, assignment: str) -> None:
        """Put the generated feedback on the exchange."""
        _expect("release_feedback", self._api.release_feedback(assignment))

    def set_due(self, assignment: str, due: datetime.datetime) -> None:
        """Set the due date (a naive time in UTC, as nbgrader stores it)."""
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(assignment, duedate=due)

    def gradebook(self) -> Any:
        """nbgrader's gradebook, as a context manager."""
        return Gradebook(self._directory.db_url, self._directory.course_id)

    def points(self, assignment: str) -> dict[str, dict[str, float]]:
        """Automatic points: student → part → points; a part that waits for a person is left out."""
        given: dict[str, dict[str, float]] = {}
        with self.gradebook() as gradebook:
            for submission in gradebook.assignment_submissions(assignment):
                cells = given.setdefault(submission.student.id, {})
                for notebook in submission.notebooks:
                    cells.update(_test_points(notebook.grades))
        return given

    def late(self, assignment: str) -> set[str]:
        """Students whose submission came after the due date."""
        with self.gradebook() as gradebook:
            return {s.student.id for s in gradebook.assignment_submissions(assignment) if s.total_seconds_late > 0}

    def worth(self, assignment: str) -> dict[str, float]:
        """What each part with a test cell is worth, from the gradebook."""
        with self.gradebook() as gradebook:
            notebooks = gradebook.find_assignment(assignment).notebooks
            return {
                _part(cell.name): cell.max_score
                for notebook in notebooks
                for cell in notebook.grade_cells
                if _is_test(cell)
            }


def _test_points(grades: Any) -> dict[str, float]:
    return {
        _part(grade.name): grade.auto_score
        for grade in grades
        if _is_test(grade.cell) and grade.auto_score is not None and not grade.needs_manual_grade
    }


def _part(test_cell: str) -> str:
    """The part that a test cell belongs to: ``q3a-tests`` tests ``q3a``."""
    return test_cell.removesuffix("-tests")


def _is_test(cell: Any) -> bool:
    return bool(cell.cell_type == "code")  # a graded answer is a text in this course


def _expect(step: str, result: Mapping[str, Any]) -> None:
    if not result["success"]:
        raise StepFailed(step, "\n".join(filter(None, [result.get("log"), result.get("error")])))

"""The students' side: each has a folder and an nbgrader cache of their own."""

from pathlib import Path
from typing import Any

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from traitlets.config import Config


class StudentFolder:
    """One student's machine, as far as nbgrader is concerned."""

    def __init__(self, student: str, root: Path, config: Config) -> None:
        self.student = student
        self.root = root
        self._config = config
        self._exchange = ExchangeFactory(config=config)
        root.mkdir(parents=True, exist_ok=True)

    def fetch(self, assignment: str) -> Path:
        """``nbgrader fetch_assignment``; returns the folder of the assignment."""
        self._start(self._exchange.FetchAssignment, assignment)
        return self.root / assignment

    def submit(self, assignment: str) -> None:
        """``nbgrader submit --student NAME``."""
        self._start(self._exchange.Submit, assignment)

    def fetch_feedback(self, assignment: str) -> tuple[Path, ...]:
        """``nbgrader fetch_feedback``; returns the feedback pages that came, one per submission and notebook."""
        self._start(self._exchange.FetchFeedback, assignment)
        return tuple(sorted((self.root / assignment / "feedback").glob("*/*.html")))

    def _start(self, action: Any, assignment: str) -> None:
        directory = CourseDirectory(config=self._config)
        directory.student_id, directory.assignment_id = self.student, assignment
        step = action(coursedir=directory, authenticator=Authenticator(config=self._config), config=self._config)
        step.assignment_dir, step.cache = str(self.root), str(self.root / ".nbgrader_cache")
        step.start()

"""A class, made once and copied for each test that writes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.course import Course
from autograder.course.results.scores import Scores, read_scores
from tests.institution.classroom import make

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def made_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class as it was made; nobody writes into it."""
    return make(tmp_path_factory.mktemp("made") / "class")


@pytest.fixture(scope="session")
def scores(made_class: Path) -> Scores:
    """What the gradebook holds."""
    with chdir(made_class):
        course = Course.here()
        with course.gradebook() as gradebook:
            return read_scores(course, gradebook)


@pytest.fixture
def root(made_class: Path, tmp_path: Path) -> Path:
    """A copy of the class."""
    return Path(shutil.copytree(made_class, tmp_path / "class"))


@pytest.fixture
def run(root: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`autograder ARGUMENTS` in the course folder: the exit status, and all that was printed."""
    monkeypatch.setenv("COLUMNS", "300")

    def command(*arguments: str) -> tuple[int, str]:
        capfd.readouterr()
        with chdir(root):
            status = main(arguments)
        printed = capfd.readouterr()
        return status, printed.out + printed.err

    return command

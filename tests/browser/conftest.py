"""A running lab on a small graded course, and a browser that reaches nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from demo.lab import Lab
from demo.run import Outcome
from demo.table import differences
from tests.conftest import PATIENCE, run_chromium
from tests.demo.small_class import handing_in, run_class

ASSIGNMENT = "03-ols"
STUDENTS = ("no-constant", "half-done")


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a course with one assignment, graded."""
    return tmp_path_factory.mktemp("browser") / "course"


@pytest.fixture(scope="session")
def graded(course: Path) -> Outcome:
    """What the class got."""
    outcome = run_class(course, [handing_in(student, ASSIGNMENT) for student in STUDENTS])
    assert [failure.log.read_text() for failure in outcome.failures] == []
    assert differences(outcome.cells) == ()
    return outcome


@pytest.fixture(scope="session")
def lab(course: Path, graded: Outcome) -> Iterator[Lab]:
    """JupyterLab on the graded course."""
    assert graded.cells
    with Lab(course, port=0) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(_leaves_the_process_as_it_was: None) -> Iterator[Browser]:
    """A browser that finds this machine only; MathJax, for one, lies on a content delivery network."""
    with run_chromium("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost") as browser:
        yield browser


@pytest.fixture(scope="module")
def page(chromium: Browser, lab: Lab) -> Iterator[Page]:
    """A page of a browser that the lab knows."""
    page = chromium.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.goto(lab.url("formgrader"))  # with the token that lets it in
    yield page
    page.close()

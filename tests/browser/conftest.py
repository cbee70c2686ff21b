"""A running lab on a small graded course, and a browser that reaches nothing else."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from demo.lab import Lab
from demo.run import Outcome
from demo.table import differences
from tests.conftest import PATIENCE
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
def page(chromium: Browser, lab: Lab) -> Iterator[Page]:
    """A page of a browser that the lab knows; whatever is not on this machine is refused at once."""
    page = chromium.new_page(viewport={"width": 1300, "height": 1000})
    page.route("**/*", only_this_machine)
    page.set_default_timeout(PATIENCE)
    page.goto(lab.url("formgrader"))  # with the token that lets it in
    yield page
    page.close()


def only_this_machine(route: Route) -> None:
    """Let through what this machine serves."""
    # MathJax lies on a content delivery network; waiting for it would only end in a timeout.
    address = urlsplit(route.request.url)
    if address.scheme in {"file", "data"} or f".{address.hostname}".endswith((".127.0.0.1", ".localhost")):
        route.continue_()
    else:
        route.abort()

"""`nbgrader generate_feedback`, configured as in ``nbgrader_config.py``, on a gradebook of its own."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.plugins.formgrader import formgrader_pages
from tests.pages.payloads import PAYLOADS
from tests.pages.test_formgrader import answer, cell

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own

TESTS = "# Checks\n### BEGIN HIDDEN TESTS\nassert slope == 10.467\n### END HIDDEN TESTS"
QUESTION = "Why?\n### BEGIN MARK SCHEME\nBecause.\n### END MARK SCHEME"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The configuration of a course with the feedback of one submission."""
    root = tmp_path_factory.mktemp("course")
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.CourseDirectory.assignment_id = "ps1"
    config.GenerateFeedback.exporter_class = "autograder.plugins.feedback.FeedbackExporter"
    config.GenerateFeedback.preprocessors = ["autograder.plugins.feedback.ShownGrades"]
    config.HTMLExporter = formgrader_pages()
    _fill(config.CourseDirectory.db_url)
    _hand_in(root / "autograded" / "ada" / "ps1" / "ps1.ipynb")
    generate_feedback(config)
    return config


def generate_feedback(config: Config) -> None:
    """`nbgrader generate_feedback ps1`."""
    GenerateFeedback(coursedir=CourseDirectory(config=config), config=config).start()


def page_of(config: Config) -> Path:
    """Ada's page."""
    return Path(config.CourseDirectory.root) / "feedback" / "ada" / "ps1" / "ps1.html"


@pytest.fixture(scope="module")
def page(course: Config) -> BeautifulSoup:
    """A part with points, a commented answer, an unmarked answer."""
    return BeautifulSoup(page_of(course).read_text(), "html.parser")


def _fill(url: str) -> None:
    where = ("ps1", "ada")
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("ps1")
        gradebook.add_notebook("ps1", "ps1")
        for name, kind in (("q1-tests", "code"), ("q2", "markdown"), ("q3", "markdown")):
            gradebook.add_grade_cell(name, "ps1", "ps1", max_score=1, cell_type=kind)
        for name in ("q2", "q3"):
            gradebook.add_solution_cell(name, "ps1", "ps1")
        gradebook.add_source_cell("q2-question", "ps1", "ps1", cell_type="markdown", source=QUESTION)
        gradebook.add_student("ada")
        gradebook.add_submission(*where)
        gradebook.find_grade("q1-tests", "ps1", *where).auto_score = 0.5
        gradebook.find_grade("q2", "ps1", *where).manual_score = 1
        gradebook.find_comment("q2", "ps1", *where).manual_comment = "Good, $p < 0.05$. <script>pwned()</script>"
        gradebook.db.commit()


def _hand_in(path: Path) -> None:
    hostile = [
        payload for name in ("script", "png width", "attachment missing", "meta refresh") for payload in PAYLOADS[name]
    ]
    cells = [
        cell("code", "q1-tests", TESTS, grade=True),
        cell("markdown", "q2-question", QUESTION),
        answer("q2", "It rises."),
        answer("q3", "It falls."),
        *hostile,
    ]
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_points_come_from_the_gradebook(page: BeautifulSoup) -> None:
    marks = [mark.get_text() for mark in page.select("summary .mark")]
    assert marks == ["0.5 of 1 points", "1 of 1 points", "not marked yet, of 1"]
    assert (
        page.select_one(".total").get_text(" ", strip=True)
        == "Score: 1.5 of 3 points so far; parts worth 1 are not marked yet"
    )


def test_comment_is_shown_and_harmless(page: BeautifulSoup) -> None:
    assert page.select_one("#part-q2 .comment").get_text(" ", strip=True).startswith("Comment Good,")
    assert "pwned" not in str(page)


def test_nothing_is_told_that_was_hidden(page: BeautifulSoup) -> None:
    assert not any(word in str(page) for word in ("HIDDEN", "10.467", "SCHEME", "Because."))
    assert "Why?" in page.get_text()


def test_formgraders_configuration_does_not_reach_the_page(page: BeautifulSoup) -> None:
    assert page.find_all("script") == []
    assert page.select(".mark-scheme, .nbgrader_cell") == []


def test_a_page_that_is_older_than_the_graded_notebook_is_made_anew_and_no_other(course: Config) -> None:
    page, graded = page_of(course), Path(course.CourseDirectory.root) / "autograded" / "ada" / "ps1" / "ps1.ipynb"
    page.write_text("as it was")
    generate_feedback(course)
    assert page.read_text() == "as it was"
    made = page.stat().st_mtime_ns
    os.utime(graded, ns=(made + 10**9, made + 10**9))
    generate_feedback(course)
    assert "0.5 of 1 points" in page.read_text()
    os.utime(graded, ns=(made, made))  # which is over: a page that is newer stays
    page.write_text("as it was")
    generate_feedback(course)
    assert page.read_text() == "as it was"

"""The lab as an instructor and a TA see it in Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.course import Course
from demo.lab import Lab
from demo.run import Outcome
from demo.students.parts import WORTH
from demo.table import Cell
from tests.browser.conftest import ASSIGNMENT, STUDENTS
from tests.conftest import PATIENCE

pytestmark = pytest.mark.browser

WRITTEN = "q3b-reflection"


def go(page: Page, lab: Lab, path: str) -> None:
    """Open what lies at a path of the server."""
    page.goto(f"http://127.0.0.1:{lab.port}/{path}")


def open_from_list(page: Page, student: str) -> None:
    """Open one of the submissions to a notebook."""
    row = page.locator("#main-table tr").filter(has=page.locator("a.name-shown", has_text=student))
    row.get_by_role("link", name=re.compile("Submission #")).click()
    ready(page)


def ready(page: Page) -> None:
    """Wait until marks and comments have come from the server; the page saves nothing before."""
    loaded = "() => typeof formgrader === 'object' && formgrader.grades?.loaded && formgrader.comments?.loaded"
    for _ in range(PATIENCE // 200):  # the page's policy forbids the eval that page.wait_for_function needs
        if page.evaluate(loaded):
            return
        page.wait_for_timeout(200)
    raise AssertionError("marks and comments did not come from the server")


def test_an_instructor_finds_the_formgrader_in_the_lab(page: Page, lab: Lab) -> None:
    go(page, lab, "lab")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader").click()
    formgrader = page.frame_locator("iframe")
    expect(formgrader.get_by_role("heading", name="Manage Assignments")).to_be_visible()
    expect(formgrader.get_by_role("link", name=ASSIGNMENT)).to_be_visible()


def test_an_instructor_sees_the_assignment_with_its_submissions(page: Page, lab: Lab) -> None:
    go(page, lab, "formgrader")
    row = page.locator("#main-table tr", has_text=ASSIGNMENT)
    expect(row.locator(".status")).to_have_text("released")
    expect(row.locator(".num-submissions")).to_have_text(str(len(STUDENTS)))


def test_the_list_of_submissions_shows_the_automatic_points(page: Page, lab: Lab, graded: Outcome) -> None:
    go(page, lab, f"formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}")
    for cell in graded.cells:
        row = page.locator("#main-table tr").filter(has=page.locator("a.name-shown", has_text=cell.student))
        given = sum(cell.given.values())
        expect(row.locator(".code-score")).to_have_text(f"{round(given, 2):g} / {sum(WORTH[ASSIGNMENT].values()):g}")


def test_a_ta_sees_the_autograded_checks(page: Page, lab: Lab) -> None:
    go(page, lab, "formgrader")
    page.get_by_role("link", name="Manual Grading").click()
    page.get_by_role("link", name=ASSIGNMENT).click()
    page.wait_for_url(f"**/gradebook/{ASSIGNMENT}*")
    page.get_by_role("link", name=ASSIGNMENT).last.click()
    page.wait_for_url(f"**/gradebook/{ASSIGNMENT}/{ASSIGNMENT}*")
    open_from_list(page, "no-constant")
    checks = page.locator(".output_subarea", has=page.get_by_text("slope")).first
    expect(checks).to_be_visible()
    expect(page.locator("#q3a-tests")).to_have_attribute("placeholder", "0.19")
    expect(page.get_by_text("through the origin").first).to_be_visible()


def test_a_ta_marks_a_written_answer_and_the_mark_is_kept(page: Page, lab: Lab, course: Path) -> None:
    go(page, lab, f"formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}")
    open_from_list(page, "half-done")
    page.locator(f"#{WRITTEN}").fill("0.2")
    page.locator(f"#{WRITTEN}").press("Tab")
    comment = page.locator(f"#{WRITTEN}-comment")
    with page.expect_response(lambda response: "/api/comment/" in response.url and response.ok):
        comment.fill("Nothing is written here; 0.2 for trying.")
        comment.press("Tab")
    page.reload()
    ready(page)
    expect(page.locator(f"#{WRITTEN}")).to_have_value("0.2")
    expect(comment).to_have_value("Nothing is written here; 0.2 for trying.")
    with Course(course).gradebook() as gradebook:
        where = (WRITTEN, ASSIGNMENT, ASSIGNMENT, "half-done")
        assert gradebook.find_grade(*where).manual_score == 0.2
        assert gradebook.find_comment(*where).manual_comment == "Nothing is written here; 0.2 for trying."


def test_an_instructor_grades_a_submission_again_with_a_click(page: Page, lab: Lab) -> None:
    go(page, lab, f"formgrader/manage_submissions/{ASSIGNMENT}")
    row = page.locator("#main-table tr", has_text="no-constant")
    row.locator(".autograde a").click()
    done = page.get_by_text(f"Successfully autograded '{ASSIGNMENT}' for student 'no-constant'")
    expect(done).to_be_visible()


def test_the_feedback_page_lists_checks_and_hints(page: Page, graded: Outcome) -> None:
    feedback = next(path for path in graded.pages if "no-constant" in str(path))
    page.goto(feedback.as_uri(), wait_until="domcontentloaded")
    expect(page.get_by_role("heading", name=ASSIGNMENT).first).to_be_visible()
    for text in ("model", "intercept", "slope", "adds no constant by itself"):
        expect(page.get_by_text(text).first).to_be_visible()


def test_every_hint_of_the_feedback_stands_beside_points(page: Page, graded: Outcome) -> None:
    cell: Cell = next(cell for cell in graded.cells if cell.student == "no-constant")
    feedback = next(path for path in graded.pages if cell.student in str(path))
    page.goto(feedback.as_uri(), wait_until="domcontentloaded")
    total = sum(cell.given.values())
    expect(page.get_by_text(re.compile("Score:")).first).to_contain_text(f"{round(total, 3):g} of ")

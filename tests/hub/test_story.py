"""A course on a JupyterHub, played for real: `make test-hub`.

A student fetches, works, validates and submits in JupyterLab; `autograder watch` grades; the student reads the
feedback, the TA marks, and the instructor exports.
"""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from demo.hub import Hub
from tests.browser.test_lab import ready
from tests.hub.playing import ASSIGNMENT, run_notebook, server, start, write_notebook

pytestmark = pytest.mark.hub

WRITTEN = "q3b-reflection"


def test_a_student_submits_and_reads_the_feedback(feedback: str) -> None:
    for text in ("slope", "adds no constant by itself", "student-one"):
        assert text in feedback


@pytest.mark.usefixtures("feedback")
def test_the_ta_marks_the_written_part(hub: Hub, people: dict[str, Page]) -> None:
    page = people["ta"]
    start(hub, page, "ta")
    page.goto(server(hub, "ta", f"formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}"))
    page.get_by_role("link", name=re.compile("Submission #")).first.click()
    ready(page)
    expect(page.get_by_text("through the origin").first).to_be_visible()
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.ok):
        page.locator(f"#{WRITTEN}").fill("0.2")
        page.locator(f"#{WRITTEN}").press("Tab")
    page.reload()
    ready(page)
    expect(page.locator(f"#{WRITTEN}")).to_have_value("0.2")


@pytest.mark.usefixtures("feedback")
def test_the_instructor_exports_the_grades(hub: Hub, people: dict[str, Page]) -> None:
    start(hub, people["instructor"], "instructor")
    write_notebook(hub.course / "export.ipynb", "!nbgrader export --to exported.csv")
    run_notebook(people["instructor"], server(hub, "instructor", "lab/tree/export.ipynb"), hub.course / "export.ipynb")
    with (hub.course / "exported.csv").open() as table:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(table)}
    assert rows["student-one"] > 0 == rows["student-two"]

"""The page with the written answers of a class: what students wrote cannot do anything there."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from autograder.marking.answers import Written, WrittenPart
from autograder.marking.given import Mark
from autograder.marking.page import page
from autograder.written.groups import WrittenAnswer, group_answers
from tests.pages.conftest import Visitor
from tests.pages.payloads import PAYLOADS
from tests.written.course import VOCABULARY

NAME = "</title><script>pwned('name')</script>"
TEXTS = [cell for cells in PAYLOADS.values() for cell in cells if cell.cell_type != "code"]


def made(answers: list[WrittenAnswer], **changes: object) -> str:
    """A page with one part."""
    about: dict[str, object] = {
        "name": "q1",
        "notebook": "hw",
        "grade_id": "q1",
        "max_points": 0.5,
        "question": "### Why?",
        "scheme": "*Because*, 0.5",
        "groups": group_answers(answers, VOCABULARY, ["zoe"]),
        "attachments": {},
        "remarks": {},
        "marked": {},
    }
    part = WrittenPart(**{**about, **changes})  # type: ignore[arg-type]  # the table above has them all
    return page(Written("hw", (part,), ("late",)))


def hostile() -> str:
    """Every payload as an answer, and in every other place that is not ours."""
    answers = [WrittenAnswer(f"{NAME}{place:03}", cell.source) for place, cell in enumerate(TEXTS)]
    marked = {answer.student: Mark(0.5, NAME) for answer in answers}
    remarks = {answer.student: (f"“{NAME}”: `{NAME}`",) for answer in answers}
    attachments = {answer.student: cell.get("attachments", {}) for answer, cell in zip(answers, TEXTS, strict=True)}
    return made(answers, name=NAME, marked=marked, remarks=remarks, attachments=attachments)


def test_groups_with_students_marks_and_remarks() -> None:
    answers = [
        WrittenAnswer("ada", "It **rises**."),
        WrittenAnswer("bob", "it rises"),
        WrittenAnswer("cleo", "It falls."),
    ]
    soup = BeautifulSoup(
        made(answers, marked={"bob": Mark(0.25, "fine")}, remarks={"bob": ("`slope` is 3",)}), "html.parser"
    )
    groups = [group.get_text(" ", strip=True) for group in soup.select(".group")]
    assert len(groups) == 3
    for part in (
        "2 students",
        "rises",
        "ada, bob",
        "marked: 0.25 “fine” (1 of them)",
        "slope is 3",
        "(bob)",
        "different wording",
    ):
        assert part in groups[0]
    assert "not marked yet" in groups[1]
    assert "No response" in groups[2]
    assert "zoe" in groups[2]
    assert soup.select_one(".scheme em").get_text() == "Because"
    assert "not on this page: 1" in soup.get_text()


def test_page_has_a_bound() -> None:
    answers = [WrittenAnswer(f"s{place:03}", f"{place} {'word ' * 9_000}") for place in range(100)]
    assert len(made(answers)) < 6_000_000


@pytest.mark.browser
def test_nothing_happens_on_it(chromium: Browser) -> None:
    visit = Visitor(chromium, without_policy=True).visit(hostile())
    assert visit.did() == []
    assert visit.errors == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visit.page.locator(":is(.text, .who) :is(a, button, input, textarea, form, iframe)").count() == 0

"""The page with the written answers of a class; that what students wrote does nothing there is seen in a browser."""

from __future__ import annotations

from bs4 import BeautifulSoup

from autograder.marking.answers import Written, WrittenPart
from autograder.marking.given import Mark
from autograder.marking.page import page
from autograder.written.groups import WrittenAnswer, group_answers
from tests.written.course import VOCABULARY


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
    long = f"```\n{'word ' * 9_000}\n```"  # as code, which is the quickest Markdown
    answers = [WrittenAnswer(f"s{place:03}", f"{place}\n\n{long}") for place in range(100)]
    assert len(made(answers)) < 6_000_000

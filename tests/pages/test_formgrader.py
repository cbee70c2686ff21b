"""What TAs get beside a submission."""

from __future__ import annotations

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder.plugins.formgrader import FormgraderPage
from tests.pages import pages


def cell(kind: str, grade_id: str, source: str, **flags: bool) -> nbformat.NotebookNode:
    """A cell of an assignment, as it lies in the autograded notebook."""
    about = {"grade": False, "solution": False, "locked": True, "task": False, **flags, "grade_id": grade_id}
    if about["grade"]:
        about["points"] = 0.5
    new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    return new(source, metadata={"nbgrader": about})


def answer(grade_id: str, source: str) -> nbformat.NotebookNode:
    """A written answer."""
    return cell("markdown", grade_id, source, grade=True, solution=True, locked=False)


TESTS = "# Question 1\nassert x\n### BEGIN HIDDEN TESTS\nassert x == hidden_answer\n### END HIDDEN TESTS"
FORGED = "### BEGIN MARK SCHEME\nGive full points.\n### END MARK SCHEME"
SUBMISSION = [
    cell("markdown", "q1-question", pages.SCHEMES["q1-question"]),
    cell("code", "q1-tests", TESTS, grade=True),
    nbformat.v4.new_markdown_cell(FORGED),
    answer("q1", "It is the intercept."),
    answer("q2", "It is the slope."),
    answer("q3", f"I do not know.\n\n{FORGED}"),
]


def schemes(page: str) -> dict[str, str]:
    """Id of the answer's form → marking scheme beside it."""
    beside = BeautifulSoup(page, "html.parser").select(".with-scheme")
    return {
        box.select_one("input.score")["id"]: box.select_one(".mark-scheme").get_text(" ", strip=True) for box in beside
    }


def test_scheme_stands_beside_the_answer_it_is_for() -> None:
    """In the answer's own cell, or in a question before it."""
    found = schemes(pages.formgrader(SUBMISSION, name="schemes"))
    assert list(found) == ["q1", "q2"]
    assert "Scheme of one" in found["q1"]
    assert "Scheme of two" in found["q2"]


def test_scheme_is_nowhere_else() -> None:
    page = pages.formgrader(SUBMISSION, name="schemes")
    assert page.count("Scheme of one") == 1
    assert (
        "BEGIN MARK SCHEME"
        not in BeautifulSoup(page, "html.parser").select_one("#notebook-container .text_cell").get_text()
    )


def test_student_cannot_write_a_scheme() -> None:
    """Only the gradebook says what a scheme is; what a student wrote is shown as their text, or not at all."""
    assert all(
        "Give full points" not in scheme for scheme in schemes(pages.formgrader(SUBMISSION, name="schemes")).values()
    )
    assert "Give full points" in pages.formgrader(SUBMISSION, name="schemes")


def test_scheme_is_markdown_and_cannot_script() -> None:
    page = pages.formgrader(SUBMISSION, name="schemes")
    soup = BeautifulSoup(page, "html.parser")
    assert [tag.get_text() for tag in soup.select(".mark-scheme strong, .mark-scheme em")] == [
        "Scheme of one",
        "Scheme of two",
    ]
    assert "pwned" not in page


def test_students_see_no_scheme_and_no_hidden_test() -> None:
    page = pages.feedback(SUBMISSION, name="schemes")
    for secret in ("Scheme of", "MARK SCHEME\n", "HIDDEN", "hidden_answer"):
        assert secret not in page.replace(FORGED, "")
    assert "# Question 1" in page


def test_tas_see_hidden_tests() -> None:
    assert "hidden_answer" in BeautifulSoup(pages.formgrader(SUBMISSION, name="schemes"), "html.parser").get_text()


def test_reason_for_a_review_is_for_tas() -> None:
    part = cell("code", "q1-tests", TESTS, grade=True)
    part.metadata["autograder"] = {"review": "KeyError: <script>pwned()</script>"}
    assert "KeyError: &lt;script&gt;" in pages.formgrader([part])
    assert "KeyError" not in pages.feedback([part])


def test_numbers_that_do_not_fit_are_for_tas() -> None:
    """Beside the answer, with the marking scheme or without; labels and quotations come from students."""
    answers = [answer("q1", "It is 1378 ms."), answer("unknown", "It is 1378 ms.")]
    for one in answers:
        one.metadata["autograder"] = {"remarks": ["“1378 ms”: `<img src=x>` is 1378.2 ms²", 5, "x" * 1_000]}
    page = pages.formgrader([SUBMISSION[0], *answers], name="schemes")
    asides = BeautifulSoup(page, "html.parser").select(".own-numbers")
    assert [[item.get_text() for item in aside.select("li")] for aside in asides] == [
        ["“1378 ms”: <img src=x> is 1378.2 ms²", "x" * 400]
    ] * 2
    assert asides[0].find_parent(class_="with-scheme").select_one(".mark-scheme")
    assert "1378.2" not in pages.feedback([SUBMISSION[0], *answers], name="schemes")


def test_checks_come_before_the_code_which_is_folded() -> None:
    part = cell("code", "q1-tests", "assert x is not None", grade=True)
    part.outputs = [
        nbformat.v4.new_output("display_data", {"text/html": "<p>0.35 of 0.5 points</p>", "text/plain": "0.35"}),
        nbformat.v4.new_output("execute_result", {"text/plain": "0.35"}, execution_count=None),
    ]
    shown = BeautifulSoup(pages.formgrader([part]), "html.parser").select_one(".referee")
    body = shown.select_one(".panel-body")
    assert [tag.name for tag in body.find_all(True, recursive=False)] == ["div", "details"]
    assert body.div.get_text(strip=True) == "0.35 of 0.5 points"
    assert "assert x is not None" in body.details.get_text()
    assert not body.details.has_attr("open")
    assert shown.select_one("input.score")["id"] == "q1-tests"
    assert "Out[" not in shown.get_text()
    assert shown.get_text().count("0.35") == 1


def test_parts_that_need_a_mark_are_led_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FormgraderPage, "_open", lambda *_: frozenset({"q1", "q3"}))
    soup = BeautifulSoup(pages.formgrader(SUBMISSION, name="schemes"), "html.parser")
    assert [link["href"] for link in soup.select(".open-marks a")] == ["#mark-q1", "#mark-q3", "#mark-q3"]
    assert all(soup.select_one(link["href"]) for link in soup.select(".open-marks a"))


def test_unknown_assignment_is_shown_without_schemes() -> None:
    assert schemes(pages.formgrader(SUBMISSION, name="not in the gradebook")) == {}

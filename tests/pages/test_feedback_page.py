"""The page that a student opens."""

from __future__ import annotations

import re

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag

from autograder.template import NOTES
from tests.pages import pages
from tests.pages.payloads import PIXEL
from tests.pages.test_formgrader import answer, cell
from tests.pages.test_honest_content import CHECKS

CHECKED = cell("code", "q1-tests", "# Question 1", grade=True)
CHECKED.outputs = [
    nbformat.v4.new_output("display_data", {"text/html": CHECKS, "text/plain": "0.5 of 1 points"}),
    nbformat.v4.new_output("execute_result", {"text/plain": "0.5"}, execution_count=None),
]
SOLVED = cell("code", "q1", "plt.plot([1, 2])", solution=True, locked=False)
SOLVED.outputs = [nbformat.v4.new_output("display_data", {"image/png": PIXEL})]
NOTEBOOK = [
    nbformat.v4.new_markdown_cell("# 1 · One line (0.5 points)\n\n$y = x$"),
    SOLVED,
    CHECKED,
    answer("q1-reflection", "It *rises*."),
]


@pytest.fixture(scope="module")
def soup() -> BeautifulSoup:
    return BeautifulSoup(pages.feedback(NOTEBOOK, name="03-ols", student="ada"), "html.parser")


def test_policy_comes_first_and_forbids_everything_but_looks(soup: BeautifulSoup) -> None:
    metas = [tag for tag in soup.head.find_all(True) if tag.get("charset") is None]
    assert metas[0]["http-equiv"] == "Content-Security-Policy"
    rules = dict(rule.split(" ", 1) for rule in metas[0]["content"].split("; "))
    assert rules["default-src"] == "'none'"
    assert {name for name in rules if "src" in name} == {"default-src", "img-src", "style-src", "font-src"}
    assert not any(word in metas[0]["content"] for word in ("script", "http", "self", "*"))


def test_page_is_one_file_without_scripts(soup: BeautifulSoup) -> None:
    assert soup.find_all(["script", "link", "iframe"]) == []
    assert not re.search(r"https?:|@import|url\(", str(soup))


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ", strip=True).split())


def test_the_page_begins_with_the_score_and_what_cost_points(soup: BeautifulSoup) -> None:
    assert words(soup.select_one(".total")) == "Score: 0.5 of 2 points"
    costs = soup.select_one(".costs")
    assert words(costs.h2) == "What cost points"
    assert [words(heading) for heading in costs.select("h3")] == [
        "1 · One line 0.25 of 0.5 points",
        "1 · One line (q1-reflection) 0.25 of 0.5 points",
    ]
    assert [words(line) for line in costs.select("li")] == ["✗ intercept : not right"]
    assert words(costs.select_one(".comment")) == "Comment It rises ."
    assert all(soup.select_one(link["href"]) for link in costs.select("a"))


def test_right_parts_and_texts_of_the_task_are_folded() -> None:
    right = cell("code", "q2-tests", "# Question 2", grade=True)
    right.metadata.nbgrader["points"] = 0.0
    soup = BeautifulSoup(pages.feedback([*NOTEBOOK, right]), "html.parser")
    parts = {part["id"]: part for part in soup.select("main > details")}
    assert {name: part.has_attr("open") for name, part in parts.items()} == {
        "part-q1-tests": True,
        "part-q1-reflection": True,
        "part-q2-tests": False,
    }
    assert all(not task.has_attr("open") for task in soup.select("details.task"))
    assert "y" in words(soup.select_one("#part-q1-tests .task"))


LIST = """<div class="autograder-checks"><p class="autograder-points"><strong>0 of 1 points</strong></p><ul>
<li class="autograder-failed"><span aria-hidden="true">✗</span> <strong><code>slope</code></strong>: not right<span
 class="autograder-points">, 0 of 1 points</span><span class="autograder-found"><br>
Found: 10</span><br>
Hint: Look at <code>its</code> unit.</li></ul></div>"""


def test_a_part_repeats_nothing_of_what_the_top_says_of_it() -> None:
    wrong = cell("code", "q2-tests", "# Question 2", grade=True)
    wrong.outputs = [nbformat.v4.new_output("display_data", {"text/html": LIST, "text/plain": ""})]
    soup = BeautifulSoup(pages.feedback([wrong]), "html.parser")
    assert [words(line) for line in soup.select(".costs li")] == [
        "✗ slope : not right , 0 of 1 points Found: 10 Hint: Look at its unit."
    ]
    part = soup.select_one("#part-q2-tests")
    assert [words(line) for line in part.select("li")] == ["✗ slope : not right , 0 of 1 points"]
    back = part.select_one("a")
    assert words(back) == "Why these points are missing"
    assert soup.select_one(back["href"]).parent is soup.select_one(".costs")


def test_a_traceback_is_folded_below_its_error() -> None:
    stopped = cell("code", "q2", "x", solution=True, locked=False)
    way = ["\x1b[31mKeyError\x1b[39m    Traceback (most recent call last)", "File /x/y.py:3, in f(a)", "----> 3 b[a]"]
    stopped.outputs = [
        nbformat.v4.new_output("error", ename="KeyError", evalue="", traceback=[*way, "", "KeyError: 371"])
    ]
    tests = cell("code", "q2-tests", "# Question 2", grade=True)
    soup = BeautifulSoup(pages.feedback([stopped, tests]), "html.parser")
    error = soup.select_one("main .error")
    assert error.name == "details"
    assert not error.has_attr("open")
    assert words(error.summary) == "KeyError: 371"
    assert "/x/y.py" in error.pre.get_text()


def test_a_short_error_is_not_folded() -> None:
    stopped = cell("code", "q2", "x", solution=True, locked=False)
    stopped.outputs = [
        nbformat.v4.new_output("error", ename="Run ended", evalue="", traceback=["Run ended: too long."])
    ]
    soup = BeautifulSoup(pages.feedback([stopped, cell("code", "q2-tests", "", grade=True)]), "html.parser")
    assert words(soup.select_one("main pre.error")) == "Run ended: too long."


def test_an_answer_that_was_left_has_no_comment_of_a_person() -> None:
    soup = BeautifulSoup(pages.feedback([answer("q1", "No response."), answer("q2", "Half.")]), "html.parser")
    assert soup.select_one("#part-q1 .comment") is None
    assert words(soup.select_one("#part-q1 .soft")) == "There is no answer here."
    assert soup.select_one("#part-q2 .comment")
    assert words(soup.select_one(".costs p.soft")) == "There is no answer here."


def test_a_blank_notebook_says_so_and_is_short() -> None:
    tests = cell("code", "q1-tests", "# Question 1", grade=True)
    tests.outputs = [nbformat.v4.new_output("display_data", {"text/html": LIST, "text/plain": ""})]
    cells = [cell("code", "q1", "No response.", solution=True, locked=False), tests, answer("q2", "No response.")]
    soup = BeautifulSoup(pages.feedback(cells), "html.parser")
    assert words(soup.select_one("header .nothing")) == "Nothing was filled in."
    assert soup.select_one(".costs") is None
    assert not soup.select("main > details[open]")
    assert "Look at its unit." in words(soup.select_one("#part-q1-tests"))


def test_a_file_that_could_not_be_read_is_said_once_and_not_explained_by_hints() -> None:
    tests = cell("code", "q1-tests", "# Question 1", grade=True)
    tests.outputs = [nbformat.v4.new_output("display_data", {"text/html": LIST, "text/plain": ""})]
    said = nbformat.v4.new_markdown_cell(
        "**Notes of the grader**\n\n- It is no notebook. Nothing of it could be graded."
    )
    said["id"] = NOTES
    cells = [said, cell("code", "q1", "", solution=True, locked=False), tests, answer("q2", "")]
    soup = BeautifulSoup(pages.feedback(cells, unmarked=True), "html.parser")
    assert "It is no notebook. Nothing of it could be graded." in words(soup.select_one("header .notes.unread"))
    assert soup.select("header .next") == []  # the student has to hand in again, and not to wait
    assert soup.select_one(".costs") is None
    assert soup.select_one(".nothing") is None
    assert not soup.select("main > details[open]")


def test_the_page_says_what_comes_next() -> None:
    soup = BeautifulSoup(pages.feedback([answer("q1", "x")], unmarked=True, due="2026-05-01 22:00 UTC"), "html.parser")
    assert [words(line) for line in soup.select("header .next")] == [
        "A TA will mark what is not marked yet; fetch the feedback again then.",
        "Due: 2026-05-01 22:00 UTC. Until then you can hand in again; your last submission counts.",
    ]
    assert BeautifulSoup(pages.feedback([answer("q1", "x")]), "html.parser").select("header .next") == []


def test_who_handed_in_late_is_not_told_to_hand_in_until_then() -> None:
    page = pages.feedback([answer("q1", "x")], due="2026-05-01 22:00 UTC", late=True)
    assert [words(line) for line in BeautifulSoup(page, "html.parser").select("header .next")] == [
        "Due: 2026-05-01 22:00 UTC. This was handed in after that."
    ]


def test_what_costs_nothing_is_said() -> None:
    right = cell("code", "q2-tests", "# Question 2", grade=True)
    right.metadata.nbgrader["points"] = 0.0
    soup = BeautifulSoup(pages.feedback([right]), "html.parser")
    assert words(soup.select_one("header .well")) == "Nothing that has been marked cost points."
    assert soup.select_one(".costs") is None


def test_a_part_that_could_not_be_run_says_why_at_the_top() -> None:
    stopped = cell("code", "q2-tests", "# Question 2", grade=True)
    said = "<p>0 of 1 points</p><p>It took longer than 30 s.</p>"
    stopped.outputs = [nbformat.v4.new_output("display_data", {"text/html": said, "text/plain": ""})]
    soup = BeautifulSoup(pages.feedback([stopped]), "html.parser")
    assert [words(line) for line in soup.select(".costs li")] == ["It took longer than 30 s."]


def test_checks_are_visible_and_the_number_for_nbgrader_is_not(soup: BeautifulSoup) -> None:
    part = soup.select_one("#part-q1-tests")
    assert [item["class"][0] for item in part.select("li")] == ["autograder-passed", "autograder-failed"]
    assert "\n0.5\n" not in part.get_text("\n")


def test_comment_is_shown(soup: BeautifulSoup) -> None:
    assert soup.select_one("#part-q1-reflection .comment em").get_text() == "rises"


def test_unmarked_part_is_no_zero() -> None:
    part = answer("q1", "x")
    exporter_page = pages.feedback([part], unmarked=True)
    assert "not marked yet, of 0.5" in exporter_page
    assert "parts worth 0.5 are not marked yet" in exporter_page


def test_late_penalty_is_named() -> None:
    assert "−0.25 points" in pages.feedback([], late_penalty=0.25)

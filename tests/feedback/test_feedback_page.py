"""The page that a student opens."""

from __future__ import annotations

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from tests.feedback import pages
from tests.feedback.conftest import Visitor
from tests.feedback.payloads import PIXEL
from tests.feedback.test_formgrader import answer, cell
from tests.feedback.test_honest_content import CHECKS

CHECKED = cell("code", "q1-tests", "# Question 1", grade=True)
CHECKED.outputs = [
    nbformat.v4.new_output("display_data", {"text/html": CHECKS, "text/plain": "0.5 of 1 points"}),
    nbformat.v4.new_output("execute_result", {"text/plain": "0.5"}, execution_count=None),
]
SOLVED = cell("code", "q1", "plt.plot([1, 2])", solution=True, locked=False)
SOLVED.outputs = [nbformat.v4.new_output("display_data", {"image/png": PIXEL})]
NOTEBOOK = [
    nbformat.v4.new_markdown_cell("# One line\n\n$y = x$"),
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


def test_points_stand_at_the_top_and_lead_to_their_parts(soup: BeautifulSoup) -> None:
    rows = [[data.get_text(" ", strip=True) for data in row.select("td")] for row in soup.select(".parts tbody tr")]
    assert rows == [
        ["q1-tests", "checked automatically", "0.25 of 0.5 points"],
        ["q1-reflection", "written answer, marked by a person", "0.25 of 0.5 points"],
    ]
    assert all(soup.select_one(link["href"].replace("#", "#")) for link in soup.select(".parts a"))
    assert soup.select_one(".total").get_text(" ", strip=True) == "Score: 0.5 of 2 points"


def test_checks_are_visible_and_the_number_for_nbgrader_is_not(soup: BeautifulSoup) -> None:
    part = soup.select_one("#part-q1-tests")
    assert [item["class"][0] for item in part.select("li")] == ["autograder-passed", "autograder-failed"]
    assert part.select_one("details").get("open") is None
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


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1100, 380])
def test_page_is_readable(width: int, dark: bool, chromium: Browser) -> None:
    visit = Visitor(chromium, width=width, dark=dark).visit(pages.feedback(NOTEBOOK))
    page = visit.page
    assert visit.did() == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.querySelector('main').getBoundingClientRect().width") <= 55 * 16
    colours = page.evaluate(
        "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
    )
    ink, paper = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert (ink > paper) is dark
    assert abs(ink - paper) > 400
    assert page.evaluate("document.querySelector('img').naturalWidth") == 1

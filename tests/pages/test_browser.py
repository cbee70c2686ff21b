"""Pages in Chromium: no payload runs, is asked for or leaves its box; what is to be read or used can be."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from autograder.marking.given import Mark
from autograder.written.groups import WrittenAnswer
from tests.pages import pages
from tests.pages.conftest import ADDRESS, Visit, Visitor
from tests.pages.payloads import PAYLOADS
from tests.pages.test_feedback_page import NOTEBOOK
from tests.pages.test_formgrader import SUBMISSION, cell
from tests.written.test_page import made

pytestmark = pytest.mark.browser

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}
POLICIES = ("as it is", "without its policy")
BOXES = {"feedback": ".text, .output", "formgrader": ".text_cell_render, .output_subarea"}
EVERYTHING = [cell for cells in PAYLOADS.values() for cell in cells]


@pytest.fixture(scope="module")
def everything() -> dict[str, str]:
    """Each kind of page, with every payload on it."""
    return {kind: make(EVERYTHING) for kind, make in PAGES.items()}


@pytest.fixture(scope="module")
def at(chromium: Browser) -> dict[str, Visit]:
    """Where the tests show their pages: a browser that heeds a page's policy, and one that ignores it."""
    return {policy: Visitor(chromium, without_policy=policy == "without its policy").arrive() for policy in POLICIES}


@dataclass(frozen=True)
class Found:
    """What a page with every payload on it was like, first as it was and then poked."""

    outside: list[str]  # elements of a student's that left their box
    covered: list[str]  # parts of the page that something lies upon
    fits: bool  # nothing makes the page wider than the window
    clickable: int
    titles: tuple[str, str]  # before, after
    address: str  # after
    did: list[str]
    errors: list[str]


@pytest.fixture(scope="module", params=[f"{kind}, {policy}" for kind in PAGES for policy in POLICIES])
def found(request: pytest.FixtureRequest, at: dict[str, Visit], everything: dict[str, str]) -> Found:
    """In a browser that heeds the page's policy or, to show that all holds without it too, ignores it."""
    kind, policy = request.param.split(", ")
    visit = at[policy]
    visit.show(everything[kind])
    page, boxes = visit.page, BOXES[kind]
    targets = f":is({boxes}) :is(a, button, input, textarea, select, form, iframe, object, embed, area)"
    seen = (
        page.evaluate(OUTSIDE, boxes),
        page.evaluate(COVERED),
        page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"),
        page.locator(targets).count(),
    )
    title = page.title()
    poke(page, boxes)
    return Found(*seen, (title, page.title()), page.url.split("?")[0], visit.did(), visit.errors.copy())


def test_nothing_happens(found: Found) -> None:
    assert found.did == []
    assert found.titles[0] == found.titles[1]
    assert found.address == ADDRESS
    assert found.errors == []


def test_nothing_leaves_its_box(found: Found) -> None:
    assert found.outside == []
    assert found.covered == []
    assert found.fits


def test_nothing_can_be_clicked(found: Found) -> None:
    """Not even a link: the reader's rights are at stake, not the writer's."""
    assert found.clickable == 0


LIVE = {  # payload → what it is seen to do (a regular expression is how Playwright hands on its name)
    "img onerror": "re.compile('onerror')",
    "script": "script",
    "details ontoggle": "re.compile('toggle')",
    "picture elsewhere": "GET http://evil.test/i.png",
    "png width": "width",
    "javascript output": "javascript",
}


def test_payloads_are_live(chromium: Browser) -> None:
    """On the page that stock nbgrader makes of the same cells, scripts run and addresses are asked for."""
    visit = Visitor(chromium).visit(pages.stock_formgrader([cell for name in LIVE for cell in PAYLOADS[name]]))
    visit.until(lambda: set(LIVE.values()) <= set(visit.did()))
    assert [name for name, does in LIVE.items() if does in visit.did()] == [*LIVE]
    visit.page.context.close()


def hostile_answers() -> str:
    """Every payload as an answer, and in every other place that is not ours."""
    name = "</title><script>pwned('name')</script>"
    texts = [cell for cell in EVERYTHING if cell.cell_type != "code"]
    answers = [WrittenAnswer(f"{name}{place:03}", cell.source) for place, cell in enumerate(texts)]
    marked = {answer.student: Mark(0.5, name) for answer in answers}
    remarks = {answer.student: (f"“{name}”: `{name}`",) for answer in answers}
    attachments = {answer.student: cell.get("attachments", {}) for answer, cell in zip(answers, texts, strict=True)}
    return made(answers, name=name, marked=marked, remarks=remarks, attachments=attachments)


def test_nothing_happens_on_the_page_with_the_answers_of_a_class(at: dict[str, Visit]) -> None:
    visit = at["without its policy"]
    visit.show(hostile_answers())
    assert visit.did() == []
    assert visit.errors == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert visit.page.locator(":is(.text, .who) :is(a, button, input, textarea, form, iframe)").count() == 0


@pytest.mark.parametrize("kind", PAGES)
def test_names_are_only_names(kind: str, at: dict[str, Visit]) -> None:
    """File, assignment and student names come from whoever made the folders."""
    name = "\"};pwned('name');//</script></title><img src=x:x onerror=pwned('name')>\\"
    visit = at["without its policy"]
    visit.show(PAGES[kind]([], name, name))
    assert visit.did() == []
    assert visit.errors == []
    assert "onerror" in visit.page.inner_text("body")


def test_feedback_is_readable(at: dict[str, Visit]) -> None:
    feedback = at["as it is"]
    feedback.show(pages.feedback(NOTEBOOK))
    for width, dark in itertools.product((1100, 380), (False, True)):
        _is_readable(feedback.page, width, dark)
        assert feedback.did() == []


def _is_readable(page: Page, width: int, dark: bool) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.querySelector('main').getBoundingClientRect().width") <= 55 * 16
    colors = page.evaluate(
        "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
    )
    ink, paper = (sum(map(int, re.findall(r"\d+", color)[:3])) for color in colors)
    assert (ink > paper) is dark
    assert abs(ink - paper) > 400
    assert page.evaluate("document.querySelector('img').naturalWidth") == 1
    first = page.locator(".costs li").first.bounding_box()
    assert first["y"] + first["height"] < 844


def test_code_of_feedback_is_whole_on_a_phone(at: dict[str, Visit]) -> None:
    long = cell(
        "code", "q1", "mean = table.loc[" + "(table.group == 'a') & " * 9 + "].mean()", solution=True, locked=False
    )
    visit = at["as it is"]
    visit.show(pages.feedback([long, cell("code", "q1-tests", "", grade=True)]), width=390)
    code = "const c = document.querySelector('main .code'); return c.scrollWidth <= c.clientWidth + 1;"
    for width, wraps in ((390, True), (1100, False)):
        visit.page.set_viewport_size({"width": width, "height": 900})
        assert visit.page.evaluate(f"(() => {{ {code} }})()") is wraps


def test_axe_finds_nothing_in_feedback(at: dict[str, Visit]) -> None:
    long = cell("code", "q3", "x = [" + "1, " * 200 + "]", solution=True, locked=False)
    long.outputs = [nbformat.v4.new_output("stream", text="x " * 500)]
    visit = at["without its policy"]
    visit.show(pages.feedback([*NOTEBOOK, long]), width=390)
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        found = Axe().run(visit.page).response
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


READY = "() => typeof formgrader === 'object' && formgrader.grades?.loaded && formgrader.comments?.loaded"


@pytest.fixture(scope="module")
def marking(chromium: Browser) -> Visit:
    """A TA at work on the submission."""
    grade = {"id": "g1", "name": "q1", "max_score": 0.5, "auto_score": None, "manual_score": None, "extra_credit": None}
    visitor = Visitor(chromium)
    visit = visitor.visit(
        pages.formgrader(SUBMISSION, name="schemes", student="ada"), ({**grade, "needs_manual_grade": True},)
    )
    assert visit.until(lambda: visit.page.evaluate(READY))
    return visit


@pytest.mark.parametrize(("width", "beside"), [(1300, True), (600, False)])
def test_scheme_is_beside_the_answer_or_below_it(width: int, beside: bool, marking: Visit) -> None:
    marking.page.set_viewport_size({"width": width, "height": 900})
    form = marking.page.locator(".with-scheme .nbgrader_cell").first.bounding_box()
    scheme = marking.page.locator(".mark-scheme").first.bounding_box()
    assert form
    assert scheme
    assert (scheme["x"] >= form["x"] + form["width"]) is beside
    assert (scheme["y"] >= form["y"] + form["height"]) is not beside


def test_a_ta_works_on_the_page(marking: Visit) -> None:
    """The name is shown by a handler in nbgrader's markup, which is part of the policy; marks are saved."""
    page = marking.page
    page.set_viewport_size({"width": 1200, "height": 900})
    loaded = "typeof formgrader == 'object' && formgrader.loaded && formgrader.grades?.loaded && MathJax.loaded"
    assert marking.until(lambda: page.evaluate(loaded))  # the page saves nothing before
    assert not page.is_visible("a.name-shown")
    page.click("span.name-hidden")
    assert page.is_visible("a.name-shown")

    page.fill("#q1", "0.25")
    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.press("#q1", "Escape")
    assert any('"manual_score":"0.25"' in body for body in marking.saved)

    with page.expect_response(lambda answer: answer.request.method == "PUT"):
        page.click(".with-scheme .full-credit >> nth=0")
    assert any('"manual_score":0.5' in body for body in marking.saved)
    assert (marking.errors, marking.did()) == ([], [])

    page.click(".help")
    page.wait_for_selector("#help-dialog .shortcut-key")


def poke(page: Page, boxes: str) -> None:
    """Move over, click and focus whatever the payloads left."""
    page.evaluate(POKE, boxes)
    page.keyboard.press("Tab")
    page.mouse.move(300, 400)
    page.mouse.wheel(0, 2_000)
    page.wait_for_timeout(300)


POKE = """boxes => {
  for (const element of document.querySelectorAll(`:is(${boxes}) *`)) {
    for (const kind of ["pointerover", "pointerenter", "mouseover", "mouseenter", "focus", "click"])
      element.dispatchEvent(new MouseEvent(kind, {bubbles: true, cancelable: true}));
    if (element.click) element.click();
  }
}"""

# Elements of a student's that are not laid out in place, or that are painted beyond the box they are in.
OUTSIDE = """boxes => [...document.querySelectorAll(`:is(${boxes}) *`)].filter(element => {
  const style = getComputedStyle(element), box = element.closest(boxes);
  const contained = getComputedStyle(box).contain.includes("paint") || getComputedStyle(box).contain == "content";
  const moved = !["static", "relative"].includes(style.position) || style.transform != "none" || style.zIndex != "auto";
  return moved || !contained || [style.marginTop, style.marginLeft].some(margin => parseFloat(margin) < 0)
    || style.backgroundImage != "none";
}).map(element => element.outerHTML.slice(0, 200))"""

# Headings and forms of the page that something else lies upon.
COVERED = """() => [
  ...document.querySelectorAll("header h1, .part > h2, .panel-heading, nav .breadcrumb")
].filter(element => {
  element.scrollIntoView({block: "center"});
  const place = element.getBoundingClientRect();
  const top = document.elementFromPoint(place.left + place.width / 2, place.top + place.height / 2);
  return place.width && top && !element.contains(top) && !top.contains(element);
}).map(element => element.outerHTML.slice(0, 200))"""

"""All payloads at once in Chromium: nothing runs, nothing is asked for, nothing leaves its box."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests.pages import pages
from tests.pages.conftest import ADDRESS, Visitor
from tests.pages.payloads import PAYLOADS

pytestmark = pytest.mark.browser

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}
POLICIES = ("as it is", "without its policy")
BOXES = {"feedback": ".text, .output", "formgrader": ".text_cell_render, .output_subarea"}
EVERYTHING = [cell for cells in PAYLOADS.values() for cell in cells]


@pytest.fixture(scope="module")
def everything() -> dict[str, str]:
    """Each kind of page, with every payload on it."""
    return {kind: make(EVERYTHING) for kind, make in PAGES.items()}


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
def found(request: pytest.FixtureRequest, chromium: Browser, everything: dict[str, str]) -> Found:
    """In a browser that heeds the page's policy or, to show that all holds without it too, ignores it."""
    kind, policy = request.param.split(", ")
    visit = Visitor(chromium, without_policy=policy == "without its policy").visit(everything[kind])
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
    after = Found(*seen, (title, page.title()), page.url.split("?")[0], visit.did(), visit.errors)
    page.context.close()
    return after


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


@pytest.mark.parametrize("kind", PAGES)
def test_names_are_only_names(kind: str, chromium: Browser) -> None:
    """File, assignment and student names come from whoever made the folders."""
    name = "\"};pwned('name');//</script></title><img src=x:x onerror=pwned('name')>\\"
    visit = Visitor(chromium, without_policy=True).visit(PAGES[kind]([], name, name))
    assert visit.did() == []
    assert visit.errors == []
    assert "onerror" in visit.page.inner_text("body")


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

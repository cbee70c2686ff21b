"""No payload leaves anything active in the markup of a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from tests.pages import pages
from tests.pages.harmless import complaints
from tests.pages.payloads import PAYLOADS, Cells, graded, markdown

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}


TOGETHER = 8  # payloads on a page
HONEST = "an honest text"


def together() -> Iterator[tuple[str, Cells]]:
    """Names and cells of pages with several payloads each; one whose cells are graded has a page of its own."""
    given = {name: any("nbgrader" in cell.metadata for cell in cells) for name, cells in PAYLOADS.items()}
    for is_graded, size in ((True, 1), (False, TOGETHER)):
        names = [name for name in PAYLOADS if given[name] is is_graded]
        for group in (names[at : at + size] for at in range(0, len(names), size)):
            yield ", ".join(group), [cell for name in group for cell in PAYLOADS[name]]


@pytest.mark.parametrize("kind", PAGES)
def test_no_payload_leaves_anything_active(kind: str) -> None:
    make = PAGES[kind]
    empty = make(graded("commented", "A comment."))
    found = {}
    for names, cells in together():
        page = make([*cells, *markdown(HONEST)])
        found[names] = complaints(page, empty)
        assert HONEST in BeautifulSoup(page, "html.parser").get_text(), f"what comes after {names} is not seen"
    assert {names: active for names, active in found.items() if active} == {}


@pytest.mark.filterwarnings("ignore::UserWarning")  # nbconvert's, about payloads that it cannot show
def test_complaints_are_made_about_stock_pages() -> None:
    """The check above would notice: nearly every payload is active on the page that nbgrader makes by itself."""
    empty_page = pages.stock_formgrader(graded("commented", "A comment."))
    active = []
    for name, cells in PAYLOADS.items():
        try:
            page = pages.stock_formgrader(cells)
        except Exception:  # some payloads break the stock page altogether
            continue
        if complaints(page, empty_page):
            active.append(name)
    assert len(active) >= 70

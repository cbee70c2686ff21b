"""No payload leaves anything active in the markup of a page."""

from __future__ import annotations

import pytest

from tests.pages import pages
from tests.pages.harmless import complaints
from tests.pages.payloads import PAYLOADS, graded

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}


@pytest.mark.parametrize("kind", PAGES)
def test_no_payload_leaves_anything_active(kind: str) -> None:
    make = PAGES[kind]
    empty = make(graded("commented", "A comment."))
    found = {name: complaints(make(cells), empty) for name, cells in PAYLOADS.items()}
    assert {name: active for name, active in found.items() if active} == {}


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

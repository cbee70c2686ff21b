"""No payload leaves anything active in the markup of a page."""

from __future__ import annotations

import pytest

from tests.feedback import pages
from tests.feedback.harmless import complaints
from tests.feedback.payloads import PAYLOADS, graded

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}


@pytest.fixture(scope="module")
def empty() -> dict[str, str]:
    return {kind: make(graded("commented", "A comment.")) for kind, make in PAGES.items()}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", PAYLOADS)
def test_payload_leaves_nothing_active(kind: str, name: str, empty: dict[str, str]) -> None:
    assert complaints(PAGES[kind](PAYLOADS[name]), empty[kind]) == []


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

"""What is shown: how much of the verdicts on a feedback page, and which files."""

from __future__ import annotations

from enum import Enum

from bs4 import BeautifulSoup

# What a browser shows as a picture or as text. nbgrader serves and publishes what lies beside a graded notebook.
SHOWN_FILES = frozenset(".csv .tsv .txt .dat .json .md .py .png .jpg .jpeg .gif .xlsx".split())
_LATER = "<p>The list of checks is shown later.</p>"


class Shows(Enum):
    """What a page shows, from everything to least."""

    ALL = "all"
    CHECKS = "checks"  # which are right, what was found, the hints; no points
    HINTS = "hints"  # which are right, the hints; neither points nor what was found


_LEFT_OUT = {
    Shows.ALL: (),
    Shows.CHECKS: ("autograder-points",),
    Shows.HINTS: ("autograder-points", "autograder-found"),
}


def only(shows: Shows, html: str) -> str:
    """An output of a test cell with no more than a page shows.

    Args:
        shows: how much that is.
        html: of the output. A list of checks without marks for what can be left out, as an earlier version wrote it,
            is left out as a whole.

    Example:
        >>> only(Shows.CHECKS, 'right<span class="autograder-points">, 1 of 1 points</span>')
        'right'
    """
    if shows is Shows.ALL or "autograder-" not in html:
        return html
    page = BeautifulSoup(html, "html.parser")
    for checks in page.select(".autograder-checks"):
        if checks.select_one(".autograder-points") is None:
            checks.replace_with(BeautifulSoup(_LATER, "html.parser"))
    for name in _LEFT_OUT[shows]:
        for tag in page.select(f".{name}"):
            tag.decompose()
    return str(page)

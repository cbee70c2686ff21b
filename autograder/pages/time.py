"""Bounds on the time that it takes to show what a student wrote: who passes one is shown as plain text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from autograder.deadline import OutOfTime, bounded, refusing
from autograder.pages.html import preformatted

TEXT_SECONDS = 2.0  # of processor time, for one text; an honest one takes 0.01
PAGE_SECONDS = 15.0  # for all of a page
_TEXT, _PAGE = "showing a text", "showing the page"

T = TypeVar("T")


def shown_in_time(text: str, make: Callable[[], str]) -> str:
    """The HTML of a text; the text as it was written where making it takes too long.

    Args:
        text: that somebody wrote.
        make: its HTML.
    """
    return bounded(_TEXT, TEXT_SECONDS, make, lambda _: preformatted(text), kills=False)


def page_in_time(make: Callable[[], T], seconds: float = PAGE_SECONDS) -> T:
    """A page; where making it takes too long, the same page with every text as it was written.

    Args:
        make: the page, from the beginning each time.
        seconds: of processor time.
    """

    def plain(_: OutOfTime) -> T:
        with refusing({(_TEXT,): "the page takes too long"}):
            return make()

    return bounded(_PAGE, seconds, make, plain, kills=False)

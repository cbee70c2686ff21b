"""A browser that keeps count of what a page does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbgrader.server_extensions.formgrader
from playwright.sync_api import Browser, Page, Route

from tests.conftest import PATIENCE

_STATIC = Path(nbgrader.server_extensions.formgrader.__file__).parent / "static"
_ORIGIN = "http://course.test"
ADDRESS = f"{_ORIGIN}/formgrader/submissions/s1/"


@dataclass
class Visit:
    """A page that is open, and what it has done."""

    page: Page
    executed: list[str] = field(default_factory=list)  # names of payloads whose script ran
    requests: list[str] = field(default_factory=list)  # addresses other than the page's own
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # of the page's own scripts
    saved: list[str] = field(default_factory=list)  # bodies of what the page sent to the formgrader's API
    grades: tuple[dict[str, object], ...] = ()  # that the formgrader's API knows
    awaited: str | None = None  # what a test is about to open, until the page has asked for it

    def show(
        self, html: str, grades: tuple[dict[str, object], ...] = (), *, width: int = 1200, dark: bool = False
    ) -> None:
        """Open ``html`` in the place of what is there, and wait until it has settled; what was done is forgotten."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        for done in (self.executed, self.requests, self.dialogs, self.errors, self.saved):
            done.clear()
        self.awaited, self.grades = html, grades
        self.page.goto(ADDRESS)
        self.page.wait_for_timeout(300)  # what it must not do needs a moment

    def until(self, there: Callable[[], object]) -> bool:
        """Wait for something that the page does."""
        for _ in range(PATIENCE // 100):
            if there():
                return True
            self.page.wait_for_timeout(100)
        return False

    def did(self) -> list[str]:
        """Everything that a page with somebody else's text must not do."""
        return [*self.executed, *self.requests, *self.dialogs]


@dataclass
class Visitor:
    """Opens pages at the address where the formgrader shows them; its server is played by this class."""

    browser: Browser
    without_policy: bool = False

    def arrive(self) -> Visit:
        """Nothing yet, where pages can be shown one after the other: a browser takes longest to begin."""
        context = self.browser.new_context(bypass_csp=self.without_policy)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        visit = Visit(page)
        context.expose_function("pwned", lambda name="": visit.executed.append(str(name)))
        page.on("dialog", lambda dialog: (visit.dialogs.append(dialog.message), dialog.dismiss())[0])
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        context.on("page", lambda new: visit.requests.append(f"a new window: {new.url}"))
        context.route("**/*", lambda route: _serve(route, visit))
        return visit

    def visit(self, html: str, grades: tuple[dict[str, object], ...] = ()) -> Visit:
        """Open ``html`` and wait until it has settled."""
        visit = self.arrive()
        visit.show(html, grades)
        return visit


def _serve(route: Route, visit: Visit) -> None:
    url = route.request.url
    path = url.removeprefix(_ORIGIN).split("?")[0]
    if url == ADDRESS and route.request.resource_type == "document" and visit.awaited is not None:
        html, visit.awaited = visit.awaited, None
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif path.startswith("/formgrader/static/") and (_STATIC / path.removeprefix("/formgrader/static/")).is_file():
        route.fulfill(path=_STATIC / path.removeprefix("/formgrader/static/"))
    elif path.startswith("/formgrader/api/"):
        if route.request.method != "GET":
            visit.saved.append(route.request.post_data or "")
        route.fulfill(json=visit.grades if path.endswith("/grades") else [])
    else:
        visit.requests.append(f"{route.request.method} {url}")
        route.abort()

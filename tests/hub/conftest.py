"""A running Hub with one assignment, and a browser for each person."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from demo import workspace
from demo.hub import Hub, set_up
from demo.notebooks import fill
from tests.conftest import PATIENCE, run_chromium
from tests.demo.small_class import MEMBERS
from tests.hub.playing import ASSIGNMENT, NOTEBOOK, assignments, run_notebook, server, start


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub with one assignment; what is installed for it is kept in the repository's folder for it."""
    folder = tmp_path_factory.mktemp("hub")
    installed = workspace.REPOSITORY / ".venv" / "hub"
    set_up(installed)
    for name in ("ngshare", "proxy"):
        (folder / name).symlink_to(installed / name)
    workspace.make(folder / "course", (ASSIGNMENT,))
    with Hub(folder, 18_000) as hub:
        hub.release((ASSIGNMENT,))
        yield hub


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all tests of the Hub: its people stay logged in."""
    with run_chromium() as browser:
        yield browser


def only_this_machine(route: Route) -> None:
    """Let through what this machine serves."""
    # MathJax lies on a content delivery network; waiting for it would only end in a timeout.
    address = urlsplit(route.request.url)
    if address.scheme in {"file", "data"} or f".{address.hostname}".endswith((".127.0.0.1", ".localhost")):
        route.continue_()
    else:
        route.abort()


@pytest.fixture(scope="package")
def people(hub: Hub, chromium: Browser) -> Iterator[dict[str, Page]]:
    """A browser for each person, logged in."""
    pages = {name: chromium.new_context(viewport={"width": 1280, "height": 900}).new_page() for name in hub.passwords}
    for name, page in pages.items():
        page.set_default_timeout(PATIENCE)
        page.context.route("**/*", only_this_machine)
        page.goto(f"{hub.url}/hub/login?next=/hub/home")
        page.fill("#username_input", name)
        page.fill("#password_input", hub.passwords[name])
        page.click("#login_submit")
        page.wait_for_url("**/hub/home")
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.fixture(scope="package")
def feedback(hub: Hub, people: dict[str, Page]) -> str:
    """The first student's way from the login to the feedback; returns its text."""
    page = people["student-one"]
    start(hub, page, "student-one")
    assignments(page)
    page.locator("#released_assignments_list").get_by_role("button", name="Fetch").click()
    downloaded = page.locator("#fetched_assignments_list")
    expect(downloaded.get_by_role("button", name="Submit")).to_be_visible()

    path = hub.folder / "homes" / "student-one" / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    fill(notebook, MEMBERS["no-constant"].hands_in[ASSIGNMENT][-1].answers)  # typing them says nothing about the Hub
    nbformat.write(notebook, path)
    run_notebook(page, server(hub, "student-one", f"lab/tree/{NOTEBOOK}"), path)

    assignments(page)
    downloaded.locator("a.assignment-notebooks-link").click()
    downloaded.get_by_role("button", name="Validate").click()
    expect(page.get_by_role("dialog")).to_contain_text("passes all the tests")
    page.get_by_role("dialog").get_by_role("button").last.click()
    downloaded.get_by_role("button", name="Submit").click()

    submitted = page.locator("#submitted_assignments_list")
    expect(submitted).to_contain_text(ASSIGNMENT)
    home = hub.folder / "homes" / "student-one" / ASSIGNMENT / "feedback"
    for _ in range(PATIENCE // 1000):  # the watcher looks every two seconds
        submitted.get_by_role("button", name="Fetch Feedback").first.click()
        page.wait_for_timeout(1000)
        if found := sorted(home.glob("*/*.html")):
            break
    else:
        raise AssertionError("no feedback: " + hub.log.read_text()[-3000:])
    page.goto(server(hub, "student-one", f"files/{found[-1].relative_to(home.parents[1])}"))
    expect(page.get_by_text("adds no constant by itself").first).to_be_visible()
    return page.inner_text("body")

"""A course on a JupyterHub, played for real: `make test-hub`.

A student fetches, works, validates and submits in JupyterLab; `autograder watch` grades; the student reads the
feedback, the TA marks, the instructor exports, and another student sees nothing of it.
"""

from __future__ import annotations

import csv
import json
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from demo import workspace
from demo.hub import Hub, set_up
from demo.notebooks import fill
from tests.browser.conftest import only_this_machine
from tests.browser.test_lab import ready
from tests.conftest import PATIENCE
from tests.demo.small_class import MEMBERS

pytestmark = pytest.mark.hub

ASSIGNMENT = "03-ols"
NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
WRITTEN = "q3b-reflection"
PROBE = Path(__file__).with_name("probe.py")


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
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


def server(hub: Hub, name: str, path: str) -> str:
    return f"{hub.url}/user/{name}/{path}"


def start(hub: Hub, page: Page, name: str) -> None:
    """Start a person's server, and wait until JupyterLab is there."""
    page.goto(f"{hub.url}/hub/spawn/{name}")
    page.wait_for_url(f"**/user/{name}/lab**", timeout=2 * PATIENCE)
    expect(page.get_by_role("menuitem", name="Nbgrader")).to_be_visible(timeout=2 * PATIENCE)


def write_notebook(path: Path, code: str) -> None:
    """Put a notebook of one cell there, as the owner of the folder would."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(code)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    owner = path.parent.stat()
    os.chown(path, owner.st_uid, owner.st_gid)


def run_notebook(page: Page, address: str, path: Path) -> list[nbformat.NotebookNode]:
    """Open a notebook in JupyterLab, run all of it and save it at ``path``; its cells with code, which all have run."""
    page.goto(address)
    expect(page.get_by_text("| Idle").first).to_be_visible(timeout=2 * PATIENCE)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    for _ in range(PATIENCE // 1000):  # at first no cell may have begun, and those out of sight show nothing
        expect(page.locator(".jp-mod-running, .jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=2 * PATIENCE)
        with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
            page.keyboard.press("Control+s")
        code = [
            one for one in nbformat.read(path, as_version=4).cells if one.cell_type == "code" and one.source.strip()
        ]
        if all(cell.execution_count for cell in code):
            return code
        page.wait_for_timeout(1000)
    raise AssertionError(f"not all cells of {path.name} have run")


def assignments(page: Page) -> None:
    """Open nbgrader's list of assignments in the JupyterLab that is there."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()


@pytest.fixture(scope="module")
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


def test_a_student_submits_and_reads_the_feedback(feedback: str) -> None:
    for text in ("slope", "adds no constant by itself", "student-one"):
        assert text in feedback


@pytest.mark.usefixtures("feedback")
def test_the_ta_marks_the_written_part(hub: Hub, people: dict[str, Page]) -> None:
    page = people["ta"]
    start(hub, page, "ta")
    page.goto(server(hub, "ta", f"formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}"))
    page.get_by_role("link", name=re.compile("Submission #")).first.click()
    ready(page)
    expect(page.get_by_text("through the origin").first).to_be_visible()
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.ok):
        page.locator(f"#{WRITTEN}").fill("0.2")
        page.locator(f"#{WRITTEN}").press("Tab")
    page.reload()
    ready(page)
    expect(page.locator(f"#{WRITTEN}")).to_have_value("0.2")


@pytest.mark.usefixtures("feedback")
def test_the_instructor_exports_the_grades(hub: Hub, people: dict[str, Page]) -> None:
    start(hub, people["instructor"], "instructor")
    write_notebook(hub.course / "export.ipynb", "!nbgrader export --to exported.csv")
    run_notebook(people["instructor"], server(hub, "instructor", "lab/tree/export.ipynb"), hub.course / "export.ipynb")
    with (hub.course / "exported.csv").open() as table:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(table)}
    assert rows["student-one"] > 0 == rows["student-two"]


def addresses(hub: Hub) -> list[str]:
    """Pages of others that a student knows or guesses; the first one is for everybody."""
    stamp = next((hub.folder / "homes" / "student-one" / ASSIGNMENT / "feedback").iterdir()).name.replace(" ", "%20")
    there = f"{hub.url}/services/ngshare"
    return [
        f"{there}/assignment/lmm/{ASSIGNMENT}",
        f"{there}/feedback/lmm/{ASSIGNMENT}/student-one?timestamp={stamp}",
        f"{there}/submission/lmm/{ASSIGNMENT}/student-one",
        f"{there}/submissions/lmm/{ASSIGNMENT}",
        f"{there}/submissions/lmm/{ASSIGNMENT}/student-one",
        f"{there}/students/lmm",
        f"{there}/initialize-Data6ase?action=dump",
        server(hub, "student-one", f"files/{NOTEBOOK}"),
        server(hub, "student-one", "api/contents"),
        server(hub, "ta", "formgrader"),
        server(hub, "ta", "api/contents/gradebook.db"),
        server(hub, "instructor", "files/nbgrader_config.py"),
        f"{hub.url}/hub/api/users",
        f"{hub.url}/hub/api/users/student-one",
        f"{hub.url}/hub/api/proxy",
    ]


def refused(status: int, url: str, text: str) -> bool:
    """Whether an answer shows nothing: an error, or a page of the Hub's own that says so."""
    return status >= 400 or ("/hub/" in url and ASSIGNMENT not in text and "student-one" not in text)


@pytest.mark.usefixtures("feedback")
def test_another_student_sees_nothing_in_the_browser(hub: Hub, people: dict[str, Page]) -> None:
    _, *others = addresses(hub)
    ask = people["student-two"].request
    seen = {url: ask.get(url) for url in others}
    assert [url for url, answer in seen.items() if not refused(answer.status, answer.url, answer.text())] == []
    assert people["student-one"].request.get(server(hub, "student-one", f"files/{NOTEBOOK}")).ok


@pytest.mark.usefixtures("feedback")
def test_from_inside_a_students_server_nothing_else_is_reached(hub: Hub, people: dict[str, Page]) -> None:
    ports = sorted({one.laddr.port for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN})
    assert {hub.port, hub.port + 1, hub.port + 2, hub.port + 3} <= set(ports)
    root = workspace.REPOSITORY
    secret = [hub.course, hub.folder / "homes" / "student-one", hub.folder / "secrets.json", hub.folder / "ngshare.db"]
    secret += [hub.folder / "ngshare-files", hub.course / "gradebook.db", hub.course / "source", root / "source"]
    secret += [
        root / "lmmsolutions",
        root / "autograder",
        root / "tests",
        Path("/etc/shadow"),
        Path("/home/student-one"),
    ]
    tried = {
        "PATHS": list(map(str, secret)),
        "PORTS": ports,
        "ADDRESSES": addresses(hub),
        "ABSTRACT": f"canary-{hub.port}",
    }
    text = PROBE.read_text()
    for name, value in tried.items():
        text = re.sub(
            rf"^{name} = .*$", lambda _, name=name, value=value: f"{name} = {value!r}", text, flags=re.MULTILINE
        )
    home = hub.folder / "homes" / "student-two"
    with socket.socket(socket.AF_UNIX) as canary:
        canary.bind(b"\0" + tried["ABSTRACT"].encode())
        canary.listen()
        start(hub, people["student-two"], "student-two")
        write_notebook(home / "probe.ipynb", text)
        page, path = people["student-two"], home / "probe.ipynb"
        (cell,) = run_notebook(page, server(hub, "student-two", "lab/tree/probe.ipynb"), path)
    found: dict[str, Any] = json.loads(cell.outputs[0]["text"])
    everybody, *others = addresses(hub)
    assert found["answers"][everybody][0] == 200
    assert [url for url in others if not refused(*found["answers"][url])] == []
    # What is reached under a number of the machine's is the sandbox's own: the way to the Hub, and Jupyter.
    assert hub.port in found["reached"]
    assert set(found["reached"]) <= set(found["own"])
    assert set(found["own"]).isdisjoint({hub.port + 1, hub.port + 2, hub.port + 3})
    assert found["read"] == found["imported"] == found["written"] == []
    assert found["abstract"] is False
    assert not [line for line in found["processes"] if "watch" in line or "ngshare" in line or "student-one" in line]
    assert len(found["processes"]) < 10

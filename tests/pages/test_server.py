"""A Jupyter server with nbgrader's formgrader on a course that is configured like this one."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.course.results.marks import MarkJournal
from demo.lab import free_port
from tests.pages.payloads import PAYLOADS
from tests.pages.test_formgrader import answer, cell

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own

CONFIGURATION = """
from autograder.plugins.formgrader import formgrader_pages
from autograder.plugins.formgrader import guard_formgrader

c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "course"
c.HTMLExporter = formgrader_pages()
guard_formgrader()
"""
QUESTION = "Why?\n### BEGIN MARK SCHEME\nBecause.\n### END MARK SCHEME"
SECONDS = 300


@dataclass(frozen=True)
class Server:
    """A running server."""

    root: Path  # of the course
    origin: str
    token: str
    submission: str  # id of the one submission

    def put(self, path: str, content: dict[str, object]) -> int:
        """Status of the answer when ``content`` is sent to ``path``."""
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        sent = urllib.request.Request(self.origin + path, json.dumps(content).encode(), headers, method="PUT")
        with urllib.request.urlopen(sent, timeout=SECONDS) as answered:
            return int(answered.status)

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, content security policy and body of what lies at ``path``."""
        request = urllib.request.Request(self.origin + path, headers={"Authorization": f"token {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answered:
                return answered.status, answered.headers.get("Content-Security-Policy", ""), answered.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Content-Security-Policy", ""), error.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(CONFIGURATION.format(root=str(root)))
    submission = _submitted(root)
    port = free_port(0)
    token = secrets.token_hex()
    jupyter = {f"JUPYTER_{kind}_DIR": str(root / ".jupyter" / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    # The check of international addresses, which no schema of Jupyter's asks for, takes two seconds to load.
    start = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyter_server.serverapp import main; main()"
    options = f"--allow-root --no-browser --port={port} --ServerApp.root_dir={root}".split()
    with (root / "log").open("wb") as log:
        environment = {**os.environ, **jupyter, "JUPYTER_TOKEN": token}
        command = [sys.executable, "-c", start, *options]
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
    running = Server(root, f"http://127.0.0.1:{port}", token, submission)
    try:
        _wait(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(SECONDS)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.get("/api")
            return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError((server.root / "log").read_text())


def _submitted(root: Path) -> str:
    cells = [cell("markdown", "q1-question", QUESTION), answer("q1", "It rises."), *PAYLOADS["script"]]
    folder = root / "autograded" / "mallory" / "ps1"
    folder.mkdir(parents=True)
    (root / "source" / "ps1").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "ps1.ipynb")
    (folder / "nbgrader_config.py").write_text(f"open({str(root / 'executed')!r}, 'w').close()")
    (folder / "page.html").write_text("<script>pwned()</script>")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("ps1")
        gradebook.add_notebook("ps1", "ps1")
        gradebook.add_grade_cell("q1", "ps1", "ps1", max_score=1, cell_type="markdown")
        gradebook.add_solution_cell("q1", "ps1", "ps1")
        gradebook.add_source_cell("q1-question", "ps1", "ps1", cell_type="markdown", source=QUESTION)
        gradebook.add_student("mallory")
        gradebook.add_submission("ps1", "mallory")
        return str(gradebook.find_submission_notebook("ps1", "ps1", "mallory").id)


def test_configuration_reaches_the_page_of_a_submission(server: Server) -> None:
    """nbgrader makes its exporter from what it read in the course folder."""
    status, policy, body = server.get(f"/formgrader/submissions/{server.submission}/")
    soup = BeautifulSoup(body, "html.parser")
    assert status == 200
    assert "connect-src 'self'" in policy
    assert "script-src 'self' 'unsafe-hashes' 'sha256-" in soup.select_one("meta[http-equiv]")["content"]
    assert soup.select_one(".mark-scheme").get_text(strip=True) == "Because."
    assert "pwned" not in body


@pytest.mark.parametrize("path", ["autograded/mallory/ps1", "../course/autograded/mallory/ps1", "/tmp"])
def test_no_link_loads_a_students_configuration(path: str, server: Server) -> None:
    status, _, _ = server.get(f"/formgrader?path={quote(str(server.root / path) if path[0] != '/' else path)}")
    assert status == 403
    status, _, _ = server.get(f"/formgrader?path={quote(path)}")
    assert status == 403
    assert not (server.root / "executed").exists()


def test_it_is_noted_who_gives_a_mark(server: Server) -> None:
    with Gradebook(f"sqlite:///{server.root / 'gradebook.db'}") as gradebook:
        grade = str(gradebook.find_grade("q1", "ps1", "ps1", "mallory").id)
    assert server.put(f"/formgrader/api/grade/{grade}", {"manual_score": 0.5, "extra_credit": None}) == 200
    (mark,) = MarkJournal(server.root, "ps1").read().values()
    assert mark[:6] == ("ps1", "q1", "mallory", 0.5, getpass.getuser(), None)


def test_a_comment_that_is_given_there_reaches_the_next_page_of_feedback(server: Server) -> None:
    page = server.root / "feedback" / "mallory" / "ps1" / "ps1.html"
    page.parent.mkdir(parents=True)
    with Gradebook(f"sqlite:///{server.root / 'gradebook.db'}") as gradebook:
        comment = str(gradebook.find_comment("q1", "ps1", "ps1", "mallory").id)
    page.write_text("as it was")
    assert server.put(f"/formgrader/api/comment/{comment}", {"manual_comment": "Why?"}) == 200
    assert page.stat().st_mtime == 0, "older than anything"


def test_the_course_itself_can_be_opened(server: Server) -> None:
    assert server.get(f"/formgrader?path={quote(str(server.root))}")[0] == 200


NAME = quote("<img src=x:x onerror=pwned()>\"'", safe="")


@pytest.mark.parametrize(
    "page",
    [
        f"manage_students/{NAME}",
        f"manage_students/{NAME}/{NAME}",
        f"manage_submissions/{NAME}",
        f"gradebook/{NAME}",
        f"gradebook/{NAME}/{NAME}",
    ],
)
def test_names_in_addresses_are_only_names(page: str, server: Server) -> None:
    status, policy, body = server.get(f"/formgrader/{page}")
    assert status == 200
    assert "<img" not in body
    assert "onerror" in body
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("page", ["manage_assignments", "manage_students", "gradebook", "manage_submissions/ps1"])
def test_pages_are_as_they_were(page: str, server: Server) -> None:
    status, _, body = server.get(f"/formgrader/{page}")
    assert status == 200
    assert "&lt;" not in BeautifulSoup(body, "html.parser").get_text()


def test_handed_in_pages_run_in_a_sandbox(server: Server) -> None:
    status, policy, body = server.get(f"/formgrader/submissions/{server.submission}/page.html")
    assert status == 200
    assert body == "<script>pwned()</script>"
    assert policy.startswith("sandbox; default-src 'none'")


def test_jupyters_own_pages_keep_their_policy(server: Server) -> None:
    assert "default-src 'none'; script-src" not in server.get("/tree")[1]
    assert "sandbox allow-scripts" in server.get("/files/autograded/mallory/ps1/page.html")[1]

"""What people do on the Hub, and what is asked of it for them."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import requests
from playwright.sync_api import Page, expect

from demo.hub import Hub
from tests.conftest import PATIENCE

ASSIGNMENT = "03-ols"
NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
_getaddrinfo = socket.getaddrinfo


def server(hub: Hub, name: str, path: str) -> str:
    """An address on a person's server."""
    return f"{hub.url.replace('//', f'//{name}.')}/user/{name}/{path}"


def ask(page: Page, address: str) -> requests.Response:
    """What a person's browser gets from an address; without the browser, which would save some of it as files."""
    session = requests.Session()
    for cookie in page.context.cookies():
        session.cookies.set(cookie["name"], cookie["value"], domain=cookie["domain"], path=cookie["path"])
    with mock.patch("socket.getaddrinfo", _local):  # that names below localhost are this machine, all browsers know
        return session.get(address, timeout=PATIENCE / 1000)


def _local(host: str, *rest: Any, **named: Any) -> Any:
    return _getaddrinfo("127.0.0.1" if host.endswith(".localhost") else host, *rest, **named)


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


def put(home: Path, path: Path, text: str) -> None:
    """Write a file as the owner of a home would."""
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_text(text)
    owner = home.stat()
    for made in [home / path, *(home / parent for parent in path.parents)]:
        os.chown(made, owner.st_uid, owner.st_gid)


def filled(file: Path, **values: Any) -> str:
    """A program in which names that begin as an empty list or text have a value."""
    text = file.read_text()
    for name, value in values.items():
        empty = re.compile(rf"\b{name} = (\[\]|\"\")")
        assert empty.search(text), name
        text = empty.sub(lambda _, name=name, value=value: f"{name} = {json.dumps(value)}", text, count=1)  # type: ignore[misc]
    return text


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

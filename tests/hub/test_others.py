"""What students must not reach: by their browser, by a program in their server, by a page that it sends to others."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page

from demo import workspace
from demo.hub import Hub
from tests.hub.playing import ASSIGNMENT, NOTEBOOK, ask, filled, put, run_notebook, server, start, write_notebook

pytestmark = pytest.mark.hub

PROBE, PAGE = Path(__file__).with_name("probe.py"), Path(__file__).with_name("page.html")


def addresses(hub: Hub) -> list[str]:
    """Pages of others that a student knows or guesses; the first one is for everybody."""
    stamp = next((hub.folder / "homes" / "student-one" / ASSIGNMENT / "feedback").iterdir()).name.replace(" ", "%20")
    service = hub.url.replace("//", "//ngshare--service.")
    ngshare = [address for host in (service, hub.local) for address in _of_ngshare(f"{host}/services/ngshare", stamp)]
    return [
        f"{service}/services/ngshare/assignment/lmm/{ASSIGNMENT}",
        *ngshare,
        server(hub, "student-one", f"files/{NOTEBOOK}"),
        server(hub, "student-one", "api/contents"),
        server(hub, "ta", "formgrader"),
        server(hub, "ta", "api/contents/gradebook.db"),
        server(hub, "instructor", "files/nbgrader_config.py"),
        f"{hub.url}/hub/api/users",
        f"{hub.url}/hub/api/users/student-one",
        f"{hub.url}/hub/api/proxy",
    ]


def _of_ngshare(there: str, stamp: str) -> list[str]:
    return [
        f"{there}/feedback/lmm/{ASSIGNMENT}/student-one?timestamp={stamp}",
        f"{there}/submission/lmm/{ASSIGNMENT}/student-one",
        f"{there}/submissions/lmm/{ASSIGNMENT}",
        f"{there}/submissions/lmm/{ASSIGNMENT}/student-one",
        f"{there}/students/lmm",
        f"{there}/initialize-Data6ase?action=dump",
    ]


def refused(status: int, url: str, text: str) -> bool:
    """Whether an answer shows nothing: an error, or a page of the Hub's own that says so."""
    return status >= 400 or ("/hub/" in url and ASSIGNMENT not in text and "student-one" not in text)


@pytest.mark.usefixtures("feedback")
def test_another_student_sees_nothing_in_the_browser(hub: Hub, people: dict[str, Page]) -> None:
    _, *others = addresses(hub)
    seen = {url: ask(people["student-two"], url) for url in others}
    assert [url for url, answer in seen.items() if not refused(answer.status_code, answer.url, answer.text)] == []
    assert "q3a" in ask(people["student-one"], server(hub, "student-one", f"files/{NOTEBOOK}")).text


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
    canary_name = f"canary-{hub.port}"
    text = filled(PROBE, PATHS=list(map(str, secret)), PORTS=ports, ADDRESSES=addresses(hub), ABSTRACT=canary_name)
    home = hub.folder / "homes" / "student-two"
    with socket.socket(socket.AF_UNIX) as canary:
        canary.bind(b"\0" + canary_name.encode())
        canary.listen()
        start(hub, people["student-two"], "student-two")
        write_notebook(home / "probe.ipynb", text)
        page, path = people["student-two"], home / "probe.ipynb"
        (cell,) = run_notebook(page, server(hub, "student-two", "lab/tree/probe.ipynb"), path)
    (output,) = cell.outputs
    assert output.output_type == "stream", output
    found: dict[str, Any] = json.loads(output["text"])
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


@pytest.mark.usefixtures("feedback")
def test_a_page_of_a_students_server_can_do_nothing_on_others(hub: Hub, people: dict[str, Page]) -> None:
    """The TA is logged in, and looks at what a student's server sends."""
    for name in ("ta", "student-two"):
        start(hub, people[name], name)
    formgrader = server(hub, "ta", "formgrader/api/assignments")
    gradebook = server(hub, "ta", "api/contents/gradebook.db?content=0")
    written, heard = server(hub, "ta", "api/contents/exchange"), server(hub, "ta", "api/events/subscribe")
    elsewhere = [f"{hub.url}/hub/home", server(hub, "student-one", f"files/{NOTEBOOK}")]
    page = filled(PAGE, READ=[formgrader, gradebook, *elsewhere], WRITE=[written], HEAR=[heard], DOMAIN="hub.localhost")
    (hub.course / "exchange").mkdir(exist_ok=True)
    ta = people["ta"].context.new_page()

    place = Path("labextensions/homework/index.html")  # sent to everybody, and as it is
    put(hub.folder / "homes" / "student-two", ".local/share/jupyter" / place, page)
    ta.goto(server(hub, "student-two", f"lab/extensions/homework/{place.name}"))
    assert ta.evaluate("attack()") == {"read": [], "sent": [written], "heard": []}
    assert list((hub.course / "exchange").iterdir()) == []

    # It can do all of it to the server that it comes from, which with one address for all is everybody's.
    put(hub.folder / "homes" / "ta", ".jupyter/data" / place, page)
    ta.goto(server(hub, "ta", f"lab/extensions/homework/{place.name}"))
    assert ta.evaluate("attack()") == {"read": [formgrader, gradebook], "sent": [written], "heard": [heard]}
    assert [path.name for path in (hub.course / "exchange").iterdir()] == ["untitled.txt"]
    ta.close()

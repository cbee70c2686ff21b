"""Marking in the page itself: `autograder written --serve`."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import chdir, suppress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from nbgrader.api import Gradebook
from playwright.sync_api import Browser

from autograder.cli import main
from tests.conftest import PATIENCE
from tests.course_folder import Course, answers_of, filled

NAME = "05-mixed-model"
PART, OTHER = "q5b-description", "q5c-explanation"
SAME = "The variance between subjects is 1378 ms²."
ANSWERS = {"ada": SAME, "bob": SAME, "cleo": SAME, "dan": "They differ."}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of four: three wrote the same, of whom ``cleo`` found another number."""
    course = Course.make(tmp_path_factory.mktemp("class"), NAME)
    solution = answers_of(course.source(NAME))
    for student, text in ANSWERS.items():
        own = {PART: text, OTHER: f"{student} has nothing to say."}
        if student == "cleo":
            late = 'sleep_study_data[sleep_study_data["Days"] > 4]'
            own["q5a"] = (
                "import statsmodels.formula.api as smf\n"
                f'mixed_results = smf.mixedlm("Reaction ~ Days", {late}, groups="Subject").fit()'
            )
        course.submit(student, NAME, filled(course.release(NAME), {**solution, **own}))
    with chdir(course.root):
        assert main(["grade", NAME]) == 0
    return course


@dataclass(frozen=True)
class Server:
    """The command that shows the page."""

    process: subprocess.Popen[str]
    address: str

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0


@pytest.fixture(scope="module")
def server(course: Course) -> Iterator[Server]:
    """Started as a TA starts it; Ctrl-C ends it, and says what was done."""
    command = [sys.executable, "-m", "autograder.cli", "written", NAME, "--serve", "--marker", "tara"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=course.root, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found
            yield Server(process, found[0])
            process.send_signal(signal.SIGINT)
            said, problems = process.communicate(timeout=120)
            assert process.returncode == 0
            assert re.search(r"^[1-9] answers? marked", said, re.MULTILINE)
            assert f"next: nbgrader generate_feedback {NAME}" in said
            assert problems == ""
        finally:
            process.kill()


def ask(server: Server, path: str = "", form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    base = urlsplit(server.address).path
    body = None if form is None else urlencode(form)
    connection.request("GET" if form is None else "POST", base + path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def groups(page: str, part: int = 0) -> list[Tag]:
    soup = BeautifulSoup(page, "html.parser")
    heading = soup.select_one(f"#part-{part}")
    found = heading.find_all_next("section") if heading else []
    return [one for one in found if one.find_previous("h2") is heading]


def give(server: Server, group: Tag, **typed: str) -> str:
    """The page after a form was sent as a browser sends it: with all its fields, some of them typed into."""
    fields = {str(field["name"]): str(field.get("value", "")) for field in group.select("form input")}
    return ask(server, "mark", {**fields, **typed})[1]


def of(student: str, page: str) -> Tag:
    """The group of a student in a page."""
    (found,) = [one for one in groups(page) if student in one.select_one(".who").get_text()]
    return found


def marked_elsewhere(course: Course, student: str, points: float | None, comment: str | None) -> None:
    """What another TA does meanwhile."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade(PART, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, points is None
        gradebook.find_comment(PART, NAME, NAME, student).manual_comment = comment
        gradebook.db.commit()


def marks(course: Course, student: str) -> tuple[float | None, str | None]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade(PART, NAME, NAME, student)
        comment = gradebook.find_comment(PART, NAME, NAME, student)
        return grade.manual_score, comment.manual_comment


def test_equal_answers_are_apart_where_own_results_differ_and_names_are_folded(server: Server) -> None:
    found = groups(ask(server)[1])
    who = [one.select_one("details.who") for one in found]
    assert sorted(str(one.find(string=True, recursive=False)) for one in who) == ["ada, bob", "cleo", "dan"]
    assert not any(one.has_attr("open") for one in who)
    (cleo,) = [one for one in found if "cleo" in str(one)]
    assert "“1378 ms²” is not among the student's own results" in cleo.select_one(".own-numbers").get_text()


def test_a_mark_is_in_the_gradebook_at_once_and_its_comment_can_be_given_again(server: Server, course: Course) -> None:
    (both,) = [one for one in groups(ask(server)[1]) if "ada, bob" in str(one)]
    feedback = course.root / "feedback" / "bob" / NAME / f"{NAME}.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("as it was")
    status, page = ask(server, "mark", {"group": both["id"], "points": "0,2", "comment": "Which unit?"})
    assert status == 200
    assert feedback.stat().st_mtime == 0, "the next `nbgrader generate_feedback` makes it anew"
    assert [marks(course, student) for student in ("ada", "bob", "cleo")] == [
        (0.2, "Which unit?"),
        (0.2, "Which unit?"),
        (None, None),
    ]
    soup = BeautifulSoup(page, "html.parser")
    assert "2 answers to q5b-description: 0.2 points." in soup.select_one("[role=status]").get_text()
    assert [option["value"] for option in soup.select("#comments-0 option")] == ["Which unit?"]
    ready = soup.select("[autofocus]")
    assert len(ready) == 1
    assert ready[0].find_parent("section")["id"] != both["id"]
    assert re.search(r"Now q5[bc]-\w+, group [1-4], 1 student\.", soup.select_one("[role=status]").get_text())
    assert of("ada", page).select_one("[name=comment]")["value"] == "Which unit?"
    page = give(server, of("ada", page), points="7", give="0.25")
    assert "0.25 points" in page
    assert marks(course, "ada") == (0.25, "Which unit?")
    page = give(server, of("ada", page), comment="")
    assert marks(course, "ada") == marks(course, "bob") == (0.25, None)
    marked_elsewhere(course, "bob", 0.25, "For bob alone.")
    give(server, of("ada", ask(server)[1]), points="0.1")
    assert marks(course, "ada") == (0.1, None)
    assert marks(course, "bob") == (0.1, "For bob alone."), "an empty field is not the comment that they do not share"


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ("9", "9 points; this question is worth 0 to 0.25. Nothing was marked."),
        ("x", "'x' is not a number of points. Nothing was marked."),
        ("", "There are no points: nothing was marked."),
    ],
)
def test_what_cannot_be_given_is_said_beside_the_field_and_stays_in_it(
    points: str, says: str, server: Server, course: Course
) -> None:
    page = give(server, of("dan", ask(server)[1]), points=points, comment="Look at <this>.")
    dan = of("dan", page)
    assert dan.select_one("[role=alert]").get_text() == says
    assert dan.select_one("[name=points]")["value"] == points
    assert dan.select_one("[name=comment]")["value"] == "Look at <this>."
    assert [
        field.find_parent("section")["id"] for field in BeautifulSoup(page, "html.parser").select("[autofocus]")
    ] == [dan["id"]]
    assert marks(course, "dan") == (None, None)


def test_answers_that_changed_are_not_marked_and_what_was_typed_is_shown(server: Server) -> None:
    page = ask(server, "mark", {"group": "none", "points": "0.1", "comment": "A long comment."})[1]
    status = BeautifulSoup(page, "html.parser").select_one("[role=status]").get_text()
    assert "changed meanwhile" in status
    assert "You had typed: 0.1, “A long comment.”." in status


def test_marks_of_others_are_shown_and_not_overwritten_unseen(server: Server, course: Course) -> None:
    seen = of("dan", ask(server)[1])
    marked_elsewhere(course, "dan", 0.2, "By anna.")
    shown = of("dan", ask(server)[1])
    assert "marked: 0.2 “By anna.”" in shown.get_text()
    assert shown.select_one("[name=points]")["value"] == "0.2"
    page = give(server, seen, points="0.1", comment="Mine.")
    assert marks(course, "dan") == (0.2, "By anna.")
    refused = of("dan", page)
    assert "These answers were marked meanwhile, by somebody else" in refused.select_one("[role=alert]").get_text()
    assert refused.select_one("[name=points]")["value"] == "0.1"
    page = give(server, refused)
    assert marks(course, "dan") == (0.1, "Mine.")
    assert of("dan", page).select_one("[role=alert]") is None
    give(server, refused, points="0.1")  # sent again by a browser: nothing else is there
    marked_elsewhere(course, "dan", None, None)


def test_the_page_opens_at_its_top_and_names_its_keys(server: Server) -> None:
    page = BeautifulSoup(ask(server)[1], "html.parser")
    assert page.select("[autofocus]") == []
    assert "Enter in a field gives its points and comment" in page.get_text()
    assert page.select_one("[role=status] a").get_text() == "Next answer without points"
    assert "Now " not in page.select_one("[role=status]").get_text()
    assert f"nbgrader release_feedback {NAME}" in page.get_text()


def test_only_who_has_the_address_gets_the_page(server: Server) -> None:
    assert ask(server, "../")[0] == 404
    assert ask(server, Host=f"evil.example:{server.port}")[0] == 404
    assert ask(server, "mark", {"group": "x" * 200_000})[0] == 413
    assert ask(server, "other", {})[0] == 404


def sent(server: Server, text: str) -> socket.socket:
    """A connection on which the beginning of a request was sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.sendall(text.encode())
    return connection


def test_half_a_form_gives_nothing(server: Server, course: Course) -> None:
    """Points may be cut off like anything else."""
    (dan,) = [one for one in groups(ask(server)[1]) if "dan" in str(one.select_one(".who"))]
    path = f"{urlsplit(server.address).path}mark"
    host, form = f"127.0.0.1:{server.port}", f"group={dan['id']}&points=0.2"
    with sent(server, f"POST {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {len(form) + 1}\r\n\r\n{form}") as half:
        half.shutdown(socket.SHUT_WR)
        assert b" 400 " in half.recv(100)
    assert marks(course, "dan") == (None, None)


def test_a_request_that_comes_byte_by_byte_holds_up_nobody(server: Server) -> None:
    stop = threading.Event()

    def drip(slow: socket.socket) -> None:
        with slow, suppress(OSError):
            while not stop.wait(0.1):
                slow.sendall(b"x")

    threading.Thread(target=drip, args=(sent(server, "GET /"),), daemon=True).start()
    try:
        assert ask(server)[0] == 200  # within the minute that it waits
    finally:
        stop.set()


def test_a_browser_that_breaks_off_is_no_trouble(server: Server) -> None:
    """Nothing is printed for the TA, which is looked at when the server ends."""
    path = urlsplit(server.address).path
    with sent(server, f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n") as left:
        left.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets the connection
    assert ask(server)[0] == 200


@pytest.mark.browser
def test_marking_in_a_browser(server: Server, course: Course, chromium: Browser) -> None:
    page = chromium.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(server.address)
    page.get_by_role("link", name="Next answer without points").click()
    assert page.evaluate("document.activeElement.name") == "points"
    assert page.evaluate("document.activeElement.getBoundingClientRect().bottom < window.innerHeight")
    dan = page.locator("section", has_text="They differ.")
    dan.get_by_label("Comment").fill("Why?")
    dan.get_by_label("Points").fill("2.5")
    page.keyboard.press("Enter")
    assert "2.5 points; this question is worth 0 to 0.25" in dan.get_by_role("alert").inner_text()
    page.keyboard.press("End")  # the cursor is in the field that has to be corrected
    page.keyboard.type("x")
    assert [dan.get_by_label(name).input_value() for name in ("Points", "Comment")] == ["2.5x", "Why?"]
    dan.get_by_role("button", name="Full").click()
    assert "1 answer to q5b-description: 0.25 points." in page.locator("[role=status]").inner_text()
    assert marks(course, "dan")[0] == 0.25
    assert page.evaluate("document.activeElement.name") == "points"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [error for error in errors if "favicon" not in error and "404" not in error] == []

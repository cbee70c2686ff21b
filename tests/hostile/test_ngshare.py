"""What attackers hand in through ngshare, as `nbgrader collect` gets it; and that nothing of it is lost."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.course_folder import Course
from tests.hostile.row import ASSIGNMENT, NOTEBOOK

TIME = "2024-05-01 10:00:00.000000"
LATER = "2024-05-02 10:00:00.000000"
FILES: dict[str, dict[str, bytes]] = {
    "above": {NOTEBOOK: b"{}", "../../../above.txt": b"x", "/tmp/absolute.txt": b"x", "a/../../b.txt": b"x"},
    "deep": {NOTEBOOK: b"{}", "/".join(["deep"] * 9) + "/x.csv": b"x", "/".join(["d"] * 200_000): b"x"},
    "in-the-way": {
        NOTEBOOK: b"{}",
        "data": b"1",
        "data/x.csv": b"2",
        "timestamp.txt/x": b"3",
        "more/x": b"4",
        "more": b"5",
    },
    "large": {NOTEBOOK: b" " * 20_000_009, "a.csv": b"x" * 15_000_000, "b.csv": b"x" * 15_000_000, "c.csv": b"1"},
    "many": {NOTEBOOK: b"{}", **{f"{number:04}.csv": b"x" for number in range(2_000)}},
    "names": {
        NOTEBOOK: b"{}",
        "": b"x",
        ".": b"x",
        "\x1b[31m": b"x",
        "\ud800.csv": b"x",
        "n" * 300: b"x",
        "nul\0": b"x",
    },
    "plain": {NOTEBOOK: b"{}", "inner/data.csv": b"a,b\n"},
    "yesterday": {NOTEBOOK: b"{}", "timestamp.txt": b"2001-01-01 00:00:00 UTC"},
}
KEPT: dict[str, set[str]] = {student: {NOTEBOOK} for student in FILES} | {
    "in-the-way": {NOTEBOOK, "data", "more/x"},
    "large": {NOTEBOOK, "a.csv", "c.csv"},
    "many": {NOTEBOOK, *(f"{number:04}.csv" for number in range(198))},
    "plain": {NOTEBOOK, "inner/data.csv"},
}
REFUSED = ("..", ".hidden", "a/b", "\x1b[31m")
BROKEN = {"no-base64": {"path": "x.csv", "content": "x"}, "no-content": {"path": "x.csv"}, "no-file": 7}


class Service(ThreadingHTTPServer):
    """Answers as ngshare does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.files = {student: [_sent(*file) for file in files.items()] for student, files in FILES.items()}
        self.files |= {student: [file] for student, file in BROKEN.items()}
        self.submissions = [(student, TIME) for student in (*REFUSED, *self.files)]
        self.down = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        what, *names = self.path.strip("/").split("/")
        answer: dict[str, Any] = {"success": True}
        if what == "submissions":
            answer["submissions"] = [{"student_id": name, "timestamp": time} for name, time in self.server.submissions]
        elif self.server.down:
            answer = {"success": False, "message": "no"}
        else:
            last = max(time for name, time in self.server.submissions if name == names[-1])
            answer |= {"files": self.server.files[names[-1]], "timestamp": last}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *about: object) -> None:
        pass


def _sent(path: str, content: bytes) -> dict[str, str]:
    return {"path": path, "checksum": "", "content": base64.encodebytes(content).decode()}


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield service
        service.shutdown()


@pytest.fixture(scope="module")
def course(service: Service, deep: Path) -> Course:
    """A course that gets its submissions from ngshare, collected once."""
    course = Course.make(deep / "ngshare" / "course")
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(
            f"\nimport ngshare_exchange\nngshare_exchange.configureExchange(c, {service.url!r})\nconfigure(c)\n"
        )
    course.nbgrader("collect", ASSIGNMENT)
    return course


def test_everybody_is_collected_whatever_the_others_sent(course: Course) -> None:
    assert sorted(path.name for path in (course.root / "submitted").iterdir()) == sorted(FILES)


@pytest.mark.parametrize("student", FILES)
def test_files_are_collected_within_bounds_and_stay_in_their_folder(course: Course, student: str) -> None:
    found = files_below(course.root / "submitted" / student / ASSIGNMENT)
    assert found.keys() == KEPT[student] | {"timestamp.txt"}
    assert found["timestamp.txt"] == f"{TIME} UTC".encode()  # the service's word


def test_a_submission_stays_where_a_newer_one_cannot_be_had(course: Course, service: Service) -> None:
    submitted = course.root / "submitted" / "plain" / ASSIGNMENT
    service.submissions.append(("plain", LATER))
    service.files["plain"] = [_sent(NOTEBOOK, b"newer")]
    try:
        service.down = True
        assert "Not collected: the submission of 'plain'" in course.nbgrader("collect", ASSIGNMENT, "--update")
        assert (submitted / NOTEBOOK).read_bytes() == b"{}"
        service.down = False
        course.nbgrader("collect", ASSIGNMENT, "--update", "--student", "plain")
        assert files_below(submitted) == {NOTEBOOK: b"newer", "timestamp.txt": f"{LATER} UTC".encode()}
    finally:
        service.submissions.pop()
        service.files["plain"] = [_sent(*file) for file in FILES["plain"].items()]
        service.down = False

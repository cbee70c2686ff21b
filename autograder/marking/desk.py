"""Marking written answers in their page: a small server on this machine, for one TA.

The page stays without scripts: each group of answers has a form, and what is sent goes into the gradebook at once. The
address holds a secret, so that neither another user of the machine nor another page in the browser can give marks.
"""

from __future__ import annotations

import hashlib
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from autograder.course.course import Course
from autograder.course.results.marks import MarkJournal
from autograder.errors import CourseError
from autograder.marking.answers import Written, WrittenPart, read_written
from autograder.marking.marks import apply, planned
from autograder.marking.order import origins
from autograder.marking.page import Forms, page
from autograder.marking.sheet import SheetRow
from autograder.written.groups import Group

_MAX_BODY = 100_000  # bytes of a form
_SEND_SECONDS = 3.0  # in which a request must be there, whole


@dataclass
class Desk:
    """The answers that a TA marks, and what has been marked since.

    Args:
        course: whose answers they are.
        assignment: that is marked.
        arrange: puts all answers in the order of the TA, and leaves out those of other TAs.
        marker: the TA.
        secret: of the address.
    """

    course: Course
    assignment: str
    arrange: Callable[[Written], Written]
    marker: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    marked: dict[str, None] = field(default_factory=dict)  # students whose points have changed
    _written: Written | None = None
    _state: Mapping[str, int] = field(default_factory=dict)

    def written(self) -> Written:
        """The answers as they are now; read again where a submission has been graded meanwhile."""
        state = dict(self._graded())
        if self._written is None or state != self._state:
            with self.course.gradebook() as gradebook:
                self._written = self.arrange(read_written(self.course, gradebook, self.assignment))
            self._state = state
        return self._written

    def _graded(self) -> Iterator[tuple[str, int]]:
        for student in self.course.students(self.assignment):
            for path in self.course.folder("autograded", student, self.assignment).glob("*.ipynb"):
                yield str(path), path.stat().st_mtime_ns

    def page(self, at: str = "", said: str = "") -> str:
        """The page.

        Args:
            at: the group that has just been marked; the next one without points is ready to be typed into.
            said: what became of it.
        """
        written = self.written()
        ready = _after(written, at)
        return page(written, self.marker, Forms(f"/{self.secret}/mark", group_id, ready, said))

    def mark(self, group: str, points: str, comment: str) -> str:
        """Give points and a comment to all students of a group; returns what to say to the TA.

        Args:
            group: see :func:`group_id`.
            points: as they were typed.
            comment: for the students; empty leaves a comment that is there.
        """
        written = self.written()
        found = [(part, one) for part in written.parts for one in part.groups if group_id(part, one) == group]
        if not found:
            return "These answers have changed meanwhile, and nothing was marked: look at them again."
        (part, one), *_ = found
        row = SheetRow(0, part.name, one.students, points.strip(), comment.strip())
        digests = {part.name: part.digests for part in written.parts}
        try:
            given = planned((row,), written, digests)
            if not given:
                return "No points were given, so nothing was marked."
            with self.course.gradebook() as gradebook:
                apply(self.course, gradebook, self.assignment, given, replace=True)
        except CourseError as problem:
            return str(problem).splitlines()[-1]
        noted = origins(given, [(0, part.name)], self.marker)
        in_order_of_time = [origin._replace(position=None) for origin in noted]
        MarkJournal(self.course.root, self.assignment).add(in_order_of_time)
        self.marked |= dict.fromkeys(one.students)
        self._state = {}  # marks and comments are read anew
        answers = "1 answer" if len(one.students) == 1 else f"{len(one.students)} answers"
        return f"{answers} to {part.name}: {given[0].points:g} points."


def group_id(part: WrittenPart, group: Group) -> str:
    """A name for a group as it is now: another one, as soon as an answer or who gave it has changed."""
    said = "\n".join(f"{student} {part.digests[student]}" for student in sorted(group.students))
    return hashlib.sha256(f"{part.name}\n{said}".encode("utf-8", "replace")).hexdigest()[:20]


def _after(written: Written, at: str) -> str:
    """The next group without points behind another one, or else the first."""
    every = [(group_id(part, group), part, group) for part in written.parts for group in part.groups]
    names = [name for name, _, _ in every]
    start = names.index(at) + 1 if at in names else 0
    return next((name for name, part, group in every[start:] + every[:start] if is_open(part, group)), "")


def is_open(part: WrittenPart, group: Group) -> bool:
    """Whether somebody in a group has answered and has no points yet."""
    points = (part.marked.get(student) for student in group.students)
    return not group.blank and any(mark is None or mark.points is None for mark in points)


class DeskServer(HTTPServer):
    """Serves a desk on this machine, one request after the other in the main thread, where time limits act.

    Args:
        desk: that is served.
        port: 0 takes any that is free.
    """

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.desk = desk
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def address(self) -> str:
        """What the TA opens."""
        return f"http://127.0.0.1:{self.server_port}/{self.desk.secret}/"


class _Handler(BaseHTTPRequestHandler):
    server: DeskServer
    timeout = 0.5  # seconds; browsers open connections ahead of time, and nobody else is served meanwhile

    def setup(self) -> None:
        """Bound the time of the whole request: one that comes byte by byte never passes ``timeout``."""
        super().setup()
        self._late = threading.Timer(_SEND_SECONDS, self._end_reading)
        self._late.daemon = True
        self._late.start()

    def _end_reading(self) -> None:
        with suppress(OSError):  # it has been served meanwhile
            self.connection.shutdown(socket.SHUT_RD)

    def finish(self) -> None:
        """Close the connection."""
        self._late.cancel()
        super().finish()

    def do_GET(self) -> None:
        """Show the page."""
        if self._allowed("", "mark"):
            self._answer("", "")

    def do_POST(self) -> None:
        """Give the marks of a form, and show the page again."""
        if not self._allowed("mark"):
            return
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 <= length <= _MAX_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        if len(body) < length:  # a part of a form may give other points than the whole
            self.send_error(400)
            return
        sent = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        group, typed, comment = (sent.get(name, [""])[0] for name in ("group", "points", "comment"))
        said = self.server.desk.mark(group, sent.get("give", [typed])[0], comment)
        self._answer(group, said)

    def _answer(self, at: str, said: str) -> None:
        content = self.server.desk.page(at, said).encode("utf-8", "replace")
        self.send_response(200)
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _allowed(self, *pages: str) -> bool:
        """Whether the address is one that was printed, and was not asked for under another name."""
        asked = urlsplit(self.path).path.encode("utf-8", "replace")
        known = [f"/{self.server.desk.secret}/{page}".encode() for page in pages]
        host = f"127.0.0.1:{self.server.server_port}"
        if any(secrets.compare_digest(asked, one) for one in known) and self.headers.get("Host") == host:
            return True
        self.send_error(404)
        return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the base class gives it
        """Keep silent: the address holds the secret."""

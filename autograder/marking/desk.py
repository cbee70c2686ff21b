"""Marking written answers in their page: a small server on this machine, for one TA.

The page stays without scripts: each group of answers has a form, and what is sent goes into the gradebook at once. The
address holds a secret, so that neither another user of the machine nor another page in the browser can give marks.
"""

from __future__ import annotations

import hashlib
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from autograder.course.course import Course
from autograder.course.results.marks import MarkJournal
from autograder.errors import CourseError
from autograder.marking.answers import Written, WrittenPart, read_again, read_written
from autograder.marking.given import Mark
from autograder.marking.marks import PlannedMark, apply, points_problem
from autograder.marking.order import origins
from autograder.marking.page import Forms, Sent, comment_of, page
from autograder.marking.sheet import points_of
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
        """The answers and marks as they are now; answers are grouped again where a submission was graded meanwhile."""
        state = dict(self._graded())
        with self.course.gradebook() as gradebook:
            if self._written is None or state != self._state:
                self._written = self.arrange(read_written(self.course, gradebook, self.assignment))
                self._state = state
            else:  # others may have given marks
                self._written = read_again(self._written, self.course, gradebook)
        return self._written

    def _graded(self) -> Iterator[tuple[str, int]]:
        for student in self.course.students(self.assignment):
            for path in self.course.folder("autograded", student, self.assignment).glob("*.ipynb"):
                yield str(path), path.stat().st_mtime_ns

    def page(self, sent: Sent | None = None) -> str:
        """The page.

        Args:
            sent: what a form has just sent, and what became of it: where it was refused its group is ready to be typed
                into again, and else the next one without points.
        """
        written = self.written()
        every = [(group_id(part, group), part, group) for part in written.parts for group in part.groups]
        start = _after(every, sent.group if sent else "")
        refused = sent is not None and bool(sent.problem) and any(name == sent.group for name, *_ in every)
        ready = sent.group if sent and refused else start if sent else ""
        return page(written, self.marker, Forms(f"/{self.secret}/mark", group_id, marks_seen, start, ready, sent))

    def mark(self, group: str, points: str, comment: str, seen: str = "") -> Sent:
        """Give points and a comment to all students of a group.

        Args:
            group: see :func:`group_id`.
            points: as they were typed.
            comment: for the students. An empty one takes away the one that all of them have; where they have different
                ones, it leaves them.
            seen: the marks that the page showed; see :func:`marks_seen`.

        Returns:
            What to say to the TA; where nothing was marked, with all that was typed.
        """
        sent = Sent(group, points.strip(), comment.strip())
        written = self.written()
        found = [(part, one) for part in written.parts for one in part.groups if group_id(part, one) == group]
        if not found:
            return sent.refused("These answers have changed meanwhile, and nothing was marked: look at them again.")
        (part, one), *_ = found
        problem = self._problem(sent, part, one, seen)
        if problem:
            return sent.refused(problem)
        clears = not sent.comment and bool(comment_of(part, one))
        number = points_of(sent.points) or 0.0
        given = tuple(PlannedMark(part, student, number, sent.comment, 0, clears) for student in one.students)
        with self.course.gradebook() as gradebook:
            apply(self.course, gradebook, self.assignment, given, replace=True)
        noted = origins(given, [(0, part.name)], self.marker)
        in_order_of_time = [origin._replace(position=None) for origin in noted]
        MarkJournal(self.course.root, self.assignment).add(in_order_of_time)
        self.marked |= dict.fromkeys(one.students)
        for student in one.students:
            self.course.outdate_feedback(student, self.assignment)
        answers = "1 answer" if len(one.students) == 1 else f"{len(one.students)} answers"
        return sent.done(f"{answers} to {part.name}: {number:g} points.")

    def _problem(self, sent: Sent, part: WrittenPart, group: Group, seen: str) -> str:
        """Why points cannot be given; empty where they can."""
        if not sent.points:
            return "There are no points: nothing was marked."
        problem = points_problem(sent.points, part.max_points, "this question")
        if problem:
            return f"{problem}. Nothing was marked."
        if any(student not in part.marked for student in group.students):
            return "Not all of these answers have been graded: nothing was marked."
        wanted = Mark(points_of(sent.points), sent.comment)
        there = {part.marked[student] for student in group.students}
        if marks_seen(part, group) == seen or there == {wanted}:
            return ""
        known = MarkJournal(self.course.root, self.assignment).read()
        givers = {known.get((part.notebook, part.grade_id, student)) for student in group.students}
        who = " and ".join(sorted({giver.marker for giver in givers if giver is not None})) or "somebody else"
        return (
            f"These answers were marked meanwhile, by {who}: what they have now stands at the top of the group. "
            "Nothing was changed; to put your points in their place, give them again."
        )


def group_id(part: WrittenPart, group: Group) -> str:
    """A name for a group as it is now: another one, as soon as an answer or who gave it has changed."""
    said = "\n".join(f"{student} {part.digests[student]}" for student in sorted(group.students))
    return hashlib.sha256(f"{part.name}\n{said}".encode("utf-8", "replace")).hexdigest()[:20]


def marks_seen(part: WrittenPart, group: Group) -> str:
    """The marks of a group, by which it is noticed that others have given some; empty while there are none."""
    marks = {student: part.marked.get(student, Mark()) for student in sorted(group.students)}
    said = "\n".join(f"{student} {mark.points} {mark.comment}" for student, mark in marks.items() if mark != Mark())
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:20] if said else ""


def _after(every: Sequence[tuple[str, WrittenPart, Group]], at: str) -> str:
    """The next group without points behind another one, or else the first."""
    names = [name for name, _, _ in every]
    start = names.index(at) + 1 if at in names else 0
    return next((name for name, part, group in [*every[start:], *every[:start]] if is_open(part, group)), "")


def is_open(part: WrittenPart, group: Group) -> bool:
    """Whether somebody in a group has answered and has no points yet for what the answer says now."""
    return not group.blank and not all(part.marked.get(student, Mark()).stands for student in group.students)


class DeskServer(HTTPServer):
    """Serves a desk on this machine, one request after the other in the main thread, where time limits act.

    Args:
        desk: that is served.
        port: 0 takes any that is free.
    """

    def __init__(self, desk: Desk, port: int = 0) -> None:
        self.desk = desk
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep silent where a browser has broken off, as it does when a page is left before it is there."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

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
            self._answer(None)

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
        group, typed, comment, seen = (sent.get(name, [""])[0] for name in ("group", "points", "comment", "seen"))
        try:
            said = self.server.desk.mark(group, sent.get("give", [typed])[0], comment, seen)
        except CourseError as problem:
            said = Sent(group, typed, comment).refused(str(problem))
        self._answer(said)

    def _answer(self, sent: Sent | None) -> None:
        content = self.server.desk.page(sent).encode("utf-8", "replace")
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

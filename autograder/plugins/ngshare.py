"""`nbgrader collect` where submissions lie with ngshare, the exchange of a JupyterHub, and not in a folder.

The service vouches for who submitted and when. What was submitted is as untrusted as in a folder, and keeps to the
same bounds. Needs the package ``ngshare_exchange``.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from ngshare_exchange import ExchangeCollect, ExchangeReleaseFeedback

from autograder.course.course import Course
from autograder.course.files import write_atomically
from autograder.course.submissions.submitted import TIMESTAMP, moment, within_bounds
from autograder.course.submissions.times import Collected
from autograder.plugins.collect import careful, replacing
from autograder.plugins.release import SparingRelease

_MAX_RESPONSE = 128 << 20  # bytes; ngshare takes 100 MB at a time, and sends little more back
_WAIT_SECONDS = 20.0  # for the next bytes
_AWAY = (500, 502, 503, 504)  # answers of a proxy whose service does not run, or of a service in trouble
_SHOWN = 20  # names that were left out


class NgshareCollect(ExchangeCollect):  # type: ignore[misc]  # ngshare_exchange ships no types
    """ngshare's collect within the bounds of :class:`~autograder.plugins.collect.CarefulCollect`.

    ``autograder.plugins.configure(c)`` chooses it where ``ngshare_exchange.configureExchange(c)`` was called before.
    """

    coursedir: Any
    src_records: list[dict[str, Any]]

    @classmethod
    def of(cls, course: Course, assignment: str) -> NgshareCollect:
        """The one of an assignment, for code that has no command line."""
        return cls(coursedir=careful(course.coursedir, course.parent, assignment_id=assignment), parent=course.parent)

    def init_src(self) -> None:
        """Find the newest submission of each student; a name that cannot be a folder's is left out."""
        self.coursedir = careful(self.coursedir)
        if not self.coursedir.course_id:
            self.fail("No course is named. Set c.CourseDirectory.course_id in nbgrader_config.py.")
        newest: dict[str, datetime] = {}
        try:
            for student, stamp in self.listed():
                newest[student] = max(stamp, newest.get(student, stamp))
        except (OSError, ValueError) as problem:
            self.fail(f"Nothing could be collected from {self.ngshare_url}: {problem}")
        wanted = self.coursedir.student_id
        self.src_records = [
            {"student_id": student, "timestamp": stamp}
            for student, stamp in sorted(newest.items())
            if wanted in ("*", student)
        ]

    def copy_files(self) -> None:
        """Collect each of them that is new; one that cannot be read costs the others nothing."""
        for record in self.src_records:
            student, stamp = record["student_id"], record["timestamp"]
            target = self._folder(student)
            there = self.coursedir.get_existing_timestamp(str(target)) if target.is_dir() else None
            if target.is_dir() and not (self.update and (there is None or stamp > there)):
                self.log.info("No newer submission to collect: %s %s", student, self.coursedir.assignment_id)
                continue
            try:
                problem = self.take(student)
            except OSError as trouble:
                problem = str(trouble)
            if problem:
                self.log.warning("Not collected: the submission of %r, because %s.", student, problem)

    def take(self, student: str, stamp: datetime | None = None) -> str:
        """Collect a submission; it is put in the place of what was collected before, whole or not at all.

        Args:
            student: whose it is.
            stamp: when the one that is meant was handed in (UTC); by default it is the last one, whichever that is.

        Returns:
            Why nothing was collected; empty where something was.

        Raises:
            OSError: ngshare does not answer, or it cannot be written.
        """
        course = f"{self.coursedir.course_id}/{self.coursedir.assignment_id}"
        try:
            sent = self._json(f"/submission/{course}/{student}")  # ngshare gives out the last one only
            made = moment(str(sent.get("timestamp")))
            if made is None:
                return "ngshare gives it no time"
            if stamp not in (None, made):
                return "a later one was handed in before it was collected"
            # The service's time comes first, so that no file of the student's takes its place.
            stamped = (TIMESTAMP, in_words(made).encode())
            files, others = within_bounds([stamped, *_decoded(sent.get("files"))])
        except (ValueError, KeyError, TypeError) as problem:
            return f"it cannot be read ({problem!r})"
        for name in others[:_SHOWN]:
            self.log.warning("%r: %r was left out: too large, too deep, or no name of a file.", student, name)
        root = Path(self.coursedir.root)
        with replacing(self._folder(student), root, self.coursedir.assignment_id) as new:
            for name, content in files.items():
                write_atomically(new / name, content)
            Collected(root, self.coursedir.assignment_id).add(student, made)
        self.log.info("Collected: %s %s", student, self.coursedir.assignment_id)
        return ""

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """Every submission to the assignment: student, and when (UTC); one of a name that is no folder's is left out.

        Raises:
            OSError: ngshare does not answer.
            ValueError: it refuses, or cannot be understood.
        """
        sent = self._json(f"/submissions/{self.coursedir.course_id}/{self.coursedir.assignment_id}").get("submissions")
        for record in sent if isinstance(sent, list) else ():
            student, stamp = str(record["student_id"]), moment(str(record["timestamp"]))
            if not student.isprintable() or student.startswith(".") or "/" in student or stamp is None:
                self.log.warning("Not collected: the submission of %r, because this is no name of a folder.", student)
                continue
            yield student, stamp

    def _folder(self, student: str) -> Path:
        submitted = self.coursedir.submitted_directory
        return Path(self.coursedir.format_path(submitted, student, self.coursedir.assignment_id))

    def released(self) -> Collection[str]:
        """The assignments that students can fetch.

        Raises:
            OSError: ngshare does not answer.
            ValueError: it refuses.
        """
        found = self._json(f"/assignments/{self.coursedir.course_id}").get("assignments")
        return {str(name) for name in found} if isinstance(found, list) else set()

    def put_out(self, student: str, stamp: datetime, pages: Mapping[str, bytes]) -> None:
        """Release feedback to a submission; what was released to it before is replaced.

        Args:
            student: whose it is.
            stamp: when it was handed in (UTC).
            pages: notebook → page.

        Raises:
            OSError: ngshare does not answer.
            ValueError: it refuses.
        """
        files = [
            {"path": f"{notebook}.html", "content": base64.b64encode(page).decode()} for notebook, page in pages.items()
        ]
        path = f"/feedback/{self.coursedir.course_id}/{self.coursedir.assignment_id}/{student}"
        self._json(path, {"timestamp": in_words(stamp), "files": json.dumps(files)})

    def _json(self, path: str, sent: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What ngshare answers, within bounds.

        Args:
            path: of the request.
            sent: with it, which makes it one that changes something.

        Raises:
            OSError: it does not answer.
            ValueError: it refuses, or its answer is too large, or none.
        """
        token = os.environ.get("JUPYTERHUB_API_TOKEN")
        with requests.request(
            "GET" if sent is None else "POST",
            self.ngshare_url + self.encode_url(path),
            headers={"Authorization": f"token {token}"} if token else None,
            data=sent,
            stream=True,
            timeout=_WAIT_SECONDS,
        ) as response:
            if response.status_code in _AWAY:
                raise ConnectionError(f"{self.ngshare_url} answers {response.status_code} {response.reason}")
            content = bytearray()
            for piece in response.iter_content(1 << 16):
                content += piece
                if len(content) > _MAX_RESPONSE:
                    raise ValueError(f"ngshare sends more than {_MAX_RESPONSE >> 20} MB")
        answer = json.loads(content)
        if not isinstance(answer, dict) or answer.get("success") is not True:
            raise ValueError(f"ngshare answers {response.status_code}: {str(answer)[:200]}")
        return answer


def in_words(stamp: datetime) -> str:
    """A moment (UTC) as ngshare and nbgrader's files have it."""
    return f"{stamp:%Y-%m-%d %H:%M:%S.%f} UTC"


def _decoded(files: Any) -> Iterable[tuple[str, bytes]]:
    for file in files if isinstance(files, list) else ():
        if file["path"] != TIMESTAMP:
            yield str(file["path"]), base64.b64decode(file["content"])


class NgshareReleaseFeedback(SparingRelease, ExchangeReleaseFeedback):  # type: ignore[misc]  # as above
    """ngshare's release of feedback, which passes over what did not come from there."""

    needed = (TIMESTAMP,)

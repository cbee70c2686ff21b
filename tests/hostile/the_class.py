"""A class of attackers between honest students, its canaries, and what grading made of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.course_folder import REPOSITORY, Course, answers_of, filled
from tests.hostile.reader import files_in
from tests.hostile.row import ASSIGNMENT, LIMITS, NOTEBOOK, PARTS, Row, Target
from tests.hostile.table import PAGES

TESTS = tuple(f"{part}-tests" for part in PARTS)
NOTES = "**Notes of the grader**"  # how the cell begins that the grader puts in front
HONEST = ("aaa-honest", "mmm-honest", "zzz-honest")
BIN = Path(sys.executable).parent
# As the command itself, but for a grammar of addresses that a validator of notebooks compiles for three seconds.
NBGRADER = "import sys; sys.modules['rfc3987_syntax'] = None; from nbgrader.apps.nbgraderapp import main; main()"
COMMANDS = {
    "nbgrader": [sys.executable, "-P", "-c", NBGRADER, "autograde", ASSIGNMENT],
    "autograder": [str(BIN / "autograder"), "grade", ASSIGNMENT],
}
CANARIES = {
    "a line of a hidden test": "canary-of-the-hidden-tests",
    "the environment of the grader": "canary-of-the-environment",
    "the gradebook": "canary-of-the-gradebook",
    "an honest student's notebook": "canary-of-a-neighbour",
}
ENVIRONMENT = {"LMM_HOSTILE": CANARIES["the environment of the grader"]}
STARTER = re.compile("(### BEGIN STARTER\n).*(### END STARTER)", re.DOTALL)
# Honest, but leaves around what the next one should not find.
LEAVES = f"""
import builtins, numpy, pandas
builtins.left = numpy.left = pandas.left = "{CANARIES["an honest student's notebook"]}"
for place in ("left.txt", "/tmp/left.txt", "/dev/shm/left.txt"): open(place, "w").write(builtins.left)
"""


@dataclass(frozen=True)
class HostileClass:
    """The course folder of the class, and who is in it."""

    course: Course
    rows: dict[str, Row]

    @classmethod
    def make(cls, course: Course, rows: dict[str, Row], port: int) -> HostileClass:
        """Collect everything; ``course`` is one that :func:`released` made, or a copy."""
        root = course.root
        answers = answers_of(course.source(ASSIGNMENT))
        for student in HONEST:
            course.submit(
                student, ASSIGNMENT, filled(course.release(ASSIGNMENT), {**answers, "q3a": LEAVES + answers["q3a"]})
            )
        release = json.loads((root / "release" / ASSIGNMENT / NOTEBOOK).read_bytes())
        target = Target(root, root.parent / "outside", port, release, answers)
        target.outside.mkdir(exist_ok=True)
        for student, row in rows.items():
            row.hand_in(student, root / "submitted" / student / ASSIGNMENT, target)
        return cls(course, rows)

    def start(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command in the course folder."""
        with (self.course.root / f"{command}.log").open("wb") as log:
            return subprocess.Popen(
                [*COMMANDS[command], *arguments],
                cwd=self.course.root,
                env={**os.environ, **ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def generate_feedback(self) -> None:
        """Make the pages of those who get one, in this process, which has loaded nbgrader long since."""
        without = f"--CourseDirectory.student_id_exclude={','.join(sorted(self.rows.keys() - PAGES))}"
        with pytest.MonkeyPatch.context() as patch:
            for name, value in ENVIRONMENT.items():
                patch.setenv(name, value)
            self.course.nbgrader("generate_feedback", ASSIGNMENT, without)

    def log(self, command: str) -> str:
        """What a command said."""
        return (self.course.root / f"{command}.log").read_text("utf-8", "replace")

    @cached_property
    def points(self) -> dict[str, dict[str, float | None]]:
        """Student → test → automatic points in the gradebook, ``None`` where a person has to look."""
        found: dict[str, dict[str, float | None]] = {}
        with Gradebook(f"sqlite:///{self.course.root / 'gradebook.db'}") as gradebook:
            for submission in gradebook.assignment_submissions(ASSIGNMENT):
                for notebook in submission.notebooks:
                    grades = {grade.name: grade for grade in notebook.grades}
                    found[submission.student.id] = {
                        name: None if grades[name].needs_manual_grade else grades[name].auto_score for name in TESTS
                    }
        return found

    def verdict(self, student: str) -> str:
        """What the grader says in the autograded notebook: notes, lists of checks, and errors that ended cells."""
        cells = json.loads((self._made("autograded", student) / NOTEBOOK).read_bytes())["cells"]
        said = [unescape(_text(cells[0]["source"]))] if _text(cells[0]["source"]).startswith(NOTES) else []
        for cell in cells:
            is_test = cell["metadata"].get("nbgrader", {}).get("grade_id") in TESTS
            for output in cell.get("outputs", []):
                if output["output_type"] == "error":
                    said.append(f"{output['ename']}: {_text(output['evalue'])}")
                elif is_test:
                    said.append(_text(output["data"]["text/plain"]))
        return "\n".join(said)

    def made(self, student: str) -> Iterator[tuple[str, bytes]]:
        """Everything that was made from a hand-in and that someone may read: name and content."""
        for step in ("autograded", "feedback"):
            for name, content in files_in(self._made(step, student)).items():
                yield f"{step}/{name}", content

    def _made(self, step: str, student: str) -> Path:
        return self.course.root / step / student / ASSIGNMENT


def released(root: Path) -> Course:
    """A course that has released the assignment, with canaries in it."""
    root.mkdir(parents=True)
    config = (REPOSITORY / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(f"{config}\nc.Autograder.limits = {LIMITS!r}\n")
    shutil.copytree(REPOSITORY / "source" / ASSIGNMENT, root / "source" / ASSIGNMENT)
    _prepare(root / "source" / ASSIGNMENT / NOTEBOOK)
    course = Course(root)
    course.nbgrader("generate_assignment", ASSIGNMENT)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("someone-else", last_name=CANARIES["the gradebook"])
    return course


def _prepare(path: Path) -> None:
    """Put a canary into hidden tests, and take the blanks away: half of the class is graded with nothing filled in."""
    source = nbformat.read(path, as_version=4)
    for cell in source.cells:
        hidden = "### BEGIN HIDDEN TESTS\n"
        cell.source = cell.source.replace(hidden, f"{hidden}# {CANARIES['a line of a hidden test']}\n")
        cell.source = STARTER.sub(r"\1# # your answer\n\2", cell.source)
    nbformat.write(source, path)


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


@contextmanager
def server() -> Iterator[tuple[int, list[bytes]]]:
    """A server of this machine, by address and by abstract name, that answers with a canary; and who called."""
    calls: list[bytes] = []
    by_address = socket.create_server(("127.0.0.1", 0))
    port = by_address.getsockname()[1]
    by_name = socket.socket(socket.AF_UNIX)
    by_name.bind(f"\0lmm-hostile-{port}")
    by_name.listen()

    def serve(listening: socket.socket) -> None:
        while True:
            try:
                call, _ = listening.accept()
            except OSError:
                return
            with call:
                calls.append(call.recv(100))
                call.sendall(b"canary-of-the-server")

    threads = [threading.Thread(target=serve, args=(one,), daemon=True) for one in (by_address, by_name)]
    for thread in threads:
        thread.start()
    try:
        yield port, calls
    finally:
        for listening in (by_address, by_name):
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


def wait_for(processes: list[subprocess.Popen[bytes]], seconds: float) -> bool:
    """Wait for processes to end; False, and all of them killed, where they take longer."""
    deadline = time.monotonic() + seconds
    try:
        for process in processes:
            process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return True

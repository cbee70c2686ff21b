"""A process that loads all libraries once, and forks one service after the other, each of which is killed somewhere.

``python -m tests.watch.killed FOLDER POINT …``: in ``FOLDER/POINT`` lies a course with a submission. A service works on
it until it kills itself at the point, as a power cut would; another one goes on. What grades is a stand-in that gives
the same result each time (``FOLDER/result``) and notes each call.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course import cache, writer
from autograder.course.course import Course
from autograder.plugins import collect, feedback
from autograder.watch import desk, folder, journal, service
from autograder.watch.settings import Watch
from autograder.workers.engines import Engine

MOST_TURNS = 200
SPARE = "spare"  # a course like the others, on which nothing is killed

# point → what is called there, by its owner and name, and the how-manieth call never returns
POINTS: dict[str, tuple[Any, str, int]] = {
    "noticed": (journal.Journal, "waiting", 1),
    "begun": (folder.ExchangeFolder, "collect", 1),
    "half collected": (collect, "write_atomically", 2),
    "while it is replaced": (collect.Path, "rename", 2),
    "collected": (desk.Desk, "read", 1),
    "graded": (writer.Writer, "write", 1),
    "half written": (writer.Writer, "_write_gradebook", 1),
    "written": (cache.Cache, "write", 1),
    "recorded": (feedback.FeedbackPages, "page", 1),
    "page made": (feedback.FeedbackPages, "write", 1),
    "half a page": (feedback, "write_atomically", 2),
    "page written": (folder.ExchangeFolder, "release", 1),
    "released": (journal.Journal, "finish", 1),
}


class _Again:
    """In the place of what grades: the same result each time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._result = pickle.loads((root.parent / "result").read_bytes())

    def submit(self, grade: Callable[..., Any], task: Any) -> Future[Any]:
        del grade
        with (self._root / "graded").open("a") as log:
            log.write(f"{task.fingerprint}\n")
        future: Future[Any] = Future()
        future.set_result(replace(self._result, fingerprint=task.fingerprint))
        return future

    def shutdown(self, **_: object) -> None:
        pass


def kill_at(owner: Any, name: str, call: int) -> None:
    """Have this process killed in the place of a call."""
    original, calls = getattr(owner, name), [0]

    def killing(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(owner, name, killing)


def work(root: Path) -> None:
    """Work until nothing is left to do."""
    with chdir(root):
        course = Course.here()
        source, settings = folder.ExchangeFolder(course), Watch(parent=course.parent)
        known = journal.Journal(root)
        served = service.Service(
            course, settings, source, known, lambda: Engine(1, lambda: _Again(root)), say=lambda _: None
        )
        served.open()
        for _ in range(MOST_TURNS):
            served.turn(0.01)
            if served.is_idle:
                return served.close()  # ends its thread
        raise SystemExit(f"still at work: {known.waiting()}")


def main() -> None:
    """Fork a service for each point and another one that goes on; print the signal that ended the first."""
    here = Path(sys.argv[1])
    work(here / SPARE)  # makes here what each would make again
    for point in sys.argv[2:]:
        for kill in (True, False):
            child = os.fork()
            if child == 0:
                if kill:
                    kill_at(*POINTS[point])
                work(here / point)
                os._exit(0)
            ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if ended != (-signal.SIGKILL if kill else 0):
                raise SystemExit(f"{point}: {'the first' if kill else 'the second'} ended with {ended}")


if __name__ == "__main__":
    main()

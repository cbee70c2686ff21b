"""A command with what it took: seconds, seconds until the first result, and memory of all its processes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from benchmarks.throughput.classes import BIN, Course

_POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Watched:
    """What a command took.

    Attributes:
        seconds: wall time of the whole command, its start included.
        first: seconds until the first graded notebook lay there; the whole time where none was looked for.
        peak_mb: largest sum over its processes of the memory that each has for itself, and its part of what they share.
    """

    seconds: float
    first: float
    peak_mb: float


def watch(course: Course, *command: str) -> Watched:
    """Run a command of the environment in ``course``, and look at it four times a second.

    Raises:
        RuntimeError: it failed.
    """
    seen = _Seen(course)
    started = time.monotonic()
    environment = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}
    with subprocess.Popen(
        [str(BIN / command[0]), *command[1:]],
        cwd=course.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        watcher = threading.Thread(target=seen.look, args=(process,))
        watcher.start()
        status = process.wait()
        seconds = time.monotonic() - started
        watcher.join()
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {status}")
    first = seconds if seen.first is None else seen.first - started
    return Watched(seconds, first, seen.peak / 1e6)


class _Seen:
    def __init__(self, course: Course) -> None:
        self._course = course
        self.first: float | None = None
        self.peak = 0

    def look(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            if self.first is None and any(self._course.root.glob("autograded/*/*/*.ipynb")):
                self.first = time.monotonic()
            with contextlib.suppress(psutil.NoSuchProcess):
                self.peak = max(self.peak, sum(proportional(psutil.Process(process.pid))))
            time.sleep(_POLL_SECONDS)


def proportional(process: psutil.Process) -> Iterator[int]:
    """Bytes of a process and of all that it started."""
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            try:
                yield one.memory_full_info().pss
            except psutil.AccessDenied:  # another user's: all of its memory, the shared part once for each
                yield one.memory_info().rss

"""How long a student waits for feedback: `autograder watch`, and stock nbgrader's commands in a loop.

``python -m benchmarks.watch`` prints a table. Students hand in as `nbgrader submit` does; a time is from the last step
of that, when the submission is complete in the exchange, until its feedback lies where `nbgrader fetch_feedback`
finds it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import psutil
from nbgrader.utils import notebook_hash

from benchmarks.throughput import classes
from benchmarks.throughput.classes import BIN, REPOSITORY, Course
from benchmarks.throughput.watched import proportional

NAME = "03-ols"
SEED = 16
STUDENTS = 60
RATE, RATE_SECONDS = 4.0, 30
_POLL = 0.005
_MEMORY_SECONDS = 1.0
_EXCHANGE = """
from pathlib import Path as _Path
c.Exchange.root = str(_Path(__file__).resolve().parent / "exchange")
c.ExchangeCollect.check_owner = False
"""


@dataclass
class Class:
    """Students who hand in, and wait."""

    course: Course
    content: bytes = b""
    waits: dict[Path, float] = field(default_factory=dict)  # feedback → when it was asked for
    seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    process: psutil.Process | None = None
    _number: int = 0
    _looked: float = 0.0

    def hand_in(self, student: str) -> None:
        """Put the instructor's solution into the exchange."""
        self._number += 1
        (exchange,) = (self.course.root / "exchange").iterdir()
        secret = f"{self._number:0128}"
        stamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
        folder = exchange / "inbound" / f"{student}+{NAME}+{stamp}+{self._number}"
        folder.mkdir()
        (folder / f"{NAME}.ipynb").write_bytes(self.content)
        for data in (REPOSITORY / "source" / NAME).glob("*.csv"):
            shutil.copy(data, folder)
        (folder / "timestamp.txt").write_text(stamp)
        (folder / "submission_secret.txt").write_text(secret)
        page = exchange / "feedback" / f"{notebook_hash(secret=secret, notebook_id=NAME)}.html"
        folder.chmod(0o777)
        self.waits[page] = time.monotonic()

    def look(self) -> None:
        """Note what has come."""
        for page in [page for page in self.waits if page.exists()]:
            self.seconds.append(time.monotonic() - self.waits.pop(page))
        now = time.monotonic()
        if self.process is not None and now > self._looked + _MEMORY_SECONDS:
            self._looked = now
            with suppress(psutil.NoSuchProcess):
                self.peak_mb = max(self.peak_mb, sum(proportional(self.process)) / 1e6)

    def play(self, moments: Sequence[float], student: Callable[[int], str]) -> list[float]:
        """Hand in at moments (seconds from now), and wait for all; the seconds that each waited."""
        self.seconds = []
        began = time.monotonic()
        for number, moment in enumerate(moments):
            while time.monotonic() < began + moment:
                self.look()
                time.sleep(_POLL)
            self.hand_in(student(number))
        while self.waits:
            self.look()
            time.sleep(_POLL)
        return self.seconds


def main() -> None:
    """Measure both, and print the table."""
    parser = argparse.ArgumentParser("python -m benchmarks.watch", description=__doc__)
    parser.add_argument("--second-run", action="store_true", help="also run each submission on other data")
    parser.add_argument("--only", choices=("ours", "stock"), help="leave the other one out")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what has been started ends too
    scratch = Path(tempfile.mkdtemp(prefix="watch-"))
    print(f"{NAME}, {os.cpu_count()} processors, load before: {os.getloadavg()[0]:.1f}", flush=True)
    try:
        if options.only != "stock":
            _ours(scratch, second_run=options.second_run)
        if options.only != "ours":
            _peer(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _ours(scratch: Path, *, second_run: bool) -> None:
    course = _released(classes.ours(scratch / "ours", (NAME,)), second_run=second_run)
    with _watching(course) as process:
        room = Class(course, _solved(), process=process)
        room.play([0.0, 1.0], lambda number: f"warm-{number}")
        with _others(process) as others:
            one = room.play([3.0 * number for number in range(15)], lambda number: f"one-{number}")
        _say("one submission, warm", f"median {statistics.median(one):.2f} s, longest {max(one):.2f} s", others)
        chance = random.Random(SEED)
        moments = sorted(chance.uniform(0, 60) for _ in range(STUDENTS))
        with _others(process) as others:
            minute = room.play(moments, lambda number: f"minute-{number}")
        _say(f"{STUDENTS} students within a minute", _spread(minute), others)
        number = int(RATE * RATE_SECONDS)
        with _others(process) as others:
            began = time.monotonic()
            steady = room.play([count / RATE for count in range(number)], lambda number: f"steady-{number}")
            taken = time.monotonic() - began
        last = steady[-number // 4 :]
        rate = f"{number / taken:.2f} a second; the last quarter waited {statistics.median(last):.1f} s (median)"
        _say(f"{RATE:g} a second for {RATE_SECONDS} s", rate, others)
        with _others(process) as others:
            began = time.monotonic()
            room.play([0.0] * STUDENTS, lambda number: f"once-{number}")
            taken = time.monotonic() - began
        _say(f"{STUDENTS} at once", f"all after {taken:.1f} s, {STUDENTS / taken:.2f} a second", others)
        _say("processor time of one submission", f"{others.own / STUDENTS:.2f} s, on all processors together", others)
        _say("memory, all processes", f"{room.peak_mb:.0f} MB", others)


def _peer(scratch: Path) -> None:
    """Stock nbgrader's four commands, one loop after the other: the loop that an instructor would write."""
    course = _released(classes.stock(scratch / "stock", (NAME,)))
    room = Class(course, _solved())
    commands = (("collect", "--update"), ("autograde",), ("generate_feedback",), ("release_feedback",))
    script = (
        "while true; do " + "; ".join(f"nbgrader {name} {NAME} {' '.join(more)}" for name, *more in commands) + "; done"
    )
    environment = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}
    loop = subprocess.Popen(
        ["sh", "-c", script],
        cwd=course.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        room.play([0.0], lambda number: f"warm-{number}")
        chance = random.Random(SEED)
        moments = [30.0 * number + chance.uniform(0, 20) for number in range(6)]
        with _others(psutil.Process(loop.pid)) as others:
            one = room.play(moments, lambda number: f"one-{number}")
        _say("stock: one submission", f"median {statistics.median(one):.1f} s, longest {max(one):.1f} s", others)
        with _others(psutil.Process(loop.pid)) as others:
            minute = room.play(
                sorted(chance.uniform(0, 60) for _ in range(STUDENTS)), lambda number: f"minute-{number}"
            )
        _say(f"stock: {STUDENTS} students within a minute", _spread(minute), others)
    finally:
        for one in [*psutil.Process(loop.pid).children(recursive=True), loop]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        loop.wait()


def _released(course: Course, *, second_run: bool = False) -> Course:
    config = course.root / "nbgrader_config.py"
    more = "c.Autograder.no_second_run = []\n" if second_run else ""
    config.write_text(f"{config.read_text()}{_EXCHANGE}{more}")
    if second_run:
        shutil.copytree(REPOSITORY / "variants" / NAME, course.root / "variants" / NAME)
    (course.root / "exchange").mkdir()
    course.run("nbgrader", "release_assignment", NAME)
    return course


def _solved() -> bytes:
    return nbformat.writes(classes.solved(NAME)).encode()


@contextmanager
def _watching(course: Course) -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "autograder.cli", "watch"]
    with (course.root / "watch.log").open("w") as log:
        process = subprocess.Popen(command, cwd=course.root, stderr=log, stdout=log)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


class Others:
    """The part of the machine that anybody else used meanwhile, and the seconds that what is measured took."""

    share = own = 0.0


@contextmanager
def _others(process: psutil.Process) -> Iterator[Others]:
    found = Others()
    began, busy, own = time.monotonic(), _busy(), _own(process)
    yield found
    seconds = (time.monotonic() - began) * (os.cpu_count() or 1)
    found.own = _own(process) - own
    found.share = max(_busy() - busy - found.own, 0.0) / seconds


def _busy() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _own(process: psutil.Process) -> float:
    """Processor time of a process, of this one, and of all that they started and that has ended."""
    total = 0.0
    for one in [process, *process.children(recursive=True), psutil.Process()]:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return float(total)


def _spread(seconds: list[float]) -> str:
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
    return f"median {statistics.median(seconds):.2f} s, 95 % within {p95:.2f} s, longest {max(seconds):.2f} s"


def _say(measure: str, found: str, others: Others) -> None:
    print(f"| {measure} | {found} | {others.share:.0%} |", flush=True)


if __name__ == "__main__":
    main()

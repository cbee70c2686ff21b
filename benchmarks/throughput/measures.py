"""The measurements, each a function from a scratch folder to rows of the table."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.template import grade_id_of
from benchmarks.throughput import otter
from benchmarks.throughput.classes import ASSIGNMENTS, REPOSITORY, Course, ours, stock
from benchmarks.throughput.watched import watch

MIXED = "05-mixed-model"
WORKERS = "2"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    measure: str
    ours: str
    peer: str
    found: str  # what the target is about
    target: str
    met: bool
    seconds: tuple[float, float] | None = None  # ours and the peer's, for the plot


def against_stock(scratch: Path, students: int) -> Iterator[Row]:
    """Every assignment, graded by this project and by stock nbgrader in turn; then all of them in one command."""
    mine, theirs = ours(scratch / "ours"), stock(scratch / "stock")
    total = 0.0
    for assignment in ASSIGNMENTS:
        for course in (mine, theirs):
            course.submit(assignment, students)
        before = _grade(mine, assignment)
        began = time.monotonic()
        theirs.run("nbgrader", "autograde", assignment)
        peer = time.monotonic() - began
        own = statistics.mean([before, _grade(mine, assignment)])
        if mine.points(assignment) != theirs.points(assignment):
            raise RuntimeError(f"{assignment}: the points differ")
        total += peer
        yield Row(f"{students} × {assignment}", _s(own), _s(peer), f"{peer / own:.1f} ×", "", True, (own, peer))
    every = statistics.median(_grade(mine, *ASSIGNMENTS) for _ in range(3))
    ratio = total / every
    yield Row(
        f"{students} of each, one command",
        _s(every),
        _s(total),
        f"{ratio:.1f} ×",
        "≥ 25 ×",
        ratio >= 25,
        (every, total),
    )


def against_the_bare_limit(scratch: Path, students: int) -> Iterator[Row]:
    """All assignments of the class in turn with the bare limit, three times; both with their start."""
    course = ours(scratch / "bare")
    for assignment in ASSIGNMENTS:
        course.submit(assignment, students)
    files = [str(path) for path in sorted(course.root.glob("submitted/*/*/*.ipynb"))]
    for file in files:
        data = REPOSITORY / "source" / Path(file).stem / "sleepstudy.csv"
        Path(file).with_name(data.name).write_bytes(data.read_bytes())
    graded, bare = [], []
    for _ in range(3):
        graded.append(_grade(course, *ASSIGNMENTS))
        began = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.throughput.bare", WORKERS, *files]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
        bare.append(time.monotonic() - began)
    own, limit = statistics.median(graded), statistics.median(bare)
    share = limit / own
    yield Row("share of the bare limit", _s(own), _s(limit), f"{share:.2f}", "≥ 0.6", share >= 0.6)


def first_result(scratch: Path) -> Iterator[Row]:
    """Seconds from the start of the command to the first graded notebook."""
    course = ours(scratch / "first")
    course.submit(MIXED, 10)
    first = statistics.median(watch(course.ungraded(), "autograder", "grade", MIXED).first for _ in range(3))
    yield Row("first result", _s(first), "", _s(first), "≤ 6 s", first <= 6)


def scaling(scratch: Path, small: int, large: int, stock_each: float) -> Iterator[Row]:
    """Ten times as many submissions, and judging them again after a tolerance has changed.

    Args:
        scratch: folder.
        small: number of submissions.
        large: number of submissions.
        stock_each: seconds that stock nbgrader took for one of them.
    """
    course = ours(scratch / "scaling")
    course.submit(MIXED, small)
    few = watch(course, "autograder", "grade", MIXED)
    course.submit(MIXED, large)
    _disturb(course, large)
    many = watch(course.ungraded(), "autograder", "grade", MIXED)
    growth = many.seconds / few.seconds
    yield Row(f"{large} against {small}", _s(many.seconds), _s(few.seconds), f"{growth:.1f} ×", "≤ 11 ×", growth <= 11)
    peak = f"{many.peak_mb:.0f} MB"
    yield Row("memory, all processes", peak, f"{few.peak_mb:.0f} MB", peak, "≤ 1500 MB", many.peak_mb <= 1500)
    _change_a_tolerance(course)
    began = time.monotonic()
    course.run("autograder", "regrade", MIXED, "--yes")
    own = time.monotonic() - began
    peer = stock_each * large
    ratio = peer / own
    what = f"regrade {large}, a tolerance changed"
    yield Row(what, _s(own), f"{_s(peer)} (from 60)", f"{ratio:.0f} ×", "≥ 200 ×", ratio >= 200)


def demo(scratch: Path) -> Iterator[Row]:
    """What `make demo` runs once everything is set up."""
    began = time.monotonic()
    command = [sys.executable, "-m", "demo", "--workspace", str(scratch / "demo")]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    own = time.monotonic() - began
    yield Row("make demo", _s(own), "", _s(own), "≤ 45 s", own <= 45)


def against_otter(scratch: Path, own_each: float) -> Iterator[Row]:
    """One by one, as `otter run` works."""
    each = otter.seconds_each(scratch / "otter", 10)
    what = f"60 × {MIXED}, otter run"
    yield Row(what, _s(60 * own_each), f"{_s(60 * each)} (from 10)", f"{each / own_each:.1f} ×", "", True)


def _grade(course: Course, *assignments: str) -> float:
    course.ungraded()
    began = time.monotonic()
    course.run("autograder", "grade", *assignments)
    return time.monotonic() - began


def _disturb(course: Course, students: int) -> None:
    """Every tenth answer misses the tolerance as it is and meets the one that is to come."""
    for number in range(0, students, 10):
        path = course.root / "submitted" / f"student-{number:04d}" / MIXED / f"{MIXED}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if grade_id_of(cell) == "q5b":
                cell.source += "\ngroup_variance = group_variance * 1.0015"
        nbformat.write(notebook, path)


def _change_a_tolerance(course: Course) -> None:
    path = course.root / "source" / MIXED / f"{MIXED}.ipynb"
    before = path.read_text()
    after = before.replace("relative=1e-3", "relative=2e-3")
    if after == before:
        raise RuntimeError(f"{path} has no tolerance of 1e-3 to change")
    path.write_text(after)
    course.generate(MIXED)


def _s(seconds: float) -> str:
    return f"{seconds:.1f} s"

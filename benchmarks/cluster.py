"""How grading on a Dask cluster scales where the processors of this machine are no limit.

``python -m benchmarks.cluster`` grades a class whose notebooks wait for two seconds each, with one warm worker process
and with two, and prints both times and their ratio.
"""

from __future__ import annotations

import os
import platform
import tempfile
import time
from contextlib import chdir, closing
from pathlib import Path

import nbformat
from distributed import LocalCluster

from autograder.course.course import Course
from autograder.course.grade_class import ClassGrader, Graded
from autograder.workers import cluster
from benchmarks.throughput import classes

NAME = "03-ols"
SUBMISSIONS = 20
WAIT = "import time\ntime.sleep(2)"


def main() -> None:
    """Print the times of one worker and of two."""
    print(f"{platform.machine()}, {len(os.sched_getaffinity(0))} processors, Python {platform.python_version()}")
    print(f"{SUBMISSIONS} submissions of {NAME}, each of which waits for two seconds")
    with tempfile.TemporaryDirectory() as folder:
        made = classes.ours(Path(folder) / "course")
        students = tuple(hand_in(made.root, number) for number in range(SUBMISSIONS))
        with chdir(made.root):
            one, two = (seconds(students, workers) for workers in (1, 2))
    print(f"1 worker process: {one:.1f} s\n2 worker processes: {two:.1f} s\nratio: {one / two:.2f}")


def hand_in(root: Path, number: int) -> str:
    """Hand in the solution, with a cell that waits; returns the student."""
    notebook = classes.solved(NAME)
    notebook.cells.append(nbformat.v4.new_code_cell(WAIT))
    path = root / "submitted" / f"student-{number}" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return f"student-{number}"


def seconds(students: tuple[str, ...], workers: int) -> float:
    """The wall time of grading the class; the workers have graded before."""
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as here,
        closing(cluster.dask(here.scheduler_address, workers)) as engine,
    ):
        grader = ClassGrader(Course.here(), engine, everything=True)
        list(grader.run({NAME: students[: 3 * workers]}))
        started = time.monotonic()
        outcomes = list(grader.run({NAME: students}))
        taken = time.monotonic() - started
    if not all(isinstance(outcome, Graded) for outcome in outcomes):
        raise SystemExit(f"not everything was graded: {outcomes}")
    return taken


if __name__ == "__main__":
    main()

"""Ctrl-C while a class is graded: what is graded is written, nothing lives on, and the same command goes on."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell

from autograder.cli import main
from tests.course_folder import Course, points_of_tests
from tests.hostile.conftest import PR_SET_CHILD_SUBREAPER
from tests.watch.the_course import NAME, Watched

STUDENTS = tuple(f"student-{number:02}" for number in range(6))
ENGINES = {"local": (), "dask": ("--engine", "dask")}
LONGEST_SECONDS = 600  # of the last submission, so that the class is still being graded when Ctrl-C comes
START_SECONDS = 600
END_SECONDS = 120


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    # Processes that lose their parent become children of this one, so that none can hide.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    course = Watched.make_one(tmp_path_factory.mktemp("interrupted") / "course")  # it imports nothing
    with (course.root / "nbgrader_config.py").open("a") as config:
        seconds = 2 * LONGEST_SECONDS
        config.write(f'\nc.Autograder.limits = {{"cell_seconds": {seconds}, "notebook_seconds": {seconds}}}\n')
    for student in STUDENTS[:-1]:
        course.submit(student, NAME, course.solved(NAME))
    return course


def graded(course: Course) -> set[str]:
    return {path.stem for path in course.root.glob(f".autograder/{NAME}/{NAME}/*.jsonl") if path.stat().st_size}


def start(course: Course, *options: str) -> subprocess.Popen[str]:
    """Start grading as a shell does for a terminal: in a process group of its own, which hears Ctrl-C."""
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "autograder"), "grade", NAME, "--force", "--workers", "2", *options],
        cwd=course.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("engine", ["local", pytest.param("dask", marks=pytest.mark.slow)])
def test_ctrl_c(handed_in: Course, engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    for path in handed_in.root.glob(f".autograder/{NAME}/{NAME}/*.jsonl"):
        path.unlink()
    solved = handed_in.solved(NAME)
    slow = handed_in.solved(NAME)
    slow.cells.insert(0, new_code_cell(f"import time\ntime.sleep({LONGEST_SECONDS})"))
    handed_in.submit(STUDENTS[-1], NAME, slow)
    grader = start(handed_in, *ENGINES[engine])
    deadline = time.monotonic() + START_SECONDS
    while len(graded(handed_in)) < 2:
        assert time.monotonic() < deadline
        assert grader.poll() is None
        time.sleep(0.01)
    family = psutil.Process(grader.pid).children(recursive=True)
    os.killpg(grader.pid, signal.SIGINT)
    _, said = grader.communicate(timeout=END_SECONDS)
    assert grader.returncode == 130
    assert "Interrupted. Results so far are saved; run the same command again to continue." in said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(family, timeout=END_SECONDS)
    assert not alive, "the grader has ended, and what it had started lives on"
    done = graded(handed_in)
    assert len(done) < len(STUDENTS)

    handed_in.submit(STUDENTS[-1], NAME, solved)
    capsys.readouterr()
    with chdir(handed_in.root):
        assert main(["grade", NAME]) == 0
    rest = capsys.readouterr().out
    assert f"{len(STUDENTS) - len(done)} graded" in rest
    assert f"{len(done)} unchanged" in rest
    full = points_of_tests(handed_in.source(NAME))
    for student in STUDENTS:
        points = handed_in.points(student, NAME)
        assert {name: points[name] for name in full} == full

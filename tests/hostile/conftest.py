"""The hostile class, graded once by each command; both at the same time."""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.hostile.table import ROWS_OF
from tests.hostile.the_class import HostileClass, released, server, wait_for

PR_SET_CHILD_SUBREAPER = 36
SECONDS = 3000  # for the whole class; a class that hangs fails, and does not stop everything else


@dataclass(frozen=True)
class Graded:
    """The class after grading, by both commands."""

    classes: dict[str, HostileClass]
    ended: bool  # before the time was over
    calls: list[bytes]  # what reached a server of this machine
    strays: list[str]  # processes that outlived the commands
    root: Path


DEEP = "deep-folders-of-"


@pytest.fixture(scope="session")
def deep() -> Iterator[Path]:
    """A folder for folders nested so deep that Python cannot remove them, and pytest's own would break on them."""
    places = Path(tempfile.gettempdir())
    for left in places.glob(f"{DEEP}*-*"):  # by tests that were killed
        if not psutil.pid_exists(int(left.name.removeprefix(DEEP).partition("-")[0])):
            remove(left)
    root = Path(tempfile.mkdtemp(prefix=f"{DEEP}{os.getpid()}-", dir=places))
    yield root
    remove(root)


def remove(folder: Path) -> None:
    """Remove a folder of any depth."""
    subprocess.run(["rm", "-rf", str(folder)], check=False)


@pytest.fixture(scope="session")
def graded(deep: Path) -> Graded:
    """Grade the class as nbgrader does, and as this project does."""
    root = deep / "hostile"
    root.mkdir()
    # Processes that lose their parent become children of this one, so that none can hide.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = set(psutil.Process().children(recursive=True))
    with server() as (port, calls):
        own = released(root / "autograder" / "course")
        courses = {"autograder": own, "nbgrader": own.copy(root / "nbgrader" / "course")}
        classes = {way: HostileClass.make(courses[way], rows, port) for way, rows in ROWS_OF.items()}
        # One worker each: of several, what waited in vain is graded twice (tests/grading/test_runner.py), and that is
        # every row that comes to a limit. The neighbor that a row could harm is graded by the other command.
        both = [classes["autograder"].start("autograder", "--workers", "1"), classes["nbgrader"].start("nbgrader")]
        ended = wait_for(both, SECONDS)
        if ended:
            classes["autograder"].generate_feedback()
    after = [one for one in psutil.Process().children(recursive=True) if not _is_of(one, before)]
    _, alive = psutil.wait_procs(after, timeout=60)
    strays = [str(one) for one in alive]
    for one in alive:
        one.kill()
    return Graded(classes, ended, calls, strays, root)


def _is_of(process: psutil.Process, others: set[psutil.Process]) -> bool:
    """Whether a process is one of others, or was started by them: another test's browser starts helpers at any time."""
    try:
        return not others.isdisjoint([process, *process.parents()])
    except psutil.NoSuchProcess:
        return False

"""`autograder grade` on the demo's course folder, as a process of its own."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Failure:
    """A command that ended with an error."""

    command: str
    log: Path


Grade = Callable[[Path, Sequence[str], Callable[[int], None]], tuple[Failure, ...]]


def grade(root: Path, assignments: Sequence[str], done: Callable[[int], None]) -> tuple[Failure, ...]:
    """Grade all that was handed in.

    Args:
        root: the course folder.
        assignments: names.
        done: called now and then with the number of submissions graded so far.

    Returns:
        the command, if it failed; it goes on with the next submission where one fails.
    """
    log = root / "logs" / "autograder-grade.log"
    log.parent.mkdir(exist_ok=True)
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "autograder.cli", "grade", *assignments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        while _still_runs(process):
            done(sum(1 for _ in root.glob("autograded/*/*/*.ipynb")))
    return () if process.returncode == 0 else (Failure(f"autograder grade {' '.join(assignments)}", log),)


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False

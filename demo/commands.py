"""nbgrader's commands as processes of their own, two assignments at a time."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

_AT_ONCE = 2
_LOOK_SECONDS = 0.5
# A numerical library that starts a thread per core would only get in the way of the other assignment.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Failure:
    """A command that ended with an error."""

    command: str
    log: Path


def grade(root: Path, assignments: Sequence[str], done: Callable[[int], None]) -> tuple[Failure, ...]:
    """Run ``nbgrader autograde`` and ``nbgrader generate_feedback`` for each assignment.

    Args:
        root: the course folder.
        assignments: names, in the order in which to start them.
        done: called now and then with the number of files written so far: two per submission.

    Returns:
        the commands that failed; nbgrader goes on with the next submission where one fails.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = [pool.submit(_grade_one, root, assignment) for assignment in assignments]
        while wait(running, timeout=_LOOK_SECONDS).not_done:
            done(_files_written(root))
    done(_files_written(root))
    return tuple(failure for future in running for failure in future.result())


def _grade_one(root: Path, assignment: str) -> list[Failure]:
    failures = (_run(root, "autograde", assignment), _run(root, "generate_feedback", assignment))
    return [failure for failure in failures if failure is not None]


def _run(root: Path, command: str, assignment: str) -> Failure | None:
    log = root / "logs" / f"{command}-{assignment}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as output:
        arguments = [sys.executable, "-m", "nbgrader", command, assignment]
        ended = subprocess.run(
            arguments,
            cwd=root,
            env={**os.environ, **_ONE_THREAD},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return None if ended.returncode == 0 else Failure(f"nbgrader {command} {assignment}", log)


def _files_written(root: Path) -> int:
    autograded = sum(1 for _ in root.glob("autograded/*/*/*.ipynb"))
    return autograded + sum(1 for _ in root.glob("feedback/*/*/*.html"))

"""Many submissions over any ``concurrent.futures.Executor``: bounded in memory, each graded exactly once."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from enum import Enum

from autograder.errors import EngineUnavailable, ProcessDied, SandboxUnavailable
from autograder.grading.submission import SubmissionResult
from autograder.grading.task import Task
from autograder.workers.engines import Engine, Grade

_AHEAD = 3  # tasks handed out per worker, so that none idles and memory stays flat
_POLL_SECONDS = 5  # without a result, until the engine is asked whether any can come


@dataclass(frozen=True)
class Failed:
    """A submission that the grader could not grade, for a reason of its own."""

    student: str
    reason: str


@dataclass(frozen=True)
class _Lost:
    """Tasks that came back without a result that counts."""

    alone: list[Task] = field(default_factory=list)  # took a process with them, or may have been disturbed by others
    recalled: list[Task] = field(default_factory=list)  # the connection to who graded them was lost


def grade_all(tasks: Iterable[Task], grade: Grade, engine: Engine) -> Iterator[SubmissionResult | Failed]:
    """Grade every task, in the order in which workers finish.

    What waited in vain while others were being graded is graded again at the end, when nothing else is, before it
    counts: a submission's grade does not depend on what runs beside it.

    Args:
        tasks: read lazily; only a few per worker are held at a time.
        grade: what a worker does with a task; must be importable there.
        engine: where they are graded.

    Raises:
        EngineUnavailable: nobody is left who could grade the rest.
        SandboxUnavailable: student code cannot be isolated.
    """
    waiting = iter(tasks)
    later: list[Task] = []  # one by one, when nothing else runs
    running: dict[Future[SubmissionResult], Task] = {}
    accompanied: set[Future[SubmissionResult]] = set()  # others were graded while they were, though perhaps no longer
    try:
        while True:
            engine.check()
            alone = bool(later) and not running
            source = iter([later.pop()]) if alone else waiting
            while len(running) < engine.workers * _AHEAD and (task := next(source, None)) is not None:
                running[engine.submit(grade, task)] = task
            if not running:
                return
            if len(running) > 1 and engine.workers > 1:
                accompanied.update(running)
            lost = yield from _results(running, engine, accompanied)
            waiting = itertools.chain(lost.recalled, waiting)
            if lost.alone and alone:
                reason = "the grading process died twice while it graded this submission"
                yield Failed(lost.alone[0].student, reason)
            else:
                later += lost.alone
    finally:
        for future in running:
            future.cancel()


def _results(
    running: dict[Future[SubmissionResult], Task], engine: Engine, accompanied: set[Future[SubmissionResult]]
) -> Generator[SubmissionResult | Failed, None, _Lost]:
    """Yield what has finished and counts, and return the tasks that were lost."""
    lost = _Lost()
    for future in wait(running, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED).done:
        task = running.pop(future)
        found = outcome(future, task.student, engine, beside=future in accompanied)
        accompanied.discard(future)
        match found:
            case Lost.DISTURBED:
                lost.alone.append(task)
            case Lost.RECALLED:
                lost.recalled.append(task)
            case _:
                yield found
    return lost


class Lost(Enum):
    """Why a task has to be graded again before it counts."""

    DISTURBED = "it took a process with it, or may have been disturbed by what ran beside it"
    RECALLED = "the connection to who graded it was lost"


def outcome(
    future: Future[SubmissionResult], student: str, engine: Engine, *, beside: bool
) -> SubmissionResult | Failed | Lost:
    """What became of a task whose future is done.

    Args:
        future: of the task.
        student: whose submission it is.
        engine: where it was graded.
        beside: whether others were graded at the same time, which may have disturbed it.

    Raises:
        EngineUnavailable: nobody is left who could grade.
        SandboxUnavailable: student code cannot be isolated.
    """
    try:
        result = future.result()
    except engine.killed:
        return Lost.DISTURBED
    except CancelledError:
        return Lost.RECALLED
    except (EngineUnavailable, SandboxUnavailable):
        raise
    except ProcessDied as died:
        return Failed(student, str(died))
    except Exception as problem:  # a fault of the grader must cost one submission, not the class
        return Failed(student, f"{type(problem).__name__}: {problem}")
    return Lost.DISTURBED if result.disturbed and beside else result

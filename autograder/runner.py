"""Many submissions over any ``concurrent.futures.Executor``: bounded in memory, each graded exactly once."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

from autograder.engines import Engine, EngineUnavailable, Grade
from autograder.submission import Packed, Task

_AHEAD = 3  # tasks handed out per worker, so that none idles and memory stays flat
_LOOK_SECONDS = 5  # without a result, until the engine is asked whether any can come


@dataclass(frozen=True)
class Failed:
    """A submission that the grader could not grade, for a reason of its own."""

    student: str
    reason: str


@dataclass(frozen=True)
class _Lost:
    """Tasks that came back without a result."""

    suspects: list[Task] = field(default_factory=list)  # were being graded when a process died
    recalled: list[Task] = field(default_factory=list)  # the connection to who graded them was lost


def grade_all(tasks: Iterable[Task], grade: Grade, engine: Engine) -> Iterator[Packed | Failed]:
    """Grade every task, in the order in which workers finish.

    Args:
        tasks: read lazily; only a few per worker are held at a time.
        grade: what a worker does with a task; must be importable there.
        engine: where they are graded.

    Raises:
        EngineUnavailable: nobody is left who could grade the rest.
    """
    waiting = iter(tasks)
    suspects: list[Task] = []  # tried again one by one, to know whose submission it was
    running: dict[Future[Packed], Task] = {}
    try:
        while True:
            engine.check()
            alone = bool(suspects) and not running
            source = iter([suspects.pop()]) if alone else waiting
            while len(running) < engine.workers * _AHEAD and (task := next(source, None)) is not None:
                running[_submitted(engine, grade, task)] = task
            if not running:
                return
            lost = yield from _results(running, engine)
            waiting = itertools.chain(lost.recalled, waiting)
            if lost.suspects and alone:
                reason = "the grading process died twice while it graded this submission"
                yield Failed(lost.suspects[0].student, reason)
            else:
                suspects += lost.suspects
    finally:
        for future in running:
            future.cancel()


def _submitted(engine: Engine, grade: Grade, task: Task) -> Future[Packed]:
    """A task that is being graded, or that has just been lost because a process died since the last look."""
    try:
        return engine.submit(grade, task)
    except BrokenProcessPool as broken:
        lost: Future[Packed] = Future()
        lost.set_exception(broken)
        return lost


def _results(running: dict[Future[Packed], Task], engine: Engine) -> Generator[Packed | Failed, None, _Lost]:
    """Yield what has finished, and return the tasks that were lost."""
    lost, broken = _Lost(), False
    for future in wait(running, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED).done:
        task = running.pop(future)
        try:
            yield future.result()
        except BrokenProcessPool:
            broken = True
            lost.suspects.append(task)
        except engine.killed:
            lost.suspects.append(task)
        except CancelledError:
            lost.recalled.append(task)
        except EngineUnavailable:
            raise
        except Exception as problem:  # a fault of the grader must cost one submission, not the class
            yield Failed(task.student, f"{type(problem).__name__}: {problem}")
    if broken:
        lost.suspects.extend(running.values())
        running.clear()
        engine.renew()
    return lost

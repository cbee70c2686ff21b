"""Many submissions over any ``concurrent.futures.Executor``: bounded in memory, each graded exactly once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from autograder.engines import Engine
from autograder.submission import Finished, Task

_AHEAD = 3  # tasks handed out per worker, so that none idles and memory stays flat


@dataclass(frozen=True)
class Failed:
    """A submission that the grader could not grade, for a reason of its own."""

    student: str
    reason: str


Grade = Callable[[Task], Finished]


def grade_all(tasks: Iterable[Task], grade: Grade, engine: Engine) -> Iterator[Finished | Failed]:
    """Grade every task, in the order in which workers finish.

    Args:
        tasks: read lazily; only a few per worker are held at a time.
        grade: what a worker does with a task; must be importable there.
        engine: where they are graded; a new executor is made after a worker died (a broken process pool stays broken).
    """
    waiting = iter(tasks)
    suspects: list[Task] = []  # were being graded when a worker died; tried again one by one, to know who it was
    executor = engine.new_executor()
    running: dict[Future[Finished], Task] = {}
    try:
        while True:
            alone = bool(suspects)
            source = iter([suspects.pop()]) if alone else waiting
            while len(running) < engine.workers * _AHEAD and (task := next(source, None)) is not None:
                running[executor.submit(grade, task)] = task
            if not running:
                return
            lost = yield from _results(running)
            if lost:
                executor.shutdown(wait=False)
                executor = engine.new_executor()
            if lost and alone:
                yield Failed(lost[0].student, "the grading process died twice while it graded this submission")
            else:
                suspects += lost
    finally:
        for future in running:
            future.cancel()
        executor.shutdown(wait=False)


def _results(running: dict[Future[Finished], Task]) -> Generator[Finished | Failed, None, list[Task]]:
    """Yield what has finished, and return the tasks that were lost because a worker died."""
    lost: list[Task] = []
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        task = running.pop(future)
        try:
            yield future.result()
        except BrokenProcessPool:
            lost.append(task)
        except Exception as problem:  # a fault of the grader must cost one submission, not the class
            yield Failed(task.student, f"{type(problem).__name__}: {problem}")
    if lost:
        lost += running.values()
        running.clear()
    return lost

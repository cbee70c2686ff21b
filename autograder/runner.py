"""Many submissions over any ``concurrent.futures.Executor``: bounded in memory, each graded exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from autograder.submission import Finished, Task

_WAITING_PER_WORKER = 3  # tasks handed out ahead, so that no worker idles and memory stays flat
_TRIES = 2


@dataclass(frozen=True)
class Failed:
    """A submission that the grader could not grade, for a reason of its own."""

    student: str
    reason: str


Grade = Callable[[Task], Finished]


def grade_all(
    tasks: Iterable[Task], grade: Grade, new_executor: Callable[[], Executor], workers: int
) -> Iterator[Finished | Failed]:
    """Grade every task, in the order in which workers finish.

    Args:
        tasks: read lazily; only a few per worker are held at a time.
        grade: what a worker does with a task; must be importable there.
        new_executor: makes the executor, and a new one after a worker died (a broken process pool stays broken).
        workers: how many tasks run at the same time.
    """
    waiting = iter(tasks)
    executor = new_executor()
    running: dict[Future[Finished], tuple[Task, int]] = {}
    again: list[tuple[Task, int]] = []
    try:
        while True:
            while len(running) < workers * _WAITING_PER_WORKER:
                task, tries = again.pop() if again else (next(waiting, None), 0)
                if task is None:
                    break
                running[executor.submit(grade, task)] = (task, tries + 1)
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            broken = False
            for future in done:
                task, tries = running.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    broken = True
                    again.append((task, tries))
                except Exception as problem:  # a fault of the grader must cost one submission, not the class
                    yield Failed(task.student, f"{type(problem).__name__}: {problem}")
            if broken:
                again += running.values()
                running.clear()
                executor.shutdown(wait=False, cancel_futures=True)
                executor = new_executor()
                for task, _ in [entry for entry in again if entry[1] >= _TRIES]:
                    yield Failed(task.student, "the grading process died twice while it graded this submission")
                again = [entry for entry in again if entry[1] < _TRIES]
    finally:
        executor.shutdown(wait=False, cancel_futures=True)

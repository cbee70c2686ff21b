"""Grading answers, many at a time (see :mod:`~.one_case`)."""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from contextlib import ExitStack

from autograder.audit.cases import AuditCase
from autograder.audit.one_case import CaseResult, change_environment, run_case
from autograder.grading.task import Task
from autograder.sandbox import needed
from autograder.workers.engines import warm
from autograder.workers.pool import Pool

Environment = tuple[tuple[str, str], ...]  # variables that are other ones in the sandbox
_WORTH_A_WORKER = 20  # answers that take as long as warming another one up


def run_cases(cases: Sequence[AuditCase], workers: int) -> Iterator[tuple[AuditCase, CaseResult]]:
    """Grade all cases.

    Args:
        cases: of any number of notebooks.
        workers: processes at the same time, at most.

    Yields:
        Each case with its result, in the order in which they finish.
    """
    groups = [list(group) for _, group in itertools.groupby(sorted(cases, key=_environment), key=_environment)]
    with ExitStack() as stack:
        begun = (stack.enter_context(_pool(group, workers)) for group in groups)
        ahead = deque(itertools.islice(begun, min(workers, 2)))  # one warms up while the one before works
        for group in groups:
            pool = ahead.popleft()
            running = {pool.submit(run_case, case.task, case.is_solution): case for case in group}
            try:
                for done in as_completed(running):
                    yield running.pop(done), done.result()
            finally:
                pool.shutdown(cancel_futures=True)
            ahead.extend(itertools.islice(begun, 1))


def _pool(group: Sequence[AuditCase], workers: int) -> Pool:
    """Processes for answers that are tried in the same environment, each with a sandbox that starts at once."""
    few = min(workers, 1 + len(group) // _WORTH_A_WORKER)
    return Pool(few, _warming(_environment(group[0]), group[0].task, needed("\n".join(map(_code, group)))))


def _warming(environment: Environment, task: Task, preload: tuple[str, ...]) -> Callable[[], None]:
    """What a process does first that grades tasks like this one."""
    sandbox = (task.limits.folder_mb, task.hidden, True, preload)
    return functools.partial(_warm, environment, *sandbox) if environment else functools.partial(warm, *sandbox)


def _warm(
    environment: Environment, folder_mb: int, hidden: tuple[str, ...], isolated: bool, preload: tuple[str, ...]
) -> None:
    change_environment(dict(environment))
    warm(folder_mb, hidden, isolated, preload)


def _environment(case: AuditCase) -> Environment:
    return tuple(sorted(case.variation.environment.items()))


def _code(case: AuditCase) -> str:
    """All that runs in the sandbox for an answer, in one text."""
    beside = (content for name, content in case.task.files.items() if name.endswith(".py"))
    texts = (content.decode("utf-8", "replace") for content in (case.task.content or b"", *beside))
    return "\n".join([*texts, *(cell.source for cell in case.task.template.cells if cell.is_plain)])

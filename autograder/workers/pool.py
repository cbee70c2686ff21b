"""Processes that grade, each supervised by itself: one that dies costs nobody else, and its work is done again.

Grading reads what a student sent, and a bound on that may end the process (see :mod:`autograder.deadline`). The process
leaves a note of the step in which it was, so that the next one refuses this step and goes on with the rest.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import RawArray
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

from autograder.deadline import Path, refusing
from autograder.errors import ProcessDied
from autograder.workers import processes

MEMORY_MB = 4096  # that a process may take for the data that it grades
MOST_DEATHS = 4  # by the bound of a step; from then on the outermost step is refused
_NOTE = 4000  # bytes
_END_SECONDS = 30.0  # for a process to go by itself
_MAIN = threading.Lock()  # held while the main module is another

P = ParamSpec("P")
T = TypeVar("T")


class Pool(Executor):
    """An executor of processes.

    Args:
        workers: how many there are.
        initialize: called in each process when it starts; must be importable there, as what is submitted.
    """

    def __init__(self, workers: int, initialize: Callable[[], object] = int) -> None:
        processes.prepare()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._supervised = [_Supervised(self._tasks, initialize) for _ in range(workers)]
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called in one of the processes.

        Raises:
            RuntimeError: the pool has been shut down.
        """
        if self._closed:
            raise RuntimeError("the pool has been shut down")
        future: Future[T] = Future()
        self._tasks.put(_Task(future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes.

        Args:
            wait: until what was begun is finished, and what waits for its turn as well; else all is ended at once.
            cancel_futures: what still waits for its turn is cancelled in any case.
        """
        if self._closed:
            return
        self._closed = True
        if cancel_futures or not wait:
            while not self._tasks.empty():
                with suppress(queue.Empty):
                    task = self._tasks.get_nowait()
                    if task is not None:
                        task.future.cancel()
        for _ in self._supervised:
            self._tasks.put(None)
        for one in self._supervised:
            one.end(at_once=not wait)


@dataclass(frozen=True)
class _Task:
    future: Future[Any]
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class _Supervised:
    """One process, started again when it has died, and the thread that hands it one task after the other."""

    def __init__(self, tasks: queue.SimpleQueue[_Task | None], initialize: Callable[[], object]) -> None:
        self._tasks = tasks
        self._initialize = initialize
        self._ending = False
        self._starting = threading.Lock()  # held while the process is replaced: half started it cannot be ended
        self._note = RawArray("c", _NOTE)
        self._start()
        self._thread = threading.Thread(target=self._serve, name="supervises a process", daemon=True)
        self._thread.start()

    def end(self, *, at_once: bool) -> None:
        with self._starting:
            self._ending = self._ending or at_once
        if at_once:
            self._process.kill()
        self._thread.join()
        self._connection.close()  # it hears that, and goes
        self._process.join(0 if at_once else _END_SECONDS)
        self._process.kill()
        self._process.join()

    def _start(self) -> None:
        connection, theirs = multiprocessing.Pipe()
        context: Any = processes.context()
        process = context.Process(target=_work, args=(theirs, self._note, self._initialize), daemon=True)
        with _allowed_children(), _without_main():
            process.start()
        theirs.close()
        self._connection, self._process = connection, process

    def _start_again(self) -> bool:
        """Replace a process that has died; False where none is wanted any more."""
        with self._starting:
            if not self._ending:
                self._connection.close()
                self._start()
            return not self._ending

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            if not task.future.set_running_or_notify_cancel():
                continue
            try:
                done, outcome = self._done(task)
            except BaseException as problem:
                done, outcome = False, problem
            if done:
                task.future.set_result(outcome)
            else:
                task.future.set_exception(outcome)

    def _done(self, task: _Task) -> tuple[bool, Any]:
        """The outcome of a task, by as many processes as it takes."""
        refused: dict[Path, str] = {}
        died = 0
        while True:
            self._note.value = b"[]"
            answer = self._answer((task.fn, task.args, task.kwargs, refused))
            if answer is not None:
                return answer
            how, step = self._how_it_ended(), tuple(json.loads(self._note.value))
            if not self._start_again():
                return False, ProcessDied(how, how)
            died += 1
            if step and self._reached_its_bound:
                refuse = step if died < MOST_DEATHS else step[:1]
                if refuse not in refused:
                    refused[refuse] = f"{refuse[-1]} took more processor time than its limit"
                    continue
            if died > 1:
                return False, ProcessDied(f"the process that graded this submission ended twice: {how}", how)

    def _answer(self, request: Any) -> tuple[bool, Any] | None:
        """What the process answers; ``None`` where it has died."""
        try:
            self._connection.send(request)
            wait([self._connection, self._process.sentinel])
            answer: tuple[bool, Any] = self._connection.recv()
        except (EOFError, OSError):
            return None
        return answer

    def _how_it_ended(self) -> str:
        self._process.join(_END_SECONDS)
        code = self._process.exitcode
        self._reached_its_bound = code == -signal.SIGVTALRM
        if code is None:
            self._process.kill()
            self._process.join()
            return "it did not answer"
        return (signal.strsignal(-code) or f"signal {-code}") if code < 0 else f"exit code {code}"


@contextmanager
def _allowed_children() -> Iterator[None]:
    """A worker of Dask is a process that :mod:`multiprocessing` allows no children, for fear that they outlive it.

    These do not (see :func:`end_with_parent`).
    """
    own: Any = multiprocessing.current_process()
    before = own._config.get("daemon")
    own._config["daemon"] = False
    try:
        yield
    finally:
        own._config["daemon"] = before


@contextmanager
def _without_main() -> Iterator[None]:
    """Have a new process not load the program that was started, as it does for functions that are defined there.

    It would take ``nbgrader`` or a server a second and more; what is asked of these processes lies in modules.
    """
    with _MAIN:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _work(connection: Connection[Any, Any], note: Any, initialize: Callable[[], object]) -> None:
    """Runs in a process: does what is asked until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks decides
    end_with_parent()
    _bound_memory()
    problem = _failed(initialize)

    def remember(step: Path) -> None:
        text = json.dumps(step)
        note.value = text.encode("ascii") if len(text) < _NOTE else b"[]"

    while True:
        try:
            fn, args, kwargs, refused = connection.recv()
        except EOFError:
            return
        with refusing(refused, remember):
            outcome = _outcome(fn, args, kwargs) if problem is None else (False, problem)
        try:
            connection.send(outcome)
        except Exception as unsendable:
            why = _told(unsendable)  # in Python's words, which differ from version to version
            said = f"its result cannot be sent between processes ({why})" if outcome[0] else _told(outcome[1])
            connection.send((False, RuntimeError(said)))


def _failed(initialize: Callable[[], object]) -> Exception | None:
    try:
        initialize()
    except Exception as problem:  # each task will say so
        return problem
    return None


def _outcome(fn: Callable[..., Any], args: Any, kwargs: Any) -> tuple[bool, Any]:
    try:
        return True, fn(*args, **kwargs)
    except Exception as problem:
        return False, problem
    except BaseException as problem:  # such as SystemExit, which would end whoever asks for the result
        return False, RuntimeError(_told(problem))


def _told(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}"


def _bound_memory() -> None:
    """Let what is too large raise MemoryError, where this process takes it, rather than have the machine choose."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    own = MEMORY_MB << 20
    resource.setrlimit(resource.RLIMIT_DATA, (own if most == resource.RLIM_INFINITY else min(own, most), most))


def end_with_parent() -> None:
    """Have this process end with the one that started it, also where that one is killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end, name="ends with its parent", daemon=True).start()

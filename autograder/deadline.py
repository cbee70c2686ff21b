"""Bounds on the time of every step in which a trusted process touches a student's data.

A bound on processor time acts twice. Between two bytecodes of Python the step ends by an exception and costs what it
was about. In C code, where no exception is heard, the kernel ends the process a moment later; whoever started the
process (:mod:`autograder.workers.pool`) learns from its note which step that was, and has the same work done again by
another process that refuses this step. A bound on waiting acts where the code waits, so that nothing is cut in two.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

GRACE_SECONDS = 0.5  # of processor time, in which the exception may be heard
_AGAIN_SECONDS = 0.1  # an exception that something swallowed is raised again
_TICK = 0.01  # a timer's clock and a process's may differ by that much

Path = tuple[str, ...]  # names of steps, outermost first

T = TypeVar("T")


class OutOfTime(BaseException):
    """A step reached its bound; not an ``Exception``, so that nobody who catches those swallows it.

    Attributes:
        path: the step.
        message: which bound it was, as the end of a sentence.
    """

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class _Step:
    path: Path
    seconds: float
    ends: float  # in processor time of this process
    waits: float
    waits_until: float  # by the monotonic clock
    kills: bool

    def out_of_time(self) -> OutOfTime:
        return OutOfTime(self.path, took_too_long(self.path, self.seconds))


_steps: ContextVar[tuple[_Step, ...]] = ContextVar("autograder.deadline.steps", default=())
_refused: ContextVar[Mapping[Path, str]] = ContextVar("autograder.deadline.refused", default={})  # noqa: B039  never changed
_held: ContextVar[bool] = ContextVar("autograder.deadline.held", default=False)
_note: ContextVar[Callable[[Path], None]] = ContextVar("autograder.deadline.note", default=lambda _: None)


def took_too_long(path: Path, seconds: float) -> str:
    """The sentence of a step that took more processor time than it may.

    Args:
        path: names of the steps, of which the last is the one; see :func:`bounded`.
        seconds: its bound.

    Example:
        >>> took_too_long(("the submission", "reading the file"), 10.0)
        'reading the file took more than the limit of 10 seconds of processor time'
    """
    return f"{path[-1]} took more than the limit of {seconds:g} seconds of processor time"


def path() -> Path:
    """The step that goes on."""
    steps = _steps.get()
    return steps[-1].path if steps else ()


def bounded(
    name: str,
    seconds: float,
    do: Callable[[], T],
    instead: Callable[[OutOfTime], T],
    waits: float = math.inf,
    *,
    kills: bool = True,
) -> T:
    """Do something within a bound of processor time.

    Args:
        name: of the step, for the student.
        seconds: of processor time.
        do: the step.
        instead: gives the result where the step reaches the bound, or is refused.
        waits: seconds of wall time that what is asked for in the step may take altogether; see :func:`left`.
        kills: whether C code that does not end takes the process with it. Without that the step must not have any: for
            a process that nobody starts again, and work that is done in Python or by its regular expressions, which
            hear the exception.

    Raises:
        OutOfTime: a step around this one reached *its* bound.
        RuntimeError: in a thread other than the main one, where a bound cannot act.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("a student's data are read in the main thread of a process, where time limits act")
    outer = _steps.get()
    own = (*path(), name)
    why = _refused.get().get(own)
    if why is not None:
        return instead(OutOfTime(own, why))
    step = _Step(own, seconds, time.process_time() + seconds, waits, time.monotonic() + waits, kills)
    try:
        try:
            _enter((*outer, step))
            return do()
        finally:
            _enter(outer)
    except OutOfTime as late:
        _enter(outer)  # it may have come in the midst of the first
        if late.path != own:
            raise
        reached = late
    return instead(reached)


def left() -> float:
    """Seconds that may be waited now; infinite where nothing bounds it.

    Raises:
        OutOfTime: there are none.
    """
    steps = _steps.get()
    now = time.monotonic()
    for step in steps:
        if step.waits_until <= now:
            raise OutOfTime(step.path, f"{step.path[-1]} took longer than the limit of {step.waits:g} seconds")
    return min((step.waits_until - now for step in steps), default=math.inf)


@contextmanager
def held() -> Iterator[None]:
    """Hold back the exception within a ``with`` block of little work that must not be left half done."""
    before = _held.set(True)
    try:
        yield
    finally:
        _held.reset(before)


@contextmanager
def refusing(refused: Mapping[Path, str], note: Callable[[Path], None] | None = None) -> Iterator[None]:
    """Refuse steps within a ``with`` block.

    Args:
        refused: step → why; besides those that are refused already.
        note: called with each step as it begins or goes on.
    """
    refuse = _refused.set({**_refused.get(), **refused})
    notes = _note.set(note or _note.get())
    try:
        yield
    finally:
        _note.reset(notes)
        _refused.reset(refuse)


def _enter(steps: tuple[_Step, ...]) -> None:
    """Make ``steps`` those that go on, and set the timers for the one that ends first."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    _steps.set(steps)
    _note.get()(steps[-1].path if steps else ())
    if not steps:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return
    now = time.process_time()
    deadly = [step.ends for step in steps if step.kills]
    kill = max(min(deadly) - now, 0.0) + GRACE_SECONDS if deadly else 0.0
    signal.signal(signal.SIGPROF, _reached)
    signal.setitimer(signal.ITIMER_VIRTUAL, kill)  # nobody handles its signal: the process ends
    signal.setitimer(signal.ITIMER_PROF, max(min(step.ends for step in steps) - now, 0.0) + 1e-6, _AGAIN_SECONDS)


def _reached(_signal: int, _frame: Any) -> None:
    if _held.get():
        return  # the timer goes on
    now = time.process_time() + _TICK
    for step in _steps.get():
        if step.ends <= now:
            raise step.out_of_time()


class OwnTime:
    """Counts the seconds in which this process computed, or waited as long as it meant to.

    A machine that is busy may not run this process for seconds. What it waits for may not have run either, or has come
    and could not be taken: such seconds are nobody's.

    Args:
        clock: of the wall.
        used: processor time of this process.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.process_time
    ) -> None:
        self._clock = clock
        self._used = used
        self._seconds = self._meant = 0.0
        self._seen = clock(), used()

    def mean_to_wait(self, seconds: float) -> None:
        """Say how long the wait that comes now may take."""
        self._meant += seconds

    def tick(self) -> float:
        """Seconds so far."""
        now = self._clock(), self._used()
        passed, computed = now[0] - self._seen[0], now[1] - self._seen[1]
        self._seconds += min(passed, computed + self._meant)
        self._seen, self._meant = now, 0.0
        return self._seconds

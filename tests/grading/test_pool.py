"""A process that a bound ends costs the step that reached it, and nobody else."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from autograder.errors import ProcessDied, SandboxUnavailable, SessionEnded
from autograder.workers.pool import Pool, _allowed_children
from tests.grading.pool_tasks import (
    broken,
    die,
    dies_and_goes_on,
    everything_is_slow,
    hoard,
    parts,
    raising,
    unsendable,
)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    started = Pool(2)
    yield started
    started.shutdown()


def test_slow_steps_cost_themselves(pool: Pool) -> None:
    said = "took more processor time than its limit"
    assert pool.submit(parts, 0).result(300) == ["read"] * 4
    assert pool.submit(parts, 2).result(300) == [f"part 0 {said}", f"part 1 {said}", "read", "read"]


def test_steps_without_end_cost_the_whole(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.workers.pool.MOST_DEATHS", 2)
    assert pool.submit(everything_is_slow).result(300) == "the submission took more processor time than its limit"


def test_nobody_else_waits_for_a_process_that_ends(pool: Pool, tmp_path: Path) -> None:
    slow = pool.submit(dies_and_goes_on, str(tmp_path / "enough"))
    assert [pool.submit(abs, -number).result(300) for number in range(50)] == list(range(50))
    assert not slow.done()
    (tmp_path / "enough").touch()
    assert slow.result(300) == "done"


def test_a_process_that_dies_each_time_is_an_error(pool: Pool) -> None:
    with pytest.raises(ProcessDied, match="ended twice: Segmentation fault"):
        pool.submit(die).result(300)


def test_a_pool_may_be_shut_down_while_a_process_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    starting, goes_on = threading.Event(), threading.Event()

    @contextmanager
    def slowly() -> Iterator[None]:
        starting.set()
        assert goes_on.wait(300)
        with _allowed_children():
            yield

    started = Pool(1)
    started.submit(int).result(300)
    monkeypatch.setattr("autograder.workers.pool._allowed_children", slowly)
    dying = started.submit(die)
    assert starting.wait(300)
    threading.Timer(0.5, goes_on.set).start()
    started.shutdown(wait=False)
    with pytest.raises(ProcessDied):
        dying.result(300)


ERRORS = {
    "a sandbox that is not there": SandboxUnavailable("bubblewrap is not installed"),
    "a session that ended": SessionEnded("memory", "it used more memory than the limit of 5 MB", "q1"),
}


@pytest.mark.parametrize("problem", ERRORS.values(), ids=ERRORS)
def test_errors_keep_their_type_and_text(pool: Pool, problem: Exception) -> None:
    with pytest.raises(type(problem)) as raised:
        pool.submit(raising, problem).result(300)
    assert str(raised.value) == str(problem)
    assert vars(raised.value) == vars(problem)


class Unsendable(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


def test_what_cannot_travel_is_told_in_words(pool: Pool) -> None:
    with pytest.raises(RuntimeError, match=r"^its result cannot be sent between processes \(.*local object"):
        pool.submit(unsendable).result(300)


def test_memory_is_bounded(pool: Pool) -> None:
    assert pool.submit(hoard).result(300) == "MemoryError"


def test_a_process_that_cannot_start_says_why() -> None:
    started = Pool(1, broken)
    with pytest.raises(SandboxUnavailable, match="bubblewrap is not installed"):
        started.submit(int).result(300)
    started.shutdown()


def test_no_process_loads_the_program_that_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes nbgrader and Jupyter a second and more to load themselves, and they would once for each process."""
    program = ModuleType("__main__")
    program.__file__ = str(tmp_path / "nbgrader")
    (tmp_path / "nbgrader").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')")
    monkeypatch.setitem(sys.modules, "__main__", program)
    started = Pool(1)
    assert started.submit(abs, -1).result(300) == 1
    started.shutdown()
    assert not (tmp_path / "loaded").exists()
    assert sys.modules["__main__"] is program


def test_no_process_is_left() -> None:
    with closing(Closing(Pool(2))) as held:
        pids = [held.pool.submit(os.getpid).result(300)]
        held.pool.submit(time.sleep, 600)
        waiting = [held.pool.submit(time.sleep, 600) for _ in range(5)]
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert any(one.cancelled() for one in waiting)


class Closing:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def close(self) -> None:
        self.pool.shutdown(wait=False)

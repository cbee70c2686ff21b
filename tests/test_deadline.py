"""A bound ends a step between bytecodes, in C code by ending the process, and where it waits."""

from __future__ import annotations

import itertools
import math
import multiprocessing
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder import deadline
from autograder.deadline import OutOfTime, bounded


def spin() -> None:
    while True:
        pass


def late(problem: OutOfTime) -> str:
    return problem.message


def test_what_is_in_time_is_as_it_is() -> None:
    assert bounded("reading x", 5, lambda: 42, lambda _: 0) == 42
    assert deadline.path() == ()
    assert signal.getitimer(signal.ITIMER_PROF) == signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_it_ends_between_bytecodes() -> None:
    said = bounded("reading x", 0.2, spin, late)
    assert said == "reading x took more than the limit of 0.2 seconds of processor time"


def test_a_step_inside_costs_itself_only() -> None:
    def outer() -> list[str]:
        return [bounded("x", 0.1, spin, late), bounded("y", 0.1, lambda: "fine", late)]

    assert bounded("q1", 5, outer, lambda _: []) == [
        "x took more than the limit of 0.1 seconds of processor time",
        "fine",
    ]


def test_the_outer_bound_counts_inside_too() -> None:
    inner: list[str] = []
    said = bounded("q1", 0.2, lambda: bounded("x", 5, spin, lambda _: inner.append("x")), late)  # type: ignore[func-returns-value]
    assert str(said).startswith("q1 took")
    assert not inner


def test_many_small_steps_add_up() -> None:
    def steps() -> str:
        for _ in itertools.count():
            bounded("x", 1, lambda: sum(range(100_000)), lambda _: 0)

    assert bounded("q1", 0.3, steps, late).startswith("q1 took")


def test_what_swallows_the_exception_hears_it_again() -> None:
    def stubborn() -> None:
        while True:
            try:
                spin()
            except BaseException:
                if heard.__next__() > 2:
                    raise

    heard = itertools.count()
    assert bounded("x", 0.1, stubborn, lambda _: "ended") == "ended"


def test_a_refused_step_is_not_tried() -> None:
    with deadline.refusing({("q1", "x"): "it is too slow"}):
        said = bounded("q1", 5, lambda: bounded("x", 5, spin, late), late)
    assert said == "it is too slow"


def test_notes_say_what_goes_on() -> None:
    heard: list[deadline.Path] = []
    with deadline.refusing({}, heard.append):
        bounded("q1", 5, lambda: bounded("x", 5, lambda: 1, lambda _: 0), lambda _: 0)
    assert heard == [("q1",), ("q1", "x"), ("q1",), ()]


def test_waiting_is_bounded_where_it_waits() -> None:
    def waiting() -> str:
        while True:
            time.sleep(min(0.05, deadline.left()))

    assert bounded("q1", 5, waiting, late, waits=0.2) == "q1 took longer than the limit of 0.2 seconds"
    assert deadline.left() == math.inf


def test_other_threads_are_refused() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="main thread"):
        pool.submit(bounded, "x", 1, lambda: 1, lambda _: 0).result()


def _in_c() -> None:
    bounded("x", 0.1, lambda: sum(itertools.repeat(0)), lambda _: 0)


def _in_bytecodes() -> None:
    bounded("x", 0.1, spin, lambda _: None)


@pytest.mark.parametrize(("step", "ends"), [(_in_c, -signal.SIGVTALRM), (_in_bytecodes, 0)])
def test_c_code_ends_with_its_process(step: Callable[[], None], ends: int) -> None:
    process = multiprocessing.get_context("forkserver").Process(target=step)
    process.start()
    process.join(300)
    assert process.exitcode == ends

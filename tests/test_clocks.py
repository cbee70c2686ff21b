"""No test says how long something may take: the machine may have more to do. A clock is a generous deadline.

Processor time is bounded by :func:`tests.processor_time.at_most`, which knows how fast the machine is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests import processor_time

TESTS = Path(__file__).parent
WALL = {"time.monotonic()", "time.time()", "time.perf_counter()"}
CLOCKS = WALL | {"time.process_time()", "time.thread_time()"}
LEAST_SECONDS = 60


def faults(source: str) -> Iterator[str]:
    """Lines that fail where a process is not run for some seconds."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assert():
                inside = [
                    one for one in ast.walk(node.test) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub)
                ]
                if any(ast.unparse(one.left) in CLOCKS for one in inside):
                    yield ast.unparse(node)
            case ast.BinOp(op=ast.Add(), right=ast.Constant(value=int() | float() as seconds)):
                if ast.unparse(node.left) in WALL and seconds < LEAST_SECONDS:
                    yield ast.unparse(node)
            case ast.keyword(arg="timeout", value=ast.Constant(value=int() | float() as seconds)):
                if seconds < LEAST_SECONDS:
                    yield ast.unparse(node)


FOUND = {
    "assert time.monotonic() - started < 5": True,
    "assert longest < 5 or time.time() - began < 9": True,
    "deadline = time.monotonic() + 5": True,
    "process.communicate(timeout=20)": True,
    "deadline = time.monotonic() + 120": False,
    "process.communicate(timeout=END_SECONDS)": False,
    "assert time.process_time() - started < 5": True,
}


@pytest.mark.parametrize("line", FOUND)
def test_what_is_found(line: str) -> None:
    assert bool(list(faults(line))) is FOUND[line]


@pytest.mark.parametrize(
    ("yardstick", "spent", "fails"),
    [(0.15, 0.9, False), (0.15, 1.1, True), (0.01, 0.9, False), (0.3, 1.9, False), (0.3, 2.1, True), (9, 3.1, True)],
)
def test_a_bound_of_processor_time(
    yardstick: float, spent: float, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a second: on the machine where it was set, on a faster one, on slower ones."""
    clock = iter([100.0, 100.0 + spent])
    monkeypatch.setattr(processor_time, "_yardstick", lambda: yardstick)
    monkeypatch.setattr(processor_time.time, "process_time", lambda: next(clock))
    with pytest.raises(AssertionError) if fails else nullcontext(), processor_time.at_most(1.0):
        pass


def test_no_test_depends_on_how_fast_the_machine_is() -> None:
    probe = TESTS / "hub" / "probe.py"  # what cannot be reached does not answer, however long one waits
    found = {
        str(path.relative_to(TESTS)): lines
        for path in sorted(TESTS.rglob("*.py"))
        if path != probe and (lines := list(faults(path.read_text())))
    }
    assert found == {}

"""No test says how long something may take: the machine may have more to do. A clock is a generous deadline.

Processor time is bounded by :func:`tests.processor_time.at_most`, which knows how fast the machine is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def test_no_test_depends_on_how_fast_the_machine_is() -> None:
    probe = TESTS / "hub" / "probe.py"  # what cannot be reached does not answer, however long one waits
    found = {
        str(path.relative_to(TESTS)): lines
        for path in sorted(TESTS.rglob("*.py"))
        if path != probe and (lines := list(faults(path.read_text())))
    }
    assert found == {}

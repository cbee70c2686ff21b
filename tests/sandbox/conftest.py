"""Sessions in the sandbox that all tests share; each test opens its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import Limits, Sandbox, Session

DATA = {
    "sleepstudy.csv": b"Reaction,Days,Subject\n"
    + b"\n".join(
        b"%.2f,%d,%d" % (250 + 10.5 * day + subject % 7 * 9 + (day * subject) % 11, day, subject)
        for subject in (308, 309, 310, 330, 331, 332)
        for day in range(10)
    )
}


@pytest.fixture(scope="session")
def light() -> Iterator[Sandbox]:
    """For tests that need no statistics, and that make it start anew."""
    with Sandbox(Limits(memory_mb=700), preload=("json",), hidden=("lmmsolutions",)) as box:
        yield box


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.session(DATA) as opened:
        yield opened


@pytest.fixture(scope="session")
def here() -> Path:
    return Path(__file__).parent

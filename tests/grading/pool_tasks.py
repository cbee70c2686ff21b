"""What processes of a pool are given to do; each that is started anew imports this, and no pytest."""

from __future__ import annotations

import itertools
import os
import signal
import time
from pathlib import Path

from autograder.deadline import bounded
from autograder.errors import SandboxUnavailable


def in_c() -> int:
    return sum(itertools.repeat(0))


def parts(slow: int) -> list[str]:
    """Four parts, of which some cannot be read."""
    return [
        bounded(f"part {number}", 0.2, in_c if number < slow else (lambda: "read"), lambda late: late.message)  # type: ignore[arg-type]
        for number in range(4)
    ]


def everything_is_slow() -> str:
    def many() -> str:
        for number in itertools.count():
            bounded(f"value {number}", 0.1, in_c, lambda _: 0)

    return bounded("the submission", 60, many, lambda late: late.message)


def dies_and_goes_on(until: str) -> str:
    for number in range(3):
        bounded(f"part {number}", 0.1, in_c, lambda _: 0)
    while not Path(until).exists():
        time.sleep(0.01)
    return "done"


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def raising(problem: Exception) -> None:
    raise problem


def unsendable() -> object:
    return lambda: 0


def hoard() -> str:
    try:
        held = bytearray(6 << 30)
    except MemoryError:
        return "MemoryError"
    return str(len(held))


def broken() -> None:
    raise SandboxUnavailable("bubblewrap is not installed")

"""Progress where the output is no terminal."""

from io import StringIO

import pytest
from rich.console import Console

from demo import progress


def said(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    """The lines of a step of three pieces, each of which takes this long."""
    clock = iter(number * seconds for number in range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    output = StringIO()
    with progress.Steps(Console(file=output)).step("Grade", 3) as done:
        for number in (1, 2, 3):
            done(number)
    return output.getvalue().splitlines()


def test_a_step_says_when_it_begins_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, 0.01) == ["Grade …", "Grade: done, 0.0 s"]


def test_a_long_step_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = said(monkeypatch, 10.0)
    assert lines[1:-1] == ["Grade: 1 of 3", "Grade: 2 of 3", "Grade: 3 of 3"]

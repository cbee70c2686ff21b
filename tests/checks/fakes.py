"""A submission made of plain values and views, and a row of misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from autograder.checks import CheckResult, Checks
from autograder.checks.student import judging, student
from autograder.values.views import Figure, Missing


@dataclass
class FakeEvidence:
    """What the referee would know of a submission."""

    values: Mapping[str, Any] = field(default_factory=dict)
    drawn: tuple[Figure, ...] = ()
    output: str = ""
    error: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        return self.values.get(name, Missing(name))

    def data(self, filename: str) -> pd.DataFrame:
        return self.tables[filename].copy()

    def figures(self) -> tuple[Figure, ...]:
        return self.drawn

    def printed(self) -> str:
        return self.output

    def stopped(self) -> str:
        return self.error


@dataclass(frozen=True)
class Row:
    """A misconception; ``wrong`` may be given as a plain value."""

    name: str
    quantity: str
    value: Any
    keeps: float = 0.25
    hint: str = "think again"

    @property
    def wrong(self) -> Callable[[pd.DataFrame], Any]:
        return self.value if callable(self.value) else lambda _: self.value


DATA = pd.DataFrame({"x": [0.0, 1.0, 2.0], "y": [1.0, 3.0, 5.0]})


def judge(check: Callable[[Checks], None], evidence: FakeEvidence, data: pd.DataFrame | None = DATA) -> CheckResult:
    """The result of one check worth one point."""
    with judging(evidence):
        checks = Checks(1, data)
        check(checks)
        checks.score()
        return checks.results[-1]


def judge_value(answer: Any, method: str, *args: Any, output: str = "", **kwargs: Any) -> CheckResult:
    """The result of one value check of the variable ``answer``."""
    evidence = FakeEvidence({"answer": answer}, output=output)
    return judge(lambda checks: getattr(checks, method)("answer", *args, credit=1, **kwargs), evidence)


def judge_figures(figures: tuple[Figure, ...], method: str, *args: Any, **kwargs: Any) -> CheckResult:
    """The result of one figure check; ``values`` are the student's variables."""
    values = kwargs.pop("values", {})
    evidence = FakeEvidence(values, figures)
    return judge(lambda checks: getattr(checks, method)(*args, credit=1, **kwargs), evidence)


def own(*names: str) -> Callable[[], tuple[Any, ...]]:
    """What follows from the student's own variables: their values."""
    return lambda: tuple(student.value(name) for name in names)


def own_lines(names: Mapping[Any, tuple[str, str]]) -> Callable[[], dict[Any, tuple[Any, ...]]]:
    """The lines that follow from the student's own variables."""
    return lambda: {line: own(*pair)() for line, pair in names.items()}

"""A submission made of plain values and views, and a row of misconceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from autograder.checks import CheckResult, Checks
from autograder.evidence import judging
from autograder.views import Figure, Missing


@dataclass
class FakeEvidence:
    """What the referee would know of a submission."""

    values: Mapping[str, Any] = field(default_factory=dict)
    drawn: tuple[Figure, ...] = ()
    output: str = ""
    points: float | None = None
    reported: tuple[CheckResult, ...] = ()

    def value(self, name: str) -> Any:
        return self.values.get(name, Missing(name))

    def data(self, filename: str) -> pd.DataFrame:
        raise FileNotFoundError(filename)

    def figures(self) -> tuple[Figure, ...]:
        return self.drawn

    def printed(self) -> str:
        return self.output

    def report(self, points: float, results: tuple[CheckResult, ...]) -> None:
        self.points, self.reported = points, results


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
    return evidence.reported[-1]


def judge_value(answer: Any, method: str, *args: Any, output: str = "", **kwargs: Any) -> CheckResult:
    """The result of one value check of the variable ``answer``."""
    evidence = FakeEvidence({"answer": answer}, output=output)
    return judge(lambda checks: getattr(checks, method)("answer", *args, credit=1, **kwargs), evidence)


def judge_figures(figures: tuple[Figure, ...], method: str, *args: Any, **kwargs: Any) -> CheckResult:
    """The result of one figure check; ``values`` are the student's variables."""
    values = kwargs.pop("values", {})
    evidence = FakeEvidence(values, figures)
    return judge(lambda checks: getattr(checks, method)(*args, credit=1, **kwargs), evidence)

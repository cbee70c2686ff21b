"""An audit hears what checks compare with; grading does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.checks import Checks
from autograder.checks.check_list import recording_checks
from autograder.checks.student import judging
from autograder.checks.values.containers import as_numbers
from tests.checks.fakes import DATA, FakeEvidence, Row

CALLS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any], tuple[float, ...]]] = {
    "number": ("number", ("a", 10.5), {}, (10.5,)),
    "count": ("count", ("a", 3), {}, (3.0,)),
    "shape": ("shape", ("a", iter((180, 3))), {}, (180.0, 3.0)),
    "effects": ("effects", ("a", pd.Series({308: 1.5, 309: -2.5})), {"scale": 1.0}, (1.5, -2.5)),
    "line": ("line", (251.4, 10.5), {}, (251.4, 10.5)),
    "lines": ("lines", ({371: (248.1, 10.5)},), {}, (248.1, 10.5)),
    "subject lines": ("subject_lines", ({308: (244.2, 21.8)},), {"at_least": 1}, (244.2, 21.8)),
    "an equation": ("labels", (), {"equation": (251.4, 10.5)}, (251.4, 10.5)),
    "labels": ("labels", (), {}, ()),
    "table": ("table", ("a", DATA), {}, ()),
    "histogram": ("histogram", (DATA["x"],), {}, ()),
    "scatter": ("scatter", (DATA["x"], DATA["y"]), {}, ()),
}


@pytest.mark.parametrize(("method", "args", "kwargs", "secrets"), CALLS.values(), ids=CALLS.keys())
def test_reference_values_are_heard(
    method: str, args: tuple[Any, ...], kwargs: dict[str, Any], secrets: tuple[float, ...]
) -> None:
    with recording_checks() as heard, judging(FakeEvidence()):
        getattr(Checks(1, DATA), method)(*args, credit=1, **kwargs)
    (asked,) = heard
    assert as_numbers(asked.want) == secrets


def test_estimates_of_a_model_are_heard_and_its_data_are_not() -> None:
    exog = np.column_stack([np.ones(3), DATA["x"]])

    class Reference:
        endog, fe_params, scale = DATA["y"].to_numpy(), np.array([1.0, 2.0]), 0.25

    Reference.exog = exog  # type: ignore[attr-defined]
    with recording_checks() as heard, judging(FakeEvidence()):
        Checks(1, DATA).ols_model("model", Reference, credit=1)
    assert as_numbers(heard[0].want) == (1.0, 2.0, 0.25)


def test_misconceptions_are_heard_by_name() -> None:
    rows = [Row("r squared", "a", 0.25), Row("other", "b", 0.5)]
    with recording_checks() as heard, judging(FakeEvidence()):
        Checks(1, DATA).number("a", 0.5, credit=1, mistakes=rows, label="the coefficient")
    assert [(asked.label, asked.mistakes) for asked in heard] == [("the coefficient", ("r squared",))]


def test_nothing_is_kept_where_nobody_listens() -> None:
    with judging(FakeEvidence()):
        checks = Checks(1, DATA)
        checks.number("a", 10.5, credit=1)
    with recording_checks() as heard:
        pass
    assert heard == []
    assert "10.5" not in repr(checks.results)

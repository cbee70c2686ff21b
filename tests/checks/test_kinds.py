"""Kinds of mistake are data: what a table of tests reaches is what `KINDS` lists, and the other way round."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from autograder.checks import Checks
from autograder.checks.custom import MARK
from autograder.checks.kinds import KINDS
from autograder.values.views import Function, Missing, Opaque, Record
from tests.checks import test_answers as answers
from tests.checks import test_drawings as drawings
from tests.checks import test_effects as effects
from tests.checks import test_functions as functions
from tests.checks import test_histogram as histogram
from tests.checks import test_lines as lines
from tests.checks import test_mixed_models as mixed_models
from tests.checks import test_models as models
from tests.checks import test_number as number
from tests.checks import test_scatter as scatter
from tests.checks import test_shape_and_table as tables
from tests.checks import test_structures as structures
from tests.checks.fakes import judge_value

MODELS = (models.OLS_WRONG, models.MIXED_WRONG, mixed_models.SLOPES_WRONG, mixed_models.NESTED_WRONG)
REACHED: dict[str, tuple[Mapping[str, Any], ...]] = {
    "number": (number.WRONG, number.KNOWN),
    "count": (tables.COUNTS, number.WRONG),  # what is no whole number is judged like any number
    "shape": (tables.SHAPES,),
    "table": (tables.TABLES,),
    "effects": (effects.WRONG,),
    "ols_model": MODELS,
    "mixed_model": MODELS,
    "text": (answers.TEXTS,),
    "choice": (answers.YES, answers.OPTIONS),
    "function": (functions.FUNCTIONS, functions.BY_SIMULATION),
    "simulated": (functions.SIMULATED, structures.NAMED),
    "pairs": (drawings.PAIRS_WRONG,),
    "qq_plot": (drawings.QQ_WRONG,),
    "caterpillar": (drawings.CATERPILLARS,),
    "histogram": (histogram.WRONG,),
    "scatter": (scatter.WRONG,),
    "line": (lines.WRONG,),
    "subject_lines": (lines.MANY,),
    "lines": (lines.TWO,),
    "p_value": (structures.PROBABILITIES,),
    "log_likelihood": (structures.LOG_LIKELIHOODS,),
    "named": (structures.NAMED, number.WRONG),
    "named_table": (structures.TABLES, number.WRONG),
    "array": (structures.ARRAYS,),
    "rows": (structures.ROW_SETS,),
}
ELSEWHERE = {
    "only-printed",
    "alone",
    "crowd",
    "elsewhere",
    "rounded",
    "cut-off",
    "REML",
    "missing-predictors",
    "swapped",
    "unfit",
}  # each has a test of its own
ODD = [
    Missing("answer"),
    None,
    True,
    "a text",
    1 + 2j,
    3.25,
    [1.5, 2.75],
    pd.Timestamp("2024-01-01"),
    Record("scipy.Result", {"slope": 1.0, "r": 2.0}),
    Opaque("builtins.method"),
    Opaque("statsmodels.iolib.summary.Summary"),
    Opaque("builtins.generator"),
    Function("f", lambda: None),
    models.ols("time ~ day"),
]
CALLS: dict[str, tuple[Any, ...]] = {
    "number": (10.5,),
    "count": (4,),
    "shape": ((180, 3),),
    "table": (pd.DataFrame({"a": [1.0], "b": [2.0]}),),
    "effects": (pd.Series({308: 1.0, 309: 2.0}),),
    "text": ("REML",),
    "choice": (True,),
    "p_value": (0.04,),
    "log_likelihood": (-458.05704,),
    "named": ({"a": 1.0},),
    "named_table": (pd.DataFrame({"a": [1.0]}, index=["x"]),),
    "array": ([1.0, 2.0],),
    "rows": ([(308, 7)], ["Subject", "Day"]),
    "simulated": (0.3, 2000),
}


def reached(check: str) -> set[str]:
    """The mistakes in the tables of tests, and those that odd answers make."""
    cells = [cell for table in REACHED[check] for row in table.values() for cell in row if isinstance(cell, str)]
    found = {kind for cell in cells for kind in cell.split(", ")}
    if check in CALLS:
        more = {"scale": 1.0} if check == "effects" else {}
        found |= {judge_value(answer, check, *CALLS[check], **more).mistake for answer in ODD}
    return found


@pytest.mark.parametrize("check", REACHED)
def test_every_kind_can_be_reached(check: str) -> None:
    assert set(KINDS[check]) - ELSEWHERE - reached(check) == set()


@pytest.mark.parametrize("check", CALLS)
def test_odd_answers_earn_nothing_and_their_kind_is_listed(check: str) -> None:
    more = {"scale": 1.0} if check == "effects" else {}
    for answer in ODD:
        result = judge_value(answer, check, *CALLS[check], **more)
        if answer is not True or check != "choice":
            assert (result.earned, bool(result.hint)) == (0, True), (answer, result)
        assert result.mistake in ("", *KINDS[check]), (answer, result)


def test_every_check_lists_its_kinds() -> None:
    members = inspect.getmembers(Checks, inspect.isfunction)
    public = {name: member for name, member in members if not name.startswith("_") and not hasattr(member, MARK)}
    checks = {name for name, member in public.items() if "credit" in inspect.signature(member).parameters}
    assert checks == set(KINDS)

"""Fits that no library makes: no view of a model, however odd, breaks a check or earns the credit."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import Status
from autograder.values.views import Model
from tests.checks.fakes import Row, judge_value
from tests.checks.fits import DATA, mixed, mixed_reference, ols_reference

OLS, MIXED, FIT = ols_reference(), mixed_reference(), mixed()
N = len(DATA)
ROWS = [
    Row("half", "answer", ols_reference(DATA[:50])),
    Row("ml", "answer", mixed_reference(method="ML")),
    Row("kind", "answer", "swapped"),
]

ODD: dict[str, list[Any]] = {
    "endog": [np.empty(0), np.full(N, np.nan), np.full(N, 1e308), np.ones(N), np.ones((N, 2)), OLS.endog[:3]],
    "exog": [
        np.empty((0, 2)),
        np.empty((N, 0)),
        np.full((N, 2), np.inf),
        np.full((N, 2), 1e308),
        np.zeros((N, 2)),
        np.ones(N),
        np.ones((3, 2)),
        np.ones((N, 2, 2)),
        np.full((N, 2), 1e-308),
    ],
    "params": [pd.Series([], dtype=float), pd.Series([np.nan] * 5), pd.Series([1e308] * 2), pd.Series(["a", "b"])],
    "fe_params": [None, pd.Series([], dtype=float), pd.Series([np.inf, 1.0]), pd.Series([1e308, -1e308])],
    "cov_re": [
        None,
        pd.DataFrame(),
        pd.DataFrame(np.eye(2)),
        pd.DataFrame([[np.inf]]),
        pd.DataFrame([[-1.0]]),
        pd.DataFrame([["a"]]),
        pd.DataFrame([[1.0, 2.0]]),
    ],
    "vcomp": [None, np.array([1.0]), np.array([np.nan, 1.0]), np.array([1e308])],
    "exog_re": [None, np.empty((0, 1)), np.full((N, 1), np.nan), np.arange(float(N)).reshape(-1, 1)],
    "groups": [None, np.empty(0), np.ones(N), np.array([None] * N, dtype=object), np.ones((N, 2)), np.arange(N)],
    "scale": [None, 0.0, -1.0, float("nan"), float("inf"), 1e-308],
    "method": [None, "ML", "", "REML "],
    "model_kind": ["", "OLS", "GLM", "MixedLM2"],
    "exog_names": [(), ("",), ("|",), ("x",) * 50],
    "formula": ["", "a ~ (1|b)", "|" * 1000],
}


@st.composite
def odd_models(draw: st.DrawFn) -> Model:
    names = draw(st.lists(st.sampled_from(sorted(ODD)), min_size=2, max_size=3, unique=True))
    return replace(FIT, **{name: draw(st.sampled_from(ODD[name])) for name in names})


def test_no_part_of_a_model_breaks_a_check() -> None:
    for name, values in ODD.items():
        for value in values:
            judge(replace(FIT, **{name: value}))


@settings(max_examples=60)
@given(odd_models())
def test_no_parts_of_a_model_break_a_check_together(model: Model) -> None:
    judge(model)


def judge(model: Model) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method, reference in (("ols_model", OLS), ("mixed_model", MIXED)):
            result = judge_value(model, method, reference, mistakes=ROWS)
            assert result.status is not Status.UNSURE
            assert result.hint or result.status is Status.PASSED

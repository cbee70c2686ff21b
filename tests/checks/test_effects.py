"""Effects by subject: every container that keeps the subjects is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.checks import AuthorError, Status
from autograder.values.views import Missing, Model, Opaque
from tests.checks.fakes import Row, judge_value

SCALE = 37.0
WANT = pd.Series([40.783, -77.849, -63.108, 0.0041, 10.217], index=[308, 309, 310, 330, 331], name="random intercept")
RE = {who: pd.Series([value], index=["Group"]) for who, value in WANT.items()}

RIGHT: dict[str, Any] = {
    "statsmodels": RE,
    "dict of floats": WANT.to_dict(),
    "dict of np.float64": {who: np.float64(value) for who, value in WANT.items()},
    "dict of arrays": {who: np.array([value]) for who, value in WANT.items()},
    "dict of lists": {who: [value] for who, value in WANT.items()},
    "dict of dicts": {who: {"Group": value} for who, value in WANT.items()},
    "dict with text keys": {str(who): value for who, value in WANT.items()},
    "dict with float keys": {float(str(who)): value for who, value in WANT.items()},
    "Series": WANT,
    "Series in another order": WANT.sort_values(),
    "Series by category": WANT.set_axis(pd.CategoricalIndex(WANT.index)),
    "Series by text": WANT.set_axis(WANT.index.astype(str)),
    "Series by subject and term": pd.concat(RE),
    "Series of Series": pd.Series(RE),
    "DataFrame by row": pd.DataFrame(RE).T,
    "DataFrame by column": pd.DataFrame(RE),
    "DataFrame with a subject column": pd.DataFrame({"Subject": WANT.index, "u": WANT.to_numpy()}),
    "DataFrame with the subject last": pd.DataFrame({"u": WANT.to_numpy(), "Subject": WANT.index.astype(str)}),
    "reset_index": WANT.rename_axis("Subject").reset_index(),
    "from_dict": pd.DataFrame.from_dict(RE, orient="index"),
    "list of pairs": list(WANT.items()),
    "array of pairs": np.column_stack([WANT.index, WANT]),
    "in a dict of one": {"random intercept": WANT.to_dict()},
    "rounded to two decimals": WANT.round(2),
    "honest noise": WANT + 0.015,
    "labels with a word": {f"Subject {who}": value for who, value in WANT.items()},
    "labels with a letter": {f"S{who}": value for who, value in WANT.items()},
    "labels with an underscore": {f"u_{who}": value for who, value in WANT.items()},
    "subject and term": {(who, "Group"): value for who, value in WANT.items()},
    "Series of labels with a letter": WANT.set_axis([f"S{who}" for who in WANT.index]),
    "DataFrame of labels with a word": pd.DataFrame({"u": WANT.set_axis([f"Subject {who}" for who in WANT.index])}),
    "column of labels": pd.DataFrame({"who": [f"S{who}" for who in WANT.index], "u": WANT.to_numpy()}),
    "records": [{"subject": who, "effect": value} for who, value in WANT.items()],
    "records with labels": [{"effect": value, "id": f"S{who}"} for who, value in WANT.items()],
}

WRONG: dict[str, tuple[Any, str, float]] = {
    "missing": (Missing("answer"), "missing", 0.0),
    "None": (None, "empty", 0.0),
    "empty dict": ({}, "empty", 0.0),
    "one number": (40.783, "no-subjects", 0.0),
    "one text": ("40.783", "text", 0.0),
    "the model": (Model("R", "MixedLM", WANT, np.ones(1), np.ones((1, 1)), "y", ()), "model", 0.0),
    "an unfitted model": (Opaque("statsmodels.MixedLM"), "opaque", 0.0),
    "numbers alone": (list(WANT), "no-subjects", 0.5),
    "array of numbers alone": (WANT.to_numpy(), "no-subjects", 0.5),
    "other numbers alone": ([1.0, 2.0], "no-subjects", 0.0),
    "texts": (WANT.astype(str), "text", 0.0),
    "positions": (WANT.reset_index(drop=True), "subjects", 0.0),
    "labels that name several": ({f"308 and {who}": value for who, value in WANT.items()}, "subjects", 0.0),
    "a label twice": (WANT.set_axis(["S308", "S308", "S310", "S330", "S331"]), "twice", 0.0),
    "labels of other subjects": (WANT.set_axis([f"S{who + 50}" for who in WANT.index]), "subjects", 0.0),
    "records of two effects": (
        [{"s": who, "a": value, "b": 1.0} for who, value in WANT.items()],
        "several-per-subject",
        0.0,
    ),
    "a subject lost": (WANT.iloc[1:], "subjects", 0.0),
    "a subject too many": (pd.concat([WANT, pd.Series({999: 1.0})]), "subjects", 0.0),
    "a subject twice": (pd.concat([WANT, WANT.iloc[:1]]), "twice", 0.0),
    "sign": (-WANT, "sign", 0.0),
    "rounded far": (WANT.round(0).replace(0.0, 0.0041), "rounded", 0.5),
    "cut off": (WANT.map(int), "cut-off", 0.0),
    "several effects": (
        {who: pd.Series([value, 1.0], index=["Group", "Days"]) for who, value in WANT.items()},
        "several-per-subject",
        0.0,
    ),
    "several columns": (pd.DataFrame({"a": WANT, "b": WANT}), "several-per-subject", 0.0),
    "one wrong": (WANT.mask(WANT.index == 310, 5.0), "", 0.0),
    "NaN": (WANT.mask(WANT.index == 310), "", 0.0),
}


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT.keys())
def test_every_container_that_keeps_the_subjects_is_right(answer: Any) -> None:
    result = judge_value(answer, "effects", WANT, scale=SCALE)
    assert (result.status, result.mistake) == (Status.PASSED, ""), result


@pytest.mark.parametrize(("answer", "mistake", "share"), WRONG.values(), ids=WRONG.keys())
def test_wrong_effects_are_explained(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "effects", WANT, scale=SCALE)
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint


def test_the_reference_may_be_labelled_by_text() -> None:
    want = WANT.set_axis([f"S{who}" for who in WANT.index])
    assert judge_value(want.to_dict(), "effects", want, scale=SCALE).status is Status.PASSED


def test_the_tolerance_is_absolute() -> None:
    shifted = WANT.mask(WANT.index == 330, 0.0181)
    assert judge_value(shifted, "effects", WANT, scale=SCALE).status is Status.PASSED
    assert judge_value(shifted, "effects", WANT, scale=1.0).status is Status.FAILED


ROWS = [
    Row("whole intercepts", "answer", WANT + 251.4, 0.5),
    Row("right", "answer", WANT.copy(), 0.1),
    Row("random slopes", "answer", WANT * 0.9, 0.3),
    Row("positions", "answer", WANT.reset_index(drop=True), 0.4),
    Row("no table", "answer", 3.0, 0.1),
]


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (WANT + 251.4, "whole intercepts"),
        ((WANT + 251.4).to_dict(), "whole intercepts"),
        ({who: pd.Series([value * 0.9, 1.0]) for who, value in WANT.items()}, "random slopes"),
        (WANT.reset_index(drop=True), "positions"),
    ],
)
def test_rows_name_the_mistake(answer: Any, mistake: str) -> None:
    assert judge_value(answer, "effects", WANT, scale=SCALE, mistakes=ROWS).mistake == mistake


@pytest.mark.parametrize(
    ("own", "status"),
    [
        (lambda: {who: pd.Series([value * 0.9]) for who, value in WANT.items()}, Status.PASSED),
        (lambda: WANT, Status.FAILED),
        (lambda: None, Status.FAILED),
        (lambda: Missing("mixed_results").random_effects, Status.FAILED),  # type: ignore[attr-defined]
    ],
)
def test_effects_that_follow_from_ones_own_model_are_right(own: Callable[[], Any], status: Status) -> None:
    result = judge_value(WANT * 0.9, "effects", WANT, scale=SCALE, own=own)
    assert result.status is status
    assert ("your own" in result.hint) is (status is Status.PASSED)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf"), WANT, "1", [1.0]])
def test_a_scale_is_a_standard_deviation(scale: Any) -> None:
    with pytest.raises(AuthorError, match="standard deviation"):
        judge_value(WANT, "effects", WANT, scale=scale)


@pytest.mark.parametrize("want", [WANT.iloc[:0], WANT.mask(WANT > 0), pd.concat([WANT, WANT])])
def test_a_reference_has_one_finite_number_for_each_subject(want: pd.Series) -> None:
    with pytest.raises(AuthorError, match="one finite number"):
        judge_value(WANT, "effects", want, scale=1.0)


def test_hints_call_a_subject_what_the_course_calls_it() -> None:
    school = {"scale": SCALE, "each": "school"}
    assert judge_value(list(WANT), "effects", WANT, **school).hint == (
        "The numbers stand without their schools: keep the school with each number (a dict or a Series)."
    )
    assert judge_value(WANT * 2, "effects", WANT, **school).hint == (
        "The numbers of 4 out of 5 schools are not what the data give."
    )

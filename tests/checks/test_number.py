"""One number: every honest container is right, every wrong one is explained."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import AuthorError, Checks, Status
from autograder.checks.misconception import Mistake
from autograder.checks.mistakes import Misconceptions
from autograder.checks.student import judging
from autograder.values.views import Function, Missing, Model, Opaque, Record
from tests.checks.fakes import FakeEvidence, Row, judge, judge_value

WANT = 10.46729
MODEL = Model("OLSResults", "OLS", pd.Series([1.0, WANT]), np.ones(3), np.ones((3, 2)), "y", ("const", "x"))

RIGHT: dict[str, Any] = {
    "float": WANT,
    "np.float64": np.float64(WANT),
    "np.float32": np.float32(WANT),
    "0-d array": np.array(WANT),
    "one-element array": np.array([WANT]),
    "one-element matrix": np.array([[WANT]]),
    "Series": pd.Series([WANT], index=["Days"]),
    "DataFrame": pd.DataFrame({"slope": [WANT]}),
    "Index": pd.Index([WANT]),
    "list": [WANT],
    "tuple": (WANT,),
    "dict": {"slope": WANT},
    "nested": [[np.array([WANT])]],
    "object array": np.array([WANT], dtype=object),
    "nullable Series": pd.Series([WANT], dtype="Float64"),
    "fraction": Fraction(1046729, 100000),
    "rounded to four digits": 10.47,
    "rounded to five": 10.467,
}

WRONG: dict[str, tuple[Any, str, float]] = {
    "missing": (Missing("answer"), "missing", 0.0),
    "None": (None, "empty", 0.0),
    "dots": (..., "empty", 0.0),
    "dots sent as a type": (Opaque("builtins.ellipsis"), "empty", 0.0),
    "empty list": ([], "empty", 0.0),
    "empty table": (pd.DataFrame(), "empty", 0.0),
    "True": (True, "boolean", 0.0),
    "np.True_": (np.True_, "boolean", 0.0),
    "text of the number": ("10.46729", "text", 0.5),
    "text with a unit": ("10.47 ms", "text", 0.5),
    "text in a list": (["10.47"], "text", 0.5),
    "bytes": (b"10.47", "text", 0.5),
    "text of another number": ("11", "text", 0.0),
    "text of many numbers": ("10 10.47 11", "text", 0.0),
    "words": ("about ten", "text", 0.0),
    "both coefficients": (np.array([251.4, WANT]), "several", 0.5),
    "a Series of both": (pd.Series({"const": 251.4, "Days": WANT}), "several", 0.5),
    "a correlation matrix": (np.array([[1, WANT], [WANT, 1]]), "several", 0.5),
    "other numbers": ([1, 2, 3], "several", 0.0),
    "a whole column": (np.linspace(10.0, 10.46729, 500), "several", 0.0),
    "a result object": (Record("LinregressResult", {"slope": WANT, "intercept": 251.4}), "record", 0.5),
    "another result object": (Record("TestResult", {"p": 0.01}), "record", 0.0),
    "a model": (MODEL, "model", 0.0),
    "an unfitted model": (Opaque("statsmodels.regression.linear_model.OLS"), "opaque", 0.0),
    "a method": (Opaque("builtins.method"), "not-called", 0.0),
    "a function": (Function("slope", lambda: WANT), "not-called", 0.0),
    "a summary": (Opaque("statsmodels.iolib.summary.Summary"), "summary", 0.0),
    "complex": (complex(WANT, 1), "complex", 0.0),
    "a date": (pd.Timestamp("2020-01-01"), "other", 0.0),
    "NaN": (float("nan"), "nan", 0.0),
    "pd.NA": (pd.NA, "nan", 0.0),
    "infinity": (float("inf"), "", 0.0),
    "an integer too large": (10**400, "nan", 0.0),
    "three digits": (10.5, "rounded", 0.5),
    "two digits": (10, "rounded", 0.5),
    "cut off late": (10.46, "cut-off", 0.5),
    "cut off early": (10.4, "cut-off", 0.0),
    "sign": (-10.46729, "sign", 0.25),
    "in thousandths": (0.01046729, "unit", 0.5),
    "in thousands": (10467.29, "unit", 0.5),
    "something else": (11.0, "", 0.0),
    "decimal": (Decimal("10.46729"), "other", 0.0),
}


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT.keys())
def test_every_honest_container_is_right(answer: Any) -> None:
    result = judge_value(answer, "number", WANT, relative=1e-5)
    assert (result.status, result.earned, result.hint) == (Status.PASSED, 1.0, "")


@pytest.mark.parametrize(("answer", "mistake", "share"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_is_explained(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "number", WANT, relative=1e-5)
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint
    assert "10.467" not in result.hint


@pytest.mark.parametrize(
    ("answer", "want", "mistake"),
    [
        (2, 2.261785, "rounded"),
        (300.0, 251.4051, "rounded"),
        (0.5, 0.535230, "rounded"),
        (3, 2.261785, ""),
        (0, 0.3, ""),
    ],
)
def test_a_number_rounded_to_one_digit_earns_nothing_but_is_explained(answer: float, want: float, mistake: str) -> None:
    result = judge_value(answer, "number", want)
    assert (result.mistake, result.earned) == (mistake, 0.0)
    assert ("at least four significant digits" in result.hint) == bool(mistake)


def test_what_was_found_is_shown_as_the_student_knows_it() -> None:
    assert judge_value(11.25, "number", WANT).got == "11.25"
    assert judge_value(pd.Series([1.0, 2.0]), "number", WANT).got == "a Series of 2 values"
    assert judge_value(Missing("answer"), "number", WANT).got == "not defined"


def test_a_number_that_is_only_printed_gets_a_hint_but_no_credit() -> None:
    result = judge_value(Missing("answer"), "number", WANT, output="Slope: 10.4673\n")
    assert (result.mistake, result.earned) == ("only-printed", 0.0)
    assert "store it under the name `answer`" in result.hint


def test_a_whole_number_in_some_printed_table_is_no_sign_of_anything() -> None:
    assert judge_value(Missing("answer"), "number", 9, output="0 1 2 9").mistake == "missing"


@pytest.mark.parametrize(
    ("answer", "relative", "absolute", "right"),
    [
        (1379.0, 1e-3, 0.0, True),
        (1379.2, 1e-3, 0.0, True),
        (1379.9, 1e-3, 0.0, False),
        (1379.2, 1e-4, 0.0, False),
        (1378.6, 0.0, 0.5, True),
        (1378.9, 0.0, 0.5, False),
    ],
)
def test_the_tolerance_is_the_authors(answer: float, relative: float, absolute: float, right: bool) -> None:
    result = judge_value(answer, "number", 1378.1785, relative=relative, absolute=absolute)
    assert (result.status is Status.PASSED) is right


ROWS = [
    Row("r squared", "answer", 0.28647, 0.5, "this is the square"),
    Row("same as right", "answer", 0.535232, 0.1, "never said"),
    Row("other quantity", "slope", 0.7, 0.5, "never said"),
    Row("impossible", "answer", lambda data: data["no such column"], 0.5, "never said"),
    Row("not a number", "answer", float("nan"), 0.5, "never said"),
    Row("covariance", "answer", 93.7, 0.25, "it has a unit"),
    Row("also the covariance", "answer", 93.7001, 0.2, "it is not standardised"),
    Row("as text", "answer", "text", 0.75, "f-strings make text"),
]

KNOWN: dict[str, tuple[Any, str, float]] = {
    "right": (0.53523, "", 1.0),
    "right, rounded": (0.5352, "", 1.0),
    "a row's value": (0.28647, "r squared", 0.5),
    "a row's value, rounded well": (0.2865, "r squared", 0.5),
    "a row's value, rounded too far": (0.29, "r squared", 0.25),
    "two rows with one value": (93.7, "covariance, also the covariance", 0.2),
    "a row that names a kind": ("0.53523", "as text", 0.75),
    "no row": (0.7, "", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), KNOWN.values(), ids=KNOWN.keys())
def test_rows_name_the_mistake(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "number", 0.535230, mistakes=ROWS)
    assert result.mistake == mistake, result
    assert result.earned == pytest.approx(share)
    assert "never said" not in result.hint


def test_rows_that_cannot_be_told_apart_are_reported_together() -> None:
    hint = judge_value(93.7, "number", 0.535230, mistakes=ROWS).hint
    assert hint == "it has a unit Or: it is not standardised"


ALIKE = [Row("by ML", "answer", 93.7, 0.5, "by ML"), Row("per class", "answer", 93.71, 0.25, "per class")]

NEAREST: dict[str, tuple[float, str, float]] = {
    "one of them": (93.70003, "by ML", 0.5),
    "the other": (93.70997, "per class", 0.25),
    "between them, as a fit that ended early": (93.704, "by ML, per class", 0.25),
    "rounded, as either may be": (93.7, "by ML, per class", 0.25),
    "rounded too far": (94.0, "by ML, per class", 0.125),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), NEAREST.values(), ids=NEAREST.keys())
def test_of_rows_within_the_tolerance_the_much_nearer_one_explains(answer: float, mistake: str, share: float) -> None:
    result = judge_value(answer, "number", 0.535230, relative=1e-3, mistakes=ALIKE)
    assert result.mistake == mistake, result
    assert result.earned == pytest.approx(share)


def test_a_row_that_raises_is_noted_for_the_author_alone() -> None:
    result = judge_value(0.7, "number", 0.535230, mistakes=ROWS)
    assert len(result.notes) == 1
    assert "impossible" in result.notes[0]
    assert "KeyError" in result.notes[0]
    assert "impossible" not in result.hint


def test_a_row_that_stumbles_over_missing_values_is_noted_and_one_that_does_not_apply_is_not() -> None:
    row = Mistake(name="sum", quantity="answer", wrong=lambda _: math.nan, hint="This is the sum.")
    pair = Mistake(name="pair", quantity="answer", wrong=lambda data: data["x"] * math.nan, hint="Both.")
    gaps, whole = pd.DataFrame({"x": [1.0, math.nan]}), pd.DataFrame({"x": [1.0, 2.0]})
    said = "of 'answer' gives NaN: in the table that it gets, values are missing"
    assert Misconceptions([row, pair], "answer", lambda: [gaps], {}).dead() == (
        f"mistake 'sum' {said}",
        f"mistake 'pair' {said}",
    )
    assert Misconceptions([row, pair], "answer", lambda: [whole], {}).dead() == ()


@pytest.mark.parametrize(("answer", "want"), [(323, 323.59), (3, 3.78), (-3, -3.78)])
def test_an_integer_is_a_number_that_was_cut_off(answer: int, want: float) -> None:
    assert judge_value(answer, "number", want).mistake == "cut-off"


def test_an_integer_next_to_the_answer_or_zero_was_not_cut_off() -> None:
    assert judge_value(2, "number", 3.78).mistake == ""
    assert judge_value(0, "number", 0.78).mistake == ""


def test_a_number_that_is_rounded_too_far_is_not_explained_by_another_that_rounds_to_it() -> None:
    rows = [Row("two standard errors", "answer", -0.05994894, 0.75, "never said")]
    result = judge_value(-0.06, "number", -0.06020367, absolute=1e-4, mistakes=rows)
    assert (result.mistake, result.earned) == ("rounded", 0.5)


def test_neither_is_one_that_is_rounded_to_a_single_digit() -> None:
    rows = [Row("means of the clinics", "answer", -0.00796369, 0.75, "never said")]
    assert judge_value(-0.008, "number", -0.00822035, mistakes=rows).mistake == "rounded"


def test_a_number_that_a_row_gives_exactly_is_explained_by_it() -> None:
    rows = [Row("true value", "answer", 64.0, 0.25, "it was given")]
    assert judge_value(64.0, "number", 64.32883, relative=1e-3, mistakes=rows).mistake == "true value"


def test_a_rounded_answer_that_fits_both_is_taken_for_the_right_one() -> None:
    rows = [Row("near", "answer", 954.52783, 0.1, "never said")]
    result = judge_value(960.0, "number", 960.45658, mistakes=rows)
    assert (result.mistake, result.earned) == ("rounded", 0.5)
    assert judge_value(954.5, "number", 960.45658, mistakes=rows).mistake == "near"


def carried(own: Callable[[], Any], answer: float = 300.0) -> Any:
    return judge_value(answer, "number", 323.5878, own=own)


def test_what_follows_from_ones_own_results_is_right_and_says_so() -> None:
    result = carried(lambda: 300.0)
    assert result.status is Status.PASSED
    assert "your own earlier results" in result.hint


@pytest.mark.parametrize("own", [lambda: 301.0, lambda: None, lambda: float("nan"), lambda: 1 / 0])
def test_own_results_that_do_not_fit_earn_nothing(own: Callable[[], Any]) -> None:
    assert carried(own).status is Status.FAILED


def test_rows_need_data() -> None:
    with pytest.raises(AuthorError, match="need data"):
        judge(lambda checks: checks.number("answer", 1.0, credit=1, mistakes=ROWS), FakeEvidence({"answer": 1.0}), None)


@pytest.mark.parametrize("keeps", [-0.1, 1.1, math.nan])
def test_a_row_keeps_a_share(keeps: float) -> None:
    with pytest.raises(AuthorError, match="keeps"):
        judge_value(1.0, "number", 1.0, mistakes=[Row("x", "answer", 2.0, keeps)])


@pytest.mark.parametrize("want", [float("nan"), float("inf"), None, "10", [1, 2]])
def test_a_reference_that_is_no_number_is_the_authors_fault(want: Any) -> None:
    with pytest.raises(AuthorError, match="finite number"):
        judge_value(1.0, "number", want)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=5),
    st.complex_numbers(),
    st.just(...),
    st.just(pd.NA),
    st.just(pd.NaT),
    st.just(Missing("x")),
    st.just(Opaque("a.b.C", "too large")),
    st.just(MODEL),
    st.just(Record("R", {"a": 1.0})),
    st.just(pd.DataFrame({"a": [1, 2], "b": ["x", None]})),
    st.just(pd.Series([], dtype=float)),
    st.just(pd.Series(["a", 1.0, None])),
    st.just(np.array([["a"]], dtype=object)),
    st.just(np.array([], dtype="datetime64[ns]")),
    st.just(np.array(["2020-01-01"], dtype="datetime64[D]")),
    st.just(pd.Series(pd.Categorical(["1"]))),
)
ANSWERS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=3),
        st.tuples(inner, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(ANSWERS)
def test_no_answer_breaks_a_check(answer: Any) -> None:
    table, effects = pd.DataFrame({"a": [3, 4]}), pd.Series({308: 1.0, 309: -1.0})
    with judging(FakeEvidence({"answer": answer})):
        checks = Checks(5)
        checks.number("answer", 123.456789, credit=1)
        checks.count("answer", 123456789, credit=1)
        checks.shape("answer", (123456, 789), credit=1)
        checks.table("answer", table, credit=1)
        checks.effects("answer", effects, scale=1.0, credit=1)
        assert checks.score() == 0.0
        assert all(result.status is Status.FAILED and result.hint for result in checks.results)

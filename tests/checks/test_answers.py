"""Texts, choices and conditions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.checks import AuthorError, Checks
from autograder.checks.student import judging
from autograder.values.views import Missing
from tests.checks.fakes import FakeEvidence, Row, judge_value

TEXTS: dict[str, tuple[Any, str, float]] = {
    "the text": ("REML", "", 1.0),
    "other case and blanks": ("  restricted  Maximum likelihood\n", "", 1.0),
    "in a list": (["REML"], "", 1.0),
    "bytes": (b"reml", "", 1.0),
    "a known other text": ("ml", "maximum likelihood", 0.25),
    "another text": ("Bayes", "other-text", 0.0),
    "no text": (1.0, "not-a-text", 0.0),
    "None": (None, "empty", 0.0),
    "blanks": ("  ", "empty", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), TEXTS.values(), ids=TEXTS)
def test_texts(answer: Any, mistake: str, share: float) -> None:
    rows = [Row("maximum likelihood", "answer", "ML")]
    result = judge_value(answer, "text", ["REML", "restricted maximum likelihood"], mistakes=rows)
    assert (result.mistake, result.earned, result.notes) == (mistake, share, ()), result
    assert result.hint or share == 1


YES: dict[str, tuple[Any, str, float]] = {
    "yes": (True, "", 1.0),
    "NumPy's": (np.bool_(True), "", 1.0),
    "an array without dimensions": (np.array(True), "", 1.0),
    "no": (False, "because it converged", 0.25),
    "text": ("True", "text", 0.5),
    "other text": ("yes", "text", 0.5),
    "wrong text": ("False", "text", 0.0),
    "one": (1, "number", 0.0),
    "zero": (0, "number", 0.0),
    "a share": (0.5, "number", 0.0),
    "None": (None, "empty", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
    "a list": ([True, False], "other", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), YES.values(), ids=YES)
def test_yes_or_no(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "choice", True, mistakes=[Row("because it converged", "answer", False)])
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint or share == 1


OPTIONS: dict[str, tuple[Any, str, float]] = {
    "the option": ("slopes", "", 1.0),
    "other case": ("Slopes ", "", 1.0),
    "another": ("ols", "other-option", 0.0),
    "none": ("anova", "not-an-option", 0.0),
    "a number": (3, "not-an-option", 0.0),
    "None": (None, "empty", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), OPTIONS.values(), ids=OPTIONS)
def test_one_of_a_few(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "choice", "slopes", ["ols", "intercept", "slopes"])
    assert (result.mistake, result.earned) == (mistake, share), result


@pytest.mark.parametrize(("number", "choice", "earned"), [(1.3002, False, 1), (9, False, 0), (1.3002, True, 0.5)])
def test_a_guess_earns_nothing_without_the_number_that_it_rests_on(number: float, choice: bool, earned: float) -> None:
    with judging(FakeEvidence({"statistic": number, "needed": choice})):
        checks = Checks(1)
        checks.number("statistic", 1.3002)
        checks.choice("needed", False, needs="statistic")
        assert checks.score() == earned


AUTHORS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "a choice without options": ("choice", ("slopes",), {}),
    "yes or no with options": ("choice", (True, ["a"]), {}),
    "a right choice that is no option": ("choice", ("c", ["a", "b"]), {}),
    "a choice that rests on what is not checked": ("choice", (True,), {"needs": "n"}),
    "no text": ("text", ([],), {}),
    "a text that is none": ("text", (1,), {}),
}


@pytest.mark.parametrize(("method", "args", "kwargs"), AUTHORS.values(), ids=AUTHORS)
def test_what_cannot_be_is_the_authors_fault(method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    with pytest.raises(AuthorError):
        judge_value("x", method, *args, **kwargs)


@pytest.mark.parametrize("condition", [None, 1, "yes", np.array([True, False])])
def test_a_condition_is_true_or_false(condition: Any) -> None:
    with judging(FakeEvidence()), pytest.raises(AuthorError, match="True or False"):
        Checks(1).that("it holds", condition)


def test_an_error_of_the_condition_itself_is_the_authors() -> None:
    with judging(FakeEvidence({"x": 1.0})), pytest.raises(ZeroDivisionError):
        Checks(1).that("it holds", lambda: 1 / 0 > 0)

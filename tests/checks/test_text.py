"""Numbers and placeholders in texts, and values in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.describe import describe, is_placeholder, numbers_in
from autograder.values.views import Function, Missing, Opaque, Record

NUMBERS: dict[str, tuple[float, ...]] = {
    "": (),
    "10.47": (10.47,),
    "y = 21.76 * x + 244.19": (21.76, 244.19),
    "y = 244.19 - 21.76 x": (244.19, -21.76),
    "−3": (-3.0,),
    "1e-3 and 2E5": (0.001, 2e5),
    ".5": (0.5,),
    "S371: 248.11": (248.11,),
    "5.": (5.0,),
    "v1.2.3": (),
    "10.47*Days": (10.47,),
}


@pytest.mark.parametrize(("text", "numbers"), NUMBERS.items())
def test_numbers_in_a_text(text: str, numbers: tuple[float, ...]) -> None:
    assert numbers_in(text) == numbers


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert all(isinstance(number, float) for number in numbers_in(text))


@pytest.mark.parametrize("text", ["", "______", " _ . ", "…", "\n"])
def test_placeholders(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["x", "_x_", "5", "ß", "反应"])
def test_labels_that_say_something(text: str) -> None:
    assert not is_placeholder(text)


WORDS: dict[str, tuple[Any, str]] = {
    "number": (10.467286, "10.467286"),
    "whole": (180, "180"),
    "numpy": (np.float64(0.5), "0.5"),
    "NaN": (float("nan"), "nan"),
    "huge": (10**400, "a number too large to compare"),
    "text": ("a\nb", "the text “a b”"),
    "long text": ("x" * 100, f"the text “{'x' * 60}…”"),
    "tuple": ((180, 3), "(180, 3)"),
    "list": ([1, "a", None], "[1, the text “a”, None]"),
    "long list": (list(range(9)), "a list of 9 values"),
    "nested list": ([[1], [2]], "a list of 2 values"),
    "dict": ({308: 1.0}, "a dict with 1 entry"),
    "dict of two": ({308: 1.0, 309: 2.0}, "a dict with 2 entries"),
    "Series": (pd.Series([1, 2]), "a Series of 2 values"),
    "table": (pd.DataFrame({"a": [1]}), "a DataFrame with 1 row and 1 column"),
    "array": (np.zeros((2, 2)), "an array of shape (2, 2)"),
    "0-d array": (np.array(2.5), "2.5"),
    "missing": (Missing("a"), "not defined"),
    "opaque": (Opaque("a.b.Thing"), "an object of type Thing"),
    "record": (Record("scipy.LinregressResult", {}), "a result of type LinregressResult"),
    "function": (Function("f", print), "the function f"),
    "complex": (1j, "the complex number 1j"),
    "date": (pd.Timestamp("2020-01-01"), "an object of type Timestamp"),
}


@pytest.mark.parametrize(("value", "words"), WORDS.values(), ids=WORDS.keys())
def test_values_in_words(value: Any, words: str) -> None:
    assert describe(value) == words

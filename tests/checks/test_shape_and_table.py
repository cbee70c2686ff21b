"""Counts, sizes and tables: exact in what matters, blind to what does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.checks import AuthorError, Status
from autograder.values.views import Missing, Opaque
from tests.checks.fakes import Row, judge_value

COUNTS: dict[str, tuple[Any, int, str, float]] = {
    "int": (4, 4, "", 1.0),
    "np.int64": (np.int64(4), 4, "", 1.0),
    "float": (4.0, 4, "", 1.0),
    "one-element Series": (pd.Series([4]), 4, "", 1.0),
    "zero": (0, 0, "", 1.0),
    "off by one": (5, 4, "", 0.0),
    "nearly": (4.0000001, 4, "", 0.0),
    "a large count rounded": (123500, 123456, "", 0.0),
    "counts by column": (pd.Series({"a": 1, "b": 3}), 4, "several", 0.5),
    "counts of nothing": (pd.Series({"a": 0, "b": 0}), 0, "several", 0.5),
    "counts that do not add up": (pd.Series({"a": 1, "b": 1}), 4, "several", 0.0),
    "text": ("4", 4, "text", 0.5),
    "False for zero": (False, 0, "boolean", 0.0),
    "missing": (Missing("answer"), 4, "missing", 0.0),
    "NaN": (float("nan"), 4, "", 0.0),
}

SHAPES: dict[str, tuple[Any, str, float]] = {
    "tuple": ((180, 3), "", 1.0),
    "list": ([180, 3], "", 1.0),
    "array": (np.array([180, 3]), "", 1.0),
    "Series": (pd.Series([180, 3]), "", 1.0),
    "floats": ((180.0, 3.0), "", 1.0),
    "dict": ({"rows": 180, "columns": 3}, "", 1.0),
    "reversed": ((3, 180), "reversed", 0.5),
    "rows alone": (180, "rows-only", 0.5),
    "cells": (540, "cells", 0.0),
    "another": ((179, 3), "", 0.0),
    "not whole": ((180.5, 3), "", 0.0),
    "text": ("(180, 3)", "text", 0.0),
    "method": (Opaque("builtins.method"), "not-called", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
    "None": (None, "empty", 0.0),
    "a number": (2.5, "", 0.0),
    "booleans": ((True, False), "", 0.0),
}

TABLE = pd.DataFrame(
    {
        "Reaction": [249.56, 258.7047, 250.8006, 321.4398, 222.7339],
        "Days": [0, 1, 2, 3, 0],
        "Subject": [308, 308, 308, 308, 309],
    }
)
WITH_GAP = TABLE.assign(Reaction=[249.56, np.nan, 250.8006, 321.4398, 222.7339])

TABLES: dict[str, tuple[Any, str, float]] = {
    "itself": (TABLE.copy(), "", 1.0),
    "another index": (TABLE.set_axis(list("abcde")), "", 1.0),
    "another order of columns": (TABLE[["Subject", "Days", "Reaction"]], "", 1.0),
    "another order of rows": (TABLE.sort_values("Reaction"), "", 1.0),
    "subject as text": (TABLE.astype({"Subject": str}), "", 1.0),
    "subject as category": (TABLE.astype({"Subject": "category"}), "", 1.0),
    "subject as float": (TABLE.astype({"Subject": float}), "", 1.0),
    "objects": (TABLE.astype(object), "", 1.0),
    "days as float": (TABLE.astype({"Days": float}), "", 1.0),
    "a further column": (TABLE.assign(late=TABLE["Days"] > 2), "", 1.0),
    "a column lost": (TABLE.drop(columns="Days"), "columns", 0.0),
    "a column in the index": (TABLE.set_index("Subject"), "in-index", 0.25),
    "columns renamed": (TABLE.rename(columns=str.lower), "columns", 0.0),
    "a column twice": (pd.concat([TABLE, TABLE[["Days"]]], axis=1), "columns", 0.0),
    "a row lost": (TABLE.iloc[1:], "too-few-rows", 0.0),
    "a row twice": (pd.concat([TABLE, TABLE.iloc[:1]]), "too-many-rows", 0.0),
    "a value changed": (TABLE.assign(Days=[0, 1, 2, 3, 1]), "values", 0.0),
    "rounded": (TABLE.round(1), "values", 0.0),
    "complex numbers": (TABLE.assign(Reaction=TABLE["Reaction"] + 1j), "values", 0.0),
    "other rows": (TABLE.iloc[::-1].head(3).assign(Days=7), "values", 0.0),
    "no rows": (TABLE.iloc[:0], "too-few-rows", 0.0),
    "a Series": (TABLE["Days"], "several", 0.0),
    "an array": (TABLE.to_numpy(), "several", 0.0),
    "text": (TABLE.to_string(), "text", 0.0),
    "method": (Opaque("builtins.method"), "not-called", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
    "None": (None, "empty", 0.0),
}


@pytest.mark.parametrize(("answer", "want", "mistake", "share"), COUNTS.values(), ids=COUNTS.keys())
def test_count(answer: Any, want: int, mistake: str, share: float) -> None:
    result = judge_value(answer, "count", want)
    assert (result.mistake, result.earned) == (mistake, share), result


@pytest.mark.parametrize(("answer", "mistake", "share"), SHAPES.values(), ids=SHAPES.keys())
def test_shape(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "shape", (180, 3))
    assert (result.mistake, result.earned) == (mistake, share), result
    assert (result.hint == "") == (share == 1)


@pytest.mark.parametrize(("answer", "mistake", "share"), TABLES.values(), ids=TABLES.keys())
def test_table(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "table", TABLE)
    assert (result.mistake, result.earned) == (mistake, share), result
    assert (result.hint == "") == (share == 1)


def test_missing_values_in_a_table_are_alike() -> None:
    other = WITH_GAP.astype({"Reaction": object}).where(WITH_GAP.notna(), None)
    assert judge_value(other, "table", WITH_GAP).status is Status.PASSED
    assert judge_value(TABLE, "table", WITH_GAP).status is Status.FAILED


def test_rows_of_misconceptions_name_wrong_tables() -> None:
    rows = [
        Row("a column removed", "answer", TABLE[["Reaction", "Subject"]], 0.5),
        Row("tail", "answer", TABLE.tail(2), 0.25),
        Row("unchanged", "answer", TABLE.copy(), 0.1),
        Row("no table", "answer", 3.0, 0.1),
    ]
    assert judge_value(TABLE[["Reaction", "Subject"]], "table", TABLE, mistakes=rows).mistake == "a column removed"
    assert judge_value(TABLE.tail(2), "table", TABLE, mistakes=rows).mistake == "tail"
    assert judge_value(TABLE.assign(Days=7), "table", TABLE, mistakes=rows).mistake == "values"


def test_rows_of_misconceptions_name_wrong_counts_and_sizes() -> None:
    rows = [Row("all rows", "answer", 180, 0.25), Row("right", "answer", 4, 0.1)]
    assert judge_value(180, "count", 4, mistakes=rows).mistake == "all rows"
    assert judge_value(180, "shape", (4, 1), mistakes=rows).mistake == "all rows"
    assert judge_value(4, "count", 4, mistakes=rows).status is Status.PASSED


@pytest.mark.parametrize(
    ("method", "want"), [("count", 2.5), ("count", float("nan")), ("shape", ()), ("shape", (1.5, 2)), ("table", [1])]
)
def test_references_of_another_kind_are_the_authors_fault(method: str, want: Any) -> None:
    with pytest.raises(AuthorError):
        judge_value(1, method, want)


@pytest.mark.parametrize("answer", [371, 371.0, "371", " 371 ", np.int64(371), np.array(["371"])[0], np.array([371])])
def test_an_identifier_is_a_number_or_a_text(answer: Any) -> None:
    assert judge_value(answer, "identifier", 371).status is Status.PASSED


def test_other_identifiers_are_wrong_in_words() -> None:
    rows = [Row("the other subject", "answer", 337)]
    assert judge_value("337", "identifier", 371, mistakes=rows).mistake == "the other subject"
    for answer in (308, "37", 371.5, None, True, [371, 337]):
        result = judge_value(answer, "identifier", 371, mistakes=rows)
        assert (result.earned, bool(result.hint)) == (0, True), result

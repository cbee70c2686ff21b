"""Kinds of mistake that each check sees by itself, as data: check → kind → what the student did.

A row of misconceptions names one of them by a text from ``wrong(data)``, to put the course's own words and share of
the credit in place of the check's. A kind that a check does not have is reported to the author.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.checks.models.kinds import KINDS as MODEL_KINDS


def _without(kinds: Mapping[str, str], *names: str) -> dict[str, str]:
    return {kind: about for kind, about in kinds.items() if kind not in names}


_NO_VALUE = {
    "missing": "the variable is not defined",
    "empty": "the variable holds None, `...` or an empty container",
}
_NO_NUMBER = {
    **_NO_VALUE,
    "boolean": "True or False",
    "text": "a text, perhaps with the right number in it",
    "model": "a whole fitted model",
    "record": "a whole result object",
    "not-called": "a function or method without its parentheses",
    "summary": "a printed summary",
    "opaque": "an object that cannot be sent as data",
    "complex": "a complex number",
    "other": "anything else",
}
_NUMBER = {
    **_NO_NUMBER,
    "several": "several values, perhaps with the right one among them",
    "only-printed": "the right number was printed and not stored",
    "rounded": "the right number with fewer than four significant digits",
    "nan": "not a number (NaN)",
    "sign": "the right size with the other sign",
    "unit": "off by a factor of 1000",
    "cut-off": "digits cut off instead of rounded",
}
_FIGURE = {"no-figure": "nothing was drawn in this part"}
_SWAPPED = {"swapped": "the axes are exchanged"}
_LINE = {
    **_FIGURE,
    **_SWAPPED,
    "no-line": "there is no line",
    "crowd": "more lines than can be told apart",
    "exchanged": "intercept and slope are exchanged",
    "not-straight": "the line joins observations",
}
_MODEL = {**_NO_VALUE, **{kind: about.hint for kind, about in MODEL_KINDS.items()}}

KINDS: Mapping[str, Mapping[str, str]] = {
    "number": _NUMBER,
    "count": _NUMBER,
    "identifier": _NO_NUMBER,
    "shape": {
        **_without(_NO_NUMBER, "other"),
        "reversed": "columns before rows",
        "rows-only": "the number of rows alone",
        "cells": "the number of all cells",
    },
    "table": {
        **_NO_NUMBER,
        "several": "a list or an array without columns",
        "number": "a single number",
        "in-index": "columns became the index",
        "columns": "columns are missing, or a name occurs twice",
        "too-many-rows": "all rows asked for and further ones",
        "too-few-rows": "rows are missing",
        "values": "other rows or values",
    },
    "effects": {
        **_without(_NO_NUMBER, "complex", "other"),
        "no-subjects": "numbers without their subjects",
        "several-per-subject": "several numbers for each subject",
        "twice": "a subject occurs more than once",
        "subjects": "subjects are missing, or are not those of the data",
        "rounded": "the right numbers with fewer than four significant digits",
        "cut-off": "whole numbers, their decimals cut off",
        "sign": "the right sizes with the other sign",
    },
    "ols_model": _MODEL,
    "mixed_model": _MODEL,
    "that": {
        "missing": "a variable that the condition reads is not defined",
        "raised": "the condition cannot be worked out with the student's values",
        "false": "the condition does not hold",
    },
    "text": {**_NO_VALUE, "not-a-text": "something else than a text", "other-text": "another text"},
    "choice": {
        **_NO_VALUE,
        "text": "the right answer as a text instead of True or False",
        "number": "0 or 1 instead of True or False",
        "not-an-option": "none of the options",
        "other-option": "another option",
        "alone": "the right answer without the number that it rests on",
        "other": "anything else",
    },
    "p_value": {
        **_NO_NUMBER,
        "several": "several values",
        "bound": "a bound such as “<0.001”",
        "rounded": "the right number with fewer digits than four, as far as that matters",
        "nan": "not a number (NaN)",
        "zero": "exactly 0",
        "logarithm": "the logarithm of the p-value",
        "no-probability": "a number below 0 or above 1",
        "half": "half of the p-value: one-sided",
        "double": "twice the p-value",
        "complement": "1 − p",
    },
    "log_likelihood": {
        **_NO_NUMBER,
        "several": "several values",
        "nan": "not a number (NaN)",
        "infinite": "infinity",
        "rounded": "the right number with one decimal or none",
        "cut-off": "a whole number, its decimals cut off",
        "sign": "the right size with the other sign",
        "double": "twice the value, perhaps with the other sign",
        "half": "half of the value",
    },
    "named": {**_NUMBER, "no-names": "numbers without their names", "lost": "a name is missing"},
    "named_table": {
        **_NUMBER,
        "no-table": "no table with named rows",
        "lost": "a row or a column is missing",
        "transposed": "rows and columns are exchanged",
    },
    "array": {
        **_without(_NO_NUMBER, "complex", "other"),
        "scalar": "a single number",
        "dimensions": "several columns",
        "length": "too many or too few numbers",
        "rounded": "the right numbers with fewer than four significant digits",
        "cut-off": "whole numbers, their decimals cut off",
        "nan": "numbers that are missing (NaN)",
        "reversed": "the order is reversed",
        "order": "the right numbers in another order",
        "sign": "the right sizes with the other sign",
        "shifted": "shifted by one place",
        "constant": "a constant is added to all numbers",
        "some": "more than half of the numbers are right",
    },
    "rows": {
        "keys": "rows without the keys that name them",
        "length": "a mask that does not fit the table",
        "exchanged": "the keys of each row are exchanged",
        "too-few": "rows are missing",
        "too-many": "all rows asked for and others",
        "some": "some rows are missing, and others should not be there",
        "other-rows": "none of the rows asked for",
        **_without(_NO_NUMBER, "boolean", "complex"),
    },
    "function": {
        **_NO_VALUE,
        "not-a-function": "something else than a function",
        "raised": "a call raised an exception, or took too long",
        "no-return": "a call returned None",
        "unfit": "the results cannot be judged",
        "not-reproducible": "equal calls of a simulation give different results",
        "some-results": "some of the results are right",
        "other-results": "other results",
    },
    "simulated": {
        **_NO_NUMBER,
        "several": "several values",
        "no-names": "numbers without their names",
        "lost": "a name is missing",
        "no-count": "the number of simulations is not there",
        "too-few": "the right number from too few simulations",
        "nan": "not a number (NaN)",
        "per-cent": "a percentage",
        "count": "a count",
        "complement": "the share of the other simulations",
    },
    "histogram": {
        **_FIGURE,
        "no-bars": "there are no bars",
        "one-bar": "a single bar",
        "part": "values lie outside of all bars",
        "cumulative": "each bar also counts the values of those before it",
        "raw-bars": "each bar is one observation",
        "other-values": "the bars count other values",
    },
    "scatter": {
        **_FIGURE,
        **_SWAPPED,
        "no-points": "there are no points",
        "joined": "the points are joined by a line in the order of the rows",
        "extra": "points that are not in the data",
        "incomplete": "points are missing",
        "other-points": "other points",
    },
    "line": {
        **_LINE,
        "short": "the line covers only a part of the range",
        "elsewhere": "the line runs where the predictor has no values",
        "marks-only": "the points of the line are marked and not joined",
        "other-line": "another line",
    },
    "subject_lines": {**_LINE, "too-few": "fewer lines than asked for", "other-lines": "other lines"},
    "lines": {
        **_without(_LINE, "exchanged"),
        "incomplete": "some of the lines",
        "exchanged-labels": "the names in the legend are exchanged",
        "other-lines": "other lines",
    },
    "pairs": {
        **_FIGURE,
        **_SWAPPED,
        "no-pairs": "there is no line",
        "not-joined": "the points are there and not joined",
        "partners": "points are joined that do not belong together",
        "incomplete": "some of the pairs",
        "other-pairs": "lines between other values",
    },
    "qq_plot": {
        **_FIGURE,
        **_SWAPPED,
        "no-points": "there are no points",
        "incomplete": "fewer or more points than values",
        "other-quantiles": "the values are there and not against normal quantiles",
        "other-sample": "other values",
    },
    "caterpillar": {
        **_FIGURE,
        "no-points": "there are no points",
        "unsorted": "the groups are not in the order of their effects",
        "misplaced": "members stand at the place of another group",
        "incomplete": "some of the points",
        "other-points": "other points",
    },
    "labels": {**_FIGURE, "labels": "a label is missing or says nothing"},
}

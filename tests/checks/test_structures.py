"""Numbers by name, in tables, in an order; sets of rows; p-values and log-likelihoods."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.checks import AuthorError, Status
from autograder.values.views import Missing, Opaque, Record
from tests.checks.fakes import Row, judge_value

STEP = 0.0026  # shares are rounded to 0.005 points
P = 4.9e-8  # z = 5.45
FUNCTION = Opaque("builtins.method")

PROBABILITIES: dict[str, tuple[Any, str, float]] = {
    "itself": (P, "", 1.0),
    "of another optimizer": (P * 10 ** (4e-4 * 29.7 / 2.303), "", 1.0),
    "four digits": (4.900e-8, "", 1.0),
    "one digit": (5e-8, "", 0.0),
    "in a list": ([P], "", 1.0),
    "zero": (0.0, "zero", 0.0),
    "a bound": ("<0.001", "bound", 0.0),
    "a bound of p": ("p < .001", "bound", 0.0),
    "text": ("4.9e-8", "text", 0.5),
    "other text": ("tiny", "text", 0.0),
    "one-sided": (P / 2, "half", 0.5),
    "twice": (2 * P, "double", 0.5),
    "the other side": (1 - P, "complement", 0.25),
    "log10": (math.log10(P), "logarithm", 0.5),
    "natural logarithm": (math.log(P), "logarithm", 0.5),
    "more than one": (1.3, "no-probability", 0.0),
    "less than zero": (-0.3, "no-probability", 0.0),
    "not a number": (math.nan, "nan", 0.0),
    "infinite": (math.inf, "no-probability", 0.0),
    "of a t distribution": (2.1e-4, "t", 0.25),
    "missing": (Missing("answer"), "missing", 0.0),
    "None": (None, "empty", 0.0),
    "True": (True, "boolean", 0.0),
    "all p-values": ([P, 0.3], "several", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), PROBABILITIES.values(), ids=PROBABILITIES)
def test_p_values(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "p_value", P, mistakes=[Row("t", "answer", 2.1e-4)])
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint or share == 1


ROUNDED = {0.0083: 1.0, 0.00832: 1.0, 0.008321: 1.0, 0.0084: 0.0, 0.01: 0.0, 0.008: 0.0}


@pytest.mark.parametrize(("answer", "share"), ROUNDED.items())
def test_a_p_value_may_be_rounded_as_far_as_its_logarithm_stays(answer: float, share: float) -> None:
    """0.0083213 differs from 0.0083 by 1.1e-3 of a decade."""
    assert judge_value(answer, "p_value", 0.0083213).earned == share


def test_decimals_of_a_log_likelihood_that_are_cut_off() -> None:
    assert judge_value(328, "log_likelihood", 328.52772).mistake == "cut-off"
    assert judge_value(329, "log_likelihood", 328.52772).mistake == "rounded"


def test_a_p_value_with_many_zeros_is_no_rounded_zero() -> None:
    rows = [Row("zero", "answer", 0.0, 0.0, "it looks like zero in print")]
    assert judge_value(8.3e-25, "p_value", 2.7067e-85, mistakes=rows).mistake == ""
    assert judge_value(0.0, "p_value", 2.7067e-85, mistakes=rows).mistake == "zero"


def test_a_p_value_that_is_rounded_too_far_earns_half() -> None:
    result = judge_value(0.042, "p_value", 0.041649)
    assert (result.mistake, result.earned) == ("rounded", 0.5)


@pytest.mark.parametrize("z", [2.0, 11.4, 19.6, 37.0])
def test_what_is_allowed_grows_with_the_statistic(z: float) -> None:
    from scipy import stats

    want = 2 * stats.norm.sf(z)
    assert judge_value(2 * stats.norm.sf(z * (1 + 1e-4)), "p_value", want).earned == 1
    assert judge_value(want / 2, "p_value", want).mistake == "half"
    assert judge_value(want * 2, "p_value", want).mistake == "double"


LOG_LIKELIHOODS: dict[str, tuple[Any, str, float]] = {
    "itself": (-458.05704, "", 1.0),
    "two decimals": (-458.06, "", 1.0),
    "one decimal": (-458.1, "rounded", 0.5),
    "no decimal": (-458, "rounded", 0.5),
    "of another fit": (-458.09704, "other fit", 0.25),
    "of another fit, four digits": (-458.10, "rounded", 0.5),
    "sign": (458.05704, "sign", 0.25),
    "deviance": (916.11408, "double", 0.5),
    "twice": (-916.11408, "double", 0.5),
    "half": (-229.02852, "half", 0.5),
    "infinite": (math.inf, "infinite", 0.0),
    "not a number": (math.nan, "nan", 0.0),
    "something else": (-477.0, "", 0.0),
    "text": ("-458.06", "text", 0.5),
    "missing": (Missing("answer"), "missing", 0.0),
    "None": (None, "empty", 0.0),
    "two": ([-458.06, 3], "several", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), LOG_LIKELIHOODS.values(), ids=LOG_LIKELIHOODS)
def test_log_likelihoods(answer: Any, mistake: str, share: float) -> None:
    result = judge_value(answer, "log_likelihood", -458.05704, mistakes=[Row("other fit", "answer", -458.09704)])
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint or share == 1


RATES = {"within": 0.0169, "between": 0.611, "slopes": 0.43}

NAMED: dict[str, tuple[Any, str, float]] = {
    "a dict": (RATES, "", 1.0),
    "a Series": (pd.Series(RATES), "", 1.0),
    "a table with one row": (pd.DataFrame([RATES]), "", 1.0),
    "a table with one column": (pd.DataFrame({"rate": RATES}), "", 1.0),
    "a named tuple": (Record("Rates", RATES), "", 1.0),
    "another order and case": ({"Slopes": 0.43, "Between ": 0.611, "WITHIN": 0.0169, "n": 5}, "", 1.0),
    "one is wrong": ({**RATES, "slopes": 0.7}, "", 2 / 3),
    "one is lost": ({"within": 0.0169, "between": 0.611}, "lost", 2 / 3),
    "one is a text": ({**RATES, "slopes": "0.43"}, "text", 2.5 / 3),
    "one is a known mistake": ({**RATES, "slopes": 0.049}, "one draw", 2.25 / 3),
    "two are known mistakes": ({**RATES, "between": 0.05, "slopes": 0.049}, "one draw", 1.5 / 3),
    "per cent": ({name: 100 * rate for name, rate in RATES.items()}, "", 0.0),
    "no names": ([0.0169, 0.611, 0.43], "no-names", 0.0),
    "one number": (0.0169, "no-names", 0.0),
    "empty": ({}, "lost", 0.0),
    "None": (None, "empty", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
    "text": ("0.0169", "text", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), NAMED.values(), ids=NAMED)
def test_values_by_name(answer: Any, mistake: str, share: float) -> None:
    rows = [Row("one draw", "answer", {"between": 0.05, "slopes": 0.049})]
    result = judge_value(answer, "named", RATES, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=STEP)), result
    assert result.hint or share == 1


def test_hints_of_named_values_say_which_are_meant() -> None:
    result = judge_value({"within": 1.0, "between": 0.0611}, "named", RATES)
    assert result.hint == (
        "`within`; `between`: This is not the value that the data give. `slopes`: not found in your answer."
    )


MODELS = pd.DataFrame(
    {
        "log_likelihood": [-950.14653, -897.03932, -875.96967],
        "n_parameters": [3, 4, 6],
        "p": [0.5, 1e-20, 3.96e-10],
        "slope_se": [1.238195, 0.804221, 1.502281],
    },
    index=["ols", "intercept", "slopes"],
)
MEASURES = {"log_likelihood": "log-likelihood", "n_parameters": "count", "p": "p-value"}
WITHOUT_SIGMA = MODELS[["n_parameters"]] - 1


def changed(row: str, column: str, value: Any) -> pd.DataFrame:
    table = MODELS.astype(object)
    table.loc[row, column] = value
    return table


TABLES: dict[str, tuple[Any, str, float]] = {
    "itself": (MODELS, "", 1.0),
    "another order": (MODELS.iloc[::-1, ::-1], "", 1.0),
    "more rows and columns": (
        pd.concat([MODELS.assign(aic=0), pd.DataFrame({"p": [1.0]}, index=["null"])]),
        "",
        1.0,
    ),
    "names in a column": (MODELS.rename_axis("model").reset_index(), "", 1.0),
    "a dict of dicts": (MODELS.to_dict(), "", 1.0),
    "a dict of Series": (dict(MODELS.items()), "", 1.0),
    "rounded": (MODELS.round(2).assign(p=MODELS["p"], slope_se=MODELS["slope_se"].round(4)), "", 1.0),
    "a rounded log-likelihood": (changed("ols", "log_likelihood", -950.1), "rounded", 11.5 / 12),
    "p is zero": (changed("slopes", "p", 0.0), "zero", 11 / 12),
    "one is a text": (changed("ols", "slope_se", "1.238195"), "text", 11.5 / 12),
    "a known column": (MODELS.assign(n_parameters=MODELS["n_parameters"] - 1), "sigma not counted", 9.75 / 12),
    "a lost column": (MODELS.drop(columns="p"), "lost", 9 / 12),
    "a lost row": (MODELS.drop(index="ols"), "lost", 8 / 12),
    "transposed": (MODELS.T, "transposed", 0.75),
    "transposed, with a mistake": (MODELS.T.drop(columns="ols"), "transposed, lost", 0.5),
    "other names": (MODELS.set_axis([0, 1, 2], axis=0), "lost", 0.0),
    "no table": (MODELS.to_numpy(), "no-table", 0.0),
    "a number": (3.0, "no-table", 0.0),
    "None": (None, "empty", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), TABLES.values(), ids=TABLES)
def test_tables_with_named_rows(answer: Any, mistake: str, share: float) -> None:
    rows = [Row("sigma not counted", "answer", WITHOUT_SIGMA)]
    result = judge_value(answer, "named_table", MODELS, measures=MEASURES, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=STEP)), result
    assert result.hint or share == 1


def test_tolerances_are_given_by_column() -> None:
    answer = changed("ols", "slope_se", 1.240)
    assert judge_value(answer, "named_table", MODELS, measures=MEASURES).earned < 1
    wide = {"slope_se": 2e-3}
    assert judge_value(answer, "named_table", MODELS, measures=MEASURES, relative=wide).earned == 1


def test_a_table_may_follow_from_the_student_s_own_results() -> None:
    own = MODELS + 1.0
    assert judge_value(own, "named_table", MODELS, own=lambda: own).earned == 1
    assert judge_value(own, "named_table", MODELS, own=lambda: MODELS + 2.0).earned < 1
    assert judge_value(own, "named_table", MODELS, own=lambda: "no table").earned < 1


def test_a_misconception_may_be_about_one_column() -> None:
    answer = MODELS.assign(slope_se=MODELS["slope_se"] + 1)
    row = Row("ones", "answer.slope_se", lambda _: answer["slope_se"])
    assert "ones" in judge_value(answer, "named_table", MODELS, measures=MEASURES, mistakes=[row]).mistake


def test_of_two_misconceptions_in_a_cell_the_one_that_explains_other_cells_is_told() -> None:
    want = pd.DataFrame({"coef": [1.0, 2.0], "se": [3.0, 4.0]}, index=["a", "b"])
    everything = Row("all doubled", "answer", 2 * want)
    one_cell = Row("another, by chance", "answer", pd.DataFrame({"se": [6.0]}, index=["a"]))
    assert judge_value(2 * want, "named_table", want, mistakes=[everything, one_cell]).mistake == "all doubled"
    alone = want.copy()
    alone.loc["a", "se"] = 6.0
    together = judge_value(alone, "named_table", want, mistakes=[everything, one_cell]).mistake
    assert together == "all doubled, another, by chance"


def test_a_misconception_that_explains_the_whole_answer_is_told_before_one_that_fits_a_number() -> None:
    """Both lead to 5 in the place of b."""
    want = {"a": 1.0, "b": 4.0, "c": 7.0}
    rows = [
        Row("one more", "answer", {"a": 2.0, "b": 5.0, "c": 8.0}, hint="You counted one too many."),
        Row("neighbours", "answer", {"b": 5.0, "c": 7.5}, hint="Look at the names."),
    ]
    whole = judge_value({"a": 2.0, "b": 5.0, "c": 8.0}, "named", want, mistakes=rows)
    assert whole.mistake == "one more"
    assert "Look at the names." not in whole.hint
    part = judge_value({"a": 1.0, "b": 5.0, "c": 7.0}, "named", want, mistakes=rows)
    assert part.mistake == "one more, neighbours"


def test_the_values_of_misconceptions_are_computed_once_for_all_cells() -> None:
    calls = []

    def wrong_table(_: pd.DataFrame) -> pd.DataFrame:
        calls.append(1)
        return WITHOUT_SIGMA

    judge_value(MODELS * 7, "named_table", MODELS, measures=MEASURES, mistakes=[Row("one", "answer", wrong_table)])
    assert len(calls) == 1


WANT = 251.405105 + 10.467286 * np.arange(13.0)

ARRAYS: dict[str, tuple[Any, str, float]] = {
    "itself": (WANT, "", 1.0),
    "a list": (WANT.tolist(), "", 1.0),
    "a tuple": (tuple(WANT), "", 1.0),
    "a Series": (pd.Series(WANT, index=np.arange(13) + 5), "", 1.0),
    "a column": (WANT.reshape(-1, 1), "", 1.0),
    "a table": (pd.DataFrame({"prediction": WANT}), "", 1.0),
    "a dict by day": (dict(enumerate(WANT)), "", 1.0),
    "four digits": (WANT.round(1), "", 1.0),
    "two digits": (np.round(WANT, -1), "rounded", 0.5),
    "cut off": (np.trunc(WANT), "cut-off", 0.0),
    "near enough for the effects": (WANT + 0.01, "", 1.0),
    "reversed": (WANT[::-1], "reversed", 0.5),
    "another order": (np.roll(WANT, 5), "order", 0.5),
    "sign": (-WANT, "sign", 0.25),
    "shifted": (WANT + 10.467286, "shifted", 0.25),
    "shifted the other way": (WANT - 10.467286, "shifted", 0.25),
    "a constant": (WANT + 40.0, "constant", 0.25),
    "one value is wrong": (np.append(WANT[:-1], 0.0), "some", 11 / 13),
    "two are right": (np.append(WANT[:2], np.zeros(11)), "", 0.0),
    "one is missing": (np.append(WANT[:-1], np.nan), "nan", 0.0),
    "too short": (WANT[:10], "length", 0.0),
    "a scalar": (251.4, "scalar", 0.0),
    "two columns": (np.column_stack([WANT, WANT]), "dimensions", 0.0),
    "a known mistake": (np.full(13, 298.507892), "mean", 0.25),
    "texts": ([f"{one} ms" for one in WANT], "nan", 0.0),
    "a text": ("251.4", "text", 0.0),
    "empty": ([], "empty", 0.0),
    "None": (None, "empty", 0.0),
    "a method": (FUNCTION, "not-called", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
    "True": (True, "boolean", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), ARRAYS.values(), ids=ARRAYS)
def test_arrays(answer: Any, mistake: str, share: float) -> None:
    rows = [Row("mean", "answer", np.full(13, 298.507892))]
    result = judge_value(answer, "array", WANT, scale=24.7, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=STEP)), result
    assert result.hint or share == 1


def test_an_array_that_follows_from_the_students_own_results_is_right() -> None:
    result = judge_value(WANT + 3, "array", WANT, own=lambda: list(WANT + 3))
    assert result.earned == 1
    assert "your own earlier results" in result.hint


STUDY = pd.DataFrame(
    {"Subject": [308, 308, 332, 332, 335], "Day": [6, 7, 6, 9, 0], "z": [1.0, -3.95, 5.18, -3.84, 2.2]}
)
OUT = STUDY[STUDY["z"].abs() > 3]
PAIRS = [(308, 7), (332, 6), (332, 9)]

ROW_SETS: dict[str, tuple[Any, str, float]] = {
    "the rows": (OUT, "", 1.0),
    "the rows with a new index": (OUT.reset_index(drop=True), "", 1.0),
    "keys as the index": (OUT.set_index(["Subject", "Day"]), "", 1.0),
    "a Series by keys": (OUT.set_index(["Subject", "Day"])["z"], "", 1.0),
    "an index of keys": (pd.MultiIndex.from_tuples(PAIRS), "", 1.0),
    "tuples": (PAIRS[::-1], "", 1.0),
    "lists of texts": ([["308", "7"], ["332", "6"], ["332", "9"]], "", 1.0),
    "a set": (set(PAIRS), "", 1.0),
    "an array": (np.array(PAIRS), "", 1.0),
    "labels of the index": ([1, 2, 3], "", 1.0),
    "the index": (OUT.index, "", 1.0),
    "a mask": (STUDY["z"].abs() > 3, "", 1.0),
    "one is missing": (PAIRS[:2], "too-few", 2 / 3),
    "one too many": ([*PAIRS, (308, 6)], "too-many", 2 / 3),
    "one instead of another": ([*PAIRS[:2], (308, 6)], "some", 1 / 3),
    "cut at two": (STUDY, "cut at two", 0.25),
    "none of them": ([(308, 6)], "other-rows", 0.0),
    "no row": ([], "too-few", 0.0),
    "exchanged keys": ([(7, 308), (6, 332), (9, 332)], "exchanged", 0.75),
    "subjects alone": ([308, 332], "keys", 0.0),
    "residuals": ([5.18, -3.95], "keys", 0.0),
    "other columns": (OUT[["z"]].rename(columns={"z": "residual"}).reset_index(drop=True), "keys", 0.0),
    "a mask of another length": (np.array([True]), "length", 0.0),
    "a text": ("308 day 7", "text", 0.0),
    "None": (None, "empty", 0.0),
    "missing": (Missing("answer"), "missing", 0.0),
    "a number": (3, "other", 0.0),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), ROW_SETS.values(), ids=ROW_SETS)
def test_sets_of_rows(answer: Any, mistake: str, share: float) -> None:
    rows = [Row("cut at two", "answer", STUDY)]
    result = judge_value(answer, "rows", OUT, ["Subject", "Day"], of=STUDY, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=STEP)), result
    assert result.hint or share == 1


@pytest.mark.parametrize("answer", [[335], ["335"], pd.Series([335]), pd.DataFrame({"Subject": [335]})])
def test_one_key_names_a_row(answer: Any) -> None:
    assert judge_value(answer, "rows", [(335,)], ["Subject"]).earned == 1


AUTHORS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "p of zero": ("p_value", (0.0,), {}),
    "p above one": ("p_value", (1.5,), {}),
    "p that is no number": ("p_value", ("0.05",), {}),
    "decades of zero": ("p_value", (0.5,), {"decades": 0}),
    "a log-likelihood without tolerance": ("log_likelihood", (-1.0,), {"absolute": 0}),
    "named values without names": ("named", ([1.0],), {}),
    "named values that are no numbers": ("named", ({"a": "b"},), {}),
    "an unknown measure": ("named", ({"a": 1.0},), {"measures": {"a": "p"}}),
    "a measure of nothing": ("named", ({"a": 1.0},), {"measures": {"b": "count"}}),
    "a table without names": ("named_table", ([[1.0]],), {}),
    "a table with a gap": ("named_table", (pd.DataFrame({"a": [1.0, math.nan]}),), {}),
    "a table whose names occur twice": ("named_table", (pd.DataFrame({"a": [1.0, 2.0]}, index=[1, 1]),), {}),
    "an array of one": ("array", ([1.0],), {}),
    "an array with a gap": ("array", ([1.0, math.nan],), {}),
    "a scale of zero": ("array", ([1.0, 2.0],), {"scale": 0}),
    "no rows": ("rows", (OUT.iloc[:0], ["Subject"]), {}),
    "keys that are no columns": ("rows", (PAIRS, ["Subject", "Hour"]), {"of": STUDY}),
    "a scale that is a column": ("array", ([1.0, 2.0],), {"scale": pd.Series([1.0, 2.0])}),
    "a shape of one number": ("shape", (3,), {}),
    "a shape in words": ("shape", ("180",), {}),
    "rows without keys": ("rows", ([1.0], ["Subject", "Day"]), {}),
}


def test_one_key_needs_no_list() -> None:
    want = [("308",), ("371",)]
    assert judge_value(["371", "308"], "rows", want, "Subject").status is Status.PASSED
    assert judge_value(["371"], "rows", want, "Subject").earned == 0.5


@pytest.mark.parametrize(("method", "args", "kwargs"), AUTHORS.values(), ids=AUTHORS)
def test_what_cannot_be_is_the_authors_fault(method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    with pytest.raises(AuthorError):
        judge_value(1.0, method, *args, **kwargs)

"""Data sets: unchanged, described, and the simulated ones as their generators make them."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import DATASETS, CorruptDataset, UnknownDataset, UnsuitableData, load, require, verified
from lmmsolutions.lessons import mixed_model, ols, subject_comparisons, subject_fits
from lmmsolutions.variants import simulated

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_is_what_its_record_says(name: str) -> None:
    dataset, data = DATASETS[name], load(name)
    assert len(data) == dataset.n_rows
    assert list(data.columns) == list(dataset.units)
    assert not data.isna().any(axis=None)
    assert dataset.source
    assert dataset.license


def test_the_published_data_are_those_of_lme4() -> None:
    data = load("sleepstudy")
    assert data["Subject"].nunique() == 18
    assert (data.groupby("Subject")["Days"].apply(list) == [list(range(10))] * 18).all()
    assert "lme4" in DATASETS["sleepstudy"].source
    assert "GPL-2" in DATASETS["sleepstudy"].license


def test_every_call_gives_a_fresh_table() -> None:
    table = load("sleepstudy")
    table["Reaction"] = 0.0
    assert load("sleepstudy")["Reaction"].min() > 190


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownDataset, match="no data set 'sleep'; there are sleepstudy, athletes") as caught:
        load("sleep")
    assert str(caught.value).startswith("no data set")


def test_a_changed_file_is_refused() -> None:
    content = b"Reaction,Days,Subject\n249.57,0,308\n"
    with pytest.raises(CorruptDataset, match=r"sleepstudy\.csv was changed: its SHA-256 is") as caught:
        verified(content, DATASETS["sleepstudy"])
    assert hashlib.sha256(content).hexdigest() in str(caught.value)
    assert DATASETS["sleepstudy"].sha256 in str(caught.value)


def test_records_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DATASETS["sleepstudy"].n_rows = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        DATASETS["other"] = DATASETS["sleepstudy"]  # type: ignore[index]


@pytest.mark.parametrize("name", ["athletes", "schools", "referral", "clinic_stay", "plots"])
def test_simulated_data_are_what_their_generator_draws(name: str) -> None:
    pd.testing.assert_frame_equal(getattr(simulated, name)(), load(name), check_exact=True)


def test_few_schools_are_rows_of_schools() -> None:
    pd.testing.assert_frame_equal(simulated.schools_few(load("schools")), load("schools_few"), check_exact=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.drop(columns="Days"), "Days not among"),
        (lambda data: data.assign(Reaction="slow"), "must hold numbers"),
        (
            lambda data: data.assign(Reaction=data["Reaction"].where(data["Days"] > 0)),
            "missing or infinite values in Reaction",
        ),
        (lambda data: data.assign(Reaction=np.inf), "missing or infinite values in Reaction"),
        (lambda data: data.head(0), "no rows"),
    ],
    ids=["column absent", "text", "missing", "infinite", "empty"],
)
@pytest.mark.parametrize("module", [ols, subject_fits, mixed_model, subject_comparisons], ids=lambda m: m.__name__)
def test_unsuitable_data_are_refused_with_a_reason(module, change, message: str, sleepstudy: pd.DataFrame) -> None:
    with pytest.raises(UnsuitableData, match=message):
        module.solve(change(sleepstudy))


def test_subject_fits_need_their_two_subjects(sleepstudy: pd.DataFrame) -> None:
    with pytest.raises(UnsuitableData, match="want the subjects 308 and 309"):
        subject_fits.solve(sleepstudy[sleepstudy["Subject"] > 309])


def test_comparisons_need_their_two_subjects(sleepstudy: pd.DataFrame) -> None:
    with pytest.raises(UnsuitableData, match="want the subject 371"):
        subject_comparisons.solve(sleepstudy[sleepstudy["Subject"] != 371])


def test_numbers_may_come_as_text(sleepstudy: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        require(sleepstudy.astype(str), "Days", "Subject"), sleepstudy[["Days", "Subject"]].astype({"Days": float})
    )


AS = {
    "as it is": {},
    "whole numbers": {"Reaction": "int64"},
    "less precise": {"Days": "float32"},
    "yes and no": {"Days": bool},
    "text": {"Days": str, "Reaction": object},
    "numbers that may be missing": {"Days": "Int64", "Reaction": "Float64"},
    "categories": {"Days": "category"},
}


@pytest.mark.parametrize("types", AS.values(), ids=AS)
def test_columns_are_those_that_pandas_selects_and_converts(types: dict, sleepstudy: pd.DataFrame) -> None:
    table = sleepstudy.astype({"Reaction": int} if "Reaction" in types else {}).astype(types)
    table = table.assign(group=table["Subject"].astype("category")).iloc[::-3]
    found = require(table, "Reaction", "Days", "Subject", labels=["group"])
    wanted = table[["Reaction", "Days", "Subject"]].astype(float).astype({"Subject": int})
    pd.testing.assert_frame_equal(found, wanted.assign(group=table["group"]))
    found.loc[found.index[0], "Reaction"] = -1.0
    assert float(table["Reaction"].iloc[0]) > 0


def test_columns_of_one_name_are_refused(sleepstudy: pd.DataFrame) -> None:
    table = pd.concat([sleepstudy, sleepstudy[["Days"]]], axis=1)
    with pytest.raises(UnsuitableData, match=r"^more than one column is named Days$"):
        require(table, "Days", "Reaction")

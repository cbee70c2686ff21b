"""Data sets: unchanged, described, and the simulated ones as their generators make them."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pandas as pd
import pytest

from lmmsolutions import mixed_model, ols, subject_comparisons, subject_fits
from lmmsolutions.data import DATASETS, CorruptDataset, UnknownDataset, UnsuitableData, load, require, verified

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_is_what_its_record_says(name: str) -> None:
    dataset, data = DATASETS[name], load(name)
    assert len(data) == dataset.n_rows
    assert list(data.columns) == list(dataset.units)
    assert not data.isna().any(axis=None)
    assert dataset.source
    assert dataset.licence


def test_the_published_data_are_those_of_lme4() -> None:
    data = load("sleepstudy")
    assert data["Subject"].nunique() == 18
    assert (data.groupby("Subject")["Days"].apply(list) == [list(range(10))] * 18).all()
    assert "lme4" in DATASETS["sleepstudy"].source
    assert "GPL-2" in DATASETS["sleepstudy"].licence


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


def test_athletes_are_simulated_as_described() -> None:
    rng = np.random.default_rng(42)
    rows = []
    for athlete in ("susan_01", "alex_02", "maya_03", "david_04"):
        baseline = rng.normal(0.85, 0.05)
        for session, repeats in (("session_20", 20), ("session_30", 30)):
            high = int(session == "session_30")
            for repeat in range(1, repeats + 1):
                score = np.clip(rng.normal(baseline - 0.08 * high, 0.05), 0, 1)
                rows.append((athlete, session, high, repeat, float(score)))
    pd.testing.assert_frame_equal(load("athletes"), pd.DataFrame(rows, columns=list(DATASETS["athletes"].units)))


def test_schools_are_simulated_as_described() -> None:
    rng = np.random.default_rng(42)
    intercepts = rng.normal(0, 8, 10)
    rows = []
    for school in range(10):
        for hours in rng.uniform(1, 10, 15):
            score = 50 + 3 * hours + intercepts[school] + rng.normal(0, 5)
            rows.append((f"School {school + 1:02d}", hours, score))
    pd.testing.assert_frame_equal(load("schools"), pd.DataFrame(rows, columns=["school", "hours", "score"]))


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

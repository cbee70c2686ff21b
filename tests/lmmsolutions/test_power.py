"""The power of a test of slopes against R, and what is refused."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from lmmsolutions.core.data import UnsuitableData, load
from lmmsolutions.lessons.checking_planning import solve
from lmmsolutions.lessons.checking_planning.power import Power, subjects_needed
from tests.lmmsolutions.conftest import GOLDEN


def test_power_is_that_of_r() -> None:
    with (GOLDEN / "lessons.csv").open() as file:
        want = {row["term"]: float(row["value"]) for row in csv.DictReader(file) if row["lesson"] == "power"}
    assert len(want) == 6
    sizes = {term: tuple(map(int, term.split("/"))) for term in want}
    assert {term: Power()(*size) for term, size in sizes.items()} == pytest.approx(want, rel=1e-6)


def test_power_is_that_of_a_simulation() -> None:
    rng = np.random.default_rng(0)
    own = rng.normal(6, np.sqrt(35.07 + 654.94 / 82.5), (40_000, 6))
    t = own.mean(axis=1) / (own.std(axis=1, ddof=1) / np.sqrt(6))
    shares = {
        Power(): np.mean(np.abs(t) > 2.570582),
        Power(two_sided=False): np.mean(t > 2.015048),
        Power(normal_quantile=True): np.mean(np.abs(t) > 1.959964),
    }
    for power, share in shares.items():
        assert power(6, 6) == pytest.approx(share, abs=0.01)


def test_more_power_or_smaller_slopes_need_more_subjects() -> None:
    assert [subjects_needed(Power(), 5), subjects_needed(Power()), subjects_needed(Power(), wanted=0.9)] == [16, 40, 53]


def test_subjects_with_other_days_are_refused() -> None:
    with pytest.raises(UnsuitableData, match="same days"):
        solve(load("sleepstudy").iloc[:-1], load("clinic_stay"))

"""Golden numbers and data for the tests of the reference solutions."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import load

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@pytest.fixture
def sleepstudy() -> pd.DataFrame:
    return load("sleepstudy")


@pytest.fixture
def messy(sleepstudy: pd.DataFrame) -> pd.DataFrame:
    """Sleepstudy with missing values and zeros in Reaction and in Subject."""
    table = sleepstudy.astype({"Subject": float})
    table.loc[[3, 41, 42, 130], "Reaction"] = np.nan
    table.loc[[7, 60, 99], "Reaction"] = 0.0
    table.loc[[15, 88], "Subject"] = np.nan
    table.loc[[120], "Subject"] = 0.0
    return table


@pytest.fixture
def perturbed(sleepstudy: pd.DataFrame) -> pd.DataFrame:
    """Other values under the same columns, subjects and days."""
    rng = np.random.default_rng(7)
    shift = pd.Series(rng.normal(0, 25, 18), index=sleepstudy["Subject"].unique())
    noise = rng.normal(0, 12, len(sleepstudy))
    return sleepstudy.assign(Reaction=sleepstudy["Reaction"] + sleepstudy["Subject"].map(shift) + noise)


@pytest.fixture(scope="session")
def golden() -> Callable[[str, str, str], dict[str, dict[str, float]]]:
    """``golden(file, dataset, fit)``: quantity → term → number."""
    tables: dict[tuple[str, str, str], dict[str, dict[str, float]]] = {}
    for name in ("lme4", "lme4_general", "exact_random_intercept", "exact_random_slopes", "exact_general"):
        with (GOLDEN / f"{name}.csv").open() as file:
            for row in csv.DictReader(file):
                quantities = tables.setdefault((name, row["dataset"], row["fit"]), {})
                quantities.setdefault(row["quantity"], {})[row["term"]] = float(row["value"])
    return lambda file, dataset, fit: tables[file, dataset, fit]

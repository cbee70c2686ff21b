"""The data sets of the course: where they come from, what they mean, and that they are unchanged."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

import numpy as np
import pandas as pd

_SIMULATED = "Simulated for this course; under the terms of the project."


class UnknownDataset(KeyError):
    """There is no data set of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class CorruptDataset(ValueError):
    """A data file is not the one that the references were computed on."""


class UnsuitableData(ValueError):
    """A table cannot be analyzed: a column is missing, not numeric, or has missing values."""


@dataclass(frozen=True)
class Dataset:
    """One data set and its provenance."""

    file: str  # name of the CSV file in lmmsolutions/datasets
    sha256: str  # of the file's bytes
    n_rows: int
    units: Mapping[str, str]  # column → meaning and unit, in the order of the columns
    source: str
    license: str


DATASETS: Mapping[str, Dataset] = MappingProxyType(
    {
        "sleepstudy": Dataset(
            file="sleepstudy.csv",
            sha256="6d387b03ea7e8909c1efd811b7e6ad37b654dd5c9518fcc457eeb69c238b2412",
            n_rows=180,
            units={
                "Reaction": "average reaction time on that day, ms",
                "Days": "days of sleep deprivation as lme4 counts them; 0 and 1 were training, 2 the baseline",
                "Subject": "subject number, no unit",
            },
            source=(
                "Belenky, G. et al. (2003). Patterns of performance degradation and restoration during sleep "
                "restriction and subsequent recovery: a sleep dose-response study. Journal of Sleep Research 12, 1-12. "
                "As distributed with the R package lme4 (data set sleepstudy, group with three hours in bed)."
            ),
            license="GPL-2 or later, as part of lme4",
        ),
        "athletes": Dataset(
            file="athletes.csv",
            sha256="ec66fd8d880384ba5c1f3e34520e97c241d9c1d31ef5581c586946b5d246fb7d",
            n_rows=200,
            units={
                "athlete_id": "athlete, no unit",
                "session_label": "session of 20 or of 30 repeats, no unit",
                "session_high": "1 in the session of 30 repeats, else 0",
                "repeat_id": "number of the repeat within the session",
                "correctness": "score of one repeat, 0 to 1",
            },
            source=(
                "Simulated with NumPy default_rng(42): athlete baselines N(0.85, sd 0.05), session effect -0.08, "
                "noise sd 0.05, clipped to 0 … 1."
            ),
            license=_SIMULATED,
        ),
        "schools": Dataset(
            file="schools.csv",
            sha256="1f98c662487ba9307db5f43529454befb3ff521b2c537db5e6cc31c06cb4faa0",
            n_rows=150,
            units={"school": "school, no unit", "hours": "homework, hours", "score": "test score, points"},
            source=(
                "Simulated with NumPy default_rng(42): score = 50 + 3 hours + school + noise, "
                "school sd 8 (variance 64), noise sd 5."
            ),
            license=_SIMULATED,
        ),
        "nested": Dataset(
            file="nested.csv",
            sha256="5f7549862470a684b53975b3dd7e718ee0aef90dc2e48cabedbb77d20cef0422",
            n_rows=915,
            units={
                "school_id": "school, no unit",
                "class_id": "class within its school: the labels are used again in each school",
                "school_class": "class, unique in the whole table, no unit",
                "study_hours": "hours",
                "test_score": "points",
            },
            source=(
                "Simulated, seed 20240601: 20 schools of 4 classes of 8 to 15 students, "
                "60 + 2 hours + school (sd 5) + class (sd 3) + noise (sd 4)."
            ),
            license=_SIMULATED,
        ),
        "student_performance": Dataset(
            file="student_performance.csv",
            sha256="7218ed4c64aa0f54bd7bb9e298d050b70ba443f47570eac7c9c3cbec74e02a6e",
            n_rows=703,
            units={
                "school_id": "school, no unit",
                "class_id": "class within its school, no unit",
                "study_hours": "hours",
                "prior_gpa": "grade point average before, 0 to 4",
                "test_score": "points",
            },
            source="Simulated, seed 20240602: 30 schools, random intercept and random slope of study hours.",
            license=_SIMULATED,
        ),
        "health": Dataset(
            file="health.csv",
            sha256="065c20acdc6615f38f1b9e0938316da45fe1d28f0234106d4c297272b55ce090",
            n_rows=5000,
            units={
                "clinic_id": "clinic, no unit",
                "treatment": "1 with the protocol, else 0",
                "age": "years",
                "comorbidities": "number of further diagnoses",
                "recovery_days": "days until recovery",
            },
            source="Simulated, seed 20240603: 5000 patients in 50 clinics, random intercept per clinic.",
            license=_SIMULATED,
        ),
        "schools_few": Dataset(
            file="schools_few.csv",
            sha256="1c593d2f2d2e89943400fae0abc50b9ecb2e351ee3908dc88197c6e97d2d0e52",
            n_rows=125,
            units={"school": "school, no unit", "hours": "homework, hours a week", "score": "test score, points"},
            source="Rows of schools: the first three of School 04, the first two of School 05, all of the others.",
            license=_SIMULATED,
        ),
        "referral": Dataset(
            file="referral.csv",
            sha256="4a9d5abd4dd3d3c5238fa1d78ef1b0fca2ab94bd9e481a907043b3af65392b97",
            n_rows=728,
            units={
                "clinic_id": "clinic, no unit",
                "treated": "1 if treated, else 0",
                "recovery_days": "days until recovery",
            },
            source=(
                "Simulated with NumPy default_rng(20240605): 40 clinics of 12 to 24 patients; clinics that get severe "
                "cases treat more of them. True effect of the treatment -3 days."
            ),
            license=_SIMULATED,
        ),
        "clinic_stay": Dataset(
            file="clinic_stay.csv",
            sha256="fa2d039ba04663fdb41f2869a4e054543c54ddc7a82acf8e5ca3fb058f59aa1a",
            n_rows=560,
            units={
                "clinic_id": "clinic, no unit",
                "age": "years",
                "treatment": "1 with the treatment, else 0",
                "stay_days": "length of stay, days",
            },
            source=(
                "Simulated with NumPy default_rng(20240604): 30 clinics of 12 to 24 patients, log of the stay linear "
                "in age and treatment, random intercept sd 0.3, noise sd 0.4."
            ),
            license=_SIMULATED,
        ),
        "plots": Dataset(
            file="plots.csv",
            sha256="5f7d7ebaffa062ab6f655918ff2c2f20429dc90d389b687e7fdbe1dd034c61c3",
            n_rows=72,
            units={"plot": "plot, no unit", "harvest": "yield of one sample, kg"},
            source="Simulated with NumPy default_rng(216): 12 plots of 6 samples, 10 + plot (sd 0.6) + noise (sd 2).",
            license=_SIMULATED,
        ),
    }
)


def load(name: str) -> pd.DataFrame:
    """The data set of that name, a fresh table.

    Raises:
        UnknownDataset: no such name; the message lists the names.
        CorruptDataset: the file's checksum is not the recorded one.

    Example:
        >>> load("sleepstudy").shape
        (180, 3)
        >>> DATASETS["sleepstudy"].units["Reaction"]
        'average reaction time on that day, ms'
    """
    if name not in DATASETS:
        raise UnknownDataset(f"no data set {name!r}; there are {', '.join(DATASETS)}")
    dataset = DATASETS[name]
    content = (resources.files("lmmsolutions") / "datasets" / dataset.file).read_bytes()
    return pd.read_csv(io.BytesIO(verified(content, dataset)))


def verified(content: bytes, dataset: Dataset) -> bytes:
    """``content`` itself, if it is the file that ``dataset`` describes.

    Args:
        content: all bytes of a CSV file.
        dataset: with the recorded checksum.

    Raises:
        CorruptDataset: it is not; the message names the file and both checksums.
    """
    digest = hashlib.sha256(content).hexdigest()
    if digest != dataset.sha256:
        raise CorruptDataset(
            f"{dataset.file} was changed: its SHA-256 is {digest}, recorded is {dataset.sha256}. "
            "Restore the file, or record its new checksum and compute the references again."
        )
    return content


def require(data: pd.DataFrame, *columns: str, labels: Sequence[str] = ()) -> pd.DataFrame:
    """A copy of ``columns`` as floats, Subject as integers, and of ``labels`` as they are.

    Args:
        data: any table; other columns are left out, the rows keep their index.
        columns: that must hold finite numbers.
        labels: columns that name groups, of any type, without missing values.

    Raises:
        UnsuitableData: there are no rows, or a column is absent or there twice, holds something that is no number, or
            has missing or infinite values; the message says which.

    Example:
        >>> require(pd.DataFrame({"Days": [0, 1], "Subject": [308, None]}), "Days", "Subject")
        Traceback (most recent call last):
            ...
        lmmsolutions.core.data.UnsuitableData: missing or infinite values in Subject: clean the data first
    """
    wanted = [*columns, *labels]
    absent = [column for column in wanted if column not in data.columns]
    if absent:
        raise UnsuitableData(
            f"want the columns {', '.join(wanted)}; {', '.join(absent)} not among {list(data.columns)}"
        )
    twice = [column for column in wanted if isinstance(data[column], pd.DataFrame)]
    if twice:
        raise UnsuitableData(f"more than one column is named {', '.join(dict.fromkeys(twice))}")
    try:
        table = {column: _floats(data[column]) for column in columns}
    except (TypeError, ValueError) as error:
        raise UnsuitableData(f"the columns {', '.join(columns)} must hold numbers: {error}") from error
    faulty = [column for column, values in table.items() if not np.isfinite(values).all()]
    faulty += [column for column in labels if data[column].isna().any()]
    if faulty or data.empty:
        raise UnsuitableData(
            f"missing or infinite values in {', '.join(faulty)}: clean the data first" if faulty else "no rows"
        )
    if "Subject" in table:
        table["Subject"] = table["Subject"].astype(int)
    return pd.DataFrame({**table, **{column: data[column] for column in labels}}, index=data.index)


def _floats(column: pd.Series) -> np.ndarray:
    """The numbers of a column; of NumPy's own types at once, as selecting columns and converting them takes ten times.

    Raises:
        TypeError, ValueError: it holds something else.
    """
    own = isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiu"
    return column.to_numpy().astype(float) if own else column.astype(float).to_numpy()

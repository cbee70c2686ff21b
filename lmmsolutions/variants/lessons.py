"""Other data for the lessons on mixed models: drawn anew, and screened.

Simulated files are drawn by their own generators with another seed.  The generator of ``health`` is not known: its
patients stay, and their recovery is drawn from the model that fits the published data.  ``sleepstudy`` is drawn as for
the first six assignments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import fit_mixed
from lmmsolutions.core.least_squares import with_constant
from lmmsolutions.lessons.clinics.solution import COVARIATES, health_of
from lmmsolutions.variants import simulated
from lmmsolutions.variants.comparison import drawn, student_fits
from lmmsolutions.variants.criteria import Finding
from lmmsolutions.variants.drawing import draw

type_of_tables = tuple[pd.DataFrame, ...]
type_of_floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Patients:
    """The published patients and the model to draw their recovery from, rounded: no last digit of a fit shows."""

    published: pd.DataFrame
    design: type_of_floats
    clinics: NDArray[np.intp]  # code of each row's clinic
    fixed: type_of_floats
    errors: type_of_floats
    clinic_sd: float
    residual_sd: float


@cache
def _patients() -> _Patients:
    published = load("health")
    table = health_of(published)
    design = with_constant(table[list(COVARIATES)])
    fit = fit_mixed(table["recovery_days"], design, table["clinic_id"])
    return _Patients(
        published=published,
        design=design.to_numpy(float),
        clinics=pd.factorize(table["clinic_id"])[0],
        fixed=np.round(fit.fixed.to_numpy(float), 3),
        errors=np.round(fit.standard_errors.to_numpy(float), 3),
        clinic_sd=round(math.sqrt(fit.group_variance), 2),
        residual_sd=round(math.sqrt(fit.residual_variance), 2),
    )


def _health(seed: int) -> pd.DataFrame:
    """Other recoveries: the effects move by one or two standard errors, both standard deviations by a tenth or so."""
    rng, model = np.random.default_rng(seed), _patients()
    steps = rng.choice((-1, 1), len(model.fixed)) * rng.uniform(1, 2, len(model.fixed))
    factors = 1 + rng.choice((-1, 1), 2) * rng.uniform(0.05, 0.15, 2)
    own = rng.normal(0, factors[0] * model.clinic_sd, int(model.clinics.max()) + 1)
    noise = rng.normal(0, factors[1] * model.residual_sd, len(model.clinics))
    days = model.design @ (model.fixed + steps * model.errors) + own[model.clinics] + noise
    return model.published.assign(recovery_days=np.round(days, 2))


def _schools(seed: int) -> type_of_tables:
    table = simulated.schools(seed)
    return table, simulated.schools_few(table)


def _sleepstudy(seed: int) -> type_of_tables:
    return (draw(seed).complete,)


def _comparison(seed: int) -> type_of_tables:
    return tuple(table.copy() for table in drawn(seed, _health))


@dataclass(frozen=True)
class Lesson:
    """How the data of one assignment are drawn."""

    draw: Callable[[int], type_of_tables]  # seed → its tables, in the order of ``Assignment.datasets``
    fits: tuple[tuple[str, int, dict[str, Any]], ...]  # formula, table, arguments of a student's default fit
    seed: int  # the first that meets every criterion, as `python -m lmmsolutions.variants --search` finds it
    more: Callable[[type_of_tables, Any], Iterator[Finding]] | None = None  # tables, solution → what else must hold


def _exam(seed: int) -> type_of_tables:
    """Other scores of the published students, by the model with slopes of schools that fits the published data."""
    rng, published = np.random.default_rng(seed), load("student_performance")
    schools = pd.factorize(published["school_id"])[0]
    hours = (published["study_hours"].to_numpy(float) - 10) / 5
    spread = np.array([[100.0, 26.0], [26.0, 23.5]])  # rounded: no last digit of a fit shows
    own = rng.multivariate_normal(np.zeros(2), spread, int(schools.max()) + 1)[schools]
    mean = 57.5 + rng.uniform(-2, 2) + (8.75 + rng.uniform(-1, 1)) * hours + 5.25 * published["prior_gpa"]
    scores = mean + own[:, 0] + own[:, 1] * hours + rng.normal(0, 5 * rng.uniform(0.9, 1.1), len(published))
    return (published.assign(test_score=np.round(scores, 3)),)


def _rows_that_stand_out(_tables: type_of_tables, solution: Any) -> Iterator[Finding]:
    found = len(solution.outliers)
    yield Finding("rows that stand out", "one to five", str(found), 1 <= found <= 5)


LESSONS: Mapping[str, Lesson] = MappingProxyType(
    {
        "07-clusters": Lesson(lambda seed: (simulated.athletes(seed),), (), 1),
        "08-athletes": Lesson(
            lambda seed: (simulated.athletes(seed),),
            (("correctness ~ session_high", 0, {"groups": "athlete_id"}),),
            32,
        ),
        "09-schools": Lesson(
            _schools,
            (("score ~ hours", 0, {"groups": "school"}), ("score ~ hours", 1, {"groups": "school"})),
            310,
        ),
        "10-clinics": Lesson(
            lambda seed: (_health(seed), simulated.referral(seed)),
            (
                ("recovery_days ~ treatment + age + comorbidities", 0, {"groups": "clinic_id"}),
                ("recovery_days ~ treated", 1, {"groups": "clinic_id"}),
            ),
            47,
        ),
        "11-random-slopes": Lesson(
            _sleepstudy,
            (("Reaction ~ Days", 0, {"groups": "Subject", "re_formula": "~Days"}),),
            1,
        ),
        "12-model-comparison": Lesson(_comparison, (), 2, student_fits),
        "13-nested": Lesson(
            lambda seed: (simulated.nested(seed),),
            (
                (
                    "test_score ~ study_hours",
                    0,
                    {"groups": "school_id", "re_formula": "1", "vc_formula": {"class": "0 + C(class_id)"}},
                ),
                ("test_score ~ study_hours", 0, {"groups": "school_id"}),
                ("test_score ~ study_hours", 0, {"groups": "school_class"}),
            ),
            8,
        ),
        "14-checking-planning": Lesson(
            lambda seed: (*_sleepstudy(seed), simulated.clinic_stay(seed)),
            (
                ("Reaction ~ Days", 0, {"groups": "Subject", "re_formula": "~Days"}),
                ("stay_days ~ treatment + I(age - 50)", 1, {"groups": "clinic_id"}),
                ("np.log(stay_days) ~ treatment + I(age - 50)", 1, {"groups": "clinic_id"}),
            ),
            3,
            _rows_that_stand_out,
        ),
        "15-exam": Lesson(
            _exam,
            (
                ("test_score ~ hours + prior_gpa", 0, {"groups": "school_id"}),
                ("test_score ~ hours + prior_gpa", 0, {"groups": "school_id", "re_formula": "~hours"}),
            ),
            2,
        ),
    }
)

"""The assignments of the course: title, data files, answers and mistakes of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from lmmsolutions.core.data import load
from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons import (
    athletes,
    checking_planning,
    clinics,
    clusters,
    correlation,
    data_overview,
    exam,
    mixed_model,
    model_comparison,
    nested,
    ols,
    random_slopes,
    schools,
    subject_comparisons,
    subject_fits,
)


@dataclass(frozen=True)
class Assignment:
    """One assignment and where its answers come from."""

    title: str
    solve: Callable[..., Any]  # the tables, in the order of ``datasets``
    mistakes: tuple[Mistake, ...]
    datasets: tuple[str, ...] = ("sleepstudy",)  # names in ``DATASETS``
    draw: Callable[[pd.DataFrame, str], pd.DataFrame] | None = None  # a student's own part of the one table, by id
    example: str = ""  # the id of the published solution, where there is something to draw

    def tables(self) -> tuple[pd.DataFrame, ...]:
        """What ``solve`` takes of the published data, fresh tables."""
        return self.given(*map(load, self.datasets))

    def given(self, *tables: pd.DataFrame, student: str = "") -> tuple[pd.DataFrame, ...]:
        """What ``solve`` takes of other files: the tables, or a student's own part of the one table and the table.

        Args:
            tables: in the order of ``datasets``.
            student: the id; the example's by default.
        """
        if self.draw is None:
            return tables
        (everybody,) = tables
        return self.draw(everybody, student or self.example), everybody


ASSIGNMENTS: Mapping[str, Assignment] = MappingProxyType(
    {
        "01-data-overview": Assignment("the table and its ranges", data_overview.solve, data_overview.MISTAKES),
        "02-correlation": Assignment(
            "cleaning, and Days against Reaction",
            correlation.solve,
            (*correlation.MISTAKES, *correlation.MISTAKES_IN_CLEANING),
        ),
        "03-ols": Assignment("one line for all subjects", ols.solve, ols.MISTAKES),
        "04-subject-fits": Assignment("a line for each subject", subject_fits.solve, subject_fits.MISTAKES),
        "05-mixed-model": Assignment("random intercept per Subject, REML", mixed_model.solve, mixed_model.MISTAKES),
        "06-subject-comparisons": Assignment(
            "two subjects' lines in the mixed model", subject_comparisons.solve, subject_comparisons.MISTAKES
        ),
        "07-clusters": Assignment("when rows are not independent", clusters.solve, clusters.MISTAKES, ("athletes",)),
        "08-athletes": Assignment(
            "reading every line of the summary", athletes.solve, athletes.MISTAKES, ("athletes",)
        ),
        "09-schools": Assignment("partial pooling", schools.solve, schools.MISTAKES, ("schools", "schools_few")),
        "10-clinics": Assignment(
            "covariates, and confounding", clinics.solve, clinics.MISTAKES, ("health", "referral")
        ),
        "11-random-slopes": Assignment("slopes that differ", random_slopes.solve, random_slopes.MISTAKES),
        "12-model-comparison": Assignment(
            "which model, and did it converge?",
            model_comparison.solve,
            model_comparison.MISTAKES,
            model_comparison.DATA,
        ),
        "13-nested": Assignment("classes in schools", nested.solve, nested.MISTAKES, ("nested",)),
        "14-checking-planning": Assignment(
            "diagnostics and sample size",
            checking_planning.solve,
            checking_planning.MISTAKES,
            ("sleepstudy", "clinic_stay"),
        ),
        "15-exam": Assignment(
            "everything, on data of one's own",
            exam.solve,
            exam.MISTAKES,
            ("student_performance",),
            draw=exam.draw,
            example=exam.EXAMPLE,
        ),
    }
)

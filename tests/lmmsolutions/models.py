"""The mixed models of every kind that are fitted to the course's data, named as in R."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import BoundaryFit, MixedFit, RandomTerm, fit_terms
from lmmsolutions.core.least_squares import with_constant


def intercept(*groups: str) -> Callable[[pd.DataFrame], RandomTerm]:
    return lambda data: RandomTerm(data[groups[0]] if len(groups) == 1 else data[list(groups)])


def slopes(group: str, slope: str, correlated: bool = True) -> Callable[[pd.DataFrame], RandomTerm]:
    return lambda data: RandomTerm(data[group], with_constant(data[[slope]]), correlated)


@dataclass(frozen=True)
class Model:
    dataset: str
    formula: str
    response: str
    fixed: tuple[str, ...]
    terms: Mapping[str, Callable[[pd.DataFrame], RandomTerm]]  # lme4's name of the grouping factor → term
    boundary: tuple[str, ...] = ()  # methods by which the fit is on the boundary

    @property
    def name(self) -> str:
        return f"{self.dataset}: {self.formula}"

    def fitted(self, reml: bool, data: pd.DataFrame | None = None) -> MixedFit:
        """The fit, on the boundary too."""
        data = load(self.dataset) if data is None else data
        terms = [term(data) for term in self.terms.values()]
        try:
            return fit_terms(data[self.response], with_constant(data[list(self.fixed)]), terms, reml=reml)
        except BoundaryFit as error:
            return error.fit


ONLY_SLOPES = {"Subject": lambda data: RandomTerm(data["Subject"], data[["Days"]].astype(float))}
SCHOOL_AND_CLASS = {"school_id": intercept("school_id"), "class_id:school_id": intercept("school_id", "class_id")}
CROSSED = {"school_id": intercept("school_id"), "class_id": intercept("class_id")}
HEALTH = ("treatment", "age", "comorbidities")

MODELS = (
    Model("sleepstudy", "Days + (Days|Subject)", "Reaction", ("Days",), {"Subject": slopes("Subject", "Days")}),
    Model("sleepstudy", "Days + (Days||Subject)", "Reaction", ("Days",), {"Subject": slopes("Subject", "Days", False)}),
    Model("sleepstudy", "Days + (0+Days|Subject)", "Reaction", ("Days",), ONLY_SLOPES),
    Model(
        "athletes",
        "session_high + (session_high|athlete_id)",
        "correctness",
        ("session_high",),
        {"athlete_id": slopes("athlete_id", "session_high")},
        ("REML", "ML"),
    ),
    Model("schools", "hours + (hours|school)", "score", ("hours",), {"school": slopes("school", "hours")}, ("ML",)),
    Model("schools_few", "hours + (1|school)", "score", ("hours",), {"school": intercept("school")}),
    Model(
        "health",
        "treatment + age + comorbidities + (treatment|clinic_id)",
        "recovery_days",
        HEALTH,
        {"clinic_id": slopes("clinic_id", "treatment")},
        ("REML", "ML"),
    ),
    Model("nested", "study_hours + (1|school_id/class_id)", "test_score", ("study_hours",), SCHOOL_AND_CLASS),
    Model("nested", "study_hours + (1|school_id) + (1|class_id)", "test_score", ("study_hours",), CROSSED),
    Model(
        "student_performance",
        "study_hours + prior_gpa + (study_hours|school_id)",
        "test_score",
        ("study_hours", "prior_gpa"),
        {"school_id": slopes("school_id", "study_hours")},
    ),
    Model("referral", "treated + (1|clinic_id)", "recovery_days", ("treated",), {"clinic_id": intercept("clinic_id")}),
    Model(
        "clinic_stay",
        "age + treatment + (1|clinic_id)",
        "stay_days",
        ("age", "treatment"),
        {"clinic_id": intercept("clinic_id")},
    ),
    Model("plots", "1 + (1|plot)", "harvest", (), {"plot": intercept("plot")}),
)

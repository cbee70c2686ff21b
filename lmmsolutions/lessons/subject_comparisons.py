"""Assignment 6: two subjects' lines from the mixed model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.results import Means, Mistake
from lmmsolutions.lessons import mixed_model, subject_fits
from lmmsolutions.lessons.fits import number_of
from lmmsolutions.lessons.hints import FIRST_DAY, NO_DAYS, TRAINING
from lmmsolutions.lessons.mixed_model.models import (
    as_asked,
    first_day_left_out,
    intercept_of,
    maximum_likelihood,
    random_slopes,
    swapped,
    training_left_out,
    without_days,
)

SUBJECT_1 = 371
SUBJECT_2 = 337


@dataclass(frozen=True)
class SubjectComparison:
    """Assignment 6: two subjects' lines from the mixed model, parallel because the model says so."""

    subject_1: Annotated[int, Means("first subject")]
    subject_2: Annotated[int, Means("second subject")]
    intercept_1: Annotated[float, Means("fixed intercept + random intercept of subject_1", "ms")]
    intercept_2: Annotated[float, Means("fixed intercept + random intercept of subject_2", "ms")]
    fixed_slope: Annotated[float, Means("slope of both lines", "ms per day")]
    group_sd: Annotated[float, Means("standard deviation of the subjects' intercepts", "ms")]

    @property
    def lines(self) -> dict[int, tuple[float, float]]:
        """Subject → (intercept in ms, slope in ms per day)."""
        return {
            self.subject_1: (self.intercept_1, self.fixed_slope),
            self.subject_2: (self.intercept_2, self.fixed_slope),
        }


@cached_by_content
def solve(data: pd.DataFrame) -> SubjectComparison:
    """The lines of subjects 371 and 337: the fixed intercept plus the subject's own, and the common slope.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values, or one of the two subjects is absent.
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    solution = mixed_model.solve(data)
    intercept_1, slope = mixed_model.line_of(data, SUBJECT_1)
    intercept_2, _ = mixed_model.line_of(data, SUBJECT_2)
    return SubjectComparison(
        subject_1=SUBJECT_1,
        subject_2=SUBJECT_2,
        intercept_1=intercept_1,
        intercept_2=intercept_2,
        fixed_slope=slope,
        group_sd=solution.group_sd,
    )


_EXCHANGED = "The two subjects are exchanged. Compare the order with the question."
_OTHER_SUBJECTS = "This is a subject of the previous question. Read again which two subjects are to be compared."
_SWAPPED = "This is the other subject's intercept. Check which of the two each name stands for."
_ALONE = "This is the random intercept alone, a deviation. The subject's line starts at the fixed intercept plus it."
_TWICE = "The random intercept was added twice. Each subject's intercept already contains it once."
_SUBTRACTED = "The random intercept was subtracted. It is a deviation with a sign of its own: add it."
_AVERAGE = "This is the intercept of the average subject. The subject's own deviation is missing."
_OWN_LINE = (
    "This comes from a line fitted to the subject alone. The question asks for the mixed model, which pulls each "
    "subject toward the average."
)
_OWN_LINES = (
    "These lines were fitted to each subject alone, so they are not parallel. Draw the lines of the mixed model, which "
    "share one slope."
)
_LEVEL = "The lines are level: the slope times days is missing from them."
_MEAN = "This is the subject's mean Reaction. The intercept is the height of its line where Days is zero."
_SLOPES = "This comes from a model with random slopes as well. The question asks for a random intercept alone."
_ADDED = (
    "All effects of the subject were added up, those of the slope too. The model asked for has one of each subject."
)
_ML = "This comes from a fit by maximum likelihood. Keep the default, restricted maximum likelihood (REML)."
_FIRST = "This is the subject's first observation. The line need not pass through it."
_NO_SHRINKAGE = (
    "This line goes through the subject's own average. The mixed model pulls each subject toward the average of all."
)
_ONLY_TWO = "The model was fitted to these two subjects alone. Fit it to the whole table, then compare the two."
_SECONDS = "You changed the unit to seconds. Give the value in the unit of the data, milliseconds."
_NOT_INTERCEPT = "This is the slope. The intercept is the height of the line where Days is zero."
_FIXED_EXCHANGED = (
    "The random intercept was added to the fixed slope instead of the fixed intercept. Take the fixed effects by their "
    "names."
)
_NOT_SLOPE = "This is an intercept. Look at the row names of the estimates, and at the units."
_SE = "This is the standard error of the slope. The question asks for the slope itself."
_OWN_SLOPE = (
    "This is the slope of one subject's own line. In the mixed model of this question all lines share one slope."
)
_SIGN = "The sign is the wrong way round: does Reaction rise or fall with Days?"


def _own(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    """Intercept and slope of the subject's own least squares line."""
    fit = subject_fits.line_of(data, subject)
    return fit.intercept, fit.slope


def _intercept_mistakes(quantity: str, subject: int, other: int) -> list[Mistake]:
    def of_the_fit(change: Callable[[float, float], float]) -> Callable[[pd.DataFrame], float]:
        """Data → a change of fixed intercept and random intercept."""
        return number_of(as_asked, lambda fit: change(float(fit.fixed["Intercept"]), _deviation(fit, subject)))

    return [
        Mistake("subjects exchanged", quantity, number_of(as_asked, lambda f: intercept_of(f, other)), 0.5, _SWAPPED),
        Mistake("fixed intercept forgotten", quantity, of_the_fit(lambda _, u: u), 0.25, _ALONE),
        Mistake("random intercept added twice", quantity, of_the_fit(lambda b, u: b + 2 * u), 0.25, _TWICE),
        Mistake("random intercept subtracted", quantity, of_the_fit(lambda b, u: b - u), 0.25, _SUBTRACTED),
        Mistake("random intercept forgotten", quantity, of_the_fit(lambda b, _: b), 0.25, _AVERAGE),
        Mistake("seconds instead of ms", quantity, of_the_fit(lambda b, u: (b + u) / 1000), 0.75, _SECONDS),
        Mistake("subject's own line", quantity, lambda d: _own(d, subject)[0], 0.25, _OWN_LINE),
        Mistake("mean of the subject", quantity, lambda d: subject_fits.mean_of(d, subject), 0.25, _MEAN),
        Mistake("first observation", quantity, lambda d: _first(d, subject), 0.25, _FIRST),
        Mistake("no shrinkage", quantity, lambda d: _unshrunk(d, subject), 0.25, _NO_SHRINKAGE),
        Mistake(
            "no effect of Days", quantity, number_of(without_days, lambda f: intercept_of(f, subject)), 0.25, NO_DAYS
        ),
        Mistake(
            "only the two subjects", quantity, number_of(_two, lambda f: intercept_of(f, subject)), 0.25, _ONLY_TWO
        ),
        Mistake(
            "first day left out",
            quantity,
            number_of(first_day_left_out, lambda f: intercept_of(f, subject)),
            0.5,
            FIRST_DAY,
        ),
        Mistake("effects added up", quantity, number_of(random_slopes, lambda f: _all_added(f, subject)), 0.25, _ADDED),
        Mistake("random slopes", quantity, number_of(random_slopes, lambda f: intercept_of(f, subject)), 0.25, _SLOPES),
        Mistake(
            "training days left out",
            quantity,
            number_of(training_left_out, lambda f: intercept_of(f, subject)),
            0.5,
            TRAINING,
        ),
        Mistake(
            "fixed effects exchanged",
            quantity,
            number_of(as_asked, lambda f: float(f.fixed["Days"]) + _deviation(f, subject)),
            0.25,
            _FIXED_EXCHANGED,
        ),
        Mistake(
            "slope for the intercept",
            quantity,
            number_of(as_asked, lambda f: float(f.fixed["Days"])),
            0.25,
            _NOT_INTERCEPT,
        ),
    ]


def _two(data: pd.DataFrame) -> MixedFit | None:
    """The model fitted to the rows of the two subjects alone."""
    return as_asked(data[data["Subject"].isin(_SUBJECTS)])


def _all_added(fit: MixedFit, subject: int) -> float:
    """Fixed intercept and all random effects of a subject."""
    return float(fit.fixed["Intercept"] + fit.random_effects.sum(axis=1).get(subject, float("nan")))


def _first(data: pd.DataFrame, subject: int) -> float:
    """Reaction of a subject on its first day, ms."""
    return float(data[data["Subject"] == subject].sort_values("Days")["Reaction"].iloc[0])


def _unshrunk(data: pd.DataFrame, subject: int) -> float:
    """Intercept of a line with the common slope through the subject's own average, ms."""
    rows = data[data["Subject"] == subject]
    slope = number_of(as_asked, lambda fit: float(fit.fixed["Days"]))(data)
    return float(rows["Reaction"].mean() - slope * rows["Days"].mean())


def _deviation(fit: MixedFit, subject: int) -> float:
    return intercept_of(fit, subject) - float(fit.fixed["Intercept"])


type_of_lines = Callable[[pd.DataFrame], dict[int, tuple[float, float]]]
_SUBJECTS = (SUBJECT_1, SUBJECT_2)


def _lines(change: Callable[[float, float, float], tuple[float, float]]) -> type_of_lines:
    """Data → lines made of fixed intercept, random intercept and slope; empty where the model cannot be fitted."""

    def wrong(data: pd.DataFrame) -> dict[int, tuple[float, float]]:
        fit = as_asked(data)
        if fit is None:
            return {}
        intercept, slope = float(fit.fixed["Intercept"]), float(fit.fixed["Days"])
        return {subject: change(intercept, _deviation(fit, subject), slope) for subject in _SUBJECTS}

    return wrong


def _lines_with_slopes(data: pd.DataFrame) -> dict[int, tuple[float, float]]:
    fit = random_slopes(data)
    if fit is None:
        return {}
    lines = (fit.fixed + fit.random_effects).reindex(_SUBJECTS).to_numpy(float).tolist()
    return {subject: (intercept, slope) for subject, (intercept, slope) in zip(_SUBJECTS, lines, strict=True)}


MISTAKES: tuple[Mistake, ...] = (
    Mistake("subjects exchanged", "subject_1", lambda _: SUBJECT_2, 0.5, _EXCHANGED),
    Mistake("subjects exchanged", "subject_2", lambda _: SUBJECT_1, 0.5, _EXCHANGED),
    Mistake("subjects of assignment four", "subject_1", lambda _: 308, 0.0, _OTHER_SUBJECTS),
    Mistake("subjects of assignment four", "subject_2", lambda _: 309, 0.0, _OTHER_SUBJECTS),
    *_intercept_mistakes("intercept_1", SUBJECT_1, SUBJECT_2),
    *_intercept_mistakes("intercept_2", SUBJECT_2, SUBJECT_1),
    # Only the subject far from the average tells the two methods apart; the other's intercept agrees to 5e-5.
    Mistake(
        "ML for REML", "intercept_2", number_of(maximum_likelihood, lambda f: intercept_of(f, SUBJECT_2)), 0.5, _ML
    ),
    Mistake(
        "intercept for the slope",
        "fixed_slope",
        number_of(as_asked, lambda fit: float(fit.fixed["Intercept"])),
        0.25,
        _NOT_SLOPE,
    ),
    Mistake(
        "standard error for the slope",
        "fixed_slope",
        number_of(as_asked, lambda fit: float(fit.standard_errors["Days"])),
        0.25,
        _SE,
    ),
    Mistake("slope of the first subject's own line", "fixed_slope", lambda d: _own(d, SUBJECT_1)[1], 0.25, _OWN_SLOPE),
    Mistake("slope of the second subject's own line", "fixed_slope", lambda d: _own(d, SUBJECT_2)[1], 0.25, _OWN_SLOPE),
    Mistake(
        "response and predictor exchanged",
        "fixed_slope",
        number_of(swapped, lambda fit: float(fit.fixed["Reaction"])),
        0.25,
        "Response and predictor are exchanged: the response stands on the left of the tilde.",
    ),
    Mistake(
        "change over the whole study",
        "fixed_slope",
        lambda d: float(np.ptp(d["Days"])) * number_of(as_asked, lambda fit: float(fit.fixed["Days"]))(d),
        0.5,
        "This is the change from the first to the last day. The slope is the change per day.",
    ),
    Mistake("wrong sign", "fixed_slope", number_of(as_asked, lambda fit: -float(fit.fixed["Days"])), 0.25, _SIGN),
    Mistake(
        "seconds instead of ms",
        "fixed_slope",
        number_of(as_asked, lambda fit: float(fit.fixed["Days"]) / 1000),
        0.75,
        _SECONDS,
    ),
    Mistake(
        "training days left out",
        "fixed_slope",
        number_of(training_left_out, lambda fit: float(fit.fixed["Days"])),
        0.5,
        TRAINING,
    ),
    Mistake("subjects' own lines", "lines", lambda d: {s: _own(d, s) for s in _SUBJECTS}, 0.25, _OWN_LINES),
    Mistake("fixed intercept forgotten", "lines", _lines(lambda _, u, b: (u, b)), 0.25, _ALONE),
    Mistake("random intercept forgotten", "lines", _lines(lambda a, _, b: (a, b)), 0.25, _AVERAGE),
    Mistake("random intercept added twice", "lines", _lines(lambda a, u, b: (a + 2 * u, b)), 0.25, _TWICE),
    Mistake("slope forgotten", "lines", _lines(lambda a, u, _: (a + u, 0.0)), 0.25, _LEVEL),
    Mistake("random slopes", "lines", _lines_with_slopes, 0.25, _SLOPES),
)

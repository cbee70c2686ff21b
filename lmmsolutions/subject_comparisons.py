"""Question 6: two subjects' lines from the mixed model."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from lmmsolutions import mixed_model, subject_fits
from lmmsolutions.fitting import MixedFit
from lmmsolutions.model_hints import TRAINING
from lmmsolutions.models import (
    as_asked,
    intercept_of,
    maximum_likelihood,
    number_of,
    random_slopes,
    swapped,
    training_left_out,
)
from lmmsolutions.remembered import remembered
from lmmsolutions.results import Mistake, SubjectComparison

SUBJECT_1 = 371
SUBJECT_2 = 337


@remembered
def solve(data: pd.DataFrame) -> SubjectComparison:
    """The lines of subjects 371 and 337: the fixed intercept plus the subject's own, and the common slope.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values, or one of the two subjects is absent.
        MixedFitError: the data have no regular fit.
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
    "subject towards the average."
)
_OWN_LINES = (
    "These lines were fitted to each subject alone, so they are not parallel. Draw the lines of the mixed model, which "
    "share one slope."
)
_LEVEL = "The lines are level: the slope times days is missing from them."
_MEAN = "This is the subject's mean Reaction. The intercept is the height of its line where Days is zero."
_SLOPES = "This comes from a model with random slopes as well. The question asks for a random intercept alone."
_ML = "This comes from a fit by maximum likelihood. Keep the default, restricted maximum likelihood (REML)."
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
    Mistake("subjects of question four", "subject_1", lambda _: 308, 0.0, _OTHER_SUBJECTS),
    Mistake("subjects of question four", "subject_2", lambda _: 309, 0.0, _OTHER_SUBJECTS),
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

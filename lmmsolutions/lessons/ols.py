"""Assignment 3: one least squares line for all subjects together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, LineFit, Means, Mistake
from lmmsolutions.lessons.mixed_model.models import subjects_as_dummies


@dataclass(frozen=True, eq=False)
class Ols:
    """Assignment 3: one line for everybody, Reaction = intercept + slope · Days + error."""

    intercept: Annotated[float, Means("expected Reaction at Days = 0", "ms")]
    slope: Annotated[float, Means("change of the expected Reaction", "ms per day")]
    intercept_se: Annotated[float, Means("standard error of intercept, subjects ignored", "ms")]
    slope_se: Annotated[float, Means("standard error of slope, subjects ignored", "ms per day")]
    r_squared: Annotated[float, Means("share of the variance of Reaction that the line explains")]
    residual_variance: Annotated[float, Means("residual sum of squares / (n - 2)", "ms²")]
    log_likelihood: Annotated[float, Means("natural logarithm, at the variance RSS / n")]
    n_observations: Annotated[int, Means("rows used", "rows")]
    model: FittedModel  # the same fit, for checks of a whole model

    @property
    def line(self) -> tuple[float, float]:
        """Intercept in ms, slope in ms per day."""
        return self.intercept, self.slope


@cached_by_content
def solve(data: pd.DataFrame) -> Ols:
    """Fit Reaction = intercept + slope · Days + error by ordinary least squares.

    Args:
        data: columns ``Days`` and ``Reaction`` (ms).

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
    """
    table = require(data, "Days", "Reaction")
    line = fit_line(table["Days"], table["Reaction"])
    return Ols(
        intercept=line.intercept,
        slope=line.slope,
        intercept_se=line.intercept_se,
        slope_se=line.slope_se,
        r_squared=line.r_squared,
        residual_variance=line.residual_variance,
        log_likelihood=line.log_likelihood,
        n_observations=line.n_observations,
        model=fit_ols(table["Reaction"], with_constant(table[["Days"]])),
    )


def _line(data: pd.DataFrame, x: str = "Days", y: str = "Reaction") -> LineFit:
    table = require(data, "Days", "Reaction", "Subject")
    return fit_line(table[x], table[y])


def _through_origin(data: pd.DataFrame) -> FittedModel:
    table = require(data, "Days", "Reaction")
    return fit_ols(table["Reaction"], table[["Days"]])


def _model(data: pd.DataFrame, y: str, *x: str) -> FittedModel:
    table = require(data, "Days", "Reaction", "Subject")
    return fit_ols(table[y], with_constant(table[list(x)]))


def _without_first_day(data: pd.DataFrame) -> pd.DataFrame:
    return data[data["Days"] != 0]


def _without_training(data: pd.DataFrame) -> pd.DataFrame:
    """Without days 0 and 1."""
    return data[data["Days"] > 1]


def _first_day_mean(data: pd.DataFrame) -> float:
    """Mean Reaction on the first day, ms."""
    return float(data.loc[data["Days"] == data["Days"].min(), "Reaction"].mean())


def _standardized(data: pd.DataFrame) -> float:
    """Slope in standard deviations of Reaction per standard deviation of Days, which is Pearson's r."""
    return float(_line(data).slope * data["Days"].std() / data["Reaction"].std())


def _drawn(line: LineFit) -> tuple[float, float]:
    return line.intercept, line.slope


def _turned(line: LineFit) -> tuple[float, float]:
    """The line of Days on Reaction, drawn with Days on the horizontal axis."""
    return (-line.intercept / line.slope, 1 / line.slope) if line.slope else (float("nan"), float("nan"))


_SWAPPED = "Response and predictor are exchanged: you modeled Days by Reaction. Which of the two is to be explained?"
_NO_CONSTANT = (
    "The line was forced through the origin. `sm.OLS` adds no constant by itself; without one, a rested person would "
    "react in no time at all."
)
_EXCHANGED = "Intercept and slope are exchanged. `np.polyfit` gives the highest power first; look at the units of each."
_SE = "This is the standard error of the estimate, the column beside it. The question asks for the estimate itself."
_T = "This is the t-value, the estimate divided by its standard error. The question asks for the estimate."
_SUBJECT = "The predictor is the subject number, which is only a name. Take the column that counts days."
_FROM_ONE = "The days were counted from one. In the table the first day is zero, and there the line has its intercept."
_DUMMIES = (
    "Each subject entered the model as a predictor of its own, and the intercept belongs to the first of them. One "
    "line for everybody has a single predictor."
)
_FIRST_ROWS = "The line was fitted to the first rows only, which belong to one subject. Use the whole table."
_TRAINING = (
    "The first two days are missing from the fit. They were for training, but the question is about all rows of the "
    "table."
)
_FIRST_DAY = "The first day is missing from the fit. Zero is a valid number of days; use all rows."
_SECONDS = "You changed the unit to seconds. Give the estimate in the unit of the data, milliseconds."
_MEAN = (
    "This is the mean of Reaction: the height of the line at the average day. The intercept is its height where the "
    "predictor is zero."
)
_LEVEL = "The line is level, at the mean of Reaction. Draw the fitted line: intercept plus slope times days."
_FIRST_MEAN = (
    "This is the mean of the first day's observations. The intercept comes from the line fitted to all days, and need "
    "not pass through that mean."
)

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "response and predictor exchanged",
        "intercept",
        lambda d: _line(d, "Reaction", "Days").intercept,
        0.25,
        _SWAPPED,
    ),
    Mistake("no constant", "intercept", lambda _: 0.0, 0.0, _NO_CONSTANT),
    Mistake("intercept and slope exchanged", "intercept", lambda d: _line(d).slope, 0.5, _EXCHANGED),
    Mistake("standard error for the estimate", "intercept", lambda d: _line(d).intercept_se, 0.25, _SE),
    Mistake("t-value for the estimate", "intercept", lambda d: _line(d).intercept / _line(d).intercept_se, 0.25, _T),
    Mistake("Subject as the predictor", "intercept", lambda d: _line(d, "Subject").intercept, 0.25, _SUBJECT),
    Mistake("first rows only", "intercept", lambda d: _line(d.head(10)).intercept, 0.25, _FIRST_ROWS),
    Mistake("first day left out", "intercept", lambda d: _line(_without_first_day(d)).intercept, 0.5, _FIRST_DAY),
    Mistake("training days left out", "intercept", lambda d: _line(_without_training(d)).intercept, 0.5, _TRAINING),
    Mistake("days counted from one", "intercept", lambda d: _line(d).intercept - _line(d).slope, 0.5, _FROM_ONE),
    Mistake(
        "subjects as fixed effects", "intercept", lambda d: float(subjects_as_dummies(d).fe_params[0]), 0.25, _DUMMIES
    ),
    Mistake("subjects as fixed effects", "model", subjects_as_dummies, 0.25, _DUMMIES),
    Mistake("mean of Reaction", "intercept", lambda d: float(d["Reaction"].mean()), 0.25, _MEAN),
    Mistake("mean of the first day", "intercept", _first_day_mean, 0.25, _FIRST_MEAN),
    Mistake("seconds instead of ms", "intercept", lambda d: _line(d).intercept / 1000, 0.75, _SECONDS),
    Mistake("response and predictor exchanged", "slope", lambda d: _line(d, "Reaction", "Days").slope, 0.25, _SWAPPED),
    Mistake("no constant", "slope", lambda d: float(_through_origin(d).fe_params[0]), 0.25, _NO_CONSTANT),
    Mistake("intercept and slope exchanged", "slope", lambda d: _line(d).intercept, 0.5, _EXCHANGED),
    Mistake("standard error for the estimate", "slope", lambda d: _line(d).slope_se, 0.25, _SE),
    Mistake("t-value for the estimate", "slope", lambda d: _line(d).slope / _line(d).slope_se, 0.25, _T),
    Mistake("Subject as the predictor", "slope", lambda d: _line(d, "Subject").slope, 0.25, _SUBJECT),
    Mistake("first rows only", "slope", lambda d: _line(d.head(10)).slope, 0.25, _FIRST_ROWS),
    Mistake("first day left out", "slope", lambda d: _line(_without_first_day(d)).slope, 0.5, _FIRST_DAY),
    Mistake("training days left out", "slope", lambda d: _line(_without_training(d)).slope, 0.5, _TRAINING),
    Mistake(
        "correlation for the slope",
        "slope",
        _standardized,
        0.25,
        "This is the correlation, or the slope of standardized variables. The slope asked for has a unit: ms per day.",
    ),
    Mistake(
        "change over the whole study",
        "slope",
        lambda d: _line(d).slope * float(np.ptp(d["Days"])),
        0.5,
        "This is the change from the first to the last day. The slope is the change per day.",
    ),
    Mistake(
        "wrong sign",
        "slope",
        lambda d: -_line(d).slope,
        0.25,
        "The sign is the wrong way round. Look at the scatter plot: does Reaction rise or fall with Days?",
    ),
    Mistake("seconds instead of ms", "slope", lambda d: _line(d).slope / 1000, 0.75, _SECONDS),
    Mistake("response and predictor exchanged", "model", lambda d: _model(d, "Days", "Reaction"), 0.25, _SWAPPED),
    Mistake("no constant", "model", _through_origin, 0.25, _NO_CONSTANT),
    Mistake("Subject as the predictor", "model", lambda d: _model(d, "Reaction", "Subject"), 0.25, _SUBJECT),
    Mistake(
        "Subject as a further predictor",
        "model",
        lambda d: _model(d, "Reaction", "Days", "Subject"),
        0.25,
        "The subject number entered the model as a predictor. It is only a name; the line has one predictor.",
    ),
    Mistake("first rows only", "model", lambda d: _model(d.head(10), "Reaction", "Days"), 0.25, _FIRST_ROWS),
    Mistake(
        "first day left out", "model", lambda d: _model(_without_first_day(d), "Reaction", "Days"), 0.5, _FIRST_DAY
    ),
    Mistake(
        "training days left out", "model", lambda d: _model(_without_training(d), "Reaction", "Days"), 0.5, _TRAINING
    ),
    Mistake("training days left out", "line", lambda d: _drawn(_line(_without_training(d))), 0.5, _TRAINING),
    Mistake("no constant", "line", lambda d: (0.0, float(_through_origin(d).fe_params[0])), 0.25, _NO_CONSTANT),
    Mistake("mean of Reaction", "line", lambda d: (float(d["Reaction"].mean()), 0.0), 0.25, _LEVEL),
    Mistake("first rows only", "line", lambda d: _drawn(_line(d.head(10))), 0.25, _FIRST_ROWS),
    Mistake("first day left out", "line", lambda d: _drawn(_line(_without_first_day(d))), 0.5, _FIRST_DAY),
    Mistake(
        "response and predictor exchanged", "line", lambda d: _turned(_line(d, "Reaction", "Days")), 0.25, _SWAPPED
    ),
)

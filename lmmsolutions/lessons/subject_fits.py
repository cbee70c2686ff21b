"""Part 3c and assignment 4: a separate least squares line for each subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import UnsuitableData, require
from lmmsolutions.core.least_squares import fit_line, fit_ols
from lmmsolutions.core.results import LineFit, Means, Mistake, type_of_numbers
from lmmsolutions.lessons.fits import number_of
from lmmsolutions.lessons.mixed_model.models import as_asked, intercept_of, intercepts
from lmmsolutions.lessons.subject_paths import first_observation, first_to_last, of_others, parabola

type_of_path = Callable[[pd.DataFrame], tuple[float, float]]  # data → intercept (ms), slope (ms per day)


@dataclass(frozen=True)
class SubjectFit:
    """The least squares line of one subject."""

    intercept: Annotated[float, Means("expected Reaction of this subject at Days = 0", "ms")]
    slope: Annotated[float, Means("change of its expected Reaction", "ms per day")]
    n_observations: Annotated[int, Means("rows of the subject", "rows")]


@dataclass(frozen=True, eq=False)
class SubjectFits:
    """Part 3c and assignment 4: a separate line for each subject."""

    intercept_308: Annotated[float, Means("expected Reaction of subject 308 at Days = 0", "ms")]
    slope_308: Annotated[float, Means("slope of subject 308", "ms per day")]
    intercept_309: Annotated[float, Means("expected Reaction of subject 309 at Days = 0", "ms")]
    slope_309: Annotated[float, Means("slope of subject 309", "ms per day")]
    fits: Annotated[Mapping[int, SubjectFit], Means("line of each subject, in the order of the data")]
    points_308: tuple[type_of_numbers, type_of_numbers]  # what its figure shows: Days and Reaction (ms) of subject 308
    points_309: tuple[type_of_numbers, type_of_numbers]  # the same for subject 309

    @property
    def lines(self) -> dict[int, tuple[float, float]]:
        """Subject → (intercept in ms, slope in ms per day)."""
        return {subject: (fit.intercept, fit.slope) for subject, fit in self.fits.items()}

    @property
    def subject_lines(self) -> dict[int, tuple[float, float]]:
        """``lines`` under the name of the figure of part 3c."""
        return self.lines

    @property
    def line_308(self) -> tuple[float, float]:
        """Intercept in ms and slope in ms per day of subject 308."""
        return self.intercept_308, self.slope_308

    @property
    def line_309(self) -> tuple[float, float]:
        """Intercept in ms and slope in ms per day of subject 309."""
        return self.intercept_309, self.slope_309


@cached_by_content
def solve(data: pd.DataFrame) -> SubjectFits:
    """Fit Reaction = intercept + slope · Days to each subject's rows alone.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``, three rows or more for each subject.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values, or subject 308 or 309 is absent.
        ValueError: a subject has fewer than three rows, or one day only.
    """
    table = require(data, "Days", "Reaction", "Subject")
    fits = {}
    for subject in table["Subject"].unique().tolist():
        line = _line(table[table["Subject"] == subject])
        fits[subject] = SubjectFit(line.intercept, line.slope, line.n_observations)
    if not {308, 309} <= fits.keys():
        raise UnsuitableData(f"want the subjects 308 and 309, got {sorted(fits)}")
    return SubjectFits(
        fits=fits,
        intercept_308=fits[308].intercept,
        slope_308=fits[308].slope,
        intercept_309=fits[309].intercept,
        slope_309=fits[309].slope,
        points_308=_points(data, 308),
        points_309=_points(data, 309),
    )


def _points(data: pd.DataFrame, subject: int) -> tuple[pd.Series[float], pd.Series[float]]:
    """Days and Reaction (ms) of one subject."""
    rows = _rows(data, subject)
    return rows["Days"], rows["Reaction"]


def _rows(data: pd.DataFrame, subject: int) -> pd.DataFrame:
    table = require(data, "Days", "Reaction", "Subject")
    return table[table["Subject"] == subject]


def _others(data: pd.DataFrame, subject: int) -> pd.DataFrame:
    table = require(data, "Days", "Reaction", "Subject")
    return table[table["Subject"] != subject]


def line_of(data: pd.DataFrame, subject: int) -> LineFit:
    """The least squares line of one subject's rows.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.
        subject: its number.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        ValueError: the subject has fewer than three rows, perhaps none, or one day only.
    """
    return _line(_rows(data, subject))


def mean_of(data: pd.DataFrame, subject: int) -> float:
    """Mean Reaction of one subject.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.
        subject: its number.

    Returns:
        In ms; NaN where the data lack the subject.
    """
    return float(_rows(data, subject)["Reaction"].mean())


def _line(rows: pd.DataFrame) -> LineFit:
    return fit_line(rows["Days"], rows["Reaction"])


def _through_origin(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    rows = _rows(data, subject)
    return 0.0, float(fit_ols(rows["Reaction"], rows[["Days"]]).fe_params[0])


def _pair(line: LineFit) -> tuple[float, float]:
    return line.intercept, line.slope


def _parallel(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    """The line through the subject's own average with the slope of all subjects together."""
    rows, slope = _rows(data, subject), _line(require(data, "Days", "Reaction")).slope
    return float(rows["Reaction"].mean() - slope * rows["Days"].mean()), slope


def _mixed_line(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    """The subject's line in the mixed model; NaN where that cannot be fitted."""
    intercept = number_of(as_asked, lambda fit: intercept_of(fit, subject))(data)
    return intercept, number_of(as_asked, lambda fit: float(fit.fixed["Days"]))(data)


_EXCHANGED = "Intercept and slope are exchanged. `np.polyfit` gives the highest power first; look at the units of each."
_POOLED = "This line belongs to all subjects together. Select the rows of the one subject before you fit."
_OTHER = "This is the other subject's line. Check which subject the filter selects."
_OTHER_POINTS = "These are the other subject's points. Check which subject the filter selects."
_ALL_POINTS = "The figure shows the points of all subjects alike. Select the rows of the one subject before you draw."
_COMPLEMENT = "This line belongs to everybody but the subject: the filter is the wrong way round."
_SWAPPED = "Days and Reaction are exchanged in the fit. The predictor comes first in `np.polyfit(x, y, 1)`."
_ORIGIN = "The line was forced through the origin. Fit it with a constant."
_FIRST_DAY = "The first day is missing from the fit. Zero is a valid number of days; use all rows of the subject."
_TRAINING = (
    "The first two days are missing from the fit. They were for training, but the question is about all rows of the "
    "subject."
)
_PARABOLA = "This comes from a curve of second degree. Ask for a straight line: the degree is the last argument."
_FIRST_DAYS = "The line was fitted to the first rows of the subject only. Use all its days."
_SECONDS = "You changed the unit to seconds. Give the estimate in the unit of the data, milliseconds."
_MIXED = "This line is from a mixed model, pulled toward the average of all. Here the subject's own rows are fitted."
_PARALLEL = (
    "These parallel lines come from a mixed model with one slope. Fit each subject alone; let the slopes differ."
)
_COMMON_SLOPE = "This line runs through the subject's average with the slope of all. Its own rows give its own slope."
_MEAN = "This is the subject's mean Reaction. The intercept is the height of its line where the predictor is zero."
_FIRST = "This is the subject's first observation. The line is fitted to all its days and need not pass through it."
_ENDS = "You joined the first and the last observation. Least squares uses the days between as well."


def _everywhere(name: str, subject: int, path: type_of_path, keeps: float, hint: str) -> list[Mistake]:
    """One misconception that shows in the intercept, in the slope and in the line that is drawn."""
    return [*_both(name, subject, path, keeps, hint), Mistake(name, f"line_{subject}", path, keeps, hint)]


def _both(name: str, subject: int, path: type_of_path, keeps: float, hint: str) -> list[Mistake]:
    """One misconception that shows in the intercept and in the slope."""
    return [
        Mistake(name, f"intercept_{subject}", lambda d: path(d)[0], keeps, hint),
        Mistake(name, f"slope_{subject}", lambda d: path(d)[1], keeps, hint),
    ]


def _line_mistakes(subject: int, other: int) -> list[Mistake]:
    """Lines that are fitted, and often drawn, instead of the subject's."""

    def without_first_day(data: pd.DataFrame) -> tuple[float, float]:
        return _pair(line_of(data[data["Days"] != 0], subject))

    def without_training(data: pd.DataFrame) -> tuple[float, float]:
        return _pair(line_of(data[data["Days"] > 1], subject))

    def pooled(data: pd.DataFrame) -> tuple[float, float]:
        return _pair(_line(require(data, "Days", "Reaction")))

    return [
        *_everywhere("all subjects together", subject, pooled, 0.25, _POOLED),
        *_everywhere("the other subject", subject, lambda d: _pair(line_of(d, other)), 0.25, _OTHER),
        # The slope alone is that of all subjects together.
        Mistake("common slope", f"intercept_{subject}", lambda d: _parallel(d, subject)[0], 0.25, _COMMON_SLOPE),
        Mistake("common slope", f"line_{subject}", lambda d: _parallel(d, subject), 0.25, _COMMON_SLOPE),
        *_everywhere(
            "everybody but the subject", subject, lambda d: _pair(_line(_others(d, subject))), 0.25, _COMPLEMENT
        ),
        *_everywhere("first day left out", subject, without_first_day, 0.5, _FIRST_DAY),
        *_everywhere("training days left out", subject, without_training, 0.5, _TRAINING),
        Mistake("through the origin", f"slope_{subject}", lambda d: _through_origin(d, subject)[1], 0.25, _ORIGIN),
        Mistake("through the origin", f"line_{subject}", lambda d: _through_origin(d, subject), 0.25, _ORIGIN),
        # On balanced data the mixed model's slope is that of all subjects together.
        Mistake("line of the mixed model", f"intercept_{subject}", lambda d: _mixed_line(d, subject)[0], 0.25, _MIXED),
        Mistake("line of the mixed model", f"line_{subject}", lambda d: _mixed_line(d, subject), 0.25, _MIXED),
    ]


def _point_mistakes(subject: int, other: int) -> list[Mistake]:
    """Points that are drawn instead of the subject's."""

    def everybody(data: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
        table = require(data, "Days", "Reaction")
        return table["Days"], table["Reaction"]

    return [
        Mistake("the other subject", f"points_{subject}", lambda d: _points(d, other), 0.25, _OTHER_POINTS),
        Mistake("all subjects together", f"points_{subject}", everybody, 0.5, _ALL_POINTS),
    ]


def _number_mistakes(subject: int) -> list[Mistake]:
    """Numbers that are read or computed in a wrong way."""

    def rows(data: pd.DataFrame) -> pd.DataFrame:
        return _rows(data, subject)

    def exchanged(data: pd.DataFrame) -> tuple[float, float]:
        intercept, slope = _pair(_line(rows(data)))
        return slope, intercept

    def swapped(data: pd.DataFrame) -> tuple[float, float]:
        return _pair(fit_line(rows(data)["Reaction"], rows(data)["Days"]))

    def in_seconds(data: pd.DataFrame) -> tuple[float, float]:
        intercept, slope = _pair(_line(rows(data)))
        return intercept / 1000, slope / 1000

    return [
        *_both("intercept and slope exchanged", subject, exchanged, 0.5, _EXCHANGED),
        *_both("Days and Reaction exchanged", subject, swapped, 0.25, _SWAPPED),
        *_both("second degree", subject, lambda d: parabola(rows(d)), 0.25, _PARABOLA),
        *_both("seconds instead of ms", subject, in_seconds, 0.75, _SECONDS),
        Mistake("first days only", f"slope_{subject}", lambda d: _line(rows(d).head()).slope, 0.25, _FIRST_DAYS),
        Mistake("mean of the subject", f"intercept_{subject}", lambda d: mean_of(d, subject), 0.25, _MEAN),
        Mistake("first observation", f"intercept_{subject}", lambda d: first_observation(rows(d)), 0.25, _FIRST),
        Mistake("first and last observation only", f"slope_{subject}", lambda d: first_to_last(rows(d)), 0.25, _ENDS),
    ]


def _own_line(data: pd.DataFrame, subject: int) -> tuple[float, float]:
    return _pair(line_of(data, subject))


def _lines_without_first_day(data: pd.DataFrame) -> dict[int, tuple[float, float]]:
    return solve(data[data["Days"] != 0]).lines


def _lines_without_training(data: pd.DataFrame) -> dict[int, tuple[float, float]]:
    return solve(data[data["Days"] > 1]).lines


@cached_by_content
def _parallel_lines(data: pd.DataFrame) -> dict[int, tuple[float, float]]:
    return {subject: _parallel(data, subject) for subject in solve(data).lines}


@cached_by_content
def _lines_of_the_mixed_model(data: pd.DataFrame) -> dict[int, tuple[float, float]]:
    """All subjects' lines in the mixed model; none where that cannot be fitted."""
    fit = as_asked(data)
    if fit is None:
        return {}
    slope = float(fit.fixed["Days"])
    return {int(subject): (intercept_of(fit, subject), slope) for subject in intercepts(fit).index}


MISTAKES: tuple[Mistake, ...] = (
    *_line_mistakes(308, 309),
    *_number_mistakes(308),
    *_point_mistakes(308, 309),
    *of_others(308, 309, _own_line, _points),
    *_line_mistakes(309, 308),
    *_number_mistakes(309),
    *_point_mistakes(309, 308),
    *of_others(309, 308, _own_line, _points),
    Mistake("parallel lines", "subject_lines", _parallel_lines, 0.25, _COMMON_SLOPE),
    Mistake("lines of the mixed model", "subject_lines", _lines_of_the_mixed_model, 0.25, _PARALLEL),
    Mistake("first day left out", "subject_lines", _lines_without_first_day, 0.5, _FIRST_DAY),
    Mistake("training days left out", "subject_lines", _lines_without_training, 0.5, _TRAINING),
)

"""What students compute on the way to wrong answers about random slopes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lmmsolutions.core.fitting import MixedFit, RandomTerm
from lmmsolutions.core.least_squares import fit_line, with_constant
from lmmsolutions.lessons.fits import attempt, intercepts_only, number_of, type_of_model, type_of_number
from lmmsolutions.lessons.random_slopes.solution import DAYS, SUBJECT, own_lines, table_of

type_of_floats = NDArray[np.float64]
type_of_array = Callable[[pd.DataFrame], type_of_floats]
type_of_column = Callable[[pd.DataFrame], "pd.Series[float]"]
type_of_line = Callable[[float, float, float, float], tuple[float, float]]
type_of_spread = Callable[[type_of_floats, type_of_floats, type_of_floats, float], type_of_floats]


def slopes(*, correlated: bool = True, reml: bool = True, centre: bool = False) -> type_of_model:
    """A model with random intercepts and slopes, also on the boundary.

    Args:
        correlated: whether intercept and slope of a subject may be correlated.
        reml: restricted (True) or ordinary (False) maximum likelihood.
        centre: days count from their mean.
    """

    def model(data: pd.DataFrame) -> MixedFit | None:
        table = table_of(data)
        if centre:
            table = table.assign(Days=table["Days"] - table["Days"].mean())
        design = with_constant(table[["Days"]])
        return attempt(table, "Reaction", design, [RandomTerm(table["Subject"], design, correlated)], reml=reml)

    return model


as_asked = slopes()


def intercepts(data: pd.DataFrame) -> MixedFit | None:
    """A model with random intercepts alone."""
    return intercepts_only(table_of(data), "Reaction", ["Days"], "Subject")


def slope_alone(data: pd.DataFrame) -> MixedFit | None:
    """A model with random slopes alone (``0 + Days``)."""
    table = table_of(data)
    term = RandomTerm(table["Subject"], table[["Days"]])
    return attempt(table, "Reaction", with_constant(table[["Days"]]), [term])


def grouped_by_day(data: pd.DataFrame) -> MixedFit | None:
    """A model with a random intercept per day."""
    return intercepts_only(table_of(data), "Reaction", ["Days"], "Days")


def entry(row: int, column: int) -> Callable[[MixedFit], float]:
    """An entry of the covariance of a subject's effects."""
    return lambda fit: float(fit.random_covariance.to_numpy()[row, column])


def number(quantity: Callable[[MixedFit], float], model: type_of_model | None = None) -> type_of_number:
    """Data → a quantity of a model, of the right one by default."""
    return number_of(model or as_asked, quantity)


def covariance(
    quantity: Callable[[MixedFit], NDArray[np.float64]], model: type_of_model | None = None
) -> dict[str, type_of_number]:
    """The answers of 11b from another covariance matrix of intercept and slope.

    Args:
        quantity: the fit → the matrix, shape (2, 2): intercept, slope.
        model: the data → the fit; by default the right one.
    """

    def entry(row: int, column: int) -> type_of_number:
        return number(lambda fit: float(quantity(fit)[row, column]), model)

    return {"intercept_variance": entry(0, 0), "slope_variance": entry(1, 1), "covariance": entry(0, 1)}


def random_covariance(fit: MixedFit) -> type_of_floats:
    """Covariance of a subject's effects, shape (2, 2)."""
    return fit.random_covariance.to_numpy(float)


def of_lines(data: pd.DataFrame) -> type_of_floats:
    """Covariance of the subjects' own intercepts and slopes."""
    return own_lines(table_of(data)).cov().to_numpy(float)


def of_blups(data: pd.DataFrame) -> type_of_floats:
    """Covariance of the predicted effects."""
    fit = as_asked(data)
    return np.full((2, 2), np.nan) if fit is None else np.cov(fit.random_effects.to_numpy(float).T)


def entries(matrix: Callable[[pd.DataFrame], type_of_floats]) -> dict[str, type_of_number]:
    """The answers of 11b from a covariance matrix that is computed from the data."""
    return {
        "intercept_variance": lambda data: float(matrix(data)[0, 0]),
        "slope_variance": lambda data: float(matrix(data)[1, 1]),
        "covariance": lambda data: float(matrix(data)[0, 1]),
        "correlation": lambda data: correlation(matrix(data)),
    }


def correlation(matrix: type_of_floats) -> float:
    """Of a covariance matrix, shape (2, 2)."""
    scale = math.sqrt(matrix[0, 0] * matrix[1, 1])
    return float(matrix[0, 1]) / scale if scale else float("nan")


def line_of_308(line: type_of_line, model: type_of_model | None = None) -> type_of_array:
    """Data → a line over the days 0 … 12, ms; empty where there is no fit or no subject 308.

    Args:
        line: fixed intercept and slope, the subject's intercept and slope effect → intercept, slope.
        model: the data → the fit; by default the right one.
    """

    def wrong(data: pd.DataFrame) -> type_of_floats:
        fit = (model or as_asked)(data)
        if fit is None or SUBJECT not in fit.random_effects.index:
            return np.empty(0)
        own = fit.random_effects.to_dict("index")[SUBJECT]
        intercept, slope = line(*fit.fixed.tolist(), *map(float, own.values()))
        return np.asarray(intercept + slope * DAYS)

    return wrong


def own_line_of_308(data: pd.DataFrame) -> type_of_floats:
    """The least squares line of subject 308, over the days."""
    rows = table_of(data).query("Subject == @SUBJECT")
    line = fit_line(rows["Days"], rows["Reaction"])
    return np.asarray(line.intercept + line.slope * DAYS)


def parallel_line_of_308(data: pd.DataFrame) -> type_of_floats:
    """The line of subject 308 in the model with random intercepts alone, over the days."""
    fit = intercepts(data)
    if fit is None or SUBJECT not in fit.random_effects.index:
        return np.empty(0)
    own = float(fit.random_effects["Intercept"].to_dict()[SUBJECT])
    return np.asarray(float(fit.fixed["Intercept"]) + own + float(fit.fixed["Days"]) * DAYS)


def observed_of_308(data: pd.DataFrame) -> type_of_floats:
    """The observations of subject 308."""
    return table_of(data).query("Subject == @SUBJECT")["Reaction"].to_numpy(float)


def observed_means(data: pd.DataFrame) -> type_of_floats:
    """The mean of each observed day."""
    return table_of(data).groupby("Days")["Reaction"].mean().to_numpy(float)


def own_column(column: str) -> type_of_column:
    """A column of the subjects' own lines."""
    return lambda data: own_lines(table_of(data))[column]


def population_line(model: type_of_model) -> type_of_array:
    """The fixed effects of a model over the days."""

    def wrong(data: pd.DataFrame) -> type_of_floats:
        fit = model(data)
        return np.empty(0) if fit is None else np.asarray(fit.fixed.iloc[0] + fit.fixed.iloc[1] * DAYS, dtype=float)

    return wrong


def common_slope(column: str) -> type_of_column:
    """A column of the lines with one slope for all subjects and an intercept for each, by least squares."""

    def wrong(data: pd.DataFrame) -> pd.Series[float]:
        table = table_of(data)
        means = table.groupby("Subject")[["Days", "Reaction"]].mean()
        around = table[["Days", "Reaction"]] - means.loc[table["Subject"]].to_numpy()
        slope = float((around["Days"] * around["Reaction"]).sum() / (around["Days"] ** 2).sum())
        lines = pd.DataFrame({"intercept": means["Reaction"] - slope * means["Days"], "slope": slope})
        return lines[column]

    return wrong


def own_intercepts_of_centred_days(data: pd.DataFrame) -> pd.Series[float]:
    """Heights of the subjects' own lines at the mean of the days."""
    table = table_of(data)
    return own_lines(table.assign(Days=table["Days"] - table["Days"].mean()))["intercept"]


def drawn_over_days(data: pd.DataFrame) -> tuple[tuple[type_of_floats, type_of_floats], ...]:
    """Where the subjects' own lines start and end over the observed days, each as columns day and Reaction."""
    table = table_of(data)
    lines, days = own_lines(table), (float(table["Days"].min()), float(table["Days"].max()))
    return tuple(
        (np.full(len(lines), day), (lines["intercept"] + lines["slope"] * day).to_numpy(float)) for day in days
    )


def new_spread(spread: type_of_spread, model: type_of_model | None = None) -> type_of_array:
    """Data → another spread of a new observation on the days 0 … 12; empty where the model cannot be fitted.

    Args:
        spread: design (13, 2), V and G (2, 2; covariances of the fixed and of the random effects), residual variance →
            values, shape (13,).
        model: the data → the fit; by default the right one.
    """

    def wrong(data: pd.DataFrame) -> type_of_floats:
        fit = (model or as_asked)(data)
        if fit is None:
            return np.empty(0)
        x = np.column_stack([np.ones(len(DAYS)), DAYS]).astype(np.float64)
        v = np.asarray(fit.fixed_covariance, dtype=np.float64)
        g = np.zeros_like(v)  # without random slopes: no variance of theirs
        g[: fit.random_covariance.shape[0], : fit.random_covariance.shape[1]] = random_covariance(fit)
        return spread(x, v, g, fit.residual_variance)

    return wrong


def form(x: type_of_floats, matrix: type_of_floats) -> type_of_floats:
    """x' matrix x of each row."""
    return np.asarray(np.einsum("ij,jk,ik->i", x, matrix, x))


def diagonal(matrix: type_of_floats) -> type_of_floats:
    """A covariance matrix without its covariances."""
    return np.asarray(np.diag(np.diag(matrix)), dtype=np.float64)


def once(x: type_of_floats, matrix: type_of_floats) -> type_of_floats:
    """Intercept variance plus day times slope variance, and twice the day times the covariance."""
    return np.asarray(matrix[0, 0] + x[:, 1] * (matrix[1, 1] + 2 * matrix[0, 1]))


def mixed_column(
    column: str, change: Callable[[MixedFit], pd.DataFrame], model: type_of_model | None = None
) -> type_of_column:
    """A column of a table of lines that follows from a model; empty where that cannot be fitted.

    Args:
        column: ``intercept`` or ``slope``.
        change: the fit → the table of lines, by subject.
        model: the data → the fit; by default the right one.
    """

    def wrong(data: pd.DataFrame) -> pd.Series[float]:
        fit = (model or as_asked)(data)
        return pd.Series(dtype=float) if fit is None else change(fit)[column]

    return wrong


def effects_alone(fit: MixedFit) -> pd.DataFrame:
    """The subjects' random effects."""
    return fit.random_effects.set_axis(["intercept", "slope"], axis=1)


def parallel_lines(fit: MixedFit) -> pd.DataFrame:
    """The subjects' lines in a model with random intercepts alone."""
    intercepts = fit.random_effects["Intercept"] + float(fit.fixed["Intercept"])
    return pd.DataFrame({"intercept": intercepts, "slope": float(fit.fixed["Days"])})

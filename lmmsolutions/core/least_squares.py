"""Ordinary least squares: one line, or any design matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lmmsolutions.core.results import FittedModel, LineFit


def fit_line(x: ArrayLike, y: ArrayLike) -> LineFit:
    """The least squares line y = intercept + slope · x, by centered sums of squares.

    Args:
        x: the predictor, shape (n,), n ≥ 3.
        y: the response, shape (n,), in the same order.

    Returns:
        The line and its standard errors, in the units of the response and the response per predictor; the residual
        variance is RSS / (n − 2), in squared units of the response (Draper and Smith 1998, *Applied Regression
        Analysis*, ch. 1).

    Raises:
        ValueError: fewer than three points, or all x equal: no line with a residual variance is determined.

    Example:
        >>> line = fit_line([0, 1, 2, 3], [250.0, 262.0, 268.0, 284.0])
        >>> round(line.intercept, 6), round(line.slope, 6)
        (249.8, 10.8)
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if x.size < 3 or np.ptp(x) == 0:
        raise ValueError(f"a line needs at least three points and two different x, got {x.size} points")
    x_deviation, y_deviation = x - x.mean(), y - y.mean()
    spread = float(x_deviation @ x_deviation)
    slope = float(x_deviation @ y_deviation) / spread
    intercept = float(y.mean() - slope * x.mean())
    rss = float(np.square(y_deviation - slope * x_deviation).sum())
    total = float(y_deviation @ y_deviation)
    variance = rss / (x.size - 2)
    return LineFit(
        intercept=intercept,
        slope=slope,
        intercept_se=float(np.sqrt(variance * (1 / x.size + x.mean() ** 2 / spread))),
        slope_se=float(np.sqrt(variance / spread)),
        r_squared=1 - rss / total if total else float("nan"),
        residual_variance=variance,
        log_likelihood=_log_likelihood(rss, x.size),
        n_observations=x.size,
    )


def fit_ols(endog: pd.Series[float], exog: pd.DataFrame) -> FittedModel:
    """The least squares fit of any design matrix; the shortest solution where it lacks full rank, as in statsmodels.

    Args:
        endog: the response, shape (n,), with its name.
        exog: the design matrix, shape (n, p), with a column of ones where the model has an intercept.

    Returns:
        The fit; ``scale`` is RSS / (n − rank), in squared units of the response.
    """
    y, x = endog.to_numpy(float), exog.to_numpy(float)
    coefficients, _, rank, _ = np.linalg.lstsq(x, y, rcond=None)
    rss = float(np.square(y - x @ coefficients).sum())
    return FittedModel(
        model_kind="OLS",
        endog_name=str(endog.name),
        exog_names=tuple(map(str, exog.columns)),
        endog=y.astype(float),
        exog=x,
        fe_params=coefficients.astype(float),
        scale=rss / (y.size - int(rank)),
        llf=_log_likelihood(rss, y.size),
    )


def with_constant(columns: pd.DataFrame) -> pd.DataFrame:
    """A design matrix: a column "Intercept" of ones, then ``columns``.

    Args:
        columns: predictors, n rows; none for a model of the mean alone. The design keeps their index.

    Raises:
        ValueError: a column does not hold numbers, or is called "Intercept".
    """
    design = columns.astype(float)
    design.insert(0, "Intercept", 1.0)
    return design


def _log_likelihood(rss: float, n: int) -> float:
    """Gaussian log-likelihood at the maximum likelihood variance RSS / n; infinite for a perfect fit."""
    return -0.5 * n * (float(np.log(2 * np.pi * rss / n)) + 1) if rss > 0 else float("inf")

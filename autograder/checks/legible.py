"""What of a fitted model can be computed with; everything that does not fit is left out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.containers import as_floats
from autograder.views import Model, type_of_array

_GREATEST = 1e100  # in any unit; its square is still a number
_LEAST = 1e-100


def legible(model: Model) -> Model | None:
    """The model with numeric data and estimates of fitting shapes; ``None`` where its data are no numbers.

    Missing values (NaN) stay in the data, where they are a mistake of their own; estimates are cut to the columns
    of the design.
    """
    exog = _table(model.exog)
    endog = as_floats(model.endog)
    if exog is None or np.ndim(model.endog) != 1 or len(endog) == 0 or len(endog) != len(exog) or _absurd(endog):
        return None
    estimates = as_floats(model.params if model.fe_params is None else model.fe_params)[: exog.shape[1]]
    return replace(
        model,
        endog=endog,
        exog=exog,
        fe_params=pd.Series(np.where(np.abs(estimates) <= _GREATEST, estimates, np.nan), dtype=float),
        cov_re=_covariance(model.cov_re),
        vcomp=None if model.vcomp is None else as_floats(model.vcomp),
        exog_re=None if model.exog_re is None or len(model.exog_re) != len(endog) else _table(model.exog_re),
        groups=model.groups if model.groups is not None and np.shape(model.groups) == (len(endog),) else None,
        scale=model.scale if model.scale is not None and _LEAST < model.scale <= _GREATEST else None,
    )


def has_missing_values(model: Model) -> bool:
    """Whether the data that a legible model was fitted to have gaps."""
    return bool(np.isnan(model.endog).any() or np.isnan(model.exog).any())


def _table(values: Any) -> type_of_array | None:
    """A two-dimensional table of numbers with at least one column, or ``None``."""
    table = np.asarray(values)
    table = table.reshape(-1, 1) if table.ndim == 1 else table
    if table.ndim != 2 or 0 in table.shape or table.dtype.kind not in "biuf" or _absurd(table):
        return None
    return table.astype(float)


def _absurd(values: type_of_array) -> bool:
    size = np.abs(values.astype(float))
    return bool(((size > _GREATEST) | ((size < _LEAST) & (size > 0))).any())


def _covariance(values: Any) -> pd.DataFrame | None:
    if values is None or np.shape(values) == (0, 0):
        return None
    numbers = as_floats(values)
    size = math.isqrt(len(numbers))
    if np.shape(values) != (size, size) or len(numbers) != size * size:
        return None
    return pd.DataFrame(np.where(np.abs(numbers) <= _GREATEST, numbers, np.nan).reshape(size, size))

"""Wrong ways through the rows of one subject."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lmmsolutions.core.least_squares import fit_ols


def parabola(rows: pd.DataFrame) -> tuple[float, float]:
    """Constant and linear coefficient of a second-degree polynomial."""
    days = rows["Days"]
    design = pd.DataFrame({"constant": 1.0, "linear": days, "square": np.square(days)})
    constant, linear, _ = fit_ols(rows["Reaction"], design).fe_params
    return float(constant), float(linear)


def first_observation(rows: pd.DataFrame) -> float:
    """Reaction on the first day, ms."""
    return float(rows.sort_values("Days")["Reaction"].iloc[0])


def first_to_last(rows: pd.DataFrame) -> float:
    """Change from the first to the last day, per day."""
    ends = rows.sort_values("Days").iloc[[0, -1]]
    return float(np.diff(ends["Reaction"])[0] / np.diff(ends["Days"])[0])

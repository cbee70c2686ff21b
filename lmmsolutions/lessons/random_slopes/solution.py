"""The sleep study with random intercepts and slopes: Reaction ~ Days, (Days | Subject), by REML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import UnsuitableData, require
from lmmsolutions.core.fitting import MixedFit, fit_mixed
from lmmsolutions.core.least_squares import fit_line, with_constant
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers

SUBJECT = 308
DAYS = np.arange(13)  # of the predictions; the data end at day 9

type_of_floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RandomSlopes:
    """The answers of assignment 11."""

    intercept_variance: Annotated[float, Means("variance of the subjects' intercepts, at day 0", "ms²")]
    slope_variance: Annotated[float, Means("variance of the subjects' slopes", "(ms per day)²")]
    covariance: Annotated[float, Means("covariance of a subject's intercept and slope", "ms² per day")]
    correlation: Annotated[float, Means("correlation of a subject's intercept and slope")]
    slope_se: Annotated[float, Means("standard error of the fixed slope", "ms per day")]
    own_lines: Annotated[pd.DataFrame, Means("least squares line of each subject: intercept, slope", "ms, ms per day")]
    mixed_lines: Annotated[pd.DataFrame, Means("line of each subject in the model", "ms, ms per day")]
    days: Annotated[NDArray[Any], Means("days of the predictions", "days")]
    pred_population: Annotated[type_of_floats, Means("expected Reaction of an average subject on each day", "ms")]
    pred_308: Annotated[type_of_floats, Means("expected Reaction of subject 308 on each day", "ms")]
    pred_new_sd: Annotated[type_of_floats, Means("SD of a new observation of a new subject on each day", "ms")]
    population_point: Annotated[tuple[float, float], Means("fixed intercept and fixed slope", "ms, ms per day")]
    effect_sds: Annotated[type_of_numbers, Means("SD of the intercepts and of the slopes", "ms, ms per day")]
    slopes_results: FittedModel  # the fit, for checks of a whole model

    @property
    def pairs(self) -> Mapping[int, tuple[tuple[float, float], tuple[float, float]]]:
        """Subject → its own line and its line in the model, each as (intercept, slope): the joined points."""
        own, mixed = (table[["intercept", "slope"]].to_numpy().tolist() for table in (self.own_lines, self.mixed_lines))
        return {
            int(subject): ((left[0], left[1]), (right[0], right[1]))
            for subject, left, right in zip(self.own_lines.index, own, mixed, strict=True)
        }


@cached_by_content
def solve(data: pd.DataFrame) -> RandomSlopes:
    """Fit the model, lay subjects' own lines beside its lines, and predict up to day 12.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.

    Returns:
        The answers; tables of lines have the columns ``intercept`` and ``slope`` and the subjects as their index,
        predictions have shape (13,), one for each of the days 0 … 12.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values, or subject 308 is absent.
        MixedFitError: the data have no regular fit; one on the boundary (a correlation of one) counts as none.
        ValueError: a subject has fewer than three rows, or one day only, and so no line of its own.
    """
    table = table_of(data)
    design = with_constant(table[["Days"]])
    fit = fit_mixed(table["Reaction"], design, table["Subject"], random=design)
    if SUBJECT not in fit.random_effects.index:
        raise UnsuitableData(f"want the subject {SUBJECT}, got {fit.random_effects.index.tolist()}")
    days = with_constant(pd.DataFrame({"Days": DAYS}))
    covariance = fit.random_covariance.to_numpy()
    return RandomSlopes(
        intercept_variance=float(covariance[0, 0]),
        slope_variance=float(covariance[1, 1]),
        covariance=float(covariance[0, 1]),
        correlation=fit.terms[0].correlation,
        slope_se=float(fit.standard_errors["Days"]),
        own_lines=own_lines(table),
        mixed_lines=mixed_lines(fit),
        days=DAYS.copy(),
        pred_population=np.asarray(fit.population(days), dtype=np.float64),
        pred_308=np.asarray(fit.of_group(SUBJECT, days), dtype=np.float64),
        pred_new_sd=np.sqrt(np.asarray(fit.new_observation_variance(days), dtype=np.float64)),
        population_point=(float(fit.fixed["Intercept"]), float(fit.fixed["Days"])),
        effect_sds=fit.terms[0].standard_deviations.set_axis(["intercept", "slope"]),
        slopes_results=fit.model,
    )


def table_of(data: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model, checked."""
    return require(data, "Days", "Reaction", "Subject")


def own_lines(table: pd.DataFrame) -> pd.DataFrame:
    """Intercept and slope of the least squares line through each subject's rows."""
    lines = {subject: fit_line(rows["Days"], rows["Reaction"]) for subject, rows in table.groupby("Subject")}
    found = {subject: (line.intercept, line.slope) for subject, line in lines.items()}
    return pd.DataFrame.from_dict(found, orient="index", columns=["intercept", "slope"]).rename_axis("Subject")


def mixed_lines(fit: MixedFit) -> pd.DataFrame:
    """Intercept and slope of each subject in a model with fixed effects and random effects of the same names."""
    lines = fit.random_effects + fit.fixed
    return lines.set_axis(["intercept", "slope"], axis=1).rename_axis("Subject")

"""Residuals and effects of the random slopes model, a funnel and its logarithm, influence, and a study to plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import UnsuitableData, require
from lmmsolutions.core.fitting import MixedFit, fit_mixed
from lmmsolutions.core.least_squares import fit_line, with_constant
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers
from lmmsolutions.lessons.checking_planning.power import Power, subjects_needed

LIMIT = 3.0  # residual standard deviations; a row beyond stands out
MIDDLE_AGE = 50.0  # years


@dataclass(frozen=True, eq=False)
class CheckingPlanning:
    """The answers of assignment 14."""

    outliers: Annotated[pd.DataFrame, Means("rows beyond three residual standard deviations", "ms, days, 1")]
    spread_ratio: Annotated[float, Means("SD of residuals above the median fitted value / below, model of days")]
    log_spread_ratio: Annotated[float, Means("the same in the model of the logarithm")]
    treatment_percent: Annotated[float, Means("change of the stay by the treatment", "%")]
    slope_without: Annotated[type_of_numbers, Means("fixed slope without each subject", "ms per day")]
    most_influential: Annotated[int, Means("subject without whom the slope changes most")]
    n_needed: Annotated[int, Means("subjects for a power of 80 % at a slope of 3 ms per day")]
    residuals: type_of_numbers  # what the figures show: conditional residual of each row, by subject/day, ms
    intercept_effects: type_of_numbers  # predicted effects of the subjects, ms
    slope_effects: type_of_numbers  # ms per day
    stay_points: tuple[type_of_numbers, type_of_numbers]  # what the figure shows: fitted values and residuals, days
    slope_sd: float  # of the subjects' slopes, ms per day
    power: Power  # called like the students' function
    stay_results: FittedModel  # the fits, for checks of a whole model
    log_results: FittedModel

    @property
    def qq_plot(self) -> type_of_numbers:
        """What the figure of 14a shows, ms."""
        return self.residuals

    @property
    def qq_intercepts(self) -> type_of_numbers:
        """What one of the figures of 14b shows, ms."""
        return self.intercept_effects

    @property
    def qq_slopes(self) -> type_of_numbers:
        """What the other one shows, ms per day."""
        return self.slope_effects

    @property
    def scatter(self) -> tuple[type_of_numbers, type_of_numbers]:
        """What the figure of 14c shows, days."""
        return self.stay_points


@cached_by_content
def solve(sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> CheckingPlanning:
    """Look at the residuals of both data sets, leave subjects out, and plan a study.

    Args:
        sleepstudy: columns ``Days``, ``Reaction`` (ms) and ``Subject``, the same days for every subject.
        stay: columns ``clinic_id``, ``age`` (years), ``treatment`` (0 or 1) and ``stay_days`` (days, above 0).

    Returns:
        The answers. Rows of the sleep study are called "308/0": subject and day. ``outliers`` has the columns
        ``Subject``, ``Days`` and ``standardized``, the residual in residual standard deviations.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values, or subjects differ in their days.
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
        ValueError: a subject has fewer than three days, or a stay of 0 days has no logarithm.
    """
    table, patients = sleep_of(sleepstudy), stay_of(stay)
    fit = fit_slopes(table)
    days, logs = fit_stay(patients), fit_stay(patients, logarithm=True)
    fitted = conditional(days, patients, "clinic_id")
    without = slopes_without(table)
    return CheckingPlanning(
        residuals=residuals_of(fit, table),
        outliers=standing_out(table, residuals_of(fit, table) / fit.residual_variance**0.5),
        intercept_effects=fit.random_effects["Intercept"],
        slope_effects=fit.random_effects["Days"],
        spread_ratio=spread_ratio(fitted, patients["stay_days"] - fitted),
        log_spread_ratio=spread_ratio(*points_of(logs, patients, np.log(patients["stay_days"]))),
        treatment_percent=100 * float(np.expm1(logs.fixed["treatment"])),
        slope_without=without,
        most_influential=without.index.tolist()[int((without - fit.fixed["Days"]).abs().to_numpy().argmax())],
        n_needed=subjects_needed(Power()),
        stay_points=points_of(days, patients, patients["stay_days"]),
        slope_sd=float(fit.terms[0].standard_deviations["Days"]),
        power=Power(),
        stay_results=days.model,
        log_results=logs.model,
    )


def sleep_of(sleepstudy: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model of reaction times, checked, rows called subject/day."""
    table = require(sleepstudy, "Days", "Reaction", "Subject")
    names = [f"{subject}/{day:g}" for subject, day in zip(table["Subject"], table["Days"], strict=True)]
    return table.set_index(pd.Index(names, name="row"))


def stay_of(stay: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model of stays, checked, with ``age_c``, the years above 50."""
    table = require(stay, "stay_days", "treatment", "age", labels=["clinic_id"])
    return table.assign(age_c=table["age"] - MIDDLE_AGE)


def fit_slopes(table: pd.DataFrame) -> MixedFit:
    """Random intercepts and slopes: Reaction ~ Days, (Days | Subject), by REML."""
    design = with_constant(table[["Days"]])
    return fit_mixed(table["Reaction"], design, table["Subject"], random=design)


def fit_stay(table: pd.DataFrame, *, logarithm: bool = False, reml: bool = True) -> MixedFit:
    """A random intercept for each clinic: stay_days, or its logarithm, ~ treatment + age_c.

    Args:
        table: as :func:`stay_of` gives it.
        logarithm: the response is the natural logarithm of the days.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Raises:
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    response = np.log(table["stay_days"]) if logarithm else table["stay_days"]
    return fit_mixed(response, with_constant(table[["treatment", "age_c"]]), table["clinic_id"], reml=reml)


def conditional(fit: MixedFit, table: pd.DataFrame, group: str) -> type_of_numbers:
    """Fitted values of the rows with the predicted effects (BLUPs) of their group, Xβ + Zb.

    Args:
        fit: whose first term has random effects that are called like fixed effects.
        table: columns of the predictors, and of the group.
        group: that column's name.

    Returns:
        In the unit of the response, index as in ``table``.

    Raises:
        KeyError: a column is missing, or a group was not in the data of the fit.
    """
    design = with_constant(table[[name for name in fit.fixed.index if name != "Intercept"]])
    effects = fit.random_effects.loc[table[group].tolist()]
    own = (design[list(effects.columns)].to_numpy() * effects.to_numpy()).sum(axis=1)
    return pd.Series(fit.population(design) + own, index=table.index)


def residuals_of(fit: MixedFit, table: pd.DataFrame) -> type_of_numbers:
    """Conditional residuals of the reaction times: observed less fitted, the subjects' effects in the fit.

    Args:
        fit: of a model with the predictor ``Days``.
        table: as :func:`sleep_of` gives it.

    Returns:
        In ms, by subject/day.
    """
    return table["Reaction"] - conditional(fit, table, "Subject")


def standing_out(table: pd.DataFrame, standardized: type_of_numbers, limit: float = LIMIT) -> pd.DataFrame:
    """The rows whose standardized residual is beyond a limit, in either direction.

    Args:
        table: as :func:`sleep_of` gives it.
        standardized: residual of each row in residual standard deviations, index as in ``table``.
        limit: in residual standard deviations; a row exactly there does not stand out.

    Returns:
        Columns ``Subject``, ``Days`` and ``standardized``.
    """
    rows = table.loc[standardized.abs() > limit, ["Subject", "Days"]]
    return rows.assign(standardized=standardized[rows.index])


def points_of(fit: MixedFit, table: pd.DataFrame, response: type_of_numbers) -> tuple[type_of_numbers, type_of_numbers]:
    """What a plot of residuals shows: fitted values with the clinics' effects, and residuals.

    Args:
        fit: of a model of the stays, or of their logarithms.
        table: as :func:`stay_of` gives it.
        response: observed, on the scale of the fit: days, or their natural logarithm.

    Returns:
        Both in the unit of the response, index as in ``table``.
    """
    fitted = conditional(fit, table, "clinic_id")
    return fitted, response - fitted


def spread_ratio(fitted: type_of_numbers, residuals: type_of_numbers) -> float:
    """Standard deviation of the residuals above the median fitted value, over that of the others; 1 without a funnel.

    Args:
        fitted: fitted value of each row; a row at the median is one of the others.
        residuals: of the same rows, with the same index.
    """
    above = fitted > fitted.median()
    return float(residuals[above].std() / residuals[~above].std())


def slopes_without(table: pd.DataFrame) -> type_of_numbers:
    """The fixed slope of the same model without each subject in turn, ms per day.

    Where all subjects have the same days, the fixed effects are the means of the subjects' own lines, whatever the
    variances (Verbeke & Molenberghs 2000, *Linear Mixed Models for Longitudinal Data*, ch. 5).

    Args:
        table: as :func:`sleep_of` gives it.

    Returns:
        By the subject that is left out.

    Raises:
        UnsuitableData: the subjects were not measured on the same days.
        ValueError: there are fewer than three days.
    """
    by_subject = table.groupby("Subject")
    if len({tuple(sorted(rows["Days"])) for _, rows in by_subject}) != 1:
        raise UnsuitableData("want the same days for every subject")
    own = pd.Series({subject: fit_line(rows["Days"], rows["Reaction"]).slope for subject, rows in by_subject})
    return ((own.sum() - own) / (len(own) - 1)).rename("slope").rename_axis("Subject")

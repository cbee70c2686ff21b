"""What students compute on the way to wrong answers about diagnostics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from lmmsolutions.core.fitting import MixedFit, RandomTerm
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, type_of_numbers
from lmmsolutions.lessons.checking_planning.solution import (
    LIMIT,
    conditional,
    fit_slopes,
    fit_stay,
    points_of,
    residuals_of,
    sleep_of,
    slopes_without,
    spread_ratio,
    standing_out,
    stay_of,
)
from lmmsolutions.lessons.fits import attempt, intercepts_only, type_of_model, type_of_number

type_of_points = Callable[[pd.DataFrame, pd.DataFrame], tuple[type_of_numbers, type_of_numbers]]
type_of_column = Callable[[pd.DataFrame, pd.DataFrame], type_of_numbers]


def marginal_residuals(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
    """Residuals from the population line, ms."""
    table = sleep_of(sleepstudy)
    return table["Reaction"] - fit_slopes(table).population(with_constant(table[["Days"]]))


def parallel_residuals(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
    """Residuals of the model with random intercepts alone, ms."""
    table = sleep_of(sleepstudy)
    fit = intercepts_only(table, "Reaction", ["Days"], "Subject")
    return pd.Series(dtype=float) if fit is None else residuals_of(fit, table)


def rows_beyond(limit: float = LIMIT, *, scaled: bool = True) -> Callable[..., pd.DataFrame]:
    """Rows that stand out by another rule.

    Args:
        limit: a residual beyond it stands out, in residual standard deviations.
        scaled: False: residuals are not divided, so that ``limit`` counts in ms.
    """

    def wrong(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> pd.DataFrame:
        table = sleep_of(sleepstudy)
        fit = fit_slopes(table)
        size = fit.residual_variance**0.5 if scaled else 1.0
        return standing_out(table, residuals_of(fit, table) / size, limit)

    return wrong


def rows_beyond_above(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> pd.DataFrame:
    """Rows that stand out above the fitted line; where there is none, those below it."""
    table = sleep_of(sleepstudy)
    fit = fit_slopes(table)
    standardized = residuals_of(fit, table) / fit.residual_variance**0.5
    above, below = (standing_out(table, side.clip(lower=0)) for side in (standardized, -standardized))
    return above if len(above) else below


def rows_beyond_population(sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> pd.DataFrame:
    """Rows that stand out from the population line."""
    table = sleep_of(sleepstudy)
    size = fit_slopes(table).residual_variance ** 0.5
    return standing_out(table, marginal_residuals(sleepstudy, stay) / size)


def own_lines(place: str) -> type_of_column:
    """Intercepts or slopes of the lines that are fitted to each subject alone."""

    def wrong(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
        lines = {s: fit_line(rows["Days"], rows["Reaction"]) for s, rows in sleep_of(sleepstudy).groupby("Subject")}
        return pd.Series({subject: float(getattr(line, place)) for subject, line in lines.items()})

    return wrong


def parallel_effects(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
    """Predicted effects of the model with random intercepts alone, ms."""
    fit = intercepts_only(sleep_of(sleepstudy), "Reaction", ["Days"], "Subject")
    return pd.Series(dtype=float) if fit is None else fit.random_effects["Intercept"]


def stay_model(*, logarithm: bool = False, reml: bool = True, age: bool = True) -> type_of_model:
    """Another model of the stays, also on the boundary; ``None`` where nothing can be fitted.

    Args:
        logarithm: of the logarithm of the days.
        reml: restricted (True) or ordinary (False) maximum likelihood.
        age: whether age is among the predictors, beside the treatment.
    """

    def model(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> MixedFit | None:
        table = response_of(stay_of(stay), logarithm)
        fixed = ["treatment", "age_c"] if age else ["treatment"]
        return attempt(table, "response", with_constant(table[fixed]), [RandomTerm(table["clinic_id"])], reml=reml)

    return model


def response_of(table: pd.DataFrame, logarithm: bool) -> pd.DataFrame:
    """The stays or their logarithms as a column ``response``."""
    return table.assign(response=np.log(table["stay_days"]) if logarithm else table["stay_days"])


def stay_ols(*, logarithm: bool = False, dummies: bool = False) -> Callable[..., FittedModel]:
    """Least squares for the stays, without clinics or with a coefficient for each.

    Args:
        logarithm: of the logarithm of the days.
        dummies: a coefficient for each clinic but the first.
    """

    def wrong(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> FittedModel:
        table = response_of(stay_of(stay), logarithm)
        columns = table[["treatment", "age_c"]]
        if dummies:
            columns = pd.concat([columns, pd.get_dummies(table["clinic_id"], drop_first=True, dtype=float)], axis=1)
        return fit_ols(table["response"], with_constant(columns))

    return wrong


def population_points(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
    """Fitted values and residuals without the clinics' effects, days."""
    table = stay_of(stay)
    fitted = fit_stay(table).population(with_constant(table[["treatment", "age_c"]]))
    return fitted, table["stay_days"] - fitted


def log_points(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
    """Fitted values and residuals of the model of the logarithm."""
    table = stay_of(stay)
    return points_of(fit_stay(table, logarithm=True), table, np.log(table["stay_days"]))


def day_points(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
    """Fitted values and residuals of the model of days."""
    table = stay_of(stay)
    return points_of(fit_stay(table), table, table["stay_days"])


def observed_points(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
    """Fitted values and observed stays, days."""
    table = stay_of(stay)
    return conditional(fit_stay(table), table, "clinic_id"), table["stay_days"]


def against_observed(sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
    """Observed stays and residuals, days."""
    return stay_of(stay)["stay_days"], day_points(sleepstudy, stay)[1]


def ols_points(*, logarithm: bool) -> type_of_points:
    """Fitted values and residuals of least squares without clinics, of the days or their logarithms."""

    def points(sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> tuple[type_of_numbers, type_of_numbers]:
        fit = stay_ols(logarithm=logarithm)(sleepstudy, stay)
        return pd.Series(fit.fitted), pd.Series(fit.endog - fit.fitted)

    return points


def ols_percent(sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> float:
    """The effect of the treatment in percent by least squares without clinics."""
    return 100 * float(np.expm1(stay_ols(logarithm=True)(sleepstudy, stay).fe_params[1]))


def ratio_of(points: type_of_points, power: float = 1.0) -> type_of_number:
    """Data → the ratio of spreads of some points, to a power.

    Args:
        points: the tables → fitted values and residuals.
        power: 2 for the ratio of the variances, -1 for what is below over what is above.
    """
    return lambda *tables: spread_ratio(*points(*tables)) ** power


def log_effect(change: Callable[[float], float]) -> type_of_number:
    """Data → a number from the effect of the treatment on the logarithm."""
    return lambda _, stay: change(float(fit_stay(stay_of(stay), logarithm=True).fixed["treatment"]))


def days_in_percent(of_intercept: bool) -> type_of_number:
    """Data → the effect in days as a share of the intercept, or of the mean stay, in percent."""

    def wrong(_sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> float:
        fit = fit_stay(stay_of(stay))
        whole = float(fit.fixed["Intercept"]) if of_intercept else float(stay["stay_days"].mean())
        return 100 * float(fit.fixed["treatment"]) / whole

    return wrong


def change_without(sign: int) -> type_of_column:
    """How the slope changes without each subject, ms per day."""

    def wrong(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
        table = sleep_of(sleepstudy)
        return sign * (slopes_without(table) - float(fit_slopes(table).fixed["Days"]))

    return wrong


def intercept_effects(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
    """Predicted effects on the intercept, ms."""
    return fit_slopes(sleep_of(sleepstudy)).random_effects["Intercept"]


def slope_effects(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
    """Predicted slope effects, ms per day."""
    return fit_slopes(sleep_of(sleepstudy)).random_effects["Days"]


def predicted_slopes(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> type_of_numbers:
    """Slope of each subject's predicted line, ms per day."""
    fit = fit_slopes(sleep_of(sleepstudy))
    return fit.fixed["Days"] + fit.random_effects["Days"]


def largest_residual(sleepstudy: pd.DataFrame, _stay: pd.DataFrame) -> str:
    """The subject with the largest residual."""
    table = sleep_of(sleepstudy)
    return str(residuals_of(fit_slopes(table), table).abs().idxmax()).partition("/")[0]


def steepest(sleepstudy: pd.DataFrame, stay: pd.DataFrame) -> str:
    """The subject with the steepest line."""
    return str(slope_effects(sleepstudy, stay).idxmax())

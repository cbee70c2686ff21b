"""What goes wrong with the table ``comparison`` of assignment 10; a wrong cell is in a Series ``comparison.column``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons.clinics.solution import COVARIATES, health_of, ols, p_normal, row_of
from lmmsolutions.lessons.fits import error, fixed, intercepts_only

SIZE = [*COVARIATES, "size"]
CELLS = ("coef", "se", "p")

type_of_row = dict[str, float]  # coef, se, p of the size


def _mixed_row(table: pd.DataFrame, predictors: Sequence[str]) -> type_of_row:
    fit = intercepts_only(table, "recovery_days", predictors, "clinic_id")
    if fit is None:
        return dict.fromkeys(CELLS, float("nan"))
    return {"coef": fixed("size")(fit), "se": error("size")(fit), "p": p_normal(fit, "size")}


def _ols_row(table: pd.DataFrame, predictors: Sequence[str]) -> type_of_row:
    return row_of(ols(table, predictors), "size")


def _of_means(table: pd.DataFrame, predictors: Sequence[str]) -> type_of_row:
    """Least squares through the means of the clinics."""
    means = table.groupby("clinic_id").mean()
    return row_of(fit_ols(means["recovery_days"], with_constant(means[list(predictors)])), "size")


@cached_by_content
def _wrong_tables(health: pd.DataFrame) -> dict[str, tuple[type_of_row, type_of_row]]:
    """Name of a mistake → the rows "ols" and "mixed" that it leads to."""
    table = health_of(health)
    treated = table.assign(size=table.groupby("clinic_id")["treatment"].transform("sum"))
    right, mixed = _ols_row(table, SIZE), _mixed_row(table, SIZE)
    means, adjusted = _of_means(table, ["size"]), _of_means(table, SIZE)
    return {
        "OLS in the row mixed": (right, right),
        "mixed in the row OLS": (mixed, mixed),
        "size alone": (_ols_row(table, ["size"]), _mixed_row(table, ["size"])),
        "treated patients counted": (_ols_row(treated, SIZE), _mixed_row(treated, SIZE)),
        "means of the clinics": (right, means),
        "means of the clinics, with covariates": (right, adjusted),
        "means of the clinics in the row OLS": (means, mixed),
        "means of the clinics in the row OLS, with covariates": (adjusted, mixed),
    }


_CLINICS = "All patients of a clinic share its size. How many different sizes were observed, and which model knows it?"
_OTHER_ROW = "This row belongs to the other model. Which of the two knows the clinics?"
_MEANS = "One row for each clinic is an honest way, and nearly as good. The table asks for the mixed model."
_ALL_PATIENTS = "This was fitted to the means of the clinics. The row asks for least squares on all patients."
_ALONE = "Size is the only predictor here. The question adds it to the three fixed effects of the first model."
_TREATED = "This counts the treated patients of the clinic. Its size is the number of all its patients."

_EXPLAINED: dict[str, tuple[float, str]] = {
    "OLS in the row mixed": (0.25, _CLINICS),
    "mixed in the row OLS": (0.25, _OTHER_ROW),
    "size alone": (0.25, _ALONE),
    "treated patients counted": (0.25, _TREATED),
    "means of the clinics": (0.75, _MEANS),
    "means of the clinics, with covariates": (0.75, _MEANS),
    "means of the clinics in the row OLS": (0.25, _ALL_PATIENTS),
    "means of the clinics in the row OLS, with covariates": (0.25, _ALL_PATIENTS),
}


def _column(name: str, cell: str) -> Callable[[pd.DataFrame, pd.DataFrame], pd.Series[float]]:
    """A column of the table."""

    def wrong(health: pd.DataFrame, _referral: pd.DataFrame) -> pd.Series[float]:
        first, second = _wrong_tables(health)[name]
        return pd.Series({"ols": first[cell], "mixed": second[cell]})

    return wrong


COMPARISON_MISTAKES: tuple[Mistake, ...] = tuple(
    Mistake(name, f"comparison.{cell}", _column(name, cell), keeps, hint)
    for name, (keeps, hint) in _EXPLAINED.items()
    for cell in CELLS
)

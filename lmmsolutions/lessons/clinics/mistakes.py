"""What goes wrong with covariates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from scipy import stats

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.least_squares import fit_ols, with_constant
from lmmsolutions.core.results import FittedModel, Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.clinics.comparison_mistakes import COMPARISON_MISTAKES
from lmmsolutions.lessons.clinics.referral_mistakes import REFERRAL_MISTAKES
from lmmsolutions.lessons.clinics.solution import (
    AGE,
    COVARIATES,
    ILLNESSES,
    health_of,
    ols,
    p_normal,
    row_of,
)
from lmmsolutions.lessons.fits import (
    error,
    fixed,
    half_interval,
    intercepts_only,
    number_of,
    type_of_model,
    type_of_number,
    whole,
)


def _health(predictors: Sequence[str] = COVARIATES, *, reml: bool = True) -> type_of_model:
    """A mixed model of the health data."""

    def model(health: pd.DataFrame, _referral: pd.DataFrame) -> MixedFit | None:
        return intercepts_only(health_of(health), "recovery_days", predictors, "clinic_id", reml=reml)

    return model


def _of(quantity: Callable[[MixedFit], float]) -> type_of_number:
    return number_of(_health(), quantity)


def _ols(health: pd.DataFrame, _referral: pd.DataFrame) -> FittedModel:
    return ols(health_of(health), COVARIATES)


def _ols_row(name: str, quantity: str, predictors: Sequence[str] = COVARIATES) -> type_of_number:
    return lambda health, _: row_of(ols(health_of(health), predictors), name)[quantity]


def _dummies(health: pd.DataFrame, _referral: pd.DataFrame) -> FittedModel:
    table = health_of(health)
    clinics = pd.get_dummies(table["clinic_id"], drop_first=True, dtype=float)
    return fit_ols(table["recovery_days"], with_constant(pd.concat([table[list(COVARIATES)], clinics], axis=1)))


def _raw_difference(health: pd.DataFrame, _referral: pd.DataFrame) -> float:
    means = health_of(health).groupby("treatment")["recovery_days"].mean()
    return float(means[1.0] - means[0.0])


type_of_prediction = Callable[["pd.Series[float]", float, float], float]  # fixed effects, treated, mean age → days


def _predicted(prediction: type_of_prediction) -> dict[str, type_of_number]:
    """Another prediction for both patients."""

    def of(treated: float) -> type_of_number:
        def wrong(health: pd.DataFrame, referral: pd.DataFrame) -> float:
            mean_age = float(health_of(health)["age"].mean())
            return _of(lambda fit: prediction(fit.fixed, treated, mean_age))(health, referral)

        return wrong

    return {"recovery_untreated": of(0.0), "recovery_treated": of(1.0)}


def _without_intercept(b: pd.Series[float], treated: float, _: float) -> float:
    return float(b["treatment"] * treated + b["age"] * AGE + b["comorbidities"] * ILLNESSES)


def _without_covariates(b: pd.Series[float], treated: float, _: float) -> float:
    return float(b["Intercept"] + b["treatment"] * treated)


def _exchanged(b: pd.Series[float], treated: float, _: float) -> float:
    return float(b["Intercept"] + b["treatment"] * treated + b["age"] * ILLNESSES + b["comorbidities"] * AGE)


def _centred_with_raw_age(b: pd.Series[float], treated: float, mean_age: float) -> float:
    return float(b["Intercept"] + b["age"] * mean_age) + _without_intercept(b, treated, mean_age)


def _raw_with_centred_age(b: pd.Series[float], treated: float, mean_age: float) -> float:
    return float(b["Intercept"] - b["age"] * mean_age) + _without_intercept(b, treated, mean_age)


def _similar_patients(treated: int) -> type_of_number:
    """Mean of such patients in the table: 58 to 62 years, two comorbidities."""

    def wrong(health: pd.DataFrame, _referral: pd.DataFrame) -> float:
        alike = health["age"].between(AGE - 2, AGE + 2) & (health["comorbidities"] == ILLNESSES)
        return float(health["recovery_days"][alike & (health["treatment"] == treated)].mean())

    return wrong


def _everything_centred(health: pd.DataFrame, referral: pd.DataFrame) -> float:
    means = with_constant(health_of(health)[list(COVARIATES)]).mean()
    return _of(lambda fit: float((fit.fixed * means).sum()))(health, referral)


def _ols_prediction(health: pd.DataFrame, treated: float) -> float:
    rows = {name: row_of(ols(health_of(health), COVARIATES), name)["coef"] for name in ("Intercept", *COVARIATES)}
    return rows["Intercept"] + rows["treatment"] * treated + rows["age"] * AGE + rows["comorbidities"] * ILLNESSES


def _ols_centred(health: pd.DataFrame, _referral: pd.DataFrame) -> float:
    rows = {name: row_of(ols(health_of(health), COVARIATES), name)["coef"] for name in ("Intercept", "age")}
    return rows["Intercept"] + rows["age"] * float(health_of(health)["age"].mean())


def _centred_within(health: pd.DataFrame, _referral: pd.DataFrame) -> float:
    """Intercept where age is counted from the mean of the patient's own clinic."""
    table = health_of(health)
    table["age"] -= table.groupby("clinic_id")["age"].transform("mean")
    fit = intercepts_only(table, "recovery_days", COVARIATES, "clinic_id")
    return float("nan") if fit is None else fixed("Intercept")(fit)


def _patients_of_this_age(treated: int) -> type_of_number:
    """Mean of the patients in the table who are exactly of this age, with as many comorbidities."""

    def wrong(health: pd.DataFrame, _referral: pd.DataFrame) -> float:
        alike = (health["age"] == AGE) & (health["comorbidities"] == ILLNESSES) & (health["treatment"] == treated)
        return float(health["recovery_days"][alike].mean())

    return wrong


def _student_p(degrees: Callable[[MixedFit], int]) -> type_of_number:
    """Two-sided p-value of the treatment by the t distribution."""

    def p(fit: MixedFit) -> float:
        z = float(fit.fixed["treatment"] / fit.standard_errors["treatment"])
        return float(2 * stats.t.sf(abs(z), degrees(fit)))

    return _of(p)


def _rows_left(fit: MixedFit) -> int:
    return len(fit.model.endog) - len(fit.fixed)


_POOLED = "This comes from a model without clinics. Patients of one clinic share more than age and illnesses."
_UNADJUSTED = "Treated patients may differ in age and illnesses. Which columns are missing from the model?"
_ONE_MISSING = "One of the two covariates is missing from the model. Which columns does the question name?"
_RAW = "This is the difference of two averages. Which of clinic, age and illnesses does it hold constant?"
_DUMMIES = "Each clinic entered as a fixed effect. A random intercept treats the clinics as a sample of clinics."
_ELSEWHERE = "This number comes from a text, not from these data. Estimate it."
_FEWER = "The sign is the wrong way round. Do treated patients need more days, or fewer?"
_PER_YEAR = "This is the change for one year. Ten years add up."
_POWER = "Effects of a linear model add up over the years; they are not multiplied by each other."
_INTERCEPT = "The intercept is missing from the sum: every prediction starts there."
_COVARIATES = "The patient's age and illnesses are missing from the sum."
_OWN_COEFFICIENT = "The coefficients of age and number of illnesses are swapped. Multiply each value by its own."
_SAME_CENTRE = "Intercept and age come from two models. Center both or neither."
_FEW = "This is the mean of a few patients of the table who are alike. Use the model, which learns from all of them."
_UNCENTRED = "This is the intercept at an age of zero. What does it mean once age is centered?"
_MEAN = "This is the mean of the response. Some of its patients were treated, and most have illnesses."
_TOO_MUCH = "Treatment and illnesses were centered too. The question centers age alone."
_TENTH = "This is the tenth part of the change for one year. Is a decade more than a year, or less?"
_WITHIN_AGE = "Age was counted from the mean of the patient's own clinic. The question takes the mean over all rows."
_STUDENT = (
    "This p-value is from a t distribution. The question asks for the normal distribution, as the model reports it."
)
_PLUS = "The effect was subtracted. It has a sign of its own: add it."


def _without(left_out: str, other: str) -> tuple[Mistake, ...]:
    """The effect of the treatment in a model that lacks one of the two covariates."""
    model = _health(["treatment", other])
    return several(
        f"{left_out} left out",
        0.25,
        _ONE_MISSING,
        treatment_effect=number_of(model, fixed("treatment")),
        treatment_se=number_of(model, error("treatment")),
        treatment_p=number_of(model, lambda fit: p_normal(fit, "treatment")),
    )


MISTAKES: tuple[Mistake, ...] = (
    Mistake("pooled OLS", "health_results", _ols, 0.0, _POOLED),
    Mistake("clinics as fixed effects", "health_results", _dummies, 0.25, _DUMMIES),
    Mistake("unadjusted", "health_results", whole(_health(["treatment"])), 0.25, _UNADJUSTED),
    Mistake("ML for REML", "health_results", whole(_health(reml=False)), 0.5, hints.ML),
    *several(
        "pooled OLS",
        0.25,
        _POOLED,
        treatment_effect=_ols_row("treatment", "coef"),
        treatment_se=_ols_row("treatment", "se"),
        treatment_p=_ols_row("treatment", "p"),
        age_per_decade=lambda *tables: 10 * _ols_row("age", "coef")(*tables),
        intercept_centred=_ols_centred,
        recovery_untreated=lambda health, _: _ols_prediction(health, 0.0),
        recovery_treated=lambda health, _: _ols_prediction(health, 1.0),
    ),
    *several(
        "unadjusted",
        0.25,
        _UNADJUSTED,
        treatment_effect=number_of(_health(["treatment"]), fixed("treatment")),
        treatment_se=number_of(_health(["treatment"]), error("treatment")),
        treatment_p=number_of(_health(["treatment"]), lambda fit: p_normal(fit, "treatment")),
    ),
    *_without("age", "comorbidities"),
    *_without("comorbidities", "age"),
    Mistake("difference of two averages", "treatment_effect", _raw_difference, 0.25, _RAW),
    Mistake(
        "clinics as fixed effects", "treatment_effect", lambda *t: float(_dummies(*t).fe_params[1]), 0.25, _DUMMIES
    ),
    Mistake("number of a text", "treatment_effect", lambda *_: -3.2, 0.0, _ELSEWHERE),
    Mistake("wrong sign", "treatment_effect", _of(lambda fit: -float(fit.fixed["treatment"])), 0.5, _FEWER),
    Mistake("zero", "treatment_p", lambda *_: 0.0, 0.0, hints.ZERO),
    Mistake("one-sided", "treatment_p", _of(lambda fit: p_normal(fit, "treatment") / 2), 0.5, hints.ONE_SIDED),
    Mistake("t distribution, clinics", "treatment_p", _student_p(lambda f: len(f.random_effects) - 1), 0.5, _STUDENT),
    Mistake("t distribution, rows", "treatment_p", _student_p(_rows_left), 0.75, _STUDENT),
    Mistake("half the interval", "treatment_se", _of(half_interval("treatment")), 0.25, hints.MARGIN),
    Mistake("a tenth", "age_per_decade", _of(lambda fit: float(fit.fixed["age"]) / 10), 0.25, _TENTH),
    Mistake("per year", "age_per_decade", _of(fixed("age")), 0.75, _PER_YEAR),
    Mistake("to the power of ten", "age_per_decade", _of(lambda fit: float(fit.fixed["age"]) ** 10), 0.25, _POWER),
    *several("intercept forgotten", 0.25, _INTERCEPT, **_predicted(_without_intercept)),
    *several("covariates forgotten", 0.25, _COVARIATES, **_predicted(_without_covariates)),
    *several("age and illnesses exchanged", 0.5, _OWN_COEFFICIENT, **_predicted(_exchanged)),
    *several("centered intercept, raw age", 0.25, _SAME_CENTRE, **_predicted(_centred_with_raw_age)),
    *several("raw intercept, centered age", 0.25, _SAME_CENTRE, **_predicted(_raw_with_centred_age)),
    *several(
        "mean of such patients",
        0.25,
        _FEW,
        recovery_untreated=_similar_patients(0),
        recovery_treated=_similar_patients(1),
    ),
    *several(
        "mean of patients of this age",
        0.25,
        _FEW,
        recovery_untreated=_patients_of_this_age(0),
        recovery_treated=_patients_of_this_age(1),
    ),
    Mistake(
        "minus for plus",
        "recovery_treated",
        _of(lambda fit: _without_intercept(fit.fixed, -1.0, 0.0) + float(fit.fixed["Intercept"])),
        0.5,
        _PLUS,
    ),
    Mistake("centered within clinics", "intercept_centred", _centred_within, 0.25, _WITHIN_AGE),
    Mistake("not centered", "intercept_centred", _of(fixed("Intercept")), 0.25, _UNCENTRED),
    Mistake("mean of the response", "intercept_centred", lambda h, _: float(h["recovery_days"].mean()), 0.25, _MEAN),
    # The intercept with everything centered is the mean of the response too, but for the clinics' sizes.
    Mistake("everything centered", "intercept_centred", _everything_centred, 0.5, _TOO_MUCH),
    *COMPARISON_MISTAKES,
    *REFERRAL_MISTAKES,
)

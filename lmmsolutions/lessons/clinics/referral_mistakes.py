"""What goes wrong with the three effects in the table ``referral`` of assignment 10."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from lmmsolutions.core.fitting import MixedFit
from lmmsolutions.core.least_squares import fit_line
from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.clinics.solution import ols, referral_of
from lmmsolutions.lessons.fits import fixed, intercepts_only, number_of, type_of_model, type_of_number, with_slopes


def _referral(*predictors: str, reml: bool = True) -> type_of_model:
    """A mixed model of the referral data."""

    def model(_health: pd.DataFrame, referral: pd.DataFrame) -> MixedFit | None:
        return intercepts_only(referral_of(referral), "recovery_days", predictors, "clinic_id", reml=reml)

    return model


def _treated(*others: str, reml: bool = True) -> type_of_number:
    """The effect of the treatment in a mixed model of the referral data."""
    return number_of(_referral("treated", *others, reml=reml), fixed("treated"))


def _ols_of_referral(_health: pd.DataFrame, referral: pd.DataFrame) -> float:
    return float(ols(referral_of(referral), ["treated"]).fe_params[1])


def _beside_number_of_treated(_health: pd.DataFrame, referral: pd.DataFrame) -> float:
    table = referral_of(referral)
    table["share"] = table.groupby("clinic_id")["treated"].transform("sum")
    fit = intercepts_only(table, "recovery_days", ["treated", "share"], "clinic_id")
    return float("nan") if fit is None else fixed("treated")(fit)


def _with_random_slope(_health: pd.DataFrame, referral: pd.DataFrame) -> float:
    fit = with_slopes(referral_of(referral), "recovery_days", ["treated"], "clinic_id", "treated")
    return float("nan") if fit is None else fixed("treated")(fit)


def _mean_difference(_health: pd.DataFrame, referral: pd.DataFrame) -> float:
    """Mean of the clinics' differences, each clinic counting alike."""
    cells = referral_of(referral).pivot_table(index="clinic_id", columns="treated", values="recovery_days")
    return float((cells[1.0] - cells[0.0]).mean())


def _response_centred(_health: pd.DataFrame, referral: pd.DataFrame) -> float:
    """Least squares where the clinics' means are taken off the response alone."""
    table = referral_of(referral)
    own = table["recovery_days"] - table.groupby("clinic_id")["recovery_days"].transform("mean")
    return fit_line(table["treated"], own).slope


def _through_clinics(_health: pd.DataFrame, referral: pd.DataFrame) -> float:
    means = referral_of(referral).groupby("clinic_id")[["treated", "recovery_days"]].mean()
    return fit_line(means["treated"], means["recovery_days"]).slope


def _within(quantity: Callable[[MixedFit], float]) -> type_of_number:
    return number_of(_referral("treated", "share"), quantity)


_POOLED = "This comes from a model without clinics. Patients of one clinic are more alike than those of two."
_SHARE = "This compares clinics that treat all with clinics that treat none, not the patients of one clinic."
_TRUE = "This is the effect that the data were simulated with. Estimate it from the data."
_OTHER_EFFECT = "This is another of the three effects. Which model does the question name for this one?"
_NUMBER = (
    "The second predictor is a number of patients, which depends on the size of the clinic. The share is asked for."
)
_SLOPES = "This model lets the effect vary between clinics too. The question asks for a random intercept alone."
_ALIKE = "Every clinic counts alike here, however few of its patients are treated. Take the coefficient of the model."
_ONE_SIDE = "The clinics' means were taken off the response alone. Treated and response have to be freed of them alike."

REFERRAL_MISTAKES: tuple[Mistake, ...] = (
    Mistake("pooled OLS", "effect_mixed", _ols_of_referral, 0.25, _POOLED),
    *several("mixed model", 0.25, _OTHER_EFFECT, effect_ols=_treated(), effect_within=_treated()),
    Mistake("ML for REML", "effect_mixed", _treated(reml=False), 0.5, hints.ML),
    Mistake("share in the model", "effect_mixed", _treated("share"), 0.25, _OTHER_EFFECT),
    Mistake("pooled OLS", "effect_within", _ols_of_referral, 0.25, _POOLED),
    Mistake("random slopes", "effect_mixed", _with_random_slope, 0.25, _SLOPES),
    Mistake("number for the share", "effect_within", _beside_number_of_treated, 0.25, _NUMBER),
    Mistake("mean of the clinics' differences", "effect_within", _mean_difference, 0.5, _ALIKE),
    Mistake("response alone centered", "effect_within", _response_centred, 0.25, _ONE_SIDE),
    Mistake("coefficient of the share", "effect_within", _within(fixed("share")), 0.25, _SHARE),
    Mistake(
        "sum of both",
        "effect_within",
        _within(lambda fit: float(fit.fixed["treated"] + fit.fixed["share"])),
        0.25,
        _SHARE,
    ),
    Mistake("means of the clinics", "effect_within", _through_clinics, 0.25, _SHARE),
    *several("true value", 0.0, _TRUE, effect_mixed=lambda *_: -3.0, effect_within=lambda *_: -3.0),
)

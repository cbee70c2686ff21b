"""The random intercept model of the course, and the models that are fitted by mistake in its place.

``None`` stands for a model that cannot be fitted to the data at hand: nobody can have its estimates then.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import MixedFit, RandomTerm, fit_mixed
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel
from lmmsolutions.lessons.fits import OfModel, attempt, type_of_model

type_of_effects = Callable[[pd.DataFrame], "pd.Series[float]"]


def table_of(data: pd.DataFrame) -> pd.DataFrame:
    """Days, Reaction and Subject, checked."""
    return require(data, "Days", "Reaction", "Subject")


def random_intercept(data: pd.DataFrame) -> MixedFit:
    """The model asked for, by REML.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    table = table_of(data)
    return fit_mixed(table["Reaction"], with_constant(table[["Days"]]), table["Subject"])


def as_asked(data: pd.DataFrame) -> MixedFit | None:
    """The model asked for, also on the boundary; ``None`` where the likelihood has no maximum.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
    """
    table = table_of(data)
    return _attempt(table, "Reaction", with_constant(table[["Days"]]))


def intercepts(fit: MixedFit) -> pd.Series[float]:
    """The predicted random intercepts (BLUPs), response unit, indexed by Subject."""
    return fit.random_effects["Intercept"].rename("random intercept").rename_axis("Subject")


def intercept_of(fit: MixedFit, subject: int) -> float:
    """One subject's intercept: the fixed one and the subject's predicted deviation.

    Args:
        fit: with a random intercept for each subject.
        subject: its number.

    Returns:
        In the unit of the response; NaN where the data lack the subject.
    """
    return float(fit.fixed["Intercept"] + intercepts(fit).get(subject, float("nan")))


def maximum_likelihood(data: pd.DataFrame) -> MixedFit | None:
    """The right model by ordinary instead of restricted maximum likelihood."""
    table = table_of(data)
    return _attempt(table, "Reaction", with_constant(table[["Days"]]), reml=False)


def random_slopes(data: pd.DataFrame) -> MixedFit | None:
    """Random intercepts and random slopes of Days."""
    table = table_of(data)
    design = with_constant(table[["Days"]])
    return _attempt(table, "Reaction", design, random=design)


def slopes_alone(data: pd.DataFrame) -> MixedFit | None:
    """Random slopes of Days without random intercepts."""
    table = table_of(data)
    return _attempt(table, "Reaction", with_constant(table[["Days"]]), random=table[["Days"]])


def grouped_by_day(data: pd.DataFrame) -> MixedFit | None:
    """Groups on the wrong column: a random intercept per day."""
    table = table_of(data)
    return _attempt(table, "Reaction", with_constant(table[["Days"]]), groups="Days")


def bar_in_formula(data: pd.DataFrame) -> MixedFit | None:
    """``Reaction ~ Days + (1|Subject)`` in statsmodels, where the bar is Python's bitwise OR: one more predictor."""
    table = table_of(data)
    table["1 | Subject"] = np.bitwise_or(1, table["Subject"].to_numpy())
    return _attempt(table, "Reaction", with_constant(table[["Days", "1 | Subject"]]))


def without_days(data: pd.DataFrame) -> MixedFit | None:
    """``Reaction ~ 1``: no fixed effect of Days."""
    table = table_of(data)
    return _attempt(table, "Reaction", with_constant(table[[]]))


def swapped(data: pd.DataFrame) -> MixedFit | None:
    """``Days ~ Reaction``: response and predictor exchanged."""
    table = table_of(data)
    return _attempt(table, "Days", with_constant(table[["Reaction"]]))


def through_origin(data: pd.DataFrame) -> MixedFit | None:
    """``Reaction ~ 0 + Days``: no fixed intercept."""
    table = table_of(data)
    return _attempt(table, "Reaction", table[["Days"]])


def first_day_left_out(data: pd.DataFrame) -> MixedFit | None:
    """The right model without the rows of day 0."""
    return _from_day(data, 1)


def training_left_out(data: pd.DataFrame) -> MixedFit | None:
    """The right model without the rows of days 0 and 1, which were days of training."""
    return _from_day(data, 2)


def _from_day(data: pd.DataFrame, first: int) -> MixedFit | None:
    table = table_of(data)
    table = table[table["Days"] >= first]
    return _attempt(table, "Reaction", with_constant(table[["Days"]]))


def pooled(data: pd.DataFrame) -> FittedModel:
    """Ordinary least squares that ignores the subjects."""
    table = table_of(data)
    return fit_ols(table["Reaction"], with_constant(table[["Days"]]))


def subjects_as_dummies(data: pd.DataFrame) -> FittedModel:
    """``Reaction ~ Days + C(Subject)`` by ordinary least squares: subjects as fixed effects, treatment coding."""
    table = table_of(data)
    dummies = pd.get_dummies(table["Subject"], drop_first=True, dtype=float)
    return fit_ols(table["Reaction"], with_constant(pd.concat([table[["Days"]], dummies], axis=1)))


def _attempt(
    table: pd.DataFrame,
    response: str,
    design: pd.DataFrame,
    *,
    groups: str = "Subject",
    random: pd.DataFrame | None = None,
    reml: bool = True,
) -> MixedFit | None:
    return attempt(table, response, design, [RandomTerm(table[groups], random)], reml=reml)


def conditional_variances(effects: pd.Series[float], fit: MixedFit) -> pd.Series[float]:
    """Variance of each random intercept given the data, β and the variances known, as lme4's ``condVar`` has it.

    Args:
        effects: the predicted intercepts, in the order of the fit's groups; their index is taken over.
        fit: that they belong to.

    Returns:
        In the unit of the response, squared.
    """
    return pd.Series(fit.terms[0].conditional[:, 0, 0], index=effects.index, name="random intercept")


def subject_means(data: pd.DataFrame) -> pd.Series[float]:
    """Mean Reaction of each subject, ms."""
    return table_of(data).groupby("Subject")["Reaction"].mean().rename("random intercept")


def own_intercepts(data: pd.DataFrame) -> pd.Series[float]:
    """Intercept of each subject's own least squares line, ms."""
    table = table_of(data)
    own = {
        subject: fit_line(rows["Days"], rows["Reaction"]).intercept
        for subject in table["Subject"].unique().tolist()
        for rows in [table[table["Subject"] == subject]]
    }
    return pd.Series(own, name="random intercept").rename_axis("Subject").sort_index()


def effects_of(
    model: type_of_model, change: Callable[[pd.Series[float], MixedFit], pd.Series[float]] | None = None
) -> type_of_effects:
    """Data → the random intercepts of a model, changed or as they are; empty where it cannot be fitted.

    Args:
        model: the data → the fit, or ``None``.
        change: predicted intercepts and their fit → what a student has in their place.
    """

    def effects(fit: MixedFit) -> pd.Series[float]:
        return intercepts(fit) if change is None else change(intercepts(fit), fit)

    return OfModel(model, effects, pd.Series(dtype=float, name="random intercept"))

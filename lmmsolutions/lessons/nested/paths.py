"""What students fit and compute on the way to wrong answers about nested levels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd
from scipy import stats

from lmmsolutions.core.fitting import MixedFit, MixedFitError, RandomTerm
from lmmsolutions.core.least_squares import fit_line, fit_ols, with_constant
from lmmsolutions.core.results import FittedModel
from lmmsolutions.lessons.fits import attempt, of_predictions, type_of_model, type_of_number
from lmmsolutions.lessons.nested.solution import (
    CLASS,
    SCHOOL,
    by_school,
    class_effects,
    class_sizes,
    fit_levels,
    table_of,
    term_of,
)

type_of_levels = tuple[Mapping[int, float], Mapping[int, list[float]]]


@dataclass(frozen=True)
class Parts:
    """The variances that a student reads off a model, points²."""

    school: float
    inner: float
    residual: float

    @property
    def total(self) -> float:
        """Variance of a pupil's score around the line."""
        return self.school + self.inner + self.residual


type_of_parts = Callable[[pd.DataFrame], Parts]


def levels(*names: str, reml: bool = True, predictors: tuple[str, ...] = ("study_hours",)) -> type_of_model:
    """The model with these levels, also on the boundary; ``None`` where nothing can be fitted.

    Args:
        names: ``SCHOOL``, ``CLASS`` or both; both by default.
        reml: restricted (True) or ordinary (False) maximum likelihood.
        predictors: columns with fixed effects; a constant is added.
    """

    def model(nested: pd.DataFrame) -> MixedFit | None:
        table = table_of(nested)
        design = with_constant(table[list(predictors)])
        terms = [term_of(table, level) for level in names or (SCHOOL, CLASS)]
        return attempt(table, "test_score", design, terms, reml=reml)

    return model


def labels_as_groups(nested: pd.DataFrame, *, reml: bool = True) -> MixedFit | None:
    """A random intercept for each of the labels of classes, whatever the school."""
    table = table_of(nested)
    design = with_constant(table[["study_hours"]])
    return attempt(table, "test_score", design, [RandomTerm(table[CLASS])], reml=reml)


def labels_by_ml(nested: pd.DataFrame) -> MixedFit | None:
    """The same by maximum likelihood."""
    return labels_as_groups(nested, reml=False)


def labels_crossed(nested: pd.DataFrame) -> MixedFit | None:
    """Schools, and the labels of classes across all schools."""
    table = table_of(nested)
    terms = [RandomTerm(table[SCHOOL]), RandomTerm(table[CLASS])]
    return attempt(table, "test_score", with_constant(table[["study_hours"]]), terms)


def constant_column(nested: pd.DataFrame) -> MixedFit | None:
    """What ``C(class_id)`` without ``0 +`` implies: its columns are a constant and all classes but the first."""
    table = table_of(nested)
    others = pd.DataFrame({"other": (table[CLASS] != table[CLASS].min()).astype(float)})
    terms = [RandomTerm(table[SCHOOL]), RandomTerm(table[[SCHOOL, CLASS]], others)]
    return attempt(table, "test_score", with_constant(table[["study_hours"]]), terms)


def pooled(nested: pd.DataFrame) -> FittedModel:
    """Ordinary least squares."""
    table = table_of(nested)
    return fit_ols(table["test_score"], with_constant(table[["study_hours"]]))


def pooled_residual(nested: pd.DataFrame) -> float:
    """Residual variance of ordinary least squares."""
    table = table_of(nested)
    return fit_line(table["study_hours"], table["test_score"]).residual_variance


def parts_of(model: type_of_model) -> type_of_parts:
    """Data → the variances of a model with both levels; NaN where it cannot be fitted."""

    def parts(nested: pd.DataFrame) -> Parts:
        fit = model(nested)
        if fit is None:
            return Parts(math.nan, math.nan, math.nan)
        inner = float(fit.terms[1].covariance.to_numpy()[0, 0]) if len(fit.terms) > 1 else 0.0
        return Parts(fit.group_variance, inner, fit.residual_variance)

    return parts


def predicted(nested: pd.DataFrame) -> Parts:
    """The variances of the predicted effects of schools and of classes, and the model's residual variance."""
    fit = levels()(nested)
    if fit is None:
        return Parts(math.nan, math.nan, math.nan)
    inner = fit.terms[1].predicted["Intercept"]
    return Parts(of_predictions(fit), float(inner.var()), fit.residual_variance)


def predicted_schools(nested: pd.DataFrame) -> Parts:
    """The same for the schools alone."""
    return replace(parts_of(levels())(nested), school=predicted(nested).school)


def parts_with_constant_column(nested: pd.DataFrame) -> Parts:
    """The same as statsmodels shows them: the constant column's share belongs to the component of the classes."""
    found = parts_of(constant_column)(nested)
    return Parts(found.school - found.inner, found.inner, found.residual)


def shares(parts: type_of_parts) -> dict[str, type_of_number]:
    """The variances and both correlations from other variances."""
    return {
        "school_variance": of(parts, lambda found: found.school),
        "class_variance": of(parts, lambda found: found.inner),
        "residual_variance": of(parts, lambda found: found.residual),
        "icc_same_school": of(parts, lambda found: found.school / found.total),
        "icc_same_class": of(parts, lambda found: (found.school + found.inner) / found.total),
    }


def of(parts: type_of_parts, quantity: Callable[[Parts], float]) -> type_of_number:
    """Data → a number from the variances."""
    return lambda nested: quantity(parts(nested))


def ratio(smaller: str, *, reml: bool = False, factor: float = 2) -> type_of_number:
    """Data → likelihood ratio of both levels against one of them; NaN where a model has no regular fit.

    Args:
        smaller: the level of the smaller model.
        reml: by the restricted likelihoods.
        factor: of the difference of the log-likelihoods; 2 is right.
    """

    def wrong(nested: pd.DataFrame) -> float:
        table = table_of(nested)
        try:
            both, one = (fit_levels(table, names, reml=reml) for names in ((SCHOOL, CLASS), (smaller,)))
        except MixedFitError:
            return math.nan
        return factor * (both.log_likelihood - one.log_likelihood)

    return wrong


def ratio_of(larger: type_of_model, smaller: type_of_model) -> type_of_number:
    """Data → likelihood ratio of two other models by maximum likelihood; NaN where one cannot be fitted."""

    def wrong(nested: pd.DataFrame) -> float:
        more, less = larger(nested), smaller(nested)
        return math.nan if more is None or less is None else 2 * (more.log_likelihood - less.log_likelihood)

    return wrong


def probability(df: float, share: float, statistic: type_of_number | None = None) -> type_of_number:
    """Data → a share of the tail of a chi-squared distribution beyond a likelihood ratio.

    Args:
        df: degrees of freedom.
        share: of the tail; a half is right where one variance lies on its boundary.
        statistic: data → the likelihood ratio; by default that of both levels against classes alone.
    """
    return lambda nested: share * float(stats.chi2.sf((statistic or ratio(CLASS))(nested), df))


def mean_over_pupils(nested: pd.DataFrame) -> float:
    """Mean size of the class of a pupil: large classes count as often as they have pupils."""
    sizes = class_sizes(table_of(nested))
    return float((sizes**2).sum() / sizes.sum())


def with_intercept(nested: pd.DataFrame) -> type_of_levels:
    """Schools and classes with the fixed intercept added."""
    fit = levels()(nested)
    if fit is None:
        return {}, {}
    intercept = float(fit.fixed["Intercept"])
    return by_school(fit.random_effects["Intercept"] + intercept, class_effects(fit) + intercept)


def classes_alone(nested: pd.DataFrame) -> type_of_levels:
    """Schools, and the classes without the effects of their schools."""
    fit = levels()(nested)
    if fit is None:
        return {}, {}
    schools = fit.random_effects["Intercept"]
    together, members = by_school(schools, class_effects(fit))
    return together, {school: [value - together[school] for value in values] for school, values in members.items()}


def raw_means(nested: pd.DataFrame) -> type_of_levels:
    """Mean scores of schools and classes."""
    table = table_of(nested)
    schools = table.groupby(SCHOOL)["test_score"].mean()
    classes = table.groupby([SCHOOL, CLASS])["test_score"].mean()
    labels = [f"{school}_{inner}" for school, inner in classes.index]
    return by_school(schools, pd.Series(classes.to_numpy(), index=labels))

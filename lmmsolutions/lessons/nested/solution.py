"""Test scores of pupils in classes of schools: test_score ~ study_hours + (1 | school_id / class_id)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pandas as pd
from scipy import stats

from lmmsolutions.core.cache import cached_by_content
from lmmsolutions.core.data import require
from lmmsolutions.core.fitting import MixedFit, RandomTerm, fit_terms
from lmmsolutions.core.least_squares import with_constant
from lmmsolutions.core.results import FittedModel, Means, type_of_numbers

SCHOOL, CLASS = "school_id", "class_id"


@dataclass(frozen=True, eq=False)
class Nested:
    """The answers of assignment 13; scores in points."""

    n_schools: Annotated[int, Means("number of schools")]
    n_classes: Annotated[int, Means("number of classes, each in one school")]
    pupils_per_class: Annotated[float, Means("mean number of pupils in a class")]
    school_variance: Annotated[float, Means("variance between schools", "points²")]
    class_variance: Annotated[float, Means("variance between classes of one school", "points²")]
    residual_variance: Annotated[float, Means("variance of the pupils of one class around its line", "points²")]
    icc_same_school: Annotated[float, Means("correlation of two pupils of one school in different classes")]
    icc_same_class: Annotated[float, Means("correlation of two pupils of one class")]
    lrt_school: Annotated[float, Means("likelihood ratio of both levels against classes alone, by ML")]
    p_school: Annotated[float, Means("its p-value, halved because the variance is on the boundary")]
    lrt_class: Annotated[float, Means("likelihood ratio of both levels against schools alone, by ML")]
    school_effects: Annotated[type_of_numbers, Means("predicted effect of each school", "points")]
    class_effects: Annotated[type_of_numbers, Means("effect of each class and its school together", "points")]
    nested_results: FittedModel  # the fit, for checks of a whole model

    @property
    def caterpillar(self) -> tuple[Mapping[int, float], Mapping[int, list[float]]]:
        """What the figure shows: school → its effect, and school → the effects of its classes with its own, points."""
        return by_school(self.school_effects, self.class_effects)


@cached_by_content
def solve(nested: pd.DataFrame) -> Nested:
    """Fit both levels, share the variance out, and test each level.

    A variance is tested against its boundary: half of χ² with 1 degree of freedom (Self & Liang 1987, *Asymptotic
    properties of maximum likelihood estimators and likelihood ratio tests under nonstandard conditions*, JASA 82).

    Args:
        nested: columns ``school_id`` (a whole number), ``class_id`` (labels that schools may share), ``study_hours``
            and ``test_score`` (points).

    Returns:
        The answers. ``school_effects`` has the schools as its index, ``class_effects`` labels such as ``3_1``.

    Raises:
        UnsuitableData: a column is missing, not numeric or has missing values.
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    table = table_of(nested)
    fit = fit_levels(table)
    both = fit_levels(table, reml=False).log_likelihood
    school, inner = fit.group_variance, float(fit.terms[1].covariance.to_numpy()[0, 0])
    total = school + inner + fit.residual_variance
    lrt_school = 2 * (both - fit_levels(table, [CLASS], reml=False).log_likelihood)
    return Nested(
        n_schools=int(table[SCHOOL].nunique()),
        n_classes=len(class_sizes(table)),
        pupils_per_class=float(class_sizes(table).mean()),
        school_variance=school,
        class_variance=inner,
        residual_variance=fit.residual_variance,
        icc_same_school=school / total,
        icc_same_class=(school + inner) / total,
        lrt_school=lrt_school,
        p_school=float(stats.chi2.sf(lrt_school, 1)) / 2,
        lrt_class=2 * (both - fit_levels(table, [SCHOOL], reml=False).log_likelihood),
        school_effects=fit.random_effects["Intercept"].rename("effect"),
        class_effects=class_effects(fit),
        nested_results=fit.model,
    )


def table_of(nested: pd.DataFrame) -> pd.DataFrame:
    """The columns of the model, checked."""
    return require(nested, "test_score", "study_hours", labels=[SCHOOL, CLASS])


def class_sizes(table: pd.DataFrame) -> type_of_numbers:
    """Number of pupils in each class."""
    return table.groupby([SCHOOL, CLASS]).size().astype(float)


def term_of(table: pd.DataFrame, level: str) -> RandomTerm:
    """The random intercept of a level; a class is one within its school.

    Args:
        table: as :func:`table_of` gives it.
        level: ``SCHOOL`` or ``CLASS``.
    """
    return RandomTerm(table[SCHOOL] if level == SCHOOL else table[[SCHOOL, CLASS]])


def fit_levels(
    table: pd.DataFrame, levels: tuple[str, ...] | list[str] = (SCHOOL, CLASS), *, reml: bool = True
) -> MixedFit:
    """Test scores by study hours, with a random intercept for each of some levels.

    Args:
        table: as :func:`table_of` gives it.
        levels: ``SCHOOL`` and ``CLASS``, or one of them; the first is the fit's first term.
        reml: restricted (True) or ordinary (False) maximum likelihood.

    Raises:
        MixedFitError: the data have no regular fit; one on the boundary counts as none.
    """
    design = with_constant(table[["study_hours"]])
    return fit_terms(table["test_score"], design, [term_of(table, level) for level in levels], reml=reml)


def class_effects(fit: MixedFit) -> type_of_numbers:
    """Effect of each class and its school together, in a fit of both levels; labels like ``3_1``."""
    schools, inner = fit.random_effects["Intercept"].to_dict(), fit.terms[1].predicted["Intercept"]
    together = {
        f"{school}_{place}": schools[school] + float(effect)
        for (school, place), effect in zip(inner.index.tolist(), inner.tolist(), strict=True)
    }
    return pd.Series(together, name="effect").rename_axis("school_class")


def by_school(
    schools: type_of_numbers, classes: type_of_numbers
) -> tuple[Mapping[int, float], Mapping[int, list[float]]]:
    """School → effect, and school → effects of its classes.

    Args:
        schools: effects, by the number of the school.
        classes: effects, by labels such as ``3_1``: school and class.

    Raises:
        KeyError: a class lies in a school that has no effect.
    """
    members: dict[int, list[float]] = {int(school): [] for school in schools.index}
    for label, effect in zip(classes.index.astype(str), classes, strict=True):
        members[int(label.partition("_")[0])].append(float(effect))
    return dict(zip(members, map(float, schools), strict=True)), members

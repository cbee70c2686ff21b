"""What goes wrong with nested levels."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.fits import number_of, type_of_number, whole
from lmmsolutions.lessons.nested.paths import (
    Parts,
    classes_alone,
    constant_column,
    labels_as_groups,
    labels_by_ml,
    labels_crossed,
    levels,
    mean_over_pupils,
    of,
    parts_of,
    parts_with_constant_column,
    pooled,
    pooled_residual,
    predicted,
    predicted_schools,
    probability,
    ratio,
    ratio_of,
    raw_means,
    shares,
    type_of_parts,
    with_intercept,
)
from lmmsolutions.lessons.nested.solution import CLASS, SCHOOL, table_of

_LABELS = "Labels of classes are used again in each school. Is the first class of one school the first of another?"
_CLASSES_COUNTED = "This counts classes, or schools, where the other is asked for."
_PER_SCHOOL = (
    "This is the mean number of pupils in a school, or in all classes with one label. How many rooms are there?"
)
_EVERY_PUPIL = "Each pupil counted here, so large classes counted more often. Every class is to count once."
_NO_CLASSES = "This model has no classes. Two pupils of one class share more than their school."
_NO_SCHOOLS = (
    'Where is the school in `cov_re`? As soon as there is a `vc_formula`, only `re_formula="1"` keeps the random '
    "intercept of the schools; without it, or with classes as groups, this is a model of classes alone."
)
_CONSTANT = (
    "Look at the columns that `C(class_id)` makes: one is the same for the whole school, and the first class has none "
    "of its own. With `0 +` each class has one."
)
_ROOMS = "The groups are the labels of classes. There are few labels, but how many rooms?"
_CROSSED = "This model believes that all classes with one label have something in common, whatever their school."
_POOLED = "This model knows neither schools nor classes. Pupils who share them are not independent."
_NO_HOURS = "The fixed effect of the hours is missing. What hours explain counts as a difference of pupils here."
_BY_NAME = "School and class are exchanged. Look at the names: `cov_re` belongs to `groups`, `vcomp` to `vc_formula`."
_ROOTS = "Square roots went into the share. Variances add up, standard deviations do not."
_SHARED = "Which of the three parts do these two pupils share? All that they share counts, and nothing else."
_LEFT = "This is the share that the two pupils do not have in common. The correlation is the share that they have."
_WITHIN_SCHOOL = "This leaves the variance between schools out. All three parts make up the variance of a score."
_ONE_LEVEL = "This comes from a model with one of the two levels. Its share cannot tell classes from schools."
_BY_REML = "These log-likelihoods are restricted ones. They can be compared here, but maximum likelihood is asked for."
_TWICE = "A likelihood ratio is twice the difference of the log-likelihoods."
_OTHER_LEVEL = "This tests the other level. Which level does the smaller model lack?"
_NOT_HALVED = "A variance of zero lies on the boundary: in half of such cases the ratio is zero. Halve the probability."
_DF = "The two models differ by one variance. How many parameters is that?"
_ADDED = "These are whole levels, with the fixed intercept in them. The figure is to show deviations from zero."
_WITHOUT_SCHOOL = "The classes are drawn without their school. A class stands at the school's effect plus its own."
_RAW = "These are mean scores. They are not pulled together, and pupils with more hours score more."


def _roots(found: Parts) -> Parts:
    return Parts(math.sqrt(found.school), math.sqrt(found.inner), math.sqrt(found.residual))


def _ratios(found: Parts) -> Parts:
    return Parts(found.school / found.residual, found.inner / found.residual, 1.0)


def _exchanged(found: Parts) -> Parts:
    return Parts(found.inner, found.school, found.residual)


def _but(quantity: str, parts: type_of_parts) -> dict[str, type_of_number]:
    """What the variances lead to, without one answer that is right all the same."""
    return {name: wrong for name, wrong in shares(parts).items() if name != quantity}


def _reading(parts: type_of_parts) -> tuple[Mistake, ...]:
    """What goes wrong when the variances of a model are read and put together."""

    def of_changed(change: Callable[[Parts], Parts], quantity: Callable[[Parts], float]) -> type_of_number:
        return of(parts, lambda found: quantity(change(found)))

    return (
        *several(
            "levels exchanged",
            0.25,
            _BY_NAME,
            school_variance=of_changed(_exchanged, lambda found: found.school),
            class_variance=of_changed(_exchanged, lambda found: found.inner),
        ),
        *several(
            "standard deviation",
            0.5,
            hints.SD,
            school_variance=of_changed(_roots, lambda found: found.school),
            class_variance=of_changed(_roots, lambda found: found.inner),
            residual_variance=of_changed(_roots, lambda found: found.residual),
        ),
        *several(
            "variance ratio",
            0.5,
            hints.RATIO,
            school_variance=of_changed(_ratios, lambda found: found.school),
            class_variance=of_changed(_ratios, lambda found: found.inner),
        ),
        *several(
            "standard deviations",
            0.5,
            _ROOTS,
            icc_same_school=of_changed(_roots, lambda found: found.school / found.total),
            icc_same_class=of_changed(_roots, lambda found: (found.school + found.inner) / found.total),
        ),
        *several(
            "share of the classes",
            0.25,
            _SHARED,
            icc_same_school=of(parts, lambda found: found.inner / found.total),
            icc_same_class=of(parts, lambda found: found.inner / found.total),
        ),
        Mistake(
            "pupils of one class", "icc_same_school", of(parts, lambda p: (p.school + p.inner) / p.total), 0.5, _SHARED
        ),
        Mistake(
            "pupils of different classes",
            "icc_same_class",
            of(parts, lambda found: found.school / found.total),
            0.5,
            _SHARED,
        ),
        Mistake(
            "classes within a school",
            "icc_same_class",
            of(parts, lambda found: found.inner / (found.inner + found.residual)),
            0.25,
            _WITHIN_SCHOOL,
        ),
        *several(
            "share of the pupils",
            0.25,
            _LEFT,
            icc_same_school=of(parts, lambda found: found.residual / found.total),
            icc_same_class=of(parts, lambda found: found.residual / found.total),
        ),
    )


def _testing(statistic: type_of_number | None = None) -> tuple[Mistake, ...]:
    """What goes wrong from a likelihood ratio, by default the right one, to its p-value."""
    return (
        Mistake("not halved", "p_school", probability(1, 1, statistic), 0.5, _NOT_HALVED),
        Mistake("two degrees of freedom", "p_school", probability(2, 1, statistic), 0.25, _DF),
        Mistake("two degrees of freedom, halved", "p_school", probability(2, 0.5, statistic), 0.5, _DF),
    )


_BOTH = parts_of(levels())
_BY_ML = parts_of(levels(reml=False))
_OF_SCHOOLS = parts_of(levels(SCHOOL))
_OF_CLASSES = parts_of(levels(CLASS))
_AGAINST_LABELS = ratio_of(levels(reml=False), labels_by_ml)
_OF_CROSSED = parts_of(labels_crossed)

MISTAKES: tuple[Mistake, ...] = (
    Mistake("labels counted", "n_classes", lambda n: float(table_of(n)[CLASS].nunique()), 0.25, _LABELS),
    Mistake("schools counted", "n_classes", lambda n: float(table_of(n)[SCHOOL].nunique()), 0.25, _CLASSES_COUNTED),
    Mistake(
        "classes counted",
        "n_schools",
        lambda n: float(len(table_of(n)[[SCHOOL, CLASS]].value_counts())),
        0.25,
        _CLASSES_COUNTED,
    ),
    Mistake(
        "pupils of a label", "pupils_per_class", lambda n: len(n) / table_of(n)[CLASS].nunique(), 0.25, _PER_SCHOOL
    ),
    Mistake(
        "pupils of a school", "pupils_per_class", lambda n: len(n) / table_of(n)[SCHOOL].nunique(), 0.25, _PER_SCHOOL
    ),
    Mistake("mean over pupils", "pupils_per_class", mean_over_pupils, 0.5, _EVERY_PUPIL),
    Mistake("schools alone", "nested_results", whole(levels(SCHOOL)), 0.25, _NO_CLASSES),
    Mistake("classes alone", "nested_results", whole(levels(CLASS)), 0.25, _NO_SCHOOLS),
    Mistake("column for the whole school", "nested_results", whole(constant_column), 0.25, _CONSTANT),
    Mistake("labels as groups", "nested_results", whole(labels_as_groups), 0.25, _ROOMS),
    Mistake("labels crossed with schools", "nested_results", whole(labels_crossed), 0.25, _CROSSED),
    Mistake("ML for REML", "nested_results", whole(levels(reml=False)), 0.5, hints.ML),
    Mistake("no effect of hours", "nested_results", whole(levels(predictors=())), 0.25, _NO_HOURS),
    Mistake("pooled OLS", "nested_results", pooled, 0.0, _POOLED),
    *several(
        "schools alone",
        0.25,
        _NO_CLASSES,
        school_variance=of(_OF_SCHOOLS, lambda found: found.school),
        residual_variance=of(_OF_SCHOOLS, lambda found: found.residual),
        icc_same_school=of(_OF_SCHOOLS, lambda found: found.school / found.total),
    ),
    *several("variance of the predicted effects", 0.25, hints.OF_PREDICTIONS, **_but("residual_variance", predicted)),
    *several(
        "variance of the predicted effects, schools alone",
        0.25,
        hints.OF_PREDICTIONS,
        icc_same_school=of(predicted_schools, lambda found: found.school / found.total),
        icc_same_class=of(predicted_schools, lambda found: (found.school + found.inner) / found.total),
    ),
    Mistake(
        "schools alone", "icc_same_class", of(_OF_SCHOOLS, lambda found: found.school / found.total), 0.25, _ONE_LEVEL
    ),
    # Their residual variance agrees to a tolerance with that of both levels.
    Mistake("classes alone", "class_variance", of(_OF_CLASSES, lambda found: found.school), 0.25, _NO_SCHOOLS),
    *several(
        "classes alone",
        0.25,
        _ONE_LEVEL,
        icc_same_class=of(_OF_CLASSES, lambda found: found.school / found.total),
        icc_same_school=of(_OF_CLASSES, lambda found: found.school / found.total),
    ),
    *several("column for the whole school", 0.25, _CONSTANT, **shares(parts_with_constant_column)),
    *several("labels crossed with schools", 0.25, _CROSSED, **shares(_OF_CROSSED)),
    Mistake(
        "labels as groups", "class_variance", number_of(labels_as_groups, lambda fit: fit.group_variance), 0.25, _ROOMS
    ),
    *several(
        "ML for REML",
        0.5,
        hints.ML,
        # The variance of the classes agrees to a tolerance.
        **_but("class_variance", _BY_ML),
    ),
    *_reading(_BOTH),
    Mistake("pooled OLS", "residual_variance", pooled_residual, 0.25, _POOLED),
    *several("by REML", 0.75, _BY_REML, lrt_school=ratio(CLASS, reml=True), lrt_class=ratio(SCHOOL, reml=True)),
    *several("not doubled", 0.5, _TWICE, lrt_school=ratio(CLASS, factor=1), lrt_class=ratio(SCHOOL, factor=1)),
    *several("other level", 0.25, _OTHER_LEVEL, lrt_school=ratio(SCHOOL), lrt_class=ratio(CLASS)),
    Mistake("labels as groups", "lrt_school", _AGAINST_LABELS, 0.25, _ROOMS),
    Mistake("labels as groups", "p_school", probability(1, 0.5, _AGAINST_LABELS), 0.25, _ROOMS),
    Mistake("other level", "p_school", probability(1, 0.5, ratio(SCHOOL)), 0.25, _OTHER_LEVEL),
    *_testing(),
    Mistake("by REML", "p_school", probability(1, 0.5, ratio(CLASS, reml=True)), 0.75, _BY_REML),
    Mistake("zero", "p_school", lambda _: 0.0, 0.0, hints.ZERO),
    Mistake("fixed intercept added", "caterpillar", with_intercept, 0.75, _ADDED),
    Mistake("classes without their school", "caterpillar", classes_alone, 0.5, _WITHOUT_SCHOOL),
    Mistake("mean scores", "caterpillar", raw_means, 0.25, _RAW),
)


def mistakes_on(fit: Any) -> tuple[Mistake, ...]:
    """What reading the variances wrongly gives with a model of somebody's own in the place of the one asked for.

    Args:
        fit: a mixed model with random intercepts of schools and one variance component, under statsmodels' names.
    """
    own = Parts(float(fit.cov_re.iloc[0, 0]), float(fit.vcomp[0]), float(fit.scale))
    return _reading(lambda _: own)


def mistakes_with(lrt_school: float) -> tuple[Mistake, ...]:
    """What testing wrongly gives with a likelihood ratio of somebody's own.

    Args:
        lrt_school: the student's statistic of both levels against classes alone.
    """
    return _testing(lambda _: float(lrt_school))

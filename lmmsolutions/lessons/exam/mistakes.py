"""What goes wrong in the exam: the mistakes of all lessons, on the data of one student."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pandas as pd
from scipy import stats

from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import fits, hints
from lmmsolutions.lessons.exam.drawing import draw
from lmmsolutions.lessons.exam.paths import (
    against_squares,
    around_schools,
    covariance,
    difference,
    error,
    number,
    of_one_slope,
    of_own_slopes,
    on_everybody,
    one_slope,
    own,
    own_slopes,
    points,
    population,
    ratio,
    schools,
    slope,
    slope_variance,
    squares,
    whole,
    whole_prediction,
)
from lmmsolutions.lessons.exam.solution import CLASS, SCHOOL, SCORE, Exam, design_effect, mean_size, solve
from lmmsolutions.lessons.own_model import on_own_model

_EVERYBODY = "This comes from the whole table. Your own data are the rows of `students`."
_LABELS = "Labels of classes are used again in each school. Is the first class of one school that of another?"
_SCHOOLS = "This is the number of schools. What does each row hold, and what is asked for?"
_RANKS = "This is a correlation of ranks. Pearson's is asked for."
_SQUARED = "This is the share of the variance, the square of what is asked for."
_OTHER_PREDICTOR = "Which of the predictors is asked about? This belongs to the grades before."
_NO_GPA = "The grades before are missing from the model. Both predictors are asked for."
_PER_HOUR = "This is per hour. A step of `hours` is five hours; keep the column as it is."
_WHOLE_POINT = "This is the difference for a whole grade point."
_NO_SCHOOLS = "This model knows no schools. Students of one school are not independent."
_ROOTS = "Square roots went into the share. Variances add up, standard deviations do not."
_ALL_ROWS = "All rows are taken for one school. How many students does a school have on average?"
_CLASS_SIZE = "This takes the students of a class. Which students share something in this model?"
_OWN_ROW = "How many *other* students share a student's school?"
_PARALLEL = "In this model all schools have one slope. Which argument lets the slopes differ?"
_UNCORRELATED = "This model forbids that intercept and slope go together. One `re_formula` with both allows it."
_UNIT = "This is the covariance. A correlation has no unit."
_PREDICTED = "This comes from the predicted effects, which are pulled together; the model estimates this directly."
_SPREAD = "This is the spread of schools, not of their average."
_OLS_SE = "Here every row counts as an independent look at the slope. Which model was asked for?"
_BY_REML = "These log-likelihoods are restricted ones. Compare by maximum likelihood."
_TWICE = "A likelihood ratio is twice the difference of the log-likelihoods."
_AGAINST_OLS = "The smaller model should have schools with one slope; here it has none at all."
_NAIVE = "A variance of zero lies on the boundary. Which mixture of two distributions allows for that?"
_ONE_VARIANCE = "A variance and a covariance are added. This allows for the variance alone."
_WHOLE = "This is the expected score itself. By how much does it differ from that in an average school?"
_NO_SLOPE_EFFECT = "The school's own slope is missing; both of its effects belong to its prediction."
_NO_INTERCEPT_EFFECT = "The school's own intercept is missing; both of its effects belong to its prediction."
_ONE_SLOPE = "This comes from the model with one slope for all schools."
_WITHIN_SCHOOLS = "This compares students with others of their own school. Correlate the two columns as they are."
_FIFTEEN = "`hours` counts from ten in steps of five. How many steps is this student above ten?"
_POPULATION = "These residuals are distances from the line of all schools. Take those from the line of each school."
_OBSERVED = "The vertical axis shows the scores themselves. What is left once the fitted value is taken off?"

_RATIO = (
    "This is a ratio to the residual variance, which is how `params` stores it. `cov_re` holds the variance itself."
)
_ERROR_SQUARED = "This is the square of the standard error, as the covariance matrix of the estimates holds it."
_CLASSES = "The groups are the classes. Students of one *school* share something: which column says so?"
_OTHER_ID = (
    "This is right for the data of the id that you entered, which is not the one under which you have handed in."
)

_ONE: dict[str, Any] = {"slopes": False}
_OF_CLASSES: dict[str, Any] = {"groups": [SCHOOL, CLASS]}


def _share(between: float, within: float) -> float:
    return between / (between + within)


MISTAKES: tuple[Mistake, ...] = (
    Mistake("everybody", "n_students", on_everybody(len), 0.25, _EVERYBODY),
    Mistake("schools counted", "n_students", own(lambda t: float(t[SCHOOL].nunique())), 0.0, _SCHOOLS),
    Mistake("labels counted", "n_classes", own(lambda t: float(t[CLASS].nunique())), 0.25, _LABELS),
    Mistake("schools counted", "n_classes", own(lambda t: float(t[SCHOOL].nunique())), 0.25, _SCHOOLS),
    Mistake(
        "everybody",
        "n_classes",
        on_everybody(lambda t: float(len(t[[SCHOOL, CLASS]].drop_duplicates()))),
        0.25,
        _EVERYBODY,
    ),
    Mistake("ranks", "correlation", own(lambda t: t["hours"].corr(t[SCORE], method="spearman")), 0.5, _RANKS),
    Mistake("squared", "correlation", own(lambda t: t["hours"].corr(t[SCORE]) ** 2), 0.25, _SQUARED),
    Mistake("other predictor", "correlation", own(lambda t: t["prior_gpa"].corr(t[SCORE])), 0.25, _OTHER_PREDICTOR),
    Mistake(
        "within schools",
        "correlation",
        own(lambda t: around_schools(t, "hours").corr(around_schools(t, SCORE))),
        0.25,
        _WITHIN_SCHOOLS,
    ),
    Mistake("no grades", "ols_results", own(squares("hours")), 0.25, _NO_GPA),
    *several("per hour", 0.5, _PER_HOUR, slope_ols=own(lambda t: slope()(t) / 5), se_ols=own(lambda t: error()(t) / 5)),
    Mistake("squared", "se_ols", own(lambda t: error()(t) ** 2), 0.5, _ERROR_SQUARED),
    Mistake("other predictor", "slope_ols", own(slope("prior_gpa", "hours")), 0.25, _OTHER_PREDICTOR),
    Mistake("other predictor", "se_ols", own(error("prior_gpa", "hours")), 0.25, _OTHER_PREDICTOR),
    Mistake("whole grade point", "gpa_tenth", own(slope("prior_gpa", "hours")), 0.5, _WHOLE_POINT),
    Mistake("no schools", "intercepts_results", own(squares()), 0.0, _NO_SCHOOLS),
    Mistake("ML for REML", "intercepts_results", own(whole(schools(reml=False))), 0.5, hints.ML),
    Mistake("no grades", "intercepts_results", own(whole(schools(predictors=("hours",)))), 0.25, _NO_GPA),
    Mistake("classes as groups", "intercepts_results", own(whole(schools(**_OF_CLASSES))), 0.25, _CLASSES),
    *several(
        "classes as groups",
        0.25,
        _CLASSES,
        school_variance=own(number(lambda f: f.group_variance, **_OF_CLASSES)),
        residual_variance=own(number(lambda f: f.residual_variance, **_OF_CLASSES)),
        icc=own(number(fits.icc, **_OF_CLASSES)),
        lrt=own(ratio(**_OF_CLASSES)),
    ),
    *several(
        "ML for REML",
        0.5,
        hints.ML,
        school_variance=own(number(lambda f: f.group_variance, reml=False)),
        residual_variance=own(number(lambda f: f.residual_variance, reml=False)),
        icc=own(number(fits.icc, reml=False)),
    ),
    *several(
        "standard deviation",
        0.5,
        hints.SD,
        school_variance=of_one_slope(lambda f: math.sqrt(f.group_variance)),
        residual_variance=of_one_slope(lambda f: math.sqrt(f.residual_variance)),
    ),
    Mistake(
        "variance ratio",
        "school_variance",
        of_one_slope(lambda f: f.group_variance / f.residual_variance),
        0.5,
        hints.RATIO,
    ),
    Mistake(
        "no grades",
        "residual_variance",
        own(number(lambda f: f.residual_variance, predictors=("hours",))),
        0.25,
        _NO_GPA,
    ),
    Mistake("no schools", "residual_variance", own(lambda t: squares()(t).scale), 0.25, _NO_SCHOOLS),
    *several(
        "variance of the predicted effects",
        0.25,
        hints.OF_PREDICTIONS,
        school_variance=of_one_slope(fits.of_predictions),
        icc=of_one_slope(lambda f: _share(fits.of_predictions(f), f.residual_variance)),
    ),
    Mistake(
        "variance ratio",
        "icc",
        of_one_slope(lambda f: f.group_variance / f.residual_variance),
        0.5,
        hints.RATIO_FOR_SHARE,
    ),
    Mistake("share within", "icc", of_one_slope(lambda f: 1 - fits.icc(f)), 0.25, hints.COMPLEMENT),
    Mistake(
        "standard deviations",
        "icc",
        of_one_slope(lambda f: _share(math.sqrt(f.group_variance), math.sqrt(f.residual_variance))),
        0.5,
        _ROOTS,
    ),
    Mistake(
        "variance ratio",
        "design_effect",
        own(lambda t: design_effect(mean_size(t), number(lambda f: f.group_variance / f.residual_variance)(t))),
        0.5,
        hints.RATIO_FOR_SHARE,
    ),
    Mistake("own row counted", "design_effect", own(lambda t: 1 + mean_size(t) * number(fits.icc)(t)), 0.5, _OWN_ROW),
    Mistake(
        "students of a class",
        "design_effect",
        own(lambda t: design_effect(len(t) / len(t[[SCHOOL, CLASS]].drop_duplicates()), number(fits.icc)(t))),
        0.25,
        _CLASS_SIZE,
    ),
    Mistake("all rows", "design_effect", own(lambda t: design_effect(len(t), number(fits.icc)(t))), 0.25, _ALL_ROWS),
    Mistake(
        "square root",
        "design_effect",
        own(lambda t: math.sqrt(design_effect(mean_size(t), number(fits.icc)(t)))),
        0.5,
        "This is the factor of a standard error. The factor of a variance is asked for.",
    ),
    Mistake("one slope", "slopes_results", own(whole(schools(**_ONE))), 0.25, _PARALLEL),
    Mistake("ML for REML", "slopes_results", own(whole(schools(slopes=True, reml=False))), 0.5, hints.ML),
    Mistake("uncorrelated", "slopes_results", own(whole(schools(slopes=True, correlated=False))), 0.5, _UNCORRELATED),
    Mistake("no grades", "slopes_results", own(whole(schools(slopes=True, predictors=("hours",)))), 0.25, _NO_GPA),
    Mistake("no schools", "slopes_results", own(squares()), 0.0, _NO_SCHOOLS),
    *several(
        "ML for REML",
        0.5,
        hints.ML,
        slope_variance=own(number(slope_variance, slopes=True, reml=False)),
    ),
    Mistake(
        "standard deviation",
        "slope_variance",
        of_own_slopes(lambda f: math.sqrt(slope_variance(f))),
        0.5,
        hints.SD,
    ),
    Mistake(
        "variance ratio",
        "slope_variance",
        of_own_slopes(lambda f: slope_variance(f) / f.residual_variance),
        0.5,
        _RATIO,
    ),
    Mistake("per hour", "slope_variance", of_own_slopes(lambda f: slope_variance(f) / 25), 0.5, _PER_HOUR),
    Mistake(
        "predicted effects",
        "slope_variance",
        of_own_slopes(lambda f: f.random_effects.iloc[:, 1].var()),
        0.25,
        _PREDICTED,
    ),
    Mistake(
        "variance of the intercepts",
        "slope_variance",
        of_own_slopes(lambda f: f.group_variance),
        0.25,
        "The two effects are exchanged. Look at their names in the result.",
    ),
    Mistake(
        "divided by the variances",
        "effects_correlation",
        of_own_slopes(fits.divided_by_variances),
        0.25,
        hints.BY_VARIANCES,
    ),
    Mistake("covariance", "effects_correlation", of_own_slopes(covariance), 0.25, _UNIT),
    Mistake(
        "predicted effects",
        "effects_correlation",
        of_own_slopes(lambda f: f.random_effects.corr().to_numpy()[0, 1]),
        0.25,
        _PREDICTED,
    ),
    Mistake("one slope", "slope_se", of_one_slope(fits.error("hours")), 0.25, _PARALLEL),
    Mistake("least squares", "slope_se", own(error()), 0.25, _OLS_SE),
    Mistake("spread of the slopes", "slope_se", of_own_slopes(lambda f: math.sqrt(slope_variance(f))), 0.25, _SPREAD),
    Mistake("squared", "slope_se", of_own_slopes(lambda f: fits.error("hours")(f) ** 2), 0.5, _ERROR_SQUARED),
    Mistake("per hour", "slope_se", of_own_slopes(lambda f: fits.error("hours")(f) / 5), 0.5, _PER_HOUR),
    Mistake("by REML", "lrt", own(ratio(reml=True)), 0.75, _BY_REML),
    Mistake("not doubled", "lrt", own(ratio(factor=1)), 0.5, _TWICE),
    Mistake("against least squares", "lrt", own(against_squares), 0.25, _AGAINST_OLS),
    Mistake("everybody", "lrt", on_everybody(ratio()), 0.25, _EVERYBODY),
    Mistake("two degrees of freedom", "p_slopes", own(lambda t: stats.chi2.sf(ratio()(t), 2)), 0.5, _NAIVE),
    Mistake("one degree, halved", "p_slopes", own(lambda t: stats.chi2.sf(ratio()(t), 1) / 2), 0.5, _ONE_VARIANCE),
    Mistake("zero", "p_slopes", own(lambda _: 0.0), 0.0, hints.ZERO),
    Mistake("15 for one step", "pred_population", own(population(15.0)), 0.25, _FIFTEEN),
    *several(
        "three steps",
        0.5,
        _FIFTEEN,
        pred_population=own(population(3.0)),
        school_difference=own(difference(hours=3.0)),
    ),
    Mistake("whole prediction", "school_difference", own(whole_prediction), 0.5, _WHOLE),
    Mistake("sign", "school_difference", own(difference(-1.0, -1.0)), 0.5, hints.SIGN),
    Mistake("no slope of its own", "school_difference", own(difference(hours=0.0)), 0.5, _NO_SLOPE_EFFECT),
    Mistake("no intercept of its own", "school_difference", own(difference(0.0)), 0.5, _NO_INTERCEPT_EFFECT),
    Mistake("15 for one step", "school_difference", own(difference(hours=15.0)), 0.25, _FIFTEEN),
    Mistake("one slope", "school_difference", own(difference(slopes=False)), 0.25, _ONE_SLOPE),
    Mistake("without the schools", "scatter", own(points(level="population")), 0.5, _POPULATION),
    Mistake("observed scores", "scatter", own(points(level="observed")), 0.25, _OBSERVED),
    Mistake("one slope", "scatter", own(points(level="one slope")), 0.25, _ONE_SLOPE),
)


def _nothing(name: str) -> Any:
    if name == "scatter":
        return pd.Series(dtype=float), pd.Series(dtype=float)
    return None if name.endswith("_results") else math.nan


def mistakes_with(entered: Callable[[], Any]) -> tuple[Mistake, ...]:
    """The same, and what is right for the data of another id that was entered.

    Args:
        entered: gives the id that the student entered; it may raise.
    """

    def of_other_data(name: str) -> Callable[..., Any]:
        def wrong(students: pd.DataFrame, everybody: pd.DataFrame) -> Any:
            try:
                others = draw(everybody, str(entered()))
            except Exception:  # nothing was entered
                others = students
            return _nothing(name) if others.equals(students) else getattr(solve(others), name)

        return wrong

    names = {field.name for field in fields(Exam)} - {"intercept_sd", "residual_points"} | {"scatter"}
    rows = (Mistake("data of another id", name, of_other_data(name), 0.0, _OTHER_ID) for name in sorted(names))
    return (*rows, *MISTAKES)


def mistakes_on(fit: Any) -> tuple[Mistake, ...]:
    """What going wrong gives with a model of somebody's own in the place of the one of 15c or 15d.

    Args:
        fit: a mixed model of the schools under statsmodels' attribute names.
    """
    return on_own_model(MISTAKES, own_slopes if len(fit.cov_re) > 1 else one_slope, fit)

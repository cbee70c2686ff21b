"""What goes wrong in the exam: the mistakes of all lessons, on the data of one student."""

from __future__ import annotations

import math

from scipy import stats

from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import fits, hints
from lmmsolutions.lessons.exam.paths import (
    against_squares,
    covariance,
    difference,
    error,
    number,
    on_everybody,
    own,
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
from lmmsolutions.lessons.exam.solution import CLASS, SCHOOL, SCORE, design_effect, mean_size

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
_ZERO = "A probability that is exactly zero is a claim. Which function gives the upper tail?"
_WHOLE = "This is the expected score itself. By how much does it differ from that in an average school?"
_NO_SLOPE_EFFECT = "The school's own slope is missing; both of its effects belong to its prediction."
_NO_INTERCEPT_EFFECT = "The school's own intercept is missing; both of its effects belong to its prediction."
_ONE_SLOPE = "This comes from the model with one slope for all schools."
_FIFTEEN = "`hours` counts from ten in steps of five. How many steps is this student above ten?"
_POPULATION = "These residuals are distances from the line of all schools. Take those from the line of each school."
_OBSERVED = "The vertical axis shows the scores themselves. What is left once the fitted value is taken off?"

_ONE = {"slopes": False}
_OWN = {"slopes": True}


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
    Mistake("no grades", "ols_results", own(squares("hours")), 0.25, _NO_GPA),
    *several("per hour", 0.5, _PER_HOUR, slope_ols=own(lambda t: slope()(t) / 5), se_ols=own(lambda t: error()(t) / 5)),
    Mistake("other predictor", "slope_ols", own(slope("prior_gpa", "hours")), 0.25, _OTHER_PREDICTOR),
    Mistake("other predictor", "se_ols", own(error("prior_gpa", "hours")), 0.25, _OTHER_PREDICTOR),
    Mistake("whole grade point", "gpa_tenth", own(slope("prior_gpa", "hours")), 0.5, _WHOLE_POINT),
    Mistake("no schools", "intercepts_results", own(squares()), 0.0, _NO_SCHOOLS),
    Mistake("ML for REML", "intercepts_results", own(whole(schools(reml=False))), 0.5, hints.ML),
    Mistake("no grades", "intercepts_results", own(whole(schools(predictors=("hours",)))), 0.25, _NO_GPA),
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
        school_variance=own(number(lambda f: math.sqrt(f.group_variance))),
        residual_variance=own(number(lambda f: math.sqrt(f.residual_variance))),
    ),
    Mistake(
        "variance ratio",
        "school_variance",
        own(number(lambda f: f.group_variance / f.residual_variance)),
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
    Mistake("variance ratio", "icc", own(number(lambda f: f.group_variance / f.residual_variance)), 0.5, hints.RATIO),
    Mistake("share within", "icc", own(number(lambda f: 1 - fits.icc(f))), 0.25, hints.COMPLEMENT),
    Mistake(
        "standard deviations",
        "icc",
        own(number(lambda f: _share(math.sqrt(f.group_variance), math.sqrt(f.residual_variance)))),
        0.5,
        _ROOTS,
    ),
    Mistake("own row counted", "design_effect", own(lambda t: 1 + mean_size(t) * number(fits.icc)(t)), 0.5, _OWN_ROW),
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
        own(number(lambda f: math.sqrt(slope_variance(f)), **_OWN)),
        0.5,
        hints.SD,
    ),
    Mistake("per hour", "slope_variance", own(number(lambda f: slope_variance(f) / 25, **_OWN)), 0.5, _PER_HOUR),
    Mistake(
        "predicted effects",
        "slope_variance",
        own(number(lambda f: f.random_effects["hours"].var(), **_OWN)),
        0.25,
        _PREDICTED,
    ),
    Mistake(
        "variance of the intercepts",
        "slope_variance",
        own(number(lambda f: f.group_variance, **_OWN)),
        0.25,
        "The two effects are exchanged. Look at their names in the result.",
    ),
    Mistake("covariance", "effects_correlation", own(number(covariance, **_OWN)), 0.25, _UNIT),
    Mistake(
        "predicted effects",
        "effects_correlation",
        own(number(lambda f: f.random_effects.corr().to_numpy()[0, 1], **_OWN)),
        0.25,
        _PREDICTED,
    ),
    Mistake("one slope", "slope_se", own(number(fits.error("hours"), **_ONE)), 0.25, _PARALLEL),
    Mistake("least squares", "slope_se", own(error()), 0.25, _OLS_SE),
    Mistake(
        "spread of the slopes", "slope_se", own(number(lambda f: math.sqrt(slope_variance(f)), **_OWN)), 0.25, _SPREAD
    ),
    Mistake("per hour", "slope_se", own(number(lambda f: fits.error("hours")(f) / 5, **_OWN)), 0.5, _PER_HOUR),
    Mistake("by REML", "lrt", own(ratio(reml=True)), 0.75, _BY_REML),
    Mistake("not doubled", "lrt", own(ratio(factor=1)), 0.5, _TWICE),
    Mistake("against least squares", "lrt", own(against_squares), 0.25, _AGAINST_OLS),
    Mistake("everybody", "lrt", on_everybody(ratio()), 0.25, _EVERYBODY),
    Mistake("two degrees of freedom", "p_slopes", own(lambda t: stats.chi2.sf(ratio()(t), 2)), 0.5, _NAIVE),
    Mistake("one degree, halved", "p_slopes", own(lambda t: stats.chi2.sf(ratio()(t), 1) / 2), 0.5, _ONE_VARIANCE),
    Mistake("zero", "p_slopes", own(lambda _: 0.0), 0.0, _ZERO),
    Mistake("15 for one step", "pred_population", own(population(15.0)), 0.25, _FIFTEEN),
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

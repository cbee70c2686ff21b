"""What goes wrong with comparisons of models; a wrong column of the table is called ``comparison.aic`` and so on."""

from __future__ import annotations

import math

import pandas as pd
from scipy import stats

from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.fits import divided_by_variances
from lmmsolutions.lessons.model_comparison.other_fits import (
    by_subjects,
    centred_by_ml,
    centred_by_school,
    clinics,
    clinics_by,
    column,
    correlation_of,
    exchanged,
    half_restricted_ratio,
    likelihood_of,
    model_of,
    on,
    parallel_schools,
    plain_schools,
    plot_parts,
    plots_by,
    plots_by_ml,
    plots_predicted,
    restricted_column,
    restricted_ratio,
    schools_by,
    schools_by_ml,
    standardised,
    statistic,
    type_of_column,
    type_of_number,
    uncorrelated_schools,
    wald,
    without_intercepts,
)
from lmmsolutions.lessons.model_comparison.solution import cell, mixture, ratio

_REML = (
    "These log-likelihoods are restricted ones: they leave the fixed effects out. Models are compared by maximum "
    "likelihood here (`reml=False`)."
)
_COUNT = "Count everything that was estimated: fixed effects, variances, covariances, and the residual variance."
_RESIDUAL = "Does it count the residual variance? The number that ordinary least squares prints does not."
_BIC = "This penalty grows with the number of rows. Which of the two criteria is that?"
_AIC = "This penalty does not know the number of rows. Which of the two criteria is that?"
_SUBJECTS = "This penalty counts subjects. Here the number of rows of the table is asked for."
_ONCE = "The log-likelihood enters these criteria twice, the number of parameters with its own factor."
_ROWS = "Two models stand in each other's rows. Which of them has one parameter more?"
_DROPPED = (
    "This model has no random intercepts. `vc_formula` alone drops them without a word; write `re_formula` with an "
    "intercept beside it."
)
_VALID = (
    "This is also valid, since both models have the same fixed effects, but it is by restricted maximum likelihood; "
    "maximum likelihood was asked for."
)
_HALF_REML = "One of the two log-likelihoods is restricted. Take both by maximum likelihood."
_TWICE = "The statistic is twice the difference of the log-likelihoods."
_PENALTY = "The penalty is not part of the test. Take the log-likelihoods themselves."
_PAIR = "Which two models differ by what is tested, and by nothing else?"
_DEGREES = (
    "On the boundary, half of the null cases have one parameter that counts and half have two. Which two "
    "distributions are mixed?"
)
_NAIVE = (
    "This is the p-value of the mixture. Here the naive one is asked for, with as many degrees of freedom as there are "
    "new parameters."
)
_NAIVE_DEGREES = (
    "The naive p-value treats the statistic as χ² with as many degrees of freedom as there are new parameters."
)
_ONE = "Only one variance is tested here, and no covariance. Which distribution, and with which weight?"
_BOUNDARY = "A variance cannot be negative: in half of the null cases the statistic is zero. What does that do to p?"
_WALD = "This p-value is from a z test of the variance, which takes for granted that it could be negative as well."
_HIGHER = "Another method on the same data goes higher. The highest log-likelihood counts, whatever `converged` says."
_SMALLER = (
    "This belongs to a model with a smaller random part. Slopes may differ here, and may go together with intercepts: "
    "one `re_formula` with both allows it."
)
_EARLY_MODEL = (
    "It is the right model, but the optimizer stopped before it reached the maximum of the likelihood, whatever it "
    "reports. Did you take the mean off hours? Compare `llf` with that of other fits."
)
_RESCALED = "Rescaling a predictor changes this number without changing the fit. Keep hours in hours."
_OTHER_LIKELIHOOD = "This is another likelihood. Here all fits are by restricted maximum likelihood, the default."
_OWN_MEAN = "Hours less the mean of the pupil's own school are another predictor. Take off the mean of all rows."
_POOLED = "This model makes no difference between schools. Use a mixed model with random intercepts and slopes."
_FORMULA = "For equal groups a formula gives this variance. Compare, and try another method."
_NOISE = "The means of plots vary by the noise of their samples too. Take that off."
_UNDIVIDED = "A difference of mean squares belongs to all samples of a plot. Divide by how many a plot has."
_CONVERGED = "This method did not end at the maximum. Compare its log-likelihood with that of the default."
_UNIT = "This is the covariance. A correlation has no unit."
_ESTIMATES = "This is the correlation of two estimates, not of the clinics' own effects."
_PERFECT = "What would a perfect correlation over fifty clinics mean? That a fit converged does not make it regular."
_NEEDED = (
    "Twice the difference of the log-likelihoods decides, against the model that differs in these two parameters "
    "alone: it has clinics too. That a variance is above zero proves nothing."
)

_EARLY = (("default", None), ("lbfgs", "lbfgs"), ("cg", "cg"), ("powell", "powell"))


def _counted(change: int) -> dict[str, type_of_column]:
    """Number of parameters, AIC and BIC with other counts, from the right log-likelihoods."""
    return {
        "comparison.n_parameters": column(lambda t, _: t["n_parameters"] + change),
        "comparison.aic": column(lambda t, _: t["aic"] + 2 * change),
        "comparison.bic": column(lambda t, n: t["bic"] + math.log(n) * change),
    }


def _two_counted() -> dict[str, type_of_column]:
    """Only the two fixed effects counted, which for least squares is another mistake."""

    def rest(table: pd.DataFrame) -> pd.Series[float]:
        return (table["n_parameters"] - 2).drop("ols")

    return {
        "comparison.n_parameters": column(lambda t, _: 0 * rest(t) + 2),
        "comparison.aic": column(lambda t, _: t["aic"].drop("ols") - 2 * rest(t)),
        "comparison.bic": column(lambda t, n: t["bic"].drop("ols") - math.log(n) * rest(t)),
    }


_BY_DEGREES: tuple[tuple[str, int, float], ...] = (
    ("one degree of freedom", 1, 1.0),
    ("half of two degrees", 2, 0.5),
    ("half of one degree", 1, 0.5),
    ("three degrees of freedom", 3, 1.0),
)

_RIGHT_SLOPES = statistic(lambda t: ratio(t, "slopes", "intercept"))
_RIGHT_INTERCEPT = statistic(lambda t: ratio(t, "intercept", "ols"))


def _testing(slopes: type_of_number, intercept: type_of_number) -> tuple[Mistake, ...]:
    """What goes wrong from the two likelihood ratios to their p-values."""

    def tail(ratio: type_of_number, degrees: int, share: float = 1.0) -> type_of_number:
        return lambda *tables: share * float(stats.chi2.sf(ratio(*tables), degrees))

    def mixed(ratio: type_of_number) -> type_of_number:
        return lambda *tables: mixture(ratio(*tables))

    return (
        Mistake("two degrees of freedom", "p_slopes", tail(slopes, 2), 0.5, _DEGREES),
        *(Mistake(name, "p_slopes", tail(slopes, d, s), 0.5, _DEGREES) for name, d, s in _BY_DEGREES),
        Mistake("mixture", "p_slopes_naive", mixed(slopes), 0.5, _NAIVE),
        *(Mistake(name, "p_slopes_naive", tail(slopes, d, s), 0.5, _NAIVE_DEGREES) for name, d, s in _BY_DEGREES),
        Mistake("not halved", "p_intercept", tail(intercept, 1), 0.5, _BOUNDARY),
        Mistake("two degrees of freedom", "p_intercept", tail(intercept, 2), 0.5, _ONE),
        Mistake("mixture of one and two degrees", "p_intercept", mixed(intercept), 0.5, _ONE),
    )


MISTAKES: tuple[Mistake, ...] = (
    *(
        Mistake("restricted likelihood", f"comparison.{name}", restricted_column(name), 0.5, _REML)
        for name in ("log_likelihood", "aic", "bic")
    ),
    *several("residual variance not counted", 0.5, _RESIDUAL, **_counted(-1)),
    *several("fixed effects not counted", 0.25, _COUNT, **_counted(-2)),
    *several("fixed effects alone counted", 0.25, _COUNT, **_two_counted()),
    Mistake("BIC", "comparison.aic", column(lambda t, _: t["bic"]), 0.5, _BIC),
    Mistake("AIC", "comparison.bic", column(lambda t, _: t["aic"]), 0.5, _AIC),
    Mistake(
        "subjects counted",
        "comparison.bic",
        on(0, by_subjects),
        0.75,
        _SUBJECTS,
    ),
    Mistake("likelihood once", "comparison.aic", column(lambda t, _: t["aic"] + t["log_likelihood"]), 0.25, _ONCE),
    Mistake("likelihood once", "comparison.bic", column(lambda t, _: t["bic"] + t["log_likelihood"]), 0.25, _ONCE),
    *(
        Mistake(
            "models exchanged",
            f"comparison.{name}",
            column(lambda t, _, name=name: exchanged(t, name)),  # type: ignore[misc]
            0.5,
            _ROWS,
        )
        for name in ("log_likelihood", "aic", "bic", "n_parameters")
    ),
    *(
        Mistake(
            "random intercepts dropped", f"comparison.{name}", without_intercepts(name, counted=False), 0.25, _DROPPED
        )
        for name in ("log_likelihood", "aic", "bic")
    ),
    *(
        Mistake(
            "random intercepts dropped but counted",
            f"comparison.{name}",
            without_intercepts(name, counted=True),
            0.25,
            _DROPPED,
        )
        for name in ("aic", "bic")
    ),
    Mistake("restricted likelihood", "lrt_slopes", on(0, restricted_ratio), 0.75, _VALID),
    Mistake("one restricted likelihood", "lrt_intercept", on(0, half_restricted_ratio), 0.25, _HALF_REML),
    *several(
        "not doubled",
        0.5,
        _TWICE,
        lrt_slopes=statistic(lambda t: ratio(t, "slopes", "intercept") / 2),
        lrt_intercept=statistic(lambda t: ratio(t, "intercept", "ols") / 2),
    ),
    *several(
        "difference of AIC",
        0.25,
        _PENALTY,
        lrt_slopes=statistic(lambda t: cell(t, "intercept", "aic") - cell(t, "slopes", "aic")),
        lrt_intercept=statistic(lambda t: cell(t, "ols", "aic") - cell(t, "intercept", "aic")),
    ),
    *several(
        "slopes against least squares",
        0.25,
        _PAIR,
        lrt_slopes=statistic(lambda t: ratio(t, "slopes", "ols")),
        lrt_intercept=statistic(lambda t: ratio(t, "slopes", "ols")),
    ),
    Mistake(
        "uncorrelated slopes", "lrt_slopes", statistic(lambda t: ratio(t, "uncorrelated", "intercept")), 0.25, _PAIR
    ),
    Mistake("covariance alone", "lrt_slopes", statistic(lambda t: ratio(t, "slopes", "uncorrelated")), 0.25, _PAIR),
    Mistake("other test", "lrt_slopes", statistic(lambda t: ratio(t, "intercept", "ols")), 0.25, _PAIR),
    Mistake("other test", "lrt_intercept", statistic(lambda t: ratio(t, "slopes", "intercept")), 0.25, _PAIR),
    *_testing(_RIGHT_SLOPES, _RIGHT_INTERCEPT),
    Mistake("Wald test", "p_slopes", on(0, wald), 0.25, _WALD),
    Mistake("Wald test by ML", "p_slopes", on(0, lambda data: wald(data, reml=False)), 0.25, _WALD),
    Mistake("pooled OLS", "centred_results", on(1, plain_schools), 0.0, _POOLED),
    Mistake("ML for REML", "centred_results", model_of(schools_by_ml), 0.5, _OTHER_LIKELIHOOD),
    Mistake("centered by school", "centred_results", model_of(centred_by_school), 0.25, _OWN_MEAN),
    *(
        Mistake(f"stopped early, {name}", "best_log_likelihood", schools_by(method), 0.25, _HIGHER)
        for name, method in _EARLY
    ),
    Mistake("random intercepts only", "best_log_likelihood", likelihood_of(parallel_schools), 0.25, _SMALLER),
    Mistake("uncorrelated", "best_log_likelihood", likelihood_of(uncorrelated_schools), 0.25, _SMALLER),
    Mistake("standardized hours", "best_log_likelihood", on(1, standardised), 0.5, _RESCALED),
    Mistake("ML for REML", "best_log_likelihood", likelihood_of(schools_by_ml), 0.5, _OTHER_LIKELIHOOD),
    Mistake("ML for REML, stopped early", "best_log_likelihood", on(1, centred_by_ml), 0.5, _OTHER_LIKELIHOOD),
    Mistake("centered by school", "best_log_likelihood", likelihood_of(centred_by_school), 0.25, _OWN_MEAN),
    *(
        Mistake(f"stopped early, {name}", "plot_variance", plots_by(method), 0.25, _FORMULA)
        for name, method in (("default", None), ("bfgs", "bfgs"), ("lbfgs", "lbfgs"))
    ),
    Mistake("ML for REML", "plot_variance", on(2, plots_by_ml), 0.5, hints.ML),
    Mistake("standard deviation", "plot_variance", on(2, lambda d: math.sqrt(plot_parts(d)["between"])), 0.5, hints.SD),
    Mistake(
        "variance ratio",
        "plot_variance",
        on(2, lambda d: plot_parts(d)["between"] / plot_parts(d)["within"]),
        0.5,
        hints.RATIO,
    ),
    Mistake("residual variance", "plot_variance", on(2, lambda d: plot_parts(d)["within"]), 0.25, hints.EACH_OTHER),
    Mistake("variance of the predicted effects", "plot_variance", on(2, plots_predicted), 0.25, hints.OF_PREDICTIONS),
    Mistake("variance of the means", "plot_variance", on(2, lambda d: plot_parts(d)["means"]), 0.5, _NOISE),
    Mistake(
        "not divided",
        "plot_variance",
        on(2, lambda d: plot_parts(d)["between"] * plot_parts(d)["rows"]),
        0.5,
        _UNDIVIDED,
    ),
    Mistake("powell", "slope_correlation", clinics_by("powell"), 0.25, _CONVERGED),
    Mistake("lbfgs", "slope_correlation", clinics_by("lbfgs"), 0.25, _CONVERGED),
    Mistake(
        "covariance", "slope_correlation", clinics(lambda fit: fit.random_covariance.to_numpy()[0, 1]), 0.25, _UNIT
    ),
    Mistake("divided by the variances", "slope_correlation", clinics(divided_by_variances), 0.25, hints.BY_VARIANCES),
    Mistake(
        "correlation of the estimates",
        "slope_correlation",
        clinics(lambda fit: correlation_of(fit.fixed_covariance.to_numpy()[:2, :2])),
        0.25,
        _ESTIMATES,
    ),
    Mistake("regular because it converged", "is_singular", lambda *_: False, 0.0, _PERFECT),
    Mistake("needed because above zero", "extra_parameters_needed", lambda *_: True, 0.0, _NEEDED),
)

# A kind of mistake that a check of a model sees by itself, in the words of this lesson.
STOPPED_EARLY = Mistake("stopped early", "centred_results", lambda *_: "not-optimal", 0.5, _EARLY_MODEL)


def mistakes_with(lrt_slopes: float, lrt_intercept: float) -> tuple[Mistake, ...]:
    """What testing wrongly gives with likelihood ratios of somebody's own.

    Args:
        lrt_slopes: the student's statistic of slopes against intercept.
        lrt_intercept: the student's statistic of intercept against ordinary least squares.

    Returns:
        Rows about the p-values of both.
    """
    return _testing(lambda *_: float(lrt_slopes), lambda *_: float(lrt_intercept))

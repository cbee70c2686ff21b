"""What goes wrong with tests of rows that are not independent."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
from scipy import stats

from lmmsolutions.core.results import Mistake, several
from lmmsolutions.lessons import hints
from lmmsolutions.lessons.clusters.rejection import LEVEL, SD, between, independent, within
from lmmsolutions.lessons.clusters.solution import ICC, REPEATS, ROWS, means_of, rates, sessions, table_of

_EFFECT = -0.08  # of the simulation of 7a
_ROOT = math.sqrt(SD)  # where a standard deviation was taken for a variance
_SIZES = (80, 120)  # repeats of four athletes in the two sessions


def _naive(data: pd.DataFrame, **how: Any) -> Any:
    return stats.ttest_ind(*sessions(table_of(data)), **how)


def _unpaired(data: pd.DataFrame) -> Any:
    means = means_of(table_of(data))
    return stats.ttest_ind(means[1.0], means[0.0])


def _paired(data: pd.DataFrame) -> Any:
    means = means_of(table_of(data))
    return stats.ttest_rel(means[1.0], means[0.0])


def _rows_paired(data: pd.DataFrame) -> Any:
    """Repeat 1 with repeat 1 of the other session, and so on, of each athlete, as far as the shorter one goes."""
    table = table_of(data)
    table = table.assign(repeat=table.groupby(["athlete_id", "session_high"]).cumcount())
    pairs = table.pivot(index=["athlete_id", "repeat"], columns="session_high", values="correctness").dropna()
    return stats.ttest_rel(pairs[1.0], pairs[0.0])


def _both(test: Callable[[pd.DataFrame], Any], suffix: str) -> dict[str, Callable[[pd.DataFrame], float]]:
    """Statistic and p-value of another test."""
    return {
        f"t_{suffix}": lambda data: float(test(data).statistic),
        f"p_{suffix}": lambda data: float(test(data).pvalue),
    }


def _normal(test: Callable[[pd.DataFrame], Any]) -> Callable[[pd.DataFrame], float]:
    return lambda data: float(2 * stats.norm.sf(abs(test(data).statistic)))


def _rates(shares: Callable[[], tuple[float, float, float]]) -> Callable[[pd.DataFrame], pd.Series[float]]:
    """Integrals, which are not computed before somebody asks, and once."""
    computed = cache(shares)
    return lambda _: rates(*computed())


def _independent(sd_athlete: float, sd_effect: float) -> float:
    low = sd_athlete**2 + SD**2
    return independent(_SIZES, (low, low + sd_effect**2)).rejects()


def _constant(value: float) -> Callable[[pd.DataFrame], float]:
    return lambda _: value


_TWO_MEANS = "The same athlete stands behind two means. Which test uses that?"
_PAIRS = "Repeat three of one session has nothing to do with repeat three of the other. What are the pairs?"
_WELCH = "This test allows unequal variances; equal ones were asked for."
_NORMAL = "This is from a normal distribution. Four differences are few, and their own spread was estimated too."
_NORMAL_NAIVE = "This is from a normal distribution. The test that is asked for uses the t distribution."
_REPEATS = "This is the test of all repeats. Here each athlete and session counts once, by its mean."
_AVERAGED = "This is the test of the athletes' means. Here all repeats are taken as they stand."
_SHARE = "Repeats of one athlete must share something. How often do you draw it?"
_SAME = "Other athletes do the high session in this design. Do they have levels of their own?"
_OWN_EFFECT = "An athlete has one effect, the same in all repeats. How often do you draw it?"
_IN_BOTH = "An athlete's own effect belongs to one of the sessions. Added in both, it is only another level."
_SESSION = "Which rows share something? Those of an athlete; a session holds rows of all athletes."
_HOLDS = "A test of the athletes' means holds its level. The question asks what happens if repeats are tested."
_POWER = "You estimated power. Set the effect to nothing: every rejection is then a false one."
_SD = "`rng.normal` wants a standard deviation. Was a root taken, or a variance given?"
_LEVEL = "Which level was asked for? Count the p-values below that."
_SIDES = "Both directions count: a two-sided test is asked for."
_OTHERS = "How many *other* rows share a row's athlete?"
_FACTOR = "The design effect is the factor of the variance. Its root is that of the standard error."
_COUNT = (
    "This counts the athletes. Several repeats of an athlete carry more information than one, but less than the same "
    "number of independent rows."
)
_ALL_ROWS = "This divides the rows of one athlete. The question is about all rows of the table."
_TIMES = "Rows that share something are worth less than independent ones, not more."

MISTAKES: tuple[Mistake, ...] = (
    *several("rows paired", 0.25, _PAIRS, **_both(_rows_paired, "naive")),
    *several("rows paired", 0.25, _PAIRS, **_both(_rows_paired, "means")),
    *several("Welch", 0.75, _WELCH, **_both(lambda data: _naive(data, equal_var=False), "naive")),
    *several("athletes' means", 0.25, _AVERAGED, **_both(_paired, "naive")),
    *several("unpaired means", 0.25, _TWO_MEANS, **_both(_unpaired, "means")),
    *several("all repeats", 0.25, _REPEATS, **_both(_naive, "means")),
    *several(
        "sign exchanged",
        0.5,
        hints.SIGN,
        t_naive=lambda data: -float(_naive(data).statistic),
        t_means=lambda data: -float(_paired(data).statistic),
    ),
    *several(
        "one-sided",
        0.5,
        hints.ONE_SIDED,
        p_naive=lambda data: float(_naive(data).pvalue) / 2,
        p_means=lambda data: float(_paired(data).pvalue) / 2,
    ),
    Mistake("normal distribution", "p_naive", _normal(_naive), 0.5, _NORMAL_NAIVE),
    Mistake("normal distribution", "p_means", _normal(_paired), 0.5, _NORMAL),
    Mistake(
        "level drawn for each repeat",
        "false_positives",
        _rates(lambda: (_independent(SD, 0.0), LEVEL, _independent(SD, SD))),
        0.25,
        _SHARE,
    ),
    Mistake(
        "no level of athletes",
        "false_positives",
        _rates(lambda: (LEVEL, LEVEL, within(sd_athlete=0.0, sd_effect=SD).rejects())),
        0.25,
        _SHARE,
    ),
    Mistake(
        "own effect in both sessions",
        "false_positives",
        _rates(lambda: (within().rejects(), between().rejects(), within(sd_athlete=math.sqrt(2) * SD).rejects())),
        0.25,
        _IN_BOTH,
    ),
    Mistake(
        "the same athletes in both sessions",
        "false_positives",
        _rates(
            lambda: (within().rejects(), within(repeats=(REPEATS, REPEATS)).rejects(), within(sd_effect=SD).rejects())
        ),
        0.25,
        _SAME,
    ),
    Mistake(
        "effect drawn for each repeat",
        "false_positives",
        _rates(lambda: (within().rejects(), between().rejects(), within(sd_effect_of_repeat=SD).rejects())),
        0.25,
        _OWN_EFFECT,
    ),
    Mistake("athletes' means tested", "false_positives", _rates(lambda: (LEVEL, LEVEL, LEVEL)), 0.25, _HOLDS),
    Mistake(
        "effect left in",
        "false_positives",
        _rates(
            lambda: (
                within(effect=_EFFECT).rejects(),
                between(effect=_EFFECT).rejects(),
                within(effect=_EFFECT, sd_effect=SD).rejects(),
            )
        ),
        0.25,
        _POWER,
    ),
    Mistake(
        "root of the athletes' standard deviation",
        "false_positives",
        _rates(
            lambda: (
                within(sd_athlete=_ROOT).rejects(),
                between(sd_athlete=_ROOT).rejects(),
                within(sd_athlete=_ROOT, sd_effect=SD).rejects(),
            )
        ),
        0.5,
        _SD,
    ),
    Mistake(
        "root of both standard deviations of athletes",
        "false_positives",
        _rates(
            lambda: (
                within(sd_athlete=_ROOT).rejects(),
                between(sd_athlete=_ROOT).rejects(),
                within(sd_athlete=_ROOT, sd_effect=_ROOT).rejects(),
            )
        ),
        0.5,
        _SD,
    ),
    Mistake(
        "level of one percent",
        "false_positives",
        _rates(lambda: (within().rejects(0.01), between().rejects(0.01), within(sd_effect=SD).rejects(0.01))),
        0.5,
        _LEVEL,
    ),
    Mistake(
        "one-sided",
        "false_positives",
        _rates(lambda: (within().rejects(sides=1), between().rejects(sides=1), within(sd_effect=SD).rejects(sides=1))),
        0.5,
        _SIDES,
    ),
    Mistake("own row counted", "design_effect", _constant(1 + REPEATS * ICC), 0.5, _OTHERS),
    Mistake("fifty repeats", "design_effect", _constant(1 + (2 * REPEATS - 1) * ICC), 0.5, _OTHERS),
    Mistake("all rows", "design_effect", _constant(1 + (ROWS - 1) * ICC), 0.25, _OTHERS),
    Mistake("rows of a session", "design_effect", _constant(1 + (ROWS / 2 - 1) * ICC), 0.25, _SESSION),
    Mistake("root", "design_effect", _constant(math.sqrt(1 + (REPEATS - 1) * ICC)), 0.5, _FACTOR),
    Mistake("own row counted", "effective_n", _constant(ROWS / (1 + REPEATS * ICC)), 0.5, _OTHERS),
    Mistake("fifty repeats", "effective_n", _constant(ROWS / (1 + (2 * REPEATS - 1) * ICC)), 0.5, _OTHERS),
    Mistake("all rows", "effective_n", _constant(ROWS / (1 + (ROWS - 1) * ICC)), 0.25, _OTHERS),
    Mistake("rows of a session", "effective_n", _constant(ROWS / (1 + (ROWS / 2 - 1) * ICC)), 0.25, _SESSION),
    Mistake("root", "effective_n", _constant(ROWS / math.sqrt(1 + (REPEATS - 1) * ICC)), 0.5, _FACTOR),
    Mistake("number of athletes", "effective_n", _constant(ROWS / REPEATS), 0.25, _COUNT),
    Mistake("rows of one athlete", "effective_n", _constant(REPEATS / (1 + (REPEATS - 1) * ICC)), 0.5, _ALL_ROWS),
    Mistake("multiplied", "effective_n", _constant(ROWS * (1 + (REPEATS - 1) * ICC)), 0.25, _TIMES),
)

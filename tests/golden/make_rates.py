"""Write rates.csv: how often a t-test on repeats rejects without an effect, by brute force.

Run from the root of the repository:  python tests/golden/make_rates.py  (a minute)
Columns: design, variant, rate, simulations. Every study is drawn observation by observation and tested by SciPy:
nothing here rests on the theory that lmmsolutions uses.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

STUDIES, BATCH = 400_000, 4_000
SD, ROOT, EFFECT = 0.05, math.sqrt(0.05), -0.08

Scores = tuple[NDArray[np.float64], NDArray[np.float64]]


def within(rng: np.random.Generator, sd_athlete: float, sd_effect: float, effect: float) -> Scores:
    """Four athletes do both sessions."""
    level = rng.normal(0, sd_athlete, (BATCH, 4, 1))
    own = effect + rng.normal(0, sd_effect, (BATCH, 4, 1))
    low, high = level + rng.normal(0, SD, (BATCH, 4, 20)), level + own + rng.normal(0, SD, (BATCH, 4, 30))
    return low.reshape(BATCH, -1), high.reshape(BATCH, -1)


def between(rng: np.random.Generator, sd_athlete: float, _: float, effect: float) -> Scores:
    """Four athletes do the low session, four others the high one."""
    low, high = (rng.normal(0, sd_athlete, (BATCH, 4, 1)) + rng.normal(0, SD, (BATCH, 4, 25)) for _ in range(2))
    return low.reshape(BATCH, -1), effect + high.reshape(BATCH, -1)


def for_each_repeat(rng: np.random.Generator, sd_athlete: float, sd_effect: float, effect: float) -> Scores:
    """Everything is drawn anew for each repeat."""
    low = rng.normal(0, sd_athlete, (BATCH, 80)) + rng.normal(0, SD, (BATCH, 80))
    high = rng.normal(0, sd_athlete, (BATCH, 120)) + rng.normal(effect, sd_effect, (BATCH, 120))
    return low, high + rng.normal(0, SD, (BATCH, 120))


def same_athletes(rng: np.random.Generator, sd_athlete: float, _: float, effect: float) -> Scores:
    """Four athletes do both sessions, 25 times each."""
    level = rng.normal(0, sd_athlete, (BATCH, 4, 1))
    low, high = (level + rng.normal(0, SD, (BATCH, 4, 25)) for _ in range(2))
    return low.reshape(BATCH, -1), effect + high.reshape(BATCH, -1)


def effect_for_each_repeat(rng: np.random.Generator, sd_athlete: float, sd_effect: float, effect: float) -> Scores:
    """Four athletes do both sessions; the effect is drawn anew for each repeat of the high one."""
    low, high = within(rng, sd_athlete, 0.0, effect)
    return low, high + rng.normal(0, sd_effect, high.shape)


VARIANTS = (  # design, variant, how it is drawn, SD of athletes, SD of their effects, effect, level, alternative
    ("within", "right", within, SD, 0.0, 0.0, 0.05, "two-sided"),
    ("between", "right", between, SD, 0.0, 0.0, 0.05, "two-sided"),
    ("slopes", "right", within, SD, SD, 0.0, 0.05, "two-sided"),
    ("slopes", "level drawn for each repeat", for_each_repeat, SD, SD, 0.0, 0.05, "two-sided"),
    ("slopes", "no level of athletes", within, 0.0, SD, 0.0, 0.05, "two-sided"),
    ("between", "effect left in", between, SD, 0.0, EFFECT, 0.05, "two-sided"),
    ("slopes", "effect left in", within, SD, SD, EFFECT, 0.05, "two-sided"),
    ("within", "root of the athletes' standard deviation", within, ROOT, 0.0, 0.0, 0.05, "two-sided"),
    ("between", "root of the athletes' standard deviation", between, ROOT, 0.0, 0.0, 0.05, "two-sided"),
    ("slopes", "root of the athletes' standard deviation", within, ROOT, SD, 0.0, 0.05, "two-sided"),
    ("slopes", "root of both standard deviations of athletes", within, ROOT, ROOT, 0.0, 0.05, "two-sided"),
    ("within", "level of one percent", within, SD, 0.0, 0.0, 0.01, "two-sided"),
    ("between", "level of one percent", between, SD, 0.0, 0.0, 0.01, "two-sided"),
    ("slopes", "level of one percent", within, SD, SD, 0.0, 0.01, "two-sided"),
    ("between", "one-sided", between, SD, 0.0, 0.0, 0.05, "greater"),
    ("slopes", "one-sided", within, SD, SD, 0.0, 0.05, "greater"),
    ("between", "the same athletes in both sessions", same_athletes, SD, 0.0, 0.0, 0.05, "two-sided"),
    ("slopes", "effect drawn for each repeat", effect_for_each_repeat, SD, SD, 0.0, 0.05, "two-sided"),
)


def rows() -> Iterator[tuple[str, str, str, int]]:
    """One row for each variant."""
    for number, (design, variant, draw, sd_athlete, sd_effect, effect, level, alternative) in enumerate(VARIANTS):
        rng = np.random.default_rng(7000 + number)
        count = 0
        for _ in range(STUDIES // BATCH):
            low, high = draw(rng, sd_athlete, sd_effect, effect)
            count += int((stats.ttest_ind(high, low, axis=1, alternative=alternative).pvalue < level).sum())
        yield design, variant, f"{count / STUDIES:.6f}", STUDIES


if __name__ == "__main__":
    with Path("tests/golden/rates.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("design", "variant", "rate", "simulations"))
        writer.writerows(rows())

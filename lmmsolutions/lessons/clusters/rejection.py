"""How often a t-test of clustered observations rejects: exactly, without simulation.

The squared statistic exceeds its critical value where a quadratic form of independent normal variables is positive, the
probability of which is a single integral (Imhof 1961, *Computing the distribution of quadratic forms in normal
variables*, Biometrika 48).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import integrate, stats

SD = 0.05  # of athletes, of repeats, of the athletes' own effects, in score
LEVEL = 0.05


@dataclass(frozen=True)
class Test:
    """A two-sample t-test with a pooled variance, on observations that may be dependent.

    Attributes:
        variance: of the difference of the two means.
        squares: the pooled sum of squares as independent terms weight · χ²: (weight, degrees of freedom) of each.
        sizes: observations in the two samples.
        shift: expected difference of the means.
    """

    variance: float
    squares: tuple[tuple[float, int], ...]
    sizes: tuple[int, int]
    shift: float = 0.0

    def rejects(self, level: float = LEVEL, *, sides: int = 2) -> float:
        """Probability of a p-value below the level.

        Args:
            level: of the test.
            sides: 2, or 1 for the test of one direction, which is right without a shift only: both directions are as
                likely then.
        """
        degrees = sum(self.sizes) - 2
        critical = float(stats.t.ppf(1 - level / sides, degrees))
        factor = critical**2 * sum(1 / size for size in self.sizes) / degrees
        terms = ((self.variance, 1), *((-factor * weight, count) for weight, count in self.squares))
        both = _is_positive(terms, self.shift**2 / self.variance)
        return both if sides == 2 else both / 2


@lru_cache
def _is_positive(terms: tuple[tuple[float, int], ...], noncentrality: float) -> float:
    """Probability that Σ weight · χ² > 0; the first term has one degree of freedom and a noncentrality."""
    weights = np.array([weight for weight, _ in terms])
    weights = weights / np.abs(weights).max()
    counts = np.array([count for _, count in terms])
    shifts = np.array([noncentrality] + [0.0] * (len(terms) - 1))

    def integrand(u: float) -> float:
        squared = 1 + np.square(weights * u)
        angle = float((counts * np.arctan(weights * u) + shifts * weights * u / squared).sum()) / 2
        size = (
            float((counts * np.log(squared)).sum()) / 4 + float((shifts * np.square(weights * u) / squared).sum()) / 2
        )
        return math.sin(angle) / u * math.exp(-size)

    value, _ = integrate.quad(integrand, 0, np.inf, limit=500, epsabs=1e-10)
    return 0.5 + value / math.pi


def within(
    athletes: int = 4,
    repeats: tuple[int, int] = (20, 30),
    *,
    sd_athlete: float = SD,
    sd_repeat: float = SD,
    sd_effect: float = 0.0,
    effect: float = 0.0,
    sd_effect_of_repeat: float = 0.0,
) -> Test:
    """Each athlete does both sessions, with an own level and an own effect of the high session.

    An effect that is drawn anew for each repeat is more noise in the high session.

    Args:
        athletes: who do both sessions.
        repeats: of an athlete in the low and in the high session.
        sd_athlete: standard deviation of the athletes' levels; like all that follow in score.
        sd_repeat: of an athlete's repeats.
        sd_effect: of the athletes' own effects.
        effect: their mean.
        sd_effect_of_repeat: of an effect that is drawn anew for each repeat.
    """
    low, high = repeats
    noise = sd_repeat**2
    noise_high = noise + sd_effect_of_repeat**2
    # Session means of an athlete, weighted so that their squares add up to the sum of squares between athletes.
    shared = sd_athlete**2 * np.ones((2, 2)) + np.diag([noise / low, sd_effect**2 + noise_high / high])
    root = np.sqrt(np.diag([low, high]))
    between = np.linalg.eigvalsh(root @ shared @ root)
    return Test(
        variance=noise / (athletes * low) + noise_high / (athletes * high) + sd_effect**2 / athletes,
        squares=(
            (noise, athletes * (low - 1)),
            (noise_high, athletes * (high - 1)),
            *((float(one), athletes - 1) for one in between),
        ),
        sizes=(athletes * low, athletes * high),
        shift=effect,
    )


def between(
    athletes: int = 4, repeats: int = 25, *, sd_athlete: float = SD, sd_repeat: float = SD, effect: float = 0.0
) -> Test:
    """So many athletes do the low session only, as many others the high one.

    Args:
        athletes: in each session.
        repeats: of an athlete.
        sd_athlete: standard deviation of the athletes' levels, in score.
        sd_repeat: of an athlete's repeats, in score.
        effect: expected score in the high less that in the low session.
    """
    of_mean = repeats * sd_athlete**2 + sd_repeat**2
    return Test(
        variance=2 * of_mean / (athletes * repeats),
        squares=((sd_repeat**2, 2 * athletes * (repeats - 1)), (of_mean, 2 * (athletes - 1))),
        sizes=(athletes * repeats, athletes * repeats),
        shift=effect,
    )


def independent(sizes: tuple[int, int], variances: tuple[float, float]) -> Test:
    """All observations independent, with a variance in each sample.

    Args:
        sizes: observations in the low and in the high session.
        variances: of an observation in each, score².
    """
    low, high = variances
    return Test(
        variance=low / sizes[0] + high / sizes[1], squares=((low, sizes[0] - 1), (high, sizes[1] - 1)), sizes=sizes
    )

"""Power of the test of an average slope, exactly.

Each of n subjects is measured on ten days and gets a slope of their own, whose estimates are independent and normal
with variance τ² + σ²/Σ(d − d̄)².  Their mean is tested with n − 1 degrees of freedom, so that the statistic follows a
noncentral t distribution (Cohen 1988, *Statistical Power Analysis*, ch. 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy import stats

SLOPE_VARIANCE = 35.07  # (ms per day)²
RESIDUAL_VARIANCE = 654.94  # ms²
SQUARED_DAYS = 82.5  # Σ(d − d̄)² over the days 0 to 9
LEVEL = 0.05
MOST_SUBJECTS = 1000


@dataclass(frozen=True)
class Power:
    """Probability that the test finds an average slope; called like the students' function."""

    slope_variance: float = SLOPE_VARIANCE
    residual_variance: float = RESIDUAL_VARIANCE
    two_sided: bool = True
    level: float = LEVEL
    normal_quantile: bool = False  # the limit is taken from the normal distribution, the variance from the sample

    def __call__(self, n_subjects: int, slope: float, n_sim: int = 0, seed: int = 0) -> float:
        """The exact power, 0 … 1; ``n_sim`` and ``seed`` make no difference.

        Args:
            n_subjects: that take part, at least two.
            slope: the true mean slope, in ms per day.
            n_sim: not used; a student's function has it.
            seed: not used, likewise.
        """
        del n_sim, seed
        df = n_subjects - 1
        tail = self.level / (2 if self.two_sided else 1)
        limit = float(stats.norm.isf(tail) if self.normal_quantile else stats.t.isf(tail, df))
        shift = slope / math.sqrt((self.slope_variance + self.residual_variance / SQUARED_DAYS) / n_subjects)
        above = float(stats.nct.sf(limit, df, shift))
        return above + float(stats.nct.sf(limit, df, -shift)) if self.two_sided else above


def subjects_needed(power: Callable[[int, float], float], slope: float = 3.0, wanted: float = 0.8) -> int:
    """The smallest number of subjects with the wanted power.

    Args:
        power: number of subjects, average slope → probability that the test finds it.
        slope: the average slope, ms per day.
        wanted: that probability, 0 … 1.

    Raises:
        StopIteration: fewer than ``MOST_SUBJECTS`` do not have it.

    Example:
        >>> subjects_needed(Power())
        40
    """
    return next(n for n in range(2, MOST_SUBJECTS) if power(n, slope) >= wanted)

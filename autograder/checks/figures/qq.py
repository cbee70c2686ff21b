"""Normal quantile-quantile plots: sorted values against the quantiles of a normal distribution."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.checks.describe import plural
from autograder.checks.figures.panels import SWAPPED_KEEPS, content, marks, panels
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.values.containers import as_floats
from autograder.values.views import Figure, type_of_array

_SAMPLE = 2e-3  # of the range of the sample; less than the width of a pen
_SCORES = 0.2  # standard deviations; plotting positions differ by up to 0.16 at the ends for n = 180
_FEWEST = 3


def sample_of(values: Any) -> type_of_array:
    """The finite values, sorted.

    Raises:
        AuthorError: if they are fewer than three, or all alike.
    """
    numbers = as_floats(values)
    numbers = np.sort(numbers[np.isfinite(numbers)])
    if len(numbers) < _FEWEST or np.ptp(numbers) == 0:
        raise AuthorError("a QQ plot needs at least three values that are not all alike", values)
    return numbers


def judge_qq(figure: Figure, sample: type_of_array) -> Verdict:
    """Judge one figure by whether a panel shows the normal QQ plot of a sample, standardized or not.

    The line is optional. The positions (i − a) / (n + 1 − 2a) with any usual a are right, among them i / (n + 1) of
    statsmodels (a = 0), those of Blom (1958, *Statistical Estimates and Transformed Beta-Variables*; a = 3/8), and
    SciPy's, which are Filliben's (1975, *Technometrics* 17, 111-117). Hyndman and Fan (1996, *The American
    Statistician* 50, 361-365) compare them.

    Args:
        figure: as it was recorded.
        sample: the values, shape (n,), in their own unit.
    """
    got = content(figure)
    collections = list(_collections(figure))
    if any(is_qq(x, y, sample) for x, y in collections):
        return right(got)
    if any(is_qq(y, x, sample) for x, y in collections):
        hint = "The axes are exchanged: the quantiles of the normal distribution belong on the horizontal axis."
        return Verdict(SWAPPED_KEEPS, got, hint, "swapped")
    if not collections:
        return wrong(got, "There is no QQ plot: each value should be one point.", "no-points")
    ordered = [x for x, y in collections if _is_sample(np.sort(y), sample)]
    if any(len(x) == len(sample) for x in ordered):
        hint = "The values are there, but not against the quantiles of a normal distribution: is the sample sorted?"
        return wrong(got, hint, "other-quantiles")
    if not any(len(x) == len(sample) for x, _ in collections):
        most = max(len(x) for x, _ in collections)
        return wrong(got, f"There are {plural(most, 'point')} for {plural(len(sample), 'value')}.", "incomplete")
    return wrong(got, "The points are not those of the values that are asked for.", "other-sample")


def is_qq(quantiles: type_of_array, values: type_of_array, sample: type_of_array) -> bool:
    """Whether points are the normal QQ plot of a sorted sample, at any usual plotting positions.

    Args:
        quantiles: on the one axis, shape (n,), in any order and any unit.
        values: on the other, shape (n,), standardized or not.
        sample: as :func:`sample_of` gives it.
    """
    if len(values) != len(sample):
        return False
    order = np.lexsort((values, quantiles))
    return _is_sample(values[order], sample) and _are_normal(quantiles[order])


def _is_sample(values: type_of_array, sample: type_of_array) -> bool:
    """Whether values are the sample, or the sample in another unit and from another zero."""
    if len(values) != len(sample) or np.ptp(values) == 0:
        return False
    slope, intercept = np.polyfit(sample - sample.mean(), values, 1)
    off = np.abs(values - (intercept + slope * (sample - sample.mean())))
    return bool(slope > 0 and off.max() <= _SAMPLE * slope * np.ptp(sample))


def _are_normal(quantiles: type_of_array) -> bool:
    """Whether ascending numbers are quantiles of a normal distribution at usual plotting positions."""
    from scipy.special import ndtri  # loaded when it is first needed: an author who tries a test waits for it

    n = len(quantiles)
    scores = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))
    if np.ptp(quantiles) == 0:
        return False
    slope, intercept = np.polyfit(scores, quantiles, 1)
    return bool(slope > 0 and (np.abs((quantiles - intercept) / slope - scores) <= _SCORES).all())


def _collections(figure: Figure) -> Iterator[tuple[type_of_array, type_of_array]]:
    for axes in panels(figure):
        yield from marks(axes)

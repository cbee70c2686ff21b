"""What a data set must be like for a second run: one row for each demand, with what was measured.

A submission that is right on the published data and whose code is honest must be right here, too; one whose answers
were typed in must be wrong; and what is wrong there for a known reason must be recognized here for the same reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lmmsolutions.core.fitting import MixedFitError
from lmmsolutions.lessons.correlation import solve as clean_and_correlate
from lmmsolutions.lessons.mixed_model.models import intercept_of, maximum_likelihood, random_intercept, random_slopes
from lmmsolutions.lessons.subject_comparisons import SUBJECT_1
from lmmsolutions.variants.answers import RIGHT, allowed, off, rounds_well, shares
from lmmsolutions.variants.candidate import (
    Candidate,
    indistinct_as_published,
    published,
    type_of_pairs,
)
from lmmsolutions.variants.drawing import DECIMALS
from lmmsolutions.variants.optimizers import OPTIMIZERS

type_of_measure = tuple[bool, str]  # whether the demand is met, and what was measured

CLEARLY = 0.01  # of an answer's scale: ten times the widest tolerance
MARGIN = 2.0  # tolerances between a misconception and what it must be told from
FIT_MARGIN = 0.5  # tolerances that an optimizer may be off
CORRELATIONS = (0.3, 0.7)  # a moderate positive association
ICCS = (0.3, 0.8)


@dataclass(frozen=True)
class Criterion:
    """One demand on a candidate."""

    name: str
    wants: str  # in words, for the table
    measure: Callable[[Candidate], type_of_measure]


@dataclass(frozen=True)
class Finding:
    """What came of one criterion."""

    name: str
    wants: str
    measured: str
    passed: bool


def _columns(candidate: Candidate) -> type_of_measure:
    want = published().complete.dtypes
    complete, faulty = candidate.complete.dtypes, candidate.faulty.dtypes
    # Missing values need a float column.
    met = complete.equals(want) and faulty.equals(want.where(want.index != "Subject", np.dtype(float)))
    return met, ", ".join(f"{name} {kind}" for name, kind in complete.items())


def _rows(candidate: Candidate) -> type_of_measure:
    want, got = published().complete, candidate.complete
    same = len(got) == len(want) and all(np.array_equal(got[name], want[name]) for name in ("Days", "Subject"))
    return same, f"{len(got)} rows, {got['Subject'].nunique()} subjects, days {sorted(set(got['Days']))}"


def _milliseconds(candidate: Candidate) -> type_of_measure:
    reaction, known = candidate.complete["Reaction"], published().complete["Reaction"]
    low, high = float(reaction.min()), float(reaction.max())
    inside = known.min() <= low and high <= known.max() and not reaction.isna().any()
    return bool(inside and reaction.equals(reaction.round(DECIMALS))), f"{low:.4f} to {high:.4f} ms"


def _extremes(candidate: Candidate) -> type_of_measure:
    reaction = candidate.complete["Reaction"]
    often = [int((reaction == end).sum()) for end in (reaction.min(), reaction.max())]
    return often == [1, 1], f"smallest value {often[0]} time(s), largest {often[1]} time(s)"


def _nothing_kept(candidate: Candidate) -> type_of_measure:
    kept = int((candidate.complete["Reaction"] == published().complete["Reaction"]).sum())
    return kept == 0, f"{kept} of {len(candidate.complete)} values"


def _faults(candidate: Candidate) -> type_of_measure:
    table, complete = candidate.faulty, candidate.complete
    faulty = table[["Reaction", "Subject"]].isna() | (table[["Reaction", "Subject"]] == 0)
    counts = {name: (int(table[name].isna().sum()), int((table[name] == 0).sum())) for name in faulty.columns}
    same_elsewhere = (table == complete).where(~faulty.reindex(columns=table.columns, fill_value=False), True)
    met = (
        all(number > 0 for pair in counts.values() for number in pair)
        and len(table) == len(complete)
        and int(faulty.sum(axis=1).max()) == 1
        and table.loc[~faulty.any(axis=1), "Subject"].nunique() == complete["Subject"].nunique()
        and bool(same_elsewhere.to_numpy().all())
    )
    return met, "; ".join(f"{name}: {missing} missing, {zero} zero" for name, (missing, zero) in counts.items())


def _slopes(candidate: Candidate) -> type_of_measure:
    first, second = (candidate.line(subject).slope for subject in (308, 309))
    return first - second >= 5 and second > 0, f"{first:.2f} and {second:.2f} ms per day"


def _correlations(candidate: Candidate) -> type_of_measure:
    found = [clean_and_correlate(table).correlation for table in (candidate.complete, candidate.faulty)]
    met = all(CORRELATIONS[0] <= one <= CORRELATIONS[1] for one in found)
    return met, f"{found[0]:.4f}; cleaned {found[1]:.4f}"


def _cleaning(candidate: Candidate) -> type_of_measure:
    table = candidate.faulty
    cleaned, as_it_is = clean_and_correlate(table).correlation, float(table["Days"].corr(table["Reaction"]))
    return abs(cleaned - as_it_is) > CLEARLY, f"{cleaned:.4f} cleaned, {as_it_is:.4f} as it is"


def _regular(candidate: Candidate) -> type_of_measure:
    try:
        fit = random_intercept(candidate.complete)
    except MixedFitError as error:
        return False, str(error)
    return fit.converged and not fit.boundary, "converged, not on the boundary"


def _icc(candidate: Candidate) -> type_of_measure:
    icc = candidate.mixed.icc
    return ICCS[0] <= icc <= ICCS[1], f"{icc:.3f}"


def _between(candidate: Candidate) -> type_of_measure:
    fit = random_intercept(candidate.complete)
    ratio = fit.group_variance / fit.residual_variance
    errors = ratio / fit.variance_ratio_se
    return errors >= 2.4, f"{fit.group_variance:.1f} ms², {errors:.2f} standard errors from 0"


def _two_subjects(candidate: Candidate) -> type_of_measure:
    first, second = candidate.comparison.intercept_1, candidate.comparison.intercept_2
    return second - first >= 20, f"{second:.1f} and {first:.1f} ms"


def _random_slopes(candidate: Candidate) -> type_of_measure:
    fit = random_slopes(candidate.complete)
    if fit is None or fit.boundary or not fit.converged:
        return False, "no regular fit"
    covariance = fit.random_covariance.to_numpy()
    spread = math.sqrt(covariance[1, 1])
    correlation = covariance[0, 1] / math.sqrt(covariance[0, 0] * covariance[1, 1])
    ratio = 2 * (fit.log_likelihood - candidate.mixed.log_likelihood)
    met = spread >= 3 and abs(correlation) <= 0.5 and ratio >= 10
    return met, f"SD {spread:.2f} ms per day, correlation {correlation:.2f}, likelihood ratio {ratio:.1f}"


def _common_slope(candidate: Candidate) -> type_of_measure:
    fit = random_slopes(candidate.complete)
    if fit is None:
        return False, "no fit"
    slope, error = float(fit.fixed["Days"]), float(fit.standard_errors["Days"])
    return slope >= 4 * error, f"{slope:.2f} ms per day, standard error {error:.2f}"


def _typed_in(candidate: Candidate) -> type_of_measure:
    """An answer of several parts has moved when three quarters of them have."""
    known = published().answers
    moved = {
        quantity: _lower_quarter(shares(quantity, value, known[name, quantity], published().scale))
        for (name, quantity), value in candidate.answers.items()
    }
    nearest = min(moved, key=lambda quantity: moved[quantity])
    return moved[nearest] >= CLEARLY, f"{nearest} by {moved[nearest]:.1%}, the others by more"


def _lower_quarter(parts: list[float]) -> float:
    return sorted(parts)[len(parts) // 4]


def _roundings(candidate: Candidate) -> type_of_measure:
    """Decimals that are enough for a published answer must be enough here: ``round(slope, 2)`` is honest."""
    known, scale = published().answers, published().scale
    coarse = [
        f"{quantity} to {decimals} decimals"
        for (name, quantity), value in candidate.answers.items()
        for want in (known[name, quantity],)
        if isinstance(value, float)
        for decimals in range(DECIMALS + 1)
        if rounds_well(want, decimals, allowed(quantity, want, scale)) and not rounds_well(value, decimals)
    ]
    return not coarse, f"too coarse: {', '.join(coarse) or 'none'}"


def _maximum_likelihood(candidate: Candidate) -> type_of_measure:
    """The one wrong way that leads to a right answer on the published data: what it gives was not typed in."""
    fit = maximum_likelihood(candidate.complete)
    wrong = float("nan") if fit is None else intercept_of(fit, SUBJECT_1)
    apart = off("intercept_1", wrong, candidate.comparison.intercept_1, candidate.scale)
    return apart <= 1, f"{apart:.2f} tolerances"


def _recognizable(candidate: Candidate) -> type_of_measure:
    lost = sorted(candidate.without_value - published().without_value)
    return not lost, f"without a value: {', '.join(f'{quantity} ({name})' for quantity, name in lost) or 'none'}"


def _from_right_answers(candidate: Candidate) -> type_of_measure:
    return _nearest({key: apart for key, apart in candidate.pairs.items() if key[1].other == RIGHT})


def _from_each_other(candidate: Candidate) -> type_of_measure:
    return _nearest({key: apart for key, apart in candidate.pairs.items() if key[1].other != RIGHT})


def _nearest(pairs: type_of_pairs) -> type_of_measure:
    """The nearest of the pairs that can be told apart on the published data."""
    distinct = {key: apart for key, apart in pairs.items() if key not in indistinct_as_published()}
    key = min(distinct, key=lambda key: distinct[key])
    pair, apart = key[1], distinct[key]
    return apart > MARGIN, f"{pair.quantity}: {pair.one} and {pair.other}, {apart:.1f} tolerances"


def _optimizer(name: str) -> Criterion:
    def measure(candidate: Candidate) -> type_of_measure:
        there, here = published().fits[name], candidate.fits[name]
        met = (
            here.apart <= FIT_MARGIN and here.converged >= there.converged and set(here.warnings) <= set(there.warnings)
        )
        return met or not there.works, str(here)

    wants = f"within {FIT_MARGIN} tolerances of the reference, as quietly as on the published data"
    return Criterion(f"a student's fit, {name}", wants, measure)


_ENOUGH = "decimals that suffice for the published answer suffice"

CRITERIA: tuple[Criterion, ...] = (
    Criterion("columns and types", "as published; Subject a float where values are missing", _columns),
    Criterion("rows", "days and subjects as published, row by row", _rows),
    Criterion("reaction times", f"within the published range, {DECIMALS} decimals", _milliseconds),
    Criterion("extremes", "one smallest and one largest value", _extremes),
    Criterion("values kept", "no reaction time as published", _nothing_kept),
    Criterion("faults (02)", "in Reaction and Subject alone, one in a row, no subject lost", _faults),
    Criterion("slopes of 308 and 309", "both positive, the first larger by 5 ms per day or more", _slopes),
    Criterion("correlation", f"{CORRELATIONS[0]} to {CORRELATIONS[1]}", _correlations),
    Criterion("correlation, uncleaned (02)", "clearly another", _cleaning),
    Criterion("regular fit", "converged, not on the boundary", _regular),
    Criterion("intercept of 371 by ML", "within a tolerance of that by REML, as published", _maximum_likelihood),
    Criterion("intraclass correlation", f"{ICCS[0]} to {ICCS[1]}", _icc),
    Criterion("variance between subjects", "at least 2.4 standard errors from 0", _between),
    Criterion("intercepts of 337 and 371", "the first larger by 20 ms or more", _two_subjects),
    Criterion(
        "random slopes",
        "regular fit, SD at least 3 ms per day, correlation up to 0.5, likelihood ratio at least 10",
        _random_slopes,
    ),
    Criterion("common slope", "positive, at least four standard errors that allow for random slopes", _common_slope),
    Criterion("typed-in answers", f"every answer moved by {CLEARLY:.0%} of its scale or more", _typed_in),
    Criterion("roundings", _ENOUGH, _roundings),
    Criterion("misconceptions with a value", "all that have one on the published data", _recognizable),
    Criterion(
        "misconceptions and right answers",
        f"more than {MARGIN:.0f} tolerances apart",
        _from_right_answers,
    ),
    Criterion(
        "misconceptions among each other",
        f"more than {MARGIN:.0f} tolerances apart, unless alike on the published data",
        _from_each_other,
    ),
    *(_optimizer(name) for name in OPTIMIZERS),
)


def find(criterion: Criterion, candidate: Candidate) -> Finding:
    """Measure one criterion."""
    passed, measured = criterion.measure(candidate)
    return Finding(criterion.name, criterion.wants, measured, bool(passed))

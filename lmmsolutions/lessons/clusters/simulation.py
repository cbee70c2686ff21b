"""A simulation of athletes, and what is wrong with what students simulated: tables of a function, p-values."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.results import Fault, type_of_numbers

BASELINE = 0.85  # expected score in the low session
LOW, HIGH = 20, 30  # repeats of an athlete in each session
COLUMNS = ("athlete_id", "session_high", "correctness")
_DIFFERENT = 50  # p-values, at least, of many: rounded to two decimals there are 101
_SIGMAS = 4.0  # standard errors: one honest function in 16,000 is refused


def simulate(
    seed: int,
    n_athletes: int = 4,
    effect: float = -0.08,
    sd_athlete: float = 0.05,
    sd_repeat: float = 0.05,
) -> pd.DataFrame:
    """The simulation that the task describes; scores are not clipped.

    Args:
        seed: of numpy's default generator.
        n_athletes: each with ``LOW`` repeats in the low and ``HIGH`` in the high session.
        effect: expected score in the high less that in the low session.
        sd_athlete: standard deviation of the athletes' levels, in score.
        sd_repeat: standard deviation of an athlete's repeats, in score.

    Returns:
        A row for each repeat, with the columns ``COLUMNS``.
    """
    rng = np.random.default_rng(seed)
    session = np.tile(np.repeat([0, 1], [LOW, HIGH]), n_athletes)
    athlete = np.repeat(np.arange(n_athletes), LOW + HIGH)
    level = BASELINE + rng.normal(0, sd_athlete, n_athletes)
    score = level[athlete] + effect * session + rng.normal(0, sd_repeat, len(session))
    return pd.DataFrame(dict(zip(COLUMNS, (athlete, session, score), strict=True)))


type_of_call = Mapping[str, Any]  # arguments of the student's function by name
type_of_judge = Callable[..., Fault | bool]  # the tables of the calls → what is wrong with them, or True

DEFAULTS: Mapping[str, float] = {
    name: parameter.default for name, parameter in inspect.signature(simulate).parameters.items() if name != "seed"
}


def form(calls: Sequence[type_of_call]) -> type_of_judge:
    """Judges the columns and rows of the tables of some calls."""

    def judge(*tables: Any) -> Fault | bool:
        return _first_of_form(tables, calls) or True

    return judge


def _first_of_form(tables: Sequence[Any], calls: Sequence[type_of_call]) -> Fault | None:
    counts = [int({**DEFAULTS, **call}["n_athletes"]) for call in calls]
    return next(filter(None, map(faults_of_form, tables, counts)), None)


def seeds(first: Any, again: Any, other: Any) -> Fault | bool:
    """Judges the tables of two calls with one seed, and of one with another."""
    if not all(isinstance(table, pd.DataFrame) for table in (first, again, other)):
        return _NO_TABLE
    if not first.equals(again):
        return Fault(
            "not-reproducible",
            "Called twice with one seed it answers differently. Make the generator inside the function, from the "
            "argument `seed`, and draw everything from it.",
        )
    if first.equals(other):
        return Fault("seed-ignored", "Two seeds give the same table. Is the argument `seed` used?")
    return True


def moments(calls: Sequence[type_of_call]) -> type_of_judge:
    """Judges the means and spreads of the tables of some calls; a quarter of the credit is lost with each."""

    def judge(*tables: Any) -> Fault | bool:
        if unfit := _first_of_form(tables, calls):
            return unfit
        of_tables = [faults_of_moments(table, {**DEFAULTS, **call}) for table, call in zip(tables, calls, strict=True)]
        found = [fault for faults in zip(*of_tables, strict=True) if (fault := next(filter(None, faults), None))]
        if not found:
            return True
        names, hints = (dict.fromkeys(said) for said in zip(*((one.name, one.hint) for one in found), strict=True))
        return Fault(", ".join(names), " ".join(hints), keeps=1 - len(found) / 4)

    return judge


_NO_TABLE = Fault("not-a-table", "The function must return a DataFrame.")


def faults_of_form(table: Any, n_athletes: int) -> Fault | None:
    """What is wrong with the columns and the numbers of rows; ``None`` where nothing is.

    Args:
        table: whatever the student's function returned.
        n_athletes: that it was called with.

    Returns:
        The first fault that is found; a table without one is fit for :func:`faults_of_moments`.
    """
    if not isinstance(table, pd.DataFrame):
        return _NO_TABLE
    lost = [name for name in COLUMNS if name not in table.columns]
    if lost:
        return Fault("columns", f"The table lacks {', '.join(lost)}; column names count, capital letters too.")
    numbers = [pd.to_numeric(table[name], errors="coerce") for name in COLUMNS[1:]]
    if any(not np.isfinite(column.to_numpy(float)).all() for column in numbers):
        return Fault("not-numbers", "`session_high` and `correctness` must hold numbers, without gaps.")
    if not set(numbers[0]) <= {0, 1}:
        return Fault("sessions", "`session_high` is 0 in the low and 1 in the high session.")
    counts = pd.crosstab(table["athlete_id"], numbers[0]).reindex(columns=[0, 1], fill_value=0)
    if len(counts) != n_athletes:
        return Fault("athletes", f"With n_athletes={n_athletes} the table has {len(counts)} different athletes.")
    if not (counts.to_numpy() == [LOW, HIGH]).all():
        return Fault("repeats", "Each athlete has as many rows in each session as the task says: count them.")
    return None


@dataclass(frozen=True)
class Moments:
    """What a simulated table is like."""

    low: float  # mean score of the low session
    effect: float  # mean of the athletes' differences, high - low
    shared: float  # covariance of an athlete's two session means: variance of what the sessions share
    within: float  # variance of repeats of an athlete in a session
    own_effects: float  # variance of the athletes' differences less that of noise
    low_spread: float  # variance of the athletes' low means

    @property
    def low_level(self) -> float:
        """Variance of the athletes' low means less that of noise."""
        return self.low_spread - self.within / LOW


def moments_of(table: pd.DataFrame) -> Moments:
    """The moments of a table of the right form."""
    cells = table.groupby(["athlete_id", "session_high"])["correctness"]
    means, variances = cells.mean().unstack(), cells.var().unstack()
    within = float((LOW - 1) * variances[0].mean() + (HIGH - 1) * variances[1].mean()) / (LOW + HIGH - 2)
    difference = means[1] - means[0]
    return Moments(
        low=float(means[0].mean()),
        effect=float(difference.mean()),
        shared=float(np.cov(means[0], means[1])[0, 1]),
        within=within,
        own_effects=float(difference.var()) - within * (1 / LOW + 1 / HIGH),
        low_spread=float(means[0].var()),
    )


def faults_of_moments(table: pd.DataFrame, arguments: Mapping[str, float]) -> Iterator[Fault | None]:
    """What is wrong with the low mean, the effect, the athletes' and the repeats' standard deviation, in this order.

    A moment counts as wrong where it is more than four standard errors from what the arguments say. Scores that are cut
    off, where it shows in means or spreads, are called that, and not what else might explain them.

    Args:
        table: of the right form, large enough for the standard errors: hundreds of athletes.
        arguments: ``n_athletes``, ``effect``, ``sd_athlete`` and ``sd_repeat`` of the call.

    Yields:
        Four times a fault, or ``None``.
    """
    faults = _moments_that_are_wrong(table, arguments)
    if _is_cut_off(table["correctness"]):
        faults = (_CUT_OFF if fault is not None and fault.name in _OF_BOUNDS else fault for fault in faults)
    yield from faults


def _is_cut_off(scores: pd.Series[float]) -> bool:
    """Whether many scores are the largest or the smallest: drawn numbers hardly ever agree."""
    numbers = scores.to_numpy(float)
    return any(int((numbers == bound).sum()) > max(2, _TIES * len(numbers)) for bound in (numbers.min(), numbers.max()))


_TIES = 0.0005  # share of the rows
_OF_BOUNDS = {"baseline", "share", "effect", "own-effects", "spread"}  # what a bound looks like in moments
_CUT_OFF = Fault("cut-off", "Scores pile up at a bound: they are cut off. Leave them as they are drawn.")


def _moments_that_are_wrong(table: pd.DataFrame, arguments: Mapping[str, float]) -> Iterator[Fault | None]:
    found = moments_of(table)
    count, effect = arguments["n_athletes"], arguments["effect"]
    athlete, repeat = arguments["sd_athlete"], arguments["sd_repeat"]
    # Means are judged by the spread that the table has, so that a wrong spread costs nothing here.
    low_error = math.sqrt(found.low_spread / count)
    yield None if _near(found.low, BASELINE, low_error) else _of_low(found, effect, low_error)
    noise = found.within * (1 / LOW + 1 / HIGH)
    error = math.sqrt(max(noise, found.own_effects + noise) / count)
    if not _near(found.effect, effect, error):
        yield _of_effect(found, effect, error)
    else:
        alike = _near(found.own_effects, 0.0, noise * math.sqrt(2 / count))
        yield None if alike or found.shared < found.low_level / 2 else _OWN_EFFECTS
    sizes = (athlete**2 + repeat**2 / LOW) * (athlete**2 + repeat**2 / HIGH) + athlete**4
    yield None if _near(found.shared, athlete**2, math.sqrt(sizes / count)) else _of_athletes(found, athlete)
    within_error = repeat**2 * math.sqrt(2 / (count * (LOW + HIGH - 2)))
    yield None if _near(found.within, repeat**2, within_error) else _of_repeats(found, athlete, repeat)


def _near(got: float, want: float, error: float) -> bool:
    return abs(got - want) <= _SIGMAS * error


def _of_low(found: Moments, effect: float, error: float) -> Fault:
    if effect and _near(found.low + found.effect, BASELINE, 2 * error) and _near(found.effect, -effect, error):
        return Fault("sessions-exchanged", "The effect is in the low session. It belongs to the high one.")
    return Fault("baseline", "The mean of the low session is not the baseline that the task gives.")


def _of_effect(found: Moments, effect: float, error: float) -> Fault:
    if _near(found.effect, 0.0, error):
        return Fault("no-effect", "The sessions do not differ. Is the argument `effect` used?")
    if _near(found.effect, -effect, error):
        return Fault("sign", "The sessions differ in the wrong direction: `effect` is added in the high session.")
    if _near(found.effect, BASELINE * effect, error):
        return Fault("share", "`effect` is a difference of scores, not a share of them: add it.")
    return Fault("effect", "The sessions do not differ by `effect`, which is the same for all athletes.")


_OWN_EFFECTS = Fault("own-effects", "Athletes differ in their effect. It is the same for all in this simulation.")


_NOTHING = (
    "Repeats of one athlete share nothing, or next to nothing. How often is the level drawn, and is `sd_athlete` its "
    "standard deviation?"
)


def _of_athletes(found: Moments, sd: float) -> Fault:
    if abs(found.shared) < sd**2 / 5 and found.low_level > sd**2 / 2:
        return Fault("level-for-each-session", "An athlete's level is drawn anew for each session. Draw it once.")
    if abs(found.shared) < sd**2 / 5:
        return Fault("nothing-shared", _NOTHING)
    return _of_size(found.shared, sd, "sd_athlete")


def _of_repeats(found: Moments, sd_athlete: float, sd: float) -> Fault:
    if abs(found.shared) < sd_athlete**2 / 5 and abs(found.within / (sd_athlete**2 + sd**2) - 1) < 0.03:
        return Fault("level-for-each-repeat", "An athlete's level is drawn anew for each repeat. Draw it once.")
    return _of_size(found.within, sd, "sd_repeat")


def _of_size(variance: float, sd: float, name: str) -> Fault:
    """A spread that is not what the argument says."""
    if abs(variance / sd - 1) < 0.15:
        return Fault("variance", f"`rng.normal` wants a standard deviation. `{name}` is one already: take no root.")
    if abs(variance / sd**4 - 1) < 0.5:
        return Fault("variance", f"`rng.normal` wants a standard deviation. `{name}` is one already: do not square it.")
    return Fault("spread", f"The spread is not what `{name}` says. Is the argument used, and what is added to it?")


def simulated(values: Any) -> type_of_numbers:
    """The finite numbers among a student's p-values; none where nobody simulated them: that is no work to build on.

    Args:
        values: whatever the student's variable holds.
    """
    listed = values if isinstance(values, list | tuple | np.ndarray | pd.Series) else []
    numbers = pd.to_numeric(pd.Series(np.ravel(np.asarray(listed, dtype=object))), errors="coerce")
    numbers = numbers[np.isfinite(numbers)]
    enough = len(numbers) > 1 and numbers.nunique() > min(_DIFFERENT, 0.9 * len(numbers))
    return pd.Series(numbers if enough and numbers.between(0, 1).all() else [], dtype=float)

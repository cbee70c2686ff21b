"""What drawn data of a lesson on mixed models must be like for a second run."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from lmmsolutions.core.data import load
from lmmsolutions.core.fitting import MixedFitError, RandomTerm, fit_terms
from lmmsolutions.core.results import FittedModel, Mistake
from lmmsolutions.lessons.assignments import ASSIGNMENTS
from lmmsolutions.lessons.checking_planning.power import Power
from lmmsolutions.variants.answers import has_value, rounds_well
from lmmsolutions.variants.criteria import Finding
from lmmsolutions.variants.lessons import LESSONS, type_of_tables
from lmmsolutions.variants.screening import MOST_SEEDS, NoVariant

MOVED = 5.0  # tolerances by which an answer must differ from the published one
MARGIN = 2.0  # tolerances between a misconception and what it must be told from
LOG_LIKELIHOOD = 5e-3  # by which a student's default fit may be less likely than the reference
DIGITS = 1e-4  # relative; nearer than this, two numbers are the same once they are rounded
PROBABILITY = 0.03  # tolerance of a p-value, as a difference of logarithms to base ten
RATIO_PROBABILITY = 0.01  # that of a likelihood ratio, whose statistic is known to a thousandth
CRITERION = 6e-3  # absolute tolerance of a log-likelihood and of what is made of it
ABSOLUTE = MappingProxyType({"effects_correlation": 1e-3})  # of a number that may be near zero
WIDE = MappingProxyType({"se": 2e-3, "variance": 1e-3, "icc": 1e-3, "covariance": 1e-3, "sd": 1e-3, "low": 1e-3})

POWERS = ((6, 6.0), (15, 3.0))  # subjects and slope at which two functions of power are compared

# Answers that are the same on all data of their lesson.
SAME_ANSWERS = frozenset(
    (
        *("n_athletes", "true_school_variance", "true_icc", "days", "shrinkage.n", "n_schools", "n_classes"),
        *("false_positives", "design_effect", "effective_n"),
        *("power", "n_needed"),
        "n_students",
        *("comparison.n_parameters", "slope_correlation", "is_singular", "extra_parameters_needed"),
    )
)
# Where an optimizer ends is an accident of the data: these need not be told apart on others.
ACCIDENTS = ("stopped early", "powell", "lbfgs", "ML for REML, stopped early")


@dataclass(frozen=True, eq=False)
class Solved:
    """A lesson's data with the right answers and those that misconceptions lead to."""

    name: str
    tables: type_of_tables

    @cached_property
    def solution(self) -> Any:
        """The right answers.

        Raises:
            MixedFitError: a model has no regular fit.
        """
        return ASSIGNMENTS[self.name].solve(*self.tables)

    @cached_property
    def wrong(self) -> Sequence[tuple[Mistake, Any]]:
        """The misconceptions, each with the value that it leads to."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a wrong way may divide by nothing
            rows = ASSIGNMENTS[self.name].mistakes
            return [(row, row.wrong(*(table.copy() for table in self.tables))) for row in rows]

    def answer(self, quantity: str) -> Any:
        """An answer, or a column of one that is a table."""
        table, _, column = quantity.partition(".")
        return getattr(self.solution, table)[column] if column else getattr(self.solution, quantity)

    @property
    def quantities(self) -> list[str]:
        """The answers that misconceptions are known of."""
        return list(dict.fromkeys(row.quantity for row in ASSIGNMENTS[self.name].mistakes))

    def pairs(self) -> dict[tuple[str, str, str], float]:
        """(quantity, misconception, another or "right") → tolerances apart."""
        found = {}
        for row, value in self.wrong:
            found[row.quantity, row.name, "right"] = apart(row.quantity, value, self.answer(row.quantity))
        for (row, value), (other, its) in combinations(self.wrong, 2):
            if row.quantity == other.quantity:
                found[row.quantity, row.name, other.name] = apart(row.quantity, value, its)
        return found


def apart(quantity: str, left: Any, right: Any) -> float:
    """How many tolerances two values of an answer are apart in the part that differs most; ∞ for unlike things.

    Args:
        quantity: the student's variable, whose name says on which scale it is judged.
        left: one value.
        right: the other.
    """
    match left, right:
        case FittedModel(), FittedModel():
            same = left.model_kind == right.model_kind and left.method == right.method
            return abs(left.llf - right.llf) / LOG_LIKELIHOOD if same else math.inf
    one, other = _parts(left), _parts(right)
    if one is None or other is None or one.keys() != other.keys():
        return math.inf
    last = quantity.split(".")[-1]
    if last in ("p_slopes", "p_slopes_naive", "p_intercept", "p_school"):
        return max(_orders(one[key], other[key]) for key in one) / RATIO_PROBABILITY
    if "p" in last.split("_"):
        return max(_orders(one[key], other[key]) for key in one) / PROBABILITY
    if last.endswith("log_likelihood") or last.startswith("lrt") or last in ("aic", "bic"):
        return max(abs(one[key] - other[key]) for key in one) / CRITERION
    if quantity in ABSOLUTE:
        return max(abs(one[key] - other[key]) for key in one) / ABSOLUTE[quantity]
    words = [] if last == "residual_variance" else quantity.replace(".", "_").split("_")
    tolerance = max((WIDE[word] for word in words if word in WIDE), default=DIGITS)
    size = max(map(abs, other.values())) if len(other) > 1 else 0.0
    scales = {key: max(abs(value), abs(one[key]), 5 * size) for key, value in other.items()}
    return max((abs(one[key] - other[key]) / scales[key] if scales[key] else 0.0) for key in other) / tolerance


def _orders(one: float, other: float) -> float:
    return abs(math.log10(one / other)) if one > 0 and other > 0 else math.inf


def _parts(value: Any) -> dict[Any, float] | None:
    """A value as numbers by name or place."""
    match value:
        case int() | float():
            return {"": float(value)}
        case Power():
            return {size: value(*size) for size in POWERS}
        case pd.Series():
            return {label: float(number) for label, number in value.items()}
        case np.ndarray():
            return dict(enumerate(value.tolist()))
        case tuple() if all(isinstance(part, int | float) for part in value):
            return dict(enumerate(map(float, value)))
        case dict() if all(isinstance(part, int | float) for parts in value.values() for part in parts):
            return {(key, place): float(part) for key, parts in value.items() for place, part in enumerate(parts)}
    return None


@cache
def published(name: str) -> Solved:
    """A lesson on its published data."""
    return Solved(name, ASSIGNMENTS[name].tables())


def examine(name: str, seed: int) -> Iterator[Finding]:
    """The findings on a seed's data, up to and including the first that rejects it.

    Args:
        name: of the assignment.
        seed: of its data.
    """
    for finding in _findings(name, seed):
        yield finding
        if not finding.passed:
            return


def _findings(name: str, seed: int) -> Iterator[Finding]:
    lesson, known = LESSONS[name], published(name)
    tables = ASSIGNMENTS[name].given(*lesson.draw(seed))
    alike = all(
        list(one.columns) == list(other.columns) and one.dtypes.equals(other.dtypes)
        for one, other in zip(tables, known.tables, strict=True)
    )
    yield Finding("columns and types", "as published", ", ".join(f"{len(table)} rows" for table in tables), alike)
    solved = Solved(name, tables)
    try:
        _ = solved.solution
    except MixedFitError as error:
        yield Finding("regular fit", "every model of the lesson", str(error), passed=False)
        return
    yield Finding("regular fit", "every model of the lesson", "converged, not on the boundary", passed=True)
    yield _moved(solved, known)
    if ASSIGNMENTS[name].draw is None:  # else the example's decimals tell nothing about those of a student
        yield _roundings(solved, known)
    lost = [f"{row.quantity} ({row.name})" for row, value in solved.wrong if not has_value(value)]
    yield Finding("misconceptions with a value", "all", f"without: {', '.join(lost) or 'none'}", not lost)
    yield _distinct(solved, known)
    yield from (_student(tables[table], formula, arguments) for formula, table, arguments in lesson.fits)
    if lesson.more is not None:
        yield from lesson.more(tables, solved.solution)


def _moved(solved: Solved, known: Solved) -> Finding:
    """What was typed in is wrong."""
    shares = {
        quantity: apart(quantity, solved.answer(quantity), known.answer(quantity))
        for quantity in solved.quantities
        if quantity not in SAME_ANSWERS and not isinstance(solved.answer(quantity), FittedModel)
    }
    nearest = min(shares, key=lambda quantity: shares[quantity])
    measured = f"{nearest} by {shares[nearest]:.1f} tolerances, the others by more"
    wants = f"every answer moved by {MOVED:.0f} tolerances or more"
    return Finding("typed-in answers", wants, measured, shares[nearest] >= MOVED)


def _roundings(solved: Solved, known: Solved) -> Finding:
    """Decimals that are enough for a published answer are enough here."""
    coarse = [
        f"{quantity} to {decimals} decimals"
        for quantity in solved.quantities
        for want, value in [(known.answer(quantity), solved.answer(quantity))]
        if isinstance(value, float) and "p" not in quantity.split("_")
        for decimals in range(7)
        if rounds_well(want, decimals) and not rounds_well(value, decimals)
    ]
    return Finding(
        "roundings", "decimals that suffice for the published answer", ", ".join(coarse) or "met", not coarse
    )


def examine_draw(name: str, student: str) -> Iterator[Finding]:
    """The findings on the published data as they are drawn for a student.

    Args:
        name: of the assignment.
        student: the id.
    """
    lesson, known, assignment = LESSONS[name], published(name), ASSIGNMENTS[name]
    tables = assignment.given(*map(load, assignment.datasets), student=student)
    solved = Solved(name, tables)
    try:
        _ = solved.solution
    except MixedFitError as error:
        yield Finding("regular fit", "every model of the lesson", str(error), passed=False)
        return
    yield (distinct := _distinct(solved, known))
    fits = lesson.fits if distinct.passed else ()
    yield from (_student(tables[table], formula, arguments) for formula, table, arguments in fits)


def _distinct(solved: Solved, known: Solved) -> Finding:
    distances = told_apart(solved, known)
    nearest = min(distances, key=lambda key: distances[key])
    measured = f"{nearest[0]}: {nearest[1]} and {nearest[2]}, {distances[nearest]:.1f} tolerances"
    wants = f"more than {MARGIN:.0f} tolerances apart, unless alike on the published data or the same on all data"
    return Finding("misconceptions", wants, measured, distances[nearest] > MARGIN)


def told_apart(solved: Solved, known: Solved) -> dict[tuple[str, str, str], float]:
    """Distances of the pairs that can be told apart on the published data, where the data have a say in them.

    A p-value and its half are as far apart on all data, and so are two powers of a design that the task gives.

    Args:
        solved: the assignment on other data.
        known: on the published data.

    Returns:
        (quantity, one, other) → tolerances between the two on the other data.
    """
    there, here = known.pairs(), solved.pairs()
    return {key: far for key, far in here.items() if there[key] > 1 and far != there[key] and not by_accident(key)}


def by_accident(pair: tuple[str, str, str]) -> bool:
    """Whether one of two values is where an optimizer happened to end."""
    return any(name.startswith(ACCIDENTS) for name in pair[1:])


def _student(table: pd.DataFrame, formula: str, arguments: Mapping[str, Any]) -> Finding:
    """statsmodels' default fit reaches the likelihood of the exact one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = smf.mixedlm(formula, table, **arguments).fit()
        except (np.linalg.LinAlgError, ValueError) as error:
            return Finding("a student's fit", "works", f"{formula}: {error}", passed=False)
    design = pd.DataFrame(fit.model.exog, columns=fit.model.exog_names)
    slopes = pd.DataFrame(fit.model.exog_re) if arguments.get("re_formula", "1") != "1" else None
    groups = table[arguments["groups"]]
    inner = [
        table[[groups.name, re.findall(r"C\((\w+)\)", part)[0]]] for part in arguments.get("vc_formula", {}).values()
    ]
    terms = [RandomTerm(groups, slopes), *map(RandomTerm, inner)]
    exact = fit_terms(pd.Series(fit.model.endog), design, terms)
    lost = exact.log_likelihood - float(fit.llf)
    met = abs(lost) <= LOG_LIKELIHOOD and bool(fit.converged)
    measured = f"{formula}: {'within' if met else 'not within'} {LOG_LIKELIHOOD} of the largest log-likelihood"
    return Finding("a student's fit", "converged, as likely as the exact one", measured, met)


def lesson_files(name: str) -> Mapping[str, bytes]:
    """Path within the folder → content, for the seed that was taken."""
    names = [f"{name}/{dataset}.csv" for dataset in ASSIGNMENTS[name].datasets]
    tables = LESSONS[name].draw(LESSONS[name].seed)
    contents = [table.to_csv(index=False, lineterminator="\n").encode() for table in tables]
    return dict(zip(names, contents, strict=True))


def search_lesson(name: str, seeds: Iterable[int] = range(1, MOST_SEEDS + 1)) -> int:
    """The first of the seeds whose data pass.

    Args:
        name: of the assignment.
        seeds: in the order in which they are tried.

    Raises:
        NoVariant: none does; the message tells why the last ones failed.
    """
    rejected: list[tuple[int, str]] = []
    for seed in seeds:
        *_, last = examine(name, seed)
        if last.passed:
            return seed
        rejected.append((seed, last.name))
    raise NoVariant(f"none of {len(rejected)} seeds gives data for {name}: {rejected[-5:]}")

"""A data set with a defect is rejected, by the criterion that is about this defect."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import load
from lmmsolutions.core.results import Mistake
from lmmsolutions.lessons.assignments import Assignment
from lmmsolutions.variants import Finding, Variant, candidate, screen
from lmmsolutions.variants.candidate import ASSIGNMENTS
from tests.course_folder import REPOSITORY

pytestmark = pytest.mark.slow

Defect = Callable[[Variant], Variant]

DAYS = np.arange(10) - 4.5


@pytest.fixture(scope="module")
def sound() -> Variant:
    """The data set of the course, which has no defect."""
    folder = REPOSITORY / "variants"
    complete, faulty = (pd.read_csv(folder / name / "sleepstudy.csv") for name in ("03-ols", "02-correlation"))
    return Variant(0, complete, faulty)


def first_failed(variant: Variant) -> Finding:
    """The last finding, which is the first that failed if any did."""
    return list(screen(variant))[-1]


def with_reaction(variant: Variant, reaction: np.ndarray) -> Variant:
    """Other reaction times, with the faults where they were."""
    values = np.round(np.asarray(reaction, float).ravel(), 4)
    at_fault = variant.faulty["Reaction"].isna() | (variant.faulty["Reaction"] == 0)
    faulty = variant.faulty.assign(Reaction=variant.faulty["Reaction"].where(at_fault, values))
    return Variant(0, variant.complete.assign(Reaction=values), faulty)


def changed(variant: Variant, row: int, value: float) -> Variant:
    reaction = variant.complete["Reaction"].to_numpy(copy=True)
    reaction[row] = value
    return Variant(0, variant.complete.assign(Reaction=reaction), variant.faulty)


def by_subject(variant: Variant) -> np.ndarray:
    """Reaction times, one row a subject, one column a day."""
    return variant.complete["Reaction"].to_numpy(copy=True).reshape(18, 10)


def position(subject: int) -> int:
    return int(np.flatnonzero(load("sleepstudy")["Subject"].unique() == subject)[0])


def slopes(table: np.ndarray) -> np.ndarray:
    return (table * DAYS).sum(axis=1) / (DAYS**2).sum()


def made(means: np.ndarray, own_slopes: np.ndarray, noise: float) -> np.ndarray:
    """Subjects of these means and slopes, exactly, but that 371 is average and 309 rises less than 308."""
    rng = np.random.default_rng(11)
    residuals = np.clip(rng.normal(0, noise, (18, 10)), -2 * noise, 2 * noise)
    residuals -= residuals.mean(axis=1, keepdims=True) + np.outer(slopes(residuals), DAYS)
    means[position(371)] = np.delete(means, position(371)).mean()
    own_slopes[position(309)] = own_slopes[position(308)] - 6
    return means[:, None] + np.outer(own_slopes, DAYS) + residuals


def days_as_floats(variant: Variant) -> Variant:
    return Variant(0, variant.complete.astype({"Days": float}), variant.faulty)


def columns_in_another_order(variant: Variant) -> Variant:
    return Variant(0, variant.complete[["Subject", "Days", "Reaction"]], variant.faulty)


def rows_in_another_order(variant: Variant) -> Variant:
    return Variant(0, variant.complete.sample(frac=1, random_state=1).reset_index(drop=True), variant.faulty)


def another_subject(variant: Variant) -> Variant:
    return Variant(0, variant.complete.replace({"Subject": {308: 307}}), variant.faulty)


def a_tie_of_the_smallest(variant: Variant) -> Variant:
    reaction = variant.complete["Reaction"]
    return changed(variant, (int(reaction.argmin()) + 20) % 180, float(reaction.min()))


def a_published_value(variant: Variant) -> Variant:
    return changed(variant, 100, float(load("sleepstudy")["Reaction"].iloc[100]))


def nothing_to_clean(variant: Variant) -> Variant:
    return Variant(0, variant.complete, variant.complete.astype({"Subject": float}))


def a_fault_in_days(variant: Variant) -> Variant:
    faulty = variant.faulty.copy()
    faulty.loc[5, "Days"] = 0
    return Variant(0, variant.complete, faulty)


def two_faults_in_a_row(variant: Variant) -> Variant:
    faulty = variant.faulty.copy()
    faulty.loc[faulty["Reaction"] == 0, "Subject"] = np.nan
    return Variant(0, variant.complete, faulty)


def a_subject_lost(variant: Variant) -> Variant:
    faulty = variant.faulty.copy()
    faulty.loc[faulty["Subject"] == 308, "Reaction"] = np.nan
    return Variant(0, variant.complete, faulty)


def two_subjects_exchanged(variant: Variant) -> Variant:
    table = by_subject(variant)
    table[[position(308), position(309)]] = table[[position(309), position(308)]]
    return with_reaction(variant, table)


def a_falling_line(variant: Variant) -> Variant:
    table = by_subject(variant)
    table[position(309)] -= 6 * DAYS
    return with_reaction(variant, table)


def subjects_alike(variant: Variant) -> Variant:
    """With small differences between subjects the correlation is high."""
    return with_reaction(variant, made(np.linspace(315, 345, 18), np.full(18, 12.0), 20))


def faults_that_change_nothing(variant: Variant) -> Variant:
    """The one zero in Reaction on the day where it changes the correlation least, no reaction time missing early."""
    days, clean = variant.complete["Days"], variant.complete["Reaction"]
    zeros = {row: clean.where(clean.index != row, 0.0) for row in range(10, 20)}
    row = min(zeros, key=lambda row: abs(days.corr(zeros[row]) - days.corr(clean)))
    faulty = variant.complete.assign(Reaction=zeros[row]).astype({"Subject": float})
    faulty.loc[24, "Reaction"] = np.nan
    faulty.loc[34, "Subject"] = np.nan
    faulty.loc[44, "Subject"] = 0.0
    return Variant(0, variant.complete, faulty)


def no_differences_between_subjects(variant: Variant) -> Variant:
    return with_reaction(variant, made(np.full(18, 330.0), np.full(18, 8.0), 38))


def a_subject_far_from_the_average(variant: Variant) -> Variant:
    table = by_subject(variant)
    table[position(371)] += 60
    return with_reaction(variant, table)


def subjects_far_apart(variant: Variant) -> Variant:
    return with_reaction(variant, made(np.linspace(265, 395, 18), np.full(18, 8.0), 8))


def subjects_close_together(variant: Variant) -> Variant:
    return with_reaction(variant, made(np.linspace(297, 363, 18), np.full(18, 7.0), 30))


def two_subjects_at_the_same_level(variant: Variant) -> Variant:
    table = by_subject(variant)
    table[position(337)] += table[position(371)].mean() + 10 - table[position(337)].mean()
    return with_reaction(variant, table)


def the_published_largest_value(variant: Variant) -> Variant:
    row = int(variant.complete["Reaction"].argmax())
    return with_reaction(changed(variant, row, 466.3535), changed(variant, row, 466.3535).complete["Reaction"])


def a_slope_of_one_digit(variant: Variant) -> Variant:
    table = by_subject(variant)
    table[position(308)] += (9.37654 - slopes(table)[position(308)]) * DAYS
    return with_reaction(variant, table)


def slopes_alike(variant: Variant) -> Variant:
    table = by_subject(variant)
    own = slopes(table) - slopes(table).mean()
    own[[position(308), position(309)]] *= 0.5
    kept = np.isin(np.arange(18), [position(308), position(309)])
    return with_reaction(variant, table - np.outer(np.where(kept, 0.4 * own, 0.97 * own), DAYS))


def slopes_far_apart(variant: Variant) -> Variant:
    own = np.where(np.arange(18) % 2, -1.0, 14.0)
    means = 328 + 3.6 * (own - own.mean()) + np.repeat(np.linspace(-40, 40, 9), 2)
    means[position(337)] = 365
    return with_reaction(variant, made(means, own, 4))


def the_largest_value_in_the_last_row(variant: Variant) -> Variant:
    largest = float(variant.complete["Reaction"].max())
    return with_reaction(changed(variant, 179, largest + 1), changed(variant, 179, largest + 1).complete["Reaction"])


def the_same_value_twice(variant: Variant) -> Variant:
    """The largest of the first rows is the last of all."""
    largest = float(variant.complete["Reaction"].head().max())
    return with_reaction(changed(variant, 179, largest), changed(variant, 179, largest).complete["Reaction"])


# Defect, the criterion that rejects it, a part of the reason.
DEFECTS: list[tuple[Defect, str, str]] = [
    (days_as_floats, "columns and types", "Days float64"),
    (columns_in_another_order, "columns and types", "Subject int64, Days int64, Reaction float64"),
    (rows_in_another_order, "rows", "180 rows, 18 subjects"),
    (another_subject, "rows", "18 subjects"),
    (lambda v: changed(v, 30, 150.0), "reaction times", "150.0000 to"),
    (lambda v: changed(v, 30, -250.0), "reaction times", "-250.0000 to"),
    (lambda v: changed(v, 30, 612.5), "reaction times", "to 612.5000 ms"),
    (lambda v: changed(v, 30, 250.12345), "reaction times", "ms"),
    (lambda v: changed(v, 30, np.nan), "reaction times", "ms"),
    (a_tie_of_the_smallest, "extremes", "smallest value 2 time(s)"),
    (a_published_value, "values kept", "1 of 180"),
    (nothing_to_clean, "faults (02)", "Reaction: 0 missing, 0 zero; Subject: 0 missing, 0 zero"),
    (a_fault_in_days, "faults (02)", "Reaction: 4 missing, 2 zero"),
    (two_faults_in_a_row, "faults (02)", "Subject: 4 missing"),
    (a_subject_lost, "faults (02)", "14 missing"),
    (two_subjects_exchanged, "slopes of 308 and 309", "ms per day"),
    (a_falling_line, "slopes of 308 and 309", "and -"),
    (subjects_alike, "correlation", "0.8"),
    (faults_that_change_nothing, "correlation, uncleaned (02)", "as it is"),
    (no_differences_between_subjects, "regular fit", "singular (on the boundary)"),
    (a_subject_far_from_the_average, "intercept of 371 by ML", "tolerances"),
    (subjects_far_apart, "intraclass correlation", "0.9"),
    (subjects_close_together, "variance between subjects", "2.3"),
    (two_subjects_at_the_same_level, "intercepts of 337 and 371", "ms"),
    (the_published_largest_value, "typed-in answers", "reaction_max by 0.0%"),
    (a_slope_of_one_digit, "roundings", "slope_308 to 2 decimals"),
    (slopes_alike, "random slopes", ""),
    (slopes_far_apart, "common slope", "standard error"),
    (the_largest_value_in_the_last_row, "misconceptions and right answers", "reaction_max: value in the last row and"),
    (the_same_value_twice, "misconceptions among each other", "reaction_max: first rows only and value in the last"),
]


def test_the_data_set_of_the_course_has_no_defect(sound: Variant) -> None:
    assert first_failed(sound).passed


@pytest.mark.parametrize(
    ("defect", "name", "reason"), DEFECTS, ids=[f"{number} {row[1]}" for number, row in enumerate(DEFECTS)]
)
def test_a_defect_is_rejected_with_its_reason(defect: Defect, name: str, reason: str, sound: Variant) -> None:
    finding = first_failed(defect(sound))
    assert (finding.name, finding.passed) == (name, False)
    assert reason in finding.measured


def test_the_published_data_are_no_other_data() -> None:
    data = load("sleepstudy")
    finding = first_failed(Variant(0, data, data.astype({"Subject": float})))
    assert (finding.name, finding.measured) == ("values kept", "180 of 180 values")


@pytest.fixture
def _another_misconception(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One that cannot be computed where the reaction times are not the published ones."""
    known = float(load("sleepstudy")["Reaction"].sum())
    row = Mistake("fragile", "slope", lambda d: 1.0 if d["Reaction"].sum() == known else float("nan"), 0.25, "…")
    old = ASSIGNMENTS["03-ols"]
    new = Assignment(old.title, old.solve, (*old.mistakes, row))
    monkeypatch.setattr(candidate, "ASSIGNMENTS", {**ASSIGNMENTS, "03-ols": new})
    candidate.published.cache_clear()
    candidate.indistinct_as_published.cache_clear()
    yield
    candidate.published.cache_clear()
    candidate.indistinct_as_published.cache_clear()


@pytest.mark.usefixtures("_another_misconception")
def test_a_misconception_without_a_value_is_a_defect(sound: Variant) -> None:
    finding = first_failed(sound)
    assert (finding.name, finding.measured) == ("misconceptions with a value", "without a value: slope (fragile)")

"""False positives of t-tests on repeats, and what is wrong with a simulated table."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import load
from lmmsolutions.lessons.clusters import (
    MISTAKES,
    faults_of_form,
    faults_of_moments,
    form,
    moments,
    seeds,
    simulated,
    solve,
)
from lmmsolutions.lessons.clusters.rejection import independent
from lmmsolutions.lessons.clusters.simulation import simulate
from tests.lmmsolutions.conftest import GOLDEN

with (GOLDEN / "rates.csv").open() as file:
    RATES = [
        (row["design"], row["variant"], float(row["rate"]), int(row["simulations"])) for row in csv.DictReader(file)
    ]


@pytest.mark.parametrize(("design", "variant", "rate", "simulations"), RATES)
def test_rates_are_those_of_simulated_studies(design: str, variant: str, rate: float, simulations: int) -> None:
    data = load("athletes")
    if variant == "right":
        exact = solve(data).false_positives
    else:
        (row,) = [one for one in MISTAKES if (one.quantity, one.name) == ("false_positives", variant)]
        exact = row.wrong(data)
    error = math.sqrt(rate * (1 - rate) / simulations)
    assert exact[design] == pytest.approx(rate, abs=4 * error)


def test_a_test_of_independent_observations_holds_its_level() -> None:
    for level in (0.05, 0.01):
        assert independent((80, 120), (1.0, 1.0)).rejects(level) == pytest.approx(level, abs=1e-8)


ARGUMENTS = {"n_athletes": 2000, "effect": -0.08, "sd_athlete": 0.05, "sd_repeat": 0.05}


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_simulation_of_the_task_has_no_fault(seed: int) -> None:
    assert faults_of_form(simulate(seed, 7), 7) is None
    for arguments in (ARGUMENTS, {"n_athletes": 500, "effect": 0.11, "sd_athlete": 0.03, "sd_repeat": 0.08}):
        table = simulate(seed, **arguments)  # type: ignore[arg-type]
        assert list(faults_of_moments(table, arguments)) == [None] * 4


def test_scores_that_are_cut_off_at_one_pass() -> None:
    table = simulate(3, 2000)
    table["correctness"] = table["correctness"].clip(upper=1)
    assert list(faults_of_moments(table, ARGUMENTS)) == [None] * 4


FORMS: dict[str, tuple[Callable[[pd.DataFrame], Any], str]] = {
    "an array": (lambda table: table.to_numpy(), "not-a-table"),
    "other names": (lambda table: table.rename(columns=str.upper), "columns"),
    "texts": (lambda table: table.assign(correctness="good"), "not-numbers"),
    "gaps": (lambda table: table.assign(correctness=np.nan), "not-numbers"),
    "sessions one and two": (lambda table: table.assign(session_high=table["session_high"] + 1), "sessions"),
    "one athlete": (lambda table: table.assign(athlete_id=1), "athletes"),
    "a row twice": (lambda table: pd.concat([table, table.tail(1)]), "repeats"),
    "one session": (lambda table: table[table["session_high"] == 0], "repeats"),
    "sizes exchanged": (lambda table: table.assign(session_high=1 - table["session_high"]), "repeats"),
}


@pytest.mark.parametrize(("change", "name"), FORMS.values(), ids=FORMS)
def test_what_is_wrong_with_the_form_is_named(change: Callable[[pd.DataFrame], Any], name: str) -> None:
    fault = faults_of_form(change(simulate(1)), 4)
    assert fault is not None
    assert fault.name == name


def noise(sd: float, size: int) -> Any:
    return np.random.default_rng(9).normal(0, sd, size)


def scores(change: Callable[[pd.DataFrame], Any]) -> pd.DataFrame:
    """A simulated table with other scores."""
    table = simulate(5, 2000, sd_athlete=0.0)
    return table.assign(correctness=change(table))


MOMENTS: dict[str, tuple[Callable[[], pd.DataFrame], list[str | None]]] = {
    "baseline": (lambda: simulate(5, 2000).assign(correctness=lambda t: t["correctness"] - 0.05), ["baseline"]),
    "no effect": (lambda: simulate(5, 2000, effect=0.0), [None, "no-effect"]),
    "sign": (lambda: simulate(5, 2000, effect=0.08), [None, "sign"]),
    "a share": (lambda: simulate(5, 2000, effect=-0.08 * 0.85), [None, "share"]),
    "another effect": (lambda: simulate(5, 2000, effect=-0.03), [None, "effect"]),
    "own effects": (
        lambda: simulate(5, 2000).assign(
            correctness=lambda t: t["correctness"] + t["session_high"] * noise(0.05, 2000)[t["athlete_id"]]
        ),
        [None, "own-effects"],
    ),
    "no levels": (lambda: simulate(5, 2000, sd_athlete=0.0), [None, None, "nothing-shared"]),
    "level for each session": (
        lambda: scores(lambda t: t["correctness"] + noise(0.05, 4000)[2 * t["athlete_id"] + t["session_high"]]),
        [None, None, "level-for-each-session"],
    ),
    "level for each repeat": (
        lambda: scores(lambda t: t["correctness"] + noise(0.05, len(t))),
        [None, None, "nothing-shared", "level-for-each-repeat"],
    ),
    "roots": (
        lambda: simulate(5, 2000, sd_athlete=0.05**0.5, sd_repeat=0.05**0.5),
        [None, None, "variance", "variance"],
    ),
    "squares": (lambda: simulate(5, 2000, sd_athlete=0.05**2, sd_repeat=0.05), [None, None, "nothing-shared"]),
    "cut off": (
        lambda: simulate(5, 2000, sd_repeat=0.08).assign(correctness=lambda t: t["correctness"].clip(0.8, 0.9)),
        [None, "cut-off", "nothing-shared", "cut-off"],
    ),
    "cut off, and no effect": (
        lambda: simulate(5, 2000, effect=0.0).assign(correctness=lambda t: t["correctness"].clip(upper=1)),
        [None, "no-effect", None, "cut-off"],
    ),
    "half the spread": (lambda: simulate(5, 2000, sd_athlete=0.035, sd_repeat=0.07), [None, None, "spread", "spread"]),
}


@pytest.mark.parametrize(("make", "names"), MOMENTS.values(), ids=MOMENTS)
def test_what_is_wrong_with_the_moments_is_named(make: Callable[[], pd.DataFrame], names: list[str | None]) -> None:
    found = [None if fault is None else fault.name for fault in faults_of_moments(make(), ARGUMENTS)]
    assert found == [*names, *[None] * (4 - len(names))]


CALLS: list[dict[str, Any]] = [{"seed": 3, "n_athletes": 2000}, {"seed": 1, "effect": 0.11, "n_athletes": 500}]


def test_judges_of_calls_use_the_arguments_of_each() -> None:
    tables = [simulate(**call) for call in CALLS]
    assert form(CALLS)(*tables) is True
    assert moments(CALLS)(*tables) is True
    other = [tables[0], simulate(1, 400)]
    for judge in (form, moments):
        fault = judge(CALLS)(*other)
        assert not isinstance(fault, bool)
        assert (fault.name, fault.keeps) == ("athletes", 0.0)
    assert form([{"seed": 7}])(simulate(7)) is True


def test_each_wrong_moment_costs_a_quarter() -> None:
    tables = [simulate(3, 2000, sd_repeat=0.02), simulate(1, 500, effect=-0.11)]
    fault = moments(CALLS)(*tables)
    assert not isinstance(fault, bool)
    assert (fault.name, fault.keeps) == ("sign, spread", 0.5)
    assert fault.hint.startswith("The sessions differ in the wrong direction")


SEEDS: dict[str, tuple[tuple[Any, Any, Any], str]] = {
    "no table": ((simulate(5), simulate(5), None), "not-a-table"),
    "another table each time": ((simulate(5), simulate(8), simulate(6)), "not-reproducible"),
    "one table for all seeds": ((simulate(5), simulate(5), simulate(5)), "seed-ignored"),
}


@pytest.mark.parametrize(("tables", "name"), SEEDS.values(), ids=SEEDS)
def test_what_is_wrong_with_seeds(tables: tuple[Any, Any, Any], name: str) -> None:
    fault = seeds(*tables)
    assert not isinstance(fault, bool)
    assert (fault.name, fault.keeps) == (name, 0.0)
    assert seeds(simulate(5), simulate(5), simulate(6)) is True


DRAWN = np.random.default_rng(1).random(2000)
SIMULATED: dict[str, tuple[Any, int]] = {
    "an array": (DRAWN, 2000),
    "a column": (DRAWN.reshape(-1, 1), 2000),
    "some are missing": ([*DRAWN[:1998], None, np.nan], 1998),
    "to two decimals": (DRAWN.round(2), 2000),
    "two numbers": ([0.2, 0.7], 2),
    "one number": ([0.2], 0),
    "typed in, over and over": ([0.2, 0.7] * 1000, 0),
    "no probabilities": (DRAWN + 0.5, 0),
    "a text": ("0.2", 0),
    "nothing": (None, 0),
}


@pytest.mark.parametrize(("values", "count"), SIMULATED.values(), ids=SIMULATED)
def test_p_values_that_somebody_simulated(values: Any, count: int) -> None:
    assert len(simulated(values)) == count

"""Functions on hidden arguments, and numbers by simulation."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import autograder
from autograder.checks import AuthorError, CheckResult, Checks, Status
from autograder.checks.student import judging
from autograder.grading.evidence import NotRecorded, RecordedEvidence, SessionEvidence
from autograder.grading.referee import Referee
from autograder.sandbox import Limits, Sandbox
from autograder.values.views import Missing, Record
from tests.checks.fakes import DATA, FakeEvidence, Row

CALLS = [(25, 0.5), (1, 0.3), (50, 0.1)]


def design_effect(m: float, icc: float) -> float:
    return 1 + (m - 1) * icc


def fails(m: float, icc: float) -> float:
    raise ZeroDivisionError(f"{m} and {icc}")


FUNCTIONS: dict[str, tuple[Any, str, float]] = {
    "right": (design_effect, "", 1.0),
    "NumPy's number": (lambda m, icc: np.float64(1 + (m - 1) * icc), "", 1.0),
    "rounded": (lambda m, icc: round(1 + (m - 1) * icc, 4), "", 1.0),
    "right for clusters of one": (lambda m, icc: 1 + (m - 1) ** 2 * icc, "some-results", 1 / 3),
    "a known mistake": (lambda m, icc: 1 + m * icc, "all rows", 0.25),
    "a known mistake, by its results": (lambda m, icc: math.sqrt(1 + (m - 1) * icc), "root", 0.25),
    "constant": (lambda *_: 13.5, "other-results", 0.0),
    "text": (lambda *_: "13", "other-results", 0.0),
    "nothing": (lambda *_: print(end=""), "no-return", 0.0),
    "an error": (fails, "raised", 0.0),
    "other parameters": (lambda m: m, "raised", 0.0),
    "its result": (13.0, "not-a-function", 0.0),
    "None": (None, "empty", 0.0),
    "not defined": (Missing("answer"), "missing", 0.0),
}


def tried(answer: Any, *args: Any, **kwargs: Any) -> CheckResult:
    """One check of a function, called as an author tries it."""
    rows = [
        Row("all rows", "answer", lambda _: lambda m, icc: 1 + m * icc),
        Row("root", "answer", lambda _: [math.sqrt(design_effect(*call)) for call in CALLS]),
    ]
    values = {} if isinstance(answer, Missing) else {"answer": answer}
    with autograder.trying(points=1, **values):
        checks = Checks(1, DATA, mistakes=kwargs.pop("mistakes", rows))
        checks.function("answer", *args, **kwargs)
    return checks.results[0]


@pytest.mark.parametrize(("answer", "mistake", "share"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions(answer: Any, mistake: str, share: float) -> None:
    result = tried(answer, CALLS, design_effect)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=0.0026)), result
    assert result.hint or share == 1


def test_a_call_that_fails_is_named_with_its_arguments() -> None:
    assert tried(fails, [{"m": 25, "icc": 0.5}], [13.0]).hint == (
        "`answer(m=25, icc=0.5)` did not return: ZeroDivisionError: 25 and 0.5"
    )


RESULTS: dict[str, tuple[Any, Any, bool]] = {
    "a text": ("REML ", "REML", True),
    "another text": ("ML", "REML", False),
    "yes": (np.True_, True, True),
    "one for yes": (1, True, False),
    "an array": ([1.0, 2.0], np.array([1.0, 2.00001]), True),
    "another array": ([1.0, 2.1], np.array([1.0, 2.0]), False),
    "a shorter array": ([1.0], np.array([1.0, 2.0]), False),
    "a table": (DATA.iloc[::-1], DATA, True),
    "another table": (DATA * 2, DATA, False),
    "a list for a number": ([1.0, 2.0], 1.0, False),
}


@pytest.mark.parametrize(("returned", "want", "same"), RESULTS.values(), ids=RESULTS)
def test_results_of_any_kind(returned: Any, want: Any, same: bool) -> None:
    assert (tried(lambda: returned, [()], [want], mistakes=()).earned == 1) is same


def simulate(seed: int, n: int = 4) -> pd.DataFrame:
    return pd.DataFrame({"x": np.random.default_rng(seed).normal(0, 0.05, n)})


def same_seed_same_table(one: pd.DataFrame, again: pd.DataFrame, other: pd.DataFrame) -> float:
    return (one.equals(again) + (not one.equals(other))) / 2


def tosses(p: float, n_sim: int, seed: int) -> float:
    return float((np.random.default_rng(seed).random(n_sim) < p).mean())


def other_tosses(p: float, n_sim: int, seed: int) -> float:
    return tosses(p, n_sim, seed + next(COUNT))


COUNT = itertools.count()
TOSSES = [(0.3, 4000, 1), (0.3, 4000, 1), (0.6, 4000, 2)]
BY_SIMULATION: dict[str, tuple[Any, str, float]] = {
    "right": (tosses, "", 1.0),
    "exact": (lambda p, *_: p, "", 1.0),
    "another number each time": (other_tosses, "not-reproducible", 0.5),
    "half, by simulation": (lambda p, n_sim, seed: tosses(p / 2, n_sim, seed), "half", 0.25),
    "further than chance": (lambda p, *_: p + 0.04, "other-results", 0.0),
    "right for one": (lambda *_: 0.3, "some-results", 2 / 3),
}


@pytest.mark.parametrize(("answer", "mistake", "share"), BY_SIMULATION.values(), ids=BY_SIMULATION)
def test_functions_by_simulation(answer: Any, mistake: str, share: float) -> None:
    rows = [Row("half", "answer", lambda _: lambda p, *_: p / 2)]
    result = tried(answer, TOSSES, lambda p, *_: p, n_sim=4000, mistakes=rows)
    assert (result.mistake, result.earned) == (mistake, pytest.approx(share, abs=0.0026)), result
    assert result.hint or share == 1


SEEDS = [{"seed": 7}, {"seed": 7}, {"seed": 8}]


@pytest.mark.parametrize(
    ("function", "share", "mistake"),
    [
        (simulate, 1, ""),
        (lambda **_: simulate(1), 0.5, "other-results"),
        (lambda seed: seed, 0, "unfit"),
    ],
)
def test_an_authors_judge_gets_the_results(function: Any, share: float, mistake: str) -> None:
    result = tried(function, SEEDS, judge=same_seed_same_table, hint="Use the seed.", mistakes=())
    assert (result.earned, result.mistake) == (share, mistake)
    assert share == 1 or result.hint


def test_an_authors_judge_may_say_what_is_wrong() -> None:
    fault = SimpleNamespace(name="seed unused", keeps=0.5, hint="Is the argument used?")
    result = tried(simulate, SEEDS, judge=lambda *_: fault, hint="Not shown.", mistakes=())
    assert (result.earned, result.mistake, result.hint) == (0.5, "seed unused", "Is the argument used?")
    worded = [Row("no seed", "answer", "seed unused", 0.25)]
    result = tried(simulate, SEEDS, judge=lambda *_: fault, mistakes=worded)
    assert (result.earned, result.mistake) == (0.25, "no seed")
    with pytest.raises(AuthorError, match=r"keeps 1.5 of the credit, not 0 … 1"):
        tried(simulate, SEEDS, judge=lambda *_: SimpleNamespace(name="n", keeps=1.5, hint="h"), mistakes=())


@pytest.mark.parametrize(
    "returned",
    [
        Record("Fault", {"name": "none", "keeps": 1.0, "hint": ""}),
        pd.DataFrame({"name": ["none"], "keeps": [1.0], "hint": [""]}),
        pd.Series({"keeps": 1.0, "hint": ""}, name="none"),
    ],
)
def test_a_fault_does_not_come_from_a_student(returned: Any) -> None:
    with pytest.raises(AuthorError, match="a judge returns a verdict, a fault"):
        tried(lambda: returned, [()], judge=lambda got: got, mistakes=())


def test_errors_of_an_authors_judge_are_the_authors() -> None:
    def judge(_: Any) -> bool:
        return undefined  # type: ignore[name-defined]  # noqa: F821  (an author's slip)

    with pytest.raises(NameError):
        tried(simulate, SEEDS[:1], judge=judge)
    with pytest.raises(AuthorError, match="True, False"):
        tried(simulate, SEEDS[:1], judge=lambda table: table)


FAULTS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "neither want nor judge": ((CALLS,), {}),
    "both": ((CALLS, design_effect), {"judge": bool}),
    "too few results": ((CALLS, [1.0]), {}),
    "no calls": (([], []), {}),
    "arguments that are none": (([3], [1.0]), {}),
}


@pytest.mark.parametrize(("args", "kwargs"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_is_the_authors_fault(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    with pytest.raises(AuthorError):
        tried(design_effect, *args, **kwargs)


COUNTER = """
calls = 0
def draw(n=1):
    global calls
    calls += 1
    return [calls] * n
"""
TEST = """### BEGIN HIDDEN TESTS
from autograder import Checks, student
checks = Checks()
checks.function("draw", [{}, {}, {"n": 2}], [[1], [2], [3, 3]])
### END HIDDEN TESTS"""


def test_calls_are_kept_so_that_a_changed_test_can_be_run_again(sandbox: Sandbox) -> None:
    with sandbox.session({}, Limits()) as session:
        evidence = SessionEvidence(session, {})
        evidence.ran(session.run(COUNTER, "q1"), COUNTER)
        first = Referee(evidence).judge(TEST, 1)
        part = evidence.next_part()
    assert first.points == 1, first
    again = Referee(RecordedEvidence(part, {})).judge(TEST, 1)
    assert again == first
    with pytest.raises(NotRecorded):
        Referee(RecordedEvidence(part, {})).judge(TEST.replace('"n": 2', '"n": 5'), 1)


N_SIM = 2000
SIMULATED: dict[str, tuple[Any, Any, str, float]] = {
    "within four standard errors": (0.0169 + 0.0114, N_SIM, "", 1.0),
    "just beyond": (0.0169 + 0.0116, N_SIM, "", 0.0),
    "more simulations": (0.0175, 10 * N_SIM, "", 1.0),
    "too far for more simulations": (0.0269, 10 * N_SIM, "", 0.0),
    "too few": (0.02, 100, "too-few", 0.5),
    "far too few": (0.0, 2, "too-few", 0.0),
    "a known mistake": (0.0505, N_SIM, "means tested", 0.25),
    "per cent": (1.69, N_SIM, "per-cent", 0.5),
    "a count": (34, N_SIM, "count", 0.5),
    "the others": (0.983, N_SIM, "complement", 0.0),
    "not a number": (math.nan, N_SIM, "nan", 0.0),
    "no number of simulations": (0.0169, None, "no-count", 0.0),
    "half a simulation": (0.0169, 0.5, "no-count", 0.0),
    "infinitely many": (0.0169, math.inf, "no-count", 0.0),
    "more than there can be": (0.0169, 10**30, "", 1.0),
    "missing": (Missing("answer"), N_SIM, "missing", 0.0),
    "several": ([0.0169, 0.05], N_SIM, "several", 0.0),
}


def simulated(answer: Any, n_sim: Any, want: Any = 0.0169, **kwargs: Any) -> CheckResult:
    with judging(FakeEvidence({"answer": answer, "n_sim": n_sim})):
        checks = Checks(1, DATA)
        checks.simulated("answer", want, "n_sim", at_least=1000, **kwargs)
        return checks.results[0]


@pytest.mark.parametrize(("answer", "n_sim", "mistake", "share"), SIMULATED.values(), ids=SIMULATED)
def test_numbers_by_simulation(answer: Any, n_sim: Any, mistake: str, share: float) -> None:
    result = simulated(answer, n_sim, mistakes=[Row("means tested", "answer", 0.048)])
    assert (result.mistake, result.earned) == (mistake, share), result
    assert result.hint or share == 1


def test_misconceptions_whose_bands_overlap_are_told_together() -> None:
    rows = [Row("a new athlete each", "answer", 0.049, hint="one"), Row("means tested", "answer", 0.051, hint="two")]
    result = simulated(0.05, N_SIM, mistakes=rows)
    assert (result.mistake, result.hint) == ("a new athlete each, means tested", "one Or: two")


def test_shares_by_name_share_one_number_of_simulations() -> None:
    want = {"within": 0.0169, "between": 0.611, "slopes": 0.43}
    rows = [Row("no athletes", "answer", {"between": 0.049, "slopes": 0.516})]
    result = simulated({"within": 0.02, "between": 0.62, "slopes": 0.51}, N_SIM, want, mistakes=rows)
    assert (result.mistake, result.earned) == ("no athletes", pytest.approx(2.25 / 3))
    assert result.hint == "`slopes`: think again"


def test_a_mean_has_the_error_of_its_standard_deviation() -> None:
    assert simulated(10.9, 400, 10.0, sd=5.0).status is Status.PARTIAL
    assert simulated(10.1, 10_000, 10.0, sd=5.0).status is Status.PASSED
    assert simulated(10.3, 10_000, 10.0, sd=5.0).status is Status.FAILED


@pytest.mark.parametrize("faults", [{"want": 1.5}, {"sigmas": 0}, {"sd": 0}, {"want": "x"}])
def test_a_simulation_that_cannot_be_is_the_authors_fault(faults: dict[str, Any]) -> None:
    with pytest.raises(AuthorError):
        simulated(0.5, N_SIM, **faults)

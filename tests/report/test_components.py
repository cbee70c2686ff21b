"""Variance components: statsmodels' estimates, the true ones, and the marker's severity with its interval."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from autograder.course.results.marks import MarkOrigin
from autograder.report.components import fit
from autograder.report.drift import drift_of
from autograder.report.markers import Origins, marking_of, variance_of
from tests.report.made_up import NAME, table

SEVERITY = {"anna": -0.1, "ben": 0.0, "carla": 0.1, "dan": 0.0}


def observed(students: int, items: int, markers: int, missing: float) -> pd.DataFrame:
    chance = np.random.default_rng(1)
    frame = pd.DataFrame(
        [(s, i, chance.integers(0, markers)) for s in range(students) for i in range(items)],
        columns=["student", "item", "marker"],
    )
    effects = [chance.normal(0, sd, n) for sd, n in ((0.15, students), (0.1, items), (0.08, markers))]
    frame["y"] = 0.6 + sum(
        effect[frame[name]] for effect, name in zip(effects, ("student", "item", "marker"), strict=True)
    )
    frame["y"] += chance.normal(0, 0.2, len(frame))
    return frame[chance.random(len(frame)) >= missing].reset_index(drop=True)


def test_estimates_and_predictions_are_those_of_statsmodels() -> None:
    frame = observed(25, 6, 4, missing=0.15)
    found = fit(frame.y.to_numpy(), {name: frame[name].to_numpy() for name in ("student", "item", "marker")})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it takes variances below a tenth for the boundary
        theirs = sm.MixedLM.from_formula(
            "y ~ 1",
            frame,
            groups=np.ones(len(frame)),
            re_formula="0",
            vc_formula={name: f"0 + C({name})" for name in ("student", "item", "marker")},
        ).fit()
    variances = dict(zip(theirs.model.exog_vc.names, theirs.vcomp, strict=True))
    assert found.log_likelihood == pytest.approx(theirs.llf, abs=1e-5)
    assert found.mean == pytest.approx(theirs.params["Intercept"], abs=1e-5)
    assert found.residual == pytest.approx(theirs.scale, rel=1e-3)
    for name, effect in found.effects.items():
        assert effect.variance == pytest.approx(variances[name], rel=1e-3), name
    predicted = theirs.random_effects[1.0]
    assert found.effects["marker"].predicted == pytest.approx(
        [predicted[f"marker[C(marker)[{level}]]"] for level in range(4)], abs=1e-4
    )


def test_errors_of_predictions_are_those_of_the_covariance_of_all_observations() -> None:
    frame = observed(12, 4, 3, missing=0.1)
    factors = {name: frame[name].to_numpy() for name in ("student", "item", "marker")}
    found = fit(frame.y.to_numpy(), factors)
    design = {name: np.eye(codes.max() + 1)[codes] for name, codes in factors.items()}
    covariance = found.residual * np.eye(len(frame))
    for name, effect in found.effects.items():
        covariance += effect.variance * design[name] @ design[name].T
    inverse = np.linalg.inv(covariance)
    one = np.ones(len(frame))
    projected = inverse - np.outer(inverse @ one, one @ inverse) / (one @ inverse @ one)
    variance = found.effects["marker"].variance
    errors = variance * np.eye(3) - variance**2 * design["marker"].T @ projected @ design["marker"]
    assert found.effects["marker"].covariance == pytest.approx(errors, rel=1e-6, abs=1e-9)


def test_an_effect_that_is_not_there_gets_no_variance() -> None:
    chance = np.random.default_rng(5)
    level = np.repeat(np.arange(30), 8), np.tile(np.arange(8), 30)
    balanced = chance.normal(0, 1, (30, 8))
    balanced -= balanced.mean(axis=0)  # the items' means are equal
    found = fit(balanced.ravel(), {"student": level[0], "item": level[1]})
    assert found.effects["item"].variance < 1e-10
    with pytest.raises(ValueError, match="no variance"):
        fit(np.ones(10), {"student": np.arange(10)})


def test_shares_of_students_and_parts_are_the_true_ones() -> None:
    chance = np.random.default_rng(2)
    shares = 0.6 + chance.normal(0, 0.15, (400, 1)) + chance.normal(0, 0.1, 60) + chance.normal(0, 0.2, (400, 60))
    shares[chance.random(shares.shape) < 0.1] = np.nan
    found = variance_of(table(shares))
    assert found is not None
    true = np.array([0.15, 0.1, 0.2]) ** 2
    assert list(found.shares.values()) == pytest.approx(list(true / true.sum()), abs=0.06)
    assert (found.students, found.items, found.cautions) == (400, 60, ())


def marked(
    students: int = 120, fatigue: float = 0.0, seed: int = 4, who: dict[str, float] | None = None
) -> tuple[np.ndarray, Origins]:
    """Two parts that people mark, in a random order, and two that are graded automatically."""
    chance = np.random.default_rng(seed)
    who = SEVERITY if who is None else who
    names = list(who)
    ability = chance.normal(0, 0.12, students)
    shares = 0.6 + ability[:, None] + chance.normal(0, 0.1, (students, 4))
    origins = {}
    for at in (0, 1):
        order, markers = chance.permutation(students), chance.integers(0, len(names), students)
        sheets = dict.fromkeys(names, 0)
        for place, row in enumerate(order):
            name = names[markers[row]]
            shares[row, at] += who[name] + fatigue * (place / students - 0.5)
            origin = MarkOrigin(NAME, f"q{at + 1}", f"s{row:03}", 0.0, name, sheets[name], 0.0)
            origins[NAME, NAME, f"q{at + 1}", f"s{row:03}"] = origin
            sheets[name] += 1
    return shares, origins


def test_severities_are_the_true_ones_within_their_intervals() -> None:
    held = 0
    for seed in range(8):
        shares, origins = marked(seed=seed)
        found = marking_of(table(shares, by_hand=(0, 1)), origins)
        assert found is not None
        assert found.severities[0].marker == "anna"
        assert found.severities[-1].marker == "carla"
        held += sum(one.low <= SEVERITY[one.marker] <= one.high for one in found.severities)
    assert held >= 27  # of 32, where 30.4 are expected


def test_equal_answers_that_were_marked_together_are_one_mark() -> None:
    shares, origins = marked()
    for at_once in ({"position": 0}, {"position": None, "time": 5.0}):  # in a row of a sheet, on the page
        together = {key: origin._replace(**at_once) for key, origin in origins.items() if key[2] == "q1"}
        found = marking_of(table(shares, by_hand=(0, 1)), {**origins, **together})
        assert found is not None
        assert sum(one.marks for one in found.severities) == 120 + len(SEVERITY)


def test_what_cannot_be_estimated_is_said() -> None:
    shares, origins = marked(who={"anna": 0.0})
    alone = marking_of(table(shares, by_hand=(0, 1)), origins)
    assert alone is not None
    assert alone.severities == ()
    assert any("by anna" in caution for caution in alone.cautions)
    own = {key: origin._replace(marker={"q1": "anna", "q2": "ben"}[key[2]]) for key, origin in origins.items()}
    apart = marking_of(table(shares, by_hand=(0, 1)), own)
    assert apart is not None
    assert any("no part in common" in caution for caution in apart.cautions)
    assert any("With 2 markers" in caution for caution in apart.cautions)
    few = variance_of(table(shares[:12]))
    assert few is not None
    assert any("Fewer than 20 students with such results (" in caution for caution in few.cautions)
    assert variance_of(table(np.full((30, 4), 0.5))) is None
    assert marking_of(table(shares), {}) is None


def test_the_drift_is_the_true_one_and_chance_is_called_chance() -> None:
    shares, origins = marked(fatigue=-0.15)
    tired = drift_of(table(shares, by_hand=(0, 1)), origins)
    assert tired is not None
    assert tired.is_clear
    assert tired.low <= -0.15 <= tired.high
    assert tired.first is None  # no sheet is that long
    clear = 0
    for seed in range(20):
        shares, origins = marked(seed=seed)
        steady = drift_of(table(shares, by_hand=(0, 1)), origins)
        assert steady is not None
        clear += steady.is_clear
    assert clear <= 4  # of 20, where one is expected
    shares, origins = marked(fatigue=-0.15, who={"anna": 0.0})
    long = drift_of(table(shares, by_hand=(0, 1)), origins)
    assert long is not None
    assert long.first is not None
    assert long.late is not None
    assert long.first > 0.03 > -0.01 > long.late
    assert drift_of(table(shares, by_hand=(0, 1)), dict(list(origins.items())[:10])) is None

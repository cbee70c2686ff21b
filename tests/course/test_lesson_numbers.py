"""The solutions of the lessons from 07 on give the numbers of R and of closed forms, as near as honest fits come."""

from __future__ import annotations

import io
import math
import warnings
from contextlib import redirect_stdout
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from tests.course.table import folder_of, notebook_of, visible_part

# Relative differences of honest fits from the exact one: fixed effects, standard errors, variances, residual variance.
FIXED, ERROR, VARIANCE, RESIDUAL, CLOSED = 1e-5, 2e-3, 1e-3, 1e-4, 1e-6

# lme4 1.1-31 (bobyqa, rhoend 1e-12) and 50-digit arithmetic; closed forms where said.
NUMBERS: dict[str, dict[str, tuple[float, float]]] = {
    "07-clusters": {
        "t_naive": (-10.385767, CLOSED),
        "t_means": (-23.684696, CLOSED),
        "design_effect": (13, 0),
        "effective_n": (200 / 13, CLOSED),
    },
    "08-athletes": {
        "effect": (-0.0726737, FIXED),
        "effect_se": (0.0063624, ERROR),
        "z_value": (-11.42244, ERROR),
        "ci_low": (-0.0851437, ERROR),
        "ci_high": (-0.0602037, ERROR),
        "athlete_variance": (5.37572e-4, VARIANCE),
        "athlete_sd": (0.0231856, VARIANCE),
        "residual_variance": (1.943021e-3, RESIDUAL),
        "icc": (0.216711, VARIANCE),
        "log_likelihood": (328.52772, 3e-6),
        "n_athletes": (4, 0),
        "mean_low": (0.8458461, FIXED),
        "mean_high": (0.7731725, FIXED),
        "effect_paired": (-0.0726737, CLOSED),  # closed form
        "se_paired": (0.00306838, 2e-6),  # closed form
        "p_paired": (1.649253e-4, CLOSED),  # closed form
        "variance_low": (1.46123e-4, 1e-4),  # closed form, but for the residual variance
        "variance_high": (7.97474e-3, 1e-4),
    },
    "09-schools": {
        "slope_ols": (2.713871, CLOSED),
        "slope_mixed": (2.873843, FIXED),
        "se_ols": (0.247274, 3e-6),
        "se_mixed": (0.140905, ERROR),
        "school_variance": (54.32883, VARIANCE),
        "residual_variance": (21.09231, RESIDUAL),
        "icc": (0.7203396, VARIANCE),
        "true_school_variance": (64, 0),
        "true_icc": (64 / 89, CLOSED),
    },
    "10-clinics": {
        "treatment_effect": (-3.338815, FIXED),
        "treatment_se": (0.170596, ERROR),
        "age_per_decade": (0.990187, FIXED),
        "intercept_centred": (25.008839, FIXED),
        "recovery_untreated": (28.807132, FIXED),
        "recovery_treated": (25.468317, FIXED),
        "effect_ols": (1.082275, CLOSED),
        "effect_mixed": (-2.943177, FIXED),
        "effect_within": (-3.205930, FIXED),  # that of a fixed effect for each clinic
    },
    "11-random-slopes": {
        "intercept_variance": (612.08994, VARIANCE),
        "slope_variance": (35.071660, VARIANCE),
        "covariance": (9.604333, VARIANCE),
        "correlation": (0.0655513, VARIANCE),
        "slope_se": (1.545789, ERROR),
    },
    "12-model-comparison": {
        "lrt_slopes": (42.139299, 5e-5),
        "lrt_intercept": (106.214413, 2e-5),
        "best_log_likelihood": (-458.09704, 5e-6),
        "plot_variance": (0.3293453, CLOSED),  # closed form
        "slope_correlation": (1, 5e-3),
        "is_singular": (1, 0),
        "extra_parameters_needed": (0, 0),
    },
}
P_VALUES = {  # log10, and how far a standard error that is 2e-3 off moves it
    "07-clusters": {"p_naive": (math.log10(1.89675e-20), 1e-5), "p_means": (math.log10(1.649253e-4), 1e-5)},
    "08-athletes": {"p_value": (-29.491, 0.05)},
    "10-clinics": {"treatment_p": (-84.568, 0.2)},
    "12-model-comparison": {
        "p_slopes": (-9.40217, 1e-3),
        "p_slopes_naive": (-9.15043, 1e-3),
        "p_intercept": (math.log10(3.30868e-25), 1e-3),
    },
}


@pytest.fixture(scope="module")
def solved() -> dict[str, dict[str, Any]]:
    """What the solutions define, by assignment."""
    patch = pytest.MonkeyPatch()
    found: dict[str, dict[str, Any]] = {}
    plt.switch_backend("agg")
    with patch.context() as during, warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        during.setattr(plt, "show", lambda *_, **__: plt.close("all"))
        for assignment in NUMBERS:
            during.chdir(folder_of(assignment))
            found[assignment] = {}
            for cell in notebook_of(assignment).cells:
                if cell.cell_type == "code":
                    exec(compile(visible_part(cell.source), "<cell>", "exec"), found[assignment])
    plt.close("all")
    return found


ROWS = [(assignment, name) for assignment, numbers in NUMBERS.items() for name in numbers]


@pytest.mark.parametrize(("assignment", "name"), ROWS)
def test_a_number_is_that_of_the_reference(solved: dict[str, dict[str, Any]], assignment: str, name: str) -> None:
    want, relative = NUMBERS[assignment][name]
    assert float(solved[assignment][name]) == pytest.approx(want, rel=relative)


@pytest.mark.parametrize("assignment", P_VALUES)
def test_a_p_value_is_that_of_the_reference(solved: dict[str, dict[str, Any]], assignment: str) -> None:
    for name, (want, absolute) in P_VALUES[assignment].items():
        assert math.log10(solved[assignment][name]) == pytest.approx(want, abs=absolute)


def test_the_table_of_shrinkage(solved: dict[str, dict[str, Any]]) -> None:
    table = solved["09-schools"]["shrinkage"]
    assert table["n"].sum() == 125
    factors = {15: 0.968261, 3: 0.859190, 2: 0.802670}
    for _, row in table.iterrows():
        assert row["factor"] == pytest.approx(factors[int(row["n"])], rel=VARIANCE)
    assert table.loc["School 05", ["raw", "blup"]].tolist() == pytest.approx([-13.51375, -10.84708], abs=3e-3)
    assert table.loc["School 04", ["raw", "blup"]].tolist() == pytest.approx([7.95811, 6.83748], abs=3e-3)
    np.testing.assert_allclose(table["raw"] * table["factor"], table["blup"], rtol=1e-6)


def test_the_comparison_of_the_clinics_sizes(solved: dict[str, dict[str, Any]]) -> None:
    table = solved["10-clinics"]["comparison"]
    assert table.loc["ols"].tolist() == pytest.approx([-0.0041775, 0.0031213, 0.18083], rel=3e-5)
    assert table.loc["mixed"].tolist() == pytest.approx([-0.0082203, 0.0112026, 0.46309], rel=3e-3)


def test_the_predictions_with_random_slopes(solved: dict[str, dict[str, Any]]) -> None:
    answers = solved["11-random-slopes"]
    assert answers["pred_population"][9] == pytest.approx(345.610678, abs=5e-4)
    assert answers["pred_308"][[9, 12]] == pytest.approx([430.659991, 489.658765], abs=0.012)
    sds = (36.24370, 36.97801, 38.67897, 41.22712, 44.47707, 48.28733, 52.53613, 57.12570, 61.98039)
    np.testing.assert_allclose(answers["pred_new_sd"], [*sds, 67.04263, 72.26882, 77.62585, 83.08842], rtol=2e-3)


def test_the_comparison_of_four_models(solved: dict[str, dict[str, Any]]) -> None:
    table = solved["12-model-comparison"]["comparison"]
    wanted = {
        "ols": [-950.14653, 3, 1906.29306, 1915.87193],
        "intercept": [-897.03932, 4, 1802.07864, 1814.85047],
        "uncorrelated": [-876.00163, 5, 1762.00325, 1777.96804],
        "slopes": [-875.96967, 6, 1763.93934, 1783.09709],
    }
    assert {name: table.loc[name].tolist() for name in wanted} == {
        name: pytest.approx(row, abs=1e-3) for name, row in wanted.items()
    }


def test_own_and_mixed_lines(solved: dict[str, dict[str, Any]]) -> None:
    own, mixed = solved["11-random-slopes"]["own_lines"], solved["11-random-slopes"]["mixed_lines"]
    assert own.var().tolist() == pytest.approx([838.342, 43.01034], rel=1e-5)
    assert own["intercept"].corr(own["slope"]) == pytest.approx(-0.137553, abs=1e-6)
    assert mixed["intercept"].corr(mixed["slope"]) == pytest.approx(0.263548, abs=1e-3)
    assert mixed.loc[308, "intercept"] + 9 * mixed.loc[308, "slope"] == pytest.approx(430.659991, abs=0.012)


def test_the_lines_of_the_athletes(solved: dict[str, dict[str, Any]]) -> None:
    effects = solved["08-athletes"]["mixed_results"].random_effects
    lines = {athlete: solved["08-athletes"]["mean_low"] + effect.iloc[0] for athlete, effect in effects.items()}
    wanted = {"alex_02": 0.866116, "david_04": 0.829783, "maya_03": 0.823417, "susan_01": 0.864068}
    assert lines == pytest.approx(wanted, abs=5e-4 * 0.0231856)


def test_the_lines_of_the_schools(solved: dict[str, dict[str, Any]]) -> None:
    fit = solved["09-schools"]["mixed_results"]
    intercepts = [fit.fe_params["Intercept"] + effect.iloc[0] for effect in fit.random_effects.values()]
    wanted = [53.9085, 42.3063, 54.4365, 58.5946, 35.1014, 41.3257, 50.1202, 45.5629, 51.7461, 43.3789]
    assert intercepts == pytest.approx(wanted, abs=5e-4 * math.sqrt(54.32883))

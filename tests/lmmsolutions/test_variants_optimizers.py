"""A data set on which a student's optimizer would fail is rejected, whichever optimizer it is."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.fitting import BoundaryFit
from lmmsolutions.lessons.mixed_model import solve
from lmmsolutions.variants import CRITERIA, Variant, candidate
from lmmsolutions.variants.optimizers import OPTIMIZERS, StudentsFit, students_fit
from tests.course_folder import REPOSITORY


@pytest.fixture(scope="module")
def sound() -> Variant:
    """The data set of the course, which has no defect."""
    folder = REPOSITORY / "variants"
    complete, faulty = (pd.read_csv(folder / name / "sleepstudy.csv") for name in ("05-mixed-model", "02-correlation"))
    return Variant(0, complete, faulty)


FINE = StudentsFit("group_variance", 0.1, True, ())
FITS = {
    "away from the optimum": StudentsFit("group_variance", 0.8, True, ()),
    "wrong": StudentsFit("group_variance", 14.2, True, ()),
    "not converged": StudentsFit("group_variance", 0.0, False, ()),
    "with a warning": StudentsFit("group_variance", 0.0, True, ("ConvergenceWarning",)),
    "failed": StudentsFit("LinAlgError: singular matrix", float("inf"), False, ()),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_an_optimizer_that_fails_is_a_defect(
    optimizer: str, fit: StudentsFit, sound: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert candidate.published().fits[optimizer].works  # computed before the optimizer is exchanged
    monkeypatch.setattr(candidate, "students_fit", lambda *given: fit if given[-1] == optimizer else FINE)
    (criterion,) = [item for item in CRITERIA if item.name == f"a student's fit, {optimizer}"]
    others = [item for item in CRITERIA if item.name.startswith("a student's fit, ") and item is not criterion]
    drawn = candidate.Candidate(sound)
    passed, measured = criterion.measure(drawn)
    assert not passed
    assert measured == str(fit)
    assert all(item.measure(drawn)[0] for item in others)


def test_a_default_fit_that_misses_the_optimum_is_seen(sleepstudy: pd.DataFrame) -> None:
    """At a low intraclass correlation statsmodels' default may be off and still say that it converged."""
    rng = np.random.default_rng(2)
    near = missed = False
    for _ in range(9):
        levels, noise = np.repeat(rng.normal(0, 9, 18), 10), rng.normal(0, 30, 180)
        table = sleepstudy.assign(Reaction=300 + 10 * sleepstudy["Days"] + levels + noise)
        with suppress(BoundaryFit):
            fit = students_fit(table, solve(table), "default")
            near |= fit.works and "within" in str(fit)
            missed |= not fit.works and fit.converged and "not the reference" in str(fit)
        if near and missed:
            break
    assert near
    assert missed

"""The data of the second run of the lessons on mixed models."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.lessons.assignments import ASSIGNMENTS
from lmmsolutions.variants import NoVariant
from lmmsolutions.variants.lesson_screening import (
    MARGIN,
    SAME_ANSWERS,
    Solved,
    apart,
    examine,
    lesson_files,
    published,
    search_lesson,
    told_apart,
)
from lmmsolutions.variants.lessons import LESSONS
from tests.course_folder import REPOSITORY

pytestmark = pytest.mark.slow

each_lesson = pytest.mark.parametrize("name", LESSONS)


def written(name: str) -> tuple[pd.DataFrame, ...]:
    folder = REPOSITORY / "variants" / name
    tables = [pd.read_csv(folder / f"{dataset}.csv") for dataset in ASSIGNMENTS[name].datasets]
    return ASSIGNMENTS[name].given(*tables)


@each_lesson
def test_the_files_are_those_of_the_seed(name: str) -> None:
    for path, content in lesson_files(name).items():
        assert (REPOSITORY / "variants" / path).read_bytes() == content
        pd.read_csv(io.BytesIO(content))


@each_lesson
def test_the_files_meet_every_criterion(name: str) -> None:
    assert all(finding.passed for finding in examine(name, LESSONS[name].seed))


@each_lesson
def test_every_answer_is_another_but_those_that_are_named(name: str) -> None:
    here, there = Solved(name, written(name)), published(name)
    same = {
        quantity for quantity in here.quantities if apart(quantity, here.answer(quantity), there.answer(quantity)) <= 1
    }
    assert same <= SAME_ANSWERS


@each_lesson
def test_mistakes_are_recognized_as_on_the_published_data(name: str) -> None:
    distances = told_apart(Solved(name, written(name)), published(name))
    assert distances
    assert [key for key, tolerances in distances.items() if tolerances <= MARGIN] == []


@each_lesson
def test_what_no_data_tell_apart_are_two_powers_of_the_same_design(name: str) -> None:
    here, there = Solved(name, written(name)).pairs(), published(name).pairs()
    near = {key for key, tolerances in here.items() if 1 < tolerances == there[key] <= MARGIN}
    powers = ("power", "one-sided", "ten percent level")
    assert near == ({powers} if name == "14-checking-planning" else set())


def test_what_rejects_a_seed_is_said() -> None:
    *_, last = examine("08-athletes", 1)
    assert not last.passed
    assert last.name
    with pytest.raises(NoVariant, match="none of 1 seeds gives data for 08-athletes"):
        search_lesson("08-athletes", [1])


def test_the_search_takes_the_first_that_passes() -> None:
    seed = LESSONS["11-random-slopes"].seed
    assert search_lesson("11-random-slopes", [seed]) == seed


def test_distances_are_in_tolerances() -> None:
    assert apart("slope", 1.0, 1.0002) == pytest.approx(2, rel=1e-3)
    assert apart("effect_se", 1.0, 1.002) == pytest.approx(1, rel=1e-2)
    assert apart("p_value", 1e-20, 2e-20) == pytest.approx(np.log10(2) / 0.03)
    assert apart("p_value", 0.0, 2e-20) == np.inf
    assert apart("p_slopes", 1e-9, 2e-9) == pytest.approx(np.log10(2) / 0.01)
    assert apart("lrt_slopes", 42.139, 42.151) == pytest.approx(2, rel=1e-3)
    assert apart("lines", {"a": (1.0, 2.0)}, {"b": (1.0, 2.0)}) == np.inf

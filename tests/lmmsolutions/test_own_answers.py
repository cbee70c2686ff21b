"""What follows from a model of somebody's own: the right answers from the one asked for, nothing from another kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from lmmsolutions.core.data import load
from lmmsolutions.lessons import athletes, exam, mixed_model, model_comparison, nested, random_slopes, schools
from lmmsolutions.lessons.own_model import AnotherKind, AnswersOn

pytestmark = pytest.mark.filterwarnings("ignore")  # what these libraries warn of is the students' business

CLOSE = 2e-3  # relative: the spread of students' own fits


@cache
def data(name: str) -> pd.DataFrame:
    return exam.draw(load("student_performance"), exam.EXAMPLE) if name == "students" else load(name)


@cache
def fitted(name: str, formula: str, group: str, slope: str = "", inner: str = "") -> Any:
    parts = {"inner": f"0 + C({inner})"} if inner else None
    options = {"re_formula": f"~{slope}" if slope else "1" if inner else None, "vc_formula": parts}
    found = smf.mixedlm(formula, data(name), groups=group, **options).fit()
    estimates = ("fe_params", "bse", "cov_re", "vcomp", "scale", "llf", "random_effects")
    return SimpleNamespace(
        **{one: getattr(found, one) for one in estimates},
        **{one: getattr(found.model, one) for one in ("endog", "exog", "exog_re")},
    )


OF_SCHOOLS = "test_score ~ hours + prior_gpa"
ASKED: dict[str, tuple[Callable[[Any], AnswersOn], Any, tuple[str, ...]]] = {
    "5": (mixed_model.answers_on, ("sleepstudy", "Reaction ~ Days", "Subject"), ()),
    "8": (
        lambda fit: athletes.answers_on(fit, data("athletes")),
        ("athletes", "correctness ~ session_high", "athlete_id"),
        (),
    ),
    "9": (lambda fit: schools.answers_on(fit, data("schools")), ("schools", "score ~ hours", "school"), ()),
    "11, effects": (
        lambda fit: random_slopes.answers_on(fit, data("sleepstudy")),
        ("sleepstudy", "Reaction ~ Days", "Subject", "Days"),
        (),
    ),
    "11, predictions": (
        lambda fit: random_slopes.predictions_on(fit, data("sleepstudy")),
        ("sleepstudy", "Reaction ~ Days", "Subject", "Days"),
        ("mixed_lines",),
    ),
    "13": (
        lambda fit: nested.answers_on(fit, data("nested")),
        ("nested", "test_score ~ study_hours", "school_id", "", "school_class"),
        (),
    ),
    "15, one slope": (lambda fit: exam.answers_on(fit, data("students")), ("students", OF_SCHOOLS, "school_id"), ()),
    "15, slopes": (
        lambda fit: exam.answers_on_slopes(fit, data("students")),
        ("students", OF_SCHOOLS, "school_id", "hours"),
        ("residual_points",),
    ),
}
REFERENCES: dict[str, Callable[[], Any]] = {
    "5": lambda: mixed_model.solve(data("sleepstudy")),
    "8": lambda: athletes.solve(data("athletes")),
    "9": lambda: schools.solve(data("schools"), data("schools_few")),
    "11": lambda: random_slopes.solve(data("sleepstudy")),
    "13": lambda: nested.solve(data("nested")),
    "15": lambda: exam.solve(data("students")),
}


@pytest.mark.parametrize("lesson", ASKED)
def test_the_model_asked_for_gives_the_reference(lesson: str) -> None:
    answers_on, model, in_one_scale = ASKED[lesson]
    answers, reference = answers_on(fitted(*model)), REFERENCES[lesson.partition(",")[0]]()
    for name in answers.quantities:
        want = np.asarray(getattr(reference, name), dtype=float)
        absolute = CLOSE * np.ptp(want) if name in in_one_scale else 0.0
        assert np.allclose(getattr(answers, name), want, rtol=CLOSE, atol=absolute), name


OTHER: dict[str, tuple[str, Any]] = {
    "slopes of athletes": ("8", ("athletes", "correctness ~ session_high", "athlete_id", "session_high")),
    "sessions as groups": ("8", ("athletes", "correctness ~ session_high", "session_high")),
    "no predictor": ("9", ("schools", "score ~ 1", "school")),
    "hours as groups": ("9", ("schools_few", "score ~ hours", "hours")),
    "intercepts alone": ("11, effects", ("sleepstudy", "Reaction ~ Days", "Subject")),
    "days from one": ("11, effects", ("sleepstudy", "Reaction ~ I(Days + 1)", "Subject", "Days")),
    "days from one, predicted": ("11, predictions", ("sleepstudy", "Reaction ~ I(Days + 1)", "Subject", "Days")),
    "slopes of schools": ("15, one slope", ("students", OF_SCHOOLS, "school_id", "hours")),
    "other scores": ("15, one slope", ("students", "I(2 * test_score) ~ hours", "school_id")),
    "slopes of the grades": ("15, slopes", ("students", OF_SCHOOLS, "school_id", "prior_gpa")),
}


@pytest.mark.parametrize(("lesson", "model"), OTHER.values(), ids=OTHER)
def test_nothing_follows_from_another_kind_of_model(lesson: str, model: Any) -> None:
    with pytest.raises((AnotherKind, IndexError)):
        ASKED[lesson][0](fitted(*model))


def test_nothing_follows_from_a_pooled_line_or_from_schools_alone() -> None:
    with pytest.raises(AnotherKind):
        mixed_model.answers_on(SimpleNamespace(cov_re=None, scale=1.0))
    alone = SimpleNamespace(cov_re=np.ones((1, 1)), random_effects=dict.fromkeys(range(20)), vcomp=np.array([]))
    with pytest.raises(AnotherKind):
        nested.answers_on(alone, data("nested"))


def test_a_fit_may_have_one_answer_and_lack_another() -> None:
    fit = SimpleNamespace(cov_re=pd.DataFrame([[4.0]]), scale=12.0, fe_params=pd.Series([1.0, 2.0]))
    answers = mixed_model.answers_on(fit)
    assert (answers.group_variance, answers.residual_variance) == (4.0, 12.0)
    with pytest.raises(KeyError, match="Days"):
        _ = answers.fixed_slope
    with pytest.raises(AttributeError, match="no answer 'slope' follows"):
        _ = answers.slope


def test_the_caterpillar_of_the_model_asked_for() -> None:
    model = ASKED["13"][1]
    schools_effects, members = nested.caterpillar_on(fitted(*model))
    want_schools, want_members = nested.solve(data("nested")).caterpillar
    assert schools_effects == pytest.approx(want_schools, abs=0.01)
    for school, effects in want_members.items():
        assert sorted(members[school]) == pytest.approx(sorted(effects), abs=0.01)


def drawn(x: list[float], y: list[float], *, as_line: bool = False) -> Any:
    one = SimpleNamespace(x=np.array(x), y=np.array(y))
    return SimpleNamespace(axes=[SimpleNamespace(points=[] if as_line else [one], lines=[one] if as_line else [])])


POPULATION = (251.4, 10.47)
MARKED: dict[str, tuple[Any, bool]] = {
    "a point": (drawn([250.0, 251.5], [12.0, 10.5]), True),
    "a marker of a line, on the other axes": (drawn([10.5], [251.5], as_line=True), True),
    "another slope": (drawn([251.4], [10.6]), False),
    "another intercept": (drawn([252.0], [10.47]), False),
    "nothing": (drawn([], []), False),
}


@pytest.mark.parametrize(("figure", "marked"), MARKED.values(), ids=MARKED)
def test_the_line_of_the_population_is_marked(figure: Any, marked: bool) -> None:
    assert random_slopes.is_marked([drawn([0.0], [0.0]), figure], (1.0, 1.0), None, POPULATION) is marked


def test_the_line_of_the_population_in_a_model() -> None:
    fit = fitted(*ASKED["11, effects"][1])
    assert random_slopes.population_on(fit) == pytest.approx(POPULATION, abs=0.01)
    for other in (None, SimpleNamespace(fe_params=None), SimpleNamespace(fe_params=[1.0, 2.0, 3.0])):
        assert random_slopes.population_on(other) is None


def test_numbers_that_follow_from_numbers_in_the_exam() -> None:
    students, reference = data("students"), exam.solve(data("students"))
    assert exam.design_effect_on(reference.icc, students) == pytest.approx(reference.design_effect)
    assert [exam.design_effect_on(no_share, students) for no_share in (0.0, 1.0, 25.0)] == [None] * 3
    assert exam.p_slopes_on(reference.lrt) == pytest.approx(reference.p_slopes)
    assert exam.p_slopes_on(-0.1) is None


def test_the_whole_table_is_the_second_that_is_read() -> None:
    read: list[Any] = []

    def table(file: str, draw: Any = None) -> pd.DataFrame:
        read.append((file, draw))
        return pd.DataFrame({"drawn": [draw is not None]})

    assert exam.students_of(table)["drawn"].all()
    assert read == [("student_performance.csv", exam.draw), ("student_performance.csv", None)]


def test_a_likelihood_ratio_follows_from_a_table_that_is_right_but_for_rounding() -> None:
    right = pd.DataFrame({"log_likelihood": [-946.6, -897.0393]}, index=["ols", "intercept"])
    rounded = right.round(1)
    assert model_comparison.statistic_on(rounded, right, "intercept", "ols") == pytest.approx(99.2)
    assert model_comparison.statistic_on(right - 0.1, right, "intercept", "ols") is None


BEST = -440.0
APART = {"bfgs": BEST, "lbfgs": BEST - 1, "cg": BEST - 2, "powell": BEST, "nm": BEST - 3}
ENDS: dict[str, tuple[Any, str, float]] = {
    "no dictionary": ([BEST] * 5, "no-names", 0.0),
    "other names": ({"Nelder-Mead": BEST}, "no-names", 0.0),
    "higher than the maximum": ({**APART, "cg": BEST + 1}, "too-high", 0.0),
    "one fit": (dict.fromkeys(APART, BEST), "one-fit", 0.0),
    "another model": ({name: value - 10 for name, value in APART.items()}, "other-model", 0.0),
    "one is missing": ({name: value for name, value in APART.items() if name != "cg"}, "missing-methods", 0.8),
    "one did not end": (pd.Series({**APART, "cg": np.nan}), "missing-methods", 0.8),
}


@pytest.mark.parametrize(("answer", "name", "keeps"), ENDS.values(), ids=ENDS)
def test_where_optimizers_end(answer: Any, name: str, keeps: float) -> None:
    fault = model_comparison.ends_of_optimizers(answer, BEST)
    assert not isinstance(fault, bool)
    assert (fault.name, fault.keeps) == (name, keeps)
    assert fault.hint


def test_optimizers_end_at_different_places() -> None:
    assert model_comparison.ends_of_optimizers({name.upper(): value for name, value in APART.items()}, BEST) is True

"""What `Checks()` knows by itself: points, tables, misconceptions; and what others add to it."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import autograder
from autograder.checks import (
    AuthorError,
    Checks,
    Status,
    Verdict,
    custom,
    outcome,
    right,
    tolerance,
    wrong,
)
from autograder.checks.figures import pairs
from autograder.checks.methods import answers, drawings, figures, neighbors, simulations, structures, values
from autograder.checks.student import judging, student
from autograder.checks.values import containers, effects
from autograder.errors import NotGrading
from autograder.grading import trying as trying_module
from tests.checks.fakes import DATA, FakeEvidence, Row

TABLES = {"a.csv": DATA, "b.csv": DATA * 10}


def evidence(**values: Any) -> FakeEvidence:
    return FakeEvidence(values, tables=TABLES)


def test_misconceptions_are_computed_on_the_tables_that_were_asked_for_in_their_order() -> None:
    row = Row("exchanged", "x", lambda first, second: float(first["y"].sum() + second["x"].sum()))
    with judging(evidence(x=39.0)):
        changed = student.data("a.csv")
        changed["y"] = 0.0  # what the cell does with its copy is its own
        student.data("b.csv")
        student.data("a.csv")
        checks = Checks(1, mistakes=[row])
        checks.number("x", 5.0)
        assert checks.results[0].mistake == "exchanged"


@pytest.mark.parametrize("data", [DATA, (DATA,), [DATA]])
def test_tables_can_be_given(data: Any) -> None:
    with judging(evidence(x=3.0)):
        checks = Checks(1, data, mistakes=[Row("sum", "x", lambda table: float(table["x"].sum()))])
        checks.number("x", 5.0)
        assert checks.results[0].mistake == "sum"


def test_misconceptions_without_any_table_are_the_authors_fault() -> None:
    with judging(evidence(x=3.0)), pytest.raises(AuthorError, match=r"student\.data"):
        Checks(1, mistakes=[Row("sum", "x", 3.0)]).number("x", 5.0)


def test_a_check_may_have_misconceptions_of_its_own() -> None:
    with judging(evidence(x=3.0, y=3.0)):
        checks = Checks(2, DATA, mistakes=[Row("all", "x", 3.0), Row("all", "y", 3.0)])
        checks.number("x", 5.0, mistakes=[Row("its own", "x", 3.0)])
        checks.number("y", 5.0)
        assert [result.mistake for result in checks.results] == ["its own", "all"]


def test_at_most_two_explanations_are_shown_together() -> None:
    rows = [Row(f"row {place}", "x", 3.0, hint=f"hint {place}") for place in range(3)]
    with judging(evidence(x=3.0)):
        checks = Checks(2, DATA)
        checks.number("x", 5.0, mistakes=rows[:2])
        checks.number("x", 5.0, mistakes=rows)
        two, three = checks.results
    assert (two.mistake, two.hint) == ("row 0, row 1", "hint 0 Or: hint 1")
    assert (three.mistake, three.hint) == ("", "This is not the value that the data give.")


def test_a_row_that_names_a_kind_which_the_check_does_not_have_is_reported_to_the_author() -> None:
    with judging(evidence(x="5")):
        checks = Checks(1, DATA, mistakes=[Row("a slip", "x", "txt")])
        checks.number("x", 5.0)
        (note,) = checks.results[0].notes
    assert "'txt'" in note
    assert "only-printed" in note


def test_credits_that_are_left_out_need_something_that_is_left() -> None:
    with judging(evidence(x=5.0), points=1):
        checks = Checks()
        checks.number("x", 5.0, credit=1)
        checks.number("x", 5.0)
        with pytest.raises(AuthorError, match="no points are left for 1"):
            checks.score()


def test_outside_of_a_test_cell_student_says_how_to_try() -> None:
    with pytest.raises(NotGrading, match=r"(?s)autograder try ASSIGNMENT --part PART.*autograder\.trying"):
        student.value("x")


def test_a_value_goes_the_way_of_a_students_value(capsys: pytest.CaptureFixture[str]) -> None:
    with autograder.trying(x=object(), twice=lambda n: 2 * n, table=DATA, points=2):
        assert type(student.value("x")).__name__ == "Opaque"
        assert student.value("twice")(4) == 8
        assert student.value("table") is not DATA
        assert not student.has("y")
        checks = Checks()
        checks.number("y", 5.0)
        checks.that("twice is twice", lambda: student.value("twice")(3) == 6)
    assert capsys.readouterr().out.splitlines()[:3] == [
        "1 of 2 points",
        "  ✗ `y`: not right, 0 of 1 points",
        "      Found: not defined",
    ]


def test_an_assertion_is_tried_as_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    with autograder.trying(x=1.0):
        Checks().number("x", 1.0, credit=0.5)
        assert False, "look again"  # noqa: B011, PT015  (what an author's test does)
    assert "look again" in capsys.readouterr().out


def test_a_condition_on_a_value_that_was_not_given_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AuthorError, match=r"checks\.that\(label, lambda: …\)"), autograder.trying(x=1.0):
        Checks().that("it is large", student.value("y") > 0)
    with autograder.trying(x=1.0):
        Checks().that("it is large", lambda: student.value("y") > 0)
    assert "✗ it is large" in capsys.readouterr().out
    with pytest.raises(TypeError, match="'str'"), autograder.trying(x="a"):
        Checks().that("it is large", student.value("x") > 0)


def test_trying_nothing_and_tables_that_were_not_given_are_said() -> None:
    with pytest.raises(AuthorError, match="nothing was tried"), autograder.trying(x=1.0):
        pass
    with pytest.raises(AuthorError, match=r"no data file 'a\.csv' was given \(given: none\)"), autograder.trying():
        student.data("a.csv")
    with pytest.raises(AuthorError) as caught, autograder.trying(x=1.0, data={"a.csv": DATA}):
        Checks().that("it is large", lambda: student.value("x") > student.data("b.csv").size)
    assert str(caught.value) == (
        "no data file 'b.csv' was given (given: a.csv). Give it: trying(data={'b.csv': table or path}, …). "
        "Did you mean 'a.csv'?"
    )
    assert (caught.value.found, caught.value.expected) == ("b.csv", ["a.csv"])


def test_a_path_at_which_no_table_is_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plants.csv").write_text("x\n1\n")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(AuthorError) as caught, autograder.trying(data={"a.csv": "plant.csv"}):
        student.data("a.csv")
    assert str(caught.value) == (
        "the data file 'a.csv' cannot be read from 'plant.csv': No such file or directory. Correct the path, which "
        f"begins in {tmp_path}. Did you mean 'plants.csv'?"
    )
    assert (caught.value.found, caught.value.expected) == ("plant.csv", ["empty.csv", "plants.csv"])
    with (
        pytest.raises(AuthorError, match=r"'a\.csv' cannot be read as a CSV file in UTF-8: No columns"),
        autograder.trying(data={"a.csv": tmp_path / "empty.csv"}),
    ):
        student.data("a.csv")


def test_tables_are_given_as_tables_or_paths(tmp_path: Any) -> None:
    DATA.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(AuthorError), autograder.trying(data={"a.csv": tmp_path / "a.csv", "b.csv": DATA}):
        assert student.data("a.csv").equals(student.data("b.csv"))


class Entry:
    """An entry point of an installed package."""

    def load(self) -> Any:
        def near(answer: Any, want: float, *, by: float = 0.1) -> Verdict:
            return right() if abs(answer - want) <= by else wrong(hint="Not near.", mistake="far")

        return near


def test_a_package_adds_a_kind_of_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {("autograder.checks", "near"): [Entry()]}
    monkeypatch.setattr(metadata, "entry_points", lambda group, name: found.get((group, name), []))
    rows = [Row("by ten", "x", 50.0), Row("far off", "y", "far", 0.5)]
    with judging(evidence(x=50.05, y=9.0, z=5.05)):
        checks: Any = Checks(4, DATA, mistakes=rows)
        checks.near("x", 5.0)
        checks.near("y", want=5.0, by=0.2)
        checks.near("z", 5.0)
        checks.near("gone", 5.0)
        told = [(one.mistake, one.earned) for one in checks.results]
        assert told == [("by ten", 0.25), ("far off", 0.5), ("", 1.0), ("missing", 0.0)]
        with pytest.raises(AttributeError, match="no kind of check 'nearly'"):
            checks.nearly("x", 5.0)


def judged_by(function: Any, *arguments: Any, **values: Any) -> Any:
    """The result of a kind of check of one's own on the value ``x``."""
    with judging(evidence(**values)) as cell:
        cell.kinds["tried"] = custom._method(function)
        checks: Any = Checks(1)
        checks.tried("x", *arguments)
        return checks.results[0]


def test_a_kind_of_check_may_answer_in_the_types_of_numpy() -> None:
    answers = (np.bool_(True), np.bool_(False), np.float32(0.5), np.int64(1))
    assert [judged_by(lambda _, one=one: one, x=3).earned for one in answers] == [1.0, 0.0, 0.5, 1.0]
    with pytest.raises(AuthorError, match="no verdict"):
        judged_by(lambda _: np.float64("nan"), x=3)


def test_a_kind_of_check_may_say_what_is_wrong() -> None:
    fault = Row("unsorted", "x", None, 0.5)
    result = judged_by(lambda _: fault, x=3)
    assert (result.mistake, result.earned, result.hint) == ("unsorted", 0.5, fault.hint)


def test_a_kind_of_check_that_raises_on_a_value_is_a_failed_check() -> None:
    def near(answer: Any, want: float) -> bool:
        return abs(answer - want) < 1

    assert judged_by(near, 2.5, x=3.0).status is Status.PASSED
    told = [judged_by(near, 2.5, x=value) for value in ("a text", [1.0, 2.0], None)]
    assert [(one.mistake, one.earned) for one in told] == [("raised", 0.0), ("raised", 0.0), ("empty", 0.0)]
    assert told[0].hint == "This is not what is asked for."
    assert told[0].got == "the text “a text”"
    assert told[0].notes == ("'near' raised TypeError: unsupported operand type(s) for -: 'str' and 'float'",)

    def demanding(answer: Any) -> bool:
        if answer <= 3:
            raise AssertionError("More than three are asked for.")  # what `assert` raises where pytest adds nothing
        return True

    assert judged_by(demanding, x=3).hint == "More than three are asked for."


def test_what_only_the_author_of_a_kind_can_be_wrong_about_is_no_failed_check() -> None:
    def mistyped(answer: Any) -> bool:
        return answer > unknown  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(NameError):
        judged_by(mistyped, x=3)
    with pytest.raises(TypeError, match="too many positional arguments"):
        judged_by(mistyped, 1, 2, x=3)


@pytest.mark.parametrize("name", ["number", "score", "_hidden"])
def test_a_kind_of_check_does_not_replace_what_there_is(name: str) -> None:
    def judge(answer: Any) -> bool:
        return bool(answer)

    judge.__name__ = name
    with pytest.raises(AuthorError, match="another name"):
        autograder.check(judge)


def test_parameters_that_every_check_has_are_not_the_functions() -> None:
    def weighed(answer: Any, credit: float) -> bool:
        return bool(answer and credit)

    with pytest.raises(AuthorError, match="'credit'"):
        autograder.check(weighed)


@pytest.fixture
def _no_kind_of_the_examples_stays() -> Iterator[None]:
    before = set(vars(Checks))
    yield
    for name in set(vars(Checks)) - before:
        delattr(Checks, name)


@pytest.mark.usefixtures("_no_kind_of_the_examples_stays")
@pytest.mark.parametrize(
    "module",
    [
        values,
        structures,
        simulations,
        answers,
        drawings,
        figures,
        neighbors,
        custom,
        tolerance,
        outcome,
        containers,
        effects,
        pairs,
        trying_module,
    ],
)
def test_the_examples_show_what_happens(module: Any) -> None:
    names = {
        "Checks": Checks,
        "check": autograder.check,
        "trying": autograder.trying,
        "student": student,
        "pd": pd,
        "plt": plt,
    }
    names |= {"right": right, "wrong": wrong}
    result = doctest.testmod(module, extraglobs=names)
    assert result.failed == 0
    assert result.attempted


@pytest.mark.usefixtures("_no_kind_of_the_examples_stays")
def test_the_examples_of_the_documentation_show_what_happens() -> None:
    page = Path(__file__).parents[2] / "docs" / "checks.md"
    result = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
    assert result.attempted > 20

"""The comparison itself: it sees what a student would see, and names who and what differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.golden import verdicts
from tests.golden.verdicts import Verdict

SHOWN = """\
0.188 of 1 points
  ◐ `model`: partly right, 0.125 of 0.5 points
      Found: a fitted OLS model
      Hint: Look at its constant.
  ✗ `slope`, in ms: not right, 0 of 0.5 points"""
LINES = verdicts.lines_of(SHOWN)
ONE = Verdict(
    "03-ols", "03-ols", "q3a-tests", "ada", "0.19", "1", checks="◐ model; ✗ slope, in ms", texts=("\n".join(LINES),)
)


def test_a_list_of_checks_is_read_as_it_is_shown() -> None:
    assert LINES[0] == "◐ `model`, 0.125 of 0.5"
    assert "; ".join(verdicts.checks_in(LINES)) == ONE.checks


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (replace(ONE, points="0.2"), "points: '0.19' → '0.2'"),
        (replace(ONE, review="review"), "review: '' → 'review'"),
        (replace(ONE, texts=(ONE.shown.replace("constant", "slope"),)), "+      Hint: Look at its slope."),
        (replace(ONE, student="bob"), "is missing"),
    ],
)
def test_a_difference_names_who_and_what(other: Verdict, says: str) -> None:
    (first, *_) = verdicts.differences([ONE], [other])
    assert first.startswith("03-ols, q3a-tests, ada\n")
    assert says in first


def test_a_failure_shows_the_differences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "FOLDER", tmp_path)
    verdicts.write("class", [ONE, replace(ONE, student="bob")])
    verdicts.assert_same("class", [ONE, replace(ONE, student="somebody new")])
    with pytest.raises(AssertionError, match=r"q3a-tests, ada\n    points: '0.19' → '0.2'"):
        verdicts.assert_same("class", [replace(ONE, points="0.2")])
    with pytest.raises(AssertionError, match="nothing is kept"):
        verdicts.assert_same("class", [replace(ONE, student="somebody new")])


def test_a_difference_of_many_is_said_once() -> None:
    before = [replace(ONE, student=name) for name in ("ada", "bob", "eve")]
    after = [replace(one, points="1") for one in before]
    assert len(verdicts.differences(before, after)) == 1
    assert not verdicts.differences(before, reversed(before))


def test_what_is_kept_is_read_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(ONE, student="eve", texts=("a,b\n\n  c\t'\"", "x\u2028y", ONE.shown))
    monkeypatch.setattr(verdicts, "FOLDER", tmp_path)
    verdicts.write("class", [odd, ONE])
    assert verdicts.read("class") == [ONE, odd]


@pytest.mark.parametrize("name", verdicts.CLASSES)
def test_each_class_is_kept_with_one_line_for_each_student_and_part(name: str) -> None:
    places = [verdict.place for verdict in verdicts.read(name)]
    assert places == sorted(set(places))

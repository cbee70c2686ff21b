"""Tolerance and rounding: what is close enough, and what never is."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograder.checks import AuthorError
from autograder.checks.tolerance import Match, Tolerance, half_unit

NUMBERS = st.floats(min_value=1e-12, max_value=1e12).flatmap(lambda size: st.sampled_from([size, -size]))
TOLERANCES = st.sampled_from([0.0, 1e-5, 1e-4, 1e-3])

TABLE: dict[str, tuple[float, float, Match]] = {
    "the number itself": (0.53523, 0.53523, Match.FULL),
    "four digits": (0.5352, 0.53523, Match.FULL),
    "five digits": (10.467, 10.46729, Match.FULL),
    "two decimals are four digits": (10.47, 10.46729, Match.FULL),
    "three digits": (0.535, 0.53523, Match.COARSE),
    "two digits": (0.54, 0.53523, Match.COARSE),
    "two digits, wrong way": (0.53, 0.53523, Match.NONE),
    "one digit": (0.5, 0.53523, Match.NONE),
    "cut off": (10.46, 10.46729, Match.NONE),
    "324 for 323.59": (324.0, 323.5878, Match.COARSE),
    "323 for 323.59": (323.0, 323.5878, Match.NONE),
    "half to even": (2.5, 2.45, Match.COARSE),
    "a carry into the next decade": (100.0, 99.996, Match.FULL),
    "single precision": (10.470000267028809, 10.46729, Match.FULL),
    "near, but not by rounding": (10.4699, 10.46729, Match.NONE),
    "zero": (0.0, 0.0, Match.FULL),
    "noise around zero": (1e-17, 0.0, Match.FULL),
    "not zero": (1e-3, 0.0, Match.NONE),
    "zero for something": (0.0, 0.53523, Match.NONE),
    "the other sign": (-0.5352, 0.53523, Match.NONE),
    "a whole number": (9.0, 9.0, Match.FULL),
    "another whole number": (10.0, 9.0, Match.NONE),
    "NaN": (math.nan, 0.53523, Match.NONE),
    "infinity": (math.inf, 0.53523, Match.NONE),
    "NaN for NaN": (math.nan, math.nan, Match.NONE),
    "infinity for infinity": (math.inf, math.inf, Match.NONE),
    "tiny reference": (5e-324, 5e-324, Match.FULL),
    "huge": (1e308, -1e308, Match.NONE),
}


@pytest.mark.parametrize(("got", "want", "match"), TABLE.values(), ids=TABLE.keys())
def test_match(got: float, want: float, match: Match) -> None:
    assert Tolerance(1e-5).match(got, want) is match


def rounded(number: float, digits: int) -> float:
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(number)))


@given(NUMBERS, st.integers(4, 15), TOLERANCES)
def test_rounding_to_four_or_more_digits_is_always_right(want: float, digits: int, relative: float) -> None:
    assert Tolerance(relative).match(rounded(want, digits), want) is Match.FULL
    assert Tolerance(relative).match(float(f"{want:.{digits}g}"), want) is Match.FULL


@given(NUMBERS, st.integers(4, 9), TOLERANCES, st.floats(-1, 1))
def test_rounding_an_honest_fit_is_right(want: float, digits: int, relative: float, part: float) -> None:
    fit = want * (1 + part * relative)
    assert Tolerance(relative).match(rounded(fit, digits), want) is Match.FULL


@given(NUMBERS, st.integers(2, 3))
def test_rounding_to_two_or_three_digits_is_at_least_partly_right(want: float, digits: int) -> None:
    assert Tolerance(0.0).match(rounded(want, digits), want) in (Match.COARSE, Match.FULL)


@given(NUMBERS, st.floats(allow_nan=True, allow_infinity=True), TOLERANCES)
def test_nothing_farther_than_tolerance_and_rounding_is_right(want: float, got: float, relative: float) -> None:
    tolerance = Tolerance(relative)
    if tolerance.match(got, want) is Match.FULL:
        assert abs(got - want) <= (tolerance.allowed(want) + half_unit(want)) * (1 + 1e-6)


@given(NUMBERS, st.floats(1e-3, 1.0), TOLERANCES)
def test_a_number_that_is_off_and_not_rounded_is_not_right(want: float, off: float, relative: float) -> None:
    got = want * (1 + 2 * relative + off * math.pi / 4)
    assume(len(f"{got:.12g}".replace(".", "").replace("-", "").strip("0")) > 10)
    assert Tolerance(relative).match(got, want) is not Match.FULL


@given(NUMBERS, TOLERANCES, TOLERANCES)
def test_nan_is_never_right(want: float, relative: float, absolute: float) -> None:
    assert Tolerance(relative, absolute).match(math.nan, want) is Match.NONE


@given(NUMBERS, st.floats(allow_nan=True, allow_infinity=True))
def test_cut_off_is_told_from_rounded(want: float, got: float) -> None:
    digits = Tolerance(0.0).cut_off_at(got, want)
    assert digits == 0 or (abs(got) < abs(want) and got * want > 0)


@pytest.mark.parametrize(("got", "digits"), [(10.46, 4), (10.4, 3), (0.0, 0), (-10.46, 0), (10.47, 0), (10.0, 2)])
def test_where_a_number_was_cut_off(got: float, digits: int) -> None:
    assert Tolerance(0.0).cut_off_at(got, 10.46729) == digits


@pytest.mark.parametrize("bad", [-1e-4, math.nan, math.inf])
def test_an_impossible_tolerance_is_the_authors_fault(bad: float) -> None:
    with pytest.raises(AuthorError):
        Tolerance(bad)
    with pytest.raises(AuthorError):
        Tolerance(1e-4, bad)

"""What is read from a text: values with signs, precision and units, and what is no number at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.written.numbers import MAX_NUMBERS, Number, Role, numbers
from autograder.written.plain import MAX_CHARACTERS
from tests.processor_time import at_most
from tests.written.course import VOCABULARY

# text → value, unit, significant digits of each number
READ = {
    "plain": ("It is 251.4 ms.", [(251.4, "ms", 4)]),
    "minus sign": ("a deviation of −77.8 ms", [(-77.8, "ms", 3)]),
    "hyphen as minus": ("a deviation of -77.8 ms", [(-77.8, "ms", 3)]),
    "en dash as minus": ("a deviation of –77.8 ms", [(-77.8, "ms", 3)]),
    "range with en dash": ("250–300 ms", [(250, "ms", 2), (300, "ms", 1)]),
    "range with hyphen": ("10.4-10.6 ms per day", [(10.4, "ms per day", 3), (10.6, "ms per day", 3)]),
    "range with negative end": ("from −78 to +72 ms", [(-78, "ms", 2), (72, "ms", 2)]),
    "thousands": ("1,378 ms²", [(1378, "ms²", 4)]),
    "thousands and decimals": ("1,378.2 ms²", [(1378.2, "ms²", 5)]),
    "continental thousands": ("1.378,2 ms²", [(1378.2, "ms²", 5)]),
    "thin space": ("1\u202f378 ms²", [(1378, "ms²", 4)]),
    "decimal comma": ("10,47 ms", [(10.47, "ms", 4)]),
    "decimal comma below one": ("0,535", [(0.535, "", 3)]),
    "no leading zero": ("r = .54", [(0.54, "", 2)]),
    "power of ten": ("1.378e3 ms²", [(1378, "ms²", 4)]),
    "power of ten in LaTeX": (r"$1.378 \times 10^{3}$ ms²", [(1378, "ms²", 4)]),
    "trailing zeros fill up": ("1400 ms²", [(1400, "ms²", 2)]),
    "decimal zeros count": ("0.30", [(0.30, "", 2)]),
    "bold and italic": ("**251** ms and *37 ms*", [(251, "ms", 3), (37, "ms", 2)]),
    "code": ("`1378 ms²`", [(1378, "ms²", 4)]),
    "unit of a list": (
        "21.76, 2.26 and 6.11 ms/day",
        [(21.76, "ms per day", 4), (2.26, "ms per day", 3), (6.11, "ms per day", 3)],
    ),
    "unit of an equation": ("251.4 + 10.5 ms per day", [(251.4, "", 4), (10.5, "ms per day", 3)]),
    "LaTeX": (
        r"$\hat\beta_1 = 10.47\,\text{ms}$ and $\sigma_u^2 = 1378\ \mathrm{ms}^2$",
        [(10.47, "ms", 4), (1378, "ms²", 4)],
    ),
    "variable Days": ("244 + 21.8 Days", [(244, "", 3), (21.8, "", 3)]),
    "ambiguous comma": ("10,467 ms", [(10467, "ms", 5)]),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_values_units_and_digits(text: str, expected: list[tuple[float, str, int]]) -> None:
    found = [(number.value, number.unit.name, number.digits) for number in numbers(text, VOCABULARY)]
    assert found == [(pytest.approx(value), unit, digits) for value, unit, digits in expected]


NONE = [
    "$R^2$",
    "R²",
    "$10^{2}$",
    r"$\beta_1$",
    r"$\hat u_{308}$",
    "`random_effects[337]`",
    "slope_308",
    "q5b",
    "H0",
    "2nd",
    "5b",
    "![a picture](attachment:image1.png)",
    "https://example.org/2003/17",
    "```\nx = 3\n```",
    "<img width=20>",
    "1. first\n2. second",
    "x^2",
    "1.2.3",
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number(text: str) -> None:
    assert numbers(f"See {text}" if not text.startswith(("`", "1. ")) else text, VOCABULARY) == ()


SPELLINGS = {
    "ms": ["ms", "milliseconds", "millisecond", "msec"],
    "s": ["s", "seconds", "sec"],
    "min": ["min", "minutes"],
    "h": ["h", "hours"],
    "days": ["days", "day"],
    "%": ["%", "percent", "per cent"],
    "ms²": ["ms²", "ms^2", "ms^{2}", "ms**2", "ms<sup>2</sup>", "milliseconds squared", "squared milliseconds"],
    "ms per day": [
        "ms per day",
        "ms pro Tag",
        "ms je Tag",
        "ms/day",
        "ms a day",
        "ms each day",
        "milliseconds per day",
        "ms / d",
        "ms per additional day",
    ],
    "s per day": ["s per day", "seconds/day"],
}


@pytest.mark.parametrize(("unit", "spelling"), [(unit, word) for unit, words in SPELLINGS.items() for word in words])
def test_spellings_of_units(unit: str, spelling: str) -> None:
    for text in (f"It is 10.5 {spelling}.", f"It is 10.5{spelling} and more", f"(10.5 {spelling})"):
        assert [number.unit.name for number in numbers(text, VOCABULARY)] == [unit], text


DIRECTIONS = {
    "it decreases by 10.5 ms per day": -1,
    "it drops by about 10.5 ms": -1,
    "78 ms below the mean": -1,
    "78 ms faster": -1,
    "78 ms shorter": -1,
    "a negative correlation of 0.54": -1,
    "it increases by 10.5 ms per day": 1,
    "becomes slower by about 10.5 ms": 1,
    "72 ms above the mean": 1,
    "72 ms slower": 1,
    "+72 ms": 1,
    "it is 10.5 ms": 0,
    "it does not decrease by 10.5 ms": 0,
    "doesn't drop by 10.5 ms": 0,
    "slows down much faster (21.76 ms per day)": 0,
    "251 ms and becomes slower": 0,
}


@pytest.mark.parametrize(("text", "direction"), DIRECTIONS.items())
def test_directions(text: str, direction: int) -> None:
    (number,) = numbers(text, VOCABULARY)
    assert number.direction == direction


ROLES = {
    "between 200 and 400 ms": [Role.RANGE, Role.RANGE],
    "200 to 290 ms": [Role.RANGE, Role.RANGE],
    "well over 100 ms": [Role.BOUND],
    "p < 0.05": [Role.BOUND],
    "170 of 180": [Role.COUNT, Role.COUNT],
    "18 subjects": [Role.COUNT],
    "subjects 308, 309 and 337": [Role.NAME, Role.NAME, Role.NAME],
    "251.4 + 72.2 = 323.6": [Role.VALUE, Role.TERM, Role.VALUE],
    "251.4 − 77.8 = 173.6": [Role.VALUE, Role.TERM, Role.VALUE],
    "up to 466 ms": [Role.VALUE],
}


@pytest.mark.parametrize(("text", "roles"), ROLES.items())
def test_roles_in_the_sentence(text: str, roles: list[Role]) -> None:
    assert [number.role for number in numbers(text, VOCABULARY)] == roles


def test_quotation_holds_the_words_that_matter() -> None:
    text = "So it **decreases by\nabout 10.5 ms** per day, 78 ms below."
    assert [number.text for number in numbers(text, VOCABULARY)] == [
        "decreases by about 10.5 ms per day",
        "78 ms below",
    ]


def test_both_readings_of_a_comma() -> None:
    (number,) = numbers("10,467 ms", VOCABULARY)
    assert number.other == pytest.approx(10.467)


PIECES = "10.5 ms per day − 78 below between and 250–300 $ ^{2} ` ``` <b \\text{ of 1,378".split(" ")
TEXTS = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="0123456789.,-−–+ ms²/day%e^_{}$\\*`<>()[]\n\"'", max_size=400),
    st.lists(st.sampled_from(PIECES)).map(" ".join),
)


@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    for number in numbers(text, VOCABULARY):
        assert isinstance(number, Number)
        assert number.step > 0
        assert number.digits >= 0
        assert abs(number.value) < float("inf")


HOSTILE = {
    "digits": "1" * 200_000,
    "digits and dots": "1." * 100_000,
    "digits and commas": "1," * 100_000,
    "numbers": "1 " * 100_000,
    "minus": "-" * 200_000 + "1",
    "spaces": "1" + " " * 200_000 + "ms",
    "brackets": "[" * 100_000 + "](" * 50_000,
    "ticks": "`" * 200_000,
    "fences": "```\n" * 50_000,
    "comments": "<!--" * 50_000,
    "tags": "<a " * 60_000,
    "backslashes": "\\text{" * 40_000,
    "carets": "^{" * 100_000,
    "words": "increases by " * 20_000,
    "rates": "1 ms per " * 20_000,
    "lists": "1 and " * 40_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_long_texts_cost_no_more_than_their_beginning(text: str) -> None:
    with at_most(5):  # catastrophic backtracking takes ages
        found = numbers(text, VOCABULARY)
    assert len(found) <= MAX_NUMBERS
    assert numbers(text[:MAX_CHARACTERS], VOCABULARY) == found

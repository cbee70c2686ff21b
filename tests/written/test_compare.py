"""Which numbers of a text are remarked on beside a student's own results, and with which reason."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.written.compare import MAX_REMARKS, KnownNumbers, remarks
from autograder.written.results import Origin, StudentResult, results_of
from autograder.written.vocabulary import Unit
from tests.written.course import VOCABULARY
from tests.written.test_numbers import TEXTS

RESULTS = results_of(
    {
        "fixed_intercept": 251.4051,
        "fixed_slope": 10.46729,
        "group_variance": 1378.176,
        "residual_variance": 960.457,
        "correlation": 0.53526,
        "random_effects": pd.Series({308: 40.784, 309: -77.850, 337: 72.183}),
    },
    {
        "fixed_intercept": "ms",
        "fixed_slope": "ms per day",
        "group_variance": "ms²",
        "residual_variance": "ms²",
        "random_effects": "ms",
    },
    VOCABULARY,
)
KNOWN = KnownNumbers(
    RESULTS,
    background=(StudentResult("largest of Reaction", 466.3535, Unit(), Origin.BACKGROUND),),
    given=frozenset((157.68, 308.0, 309.0, 310.0, 337.0)),
    vocabulary=VOCABULARY,
)

FITS = [
    "about 251 ms",
    "251.4 ms",
    "251.405 ms",
    "roughly 250 ms",
    "0.2514 s",
    "251,4 ms",
    "slower by 10.5 ms per day",
    "10.47 ms/day",
    "10,467 ms per day",
    "10.5 ms every single day",
    "1378 ms²",
    "1,378 ms^2",
    "a variance of 1400 ms²",
    "r = 0.54",
    "a correlation of .535",
    "53.5 %",
    "subject 309 has −77.85 ms",
    "309 is 77.8 ms faster",
    "309 lies 77.8 ms below",
    "309 deviates by 77.8 ms",
    "a standard deviation of 37 ms",
    "37.1 ms",
    "31 ms within",
    "in all 48.4 ms",
    "2338.6 ms² in total",
    "an ICC of 0.589",
    "59 %",
    "337 has 251.4 + 72.2 = 323.6 ms",
    "309 has 251.4 − 77.8 = 173.6 ms",
    "between 180 and 325 ms",
    "more than 300 ms",
    "up to 466 ms",
    "after nine days 94.2 ms more",
    "345.6 ms on day 9",
    "150 ms between the ends",
    "a 95 % interval",
    "170 of 180 measurements",
    "18 subjects",
    "subject 310",
    "157.68 is the example of the question",
    "10 days",
    "the 7 slowest",
    "in 2003",
    "no number at all",
    "",
]


@pytest.mark.parametrize("text", FITS)
def test_what_fits_is_passed_over(text: str) -> None:
    assert remarks(text, KNOWN) == ()


DIFFERS = {
    "number": ("It starts at 243 ms.", "“243 ms”: `fixed_intercept` is 251.41 ms: the number differs."),
    "precise number": (
        "a slope of 10.52 ms per day",
        "“10.52 ms per day”: `fixed_slope` is 10.467 ms per day: the number differs.",
    ),
    "no unit": ("a slope of 10.52", "“10.52”: `fixed_slope` is 10.467 ms per day: the number differs."),
    "digits swapped": ("starts at 215.4 ms", "“215.4 ms”: `fixed_intercept` is 251.41 ms: two digits may be swapped."),
    "unit": ("a variance of 1378 ms", "“1378 ms”: `group_variance` is 1378.2 ms²: the unit differs."),
    "unit of time": ("starts at 251 s", "“251 s”: `fixed_intercept` is 251.41 ms: the unit differs."),
    "no rate": ("it grows by 10.5 ms", "“grows by 10.5 ms”: `fixed_slope` is 10.467 ms per day: the unit differs."),
    "factor": ("1.378 ms²", "“1.378 ms²”: `group_variance` is 1378.2 ms²: off by a factor of 1000."),
    "direction": (
        "decreases by 10.5 ms per day",
        "“decreases by 10.5 ms per day”: `fixed_slope` is 10.467 ms per day: the direction is opposite.",
    ),
    "direction elsewhere": (
        "is 10.5 ms faster each day",
        "“10.5 ms faster”: `fixed_slope` is 10.467 ms per day: the direction is opposite.",
    ),
    "direction of an entry": (
        "309 lies 77.8 ms above the mean",
        "“77.8 ms above”: `random_effects[309]` is −77.85 ms: the direction is opposite.",
    ),
    "sign": ("subject 337 has −72.2 ms", "“−72.2 ms”: `random_effects[337]` is 72.183 ms: the sign differs."),
    "sign left out": (
        "309 has a random intercept of 77.8 ms",
        "“77.8 ms”: `random_effects[309]` is −77.85 ms: the sign differs.",
    ),
    "entry": ("subject 337 has 77.2 ms", "“77.2 ms”: `random_effects[337]` is 72.183 ms: the number differs."),
    "share": ("r is 0.54 %", "“0.54 %”: `correlation` is 0.53526: a share, not a percentage."),
    "unknown": ("a peak at 391 ms", "“391 ms” is not among the student's own results."),
    "no change over five days": ("an SD of 52.3 ms", "“52.3 ms” is not among the student's own results."),
    "nor over nine": ("a standard deviation of about 94.2 ms", "“94.2 ms” is not among the student's own results."),
    "unknown rate": ("a slope of 19 ms per day", "“19 ms per day” is not among the student's own results."),
}


@pytest.mark.parametrize(("text", "sentence"), DIFFERS.values(), ids=DIFFERS)
def test_what_differs_is_said_with_its_reason(text: str, sentence: str) -> None:
    assert remarks(text, KNOWN) == (sentence,)


def test_entry_is_meant_only_where_it_is_named() -> None:
    assert remarks("One of them has 77.2 ms.", KNOWN) == ("“77.2 ms” is not among the student's own results.",)


def test_nothing_to_compare_with_is_nothing_to_say() -> None:
    assert remarks("a slope of 19.3 ms per day", KnownNumbers(())) == ()


def test_own_wrong_result_is_what_counts() -> None:
    """An error that has cost its points already costs nothing again."""
    wrong = KnownNumbers(results_of({"slope": 8.2}, {"slope": "ms per day"}, VOCABULARY), vocabulary=VOCABULARY)
    assert remarks("8.2 ms per day", wrong) == ()
    assert remarks("8.9 ms per day", wrong) == ("“8.9 ms per day”: `slope` is 8.2 ms per day: the number differs.",)


def test_printed_number_does_not_hide_the_unit_of_a_result() -> None:
    printed = StudentResult("printed", 1378.18, Unit(), Origin.BACKGROUND, step=0.01)
    assert remarks("a variance of 1378 ms", KnownNumbers(RESULTS, (printed,), vocabulary=VOCABULARY)) == (
        DIFFERS["unit"][1],
    )
    printed = StudentResult("printed", 391.5, Unit(), Origin.BACKGROUND)
    assert remarks("391.5 of something", KnownNumbers(RESULTS, (printed,), vocabulary=VOCABULARY)) == ()


def test_remarks_are_bounded_and_short() -> None:
    text = ". ".join(f"It is {number}.7 ms" for number in range(3001, 3100))
    found = remarks(text, KNOWN)
    assert len(found) == MAX_REMARKS + 1
    assert found[-1] == f"And {99 - MAX_REMARKS} more of this sort."
    assert all(len(sentence) < 300 for sentence in found)


def test_backticks_of_labels_and_texts_end_no_code() -> None:
    known = KnownNumbers(results_of({"x": {"` <b>": 10.0, "a": 12.0}}, {"x": "ms"}, VOCABULARY), vocabulary=VOCABULARY)
    assert all(own.label.count("`") == 0 for own in known.all)


@given(TEXTS)
def test_any_text_is_compared(text: str) -> None:
    found = remarks(text, KNOWN)
    assert all(isinstance(sentence, str) and "\n" not in sentence for sentence in found)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=3), inner, max_size=5)),
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), TEXTS)
def test_any_results_are_compared(values: dict[str, object], text: str) -> None:
    remarks(text, KnownNumbers(results_of(values, dict.fromkeys(values, "ms"), VOCABULARY), vocabulary=VOCABULARY))

"""Which answers of a class may be marked together, and which never."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.written.groups import WrittenAnswer, group_answers
from tests.written.course import VOCABULARY
from tests.written.test_numbers import TEXTS

BASE = "The line of subject 337 lies about 75 ms above that of 371, because the model has one slope for all."

TOGETHER = {
    "the same": BASE,
    "case and white space": BASE.upper().replace("MS", "ms").replace(" ", "\n "),
    "Markdown": BASE.replace("slope", "**slope**").replace("line", "*line*"),
    "punctuation": BASE.replace(",", "").replace(".", "!"),
    "a misspelled word": BASE.replace("because", "becuase"),
    "small words": BASE.replace("The line", "A line").replace("about ", ""),
    "a number rounded otherwise": BASE.replace("75 ms", "75.48 ms"),
}
APART = {
    "another number": BASE.replace("75 ms", "76 ms"),
    "another unit": BASE.replace("75 ms", "75 s"),
    "no unit": BASE.replace("75 ms", "75"),
    "another sign": BASE.replace("75 ms", "−75 ms"),
    "the opposite": BASE.replace("above", "below"),
    "a negation": BASE.replace("has one", "has not one"),
    "a short negation": BASE.replace("has one", "hasn't one"),
    "another cause": BASE.replace("model", "data"),
    "subjects exchanged": BASE.replace("337", "x").replace("371", "337").replace("x", "371"),
    "one word more": BASE.replace("one slope", "one random slope"),
    "something else": "I do not know.",
}


def together(one: str, other: str) -> bool:
    return len(group_answers([WrittenAnswer("ada", one), WrittenAnswer("bob", other)], VOCABULARY)) == 1


@pytest.mark.parametrize("text", TOGETHER.values(), ids=TOGETHER)
def test_marked_together(text: str) -> None:
    assert together(BASE, text)


def test_a_negation_without_its_apostrophe_is_the_same() -> None:
    assert together("I don't know", "I dont know.")
    assert together("It doesn't say", "it doesnt say!")
    assert not together("I dont know", "I know")
    assert not together("The parent knows", "The pare not knows")


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_never_together(text: str) -> None:
    assert not together(BASE, text)


PAIRS = [
    ("It increases.", "It decreases."),
    ("337 is faster", "337 is slower"),
    ("The rows are dependent", "The rows are independent"),
    ("p < 0.05", "p > 0.05"),
    ("a = b", "a != b"),
    ("10 ms", "14 ms"),
    ("slope: - 10.5 ms", "slope: 10.5 ms"),
    (".5 ms", "5 ms"),
    ("x_1 is the subject's level", "x_2 is the subject's level"),
    ("$10^{2}$ of them are there", "$10^{3}$ of them are there"),
    ("subjects vary without pattern", "subjects vary with pattern"),
    ("never mind", "mind"),
    ("✓", "✗"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_short_answers_that_are_not_the_same(one: str, other: str) -> None:
    assert not together(one, other)


def test_pictures_belong_to_an_answer() -> None:
    text = "See ![](attachment:a.png)"
    answers = [WrittenAnswer("ada", text, "one"), WrittenAnswer("bob", text, "two"), WrittenAnswer("cleo", text, "one")]
    assert [group.students for group in group_answers(answers, VOCABULARY)] == [("ada", "cleo"), ("bob",)]


def test_order_and_no_response() -> None:
    """The largest first, then by student; whoever has not answered stands last."""
    answers = [
        WrittenAnswer("zoe", "x"),
        WrittenAnswer("bob", "y"),
        WrittenAnswer("dan", "z"),
        WrittenAnswer("ada", "z"),
    ]
    groups = group_answers(answers, VOCABULARY, ["kim", "eve"])
    assert [group.students for group in groups] == [("ada", "dan"), ("bob",), ("zoe",), ("eve", "kim")]
    assert [group.blank for group in groups] == [False, False, False, True]


def test_order_of_hand_ins_makes_no_difference() -> None:
    answers = [WrittenAnswer(f"s{place}", text) for place, text in enumerate((*TOGETHER.values(), *APART.values()))]
    shuffled = random.Random(3).sample(answers, len(answers))
    assert group_answers(answers, VOCABULARY) == group_answers(shuffled, VOCABULARY)


def test_no_chains() -> None:
    """Each member is near to the answer that stands for the group, not only to some other member."""
    texts = ["about 10.4 ms", "about 10.44 ms", "about 10.449 ms", "about 10.36 ms"]
    for group in group_answers([WrittenAnswer(text, text) for text in texts], VOCABULARY):
        assert all(together(group.answers[0].text, answer.text) for answer in group.answers)


def test_wordings() -> None:
    (group,) = group_answers(
        [WrittenAnswer("ada", "It rises"), WrittenAnswer("bob", "it rises!"), WrittenAnswer("cleo", "It rises ")],
        VOCABULARY,
    )
    assert group.wordings() == (("It rises", ("ada", "cleo")), ("it rises!", ("bob",)))


@given(st.lists(TEXTS, max_size=12))
def test_everybody_is_in_exactly_one_group(texts: list[str]) -> None:
    answers = [WrittenAnswer(f"s{place:02}", text) for place, text in enumerate(texts)]
    assert sorted(who for group in group_answers(answers, VOCABULARY) for who in group.students) == [
        answer.student for answer in answers
    ]


@pytest.mark.parametrize(
    "text", ["word " * 3_000, "1 " * 6_000, "x" * 20_000, "a1 " * 900, "✓" * 2_000], ids=lambda text: text[:3]
)
def test_long_answers_of_a_large_class(text: str) -> None:
    """No pair of long texts is compared letter by letter."""
    groups = group_answers([WrittenAnswer(f"s{place:03}", f"{text}{place}") for place in range(150)], VOCABULARY)
    assert sum(len(group.answers) for group in groups) == 150

"""Other subjects have other units and words: points, push-ups, hours, clinics."""

from __future__ import annotations

import pickle

import pytest

from autograder.errors import CourseError
from autograder.written.compare import KnownNumbers, remarks
from autograder.written.groups import WrittenAnswer, group_answers
from autograder.written.numbers import Role, numbers
from autograder.written.results import results_of
from autograder.written.vocabulary import Vocabulary
from tests.written.course import SPORTS, VOCABULARY

UNITS = {"baseline": "points", "gain": "points per hour", "spread": "points²", "strength": "push-ups", "length": "h"}
KNOWN = KnownNumbers(
    results_of(
        {"baseline": 61.37, "gain": 4.283, "spread": 52.9, "strength": 17.62, "length": 1.25, "share": 0.4137},
        UNITS,
        SPORTS,
    ),
    given=frozenset((14.0,)),
    vocabulary=SPORTS,
)
REMARKS = {
    "61.4 points": (),
    "61.37 pts": (),
    "gains 4.28 points per hour": (),
    "gains 4.28 points every single hour": (),
    "each hour brings 4.28 points": (),
    "a standard deviation of 7.27 points": (),
    "after 5 hours 82.8 points": (),
    "17.6 push-ups": (),
    "75 minutes": (),
    "clinic 14": (),
    "18 clinics": (),
    "41.4 %": (),
    "52.9 points": ("“52.9 points”: `spread` is 52.9 points²: the unit differs.",),
    "16.9 push-ups": ("“16.9 push-ups”: `strength` is 17.62 push-ups: the number differs.",),
    "loses 4.28 points per hour": (),  # a verb that this grader does not know gives no direction
    "drops by 4.28 points per hour": (
        "“drops by 4.28 points per hour”: `gain` is 4.283 points per hour: the direction is opposite.",
    ),
}


@pytest.mark.parametrize(("text", "expected"), REMARKS.items())
def test_numbers_are_compared_in_the_units_of_the_course(text: str, expected: tuple[str, ...]) -> None:
    assert remarks(text, KNOWN) == expected


READ = {
    "10.5 ms per day": [(10.5, "", Role.VALUE)],
    "21.8 Hours": [(21.8, "", Role.VALUE)],
    "clinic 14": [(14.0, "", Role.NAME)],
    "subject 308": [(308.0, "", Role.VALUE)],
    "18 clinics": [(18.0, "", Role.COUNT)],
    "3 points²": [(3.0, "points²", Role.VALUE)],
    "3 squared points": [(3.0, "points²", Role.VALUE)],
    "12 push-ups/h": [(12.0, "push-ups per hour", Role.VALUE)],
    "90 min": [(90.0, "min", Role.VALUE)],
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_only_words_of_the_course_are_understood(text: str, expected: list[tuple[float, str, Role]]) -> None:
    assert [(number.value, number.unit.name, number.role) for number in numbers(text, SPORTS)] == expected


def test_without_a_vocabulary_only_per_cent_and_what_tests_declare_are_units() -> None:
    plain = Vocabulary()
    assert [number.unit.name for number in numbers("5 kg, 5 %, 5 ms, 5 per cent", plain)] == ["", "%", "", "%"]
    knowing = plain.knowing(["kg", "ms per day", "", "%"])
    assert [number.unit.name for number in numbers("5 kg, 5 ms per day, 5 ms", knowing)] == ["kg", "ms per day", ""]
    known = KnownNumbers(results_of({"mass": 71.94}, {"mass": "kg"}, knowing), vocabulary=knowing)
    assert remarks("It is 71.9 kg.", known) == ()
    assert remarks("It is 74.2 kg.", known) == ("“74.2 kg”: `mass` is 71.94 kg: the number differs.",)


def test_units_of_the_course_decide_which_answers_are_near() -> None:
    answers = [WrittenAnswer("ada", "They reach 61.37 points."), WrittenAnswer("bob", "They reach 61.4 points!")]
    assert len(group_answers(answers, SPORTS)) == 1


def test_it_travels_to_other_machines() -> None:
    for one in (VOCABULARY, SPORTS):
        numbers("5 ms", one)
        assert pickle.loads(pickle.dumps(one)) == one
        assert hash(pickle.loads(pickle.dumps(one))) == hash(one)


WRONG = {
    "no TOML": ("unit = [", "vocabulary.toml cannot be read"),
    "no name": ("[[unit]]\nmeasures = 'time'\nsize = 1", "'name' is missing"),
    "no number": ("[[unit]]\nname = 'ms'\nmeasures = 'time'\nsize = 'small'", "could not convert"),
    "a rate of nothing": ("[[rate]]\nof = ['ms']\nper = 'day'\nwords = ['day']", "['ms'], which is no unit of it"),
}


@pytest.mark.parametrize(("content", "message"), WRONG.values(), ids=WRONG)
def test_a_file_that_cannot_be_meant_is_refused(content: str, message: str) -> None:
    with pytest.raises(CourseError) as caught:
        Vocabulary.read(content, "vocabulary.toml")
    assert message in str(caught.value)

"""What an audit concludes: everything that does not hold is told, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.audit.bank import Answer
from autograder.audit.cases import Vary, cases
from autograder.audit.one_case import CaseResult
from autograder.audit.report import conclude
from autograder.course.release.confirmable import Confirmable
from autograder.template import Delimiters, Template, TemplateCell
from tests.audit.made_up import EXCHANGED, GIVEN, RIGHT, answer, case_result, check, judged, rehearsal, report

WRONG = answer("wrong", earns={"q1": 0.75}, says={"q1": {"slope": "exchanged"}})
WRONGLY = case_result(judged(EXCHANGED))
REACHED = [answer("other part", {"q1": "x", "q2": "x"}, {"q1": 0.0, "q2": 0.0}, {"q1": {"slope": "hint"}})]
NOTHING = case_result(judged(check(0.0, hint="a hint")))


def test_where_everything_is_as_it_should_be_nothing_is_told() -> None:
    found = report([answer("right"), WRONG, *REACHED], [case_result(judged(RIGHT)), WRONGLY, NOTHING])
    assert found.faults == ()
    assert found.points == 2.0
    assert [row.title for row in found.answers(right=True)] == ["bank: right"]
    assert [row.points for row in found.answers(right=False)] == [1.25, 0.0]


FAULTS: dict[str, tuple[Answer, CaseResult, str]] = {
    "too many points": (WRONG, case_result(judged(RIGHT)), "q1 earns 1.5, not 0.75: everything is right"),
    "too few points": (answer(), WRONGLY, "q1 earns 0.75, not 1.5: `slope` 0.25 of 1 [swapped, exchanged] Response"),
    "another hint": (
        replace(WRONG, says={"q1": {"slope": "no constant"}}),
        WRONGLY,
        "q1 does not say 'no constant' of slope",
    ),
    "a hint of another check": (replace(WRONG, says={"q1": {"more": "swapped"}}), WRONGLY, "does not say 'swapped'"),
    "no message": (replace(WRONG, says={"q1": {"message": "a number"}}), WRONGLY, "does not say 'a number' of message"),
    "no hint at all": (answer(earns={"q1": 0.5}), case_result(judged(check(0.0))), "`slope`: there is no hint"),
    "a leak": (answer(), case_result(judged(RIGHT), ["q1-tests: shows a reference value"]), "shows a reference value"),
}


@pytest.mark.parametrize(("one", "performed", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_an_answer_that_is_judged_otherwise_is_told(one: Answer, performed: CaseResult, fault: str) -> None:
    (row,) = [row for row in report([one], [performed]).rows if row.answer is one]
    assert any(fault in text for text in row.faults), row.faults


RAISED = 'Traceback\n  File "<test cell>", line 1, in <module>\n  File "x.py", line 9, in f\nKeyError: \'x\''
UNJUDGED = case_result(replace(judged(RIGHT), points=None, review=RAISED))


def test_a_fault_of_a_test_is_told_once_with_its_line_and_whom_it_met() -> None:
    answers = [answer(name) for name in ("a", "b", "c")]
    found = report([*answers, WRONG, *REACHED], [UNJUDGED, UNJUDGED, UNJUDGED, WRONGLY, NOTHING])
    assert found.faults == (
        "q1-tests could not be judged: KeyError: 'x', in line 1: source of q1-tests (bank: a, bank: b and 1 more)",
    )


def test_what_can_be_forged_is_listed_and_is_no_fault() -> None:
    rehearsed = Confirmable({"q1-tests": "on values the solution earns 0, not 1 points (x)", "q2-tests": ""})
    tried = list(cases(rehearsal(), [], Vary.NOTHING))
    found = conclude(rehearsal(), tried, list(GIVEN.values()), rehearsed)
    assert found.faults == ()
    assert found.confirmed == ("q2-tests",)
    assert [(one.grade_id, one.why) for one in found.forgeable] == [("q1-tests", rehearsed.why["q1-tests"])]
    assert "checks.that" in found.forgeable[0].instead
    broken = conclude(rehearsal(), tried, list(GIVEN.values()), Confirmable(problem="It failed."))
    assert broken.faults == ("It failed.",)


def test_without_a_bank_nobody_misses_its_answers() -> None:
    assert not report([], []).has_bank
    assert report([], []).faults == ()


@pytest.mark.parametrize("text", ["swapped", "exchanged", "swapped, exchanged", "predictor are"])
def test_a_mistake_is_told_by_one_of_its_names_or_by_its_hint(text: str) -> None:
    (row,) = report([replace(WRONG, says={"q1": {"slope": text}})], [WRONGLY]).answers(right=False)
    assert row.faults == ()


def test_a_visible_check_speaks_by_its_message() -> None:
    performed = case_result(judged(EXCHANGED, message="`slope` should be a number"))
    (row,) = report([replace(WRONG, says={"q1": {"message": "a number"}})], [performed]).answers(right=False)
    assert row.faults == ()


def test_thirds_are_declared_to_four_decimals() -> None:
    third = case_result(judged(check(round(1 / 3, 9), hint="two of three")))
    one = answer(earns={"q1": 0.8333}, says={"q1": {"slope": "two"}})
    assert report([one], [third]).answers(right=False)[0].faults == ()


def test_a_solution_that_earns_too_little_is_told() -> None:
    found = report(solution=WRONGLY)
    assert any(text.startswith("the solution: q1-tests earns 0.25 of 1: `slope`") for text in found.faults)


def test_a_blank_that_earns_something_is_told() -> None:
    assert "the blank release: q1-tests earns 0.25" in report(blank=WRONGLY).faults


def test_a_check_that_no_answer_fails_is_told() -> None:
    found = report([answer()], [case_result(judged(RIGHT))])
    assert "q1-tests, `slope`: no answer of the bank fails it" in found.faults
    assert not any("passes it" in text for text in found.faults)


def test_the_blank_and_answers_to_other_parts_prove_nothing_of_a_check() -> None:
    elsewhere = answer(code={"q2": "x"}, earns={"q1": 0.75}, says={"q1": {"slope": "swapped"}})
    found = report([elsewhere], [WRONGLY])
    assert "q1-tests, `slope`: no answer of the bank fails it" in found.faults


def test_a_check_that_nobody_passes_is_told() -> None:
    assert any(
        "no answer of the bank passes it" in text for text in report([WRONG], [WRONGLY], solution=WRONGLY).faults
    )


def test_misconceptions_that_no_answer_shows_are_listed() -> None:
    (slope, *_) = report([WRONG], [WRONGLY]).checks
    assert (slope.known, slope.unseen) == (3, ("never seen, by anybody",))


def test_a_circumstance_that_makes_a_difference_is_listed_and_is_no_fault() -> None:
    found = report([WRONG, *REACHED], [WRONGLY, NOTHING], Vary.SOLUTION, varied=WRONGLY)
    assert found.faults == ()
    assert {(one.circumstance, one.grade_id, one.difference) for one in found.changes} == {
        (name, "q1-tests", "1 → 0.25") for name in found.tried
    }
    assert {"random seed 1", "hash seed 1", "2 threads", "optimizer powell"} <= set(found.tried)


def test_a_check_that_changes_without_changing_the_points_is_a_difference() -> None:
    one, other = judged(check(0.0, 0.0)), judged(check(0.0, 0.0, label="`intercept`"))
    assert "`slope` passed → passed" in one.differs(other)
    assert one.differs(one) == ""


def test_without_circumstances_nothing_was_tried() -> None:
    assert report().tried == ()
    assert report().changes == ()


LAYOUTS = {
    "hidden tests in a block": (
        "if True:\n    assert x\n    ### BEGIN HIDDEN TESTS\n    assert x == 1\n    ### END HIDDEN TESTS",
        ["q1-tests: its hidden tests begin inside the statement `if True:` in line 1"],
    ),
    "nothing but hidden tests in a block": (
        "def check():\n    ### BEGIN HIDDEN TESTS\n    assert x == 1\n    ### END HIDDEN TESTS\ncheck()",
        ["inside the statement `def check():`", "as students get it, it is not valid Python"],
    ),
    "hidden tests at the top level": ("assert x\n### BEGIN HIDDEN TESTS\nif x:\n    pass\n### END HIDDEN TESTS", []),
}


@pytest.mark.parametrize(("source", "faults"), LAYOUTS.values(), ids=LAYOUTS)
def test_hidden_tests_inside_a_statement_are_told(source: str, faults: list[str]) -> None:
    released = Delimiters().released(source)
    cell = TemplateCell("q1-tests", "code", source, released, locked=True, grade=True, solution=False, points=1)
    template = Template("ps1", "ps1", (cell,))
    whole = rehearsal()
    found = conclude(replace(whole, task=replace(whole.task, template=template)), [], []).faults
    assert len(found) == len(faults)
    assert all(part in fault for part, fault in zip(faults, found, strict=True))

"""What is handed in: solution, blank and answers, plain and in other circumstances."""

from __future__ import annotations

import nbformat
import pytest

from autograder.audit.bank import Answer
from autograder.audit.cases import VARIATIONS, AuditCase, Vary, cases, parts_of
from autograder.errors import BankError
from autograder.template import grade_id_of
from tests.audit.made_up import SOLUTION, answer, rehearsal, with_data_of_ones_own, with_other_data

OPTIMIZERS = sum(bool(one.only) for one in VARIATIONS)


def sources(case: AuditCase) -> dict[str, str]:
    assert case.task.content is not None
    notebook = nbformat.reads(case.task.content.decode(), as_version=4)
    return {(grade_id_of(cell) or "own"): cell.source for cell in notebook.cells}


def test_test_cells_belong_to_the_solution_cell_before_them() -> None:
    assert parts_of(rehearsal().template) == {"q1": ("q1-tests", "q1-more-tests"), "q2": ("q2-tests",)}


def test_an_answer_stands_among_the_solutions_and_the_blank_among_nothing() -> None:
    solution, blank, one = cases(rehearsal(), [answer()], Vary.NOTHING)
    assert (sources(solution)["q1"], sources(solution)["q2"]) == (SOLUTION, "x = 2")
    assert (sources(blank)["q1"], sources(blank)["q2"]) == ("text of q1", "text of q2")
    assert (sources(one)["q1"], sources(one)["q2"]) == ("slope = 1", "x = 2")
    assert sources(one)["q1-tests"] == "text of q1-tests"
    assert len({case.key for case in (solution, blank, one)}) == 3


@pytest.mark.parametrize(
    ("vary", "answers", "more"),
    [
        (Vary.NOTHING, [answer()], 0),
        (Vary.SOLUTION, [answer()], len(VARIATIONS)),
        (Vary.RIGHT, [answer()], 2 * len(VARIATIONS) - OPTIMIZERS),
        (Vary.RIGHT, [answer(code={"q1": "smf.MixedLM()"})], 2 * len(VARIATIONS)),
        (Vary.RIGHT, [answer(earns={"q1": 0.0})], len(VARIATIONS)),
    ],
)
def test_right_answers_are_tried_in_circumstances_that_can_matter(vary: Vary, answers: list[Answer], more: int) -> None:
    assert len(list(cases(rehearsal(), answers, vary))) == 2 + len(answers) + more


def test_a_circumstance_runs_before_the_students_code() -> None:
    varied = [case for case in cases(rehearsal(), [], Vary.SOLUTION) if case.variation.before]
    assert varied
    for case in varied:
        assert next(iter(sources(case).items())) == ("own", case.variation.before.strip("\n")) or (
            "own" in sources(case)
        )
        compile(case.variation.before, "<before>", "exec")


def test_other_data_takes_the_place_of_the_published() -> None:
    tried = {case.variation.name: case.task.files for case in cases(with_other_data(), [], Vary.SOLUTION)}
    assert tried["other data"] == {"data.csv": b"new"}
    assert tried["as it is graded"] == {"data.csv": b"old"}


def test_where_data_are_drawn_by_the_id_all_answers_are_submitted_under_others_but_those_of_one_draw() -> None:
    answers = [answer("computed"), answer("typed", one_id=True), answer("wrong", earns={"q1": 0.0})]
    tried = list(cases(with_data_of_ones_own(), answers, Vary.RIGHT, ["mia", "ben"]))
    names = {who: [case.title for case in tried if case.variation.submitted_as == who] for who in ("mia", "ben")}
    assert names["mia"] == ["the solution", "the blank release", "bank: computed", "bank: wrong"]
    assert names["ben"] == names["mia"]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    {
        "code": (answer(code={"q9": "x"}), "no solution cell 'q9'"),
        "a test cell": (answer(code={"q1-tests": "x"}), "no solution cell"),
        "a text": (answer(code={"written": "x"}), "'written' is no solution cell with code; there are"),
        "a hint": (answer(says={"q9": {"x": "y"}}), "no solution cell"),
        "too many points": (answer(earns={"q1": 1.6}), "not between 0 and 1.5"),
        "too few": (answer(earns={"q1": -0.1}), "not between"),
    }.values(),
)
def test_answers_to_cells_that_are_not_there_are_refused(wrong: Answer, problem: str) -> None:
    with pytest.raises(BankError, match=problem):
        list(cases(rehearsal(), [wrong], Vary.NOTHING))


def test_everything_that_does_not_fit_is_told_at_once() -> None:
    wrong = [answer("one", code={"q8": "x"}, earns={"q1": 1.6}), answer("two", code={"q9": "x"})]
    with pytest.raises(BankError) as caught:
        list(cases(rehearsal(), wrong, Vary.NOTHING))
    assert [line.partition(": answer ")[2].partition(";")[0] for line in str(caught.value).splitlines()] == [
        "'one': there is no solution cell 'q8'",
        "'one': earns.q1 = 1.6 is not between 0 and 1.5",
        "'two': there is no solution cell 'q9'",
    ]

"""What the class thinks, and answers that look alike."""

import ast

import pytest

from autograder.report.alike import alike_in, normalized, shared_numbers
from autograder.report.beliefs import beliefs_of
from tests.report.made_up import kept, right, wrong

LONG = """
middle = frame.groupby("day")["y"].median().reset_index()
spread = frame.groupby("day")["y"].quantile(0.9) - middle["y"]
left.errorbar(middle["day"], middle["y"], yerr=spread.to_numpy(), fmt="o")
"""
RENAMED = """
# my own way
m = frame.groupby("day")["y"].median().reset_index();  s = frame.groupby("day")["y"].quantile(0.9) - m["y"]
left.errorbar(
    m["day"], m["y"],
    yerr=s.to_numpy(), fmt="o",
)
"""
USUAL = "model = sm.OLS(frame['y'], sm.add_constant(frame['day'])).fit()\nslope = model.params['day']\nprint(slope)\n"


def test_misconceptions_are_ranked_with_hint_and_examples() -> None:
    answers = {
        "ada": ("slope = 1", [right()]),
        **{f"s{n}": (f"slope = {n}", [wrong("9.5", "no constant", "Where is it?", 0.25)]) for n in range(5)},
        "zoe": ("", [wrong("not defined", "missing", "Define it.")]),
    }
    (found,) = beliefs_of(kept(answers))
    assert (found.part, found.label, found.right, found.partly, found.wrong) == ("q1", "`slope`", 1, 5, 1)
    assert [(bar.name, bar.students, bar.hint) for bar in found.misconceptions] == [
        ("no constant", 5, "Where is it?"),
        ("missing", 1, "Define it."),
    ]
    assert [example.code for example in found.misconceptions[0].examples] == ["slope = 0", "slope = 1", "slope = 2"]
    assert found.unrecognized == ()


def test_what_nobody_recognized_is_grouped_by_value_and_a_row_is_ready() -> None:
    values = {"a": "73.271", "b": "73.27", "c": "73.2668", "d": "1.5", "e": "a Series of 3 values"}
    (found,) = beliefs_of(kept({name: (f"slope = {got}", [wrong(got)]) for name, got in values.items()}))
    assert [(group.found, group.students) for group in found.unrecognized] == [
        ("73.27", 3),
        ("1.5", 1),
        ("a Series of 3 values", 1),
    ]
    row = ast.parse(found.unrecognized[0].row.rstrip(",")).body[0]
    assert isinstance(row, ast.Expr)
    assert isinstance(row.value, ast.Call)
    assert {word.arg: ast.unparse(word.value) for word in row.value.keywords} == {
        "name": "'say it in a few words'",
        "quantity": "'slope'",
        "wrong": "lambda data: 73.271",
        "keeps": "0.25",
        "hint": "'Explain the mistake, without the answer.'",
    }
    many = {f"s{n}": ("", [wrong(str(n + 0.5))]) for n in range(10)}
    (found,) = beliefs_of(kept(many))
    assert (len(found.unrecognized), found.others) == (3, 7)


def test_a_row_to_be_copied_holds_no_line_of_a_students() -> None:
    (found,) = beliefs_of(kept({"eve": ("", [wrong("an object of type x\rprint(1)\x0cprint(2)\u2028print(3)")])}))
    assert [line.split("print")[0] for line in found.unrecognized[0].row.splitlines() if "print" in line] == [
        "    wrong=lambda data: ...,  # how this comes from the data: an object of type x "
    ]


def test_a_text_that_never_ends_is_read_once() -> None:
    assert normalized("a = f(" + '\\"' * 99) == ("·", "=", "f", "(", "\\", '"\\' * 98 + '"')
    assert normalized("b'x = 1") == ("b'x = 1",)


def others(count: int = 30) -> dict[str, tuple[str, list]]:
    return {f"s{n:02}": (USUAL.replace("slope)", f"slope + {n})"), [right()]) for n in range(count)}


def test_copies_are_found_with_other_names_and_layout() -> None:
    (pair,) = alike_in(kept({"bob": (LONG, [right()]), "eve": (RENAMED, [right()]), **others()}))
    assert (pair.part, pair.students, pair.answers) == ("q1", ("bob", "eve"), 32)
    assert pair.texts == (LONG, RENAMED)
    assert pair.alike > 0.9
    assert pair.nobody_else == pair.shared > 20


ONE_LINE = (
    'slope = sm.OLS(frame["y"], sm.add_constant(frame["x"] * 2 / 2 + 0 - 0), missing="drop").fit().params["x"] * 1'
)
HARMLESS = {
    "what many wrote": (dict.fromkeys(("bob", "eve", "ida", "kim", "lea"), LONG), {}),
    "the solution": ({"bob": LONG, "eve": LONG}, {"solution": LONG}),
    "the starter": ({"bob": LONG, "eve": LONG}, {"released": LONG}),
    "a right line": ({"bob": ONE_LINE, "eve": ONE_LINE}, {}),
    "short answers": ({"bob": "slope = a.b.c(1)", "eve": "slope = a.b.c(1)"}, {}),
    "no answers": ({"bob": "", "eve": "# later"}, {}),
}


@pytest.mark.parametrize(("texts", "given"), HARMLESS.values(), ids=HARMLESS)
def test_what_the_question_and_the_class_explain_is_not_shown(texts: dict, given: dict) -> None:
    answers = {name: (text, [right()]) for name, text in texts.items()}
    assert alike_in(kept({**answers, **others()}, **given)) == ()


def test_a_line_that_is_wrong_is_shown() -> None:
    (pair,) = alike_in(kept({**dict.fromkeys(("bob", "eve"), (ONE_LINE, [wrong("3.5")])), **others()}))
    assert pair.students == ("bob", "eve")


def test_a_pair_of_a_few_is_one_of_many_in_no_small_class() -> None:
    """Three with the same text are three pairs."""
    found = alike_in(kept({**dict.fromkeys(("bob", "eve", "ida"), (LONG, [right()])), **others()}))
    assert {pair.students for pair in found} == {("bob", "eve"), ("bob", "ida"), ("eve", "ida")}
    assert {pair.nobody_else for pair in found} == {0}


def test_equal_wrong_numbers_are_shown_where_few_have_them() -> None:
    answers = {
        **dict.fromkeys(("bob", "eve"), ("", [wrong("257.32183")])),
        **dict.fromkeys(("ida", "kim"), ("", [wrong("3.5")])),  # too short to tell anything
        **dict.fromkeys(("lea", "max"), ("", [wrong("9.8765432", mistake="no constant")])),
        **{f"s{n}": ("", [wrong("73.271004")]) for n in range(9)},
        **others(),
    }
    (row,) = shared_numbers(kept(answers))
    assert (row.students, row.numbers) == (("bob", "eve"), (("q1", "`slope`", "257.32183"),))

"""The files of the bank: what an instructor may write, and what is said of a slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.bank import read_bank
from autograder.errors import BankError

GOOD = """
[[answer]]
name = "no constant"
does = "leaves the column of ones out"
code.q3a = '''
model = sm.OLS(y, X).fit()
'''
earns.q3a = 0.25
says.q3a = { slope = "no constant" }

[[answer]]
name = "formula"
does = "uses the formula interface"
code = { q3a = "model = smf.ols('y ~ x', data).fit()", q3b = "plt.plot([0, 9], [1, 2])" }
"""

WRONG = {
    "no TOML": ("[[answer]\n", "Expected"),
    "another table": ("[[answers]]\nname = 'a'\n", "unknown tables"),
    "one table": ("[answer]\nname = 'a'\n", r"`answer` is no list of tables; answers begin with \[\[answer\]\]"),
    "no table": ("answer = ['a']\n", "`answer` is no list of tables"),
    "no name": ("[[answer]]\ndoes = 'a'\ncode.q = 'x'\n", "no name"),
    "no description": ("[[answer]]\nname = 'a'\ncode.q = 'x'\n", "`does` is missing"),
    "no code": ("[[answer]]\nname = 'a'\ndoes = 'b'\n", "`code` is missing"),
    "code of no cell": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode = 'x'\n", "`code` is missing"),
    "code that is no text": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 1\n", "`code` is missing"),
    "unknown key": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\npoints = 1\n", "unknown keys"),
    "points as text": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\nearns.q = '1'\n", "`earns` holds points"),
    "points of no cell": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\nearns = 1\n", "`earns` holds points"),
    "hint of no cell": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\nsays = 'text'\n", "`says` holds texts"),
    "points as truth": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\nearns.q = true\n", "`earns` holds points"),
    "hint for no check": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\nsays.q = 'text'\n", "`says` holds texts"),
    "ids as a list": (
        "[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\none_id = ['ada']\n",
        "`one_id` is true or false",
    ),
    "no hint": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\nearns.q = 0\n", "needs `says`"),
    "one name twice": ("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q = 'x'\n" * 2, "several answers of this name"),
}


def test_answers_are_read_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.toml").write_text(GOOD.replace('"formula"', '"formula, too"'), encoding="utf-8")
    answers = read_bank(tmp_path)
    assert [answer.title for answer in answers] == [
        "a: no constant",
        "a: formula",
        "b: no constant",
        "b: formula, too",
    ]
    first, second = answers[:2]
    assert (first.is_right, second.is_right) == (False, True)
    assert first.earns == {"q3a": 0.25}
    assert first.says == {"q3a": {"slope": "no constant"}}
    assert list(second.code) == ["q3a", "q3b"]


def test_without_a_folder_there_are_no_answers(tmp_path: Path) -> None:
    assert read_bank(tmp_path / "nothing here") == ()


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_slip_names_the_file_and_says_what_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BankError, match=problem) as caught:
        read_bank(tmp_path)
    assert caught.value.file == file
    assert str(file) in str(caught.value)
    assert caught.value.expected is not None
    assert str(caught.value).endswith(caught.value.remedy)


def test_all_slips_are_told_at_once(tmp_path: Path) -> None:
    slip = "[[answer]]\nname = '{name}'\ndoes = 'b'\n"
    (tmp_path / "a.toml").write_text(slip.format(name="one") + slip.format(name="two"), encoding="utf-8")
    (tmp_path / "b.toml").write_text("[[answers]]\nname = 'a'\n", encoding="utf-8")
    with pytest.raises(BankError) as caught:
        read_bank(tmp_path)
    one, two, other = str(caught.value).splitlines()
    assert one.endswith("code.<cell> holds the text of a solution cell")
    assert one.startswith(f"{tmp_path / 'a.toml'}: answer 'one': `code` is missing")
    assert two.startswith(f"{tmp_path / 'a.toml'}: answer 'two': `code` is missing")
    assert other.startswith(f"{tmp_path / 'b.toml'}: unknown tables")

"""The page that an instructor reads: complete, self-contained, and escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO

from rich.console import Console

from autograder.audit.cases import Vary
from autograder.audit.page import page
from autograder.commands.audit import show
from tests.audit.made_up import EXCHANGED, RIGHT, answer, case_result, judged, report

ATTACK = "<script>alert(1)</script>"
NASTY = answer(ATTACK, {"q1": f"print('{ATTACK}')"}, {"q1": 0.75}, {"q1": {"slope": "no constant"}})
JUDGED = replace(case_result(judged(replace(EXCHANGED, got=ATTACK, hint=ATTACK), message=ATTACK)), errors=(ATTACK,))


def test_nothing_that_came_from_a_notebook_becomes_markup() -> None:
    text = page(report([NASTY], [JUDGED]))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 5


def test_the_page_needs_nothing_from_elsewhere() -> None:
    text = page(report([NASTY], [JUDGED], Vary.SOLUTION))
    assert not re.search(r"(src|href)=|url\(|@import|<link|<iframe|javascript:", text)
    assert text.startswith("<!DOCTYPE html>")


def test_the_page_says_what_holds_and_what_does_not() -> None:
    bad = page(report([NASTY], [JUDGED]))
    assert "problems found" in bad
    assert "Problems" in bad
    assert "no answer of the bank fails it" in bad
    assert "None were tried" in bad


def test_the_page_shows_answers_checks_and_circumstances() -> None:
    text = page(report([answer("formula")], [case_result(judged(RIGHT))], Vary.RIGHT))
    assert "formula" in text
    assert "never seen, by anybody" in text
    assert "None of them changes what an answer earns" in text
    changed = page(report(vary=Vary.SOLUTION, varied=case_result(judged(EXCHANGED))))
    assert "random seed 1: the solution, q1-tests: 1 → 0.25" in changed


def test_the_terminal_shows_counts_and_faults() -> None:
    console = Console(file=StringIO(), width=200)
    show([report([NASTY], [JUDGED]), report(vary=Vary.SOLUTION, varied=case_result(judged(EXCHANGED)))], console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert ATTACK in text
    assert "does not say 'no constant' of slope" in text
    assert "makes a difference: ps1, random seed 1: the solution" in text

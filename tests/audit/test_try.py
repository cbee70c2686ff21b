"""`autograder try` in a course folder: which answers it hands in, what it shows and returns."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from autograder.audit.one_case import CaseResult
from autograder.audit.trials import try_answers
from autograder.cli import main
from autograder.course.course import Course
from tests.audit.made_up import RIGHT, case_result, judged
from tests.audit.small_course import make


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = make(tmp_path_factory.mktemp("small"))
    (root / "mine.py").write_text("mean = 4.117\n")
    notebook = nbformat.read(root / "source" / "sound" / "sound.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "q1":
            cell.source = "mean = values[7]"
    nbformat.write(notebook, root / "handed_in.ipynb")
    with chdir(root):
        yield root


TRIALS: dict[str, tuple[list[str], int, list[str], list[str]]] = {
    "the solution and the bank": (
        ["sound"],
        0,
        ["the solution", "1 of 1 points", "answers: NumPy", "answers: sum", "✗ `mean`: not right, 0 of 1 points"],
        [],
    ),
    "one part": (
        ["sound", "--part", "q1"],
        0,
        ["Trying answers to sound q1 …", "q1-tests:", "answers: NumPy"],
        [],
    ),
    "an answer of the bank": (["sound", "--answer", "sum"], 0, ["answers: sum", "Hint: This is not"], ["NumPy"]),
    "a file of the bank": (["sound", "--answer", "answers/sound/answers.toml"], 0, ["NumPy", "sum"], ["the solution"]),
    "code of a part": (["sound", "--part", "q1", "--answer", "mine.py"], 0, ["mine.py", "✓ `mean`"], ["NumPy"]),
    "a notebook": (
        ["sound", "--answer", "handed_in.ipynb"],
        0,
        ["raised in q1: IndexError", "`mean` is not defined"],
        [],
    ),
    "what the bank does not expect": (["generous"], 3, ["earns 1, but should earn 0"], []),
    "a test that cannot judge": (["raises"], 3, ["could not be judged", "KeyError"], ["but should earn"]),
    "misconceptions that nobody can meet, though the answer is another": (
        ["dead", "--answer", "NumPy"],
        3,
        [
            "✗ q1-tests, `mean`: mistake 'no such column' of 'mean' raised KeyError",
            "mistake 'as text' of 'mean' raised ValueError",
            "mistake 'no kind' of 'mean' names the kind 'swaped'",
        ],
        [],
    ),
    "a hint that shows the reference": (["leak"], 3, ["shows a reference value"], []),
    "no such part": (["sound", "--part", "q9"], 2, ["no part 'q9'; it has q1."], []),
    "no such code": (["sound", "--part", "q1", "--answer", "nope.py"], 2, ["There is no file nope.py."], []),
    "no such notebook": (["sound", "--answer", "nope.ipynb"], 2, ["There is no file nope.ipynb."], []),
    "no such file of the bank": (["sound", "--answer", "nope.toml"], 2, ["There is no file nope.toml."], []),
    "no such answer": (["sound", "--answer", "Bayes"], 2, ["no answer of the bank to q1", "leave out --answer"], []),
    "no such assignment": (["unsound"], 2, ["no assignment 'unsound'"], []),
    "code without its part": (["sound", "--answer", "mine.py"], 2, ["Say with --part which one it answers: q1."], []),
}


@pytest.mark.parametrize(("arguments", "status", "shown", "not_shown"), TRIALS.values(), ids=TRIALS)
def test_trials(
    course: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    shown: list[str],
    not_shown: list[str],
) -> None:
    del course
    assert main(["try", *arguments]) == status
    told = capsys.readouterr()
    output = told.out + told.err
    assert [text for text in shown if text not in output] == [], output
    assert [text for text in not_shown if text in output] == [], output


def test_why_a_test_cannot_judge_is_told_in_full_once(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del course
    assert main(["try", "raises"]) == 3
    said = capsys.readouterr().out
    assert said.count("could not be judged: KeyError") > 1, said
    assert said.count('File "<test cell>", line 6') == 1, said


def test_answers_are_tried_in_isolation_also_where_a_course_grades_without(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = course / "nbgrader_config.py"
    before = config.read_text()
    config.write_text(f'{before}\nc.Autograder.isolation = "none"\n')
    place = bytes(course).hex()
    sees = f"import os\nfound = os.path.exists(bytes.fromhex('{place}'))\n"
    (course / "sees.py").write_text(f"{sees}mean = 'the course' if found else sum(values) / len(values)\n")
    try:
        assert main(["try", "sound", "--part", "q1", "--answer", "sees.py"]) == 0
    finally:
        config.write_text(before)
    assert "✓ `mean`" in capsys.readouterr().out


def test_json_is_all_that_is_printed(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del course
    assert main(["try", "sound", "--part", "q1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    solution, *others = found["trials"]
    assert found["exit_status"] == 0
    assert solution == {
        "notebook": "sound",
        "answer": "the solution",
        "cells": [
            {
                "part": "q1",
                "grade_id": "q1-tests",
                "points": 1.0,
                "max_points": 1.0,
                "message": "",
                "not_judged": "",
                "checks": solution["cells"][0]["checks"],
            }
        ],
        "raised": [],
        "faults": [],
    }
    (check,) = solution["cells"][0]["checks"]
    assert (check["label"], check["status"], check["earned"], check["credit"]) == ("`mean`", "passed", 1.0, 1.0)
    wrong = next(one for one in others if one["answer"] == "answers: sum")
    assert wrong["cells"][0]["points"] == 0.0
    assert wrong["cells"][0]["checks"][0]["hint"].startswith("This is not")


def test_json_says_what_is_wrong(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del course
    assert main(["try", "generous", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["exit_status"] == 3
    assert [fault for one in found["trials"] for fault in one["faults"]] == ["q1: earns 1, but should earn 0"]
    assert main(["try", "raises", "--json"]) == 3
    cells = [cell for one in json.loads(capsys.readouterr().out)["trials"] for cell in one["cells"]]
    assert {cell["points"] for cell in cells} == {None}
    assert "KeyError" in cells[0]["not_judged"]


def test_a_part_is_told_its_own_faults_alone(course: Path) -> None:
    del course
    said = [f"{cell}, `x`: shows a reference value: {cell}" for cell in ("q1-tests", "q1-tests-more", "q2-tests")]
    result = replace(case_result(judged(RIGHT)), leaks=tuple(said))
    done: Future[CaseResult] = Future()
    done.set_result(result)
    pool: Any = SimpleNamespace(submit=lambda *_: done)
    options = Namespace(assignment=["sound"], part="q1", answer="NumPy", id=None)
    (tried,) = try_answers(Course.here(), options, pool)
    assert tried.faults == (said[0],)

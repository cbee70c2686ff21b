"""What is slow in one part costs that part, whatever it is: a function, a value, a test."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from autograder.grading.cells import CellGrade
from autograder.grading.submission import grade_submission
from autograder.grading.task import Task
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template, TemplateCell

pytestmark = pytest.mark.slow

IN_C = "import itertools\ndef f(): return sum(itertools.repeat(0))"
IN_PYTHON = "def f():\n    while True: pass"
PARTS = {"q1": "assert f() == 1", "q2": "assert x == 2", "q3": "assert g() == 3"}
AFTER = {"q2": "x = 2", "q3": "def g(): return 3"}
SLOW = {
    "a function in C": IN_C,
    "a function in Python": IN_PYTHON,
    "a function that waits": "import time\ndef f(): time.sleep(60)",
    "a value that takes for ever to be read": "import itertools\nfrom inside.encode import value as encoder\nf = 1\n"
    "own = encoder.Encoder.encode\n"
    "encoder.Encoder.encode = lambda self, value: sum(itertools.repeat(0)) if value == 1 else own(self, value)",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(preload=()) as started:
        yield started


def cells() -> Iterator[TemplateCell]:
    for part, test in PARTS.items():
        yield TemplateCell(part, "code", "", "", locked=False, grade=False, solution=True)
        yield TemplateCell(f"{part}-tests", "code", test, test, locked=True, grade=True, solution=False, points=1)


TEMPLATE = Template("hw", "hw", tuple(cells()))


def graded(sandbox: Sandbox, first: str, template: Template = TEMPLATE) -> dict[str, CellGrade]:
    answers = {"q1": first, **AFTER}
    submitted = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": part}}}
        for part, source in answers.items()
    ]
    content = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": submitted}).encode()
    task = Task("someone", content, template, {}, {}, Limits(value_seconds=1))
    return {cell.grade_id: cell for cell in grade_submission(task, sandbox).grades}


@pytest.mark.parametrize("first", SLOW.values(), ids=SLOW)
def test_it_costs_its_own_part(sandbox: Sandbox, first: str) -> None:
    found = graded(sandbox, first)
    assert {name: cell.points for name, cell in found.items()} == {"q1-tests": 0.0, "q2-tests": 1.0, "q3-tests": 1.0}
    assert found["q1-tests"].verdict.message

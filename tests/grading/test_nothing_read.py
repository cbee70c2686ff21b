"""A notebook that was not handed in, or cannot be read, earns nothing, whatever its tests say of the blank release."""

from __future__ import annotations

import json

import pytest

from autograder.grading.record import SubmissionRecord
from autograder.grading.submission import GradedSubmission, grade_submission, pack
from autograder.grading.task import Task
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template, TemplateCell

BLANK = "# your answer"
TESTS = {
    "plain": "assert 1 + 1 == 2",
    "partial": "0.5",
    "kind": 'from autograder import Checks\nchecks = Checks()\nchecks.that("1 and 1 are 2", 1 + 1 == 2)',
    "asks": "assert answer == 42",
}
WHY = "The notebook hw.ipynb was not handed in."


def template() -> Template:
    answer = TemplateCell("q1", "code", BLANK, BLANK, locked=False, grade=False, solution=True, checksum="1")
    tests = [
        TemplateCell(name, "code", source, source, locked=True, grade=True, solution=False, points=2, checksum=name)
        for name, source in TESTS.items()
    ]
    return Template("hw", "hw", (answer, *tests))


def graded(sandbox: Sandbox, content: bytes | None) -> GradedSubmission:
    return grade_submission(Task("ada", content, template(), {}, {}, Limits(), problem=WHY), sandbox)


def notebook(code: str) -> bytes:
    cell = {"cell_type": "code", "source": code, "metadata": {"nbgrader": {"grade_id": "q1"}}, "outputs": []}
    cell["execution_count"] = None
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 a Word file", b'{"cells": ['])
def test_nothing_read_earns_nothing(sandbox: Sandbox, content: bytes | None) -> None:
    done = graded(sandbox, content)
    assert done.nothing
    assert {cell.grade_id: cell.points for cell in done.grades} == dict.fromkeys(TESTS, 0.0)
    assert done.flags == {}
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in done.notebook.cells}
    for name in ("plain", "partial", "kind"):
        assert done.nothing in cells[name].outputs[0]["data"]["text/plain"]
    kept = SubmissionRecord.from_bytes(pack(done, Task("ada", content, template(), {}, {}, Limits())).record)
    assert [(cell.points, done.nothing in cell.part.ended) for cell in kept.cells.values()] == [(0.0, True)] * len(
        TESTS
    )


def test_a_blank_release_that_was_handed_in_earns_what_its_tests_say(sandbox: Sandbox) -> None:
    points = {cell.grade_id: cell.points for cell in graded(sandbox, notebook(BLANK)).grades}
    assert points == {"plain": 2.0, "partial": 0.5, "kind": 2.0, "asks": 0.0}

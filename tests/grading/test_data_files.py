"""What the author of an assignment reads of data files that are not there, are no tables, or do not fit."""

from __future__ import annotations

import json

import pytest

from autograder.errors import AuthorError
from autograder.grading.evidence import read_data
from autograder.grading.submission import GradedSubmission, grade_submission
from autograder.grading.task import Task
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template, TemplateCell

FILES = {"plants.csv": b"x\n1\n2\n", "latin.csv": "größe\n1\n".encode("latin-1"), "empty.csv": b""}
TEST = """### BEGIN HIDDEN TESTS
from autograder import Checks, student
checks = Checks(points=1)
checks.that("x is the sum", lambda: student.value("x") == student.data("plant.csv")["x"].sum(), credit=1)
checks.score()
### END HIDDEN TESTS"""


def test_a_file_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(AuthorError) as caught:
        read_data(FILES, "plant.csv")
    error = caught.value
    assert str(error) == (
        "the assignment has no data file 'plant.csv'; it has empty.csv, latin.csv, plants.csv. Correct the name, or "
        "put the file beside the source notebook. Did you mean 'plants.csv'?"
    )
    assert (error.found, error.expected) == ("plant.csv", ["empty.csv", "latin.csv", "plants.csv"])
    assert error.remedy.endswith("Did you mean 'plants.csv'?")
    with pytest.raises(AuthorError, match=r"no data file 'plants\.csv'; it has none\."):
        read_data({}, "plants.csv")


@pytest.mark.parametrize(("name", "why"), [("latin.csv", "can't decode"), ("empty.csv", "No columns to parse")])
def test_a_file_that_is_no_table_is_named(name: str, why: str) -> None:
    with pytest.raises(AuthorError, match=f"'{name}' cannot be read as a CSV file in UTF-8: .*{why}") as caught:
        read_data(FILES, name)
    assert caught.value.remedy == "Save the table as CSV in UTF-8, with commas."


def graded(sandbox: Sandbox, limits: Limits = Limits(), **files: bytes) -> GradedSubmission:  # noqa: B008  frozen
    cells = (
        TemplateCell("q1", "code", "", "", locked=False, grade=False, solution=True),
        TemplateCell("q1-tests", "code", TEST, "", locked=True, grade=True, solution=False, points=1),
    )
    code = [{"cell_type": "code", "source": "x = 3", "metadata": {"nbgrader": {"grade_id": "q1"}}}]
    content = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code}).encode()
    return grade_submission(Task("ada", content, Template("hw", "hw", cells), {**FILES, **files}, {}, limits), sandbox)


def test_a_mistyped_name_in_a_condition_costs_no_student_points(sandbox: Sandbox) -> None:
    """A condition that raises has failed, where it has read a value; this is nothing that the student can change."""
    (cell,) = graded(sandbox).grades
    assert cell.points is None
    assert "the assignment has no data file 'plant.csv'" in cell.verdict.review


def test_files_that_pass_a_limit_are_named_with_their_sizes(sandbox: Sandbox) -> None:
    with pytest.raises(AuthorError, match=r"pass a limit: one is larger than 1 MB\. Make the files") as caught:
        graded(sandbox, Limits(file_mb=1), large=bytes(2 << 20))
    assert caught.value.found["large"] == 2 << 20

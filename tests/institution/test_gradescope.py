"""A submission as Gradescope reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.checks.outcome import CheckResult, Status
from autograder.grading.evidence import Part
from autograder.grading.record import CellRecord, CheckRecord, SubmissionRecord
from autograder.pages.checks import as_text
from tests.institution.conftest import Run

CHECKS = (
    CheckResult("`slope`", Status.PASSED, 1.0, 1.0, got="10.47"),
    CheckResult("`model`", Status.PARTIAL, 0.5, 1.0, got="a model", hint="Think of the intercept."),
)


def graded(root: Path, student: str, points: float = 1.5) -> None:
    """What grading leaves of a submission: the graded notebook, and the record."""
    cell = nbformat.v4.new_code_cell("")
    cell.metadata["nbgrader"] = {"grade_id": "q1"}
    text = "\n".join(["A cell was stopped.", as_text(1.5, CHECKS)])
    cell.outputs = [nbformat.v4.new_output("display_data", data={"text/plain": text, "text/html": "…"})]
    folder = root / "autograded" / student / "hw1"
    folder.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "hw1.ipynb")
    checks = tuple(map(CheckRecord.of, CHECKS))
    record = SubmissionRecord("f", "c", {"q1": CellRecord("t", points, checks, Part())})
    kept = root / ".autograder" / "hw1" / "hw1" / f"{student}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(record.to_bytes())


def read(path: Path) -> dict[str, Any]:
    """Read a file as Gradescope's specification has it."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert isinstance(found["score"], float | int)
    assert set(found) <= {"score", "execution_time", "output", "output_format", "visibility", "tests", "extra_data"}
    assert found["visibility"] in ("hidden", "after_due_date", "after_published", "visible")
    for test in found["tests"]:
        assert set(test) <= {"name", "number", "score", "max_score", "output", "output_format", "visibility", "tags"}
        assert isinstance(test["name"], str)
        assert isinstance(test["number"], str)
        assert test["output_format"] == "text"
    return found


def test_each_check_is_a_test_with_what_was_said_of_it(run: Run, root: Path) -> None:
    graded(root, "ada")
    status, said = run("export", "gradescope", "hw1", "--write", "results", "--visibility", "after_published")
    assert status == 0
    found = read(root / "results" / "ada" / "results.json")
    assert (found["score"], found["output"], found["visibility"]) == (2.5, "2.5 of 3 points", "after_published")
    slope, model, written = found["tests"]
    assert (slope["name"], slope["score"], slope["max_score"]) == ("q1: slope", 1.0, 1.0)
    assert slope["output"] == "A cell was stopped.\nFound: 10.47"
    assert (model["name"], model["score"]) == ("q1: model", 0.5)
    assert model["output"] == "Found: a model\nHint: Think of the intercept."
    assert (written["name"], written["score"], written["output"]) == ("q2", 1.0, "=1+1")
    assert sum(test["score"] for test in found["tests"]) == found["score"]
    assert sorted(path.name for path in (root / "results").iterdir()) == ["ada", "bob", "eve", "gil", "hal"]
    lines = {tuple(line.split()) for line in said.splitlines()}
    assert {("cleo", "needs", "a", "mark:", "q2"), ("dan", "missing"), ("fay", "not", "graded")} <= lines


def test_late_work_and_a_score_of_another_grading(run: Run, root: Path) -> None:
    graded(root, "bob")  # the gradebook says 2.0, the record 1.5: what a person or a regrade gave counts
    run("export", "gradescope", "hw1", "--student", "bob", "--write", "results")
    found = read(root / "results" / "bob" / "results.json")
    assert found["score"] == pytest.approx(1.755)
    assert found["output"] == "1.755 of 3 points\n0.5 points are taken off for late work."
    first = found["tests"][0]
    assert (first["name"], first["score"], first["max_score"]) == ("q1", 2.0, 2.0)
    assert "Found: 10.47" in first["output"]
    assert found["extra_data"]["late_penalty"] == 0.5


def test_what_waits_for_a_person_has_no_score_there(run: Run, root: Path) -> None:
    run("export", "gradescope", "hw1", "--student", "cleo", "--unfinished", "--write", "results")
    found = read(root / "results" / "cleo" / "results.json")
    assert (found["score"], "Not marked yet: q2" in found["output"]) == (2.0, True)
    (_, written) = found["tests"]
    assert "score" not in written
    assert written["output"] == "A person has to mark this."


def test_a_student_who_is_not_there_is_named(run: Run) -> None:
    status, said = run("export", "gradescope", "hw1", "--student", "zoe")
    assert (status, "has no student 'zoe'" in said) == (2, True)

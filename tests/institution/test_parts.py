"""The whole gradebook as a table and as JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.institution.parts import COLUMNS
from tests.institution.classroom import MARKS, SCORES, STUDENTS, url_of
from tests.institution.conftest import Run

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_the_table_holds_every_cell_and_what_is_missing_is_no_zero(run: Run, root: Path) -> None:
    with Gradebook(url_of(root)) as gradebook:
        gradebook.update_or_create_student("ada", first_name="@x", email="\t=2")
    status, said = run("export", "csv", "--write", "grades.csv")
    assert (status, "8 students, 2 assignments" in said) == (0, True)
    content = (root / "grades.csv").read_text("utf-8")
    table = list(csv.DictReader(io.StringIO(content, newline="")))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == len(STUDENTS) * 4  # cells of two assignments
    assert not [cell for row in table for cell in row.values() if cell.startswith(FORMULAS)]
    rows = {(row["student_id"], row["assignment"], row["cell"]): row for row in table if row["notebook"] != "b"}
    assert {who: rows[who, "hw1", "q1"]["assignment_score"] for who in STUDENTS} == {
        who: {"ada": "2.5", "bob": "1.755", "cleo": "2.0", "eve": "3.5", "gil": "0.0", "hal": "0.0"}.get(who, "")
        for who in STUDENTS
    }
    statuses = {who: rows[who, "hw1", "q2"]["status"] for who in STUDENTS}
    assert (statuses["dan"], statuses["fay"], statuses["cleo"]) == ("missing", "not graded", "needs a mark")
    assert {statuses[who] for who in SCORES} == {"graded"}
    assert (rows["dan", "hw1", "q1"]["score"], rows["gil", "hw1", "q1"]["score"]) == ("", "0.0")
    ada, bob, eve = (rows[who, "hw1", cell] for who, cell in (("ada", "q2"), ("bob", "q1"), ("eve", "q1")))
    assert (ada["kind"], ada["manual_score"], ada["auto_score"], ada["comment"]) == ("written", "1.0", "", "'=1+1")
    assert (ada["first_name"], ada["last_name"], ada["max_score"]) == ("'@x", "Love, lace", "1.0")
    assert (bob["auto_score"], bob["notebook_late_penalty"]) == ("2.0", "0.5")
    assert (eve["score"], eve["extra_credit"], eve["needs_mark"]) == ("2.5", "0.5", "0")


def test_the_tree_holds_the_same(run: Run, root: Path) -> None:
    run("export", "json", "hw1", "--write", "grades.json")
    content = json.loads((root / "grades.json").read_text("utf-8"))
    assert content["format"] == 1
    assert [(one["name"], one["max_score"], len(one["cells"])) for one in content["assignments"]] == [("hw1", 3.0, 2)]
    work = {student["student_id"]: student["assignments"][0] for student in content["students"]}
    assert work["dan"] == {"assignment": "hw1", "status": "missing", "score": None}
    assert work["fay"]["status"] == "not graded"
    assert {who: f"{one['score']:.4g}" for who, one in work.items() if one["status"] == "graded"} == {
        "ada": "2.5",
        "bob": "1.755",
        "eve": "3.5",
        "gil": "0",
        "hal": "0",
    }
    assert (work["hal"]["raw_score"], work["hal"]["late_penalty"]) == (1.0, 2.0)
    assert [cell["needs_mark"] for cell in work["cleo"]["cells"]] == [False, True]
    assert set(work) == set(STUDENTS)
    assert sum("cells" in one for one in work.values()) == len(MARKS)


def test_without_a_file_it_goes_to_standard_output(run: Run) -> None:
    _, said = run("export", "csv", "hw2")
    assert said.startswith(",".join(COLUMNS))


def test_an_assignment_that_is_not_there_is_named(run: Run) -> None:
    status, said = run("export", "csv", "hw7")
    assert status == 2
    assert "The gradebook has no assignment 'hw7' with a notebook (it knows: hw2, hw1)." in said

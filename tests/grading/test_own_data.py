"""Data of one's own: drawn from the id of the submission's folder, whatever the notebook says."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from autograder.checks.student import NOBODY, Submitter
from autograder.grading.evidence import Part, RecordedEvidence
from autograder.grading.referee import Referee, Verdict
from autograder.template import Template, TemplateCell

TABLE = pd.DataFrame({"x": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]})
TEST = """
### BEGIN HIDDEN TESTS
from autograder import Checks, student
from tests.grading.test_own_data import answers, own_rows

right = answers(student.data("x.csv", draw=own_rows))
checks = Checks()
checks.number("total", right.total)
checks.number("mean", right.mean)
checks.that("the id is entered", entered == student.id, hint="Enter it.")
checks.whose(answers, claims="entered")
### END HIDDEN TESTS
"""


def own_rows(table: pd.DataFrame, owner: str) -> pd.DataFrame:
    """As many rows as the id has letters."""
    return table.head(len(owner))


def answers(own: pd.DataFrame) -> Any:
    """The right answers on somebody's rows."""
    return SimpleNamespace(total=float(own["x"].sum()), mean=float(own["x"].mean()))


def judged(submitter: Submitter, numbers_of: str, entered: str) -> Verdict:
    """The verdict on the numbers of somebody's rows, as they were kept, so that regrading is the same."""
    right = answers(own_rows(TABLE, numbers_of))
    values = {"total": right.total, "mean": right.mean, "entered": entered}
    part = Part({name: {"kind": "value", "value": value} for name, value in values.items()})
    content = io.BytesIO()
    TABLE.to_csv(content, index=False)
    return Referee(RecordedEvidence(part, {"x.csv": content.getvalue()}), submitter=submitter).judge(TEST, 3)


ADA = Submitter("ada", ("eve", "cleo", "dagny"))
ROWS = {
    "own numbers": ("ada", "ada", 3, ""),
    "a neighbor's numbers under the own id": (
        "cleo",
        "ada",
        1,
        "Not right for the data of `ada`, but for those of `cleo`, who is in the class: `total`, `mean`.",
    ),
    "a neighbor's id as well": (
        "cleo",
        "cleo",
        0,
        "Not right for the data of `ada`, but for those of `cleo`, who is in the class: `total`, `mean`.",
    ),
    "a slip in the id": (
        "adada",
        "adada",
        0,
        "Not right for the data of `ada`, but for those of `adada`, the id that was entered: `total`, `mean`.",
    ),
    "a text in the place of an id": ("longest", "full points`", 0, ""),
    "nobody's numbers": ("longest", "ada", 1, ""),
}


@pytest.mark.parametrize(("numbers_of", "entered", "points", "remark"), ROWS.values(), ids=ROWS)
def test_the_folder_decides_and_the_ta_reads_whose_numbers_they_are(
    numbers_of: str, entered: str, points: float, remark: str
) -> None:
    verdict = judged(ADA, numbers_of, entered)
    assert (verdict.points, verdict.remark) == (points, remark)
    assert not any(name in f"{check.got} {check.hint}" for check in verdict.checks for name in ADA.others)


def test_a_large_class_of_slow_models_costs_no_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test cell has 20 s; whose numbers wrong ones are may take half a second for each neighbor."""
    clock = iter(range(1000))
    monkeypatch.setattr("autograder.checks.methods.neighbors.process_time", lambda: next(clock))
    many = tuple("x" * size for size in range(1, 100))
    assert judged(Submitter("ada", ("dagny", *many)), "dagny", "ada").remark.startswith(
        "Not right for the data of `ada`"
    )
    clock = iter(range(1000))
    verdict = judged(Submitter("ada", (*("xxxx" for _ in many), *many, "dagny")), "dagny", "ada")
    assert (verdict.points, verdict.review) == (1, "")
    assert next(clock) < 20


def test_one_number_that_agrees_is_chance() -> None:
    right = answers(own_rows(TABLE, "cleo"))
    assert answers(own_rows(TABLE, "ada")).mean != right.mean
    part = Part({"total": {"kind": "value", "value": right.total}, "mean": {"kind": "value", "value": 99.0}})
    evidence = RecordedEvidence(part, {"x.csv": TABLE.to_csv(index=False).encode()})
    test = TEST.replace("entered == student.id", "True").replace(', claims="entered"', "")
    verdict = Referee(evidence, submitter=ADA).judge(test, 3)
    assert (verdict.points, verdict.remark) == (1, "")


def test_without_an_id_a_person_has_to_look() -> None:
    verdict = judged(NOBODY, "ada", "ada")
    assert verdict.points is None
    assert "submitted_as" in verdict.review


@pytest.mark.parametrize(
    ("source", "draws", "compares"),
    [
        (TEST, True, True),
        ("from autograder import student\nassert student.id", True, False),
        ("assert student_identity == 3", False, False),
    ],
)
def test_a_template_knows_whether_ids_matter(source: str, draws: bool, compares: bool) -> None:
    cell = TemplateCell("q1-tests", "code", source, source, locked=True, grade=True, solution=False)
    template = Template("ps1", "ps1", (cell,))
    assert (template.draws_by_id, template.compares_with_class) == (draws, compares)

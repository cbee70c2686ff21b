"""The audit of the course's assignments: each answer of the bank, judged as a student's work is."""

from __future__ import annotations

import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from autograder.audit.bank import read_bank
from autograder.audit.cases import Vary
from autograder.audit.report import Report, audit
from autograder.course.course import Course
from tests.course_folder import ASSIGNMENTS, REPOSITORY, in_time

BANK = REPOSITORY / "tests" / "answers"
LEAST_RIGHT, LEAST_WRONG = 15, 20
FRESH = 10  # right and wrong notebooks that were written without knowing the checks
NAMED = 8  # of the wrong ones, at least
UNNAMED = {"missing", "no-figure", "incomplete", "other-lines", "labels"}  # say what is lacking, not why

each_assignment = pytest.mark.parametrize("assignment", in_time())


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Of the assignments that this run asks for, audited together."""
    asked = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    needing = [item for item in asked if isinstance(item, pytest.Function) and "reports" in item.fixturenames]
    assignments = sorted({item.callspec.params["assignment"] for item in needing})
    root = tmp_path_factory.mktemp("course")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    for name in ("source", "variants"):
        shutil.copytree(REPOSITORY / name, root / name)
    with chdir(root):
        found = audit(Course.here(), assignments, BANK, vary=Vary.SOLUTION, workers=2)
    return {report.assignment: report for report in found}


@each_assignment
def test_everything_holds(reports: dict[str, Report], assignment: str) -> None:
    assert reports[assignment].faults == ()


# With these, statsmodels ends far from the optimum on these data (at a likelihood of infinity) and may report success.
FAILING_OPTIMIZERS = {
    "08-athletes": {"optimizer lbfgs"},
    "10-clinics": {"optimizer lbfgs"},
    "11-random-slopes": {"optimizer nm"},
    "14-checking-planning": {"optimizer lbfgs", "optimizer nm"},
    "12-model-comparison": {f"optimizer {method}" for method in ("lbfgs", "cg", "powell", "nm")},  # its subject
}


@each_assignment
def test_seeds_threads_optimizers_and_other_data_make_no_difference(
    reports: dict[str, Report], assignment: str
) -> None:
    assert {change.circumstance for change in reports[assignment].changes} == FAILING_OPTIMIZERS.get(assignment, set())
    assert {"other data", "random seed 1", "hash seed 1", "2 threads"} <= set(reports[assignment].tried)


@each_assignment
def test_the_bank_is_large_enough(assignment: str) -> None:
    answers = [answer for answer in read_bank(BANK / assignment) if answer.file.stem != "fresh"]
    assert sum(answer.is_right for answer in answers) >= LEAST_RIGHT
    assert sum(not answer.is_right for answer in answers) >= LEAST_WRONG


WITH_FRESH_NOTEBOOKS = tuple(name for name in ASSIGNMENTS if (BANK / name / "fresh.toml").is_file())


@pytest.mark.parametrize("assignment", WITH_FRESH_NOTEBOOKS)
def test_notebooks_of_somebody_new_are_judged_and_their_mistakes_named(assignment: str) -> None:
    fresh = [answer for answer in read_bank(BANK / assignment) if answer.file.stem == "fresh"]
    wrong = [answer for answer in fresh if not answer.is_right]
    assert (len(fresh) - len(wrong), len(wrong)) == (FRESH, FRESH)
    named = [
        answer.name
        for answer in wrong
        if any(not set(text.split(", ")) & UNNAMED for labels in answer.says.values() for text in labels.values())
    ]
    assert len(named) >= (NAMED if assignment < "07" else NAMED + 1), {answer.name for answer in wrong} - set(named)


def test_the_bank_has_answers_to_every_assignment_and_to_no_other() -> None:
    assert sorted(path.name for path in Path(BANK).iterdir() if path.is_dir()) == sorted(ASSIGNMENTS)

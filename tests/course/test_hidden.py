"""The hidden tests, run without a sandbox on answers that are plain data: they add up, and a blank earns nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest

from autograder.checks.outcome import CheckResult
from autograder.checks.student import Submitter
from autograder.grading.referee import Referee
from autograder.values.views import Figure, Missing
from tests.course.table import CODE_PARTS, Code, cell_of, folder_of, name_of, notebook_of


@dataclass
class Given:
    """Evidence that a test writes down itself."""

    folder: Any
    values: Mapping[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """A given value, else ``Missing``."""
        return self.values.get(name, Missing(name))

    def data(self, filename: str) -> pd.DataFrame:
        """A data file of the assignment."""
        return pd.read_csv(self.folder / filename)

    def figures(self) -> tuple[Figure, ...]:
        """Nothing was drawn."""
        return ()

    def printed(self) -> str:
        """Nothing was printed."""
        return ""

    def stopped(self) -> str:
        """Nothing stopped."""
        return ""


def judge(assignment: str, part: str, values: Mapping[str, Any]) -> tuple[float, tuple[CheckResult, ...]]:
    """Points and checks of one test cell."""
    cell = cell_of(notebook_of(assignment), f"{part}-tests")
    referee = Referee(Given(folder_of(assignment), values), submitter=Submitter("ada"))
    verdict = referee.judge(cell.source, cell.metadata.nbgrader.points)
    assert verdict.points is not None, verdict.review
    return verdict.points, verdict.checks


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_no_answer_earns_nothing_and_the_credits_add_up(assignment: str, part: Code) -> None:
    given = assignment != "01-data-overview" and (folder_of(assignment) / "sleepstudy.csv").exists()
    untouched = {"sleep_study_data": table(assignment)} if given else {}
    points, results = judge(assignment, part.name, untouched)
    assert (type(points), points) == (float, 0.0)
    assert sum(check.credit for check in results) == pytest.approx(part.points)
    assert all(check.credit > 0 and check.hint for check in results)


def table(assignment: str) -> pd.DataFrame:
    return pd.read_csv(folder_of(assignment) / "sleepstudy.csv")


def test_a_table_that_was_looked_at_counts_as_cleaned() -> None:
    points, _ = judge(
        "02-correlation", "q2a", {"n_missing": 0, "n_zero": 0, "sleep_study_data": table("02-correlation")}
    )
    assert points == 1.0


def test_one_count_is_enough_for_the_table_to_be_looked_at() -> None:
    points, results = judge("02-correlation", "q2a", {"n_zero": 0, "sleep_study_data": table("02-correlation")})
    assert [check.earned for check in results] == [0.0, 0.25, 0.5]
    assert points == 0.75


def test_a_correlation_may_follow_from_the_student_s_own_table() -> None:
    own = table("02-correlation").query("Days != 0")
    values = {"sleep_study_data": own, "correlation": own["Days"].corr(own["Reaction"]), "n_missing": 0, "n_zero": 0}
    referee = Referee(Given(folder_of("02-correlation"), values))
    for part in ("q2a", "q2c"):  # the table has earned something before it carries anything
        cell = cell_of(notebook_of("02-correlation"), f"{part}-tests")
        verdict = referee.judge(cell.source, cell.metadata.nbgrader.points)
    assert verdict.points == 0.5
    assert verdict.checks[0].hint

"""Answers that were typed in rather than computed: seen by running a submission again on other data."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.checks.outcome import Status
from autograder.grading import CellGrade, Graded


def unmoved(first: Graded, second: Graded) -> Mapping[str, str]:
    """What held on the published data and does not hold on other data: ``grade_id`` → a sentence for the TA.

    Points come from the first run alone. A check that passes there and fails on other data, where the reference
    has moved, means that the answer did not move with it.
    """
    again = {cell.grade_id: cell for cell in second.grades}
    found = {cell.grade_id: _labels(cell, again[cell.grade_id]) for cell in first.grades}
    ended = f" (the second run ended early: {second.notes[0]})" if second.notes else ""
    return {
        grade_id: "Does not follow the data: right on the published data, not right when the notebook is run on "
        f"another data set{ended}: {', '.join(labels)}."
        for grade_id, labels in found.items()
        if labels
    }


def _labels(first: CellGrade, second: CellGrade) -> list[str]:
    passed = [check.label for check in first.verdict.checks if check.status is Status.PASSED]
    if second.points is None:
        return []  # the test itself could not judge the other data: nothing is known
    still = [check.label for check in second.verdict.checks if check.status is Status.PASSED]
    return [label for label in passed if label not in still]

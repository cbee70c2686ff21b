"""`nbgrader export` to a table that can be opened: names are quoted, and none of them is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.course.files import write_atomically
from autograder.pages.harmless import for_spreadsheet

_COLUMNS = (
    "assignment duedate timestamp student_id last_name first_name email raw_score late_submission_penalty score "
    "max_score"
).split()  # as nbgrader has them


class SafeExport(CsvExportPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's table of grades, for ``c.ExportApp.plugin_class``."""

    def export(self, gradebook: Any) -> None:
        """Write the table, all of it or none."""
        target = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", target)
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(_COLUMNS)
        for assignment in self._chosen(gradebook.assignments, self.assignment, "name"):
            for student in self._chosen(gradebook.students, self.student, "id"):
                row = _row(gradebook, assignment, student)
                table.writerow(
                    [for_spreadsheet("" if row[column] is None else str(row[column])) for column in _COLUMNS]
                )
        write_atomically(target, text.getvalue().encode("utf-8", "replace"))

    def _chosen(self, entries: Iterable[Any], wanted: Sequence[object], name: str) -> Iterator[Any]:
        if wanted:
            self.log.info("Exporting only: %s", list(wanted))
        known = {str(one) for one in wanted}
        return (entry for entry in entries if not known or getattr(entry, name) in known)


def _row(gradebook: Any, assignment: Any, student: Any) -> dict[str, Any]:
    """One line; who submitted nothing has no points."""
    row = {"assignment": assignment.name, "duedate": assignment.duedate, "max_score": assignment.max_score}
    row |= {"student_id": student.id} | {name: getattr(student, name) for name in ("last_name", "first_name", "email")}
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return {**row, "timestamp": "", "raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    penalty = submission.late_submission_penalty
    row |= {"timestamp": submission.timestamp, "raw_score": submission.score, "late_submission_penalty": penalty}
    return {**row, "score": max(0.0, submission.score - penalty)}

"""An audit as an HTML page: one file without scripts, in which everything that came from a notebook is escaped."""

from __future__ import annotations

from autograder.audit.cases import BLANK, SOLUTION
from autograder.audit.one_case import CellResult
from autograder.audit.report import Report, ReportRow
from autograder.pages.checks import as_html
from autograder.pages.render import Markup, number, render


def page(report: Report) -> str:
    """The page for an instructor: what is wrong, then every answer with what the student reads, then every check."""
    return render(
        "audit",
        title=f"Audit of {report.notebook}",
        report=report,
        right=len(report.answers(right=True)),
        wrong=len(report.answers(right=False)),
        changes=[f"{one.circumstance}: {one.title}, {one.grade_id}: {one.difference}" for one in report.changes],
        blank=BLANK,
        cells_of=_cells_of,
        points_of=_points_of,
        mistakes_of=_mistakes_of,
        checks=_checks,
    )


def _cells_of(row: ReportRow) -> list[CellResult]:
    """The test cells of which there is something to read: all of the solution's, else those with lost points."""
    return [cell for cell in row.result.cells if not cell.is_full or row.title == SOLUTION]


def _points_of(cell: CellResult) -> str:
    return "not judged" if cell.points is None else f"{number(cell.points)} of {number(cell.max_points)}"


def _mistakes_of(cell: CellResult) -> list[str]:
    return list(dict.fromkeys(check.mistake for check in cell.checks if check.mistake))


def _checks(cell: CellResult) -> Markup:
    assert cell.points is not None
    return Markup(as_html(cell.points, cell.checks, [cell.message] if cell.message else []))

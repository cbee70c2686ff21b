"""Audits as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.audit.report import Report


def show(reports: Sequence[Report], console: Console) -> None:
    """One row for each notebook, then everything that does not hold and everything that makes a difference."""
    table = Table(title="Audit")
    for name in ("notebook", "right", "wrong", "checks", "misconceptions", "does not hold"):
        table.add_column(name, justify="left" if name == "notebook" else "right")
    for report in reports:
        table.add_row(*_cells(report), style="red" if report.faults else "")
    console.print(table)
    for report in reports:
        for fault in report.faults:
            console.print(f"[bold red]✗[/] {escape(report.notebook)}: {escape(fault)}", highlight=False, soft_wrap=True)
        for one in report.changes:
            text = f"{report.notebook}, {one.circumstance}: {one.title}, {one.grade_id}: {one.difference}"
            console.print(f"[yellow]makes a difference:[/] {escape(text)}", highlight=False, soft_wrap=True)
    tried = dict.fromkeys(name for report in reports for name in report.tried)
    if tried and not any(report.changes for report in reports):
        console.print(f"None of these makes a difference: {', '.join(tried)}.", highlight=False)


def _cells(report: Report) -> list[str]:
    known = sum(check.known for check in report.checks)
    seen = known - sum(len(check.unseen) for check in report.checks)
    return [
        report.notebook,
        str(len(report.answers(right=True))),
        str(len(report.answers(right=False))),
        str(len(report.checks)),
        f"{seen} of {known}",
        str(len(report.faults)),
    ]

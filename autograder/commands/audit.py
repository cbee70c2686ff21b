"""The command ``autograder audit``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from autograder.commands import AUTHOR, DONE, add_json, add_workers, assignment_name, begin, beside, print_json
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.audit.report import Report

HELP = "prove assignments before they are released"
EXAMPLES = (
    "autograder audit 03-ols                   one assignment; the page is audit/03-ols.html",
    "autograder audit --vary nothing           all of them, without other seeds, threads and optimizers",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "assignment", nargs="*", type=assignment_name, metavar="ASSIGNMENT", help="default: all in source/"
    )
    parser.add_argument("--answers", type=Path, metavar="FOLDER", help="the bank (default: tests/answers or answers)")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", default=Path("audit"), help="for HTML (default: audit)")
    parser.add_argument(
        "--vary",
        choices=("nothing", "solution", "right"),
        default="right",
        metavar="WHAT",
        help="which answers to repeat with other seeds, thread counts and optimizers: nothing, solution or right "
        "(default: right)",
    )
    parser.add_argument(
        "--ids",
        type=Path,
        metavar="FILE",
        help="ids of students, one a line, whose data are tried where tests draw them by the id (default: four)",
    )
    add_json(parser)
    add_workers(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Audit assignments."""
    from autograder.audit.bank import find_bank
    from autograder.audit.cases import IDS, Vary, submitted_as
    from autograder.audit.page import page
    from autograder.audit.report import audit
    from autograder.course.course import Course
    from autograder.course.files import write_atomically

    if options.ids and options.vary == "nothing":
        options.error("--ids names other students to try, and --vary nothing leaves them out")
    ids = _ids(options.ids) if options.ids else IDS
    course = Course.here()
    names = options.assignment or course.assignments()
    begin(options, f"Trying all answers to {', '.join(names)}")
    with Progress(console=beside(options)) as progress:
        bar = progress.add_task("answers", total=None)
        reports = audit(
            course,
            names,
            options.answers or find_bank(course.root),
            vary=Vary(options.vary),
            workers=options.workers,
            ids=ids,
            progress=lambda done, of: progress.update(bar, completed=done, total=of),
        )
    show(reports, console)
    if options.ids and not any(submitted_as(ids[0]).name in report.tried for report in reports):
        console.print("No test draws data by the id, so that the ids of --ids were not tried.", highlight=False)
    for report in reports:
        path = options.pages / f"{report.notebook}.html"
        write_atomically(path, page(report).encode("utf-8"))
        console.print(f"{path}", highlight=False)
    status = AUTHOR if not reports or any(report.faults for report in reports) else DONE
    if options.json:
        print_json({"notebooks": [_as_json(report) for report in reports], "exit_status": status})
    return status


def _ids(path: Path) -> list[str]:
    """The ids in a file; programs for tables put a mark of three bytes before the first one."""
    try:
        lines = path.read_text("utf-8-sig", "replace").splitlines()
    except OSError as problem:
        raise CourseError(
            f"The ids of {path} cannot be read: {problem.strerror}.", str(path), remedy="Name a file of ids with --ids."
        ) from None
    found = list(dict.fromkeys(filter(None, map(str.strip, lines))))
    if not found:
        raise CourseError(f"{path} names no student:", str(path), "one id a line", "it should hold one id a line.")
    return found


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "notebook": report.notebook,
        "right": len(report.answers(right=True)),
        "wrong": len(report.answers(right=False)),
        "faults": list(report.faults),
        "forgeable": [asdict(one) for one in report.forgeable],
        "has_bank": report.has_bank,
        "changes": [asdict(one) for one in report.changes],
    }


def show(reports: Sequence[Report], console: Console) -> None:
    """One row for each notebook, then every problem, what can be forged, and what makes a difference."""
    table = Table(title="Audit")
    for name in ("notebook", "right", "wrong", "checks", "misconceptions", "problems"):
        table.add_column(name, justify="left" if name == "notebook" else "right")
    for report in reports:
        table.add_row(*_cells(report), style="red" if report.faults else "")
    console.print(table)
    for report in reports:
        for fault in report.faults:
            console.print(f"[bold red]✗[/] {escape(report.notebook)}: {escape(fault)}", highlight=False, soft_wrap=True)
        for cell in report.forgeable:
            text = f"{report.notebook}, {cell.grade_id}: {cell.why}. Write instead: {cell.instead}"
            console.print(f"[yellow]can be forged:[/] {escape(text)}", highlight=False, soft_wrap=True)
        for one in report.changes:
            text = f"{report.notebook}, {one.circumstance}: {one.title}, {one.grade_id}: {one.difference}"
            console.print(f"[yellow]makes a difference:[/] {escape(text)}", highlight=False, soft_wrap=True)
    for report in reports:
        if not report.has_bank:
            console.print(escape(without_bank(report)), highlight=False, soft_wrap=True)
    tried = dict.fromkeys(name for report in reports for name in report.tried)
    if tried and not any(report.changes for report in reports):
        console.print(f"None of these makes a difference: {', '.join(tried)}.", highlight=False)


def without_bank(report: Report) -> str:
    """What was not proved, because there are no answers but the solution."""
    known = sum(check.known for check in report.checks)
    return (
        f"{report.notebook}: only the solution and the blank release were judged. Answers in "
        f"answers/{report.assignment}/*.toml would also prove that other right answers earn everything, that each of "
        f"{len(report.checks)} checks can fail, what is read then, and that {known} misconceptions are recognized."
    )


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

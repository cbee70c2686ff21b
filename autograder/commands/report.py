"""The command ``autograder report``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from autograder.commands import DONE, add_json, assignment_name, beside, count, print_json

HELP = "show a class at a glance: progress, scores, misconceptions, questions, marking, answers that look alike"
EXAMPLES = (
    "autograder report                                   all assignments, as a page",
    "autograder report 03-ols --csv tables               one of them, and its numbers as tables",
    "autograder report --against ../2025/gradebook.db    scores beside those of another year",
)

_PAGE = Path("report/report.html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "assignment", nargs="*", type=assignment_name, metavar="ASSIGNMENT", help="default: all in the gradebook"
    )
    parser.add_argument(
        "--against",
        type=_gradebook,
        metavar="GRADEBOOK",
        help="gradebook.db of another year, or the address of its database, to compare scores with",
    )
    parser.add_argument("--page", type=Path, metavar="FILE", default=_PAGE, help=f"the HTML page (default: {_PAGE})")
    add_json(parser)
    parser.add_argument("--csv", type=Path, metavar="FOLDER", help="write the same numbers as tables")


def _gradebook(text: str) -> Path | str:
    return text if "://" in text else Path(text)


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the page, and the numbers where asked for."""
    from autograder.course.course import Course
    from autograder.course.files import write_atomically
    from autograder.course.results.table import read_other
    from autograder.report.page import page
    from autograder.report.report import make_report
    from autograder.report.tables import as_csv, as_json

    course = Course.here()
    before = read_other(options.against) if options.against else None
    with course.gradebook() as gradebook, beside(options).status("Reading …") as status:
        report = make_report(
            course, gradebook, options.assignment, before, lambda name: status.update(f"Reading {name} …")
        )
    written = {options.page: page(report).encode("utf-8", "replace")}
    if options.csv:
        written |= {options.csv / name: content for name, content in as_csv(report).items()}
    for path, content in written.items():
        write_atomically(path, content)
    for progress in report.progress:
        left = sum(part.left for part in progress.written)
        waiting = f", {count(progress.waiting, 'needs', 'need')} review" if progress.waiting else ""
        marks = f", {count(left, 'written answer')} to mark" if left else ""
        _say(console, f"  {progress.assignment}: {progress.graded} of {progress.submitted} graded{waiting}{marks}")
    for name, students in report.unread.items():
        _say(
            console,
            f"  {name}: what is kept of {count(len(students), 'submission')} is of an earlier version, so that these "
            f"answers are not in the report; grade them again: autograder grade {name}",
        )
    _say(console, f"Read {options.page}")
    if options.json:
        print_json(as_json(report) | {"exit_status": DONE})
    return DONE


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

"""The command ``autograder audit``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from autograder.audit.bank import BankError
from autograder.audit.cases import Vary
from autograder.audit.page import page
from autograder.audit.report import audit
from autograder.audit.table import show
from autograder.plugins.course import Course, CourseError
from autograder.plugins.files import write_atomically
from autograder.plugins.rehearsal import assignments

_BANKS = ("tests/answers", "answers")  # where a bank may lie in the course folder


def run(options: argparse.Namespace, console: Console) -> int:
    """Audit assignments; the exit status is 0 only if everything holds."""
    course = Course.here()
    root = Path(course.app.coursedir.root)
    names = options.assignment or assignments(course)
    with Progress(console=console) as progress:
        bar = progress.add_task("answers", total=None)
        try:
            reports = audit(
                course,
                names,
                options.answers or _bank_of(root),
                vary=Vary(options.vary),
                workers=options.workers,
                progress=lambda done, of: progress.update(bar, completed=done, total=of),
            )
        except BankError as problem:
            raise CourseError(str(problem)) from None
    show(reports, console)
    for report in reports:
        path = options.pages / f"{report.notebook}.html"
        write_atomically(path, page(report).encode("utf-8"))
        console.print(f"{path}", highlight=False)
    return 1 if not reports or any(report.faults for report in reports) else 0


def _bank_of(root: Path) -> Path:
    for name in _BANKS:
        if (root / name).is_dir():
            return root / name
    raise CourseError(f"The course has no bank of answers ({' or '.join(_BANKS)}); name one with --answers.")

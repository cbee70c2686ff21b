"""The command `autograder`: its arguments. What it does is in :mod:`autograder.commands`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder import workers


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 only if it did all that it was asked to do."""
    options = _parser().parse_args(arguments)
    if options.command in ("regrade", "audit") or (options.command == "grade" and options.engine == "local"):
        workers.prepare()
    gc.disable()  # what is loaded stays, and looking for garbage in it takes a tenth of the time
    from autograder.commands import carry_out  # takes seconds, in which the workers load as well

    if gc.get_freeze_count() == 0:
        gc.freeze()  # nor is it looked through when the process ends
    gc.enable()

    return carry_out(options.command, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("autograder", description="Grade an nbgrader course, in the course folder.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    grade = commands.add_parser("grade", help="grade all submissions of assignments in parallel")
    grade.add_argument("assignments", nargs="+", metavar="ASSIGNMENT")
    grade.add_argument("--student", action="append", metavar="NAME", help="only this student (may be repeated)")
    grade.add_argument("--force", action="store_true", help="also submissions that have not changed")
    grade.add_argument("--engine", choices=("local", "dask"), default="local", help="where submissions are graded")
    grade.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster; without it one is started here")
    regrade = commands.add_parser("regrade", help="judge again after a test changed, without running student code")
    regrade.add_argument("assignment")
    regrade.add_argument("--yes", action="store_true", help="apply without asking")
    regrade.add_argument("--undo", action="store_true", help="take the last regrading back")
    written = commands.add_parser("written", help="equal written answers together, for marking")
    written.add_argument("assignment")
    written.add_argument(
        "--apply", action="store_true", help="give the points and comments of the sheet to the students"
    )
    written.add_argument(
        "--replace", action="store_true", help="with --apply: also where an answer is marked otherwise"
    )
    written.add_argument("--force", action="store_true", help="write the sheet anew although points are filled in")
    audit = commands.add_parser("audit", help="prove assignments before they are released")
    audit.add_argument("assignment", nargs="*", help="default: all in source/")
    audit.add_argument("--answers", type=Path, metavar="FOLDER", help="the bank (default: tests/answers or answers)")
    audit.add_argument("--pages", type=Path, metavar="FOLDER", default=Path("audit"), help="for HTML (default: audit)")
    audit.add_argument(
        "--vary",
        choices=("nothing", "solution", "right"),
        default="right",
        metavar="WHAT",
        help="try what under other seeds, threads and optimisers: nothing, solution, or right answers (default)",
    )
    for command in (grade, regrade, audit):
        processors = len(os.sched_getaffinity(0))
        command.add_argument("--workers", type=int, default=processors, help="default: one per processor")
    commands.add_parser("doctor", help="show what the sandbox on this machine withholds, by trying")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The command ``autograder regrade``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from autograder.commands import (
    DONE,
    OPERATOR,
    SUBMISSION,
    add_json,
    add_workers,
    assignment_name,
    beside,
    count,
    next_commands,
    print_json,
)

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.course.regrade import Plan, Regrader

HELP = "judge again after a test changed, without running student code"
EXAMPLES = (
    "autograder regrade 03-ols                 shows what would change, then asks",
    "autograder regrade 03-ols --yes           without asking",
    "autograder regrade 03-ols --undo          undoes the last one",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("assignment", type=assignment_name, metavar="ASSIGNMENT")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument("--undo", action="store_true", help="undo the last regrade")
    add_json(parser)
    add_workers(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Judge again, show the impact, and apply it."""
    from autograder.course.course import Course
    from autograder.course.regrade import Regrader
    from autograder.workers import engines

    if options.undo and options.yes:
        options.error("--undo asks nothing, so --yes does not go with it")
    course = Course.here()
    with closing(engines.local_without_sandbox(options.workers)) as engine:
        regrader = Regrader(course, engine)
        return _undo(regrader, options, console) if options.undo else _regrade(regrader, options, console)


def _undo(regrader: Regrader, options: argparse.Namespace, console: Console) -> int:
    students = regrader.undo(options.assignment)
    said = "submission is graded as it was" if len(students) == 1 else "submissions are graded as they were"
    console.print(f"{len(students)} {said} before. `autograder grade` leaves it so.", highlight=False)
    next_commands(regrader.course, options.assignment, students, console)
    if options.json:
        print_json({"undone": students, "exit_status": DONE})
    return DONE


def _regrade(regrader: Regrader, options: argparse.Namespace, console: Console) -> int:
    started = time.monotonic()
    newer = _newer(regrader.course, options.assignment)
    for said in newer:
        console.print(said, highlight=False, markup=False, soft_wrap=True)
    plan = regrader.plan(options.assignment)
    students = sorted({change.student for change in plan.changes})
    console.print(
        f"{count(plan.judged, 'submission')} judged again in {time.monotonic() - started:.1f} s; "
        f"{len(students)} would change{' by the tests as they were generated' if newer else ''}.",
        highlight=False,
    )
    _show_plan(plan, console)
    applied = bool(plan.changes) and (options.yes or _confirmed(options))
    if applied:
        regrader.apply(plan)
        console.print(f"Applied. Undo it with: autograder regrade {options.assignment} --undo", highlight=False)
        next_commands(regrader.course, options.assignment, students, console)
    unasked = bool(plan.changes) and not applied and not _can_ask(options)
    status = OPERATOR if unasked else SUBMISSION if plan.unrecorded else DONE
    if options.json:
        print_json(_as_json(plan, newer, status, applied=applied))
    return status


def _newer(course: Course, assignment: str) -> list[str]:
    """What of the source folder has not been generated, so that these are still the tests from before."""
    from autograder.course.release.generate import tests_to_generate

    with course.gradebook() as gradebook:
        templates = course.templates(gradebook, assignment)
    found = {template.notebook: tests_to_generate(course, template) for template in templates}
    return [
        f"source/{assignment}/{notebook}.ipynb has other tests than were generated ({', '.join(names)}). To judge by "
        f"them, first: nbgrader generate_assignment {assignment} --force"
        for notebook, names in found.items()
        if names
    ]


def _as_json(plan: Plan, newer: Sequence[str], status: int, *, applied: bool) -> dict[str, Any]:
    return {
        "assignment": plan.assignment,
        "judged": plan.judged,
        "changes": [
            {
                "student": one.student,
                "notebook": one.notebook,
                "grade_id": one.grade_id,
                "before": one.before.points,
                "points": one.verdict.points,
            }
            for one in plan.changes
        ],
        "unrecorded": list(plan.unrecorded),
        "not_generated": list(newer),
        "applied": applied,
        "exit_status": status,
    }


def _show_plan(plan: Plan, console: Console) -> None:
    from autograder.course.regrade import summary

    for name, (moved, gain) in summary(plan).items():
        said = f"1 moves by {gain:+.3g} points" if moved == 1 else f"{moved} move by {gain:+.3g} points on average"
        console.print(f"  {name}: {said}", highlight=False, markup=False)
    moving = [change for change in plan.changes if change.verdict.points != change.before.points]
    for change in moving[:40]:
        before, then = (_points(one.points) for one in (change.before, change.verdict))
        line = f"  {change.student}, {change.grade_id}: {before} → {then} points"
        console.print(line, highlight=False, markup=False)
    if len(moving) > 40:
        console.print(f"  … and {len(moving) - 40} more")
    if words := len(plan.changes) - len(moving):
        console.print(f"  {words} verdicts keep their points and say something else", highlight=False)
    if plan.unrecorded:
        names = " ".join(f"--student {name}" for name in plan.unrecorded[:20])
        console.print(
            f"{len(plan.unrecorded)} cannot be judged on what was kept; run them again: "
            f"autograder grade {plan.assignment} --force {names}",
            highlight=False,
            markup=False,
        )


def _points(points: float | None) -> str:
    return "not judged" if points is None else f"{points:g}"


def _can_ask(options: argparse.Namespace) -> bool:
    return sys.stdin.isatty() and not options.json and not options.quiet


def _confirmed(options: argparse.Namespace) -> bool:
    if _can_ask(options):
        return beside(options).input(escape("Apply? [y/N] ")).strip().lower() in ("y", "yes")
    command = f"autograder regrade {options.assignment} --yes"
    beside(options).print(f"Nothing was changed: nobody can be asked here. To apply: {command}", highlight=False)
    return False

"""The command ``autograder regrade``."""

from __future__ import annotations

import argparse
import time

from rich.console import Console

from autograder import engines
from autograder.plugins.course import Course
from autograder.plugins.regrade import Plan, Regrader, summary


def run(options: argparse.Namespace, console: Console) -> int:
    """Judge again, show the impact, and apply it; the exit status is 0 only if everything could be judged."""
    course = Course.here()
    regrader = Regrader(course, engines.local_without_sandbox(options.workers))
    if options.undo:
        console.print(f"{regrader.undo(options.assignment)} submissions are graded as they were before.")
        return 0
    started = time.monotonic()
    plan = regrader.plan(options.assignment)
    students = {change.student for change in plan.changes}
    console.print(
        f"{plan.judged} submissions judged again in {time.monotonic() - started:.1f} s; {len(students)} would change.",
        highlight=False,
    )
    _show_plan(plan, console)
    if plan.changes and (options.yes or _confirmed(console)):
        regrader.apply(plan)
        console.print(f"Applied. Take it back with: autograder regrade {options.assignment} --undo", highlight=False)
    return 1 if plan.unrecorded else 0


def _show_plan(plan: Plan, console: Console) -> None:
    for name, (count, gain) in summary(plan).items():
        console.print(f"  {name}: {count} move by {gain:+.3g} points on average", highlight=False, markup=False)
    for change in plan.changes[:40]:
        line = f"  {change.student}, {change.grade_id}: {change.before['points']} → {change.verdict.points} points"
        console.print(line, highlight=False, markup=False)
    if len(plan.changes) > 40:
        console.print(f"  … and {len(plan.changes) - 40} more")
    if plan.unrecorded:
        names = " ".join(f"--student {name}" for name in plan.unrecorded[:20])
        console.print(
            f"{len(plan.unrecorded)} cannot be judged on what was kept; run them again: "
            f"autograder grade {plan.assignment} --force {names}",
            highlight=False,
            markup=False,
        )


def _confirmed(console: Console) -> bool:
    return console.input("Apply? [y/N] ").strip().lower() in ("y", "yes")

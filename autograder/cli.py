"""The command `autograder`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder import engines
from autograder.audit import command
from autograder.doctor import examine
from autograder.plugins.course import Course, CourseError
from autograder.plugins.grade_class import ClassGrader, Graded, Outcome, Unchanged
from autograder.plugins.regrade import Plan, Regrader, summary
from autograder.runner import Failed
from autograder.sandbox import SandboxUnavailable
from autograder.sandbox.unisolated import WARNING


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 only if it did all that it was asked to do."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        return int(options.command(options, console))
    except (CourseError, SandboxUnavailable, engines.EngineUnavailable) as problem:
        console.print(f"[bold red]error:[/] {problem}", highlight=False)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted. What was graded is written; the same command goes on with the rest.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("autograder", description="Grade an nbgrader course, in the course folder.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    grade = commands.add_parser("grade", help="grade all submissions of an assignment in parallel")
    grade.add_argument("assignment")
    grade.add_argument("--student", action="append", metavar="NAME", help="only this student (may be repeated)")
    grade.add_argument("--force", action="store_true", help="also submissions that have not changed")
    grade.add_argument("--workers", type=int, default=engines.default_workers(), help="default: one per processor")
    grade.add_argument("--engine", choices=("local", "dask"), default="local", help="where submissions are graded")
    grade.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster; without it one is started here")
    grade.set_defaults(command=_grade)
    regrade = commands.add_parser("regrade", help="judge again after a test changed, without running student code")
    regrade.add_argument("assignment")
    regrade.add_argument("--yes", action="store_true", help="apply without asking")
    regrade.add_argument("--undo", action="store_true", help="take the last regrading back")
    regrade.add_argument("--workers", type=int, default=engines.default_workers(), help="default: one per processor")
    regrade.set_defaults(command=_regrade)
    command.add_to(commands.add_parser("audit", help="prove assignments before they are released"))
    doctor = commands.add_parser("doctor", help="show what the sandbox on this machine withholds, by trying")
    doctor.set_defaults(command=_doctor)
    return parser


def _doctor(options: argparse.Namespace, console: Console) -> int:
    del options
    faults = 0
    for finding in examine(Path.cwd()):
        faults += not finding.ok
        mark = "[green]✓[/]" if finding.ok else "[bold red]✗[/]"
        console.print(f"{mark} {finding.what}: {escape(finding.found)}", highlight=False, soft_wrap=True)
    console.print("Everything is withheld." if not faults else f"{faults} of these must be mended before grading.")
    return 1 if faults else 0


def _grade(options: argparse.Namespace, console: Console) -> int:
    course = Course.here()
    students = _chosen(course, options)
    if options.engine == "dask":
        engine = engines.dask(options.scheduler, options.workers)
    else:
        engine = engines.local(options.workers, course.limits(options.assignment), isolated=course.isolated)
    if not course.isolated:
        console.print(f"[bold red]{WARNING}[/] (SandboxedExecute.isolation = 'none').", highlight=False)
    grader = ClassGrader(course, engine, options.force)
    outcomes: list[Outcome] = []
    started = time.monotonic()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
    with (
        closing(engine),
        Progress(TextColumn("{task.description}"), *columns, TimeRemainingColumn(), console=console) as progress,
    ):
        total = len(students) * course.notebooks(options.assignment)
        bar = progress.add_task(options.assignment, total=total, rate="")
        for outcome in grader.run(options.assignment, students):
            outcomes.append(outcome)
            rate = f"{len(outcomes) / (time.monotonic() - started):.1f}/s"
            progress.update(bar, advance=1, rate=rate)
    return _summary(outcomes, time.monotonic() - started, console)


def _regrade(options: argparse.Namespace, console: Console) -> int:
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


def _chosen(course: Course, options: argparse.Namespace) -> tuple[str, ...]:
    handed_in = course.students(options.assignment)
    unknown = sorted(set(options.student or ()) - set(handed_in))
    if unknown:
        raise CourseError(f"Nothing was handed in for {options.assignment!r} by {', '.join(unknown)}.")
    if not handed_in:
        raise CourseError(
            f"Nobody has handed in {options.assignment!r}. Collect first: nbgrader collect {options.assignment}"
        )
    return tuple(options.student or handed_in)


def _summary(outcomes: list[Outcome], seconds: float, console: Console) -> int:
    graded = [outcome for outcome in outcomes if isinstance(outcome, Graded)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    review = [outcome for outcome in graded if outcome.needs_review]
    unchanged = sum(isinstance(outcome, Unchanged) for outcome in outcomes)
    console.print(
        f"{len(graded)} graded in {seconds:.1f} s, {unchanged} unchanged since they were graded, "
        f"{len(review)} need review, {len(failed)} failed.",
        highlight=False,
    )
    for outcome in review:
        console.print(f"  review: {outcome.student}, {outcome.notebook}", highlight=False, markup=False)
    for outcome in graded:
        for flag in outcome.flags:
            console.print(f"  look at: {outcome.student}, {outcome.notebook}: {flag}", highlight=False, markup=False)
    for failure in failed:
        console.print(f"  failed: {failure.student}: {failure.reason}", highlight=False, markup=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

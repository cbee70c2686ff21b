"""The command ``autograder grade``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder import cluster, engines
from autograder.plugins.course import Course, CourseError
from autograder.plugins.grade_class import ClassGrader, Graded, Outcome, Unchanged
from autograder.runner import Failed
from autograder.sandbox.unisolated import WARNING


def run(options: argparse.Namespace, console: Console) -> int:
    """Grade a class; the exit status is 0 only if nothing failed."""
    course = Course.here()
    chosen = {assignment: _chosen(course, assignment, options.student) for assignment in options.assignments}
    if options.engine == "dask":
        engine: engines.Engine = cluster.dask(options.scheduler, options.workers)
    else:
        engine = engines.local(options.workers, course.limits(options.assignments[0]), isolated=course.isolated)
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
        total = sum(len(students) * course.notebooks(name) for name, students in chosen.items())
        bar = progress.add_task(_title(options.assignments), total=total, rate="")
        for outcome in grader.run(chosen):
            outcomes.append(outcome)
            progress.update(bar, advance=1, rate=f"{len(outcomes) / (time.monotonic() - started):.1f}/s")
    return _summary(outcomes, time.monotonic() - started, console)


def _title(assignments: Sequence[str]) -> str:
    return assignments[0] if len(assignments) == 1 else f"{len(assignments)} assignments"


def _chosen(course: Course, assignment: str, students: Sequence[str] | None) -> tuple[str, ...]:
    handed_in = course.students(assignment)
    unknown = sorted(set(students or ()) - set(handed_in))
    if unknown:
        raise CourseError(f"Nothing was handed in for {assignment!r} by {', '.join(unknown)}.")
    if not handed_in:
        raise CourseError(f"Nobody has handed in {assignment!r}. Collect first: nbgrader collect {assignment}")
    return tuple(students or handed_in)


def _summary(outcomes: list[Outcome], seconds: float, console: Console) -> int:
    graded = [outcome for outcome in outcomes if isinstance(outcome, Graded)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    review = [outcome for outcome in graded if outcome.needs_review]
    unchanged = sum(isinstance(outcome, Unchanged) for outcome in outcomes)
    console.print(
        f"{len(graded)} graded in {seconds:.1f} s, {unchanged} unchanged since they were graded, "
        f"{len(review)} need review, {len(failed)} failed.",
        highlight=False,
        soft_wrap=True,
    )
    for outcome in review:
        console.print(f"  review: {outcome.student}, {outcome.notebook}", highlight=False, markup=False)
    for outcome in graded:
        for flag in outcome.flags:
            console.print(f"  look at: {outcome.student}, {outcome.notebook}: {flag}", highlight=False, markup=False)
    for failure in failed:
        console.print(f"  failed: {failure.student}: {failure.reason}", highlight=False, markup=False)
    return 1 if failed else 0

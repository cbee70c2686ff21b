"""The command ``autograder grade``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.commands import (
    DONE,
    SUBMISSION,
    add_json,
    add_workers,
    assignment_name,
    begin,
    beside,
    count,
    next_commands,
    print_json,
    told,
)
from autograder.errors import CourseError, GraderError, did_you_mean
from autograder.workers import processes

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.course.grade_class import Graded, Outcome
    from autograder.workers.engines import Engine

HELP = "grade all submissions of assignments in parallel"
EXAMPLES = (
    "autograder grade 03-ols                   what is new or has changed, of everybody",
    "autograder grade 03-ols 04-subject-fits   two assignments, without a pause between them",
    "autograder grade 03-ols --student mia     one student; --force grades again what has not changed",
)

_NAMES, _MOVED = 10, 40  # in a line, and lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("assignments", nargs="+", type=assignment_name, metavar="ASSIGNMENT")
    parser.add_argument("--student", action="append", metavar="NAME", help="only this student (may be repeated)")
    parser.add_argument("--force", action="store_true", help="also submissions that have not changed")
    parser.add_argument("--engine", choices=("local", "dask"), default="local", help="where submissions are graded")
    add_json(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster; without it one is started here")
    add_workers(where)


def run(options: argparse.Namespace, console: Console) -> int:
    """Grade a class."""
    if options.scheduler and options.engine != "dask":
        options.error("--scheduler goes with --engine dask")
    outcomes: list[Outcome] = []
    started = time.monotonic()
    problem = None
    try:
        _grade(options, outcomes)
    except Exception as raised:
        problem = told(raised)
        if problem is None:
            raise
    status = DONE
    if outcomes or problem is None:
        status = _summary(outcomes, time.monotonic() - started, console)
    if options.json:
        print_json(_as_json(outcomes, problem, status))
    if problem is not None:
        raise problem from None
    return status


def _grade(options: argparse.Namespace, outcomes: list[Outcome]) -> None:
    """Grade what was asked for; each outcome is added as soon as it is written."""
    processes.check_memory()
    from autograder.course.course import UNUSABLE, Course
    from autograder.course.grade_class import ClassGrader
    from autograder.sandbox.unisolated import WARNING
    from autograder.workers.runner import Failed

    course, console = Course.here(), beside(options)
    chosen = {assignment: _chosen(course, assignment, options.student) for assignment in options.assignments}
    for assignment in options.assignments:
        outcomes += [Failed(repr(name), UNUSABLE) for name in course.unusable_names(assignment) if not options.student]
    begin(options, f"Grading {count(sum(map(len, chosen.values())), 'submission')}")
    engine = _engine(options, course)
    if not course.settings.isolated:
        console.print(f"[bold red]{WARNING}[/] (c.Autograder.isolation = 'none').", highlight=False)
    grader = ClassGrader(course, engine, options.force)
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


def _engine(options: argparse.Namespace, course: Course) -> Engine:
    from autograder.course.release.libraries import preload
    from autograder.workers import cluster, engines

    if options.engine == "dask":
        return cluster.dask(options.scheduler, options.workers)
    limits, loaded = course.settings.limits_of(options.assignments[0]), preload(course, options.assignments)
    hidden, isolated = course.hidden_packages(), course.settings.isolated
    return engines.local(options.workers, limits, hidden, isolated=isolated, preload=loaded)


def _title(assignments: Sequence[str]) -> str:
    return assignments[0] if len(assignments) == 1 else f"{len(assignments)} assignments"


def _chosen(course: Course, assignment: str, students: Sequence[str] | None) -> tuple[str, ...]:
    handed_in = course.students(assignment)
    if not handed_in:
        known = course.assignments()
        remedy = f"Collect first: nbgrader collect {assignment}"
        if known and assignment not in known:
            remedy = f"The course has {', '.join(known)}.{did_you_mean(assignment, known)}"
        raise CourseError(f"Nobody has handed in {assignment!r}.", assignment, known, remedy)
    unknown = sorted(set(students or ()) - set(handed_in))
    if unknown:
        meant = "".join(did_you_mean(name, handed_in) for name in unknown)
        text = f"Nothing was handed in for {assignment!r} by {', '.join(unknown)}.{meant}"
        raise CourseError(text, unknown, handed_in)
    return tuple(students or handed_in)


def _as_json(outcomes: list[Outcome], problem: GraderError | None, status: int) -> dict[str, Any]:
    """The summary for another program; ``error`` is the sentence that says why the command ended early."""
    summary: dict[str, Any] = {"graded": [], "unchanged": [], "failed": []}
    for outcome in outcomes:
        summary[type(outcome).__name__.lower()].append(asdict(outcome))
    summary |= {"missing": _absent(outcomes), "tests_changed": _tests_changed(outcomes)}
    ended = {"error": None, "exit_status": status}
    return summary | (ended if problem is None else {"error": str(problem), "exit_status": problem.exit_status})


def _summary(outcomes: list[Outcome], seconds: float, console: Console) -> int:
    from autograder.course.grade_class import Graded, Unchanged
    from autograder.workers.runner import Failed

    graded = [outcome for outcome in outcomes if isinstance(outcome, Graded)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    review = [outcome for outcome in graded if outcome.reviews]
    unchanged = sum(isinstance(outcome, Unchanged) for outcome in outcomes)
    console.print(
        f"{len(graded)} graded in {seconds:.1f} s, {unchanged} unchanged since they were graded, "
        f"{len(review)} {'needs' if len(review) == 1 else 'need'} review, {len(failed)} failed.",
        highlight=False,
        soft_wrap=True,
    )
    lines = [f"review: {_whose(one)}: {', '.join(one.reviews)}" for one in review]
    lines += [f"nothing graded: {_whose(one)}: {one.nothing}" for one in graded if one.nothing and not one.points]
    lines += [f"missing {thing}: {_names(names)} stopped there" for thing, names in _absent(graded).items()]
    lines += _notes(graded)
    lines += [f"look at: {_whose(one)}: {flag}" for one in graded for flag in one.flags.values()]
    moved = [line for one in graded for line in _moved(one)]
    lines += moved[:_MOVED] + ([f"moved: … and {len(moved) - _MOVED} more"] if len(moved) > _MOVED else [])
    for assignment, names in _tests_changed(outcomes).items():
        would = f"the tests of {assignment} changed: {_names(names)} would move"
        lines.append(f"{would}; see `autograder regrade {assignment}`")
    lines += [f"failed: {failure.student}: {failure.reason}" for failure in failed]
    for line in lines:
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    _say_older_pages(graded, console)
    return SUBMISSION if failed else DONE


def _say_older_pages(graded: Sequence[Graded], console: Console) -> None:
    """Name the students whose feedback is of what they handed in before, and what makes it anew."""
    from autograder.course.course import Course

    course = Course.here()
    students: dict[str, dict[str, None]] = {}
    for one in graded:
        if course.has_feedback(one.student, one.assignment):
            students.setdefault(one.assignment, {})[one.student] = None
    for assignment, names in students.items():
        next_commands(course, assignment, list(names), console)


def _whose(outcome: Graded) -> str:
    return f"{outcome.student}, {outcome.notebook}"


def _names(students: Sequence[str]) -> str:
    """How many students, and the first names of them: "2 students (ada, ben)"."""
    names = ", ".join(students[:_NAMES]) + (" …" if len(students) > _NAMES else "")
    return f"{count(len(students), 'student')} ({names})"


def _absent(outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """Modules and files whose absence stopped cells → students, those of most students first."""
    found: dict[str, dict[str, None]] = {}
    for outcome in outcomes:
        for thing in getattr(outcome, "absent", ()):
            found.setdefault(thing, {})[outcome.student] = None
    return {thing: list(names) for thing, names in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))}


def _notes(graded: Sequence[Graded]) -> list[str]:
    """What was restored, ignored or ended early, each sentence once with whom it is about."""
    found: dict[tuple[str, str], list[str]] = {}
    for outcome in graded:
        for note in outcome.notes if not outcome.nothing else ():
            found.setdefault((outcome.notebook, note), []).append(outcome.student)
    return [f"note: {notebook}, {_names(names)}: {note}" for (notebook, note), names in found.items()]


def _moved(outcome: Graded) -> Iterator[str]:
    for grade_id, points in outcome.moved.items():
        before, now = ("no points" if one is None else f"{one:g}" for one in points)
        said = "other points than before, for the same submission"
        yield f"moved: {_whose(outcome)}, {grade_id}: {before} → {now}: {said}"


def _tests_changed(outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """Assignments whose hidden tests have changed → students whose points would be others under them."""
    found: dict[str, dict[str, None]] = {}
    for outcome in outcomes:
        if getattr(outcome, "would_move", False):
            found.setdefault(getattr(outcome, "assignment", ""), {})[outcome.student] = None
    return {assignment: sorted(names) for assignment, names in found.items()}

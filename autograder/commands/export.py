"""The command ``autograder export``."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from autograder.commands import DONE, SUBMISSION, add_json, aligned, assignment_name, count, print_json
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.course.results.scores import Scores
    from autograder.institution.filling import Plan

HELP = "points for Canvas, Moodle, Blackboard or Gradescope, and the whole gradebook as CSV or JSON"

EXAMPLES = (
    "autograder export canvas canvas.csv 03-ols=4711 --write     points into a download of Canvas",
    "autograder export moodle sheet.csv 03-ols                   shows what would change in Moodle's worksheet",
    "autograder export csv --write by-part.csv                   the whole gradebook, part by part",
)

_SHEETS = {
    "canvas": "fill in a gradebook that was exported from Canvas",
    "moodle": "fill in the grading worksheet of an assignment in Moodle",
    "blackboard": "fill in a download of Blackboard's grade center",
}
_PARTS = {"csv": "the whole gradebook, a row for each student and cell", "json": "the whole gradebook as JSON"}
_COLUMNS = {  # that --column names, as the systems' modules have them
    "moodle": ("identifier", "grade", "maximum", "changeable", "modified", "login"),
    "blackboard": ("login", "student id"),
}
_VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, system by system."""
    systems = parser.add_subparsers(required=True, metavar="SYSTEM", dest="system")
    for name, about in _SHEETS.items():
        one = _system(systems, name, about, "Nothing is written without --write; what would be is shown.")
        one.add_argument("sheet", type=Path, metavar="SHEET", help="as the system wrote it")
        if name == "moodle":
            one.add_argument("assignments", metavar="ASSIGNMENT", type=_wanted, nargs=1)
            one.add_argument("--feedback", type=Path, metavar="ZIP", help="with --write: pages of feedback for Moodle")
        else:
            about = "COLUMN: its title or number there"
            one.add_argument("assignments", metavar="ASSIGNMENT[=COLUMN]", type=_wanted, nargs="+", help=about)
        one.add_argument("--map", type=Path, metavar="FILE", help="CSV of what stands in the sheet, and student ids")
        if name in _COLUMNS:
            about = f"what a column is called in another language; WHAT: {', '.join(_COLUMNS[name])}"
            one.add_argument("--column", action="append", default=[], metavar="WHAT=NAME", type=_pair, help=about)
        one.add_argument("--scale", action="store_true", help="convert points to the maximum of the sheet")
        _add_unfinished(one)
        where = "write the sheet, in its place or into FILE"
        add_json(one)
        one.add_argument("--write", nargs="?", type=Path, const=True, metavar="FILE", help=where)
    for name, about in _PARTS.items():
        one = _system(systems, name, about, "Without --write it goes to standard output.")
        one.add_argument("assignments", metavar="ASSIGNMENT", type=assignment_name, nargs="*", help="default: all")
        one.add_argument("--write", type=Path, metavar="FILE", help="write into FILE")
    one = _system(systems, "gradescope", "results.json of submissions", "Nothing is written without --write.")
    one.add_argument("assignment", type=assignment_name, metavar="ASSIGNMENT")
    one.add_argument("--student", action="append", default=[], metavar="ID", help="only this one; may come again")
    one.add_argument("--visibility", choices=_VISIBILITIES, default="visible", help="when students see it")
    _add_unfinished(one)
    one.add_argument("--write", type=Path, metavar="FOLDER", help="write FOLDER/ID/results.json")


def _system(systems: Any, name: str, about: str, more: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = systems.add_parser(
        name, help=about, description=f"{about[0].upper()}{about[1:]}. {more}"
    )
    one.set_defaults(error=one.error)
    one.add_argument("--quiet", action="store_true", default=argparse.SUPPRESS, help="print errors only")
    return one


def _add_unfinished(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unfinished", action="store_true", help="export also what still needs a person's mark")


def _wanted(text: str) -> tuple[str, str]:
    name, _, column = text.partition("=")
    return assignment_name(name), column


def _pair(text: str) -> tuple[str, str]:
    what, between, name = text.partition("=")
    if not between or not name:
        raise argparse.ArgumentTypeError(f"must be WHAT=NAME, got {text!r}")
    return what, name


def run(options: argparse.Namespace, console: Console) -> int:
    """Export to one system."""
    from autograder.course.course import Course
    from autograder.course.results.scores import read_scores

    odd = [what for what, _ in getattr(options, "column", []) if what not in _COLUMNS[options.system]]
    if odd:
        options.error(f"--column {odd[0]}: must be one of {', '.join(_COLUMNS[options.system])}")
    course = Course.here()
    if options.system in _SHEETS:
        names = [name for name, _ in options.assignments]
    else:
        names = [options.assignment] if options.system == "gradescope" else options.assignments
    with course.gradebook() as gradebook:
        scores = read_scores(course, gradebook, names)
    if options.system in _SHEETS:
        return _fill(course, scores, options, console)
    if options.system == "gradescope":
        return _gradescope(course, scores, options, console)
    return _parts(scores, options, console)


def _fill(course: Course, scores: Scores, options: argparse.Namespace, console: Console) -> int:
    from autograder.institution.columns import Wanted
    from autograder.institution.filling import LOST, plan
    from autograder.institution.people import People, read_mapping

    system = import_module(f"autograder.institution.{options.system}")
    names = dict(getattr(options, "column", []))
    wanted = [Wanted(*one) for one in options.assignments]
    opened = getattr(system, f"open_{options.system}")(options.sheet, wanted, names)
    mapping = read_mapping(options.map, scores.people) if options.map else {}
    made = plan(opened, People(scores.people, mapping), scores, scale=options.scale, unfinished=options.unfinished)
    _show(made, console)
    if options.system == "moodle" and options.feedback:
        _feedback(course, scores, made, options, console)
    if options.write:
        target = options.sheet if options.write is True else options.write
        _write(target, made.filled(), options.sheet.stat().st_mode & 0o777)
        _say(console, f"Written to {target}.")
    else:
        _say(console, "Nothing is written; --write does it.")
    if options.json:
        print_json(_as_json(made, written=bool(options.write)))
    return SUBMISSION if any(made.counts[outcome] for outcome in LOST) else DONE


def _as_json(made: Plan, *, written: bool) -> dict[str, Any]:
    names = ("student", "assignment", "row", "before", "after", "note")
    lines = [{**{name: getattr(line, name) for name in names}, "outcome": line.outcome.value} for line in made.lines]
    return {"system": made.opened.system, "written": written, "notices": made.notices, "cells": lines}


def _show(made: Plan, console: Console) -> None:
    from autograder.institution.filling import WRITTEN, Outcome

    told = [line for line in made.lines if line.outcome is not Outcome.SAME]
    told = [line for line in told if line.outcome is not Outcome.MISSING or line.note]
    told.sort(key=lambda line: list(Outcome).index(line.outcome))
    rows = [("row", "student", "assignment", "now", "then", "", "")]
    rows += [
        (
            str(line.row or ""),
            line.student,
            line.assignment,
            line.before,
            line.after if line.outcome in WRITTEN else "",
            line.outcome.value,
            line.note,
        )
        for line in told
    ]
    if told:
        _say(console, "\n".join(aligned(rows)))
    counted = ", ".join(f"{made.counts[one]} {one.value}" for one in Outcome if made.counts[one])
    _say(console, f"{made.opened.system}: {counted or 'no rows'}.")
    for notice in made.notices:
        _say(console, f"Note: {notice}")
    if made.counts[Outcome.NO_ROW] and made.counts[Outcome.UNKNOWN]:
        _say(console, "  next: autograder roster FILE, with the emails and numbers of the class; or --map FILE")


def _feedback(course: Course, scores: Scores, made: Plan, options: argparse.Namespace, console: Console) -> None:
    from autograder.institution.feedback import feedback, zipped

    name = made.opened.targets[0].assignment
    notebooks = tuple(dict.fromkeys(cell.notebook for cell in scores.assignment(name).cells))
    found = feedback(course, made, notebooks)
    again = f"nbgrader generate_feedback {name}"
    for students, why in ((found.absent, "without a page of feedback"), (found.old, "with one older than the grade")):
        if students:
            _say(console, f"{count(len(students), 'student')} {why} ({again}): {_some(students)}")
    if options.write:
        _write(options.feedback, zipped(found))
        _say(console, f"Feedback of {count(found.students, 'student')} is written to {options.feedback}.")
    else:
        _say(console, f"Feedback of {count(found.students, 'student')} would be written to {options.feedback}.")


def _parts(scores: Scores, options: argparse.Namespace, console: Console) -> int:
    from autograder.institution import parts

    content = parts.as_csv(scores) if options.system == "csv" else parts.as_json(scores)
    if options.write is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return DONE
    _write(options.write, content)
    about = f"{count(len(scores.people), 'student')}, {count(len(scores.assignments), 'assignment')}"
    _say(console, f"{about}: written to {options.write}.")
    return DONE


def _gradescope(course: Course, scores: Scores, options: argparse.Namespace, console: Console) -> int:
    from autograder.institution.gradescope import as_json, results

    assignment = scores.assignments[0]
    known = [person.id for person in scores.people]
    for student in options.student:
        if student not in known:
            raise CourseError(f"The gradebook has no student {student!r}.", student, known[:20])
    rows = [("student", "score", "tests", "")]
    done = 0
    for student in options.student or known:
        work = scores.work(student, assignment.name)
        if work.score is None or (work.unfinished and not options.unfinished):
            waits = f"needs a mark: {', '.join(work.unfinished)}" if work.unfinished else work.status.value
            rows.append((student, "", "", waits))
            continue
        found = results(course, student, assignment, work, options.visibility)
        rows.append((student, f"{work.score:g}", str(len(found["tests"])), ""))
        done += 1
        if options.write is not None:
            _write(options.write / student / "results.json", as_json(found))
    _say(console, "\n".join(aligned(rows)))
    where = "Nothing is written; --write FOLDER does it." if options.write is None else f"Written to {options.write}."
    _say(console, f"{count(done, 'submission')}. {where}")
    return DONE


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file, or the one that a link leads to: all of it or nothing."""
    from autograder.course.files import write_atomically

    try:
        write_atomically(path.resolve(), content, mode)
    except OSError as problem:
        raise CourseError(f"{path} cannot be written: {problem.strerror}.", remedy="Name another place.") from None


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:20]) + (" …" if len(names) > 20 else "")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

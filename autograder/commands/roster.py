"""The command ``autograder roster``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands import DONE, SUBMISSION, aligned, count

if TYPE_CHECKING:
    from autograder.institution.roster import Comparison

HELP = "take over who is in the class from a sheet of Canvas, Moodle or your own"
EXAMPLES = (
    "autograder roster canvas.csv                 shows who would be added, changed, or is gone",
    "autograder roster canvas.csv --write         takes it over; nobody is removed",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("sheet", type=Path, metavar="FILE", help="CSV, or text between semicolons or tabs")
    parser.add_argument("--id", default="", metavar="COLUMN", help="the column whose cells are the student ids")
    leaving = parser.add_mutually_exclusive_group()
    leaving.add_argument("--remove", action="store_true", help="remove who is not in the sheet and has no work")
    about = "remove who is not in the sheet, with all their grades"
    leaving.add_argument("--remove-with-work", action="store_true", help=about)
    parser.add_argument("--write", action="store_true", help="do it; else it is only shown")


def run(options: argparse.Namespace, console: Console) -> int:
    """Show what would change, and do it with ``--write``."""
    from autograder.course.course import Course
    from autograder.course.results.roster import with_work, write_roster
    from autograder.course.results.scores import read_people
    from autograder.institution.roster import compare, read_roster

    course = Course.here()
    roster = read_roster(options.sheet, options.id)
    with course.gradebook() as gradebook:
        found = compare(roster, read_people(gradebook))
        work = with_work(course, gradebook, [person.id for person in found.removed])
        _say(console, f"{count(len(roster.people), 'student')}; their ids are in column {roster.id_column!r}.")
        removes = options.remove or options.remove_with_work
        leaving = [one.id for one in found.removed if removes and (options.remove_with_work or one.id not in work)]
        _show(found, work, leaving, console)
        for text in roster.passed_over:
            _say(console, f"Passed over, {text}")
        staying = sorted(set(work) - set(leaving)) if removes else []
        if staying:
            names = ", ".join(staying)
            _say(console, f"{count(len(staying), 'student')} with work in the course will not be removed: {names}")
            _say(console, "--remove-with-work removes them as well, with all their grades.")
        if not options.write:
            _say(console, "Nothing is changed; --write does it.")
            return SUBMISSION if staying else DONE
        write_roster(gradebook, [*found.added, *(change.after for change in found.changed)], leaving)
    done = f"{len(found.added)} added, {len(found.changed)} changed, {len(leaving)} removed"
    _say(console, f"The gradebook is changed: {done}.")
    return SUBMISSION if staying else DONE


def _show(found: Comparison, work: dict[str, int], leaving: list[str], console: Console) -> None:

    rows = [("added", person.id, _about(person.name, person.email)) for person in found.added]
    for change in found.changed:
        said = [
            f"{name}: {getattr(change.before, name) or 'none'} → {getattr(change.after, name)}"
            for name in change.fields
        ]
        rows.append(("changed", change.before.id, "; ".join(said)))
    for person in found.removed:
        has = f"work for {count(work[person.id], 'assignment')}" if person.id in work else "no work"
        does = "removed" if person.id in leaving else "kept"
        rows.append((does, person.id, _about(person.name, f"not in the sheet; {has}")))
    if rows:
        _say(console, "\n".join(aligned(rows)))
    _say(
        console,
        f"{len(found.added)} added, {len(found.changed)} changed, {found.same} the same, "
        f"{len(found.removed)} in the gradebook alone.",
    )
    for theirs, ours in _namesakes(found).items():
        _say(
            console,
            f"{theirs} may be {ours} of the gradebook, whom the sheet does not have, and would be added beside {ours}. "
            f"If so: --id names the column that says {ours!r}, or `autograder export` takes --map.",
        )


def _namesakes(found: Comparison) -> dict[str, str]:
    """New ids that are an email → the id in the gradebook alone that stands before its @."""
    alone = {person.id.casefold(): person.id for person in found.removed}
    begins = {one.id: one.id.partition("@")[0].casefold() for one in found.added if "@" in one.id}
    return {new: alone[begin] for new, begin in begins.items() if begin in alone}


def _about(*texts: str) -> str:
    return ", ".join(filter(None, texts))


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

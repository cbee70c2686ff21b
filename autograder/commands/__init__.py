"""The commands of ``autograder``, a module each.

A module declares its command's arguments (``add_arguments``) and carries it out (``run``). What takes long to load is
imported when a command runs, so that ``--help`` and a mistyped argument are answered at once.

The exit status says who has to act:

=== =========================================================================================
  0 nobody: all that was asked for is done
  1 something about a submission: it could not be graded, or was not changed for the reason shown
  2 whoever runs the command: its arguments, the course folder, the gradebook or this machine
  3 the author of an assignment: what it says cannot be meant, or does not hold in the audit
 70 whoever maintains this program: a fault of its own, told as Python tells it
130 interrupted; what was done is written
=== =========================================================================================

Work that a graded submission leaves to people, such as a cell that needs review or an answer in words, is no failure.

Results go to standard output, progress and errors to standard error; with ``--json``, standard output holds one JSON
object and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import AuthorError, GraderError, OperatorError, SubmissionError
from autograder.workers import processes

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.course.course import Course

COMMANDS = (
    "new",
    "student-config",
    "grade",
    "watch",
    "regrade",
    "written",
    "report",
    "export",
    "roster",
    "audit",
    "try",
    "doctor",
)
_MODULES = {"try": "try_answers"}  # where a command is called like a word of Python
DONE, SUBMISSION, OPERATOR, AUTHOR = 0, SubmissionError.exit_status, OperatorError.exit_status, AuthorError.exit_status
FAULT, INTERRUPTED = 70, 130
_NAMES = 20  # in a line
STATUS = (
    f"Exit status: {DONE} done; {SUBMISSION} something about a submission, for example one that could not be graded; "
    f"{OPERATOR} arguments, course folder, gradebook or machine do not allow it; {AUTHOR} the author of an assignment "
    f"has to act; {FAULT} a fault of the grader itself; {INTERRUPTED} interrupted."
)


class Command(Protocol):
    """What each module of a command offers."""

    HELP: str  # in a line, what the command does
    # A module may have two more: EXAMPLES, command lines with what each does; and NEEDS_COURSE, False or a function of
    # the options: whether it is carried out in the root of a course.

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare its arguments."""

    def run(self, options: argparse.Namespace, console: Console) -> int:
        """Carry it out; returns the exit status.

        Args:
            options: as they were declared, and ``quiet``.
            console: for results; progress and warnings go to :func:`beside`.
        """


def command(name: str) -> Command:
    """The module of a command."""
    module: Command = import_module(f"autograder.commands.{_MODULES.get(name, name).replace('-', '_')}")
    return module


def add_workers(parser: argparse._ActionsContainer) -> None:
    """Declare how many processes a command may use."""
    # A text, which argparse reads as if it were typed: a given number that *is* the default would count as not given.
    parser.add_argument("--workers", type=_count, default=str(processors()), help="default: one per processor")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json``; the command calls :func:`print_json`."""
    parser.add_argument("--json", action="store_true", help="write the result as JSON to standard output, alone")


def print_json(found: Mapping[str, Any]) -> None:
    """Write what a program reads of a command, a line on standard output."""
    print(json.dumps(found, default=str))


def assignment_name(text: str) -> str:
    """The assignment that an argument names, also as the shell completes it: ``03-ols/``, ``source/03-ols``, ``.``."""
    path = Path(text)
    if path.suffix == ".ipynb":
        path = path.parent if path.parent.name else path.with_suffix("")
    return path.name or (Path.cwd().name if text in (".", "./") else text)


def count(number: int, thing: str, things: str = "") -> str:
    """A number with its noun.

    Example:
        >>> count(1, "submission"), count(0, "submission")
        ('1 submission', '0 submissions')
    """
    return f"{number} {thing if number == 1 else things or f'{thing}s'}"


def next_commands(course: Course, assignment: str, students: Sequence[str], console: Console) -> None:
    """Say whose feedback shows other points than they have now, and have the next command make it anew.

    Args:
        course: where feedback lies.
        assignment: by name.
        students: whose points have changed.
        console: for results.
    """
    stale = [student for student in students if course.outdate_feedback(student, assignment)]
    if stale:
        names = ", ".join(stale[:_NAMES]) + (" …" if len(stale) > _NAMES else "")
        said = f"The feedback of {count(len(stale), 'student')} is from before ({names})."
        console.print(said, highlight=False, markup=False, soft_wrap=True)
    if students:
        for line in (f"nbgrader generate_feedback {assignment}", f"nbgrader release_feedback {assignment}"):
            console.print(f"  next: {line}", highlight=False, markup=False, soft_wrap=True)


def terminal(*, stderr: bool, quiet: bool = False) -> Console:
    """A console on which nothing acts that a student wrote: names, errors and remarks hold anything."""
    from rich.console import Console

    from autograder.pages.harmless import for_terminal

    class Terminal(Console):
        def print(self, *texts: Any, **options: Any) -> None:
            super().print(*(for_terminal(one) if isinstance(one, str) else one for one in texts), **options)

    return Terminal(stderr=stderr, quiet=quiet)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of a table for a terminal, a line each; its texts are other people's.

    Example:
        >>> list(aligned([("student", "now"), ("ada", "1.50")]))
        ['  student  now', '  ada      1.50']
    """
    from rich.cells import cell_len

    from autograder.pages.harmless import on_one_line

    table = [[on_one_line(cell) for cell in row] for row in rows]
    widths = [max(cell_len(cell) for cell in column) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def beside(options: argparse.Namespace) -> Console:
    """Where progress and warnings go: standard error."""
    return terminal(stderr=True, quiet=options.quiet)


def begin(options: argparse.Namespace, what: str) -> None:
    """Say what takes a while, where no bar can show it: standard error is a file or a pipe."""
    console = beside(options)
    if not console.is_terminal:
        console.print(f"{what} …", highlight=False, markup=False, soft_wrap=True)


def carry_out(name: str, options: argparse.Namespace) -> int:
    """Run a command, and say in a line why it could not be run."""
    try:
        return _run(name, options, terminal(stderr=getattr(options, "json", False), quiet=options.quiet))
    except KeyboardInterrupt:
        terminal(stderr=True).print("Interrupted. Results so far are saved; run the same command again to continue.")
        return INTERRUPTED
    except Exception as raised:
        problem = told(raised)
        if problem is None:
            raise
        return refused(problem)


def _run(name: str, options: argparse.Namespace, console: Console) -> int:
    if name != "grade":  # which has a summary that tells it as well
        processes.check_memory()
    from sqlalchemy.exc import SAWarning

    warnings.filterwarnings("ignore", "Object of type", SAWarning)  # nbgrader's own way to fill its gradebook
    return command(name).run(options, console)


def told(problem: Exception) -> GraderError | None:
    """What was raised as an error that says in a sentence what to do; ``None`` where nobody knows."""
    if isinstance(problem, GraderError):
        return problem
    from autograder.course.course import Course

    return Course.here().trouble(problem)


def refused(problem: GraderError) -> int:
    """Say why a command could not be carried out; returns its exit status."""
    from rich.markup import escape

    text = f"[bold red]error:[/] {escape(str(problem))}"
    terminal(stderr=True).print(text, highlight=False, soft_wrap=True)
    return problem.exit_status

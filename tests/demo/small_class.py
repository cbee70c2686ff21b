"""A small class on few assignments, made by the demo's own code."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from autograder.cli import main
from demo.commands import Failure
from demo.progress import Steps
from demo.run import Outcome, run
from demo.students import CLASS
from demo.students.work import Student

MEMBERS: Mapping[str, Student] = {student.name: student for student in CLASS}


def handing_in(name: str, *assignments: str) -> Student:
    """A member of the demo class who hands in only these assignments."""
    member = MEMBERS[name]
    return replace(member, hands_in={assignment: member.hands_in[assignment] for assignment in assignments})


def run_class(root: Path, students: Collection[Student]) -> Outcome:
    """Take these students through the assignments that they hand in."""
    assignments = {assignment for student in students for assignment in student.hands_in}
    return run(root, tuple(students), Steps(Console(file=StringIO())), assignments, grade_here)


def grade_here(root: Path, assignments: Sequence[str], done: Callable[[int], None]) -> tuple[Failure, ...]:
    """The command that the demo starts, in this process, where everything that it loads is loaded already."""
    log = root / "logs" / "autograder-grade.log"
    with log.open("w") as said, chdir(root), redirect_stdout(said), redirect_stderr(said):
        status = main(["grade", *assignments])
    done(len(assignments))
    return () if status == 0 else (Failure(f"autograder grade {' '.join(assignments)}", log),)

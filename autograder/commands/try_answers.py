"""The command ``autograder try``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands import AUTHOR, DONE, add_json, assignment_name, begin, print_json

if TYPE_CHECKING:
    from rich.console import Console

HELP = "show what the tests of an assignment say of answers"
EXAMPLES = (
    "autograder try 03-ols --part q3a                      the solution and the bank's answers to a part",
    "autograder try 03-ols --part q3a --answer mine.py     code of your own for the part",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("assignment", nargs=1, type=assignment_name, metavar="ASSIGNMENT")
    parser.add_argument("--part", metavar="PART", help="only the tests of this part, such as q3a")
    parser.add_argument(
        "--answer",
        metavar="FILE",
        type=_answer,
        help="a notebook, a TOML file of the bank, a .py file with the code of the part, or the name of an answer of "
        "the bank; default: the solution and all answers of the bank to the part",
    )
    parser.add_argument(
        "--id", metavar="STUDENT", help="submit as this student, where tests draw data by the id (default: example)"
    )
    add_json(parser)


def _answer(text: str) -> str:
    return str(Path(text).absolute()) if Path(text).is_file() else text


def run(options: argparse.Namespace, console: Console) -> int:
    """Submit answers and show the checks."""
    from autograder.audit.read_ahead import begun
    from autograder.course.course import Course

    begin(options, f"Trying answers to {' '.join(filter(None, [*options.assignment, options.part]))}")
    course, trials, known = Course.here(), [], set[str]()
    with begun(course, options) as pool:
        from autograder.audit.trials import as_json, show, try_answers  # loading it takes as long as starting a sandbox

        for tried in try_answers(course, options, pool):
            show(tried, console, known)
            trials.append(tried)
    status = DONE if all(tried.is_well for tried in trials) else AUTHOR
    if options.json:
        print_json({"trials": [as_json(tried) for tried in trials], "exit_status": status})
    return status

"""The command ``autograder student-config``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autograder.commands import DONE, beside
from autograder.errors import CourseError

HELP = "print the configuration that students need to fetch and submit"
EXAMPLES = (
    "autograder student-config                                   print it",
    "autograder student-config --output students_config.py       write it to a file",
)
_SHARED = {  # of these sections of the course's configuration, what students must have alike
    "CourseDirectory": ("course_id",),
    "Exchange": ("root", "path_includes_course", "timezone", "timestamp_format"),
}
_HEAD = '''\
"""For students of {course}: where assignments are fetched from and submitted to. Nothing in here is secret.

Save it as nbgrader_config.py in the folder in which you start Jupyter, or in ~/.jupyter/. On a machine for everybody
(a JupyterHub), an administrator puts it into /etc/jupyter/ or {prefix}/etc/jupyter/.
"""

c = get_config()  # noqa: F821  (given by traitlets)

'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--output", type=Path, metavar="FILE", help="write it there; an existing file is not replaced")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the configuration, or write it."""
    from autograder.course.course import Course

    course = Course.here()
    if not course.coursedir.course_id:
        raise CourseError("The course has no name.", remedy="Set c.CourseDirectory.course_id in nbgrader_config.py.")
    text = student_config(course.parent.config, str(course.coursedir.course_id))
    if options.output is None:
        sys.stdout.write(text)
    else:
        _write(options.output, text)
        console.print(f"[green]+[/] {escape(str(options.output))}", highlight=False, soft_wrap=True)
    exchange = course.parent.config.get("Exchange", {}).get("root", "")
    if exchange and Path(exchange).resolve().is_relative_to(course.root.resolve()):
        beside(options).print(
            f"[yellow]note:[/] the exchange {escape(str(exchange))} lies in the course folder, beside the solutions. "
            "Students can submit from their own accounts only where it is a folder that they can reach and the course "
            "folder is not: c.Exchange.root.",
            highlight=False,
            soft_wrap=True,
        )
    return DONE


def student_config(config: Mapping[str, Any], course_id: str) -> str:
    """What students need of a course's configuration.

    Args:
        config: of the course, as traitlets read it.
        course_id: of the course.
    """
    lines = [f"c.{section}.{name} = {value!r}" for section, name, value in _settings(config, course_id)]
    return "\n".join([_HEAD.format(course=course_id, prefix=sys.prefix), *lines, ""]).replace("\n\n\n", "\n\n")


def _settings(config: Mapping[str, Any], course_id: str) -> Iterator[tuple[str, str, Any]]:
    for section, names in _SHARED.items():
        known = config.get(section, {})
        for name in names:
            value = course_id if name == "course_id" else known.get(name)
            if isinstance(value, str | bool):
                yield section, name, value


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CourseError(f"There is already {path}; nothing was written.", str(path)) from None
    except OSError as problem:
        raise CourseError(f"{path} cannot be written: {problem.strerror}.", str(path)) from None

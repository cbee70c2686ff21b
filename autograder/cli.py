"""The command `autograder`. What it can do is in :mod:`autograder.commands`."""

from __future__ import annotations

import argparse
import gc
import os
import re
import signal
import sys
import textwrap
import traceback
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from autograder import __version__
from autograder.commands import COMMANDS, FAULT, INTERRUPTED, STATUS, assignment_name, carry_out, command, refused
from autograder.errors import CourseError, did_you_mean
from autograder.workers import processes

_MARKS = ("nbgrader_config.py", "nbgrader_config.json", "gradebook.db")  # what the root of a course holds, or notebooks
_NOTEBOOKS = "source/*/*.ipynb"
_WIDTH = 100  # of the end of a help text


def program() -> int:
    """The command as a process of its own, in which nothing else runs."""
    signal.signal(signal.SIGINT, _end)  # while libraries are loaded, and when all is done, there is nothing to tidy
    processes.skip_slow_imports()
    try:
        status = main()
    except Exception:
        traceback.print_exc()
        sys.stderr.write(
            "This is a fault of autograder itself. What was graded until then is kept. Please report it.\n"
        )
        status = FAULT
    signal.signal(signal.SIGINT, _end_silently if status == INTERRUPTED else _end)
    return status


def _end(signum: int, frame: object) -> NoReturn:
    os.write(2, b"Interrupted.\n")
    _end_silently(signum, frame)


def _end_silently(signum: int, frame: object) -> NoReturn:
    del signum, frame
    os._exit(INTERRUPTED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 only if it did all that it was asked to do.

    Args:
        arguments: of the command; those of this process by default.
    """
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what may come next
        import argcomplete

        argcomplete.autocomplete(parser, default_completer=_suggested)
    options = parser.parse_args(arguments)
    try:
        needed = getattr(command(options.command), "NEEDS_COURSE", True)
        if needed(options) if callable(needed) else needed:
            _enter_course(options)
    except CourseError as problem:
        return refused(problem)
    if processes.has_memory():
        _load(options)
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return carry_out(options.command, options)


def _enter_course(options: argparse.Namespace) -> None:
    """Go to the root of the course, as nbgrader's commands have to be run there; paths stay as they were meant.

    Raises:
        CourseError: there is no course here.
    """
    start = Path.cwd()
    root = find_course(start)
    if root is None:
        raise CourseError(
            f"There is no course in {start} or in a folder above it: "
            f"none holds {_MARKS[0]}, {_MARKS[2]} or {_NOTEBOOKS}.",
            str(start),
            remedy="Go to the course folder first (cd).",
        )
    for name, value in vars(options).items():
        if isinstance(value, Path) and value != options.parser.get_default(name):
            setattr(options, name, value.absolute())
    if root != start:
        os.chdir(root)


def find_course(start: Path) -> Path | None:
    """The root of the course that a folder belongs to: itself or a folder above; ``None`` where there is no course.

    Example:
        >>> find_course(Path("/")) is None
        True
    """
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in _MARKS) or any(folder.glob(_NOTEBOOKS)):
            return folder
    return start if _is_configured_elsewhere() else None


def _is_configured_elsewhere() -> bool:
    """Whether nbgrader is told in a configuration of the user or of the machine where the course is."""
    from jupyter_core.paths import jupyter_config_path

    files = [Path(folder) / _MARKS[0] for folder in jupyter_config_path()]
    return any("CourseDirectory.root" in file.read_text("utf-8", "replace") for file in files if file.is_file())


def _load(options: argparse.Namespace) -> None:
    """Load what takes longest: here what most commands need, and meanwhile what workers need."""
    if options.command == "try":
        processes.prepare("autograder.audit.preload")
    elif "workers" in options and getattr(options, "engine", "local") == "local":
        processes.prepare()
    elif options.command == "report":
        processes.one_thread()
    # jsonschema's check of internationalized addresses, which no notebook has: its grammar takes a second to load.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    module = "autograder.course.course" if options.command == "try" else "autograder.course.grade_class"
    if module in sys.modules:
        return
    gc.disable()  # what is loaded stays, and looking for garbage in it takes a tenth of the time
    import_module(module)
    gc.freeze()  # nor is it looked through when the process ends
    gc.enable()


class _Parser(argparse.ArgumentParser):
    """Says what a mistyped command or option may have been meant to be."""

    def error(self, message: str) -> NoReturn:
        choice = re.search(r"invalid choice: '([^']*)'", message)
        if choice and message.startswith("argument COMMAND:"):
            message = f"there is no command {choice[1]!r} (there are: {', '.join(COMMANDS)})."
            message += did_you_mean(choice[1], COMMANDS)
        elif message.startswith("unrecognized arguments"):
            known = {option for name in COMMANDS for option in _options_of(name)}
            message += "".join(did_you_mean(word, known) for word in message.split()[2:])
        super().error(message)


def _options_of(name: str) -> Iterable[str]:
    parser = argparse.ArgumentParser()
    command(name).add_arguments(parser)
    return re.findall(r"--[a-z][a-z-]*", parser.format_usage())


def _parser() -> argparse.ArgumentParser:
    about = "Grade an nbgrader course, in the course folder or below it."
    plain = argparse.RawDescriptionHelpFormatter
    status = textwrap.fill(STATUS, _WIDTH)
    parser = _Parser("autograder", description=about, epilog=status, formatter_class=plain)
    parser.add_argument("--version", action="version", version=f"autograder {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name in COMMANDS:
        module = command(name)
        examples = "\n".join(f"  {example}" for example in getattr(module, "EXAMPLES", ()))
        epilog = f"examples:\n{examples}\n\n{status}" if examples else status
        one = commands.add_parser(
            name, help=module.HELP, description=f"{module.HELP}.", epilog=epilog, formatter_class=plain
        )
        one.set_defaults(error=one.error, parser=one)
        one.add_argument("--quiet", action="store_true", help="print errors only")
        module.add_arguments(one)
    return parser


def _suggested(prefix: str, action: argparse.Action, **rest: Any) -> Iterable[str]:
    """What the shell offers for an argument: assignments, students, or files."""
    from argcomplete.completers import FilesCompleter

    root = find_course(Path.cwd())
    if root is not None and action.type is assignment_name:
        return sorted({path.parent.name for path in root.glob(_NOTEBOOKS)})
    if root is not None and action.dest == "student":
        return sorted(path.name for path in root.glob("submitted/*"))
    found: Iterable[str] = FilesCompleter()(prefix=prefix, action=action, **rest)
    return found


if __name__ == "__main__":
    sys.exit(program())

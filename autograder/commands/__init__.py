"""The commands of ``autograder``, a module each; ``run`` carries one out and returns the exit status."""

from __future__ import annotations

import argparse
import warnings
from importlib import import_module

from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import SAWarning

from autograder.engines import EngineUnavailable
from autograder.plugins.course import CourseError
from autograder.sandbox import SandboxUnavailable


def carry_out(name: str, options: argparse.Namespace) -> int:
    """Run a command, and say in a line why it could not be run."""
    console = Console(stderr=True)
    warnings.filterwarnings("ignore", "Object of type", SAWarning)  # nbgrader's own way to fill its gradebook
    try:
        return int(import_module(f"autograder.commands.{name}").run(options, console))
    except (CourseError, SandboxUnavailable, EngineUnavailable) as problem:
        console.print(f"[bold red]error:[/] {escape(str(problem))}", highlight=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted. What was graded is written; the same command goes on with the rest.")
        return 130

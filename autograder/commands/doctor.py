"""The command ``autograder doctor``."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.doctor import examine


def run(options: argparse.Namespace, console: Console) -> int:
    """Show what the sandbox withholds; the exit status is 0 only if that is everything."""
    del options
    faults = 0
    for finding in examine(Path.cwd()):
        faults += not finding.ok
        mark = "[green]✓[/]" if finding.ok else "[bold red]✗[/]"
        console.print(f"{mark} {finding.what}: {escape(finding.found)}", highlight=False, soft_wrap=True)
    console.print("Everything is withheld." if not faults else f"{faults} of these must be mended before grading.")
    return 1 if faults else 0
